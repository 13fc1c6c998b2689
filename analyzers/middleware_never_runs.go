package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// MiddlewareNeverRuns reports middleware that is added too late, or to an
// application that serves nothing.
var MiddlewareNeverRuns = &Analyzer{
	Code: "middleware-never-runs", Family: MiddlewareOrder, Severity: Error, Requires: fastapi.Routes,
	Run: runNeverRuns,
}

func runNeverRuns(pass *Pass) {
	for _, app := range pass.Project.Apps {
		for _, late := range pass.Project.LateMiddleware(app) {
			reportLate(pass, app, late)
		}
		if other := servedInstead(pass.Project, app); other != nil {
			reportOtherApp(pass, app, other)
		}
	}
}

func reportLate(pass *Pass, app *fastapi.App, late fastapi.LateMiddleware) {
	f := Finding{
		At: late.At, Certainty: addedSometimes(late.Middleware), Subject: late.Class,
		Message: fmt.Sprintf("%s is added in the %s function, when the application has started", shortName(late.Class), late.By),
		Effect:  Effect{Certainty: Confirmed, Text: "the server does not start: RuntimeError, Cannot add middleware after an application has started"},
		Check:   Check{Say: "Start the server and read its last line"},
		Fixes:   []Fix{{Title: "Add it at module level, where the application is made"}},
	}
	version := pass.Project.Requirements.For(app.At.Path.Dir()).Version("fastapi")
	if version.Compare("0.91.0") == requirements.Below {
		f.Certainty, f.Severity = Hypothesis, Warning
		f.Effect = Effect{Certainty: Hypothesis, Text: "from FastAPI 0.91 on the server does not start with it"}
	}
	f.Evidence = withPlaceOnce(f.Evidence, headerOf(pass.Project, late.In), "runs when the server starts")
	f.Evidence = withPlaceOnce(f.Evidence, app.At, "the application")
	pass.Report(f)
}

// headerOf is the first line of a callable's definition, which stands for it.
func headerOf(p *fastapi.Project, c *fastapi.Callable) source.Location {
	if c == nil || c.At.IsZero() {
		return source.Location{}
	}
	return p.Header(c)
}

// servedInstead returns the application that serves the operations, where app has
// middleware and serves nothing.
func servedInstead(p *fastapi.Project, app *fastapi.App) *fastapi.App {
	if len(app.Operations) > 0 || len(app.Middleware) == 0 || app.Parent != nil || len(app.Gaps) > 0 || app.Role != fastapi.Application {
		return nil
	}
	var other *fastapi.App
	for _, candidate := range p.Apps {
		if candidate != app && candidate.Role == app.Role && candidate.Parent == nil && len(candidate.Operations) > 0 {
			if other != nil {
				return nil // several: which of them is meant is not known
			}
			other = candidate
		}
	}
	return other
}

func reportOtherApp(pass *Pass, app, other *fastapi.App) {
	for _, m := range app.Middleware {
		if !middlewareGuards(m) && m.Canonical != corsClass && m.Canonical != sessionClass {
			continue
		}
		f := Finding{
			At: m.At, Certainty: addedSometimes(m), Subject: m.Class,
			Message: fmt.Sprintf("%s is added to %s, which serves no path operation; those are on %s", shortName(m.Class), app.Name, other.Name),
			Effect:  Effect{Certainty: Confirmed, Text: "no request passes the middleware"},
			Check:   Check{Say: "Print app.user_middleware of the application that the server starts"},
			Fixes:   []Fix{{Title: "Add it to " + other.Name}},
		}
		f.Evidence = withPlaceOnce(f.Evidence, app.At, "this application has no path operation")
		f.Evidence = withPlaceOnce(f.Evidence, other.At, "this one serves them")
		pass.Report(f)
	}
}
