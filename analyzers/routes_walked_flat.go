package analyzers

import (
	"slices"

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
	includes := slices.ContainsFunc(p.Apps, func(a *fastapi.App) bool {
		return slices.ContainsFunc(a.Operations, func(o *fastapi.Operation) bool { return len(o.Includes) > 0 })
	})
	if !includes {
		return
	}
	for _, path := range p.Modules() {
		version := p.Requirements.For(path.Dir()).Version("fastapi")
		relation := version.Compare("0.137.0")
		if relation == requirements.Below {
			continue
		}
		m := syntaxOf(p, path)
		for _, loop := range m.Index().Loops {
			var iter python.Expr
			var body any
			switch x := loop.(type) {
			case *python.For:
				iter, body = x.Iter, x.Body
			case *python.Comprehension:
				iter, body = x.Clauses[0].Iter, x
			}
			attribute, ok := iter.(*python.Attribute)
			if !ok || attribute.Attr != "routes" || recurses(body) || !isApplication(p, path, m, attribute.Value) {
				continue
			}
			f := walkedFlat(source.Location{Path: path, Span: attribute.Span()}, relation == requirements.AtLeast)
			if at := versionPlace(version); !at.IsZero() {
				f.Evidence = append(f.Evidence, Evidence{At: at, Note: "the version decides: from FastAPI 0.137.0 an included router is one entry"})
			}
			pass.Report(f)
		}
	}
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

// isApplication reports whether an expression is an application: an object of the
// module, or a parameter annotated as FastAPI.
func isApplication(p *fastapi.Project, path source.Path, m *python.Module, e python.Expr) bool {
	if interpret.IsInstanceOf(p.Eval(path, e), "fastapi.FastAPI") != "" {
		return true
	}
	name, ok := e.(*python.Name)
	if !ok {
		return false
	}
	found := false
	python.Inspect(m, func(n any) bool {
		fn, ok := n.(*python.Function)
		if !ok || !fn.Span().Covers(e.Span()) {
			return !ok || fn.Span().Covers(e.Span())
		}
		for _, param := range fn.Params {
			if param.Name == name.ID && param.Annotation != nil {
				external, is := p.Eval(path, param.Annotation).(*interpret.External)
				found = found || is && external.Path == "fastapi.FastAPI"
			}
		}
		return true
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
