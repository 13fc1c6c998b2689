package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
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
			looks, known := handsOnConnection(pass.Project, o)
			if !looks {
				reportNotCovered(pass, guard, o, known)
			}
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
		own = own || mentions(c, "query_params") || mentions(c, "cookies") || mentions(c, "headers") || closesEarly(c) || mentions(c, "session")
		if c.Flow != nil {
			own = own || len(c.Flow.Reads) > 0
			for _, out := range c.Flow.Outcomes {
				own = own || out.Kind == fastapi.Raises && !out.Caught
			}
		}
	})
	return own
}

// handsOnConnection reports whether the handler gives its websocket to a function
// that looks at what the client sent, and whether all that it is given to are known.
func handsOnConnection(p *fastapi.Project, o *fastapi.Operation) (looks, known bool) {
	known = true
	if o.Handler == nil || o.Handler.Function == nil {
		return false, false
	}
	seen := map[*python.Function]bool{}
	var follow func(path source.Path, fn *python.Function, name string)
	follow = func(path source.Path, fn *python.Function, name string) {
		if seen[fn] || len(seen) > 20 {
			return
		}
		seen[fn] = true
		c := &fastapi.Callable{Function: fn}
		looks = looks || mentions(c, "query_params") || mentions(c, "cookies") || mentions(c, "headers") || mentions(c, "session") || mentions(c, "state") || closesEarly(c)
		python.Inspect(fn.Body(), func(n any) bool {
			call, ok := n.(*python.Call)
			if !ok {
				return true
			}
			for i, a := range call.Args {
				if !isNamed(a.Value, name) {
					continue
				}
				callee, ok := p.Eval(path, call.Func).(*interpret.Func)
				if !ok || callee.Def == nil {
					known = false
					continue
				}
				params := callee.Def.Params
				if callee.Self != nil && len(params) > 0 {
					params = params[1:]
				}
				switch {
				case a.Name != "":
					follow(callee.Module.Path, callee.Def, a.Name)
				case i < len(params):
					follow(callee.Module.Path, callee.Def, params[i].Name)
				}
			}
			return true
		})
	}
	for _, parameter := range o.Handler.Function.Params {
		if parameter.Annotation == nil {
			continue
		}
		if external, ok := p.Eval(o.Handler.Module, parameter.Annotation).(*interpret.External); ok && external.Path == "starlette.websockets.WebSocket" {
			follow(o.Handler.Module, o.Handler.Function, parameter.Name)
		}
	}
	return looks, known
}

// closesEarly reports whether a function closes a websocket as a refusal: before it
// accepts one, with a code that is not the ordinary one, or under a condition.
func closesEarly(c *fastapi.Callable) bool {
	if c == nil || c.Function == nil {
		return false
	}
	early, accepted := false, false
	var walk func(body []python.Stmt, nested bool)
	walk = func(body []python.Stmt, nested bool) {
		for _, st := range body {
			switch s := st.(type) {
			case *python.If:
				walk(s.Body, true)
				walk(s.Else, true)
			case *python.Try:
				walk(s.Body, nested)
				for _, h := range s.Handlers {
					walk(h.Body, true)
				}
				walk(s.Else, nested)
				walk(s.Finally, nested)
			case *python.With:
				walk(s.Body, nested)
			case *python.For:
				walk(s.Body, true)
			case *python.While:
				walk(s.Body, nested)
			default:
				python.Inspect(st, func(n any) bool {
					call, ok := n.(*python.Call)
					if !ok {
						return true
					}
					switch python.LastName(call.Func) {
					case "accept":
						accepted = true
					case "close":
						early = early || nested || !accepted || len(call.Args) > 0
					}
					return true
				})
			}
		}
	}
	walk(c.Function.Body(), false)
	return early
}

func reportNotCovered(pass *Pass, guard *fastapi.Middleware, o *fastapi.Operation, known bool) {
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
	if !known {
		f.Certainty = Hypothesis
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
