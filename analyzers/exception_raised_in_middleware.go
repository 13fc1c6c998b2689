package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// ExceptionRaisedInMiddleware reports an HTTPException that leaves a middleware.
var ExceptionRaisedInMiddleware = &Analyzer{
	Code: "exception-raised-in-middleware", Family: MiddlewareOrder, Severity: Error,
	Run: runExceptionRaised,
}

// escape is one place of a middleware from which HTTPExceptions leave it.
type escape struct {
	at     source.Location
	raises []*fastapi.Outcome
}

func runExceptionRaised(pass *Pass) {
	for _, app := range pass.Project.Apps {
		for _, m := range app.Middleware {
			if m.Flow == nil || m.Kind == fastapi.LibraryMiddleware || caughtOutside(app, m) {
				continue
			}
			for _, e := range escapesOf(m.Flow) {
				reportEscape(pass, app, m, e)
			}
		}
	}
}

// escapesOf groups what is raised by the place in the middleware itself: the
// raise, or the call that leads to it.
func escapesOf(flow *fastapi.Flow) (list []*escape) {
	for i := range flow.Outcomes {
		o := &flow.Outcomes[i]
		if o.Kind != fastapi.Raises || !o.HTTP || o.Caught {
			continue
		}
		at := o.At
		if len(o.Through) > 0 {
			at = o.Through[0].At
		}
		found := false
		for _, e := range list {
			if e.at == at {
				e.raises, found = append(e.raises, o), true
			}
		}
		if !found {
			list = append(list, &escape{at, []*fastapi.Outcome{o}})
		}
	}
	return list
}

// caughtOutside reports whether a middleware further out turns HTTPException into an answer.
func caughtOutside(app *fastapi.App, m *fastapi.Middleware) bool {
	for _, l := range outsideOf(app, m) {
		if l.Flow == nil {
			continue
		}
		for _, n := range l.Flow.Next {
			if !n.Refusals.IsZero() || !n.CaughtBy.IsZero() {
				return true
			}
		}
	}
	return false
}

func reportEscape(pass *Pass, app *fastapi.App, m *fastapi.Middleware, e *escape) {
	o := e.raises[0]
	status := "its status"
	if o.Status != 0 {
		status = fmt.Sprint(o.Status)
	}
	f := Finding{
		At: e.at, Certainty: addedSometimes(m), Subject: m.Class,
		Message: fmt.Sprintf("HTTPException is raised within the middleware %s, outside of the exception handlers", shortName(m.Class)),
		Effect:  Effect{Certainty: Confirmed, Status: []int{500}, Text: fmt.Sprintf("the client gets 500 instead of %s", status)},
		Check:   Check{Say: "Send a request that the middleware refuses: the traceback ends in HTTPException"},
	}
	if op := guardedOperation(app); op != nil {
		f.Check.Run = curlFor(op, "")
	}
	if e.at != o.At {
		f.Message = fmt.Sprintf("%s raises HTTPException within the middleware %s, outside of the exception handlers", raiser(o), shortName(m.Class))
	}
	for _, r := range e.raises {
		if r.At != e.at {
			f.Evidence = withPlaceOnce(f.Evidence, r.At, fmt.Sprintf("raises %d", r.Status))
		}
	}
	f.Evidence = withPlaceOnce(f.Evidence, m.At, "the middleware runs outside of ExceptionMiddleware, which answers HTTPException")
	for _, h := range app.Handlers {
		if h.Status == 500 || h.Canonical == "builtins.Exception" {
			f.Effect.Certainty, f.Effect.Status = Hypothesis, nil
			f.Effect.Text = fmt.Sprintf("the handler for %s answers it, and not the one for HTTPException; the server logs a traceback", h.For)
			f.Evidence = withPlaceOnce(f.Evidence, h.At, "answers whatever leaves the middleware")
		}
	}
	f.Fixes = []Fix{returnInstead(pass.Project, m, e)}
	pass.Report(f)
}

// raiser names the function that the middleware calls.
func raiser(o *fastapi.Outcome) string {
	note := o.Through[0].Note
	const calls = "calls "
	if len(note) > len(calls) {
		return note[len(calls):]
	}
	return "a called function"
}
