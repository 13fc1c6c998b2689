package report

import (
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// wrappers finds middleware that is put around an application by hand, as in
// app = CORSMiddleware(app). It is no part of the application's own stack, and
// whether requests pass it depends on which of the two is served: its answers are hypotheses.
func wrappers(p *fastapi.Project, app *fastapi.App) []fastapi.Step {
	if p.Program == nil || app == nil {
		return nil
	}
	module := p.Program.Module(app.At.Path)
	if module == nil {
		return nil
	}
	name := afterColon(app.Name)
	var out []fastapi.Step
	for _, statement := range module.Body {
		python.Inspect(statement, func(n any) bool {
			call, ok := n.(*python.Call)
			if !ok || len(call.Args) == 0 {
				return true
			}
			inner, ok := call.Args[0].Value.(*python.Name)
			if class := calledName(call); ok && inner.ID == name && strings.HasSuffix(class, "Middleware") && (call.Args[0].Name == "" || call.Args[0].Name == "app") {
				out = append(out, wrapper(class, source.Location{Path: app.At.Path, Span: call.Span()}))
			}
			return true
		})
	}
	return out
}

// calledName is the last name of what is called.
func calledName(call *python.Call) string {
	switch f := call.Func.(type) {
	case *python.Name:
		return f.ID
	case *python.Attribute:
		return f.Attr
	}
	return ""
}

func wrapper(class string, at source.Location) fastapi.Step {
	s := fastapi.Step{Layer: fastapi.LayerMiddleware, Name: class, At: at, Note: "put around the application by hand: requests pass it where the outer one is served"}
	a := fastapi.Answer{At: at, Intended: true}
	switch class {
	case "CORSMiddleware":
		a.Status, a.Detail, a.When = 400, "Disallowed CORS …", "a preflight asks for an origin, method or header that is not allowed"
	case "TrustedHostMiddleware":
		a.Status, a.Detail, a.When = 400, "Invalid host header", "the Host header is not allowed"
	case "HTTPSRedirectMiddleware":
		a.Status, a.When = 307, "the request came over http"
	default:
		a.Intended, a.When = false, "it is not known what this middleware does"
	}
	s.Answers = []fastapi.Answer{a}
	return s
}
