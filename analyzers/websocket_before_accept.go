package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// denialStarlette is the version of Starlette from which an HTTPException before
// accept() refuses a websocket; denialFastAPI is the first FastAPI that allows it.
const (
	denialStarlette = "0.41.0"
	denialFastAPI   = "0.115.3"
)

// beforeAccept reports HTTPExceptions that dependencies of a websocket, or its
// handler before accept(), raise in a version that makes a 500 of them.
func beforeAccept(pass *Pass, app *fastapi.App, o *fastapi.Operation, seen map[source.Location]bool) {
	set := pass.Project.Requirements.For(app.At.Path.Dir())
	version := set.Version("starlette")
	if version.Compare(denialStarlette) != requirements.Below {
		if version = set.Version("fastapi"); version.Compare(denialFastAPI) != requirements.Below {
			return
		}
	}
	accept := source.Location{}
	if o.Handler != nil && o.Handler.Function != nil {
		accept = acceptCall(o.Handler)
	}
	run := o
	if set.Version("fastapi").Compare(routerGate) == requirements.Below {
		run = parametersAlone(o)
	}
	eachCallable(run, func(c *fastapi.Callable) {
		if c.Flow == nil {
			return
		}
		for i := range c.Flow.Outcomes {
			out := &c.Flow.Outcomes[i]
			if out.Kind != fastapi.Raises || !out.HTTP || out.Caught || seen[out.At] {
				continue
			}
			if at := out.At; c == o.Handler && !accept.IsZero() && (len(out.Through) > 0 || at.Path != accept.Path || at.Span.Start > accept.Span.Start) {
				continue
			}
			seen[out.At] = true
			pass.Report(deniedLate(pass.Project, o, c, out, version))
		}
	})
}

func deniedLate(p *fastapi.Project, o *fastapi.Operation, c *fastapi.Callable, out *fastapi.Outcome, version requirements.Version) Finding {
	f := Finding{
		At: out.At, Certainty: Confirmed, Severity: Information, Subject: o.Path + " " + dependencyName(c), Operations: operationNames(o),
		Message: fmt.Sprintf("%s refuses the websocket %s with HTTPException, and Starlette below 0.41 has no answer for it before accept()", dependencyName(c), o.Path),
		Effect:  Effect{Certainty: Confirmed, Status: []int{500}, Text: fmt.Sprintf("the handshake fails with 500 in place of %s; some test clients wait for ever", statusOr(out.Status, "the refusal"))},
		Check:   Check{Say: "Connect with bad credentials and look at the status of the handshake", Run: "pip show starlette"},
		Fixes:   []Fix{{Title: "Raise WebSocketException(code=1008) for websockets, or require Starlette 0.41"}},
	}
	f.Evidence = withPlaceOnce(f.Evidence, o.Registered, "the websocket")
	f.Evidence = withPlaceOnce(f.Evidence, headerOf(p, c), "runs before the connection is accepted")
	f.Evidence = withPlaceOnce(f.Evidence, version.At, "the version in use")
	return f
}

// statusOr is a status as text, or another text when it is not known.
func statusOr(status int, other string) string {
	if status == 0 {
		return other
	}
	return fmt.Sprint(status)
}
