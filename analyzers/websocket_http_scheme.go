package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// WebSocketHTTPScheme reports schemes for HTTP requests on the way of a websocket,
// and HTTPException raised after a websocket was accepted.
var WebSocketHTTPScheme = &Analyzer{
	Code: "websocket-http-scheme", Family: WebSocket, Severity: Error,
	Run: runWebSocketHTTPScheme,
}

// webSocketGate is the version from which the schemes take any connection.
const webSocketGate = "0.144.0"

// routerGate is the version from which the dependencies of applications and routers
// run for websockets as well.
const routerGate = "0.97.0"

func runWebSocketHTTPScheme(pass *Pass) {
	seen := map[source.Location]bool{}
	for _, app := range pass.Project.Apps {
		version := pass.Project.Requirements.For(app.At.Path.Dir()).Version("fastapi")
		for _, o := range app.Operations {
			if o.Kind != fastapi.WebSocket {
				continue
			}
			afterAccept(pass, o)
			beforeAccept(pass, app, o, seen)
			if version.Compare(routerGate) == requirements.Below {
				notRun(pass, app, o, version, seen)
			}
			if version.Compare(webSocketGate) == requirements.AtLeast {
				continue
			}
			eachDependency(o, func(d *fastapi.Dependency) {
				if d.Scheme != nil && d.Scheme.Subclass == "" && !seen[d.At] && !underRouter(o, d, version) {
					seen[d.At] = true
					reportHTTPScheme(pass, app, o, d, version)
				}
			})
		}
	}
}

// underRouter reports whether a dependency is declared for a whole application or
// router in a version that does not run it for websockets.
func underRouter(o *fastapi.Operation, d *fastapi.Dependency, version requirements.Version) bool {
	return version.Compare(routerGate) == requirements.Below && slices.ContainsFunc(o.Dependencies, func(top *fastapi.Dependency) bool {
		return top.Via != fastapi.ViaParameter && (top == d || slices.Contains(chainDependencies(top, 0), d))
	})
}

// chainDependencies lists what stands below a dependency.
func chainDependencies(d *fastapi.Dependency, depth int) (list []*fastapi.Dependency) {
	for _, sub := range d.Dependencies {
		list = append(list, sub)
		if depth < 30 {
			list = append(list, chainDependencies(sub, depth+1)...)
		}
	}
	return list
}

// notRun reports the guards of an application or router that a websocket under it
// does not have, below FastAPI 0.97.0.
func notRun(pass *Pass, app *fastapi.App, o *fastapi.Operation, version requirements.Version, seen map[source.Location]bool) {
	for _, d := range o.Dependencies {
		if d.Via == fastapi.ViaParameter || seen[d.At] || !chainGuards(d) && !refusesSocket(d) || guardedByParameter(o) {
			continue
		}
		seen[d.At] = true
		f := Finding{
			At: d.At, Certainty: Confirmed, Subject: "router " + dependencyName(d.Callable),
			Message: fmt.Sprintf("%s guards the %s, and FastAPI below 0.97 does not run it for the websocket %s", dependencyName(d.Callable), viaText(d.Via), o.Path),
			Effect:  Effect{Certainty: Confirmed, Text: "anybody can open the websocket without credentials"},
			Check:   Check{Say: "Connect without credentials", Run: "pip show fastapi"},
			Fixes:   []Fix{{Title: "Require FastAPI 0.97, or make the guard a parameter of the websocket's handler"}},
		}
		for _, other := range app.Operations {
			if other.Kind == fastapi.WebSocket && slices.ContainsFunc(other.Dependencies, func(x *fastapi.Dependency) bool { return x.At == d.At }) {
				f.Operations = append(f.Operations, other.ID())
			}
		}
		f.Evidence = withPlaceOnce(f.Evidence, o.Registered, "the websocket")
		f.Evidence = withPlaceOnce(f.Evidence, headerOf(pass.Project, d.Callable), "the guard that does not run")
		f.Evidence = withPlaceOnce(f.Evidence, version.At, "the version in use")
		pass.Report(f)
	}
}

// refusesSocket reports whether a dependency raises what may refuse a websocket: a WebSocketException above all.
func refusesSocket(d *fastapi.Dependency) bool {
	return d.Callable != nil && d.Callable.Flow != nil && raisesRefusal(d.Callable.Flow)
}

// guardedByParameter reports whether a websocket's handler has a guard of its own, or looks at what the client sent.
func guardedByParameter(o *fastapi.Operation) bool {
	own := parametersAlone(o)
	return ownsGuard(own) || slices.ContainsFunc(own.Dependencies, chainGuards)
}

// parametersAlone is an operation with the dependencies of its handler's parameters alone.
func parametersAlone(o *fastapi.Operation) *fastapi.Operation {
	own := &fastapi.Operation{Handler: o.Handler, Parameters: o.Parameters}
	for _, d := range o.Dependencies {
		if d.Via == fastapi.ViaParameter {
			own.Dependencies = append(own.Dependencies, d)
		}
	}
	return own
}

func reportHTTPScheme(pass *Pass, app *fastapi.App, o *fastapi.Operation, d *fastapi.Dependency, version requirements.Version) {
	f := Finding{
		At: d.At, Certainty: Confirmed, Subject: o.Path + " " + d.Scheme.Name,
		Message: fmt.Sprintf("%s takes an HTTP request, and the websocket %s depends on it", d.Scheme.Class, o.Path),
		Effect:  Effect{Certainty: Confirmed, Status: []int{500}, Text: "every connection fails: TypeError, __call__() missing 1 required positional argument: 'request'"},
		Check:   Check{Say: "Connect with good credentials and read the traceback", Run: "pip show fastapi"},
		Fixes:   []Fix{{Title: "Take HTTPConnection in a dependency of your own, or require FastAPI 0.144"}},
	}
	for _, other := range app.Operations {
		if other.Kind != fastapi.WebSocket {
			continue
		}
		eachDependency(other, func(x *fastapi.Dependency) {
			if x.At == d.At {
				f.Operations = append(f.Operations, other.ID())
			}
		})
	}
	if version.Compare(webSocketGate) != requirements.Below {
		f.Certainty, f.Effect.Certainty, f.Severity = Hypothesis, Hypothesis, Warning
		f.Message += ", which fails below FastAPI 0.144"
	}
	f.Evidence = withPlaceOnce(f.Evidence, d.Scheme.At, "the scheme")
	f.Evidence = withPlaceOnce(f.Evidence, o.Registered, "the websocket")
	f.Evidence = withPlaceOnce(f.Evidence, version.At, "the version in use")
	pass.Report(f)
}

// afterAccept looks for an HTTPException that a websocket's handler raises when the
// connection has been accepted: it is no refusal any more.
func afterAccept(pass *Pass, o *fastapi.Operation) {
	if o.Handler == nil || o.Handler.Flow == nil || o.Handler.Function == nil {
		return
	}
	accept := acceptCall(o.Handler)
	if accept.IsZero() {
		return
	}
	for i := range o.Handler.Flow.Outcomes {
		out := &o.Handler.Flow.Outcomes[i]
		at := out.At
		if len(out.Through) > 0 {
			at = out.Through[0].At
		}
		if out.Kind != fastapi.Raises || !out.HTTP || out.Caught || at.Path != accept.Path || at.Span.Start < accept.Span.End {
			continue
		}
		f := Finding{
			At: at, Certainty: Confirmed, Severity: Warning, Subject: o.Path + " accepted", Operations: operationNames(o),
			Message:  fmt.Sprintf("HTTPException is raised in the websocket %s after accept()", o.Path),
			Effect:   Effect{Certainty: Confirmed, Text: "the client sees the connection open and then break with 1006, and no status"},
			Check:    Check{Say: "Connect with bad credentials and look at the close code"},
			Fixes:    []Fix{{Title: "Check before accept(), or raise WebSocketException(code=1008)"}},
			Evidence: []Evidence{{At: accept, Note: "the connection is accepted here"}},
		}
		pass.Report(f)
		return
	}
}

// acceptCall finds "await websocket.accept()" as a statement of the handler's own body.
func acceptCall(c *fastapi.Callable) source.Location {
	for _, st := range c.Function.Body() {
		e, ok := st.(*python.ExprStmt)
		if !ok {
			continue
		}
		if a, ok := e.X.(*python.Await); ok {
			if call, ok := a.X.(*python.Call); ok {
				if attr, ok := call.Func.(*python.Attribute); ok && attr.Attr == "accept" {
					return source.Location{Path: c.Module, Span: call.Span()}
				}
			}
		}
	}
	return source.Location{}
}
