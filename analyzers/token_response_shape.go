package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// TokenResponseShape reports a token operation whose answer has no access_token.
var TokenResponseShape = &Analyzer{Code: "token-response-shape", Family: OAuth2Scheme, Severity: Warning, Requires: fastapi.SchemesPart, Run: runTokenResponseShape}

func runTokenResponseShape(pass *Pass) {
	for _, a := range pass.Project.Apps {
		done := map[*fastapi.Operation]bool{}
		for _, s := range a.Schemes {
			t, ok := a.TokenTarget(s)
			if !ok || t.Operation == nil || done[t.Operation] || s.Class != "OAuth2PasswordBearer" {
				continue
			}
			done[t.Operation] = true
			members, known := answerMembers(t.Operation)
			if !known || len(members) == 0 || hasMember(members, "access_token") || cookieForHeader(pass.Project, t.Operation) {
				continue
			}
			reportShape(pass, a, s, t.Operation, members)
		}
	}
}

// cookieForHeader reports whether the operation hands its token out in a cookie
// where the guards read a header, which credential-name-unreachable reports: the
// answer is not to blame.
func cookieForHeader(p *fastapi.Project, op *fastapi.Operation) bool {
	for _, k := range cookieCalls(p) {
		if slices.Contains(k.ops, op) && !k.delete {
			return slices.ContainsFunc(unreachableCookies(p), func(f Finding) bool { return f.At == k.at })
		}
	}
	return false
}

// member is one member of an operation's answer.
type member struct {
	name string
	at   source.Location
}

func hasMember(members []member, name string) bool {
	for _, m := range members {
		if m.name == name {
			return true
		}
	}
	return false
}

func reportShape(pass *Pass, a *fastapi.App, s *fastapi.Scheme, op *fastapi.Operation, members []member) {
	main := members[0]
	for _, m := range members {
		if strings.Contains(strings.ToLower(m.name), "token") && !strings.Contains(strings.ToLower(m.name), "type") {
			main = m
			break
		}
	}
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.name
	}
	f := Finding{
		Certainty: Confirmed, At: main.at, Subject: op.ID() + " " + main.name,
		Message:    fmt.Sprintf("the token operation %s answers with %s; OAuth2 clients read access_token", op.ID(), strings.Join(names, ", ")),
		Effect:     Effect{Certainty: Confirmed, Status: []int{401}, Text: "Swagger UI says \"Authorized\" and then sends \"Authorization: Bearer undefined\"; clients of your own that read these names are not affected"},
		Evidence:   append([]Evidence{schemeNote(s, "names this operation as its tokenUrl")}, servedAs(pass.Project, op)...),
		Check:      Check{Say: "authorize in /docs, call any operation, and read the Authorization header of the curl line that is shown"},
		Operations: oauth2Operations(op),
	}
	for _, m := range members {
		if m != main {
			f.Evidence = append(f.Evidence, Evidence{At: m.at, Note: "the answer's member " + m.name})
		}
	}
	if inst, ok := op.Result.(*interpret.Instance); ok {
		if at := interpret.OriginOf(inst).At; !at.IsZero() {
			f.Evidence = append(f.Evidence, Evidence{At: at, Note: "the answer is made here"})
		}
	}
	f.Fixes = []Fix{{Title: fmt.Sprintf("Name the members access_token and token_type (%s is read elsewhere, too: change its uses)", main.name)}}
	if edit, ok := replaceText(pass.Project, main.at, "access_token"); ok {
		f.Fixes = []Fix{{Title: "Rename the member to access_token", Edits: map[source.Path][]source.Edit{main.at.Path: {edit}}}}
	}
	pass.Report(f)
}

// answerMembers lists the members of an operation's answer: of its response
// model, else of what the handler returns. ok is false when they are not all known.
func answerMembers(op *fastapi.Operation) (members []member, ok bool) {
	if c, isClass := op.ResponseModel.(*interpret.Class); isClass && interpret.DerivesFrom(c, "pydantic.BaseModel", "sqlmodel.SQLModel") != "" {
		return modelMembers(c)
	}
	switch r := op.Result.(type) {
	case *interpret.Dict:
		return dictMembers(r)
	case *interpret.Instance:
		if c, isClass := r.Class.(*interpret.Class); isClass && interpret.DerivesFrom(c, "pydantic.BaseModel", "sqlmodel.SQLModel") != "" && !r.Assumed {
			return modelMembers(c)
		}
	case *interpret.Choice:
		return choiceMembers(r)
	}
	return nil, false
}

// choiceMembers joins the answers that the alternatives give; they must all be known.
func choiceMembers(c *interpret.Choice) (out []member, ok bool) {
	for _, o := range c.Options {
		d, isDict := o.Value.(*interpret.Dict)
		if !isDict {
			return nil, false
		}
		m, known := dictMembers(d)
		if !known {
			return nil, false
		}
		out = append(out, m...)
	}
	return out, true
}

func dictMembers(d *interpret.Dict) (out []member, ok bool) {
	for _, e := range d.Entries {
		name, known := interpret.Text(e.Key)
		if !known {
			return nil, false
		}
		at := interpret.OriginOf(e.Key).At
		if at.IsZero() {
			at = e.At
		}
		out = append(out, member{name, at})
	}
	return out, !d.Open
}

// modelMembers lists the fields of a pydantic model by the names that it answers with.
func modelMembers(c *interpret.Class) (out []member, ok bool) {
	for _, fd := range interpret.Fields(c) {
		if fd.Name == "model_config" {
			continue
		}
		name := fd.Name
		if call, isCall := fd.Assign.Value.(*python.Call); isCall {
			for _, a := range call.Args {
				if a.Name == "alias" || a.Name == "serialization_alias" {
					s, isString := a.Value.(*python.String)
					if !isString {
						return nil, false
					}
					name = s.Value
				}
			}
		}
		out = append(out, member{name, source.Location{Path: fd.Class.Module.Path, Span: source.Span{Start: fd.Assign.Targets[0].Span().Start, End: fd.Assign.Span().End}}})
	}
	return out, true
}
