package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
)

// ErrorWithoutCORS reports handlers for 500 and Exception, which run outside of CORSMiddleware.
var ErrorWithoutCORS = &Analyzer{
	Code: "error-without-cors", Family: CORS, Severity: Information, Requires: fastapi.MiddlewareStack,
	Run: runErrorWithoutCORS,
}

func runErrorWithoutCORS(pass *Pass) {
	for _, app := range pass.Project.Apps {
		cors := corsOf(app)
		if cors == nil || cors.How == "wrap" {
			continue
		}
		for _, h := range app.Handlers {
			if h.Status != 500 && h.Canonical != "builtins.Exception" || mentionsText(h.Callable, "access-control-allow-origin") {
				continue
			}
			f := Finding{
				At: h.At, Certainty: addedSometimes(cors), Subject: h.For,
				Message: fmt.Sprintf("the handler for %s answers outside of CORSMiddleware", h.For),
				Effect:  Effect{Certainty: Hypothesis, Status: []int{500}, Text: "a script of another origin cannot read its answer: a crash is reported as blocked by CORS"},
				Check:   Check{Say: "Raise in a route, call it with an Origin, and look for access-control-allow-origin"},
				Fixes:   []Fix{{Title: "Wrap the application: app = CORSMiddleware(app, …), or catch errors in a middleware inside"}},
			}
			f.Evidence = withPlaceOnce(f.Evidence, cors.At, "is inside of ServerErrorMiddleware, which calls the handler")
			pass.Report(f)
		}
	}
}

func corsOf(app *fastapi.App) *fastapi.Middleware {
	for _, m := range app.Middleware {
		if m.Canonical == corsClass {
			return m
		}
	}
	return nil
}
