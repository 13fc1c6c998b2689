package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// MiddlewareHeaderSubscript reports request.headers["…"] where the header may be missing.
var MiddlewareHeaderSubscript = &Analyzer{
	Code: "middleware-header-subscript", Family: MiddlewareOrder, Severity: Warning,
	Run: runHeaderSubscript,
}

func runHeaderSubscript(pass *Pass) {
	seen := map[source.Location]bool{}
	report := func(flow *fastapi.Flow, where string) {
		if flow == nil {
			return
		}
		for _, r := range flow.Reads {
			if !r.Subscript || r.Caught || r.What != "header" || r.Name == "host" || seen[r.At] || asksFirst(pass.Project, r) {
				continue
			}
			seen[r.At] = true
			f := Finding{
				At: r.At, Certainty: Confirmed, Subject: r.Name,
				Message: fmt.Sprintf("the header %s is read by subscript, which raises KeyError without it", r.Name),
				Effect:  Effect{Certainty: Confirmed, Status: []int{500}, Text: "a request without the header gets 500 where it should be refused"},
				Check:   Check{Say: "Send a request without the header", Run: "curl -i http://127.0.0.1:8000/"},
				Fixes:   []Fix{{Title: "Read it with .get, and refuse when it is missing"}},
			}
			f.Evidence = []Evidence{{At: r.At, Note: "runs for every request that passes " + where}}
			if edit, ok := subscriptToGet(pass.Project, r.At); ok {
				f.Fixes[0].Edits = map[source.Path][]source.Edit{r.At.Path: {edit}}
			}
			pass.Report(f)
		}
	}
	for _, app := range pass.Project.Apps {
		for _, m := range app.Middleware {
			report(m.Flow, shortName(m.Class))
		}
		for _, o := range app.Operations {
			eachDependency(o, func(d *fastapi.Dependency) {
				if d.Callable != nil {
					report(d.Callable.Flow, shortName(d.Callable.Name))
				}
			})
		}
	}
}

// asksFirst reports whether the function looks for the header elsewhere without
// raising: "authorization" in request.headers, or .get.
func asksFirst(p *fastapi.Project, r fastapi.Read) bool {
	fn := functionAt(p, r.At)
	if fn == nil {
		return false
	}
	found := false
	named := func(e python.Expr) bool {
		s, ok := e.(*python.String)
		return ok && strings.EqualFold(s.Value, r.Name)
	}
	python.Inspect(fn, func(n any) bool {
		switch x := n.(type) {
		case *python.Compare:
			found = found || len(x.Ops) > 0 && (x.Ops[0] == "in" || x.Ops[0] == "not in") && named(x.X)
		case *python.Call:
			if a, ok := x.Func.(*python.Attribute); ok && a.Attr == "get" && len(x.Args) > 0 {
				found = found || named(x.Args[0].Value)
			}
		}
		return !found
	})
	return found
}

// subscriptToGet turns headers["x"] into headers.get("x", "").
func subscriptToGet(p *fastapi.Project, at source.Location) (edit source.Edit, ok bool) {
	file, err := p.Tree.File(at.Path)
	if err != nil {
		return edit, false
	}
	python.InspectAround(moduleOf(p, at.Path), at.Span, func(n any) bool {
		if s, is := n.(*python.Subscript); is && s.Span() == at.Span {
			edit = source.Edit{Span: source.Span{Start: s.Value.Span().End, End: s.Span().End}, NewText: ".get(" + file.Slice(s.Index.Span()) + `, "")`}
			ok = true
		}
		return !ok
	})
	return edit, ok
}
