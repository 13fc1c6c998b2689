package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// StatusMixed reports 403 for bad credentials, 401 for a missing right, and a Basic
// refusal without its challenge.
var StatusMixed = &Analyzer{
	Code: "status-mixed", Family: Status, Severity: Warning,
	Run: runStatusMixed,
}

func runStatusMixed(pass *Pass) {
	seen, code := map[source.Location]bool{}, &clients{p: pass.Project}
	for _, app := range pass.Project.Apps {
		for _, o := range app.Operations {
			eachDependency(o, func(d *fastapi.Dependency) {
				if d.Callable == nil || d.Callable.Flow == nil || d.Scheme != nil {
					return
				}
				for i := range d.Callable.Flow.Outcomes {
					out := &d.Callable.Flow.Outcomes[i]
					if out.Kind != fastapi.Raises || !out.HTTP || out.Caught || seen[out.At] {
						continue
					}
					if mixed(pass, code, d, out) {
						seen[out.At] = true
					}
				}
			})
		}
	}
}

// eachDependency visits everything that an operation depends on.
func eachDependency(o *fastapi.Operation, visit func(*fastapi.Dependency)) {
	var walk func(list []*fastapi.Dependency, depth int)
	walk = func(list []*fastapi.Dependency, depth int) {
		for _, d := range list {
			visit(d)
			if depth < 30 {
				walk(d.Dependencies, depth+1)
			}
		}
	}
	walk(o.Dependencies, 0)
}

func mixed(pass *Pass, code *clients, d *fastapi.Dependency, out *fastapi.Outcome) bool {
	p := pass.Project
	switch {
	case out.Status == 403 && (handlesTokenError(p, out) || badCredentials(out.Detail) && chainHasBearer(d.Dependencies, 0)):
		reportForbidden(pass, code, d, out)
	case out.Status == 401 && authenticatedBefore(d) && aboutRights(p, out):
		reportUnauthorized(pass, code, d, out)
	case out.Status == 401 && !out.Challenge && needsBasic(d):
		reportNoChallenge(pass, d, out)
	default:
		return false
	}
	return true
}

// handlesTokenError reports whether a raise stands in an except clause for the errors of a token library.
func handlesTokenError(p *fastapi.Project, out *fastapi.Outcome) bool {
	if out.Handling.IsZero() {
		return false
	}
	found := false
	python.InspectAround(moduleOf(p, out.Handling.Path), out.Handling.Span, func(n any) bool {
		t, ok := n.(*python.Try)
		if !ok {
			return !found
		}
		for _, h := range t.Handlers {
			if h.Span() != out.Handling.Span || h.Types == nil {
				continue
			}
			types := []python.Expr{h.Types}
			if seq, ok := h.Types.(*python.Sequence); ok {
				types = seq.Elements
			}
			for _, e := range types {
				name := libraryName(p.Eval(out.Handling.Path, e))
				for _, library := range []string{"jwt.", "jose.", "authlib.jose.", "joserfc."} {
					found = found || strings.HasPrefix(name, library)
				}
			}
		}
		return !found
	})
	return found
}

// badCredentials reports whether a refusal's own words are about credentials and not about rights.
func badCredentials(detail string) bool {
	text := strings.ToLower(detail)
	for _, words := range []string{"validate credentials", "validate token", "invalid token", "invalid authentication", "invalid credentials", "token has expired", "token expired",
		"expired token", "not authenticated", "invalid or expired"} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

func chainHasBearer(list []*fastapi.Dependency, depth int) bool {
	for _, d := range list {
		if d.Scheme != nil && d.Scheme.In == "" || depth < 20 && chainHasBearer(d.Dependencies, depth+1) {
			return true
		}
	}
	return false
}

// authenticatedBefore reports whether a dependency runs behind one that refuses by itself.
func authenticatedBefore(d *fastapi.Dependency) bool {
	for _, sub := range d.Dependencies {
		if sub.Scheme == nil && sub.Callable != nil && sub.Callable.Flow != nil && sub.Callable.Flow.Refuses() || authenticatedBefore(sub) {
			return true
		}
	}
	return false
}

var rightWords = []string{"role", "roles", "permission", "permissions", "is_admin", "admin", "superuser", "is_superuser", "is_staff", "privileges", "groups", "allowed_roles", "required_role"}

// aboutRights reports whether the test that leads to a refusal looks at a role or a permission.
func aboutRights(p *fastapi.Project, out *fastapi.Outcome) bool {
	at := enclosingTest(p, out.At)
	if at.IsZero() {
		return false
	}
	found := false
	python.Inspect(moduleOf(p, at.Path), func(n any) bool {
		e, ok := n.(python.Expr)
		if !ok || !at.Span.Covers(e.Span()) {
			return !found
		}
		word := ""
		switch x := e.(type) {
		case *python.Attribute:
			word = x.Attr
		case *python.Name:
			word = x.ID
		case *python.String:
			word = x.Value
		}
		for _, right := range rightWords {
			found = found || strings.EqualFold(word, right)
		}
		return !found
	})
	return found
}

func needsBasic(d *fastapi.Dependency) bool {
	for _, sub := range d.Dependencies {
		if sub.Scheme != nil && sub.Scheme.Class == "HTTPBasic" {
			return true
		}
	}
	return false
}

// statusArgument is the place of the status in the call that makes what is raised,
// the value alone, and the call.
func statusArgument(p *fastapi.Project, out *fastapi.Outcome) (whole, value source.Location, call *python.Call) {
	inst, ok := out.Raw.(*interpret.Instance)
	if !ok {
		return out.At, source.Location{}, nil
	}
	call = callAt(p, inst.At)
	if call == nil {
		return out.At, source.Location{}, nil
	}
	if a := callArgument(call, 0, "status_code"); a != nil {
		return source.Location{Path: inst.At.Path, Span: a.Span()}, source.Location{Path: inst.At.Path, Span: a.Value.Span()}, call
	}
	return source.Location{Path: inst.At.Path, Span: call.Span()}, source.Location{}, call
}

// otherStatus replaces one status by another, in the words in which it is written.
func otherStatus(p *fastapi.Project, at source.Location, from, to, fromName, toName string) (source.Edit, bool) {
	text := sourceAt(p, at)
	switch {
	case text == from:
		return source.Edit{Span: at.Span, NewText: to}, true
	case strings.Contains(text, fromName):
		return source.Edit{Span: at.Span, NewText: strings.Replace(text, fromName, toName, 1)}, true
	}
	return source.Edit{}, false
}

// requestWith is a request to the first operation that has a dependency, with more arguments for curl.
func requestWith(p *fastapi.Project, d *fastapi.Dependency, more string) string {
	for _, l := range chainLinks(p) {
		if l.dep.Callable == d.Callable && len(l.operations) > 0 {
			return curlFor(l.operations[0], more)
		}
	}
	return ""
}

// behind names the operations that have a dependency on their way.
func behind(p *fastapi.Project, d *fastapi.Dependency) []string {
	var list []*fastapi.Operation
	for _, l := range chainLinks(p) {
		if l.dep.Callable == d.Callable {
			list = append(list, l.operations...)
		}
	}
	return idsOf(list)
}

func reportForbidden(pass *Pass, code *clients, d *fastapi.Dependency, out *fastapi.Outcome) {
	whole, value, call := statusArgument(pass.Project, out)
	name := shortName(d.Callable.Name)
	f := Finding{
		At: whole, Certainty: Hypothesis, Subject: name,
		Message:    fmt.Sprintf("%s answers 403 for credentials that are invalid or expired, for which HTTP has 401", name),
		Effect:     Effect{Certainty: Hypothesis, Status: []int{403}, Text: "a client that logs in again or renews its token on 401 does neither"},
		Check:      Check{Say: "Call a protected route with an expired token", Run: requestWith(pass.Project, d, "-H 'Authorization: Bearer x'")},
		Fixes:      []Fix{{Title: "Answer 401 with WWW-Authenticate: Bearer"}},
		Operations: behind(pass.Project, d),
	}
	f.Evidence = withPlaceOnce(f.Evidence, out.Handling, "the token could not be verified")
	f.Evidence = withPlaceOnce(f.Evidence, out.At, "raised here")
	for _, at := range code.status("401") {
		f.Evidence = withPlaceOnce(f.Evidence, at, "the client waits for 401")
	}
	if edit, ok := otherStatus(pass.Project, value, "403", "401", "HTTP_403_FORBIDDEN", "HTTP_401_UNAUTHORIZED"); ok {
		edits := []source.Edit{edit}
		if callArgument(call, 2, "headers") == nil {
			edits = append(edits, addArgument(pass.Project, value.Path, call, `headers={"WWW-Authenticate": "Bearer"}`))
		}
		f.Fixes[0].Edits = map[source.Path][]source.Edit{value.Path: edits}
	}
	pass.Report(f)
}

func reportUnauthorized(pass *Pass, code *clients, d *fastapi.Dependency, out *fastapi.Outcome) {
	_, value, call := statusArgument(pass.Project, out)
	at := out.At
	if call != nil {
		at = source.Location{Path: value.Path, Span: call.Span()}
	}
	name := shortName(d.Callable.Name)
	f := Finding{
		At: at, Certainty: Hypothesis, Subject: name,
		Message:    fmt.Sprintf("%s answers 401 to somebody who is known and lacks a right, for which HTTP has 403", name),
		Effect:     Effect{Certainty: Hypothesis, Status: []int{401}, Text: "a client takes its credentials for bad: it drops or renews its token, which never helps"},
		Check:      Check{Say: "Call the route with a valid token of somebody without that right"},
		Fixes:      []Fix{{Title: "Answer 403"}},
		Operations: behind(pass.Project, d),
	}
	f.Evidence = withPlaceOnce(f.Evidence, enclosingTest(pass.Project, out.At), "looks at a right of a known account")
	for _, sub := range d.Dependencies {
		f.Evidence = withPlaceOnce(f.Evidence, sub.At, "has authenticated the request before")
	}
	for _, at := range code.status("401") {
		f.Evidence = withPlaceOnce(f.Evidence, at, "the client reacts to 401")
	}
	if edit, ok := otherStatus(pass.Project, value, "401", "403", "HTTP_401_UNAUTHORIZED", "HTTP_403_FORBIDDEN"); ok {
		f.Fixes[0].Edits = map[source.Path][]source.Edit{value.Path: {edit}}
	}
	pass.Report(f)
}

func reportNoChallenge(pass *Pass, d *fastapi.Dependency, out *fastapi.Outcome) {
	_, value, call := statusArgument(pass.Project, out)
	if call == nil || openArguments(call) || callArgument(call, 2, "headers") != nil {
		return
	}
	at := source.Location{Path: value.Path, Span: call.Span()}
	f := Finding{
		At: at, Certainty: Confirmed, Severity: Information, Subject: shortName(d.Callable.Name),
		Message:    "a 401 behind HTTPBasic is raised without WWW-Authenticate",
		Effect:     Effect{Certainty: Confirmed, Status: []int{401}, Text: "a browser that sent a wrong password shows the error, and does not ask for another"},
		Operations: behind(pass.Project, d),
		Check:      Check{Say: "Send a wrong password, and look for WWW-Authenticate", Run: requestWith(pass.Project, d, "-u x:y")},
		Fixes: []Fix{{Title: "Send the challenge", Safe: true, Edits: map[source.Path][]source.Edit{
			at.Path: {addArgument(pass.Project, at.Path, call, `headers={"WWW-Authenticate": "Basic"}`)}}}},
	}
	for _, sub := range d.Dependencies {
		if sub.Scheme != nil {
			f.Evidence = withPlaceOnce(f.Evidence, sub.Scheme.At, "HTTPBasic sends the challenge only when there are no credentials at all")
		}
	}
	pass.Report(f)
}

// addArgument appends an argument to a call, in the layout of the call.
func addArgument(p *fastapi.Project, path source.Path, call *python.Call, text string) source.Edit {
	last := call.Args[len(call.Args)-1].Span().End
	file, err := p.Tree.File(path)
	if err == nil && len(call.Args) > 0 {
		first := call.Args[len(call.Args)-1].Span().Start
		line := file.Line(file.LineOf(first))
		indent := file.Slice(source.Span{Start: line.Start, End: first})
		if strings.TrimSpace(indent) == "" && line.Start > call.Span().Start { // one argument a line
			return source.Edit{Span: source.Span{Start: last, End: last}, NewText: ",\n" + indent + text}
		}
	}
	return source.Edit{Span: source.Span{Start: last, End: last}, NewText: ", " + text}
}
