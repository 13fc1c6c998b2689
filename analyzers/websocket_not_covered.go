package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// WebSocketNotCovered reports websockets beside middleware that guards HTTP alone.
var WebSocketNotCovered = &Analyzer{
	Code: "websocket-not-covered", Family: MiddlewareOrder, Severity: Warning,
	Requires: fastapi.MiddlewareStack | fastapi.Dependencies,
	Run:      runWebSocketNotCovered,
}

func runWebSocketNotCovered(pass *Pass) {
	for _, app := range pass.Project.Apps {
		var guard *fastapi.Middleware
		for _, l := range layersOf(app) {
			if httpOnly(l.Middleware) && middlewareGuards(l.Middleware) {
				guard = l.Middleware
			}
		}
		if guard == nil {
			continue
		}
		for _, o := range app.Operations {
			if o.Kind != fastapi.WebSocket || o.Protected || ownsGuard(o) || pass.Public(o.Path) {
				continue
			}
			if g := pass.Project.Send(guard, fastapi.Probe{Method: "GET", Path: o.Requested()}); g == nil || g.Unsure || !g.Refuses() {
				continue // a path that the middleware would let through
			}
			reportNotCovered(pass, guard, o)
		}
	}
}

// ownsGuard reports whether a websocket's handler, or what it depends on, looks at
// anything that the client sends with the connection, or refuses.
func ownsGuard(o *fastapi.Operation) bool {
	if len(o.Dependencies) > 0 && o.Dependencies[0].Gap != nil {
		return true
	}
	for _, p := range o.Parameters {
		if p.In == fastapi.InQuery || p.In == fastapi.InHeader || p.In == fastapi.InCookie {
			return true
		}
	}
	own := false
	eachCallable(o, func(c *fastapi.Callable) {
		own = own || mentions(c, "query_params") || mentions(c, "cookies") || mentions(c, "headers") || mentions(c, "close") || mentions(c, "session")
		if c.Flow != nil {
			for _, out := range c.Flow.Outcomes {
				own = own || out.Kind == fastapi.Raises && !out.Caught
			}
		}
	})
	return own
}

func reportNotCovered(pass *Pass, guard *fastapi.Middleware, o *fastapi.Operation) {
	at := o.PathAt
	if at.IsZero() {
		at = o.Registered
	}
	name := shortName(guard.Class)
	f := Finding{
		At: at, Certainty: addedSometimes(guard), Subject: o.Path, Operations: operationNames(o),
		Message: fmt.Sprintf("%s guards HTTP requests alone, and the websocket %s has no guard of its own", name, o.Path),
		Effect:  Effect{Certainty: Confirmed, Text: "anybody can open the websocket without credentials"},
		Check:   Check{Say: "Connect without credentials", Run: "python -m websockets ws://127.0.0.1:8000" + o.Requested()},
		Fixes:   []Fix{{Title: "Give the websocket a dependency that checks the credentials and raises WebSocketException(1008)"}},
	}
	f.Evidence = withPlaceOnce(f.Evidence, guard.At, name+" does not see websockets")
	if r := refusalOf(guard.Flow); r != nil {
		f.Evidence = withPlaceOnce(f.Evidence, r.At, "refuses HTTP requests")
	}
	f.Evidence = withPlaceOnce(f.Evidence, handlerPlace(pass.Project, o), "accepts the connection")
	pass.Report(f)
}

func handlerPlace(p *fastapi.Project, o *fastapi.Operation) source.Location {
	return headerOf(p, o.Handler)
}
