package analyzers

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// testWaits reports tests of an operation without credentials that wait for the
// status of another version, one finding for each file.
func testWaits(pass *Pass, app *fastapi.App, version requirements.Version, relation requirements.Relation) {
	p := pass.Project
	for _, path := range p.Program.Candidates("status_code") {
		if !isTestFile(path) {
			continue
		}
		var f *Finding
		for _, fn := range functionsNaming(syntaxOf(p, path), "status_code") {
			for _, w := range awaitedStatuses(path, fn) {
				scheme, op := schemeMet(p, app, w)
				if scheme == nil {
					continue
				}
				waited, has, certain, waits := stale(map[int]bool{w.status: true}, relation)
				if !waits || overridden(p, scheme, op) {
					continue
				}
				if f != nil {
					f.Evidence = withPlaceOnce(f.Evidence, w.at, fmt.Sprintf("waits for %d as well", waited))
					f.Operations = withID(f.Operations, op.ID())
					if edits := f.Fixes[0].Edits; w.number.IsZero() {
						f.Fixes[0].Edits = nil // all of them or none
					} else if edits != nil {
						edits[path] = append(edits[path], source.Edit{Span: w.number.Span, NewText: fmt.Sprint(has)})
					}
					continue
				}
				f = staleTest(scheme, op, w, version, relation, waited, has)
				if certain && (plainClients(p, path) || !operationRaises(op, waited)) {
					f.Certainty = Confirmed
				}
			}
		}
		if f != nil {
			pass.Report(*f)
		}
	}
}

func staleTest(scheme *fastapi.Scheme, op *fastapi.Operation, w awaitedStatus, version requirements.Version, relation requirements.Relation, waited, has int) *Finding {
	f := versionFinding(scheme, version, relation, waited, has)
	f.At, f.Subject, f.Operations = w.at, string(w.at.Path), []string{op.ID()}
	f.Message = fmt.Sprintf("the test waits for %d from %s without credentials, and %s answers %d in this version of FastAPI", waited, op.ID(), scheme.Class, has)
	if relation != requirements.AtLeast && relation != requirements.Below {
		f.Message = fmt.Sprintf("the test waits for %d from %s without credentials, and %s answers %d from FastAPI 0.122 on", waited, op.ID(), scheme.Class, has)
	}
	f.Effect.Text = fmt.Sprintf("the test fails with this version: it gets %d", has)
	f.Evidence = withPlaceOnce(f.Evidence, w.call, "the request, without credentials")
	f.Check = Check{Say: "Run the test, and look at the installed version", Run: "pip show fastapi"}
	f.Fixes = []Fix{{Title: fmt.Sprintf("Test for %d", has)}}
	if !w.number.IsZero() {
		f.Fixes[0].Edits = map[source.Path][]source.Edit{w.at.Path: {{Span: w.number.Span, NewText: fmt.Sprint(has)}}}
	}
	return &f
}

// awaitedStatus is a comparison of a response's status in a test.
type awaitedStatus struct {
	at, call, number source.Location
	method, path     string
	status           int
}

// awaitedStatuses finds comparisons with 401 or 403 in a test, of responses to
// requests that carry no headers, cookies or auth.
func awaitedStatuses(path source.Path, fn *python.Function) (out []awaitedStatus) {
	sent := map[string]*python.Call{}
	inspectOwn(fn.Body(), func(n any) bool {
		switch x := n.(type) {
		case *python.Assign:
			if name, ok := x.Targets[0].(*python.Name); ok && len(x.Targets) == 1 {
				sent[name.ID] = requestCall(x.Value)
			}
		case *python.Compare:
			attr, ok := x.X.(*python.Attribute)
			if !ok || attr.Attr != "status_code" || len(x.Ops) != 1 || x.Ops[0] != "==" {
				return true
			}
			call := requestCall(attr.Value)
			if name, ok := attr.Value.(*python.Name); ok {
				call = sent[name.ID]
			}
			status, number := writtenStatus(path, x.Rest[0])
			if call == nil || status == 0 {
				return true
			}
			out = append(out, awaitedStatus{
				at: source.Location{Path: path, Span: x.Span()}, call: source.Location{Path: path, Span: call.Span()}, number: number,
				method: strings.ToUpper(python.LastName(call.Func)), path: call.Args[0].Value.(*python.String).Value, status: status,
			})
		}
		return true
	})
	return out
}

// requestCall is client.get("/path") without anything that may carry a credential; nil for all else.
func requestCall(e python.Expr) *python.Call {
	if a, ok := e.(*python.Await); ok {
		e = a.X
	}
	call, ok := e.(*python.Call)
	if !ok || len(call.Args) == 0 {
		return nil
	}
	attr, ok := call.Func.(*python.Attribute)
	if !ok || !slices.Contains([]string{"get", "post", "put", "patch", "delete"}, attr.Attr) {
		return nil
	}
	text, ok := call.Args[0].Value.(*python.String)
	if !ok || len(text.Parts) > 0 || !strings.HasPrefix(text.Value, "/") || strings.Contains(text.Value, "?") {
		return nil
	}
	for _, a := range call.Args[1:] {
		if a.Star != 0 || a.Name == "" || a.Name == "headers" || a.Name == "cookies" || a.Name == "auth" || a.Name == "params" {
			return nil
		}
	}
	return call
}

// writtenStatus reads 401 and 403 as a number or as a name of starlette.status.
func writtenStatus(path source.Path, e python.Expr) (int, source.Location) {
	text := python.LastName(e)
	if n, ok := e.(*python.Number); ok {
		switch n.Text {
		case "401", "403":
			return int(n.Text[2]-'0') + 400, source.Location{Path: path, Span: n.Span()}
		}
		return 0, source.Location{}
	}
	switch text {
	case "HTTP_401_UNAUTHORIZED":
		return 401, source.Location{}
	case "HTTP_403_FORBIDDEN":
		return 403, source.Location{}
	}
	return 0, source.Location{}
}

// schemeMet finds the scheme of which the version decides the status and that the
// request of a test meets before any other refusal; nil when there is none.
func schemeMet(p *fastapi.Project, app *fastapi.App, w awaitedStatus) (*fastapi.Scheme, *fastapi.Operation) {
	list := p.Match(w.method, w.path)
	if len(list) != 1 || list[0].App != app || slices.ContainsFunc(layersOf(app), func(l layer) bool {
		return l.Flow == nil && mayAuthenticate(l.Middleware) || l.Flow != nil && l.Flow.Refuses()
	}) {
		return nil, nil
	}
	op := list[0]
	var first func(d *fastapi.Dependency, depth int) (*fastapi.Scheme, bool)
	first = func(d *fastapi.Dependency, depth int) (*fastapi.Scheme, bool) {
		if d.Scheme != nil {
			switch d.Scheme.Class {
			case "OAuth2PasswordBearer", "OAuth2AuthorizationCodeBearer", "HTTPBasic":
				return nil, d.Scheme.AutoError
			}
			if d.Scheme.AutoError && d.Scheme.Subclass == "" {
				return d.Scheme, true
			}
			return nil, d.Scheme.AutoError
		}
		for _, sub := range d.Dependencies {
			if s, stop := first(sub, depth+1); stop || depth > 30 {
				return s, true
			}
		}
		return nil, d.Callable == nil || d.Callable.Flow != nil && refusesAnyhow(d.Callable.Flow)
	}
	for _, d := range op.Dependencies {
		if s, stop := first(d, 0); stop {
			return s, op
		}
	}
	return nil, nil
}

// overridden reports whether tests replace the scheme, or a dependency above it.
func overridden(p *fastapi.Project, scheme *fastapi.Scheme, op *fastapi.Operation) bool {
	var holds func(d *fastapi.Dependency, key *fastapi.Callable, depth int) bool
	holds = func(d *fastapi.Dependency, key *fastapi.Callable, depth int) bool {
		if sameDependency(d.Callable, key) {
			return slices.Contains(chainSchemes(d, 0), scheme)
		}
		return depth < 30 && slices.ContainsFunc(d.Dependencies, func(s *fastapi.Dependency) bool { return holds(s, key, depth+1) })
	}
	return slices.ContainsFunc(p.Overrides, func(o *fastapi.Override) bool {
		return slices.ContainsFunc(op.Dependencies, func(d *fastapi.Dependency) bool { return holds(d, o.Key, 0) })
	})
}

// plainClients reports whether nothing in a test file and the conftest files above
// it gives its clients headers of their own.
func plainClients(p *fastapi.Project, path source.Path) bool {
	for _, other := range p.Tree.Paths() {
		if other != path && other.Base() != "conftest.py" {
			continue
		}
		file, err := p.Tree.File(other)
		if err != nil || bytes.Contains(file.Text, []byte("headers.update")) || bytes.Contains(file.Text, []byte(".headers[")) ||
			bytes.Contains(file.Text, []byte("Client(app, headers")) || bytes.Contains(file.Text, []byte(", headers=")) && other.Base() == "conftest.py" {
			return false
		}
	}
	return true
}

// operationRaises reports whether the code of an operation itself answers a status.
func operationRaises(o *fastapi.Operation, status int) bool {
	raises := false
	eachCallable(o, func(c *fastapi.Callable) {
		if c.Flow == nil {
			return
		}
		for _, out := range c.Flow.Outcomes {
			raises = raises || !out.Caught && (out.Status == status || out.Handled == status)
		}
	})
	return raises
}
