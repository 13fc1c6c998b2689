package analyzers

import (
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// RoutesWalkedFlat reports code that walks app.routes as a flat list, which from
// FastAPI 0.137.0 does not hold the path operations of included routers.
var RoutesWalkedFlat = &Analyzer{
	Code: "routes-walked-flat", Family: DependsChain, Severity: Warning,
	Run: runRoutesWalkedFlat,
}

func runRoutesWalkedFlat(pass *Pass) {
	p := pass.Project
	include := anyInclude(p)
	if include.IsZero() {
		return
	}
	for _, path := range p.Modules() {
		version := p.Requirements.For(path.Dir()).Version("fastapi")
		relation := version.Compare("0.137.0")
		if relation == requirements.Below {
			continue
		}
		m := syntaxOf(p, path)
		for _, loop := range loopsOverRoutes(m) {
			var iter python.Expr
			var body any
			switch x := loop.(type) {
			case *python.For:
				iter, body = x.Iter, x.Body
			case *python.Comprehension:
				iter, body = x.Clauses[0].Iter, x
			}
			attribute, ok := iter.(*python.Attribute)
			if !ok || attribute.Attr != "routes" || recurses(body) || aboutMounts(body) || !isApplication(p, path, m, attribute.Value, 0) {
				continue
			}
			f := walkedFlat(source.Location{Path: path, Span: attribute.Span()}, relation == requirements.AtLeast)
			f.Evidence = append(f.Evidence, Evidence{At: include, Note: "one entry from FastAPI 0.137.0, whatever it holds"})
			if at := versionPlace(version); !at.IsZero() {
				f.Evidence = append(f.Evidence, Evidence{At: at, Note: "the version decides: from FastAPI 0.137.0 an included router is one entry"})
			}
			pass.Report(f)
		}
	}
}

// loopsOverRoutes lists the loops and comprehensions of one clause in a module that
// may go over something named routes.
func loopsOverRoutes(m *python.Module) (list []any) {
	python.InspectHolding(m, python.AnyOf("routes"), func(n any) bool {
		switch x := n.(type) {
		case *python.For:
			list = append(list, x)
		case *python.Comprehension:
			if len(x.Clauses) == 1 {
				list = append(list, x)
			}
		}
		return true
	})
	return list
}

// anyInclude is the first include_router call of the project's applications; zero when there is none.
func anyInclude(p *fastapi.Project) source.Location {
	for _, a := range p.Apps {
		for _, o := range a.Operations {
			if len(o.Includes) > 0 && a.Role == fastapi.Application {
				return o.Includes[0].At
			}
		}
	}
	return source.Location{}
}

// recurses reports whether a loop looks into the entries: it takes .routes of them itself.
func recurses(body any) bool {
	found := 0
	python.Inspect(body, func(n any) bool {
		if a, ok := n.(*python.Attribute); ok && (a.Attr == "routes" || a.Attr == "router") {
			found++
		}
		return true
	})
	if _, ok := body.(*python.Comprehension); ok {
		return found > 1
	}
	return found > 0
}

// aboutMounts reports whether a loop is about mounted applications, which stand in
// the list as before, or asks each entry itself whether it matches a request.
func aboutMounts(body any) (found bool) {
	python.Inspect(body, func(n any) bool {
		switch x := n.(type) {
		case *python.Attribute:
			found = found || x.Attr == "app" || x.Attr == "matches" || x.Attr == "Mount"
		case *python.Name:
			found = found || x.ID == "Mount"
		case *python.String:
			found = found || x.Value == "app"
		}
		return !found
	})
	return found
}

// isApplication reports whether an expression is an application: an object of the
// module, one that the function makes, or a parameter that is annotated as FastAPI
// or given one.
func isApplication(p *fastapi.Project, path source.Path, m *python.Module, e python.Expr, depth int) bool {
	if interpret.IsInstanceOf(p.Eval(path, e), "fastapi.FastAPI") != "" {
		return true
	}
	name, ok := e.(*python.Name)
	if !ok || depth > 3 {
		return false
	}
	found := false
	python.InspectAround(m, e.Span(), func(n any) bool {
		fn, ok := n.(*python.Function)
		if !ok || !fn.Span().Covers(e.Span()) {
			return !ok || fn.Span().Covers(e.Span())
		}
		for i, param := range fn.Params {
			switch {
			case param.Name != name.ID:
			case param.Annotation != nil:
				external, is := p.Eval(path, param.Annotation).(*interpret.External)
				found = found || is && external.Path == "fastapi.FastAPI"
			default:
				found = found || givenApplication(p, fn, i, param.Name, depth+1)
			}
		}
		found = found || makesApplication(p, path, fn, name.ID)
		return true
	})
	return found
}

// givenApplication reports whether a call somewhere gives a function an application as its nth parameter.
func givenApplication(p *fastapi.Project, fn *python.Function, n int, name string, depth int) bool {
	for _, path := range p.Program.Candidates(fn.Name) {
		for _, call := range python.CallsOf(syntaxOf(p, path), fn.Name) {
			for i, a := range call.Args {
				if a.Star == 0 && (a.Name == name || a.Name == "" && i == n) && isApplication(p, path, syntaxOf(p, path), a.Value, depth) {
					if callee, is := p.Eval(path, call.Func).(*interpret.Func); is && callee.Def == fn {
						return true
					}
				}
			}
		}
	}
	return false
}

// makesApplication reports whether a function binds a name to a FastAPI(…) call of its own.
func makesApplication(p *fastapi.Project, path source.Path, fn *python.Function, name string) bool {
	found := false
	inspectOwn(fn.Body(), func(n any) bool {
		a, ok := n.(*python.Assign)
		if !ok || len(a.Targets) != 1 || !isNamed(a.Targets[0], name) {
			return !found
		}
		if call, ok := a.Value.(*python.Call); ok {
			external, is := p.Eval(path, call.Func).(*interpret.External)
			found = found || is && external.Path == "fastapi.FastAPI"
		}
		return !found
	})
	return found
}

func walkedFlat(at source.Location, known bool) Finding {
	f := Finding{
		Certainty: Hypothesis, At: at, Subject: "routes",
		Message:  "the loop takes the application's routes for a flat list, in which an included router is one entry from FastAPI 0.137.0",
		Effect:   Effect{Text: "what the loop checks or protects leaves out the path operations of included routers"},
		Evidence: []Evidence{{At: at, Note: "does not look into included routers"}},
		Check:    Check{Say: "Count the routes that the loop sees, and compare with the paths of /openapi.json"},
		Fixes:    []Fix{describedFix("Walk app.openapi()[\"paths\"], or look into included routers")},
	}
	if known {
		f.Certainty = Confirmed
	}
	return f
}
