package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// mentions reports whether a callable's body reads an attribute of a name.
func mentions(c *fastapi.Callable, attr string) bool {
	if c == nil || c.Function == nil {
		return false
	}
	found := false
	python.Inspect(c.Function.Body(), func(n any) bool {
		if a, ok := n.(*python.Attribute); ok && a.Attr == attr {
			found = true
		}
		if call, ok := n.(*python.Call); ok {
			for _, a := range call.Args {
				found = found || a.Name == attr
			}
		}
		return !found
	})
	return found
}

// challenges reports whether an application's guards send WWW-Authenticate with a 401.
func challenges(app *fastapi.App) bool {
	for _, s := range app.Schemes {
		if s.AutoError && (s.Class == "OAuth2PasswordBearer" || s.Class == "HTTPBasic" || s.Class == "OAuth2AuthorizationCodeBearer") {
			return true
		}
	}
	sends := false
	for _, o := range app.Operations {
		eachCallable(o, func(c *fastapi.Callable) {
			if c.Flow == nil {
				return
			}
			for _, out := range c.Flow.Outcomes {
				sends = sends || out.Challenge && !out.Caught && out.Kind == fastapi.Raises
			}
		})
	}
	return sends
}

// reportTuples looks for "return body, 401" in what FastAPI answers with.
func reportTuples(pass *Pass) {
	seen := map[source.Location]bool{}
	look := func(c *fastapi.Callable, where string, effect Effect, ids []string) {
		if c == nil || c.Function == nil || seen[c.At] {
			return
		}
		seen[c.At] = true
		python.Inspect(c.Function, func(n any) bool {
			switch st := n.(type) {
			case *python.Function:
				return st == c.Function
			case *python.Return:
				reportTuple(pass, c, st, where, effect, ids)
			}
			return true
		})
	}
	for _, app := range pass.Project.Apps {
		for _, o := range app.Operations {
			if o.Kind != fastapi.HTTP {
				continue
			}
			effect := Effect{Certainty: Confirmed, Status: []int{200}, Text: "the client gets 200 and a JSON array that has the status as its second item"}
			if o.ResponseModel != nil {
				effect = Effect{Certainty: Hypothesis, Status: []int{500}, Text: "the tuple is held against the response model, which as a rule ends as 500"}
			}
			look(o.Handler, "FastAPI", effect, operationNames(o))
		}
		crash := Effect{Certainty: Confirmed, Status: []int{500}, Text: "the request ends as 500: TypeError, 'tuple' object is not callable"}
		for _, h := range app.Handlers {
			look(h.Callable, "an exception handler", crash, nil)
		}
		for _, m := range app.Middleware {
			if httpOnly(m) {
				look(m.Callable, "middleware", crash, nil)
			}
		}
	}
}

func reportTuple(pass *Pass, c *fastapi.Callable, st *python.Return, where string, effect Effect, ids []string) {
	tuple, ok := st.X.(*python.Sequence)
	if !ok || tuple.Kind != python.Tuple || len(tuple.Elements) < 2 || len(tuple.Elements) > 3 {
		return
	}
	status, ok := fastapi.StatusNumber(pass.Project.Eval(c.Module, tuple.Elements[1]))
	if !ok || status < 400 || status > 599 {
		return
	}
	at := source.Location{Path: c.Module, Span: st.Span()}
	f := Finding{
		At: at, Certainty: Confirmed, Subject: fmt.Sprintf("%s %d", shortName(c.Name), status), Operations: ids, Effect: effect,
		Message:  fmt.Sprintf("a tuple is returned with the status %d as its second item, which %s does not know", status, where),
		Evidence: []Evidence{{At: source.Location{Path: c.Module, Span: tuple.Elements[1].Span()}, Note: "is data here, and not the status of the answer"}},
		Check:    Check{Say: "Send the request that is to be refused, and look at the status line"},
		Fixes:    []Fix{{Title: fmt.Sprintf("Raise HTTPException(%d, …)", status)}},
	}
	if fix := raiseInstead(pass.Project, c.Module, st, tuple, where == "FastAPI"); fix != nil {
		f.Fixes[0].Edits = fix
	}
	pass.Report(f)
}

// raiseInstead turns "return {"detail": x}, 401" into a raise, or into a JSONResponse.
func raiseInstead(p *fastapi.Project, path source.Path, st *python.Return, tuple *python.Sequence, raise bool) map[source.Path][]source.Edit {
	file, err := p.Tree.File(path)
	if err != nil || len(tuple.Elements) != 2 {
		return nil
	}
	status := file.Slice(tuple.Elements[1].Span())
	if d, ok := tuple.Elements[0].(*python.Dict); ok && raise && len(d.Entries) == 1 {
		if key, ok := d.Entries[0].Key.(*python.String); ok && key.Value == "detail" {
			name, edits := importName(p, path, "fastapi", "HTTPException")
			text := fmt.Sprintf("raise %s(status_code=%s, detail=%s)", name, status, file.Slice(d.Entries[0].Value.Span()))
			return map[source.Path][]source.Edit{path: append(edits, source.Edit{Span: st.Span(), NewText: text})}
		}
	}
	name, edits := importName(p, path, "starlette.responses", "JSONResponse")
	text := fmt.Sprintf("return %s(%s, status_code=%s)", name, file.Slice(tuple.Elements[0].Span()), status)
	return map[source.Path][]source.Edit{path: append(edits, source.Edit{Span: st.Span(), NewText: text})}
}

// mentionsText reports whether a callable's body has a string that is a text, without regard to case.
func mentionsText(c *fastapi.Callable, text string) bool {
	if c == nil || c.Function == nil {
		return false
	}
	found := false
	python.Inspect(c.Function.Body(), func(n any) bool {
		if s, ok := n.(*python.String); ok && strings.EqualFold(s.Value, text) {
			found = true
		}
		return !found
	})
	return found
}
