package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
)

// layer is one middleware on the way to an application, with the application to
// which it belongs: itself, or one that mounts it.
type layer struct {
	*fastapi.Middleware
	app *fastapi.App
}

// layersOf lists what a request to an application passes, outermost first, the
// middleware of the applications that mount it included.
func layersOf(app *fastapi.App) (layers []layer) {
	for hops := 0; app != nil && hops < 20; app, hops = app.Parent, hops+1 {
		own := make([]layer, 0, len(app.Middleware))
		for _, m := range app.Middleware {
			own = append(own, layer{m, app})
		}
		layers = append(own, layers...)
	}
	return layers
}

// outsideOf lists the layers that stand outside of a middleware.
func outsideOf(app *fastapi.App, m *fastapi.Middleware) []layer {
	layers := layersOf(app)
	at := slices.IndexFunc(layers, func(l layer) bool { return l.Middleware == m })
	return layers[:max(0, at)]
}

const (
	corsClass           = "starlette.middleware.cors.CORSMiddleware"
	sessionClass        = "starlette.middleware.sessions.SessionMiddleware"
	authenticationClass = "starlette.middleware.authentication.AuthenticationMiddleware"
)

// shortName is the last part of a qualified name: "app.auth:Guard" is Guard.
func shortName(name string) string {
	return name[max(strings.LastIndexByte(name, ':'), strings.LastIndexByte(name, '.'))+1:]
}

// httpOnly reports whether a middleware sees HTTP requests alone, and no websockets.
func httpOnly(m *fastapi.Middleware) bool {
	return m.Kind == fastapi.HTTPFunction || m.Kind == fastapi.BaseHTTP
}

// refusalOf returns an answer of 401 or 403 that the code gives by itself, or else
// of another 4xx status; nil when there is none.
func refusalOf(flow *fastapi.Flow) (best *fastapi.Outcome) {
	if flow == nil {
		return nil
	}
	for i := range flow.Outcomes {
		o := &flow.Outcomes[i]
		if o.Caught || o.Status < 400 || o.Status > 499 || o.Kind == fastapi.Returns && o.HTTP || o.Kind == fastapi.Library {
			continue
		}
		if o.Status == 401 || o.Status == 403 {
			return o
		}
		if best == nil {
			best = o
		}
	}
	return best
}

// middlewareGuards reports whether a middleware of the program refuses with 401 or 403 by
// something that the request must carry.
func middlewareGuards(m *fastapi.Middleware) bool {
	o := refusalOf(m.Flow)
	return o != nil && (o.Status == 401 || o.Status == 403) && m.Flow.CallsNext
}

// becomesStatus is the status a client sees for what a middleware answers: an exception
// that leaves it is a 500.
func becomesStatus(o *fastapi.Outcome) int {
	if o.Kind == fastapi.Raises {
		return 500
	}
	return o.Status
}

// addedSometimes turns confirmed into hypothesis where a test decides whether the middleware is added.
func addedSometimes(list ...*fastapi.Middleware) Certainty {
	for _, m := range list {
		if len(m.Conditions) > 0 {
			return Hypothesis
		}
	}
	return Confirmed
}

// operationNames lists the operations of an application, in their order.
func operationNames(ops ...*fastapi.Operation) (ids []string) {
	for _, o := range ops {
		if id := o.ID(); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// severalNames lists at most three names, and counts the rest.
func severalNames(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
	}
	return strings.Join(names, ", ")
}

// curlFor is the request by which a person checks an operation.
func curlFor(o *fastapi.Operation, more string) string {
	method := ""
	if len(o.Methods) > 0 && o.Methods[0] != "GET" {
		method = " -X " + o.Methods[0]
	}
	return strings.TrimSpace(fmt.Sprintf("curl -i%s http://127.0.0.1:8000%s %s", method, o.Requested(), more))
}

// guardedOperation returns an operation that a client would call with credentials; the first of all if there is none.
func guardedOperation(app *fastapi.App) *fastapi.Operation {
	var first *fastapi.Operation
	for _, o := range app.Operations {
		if o.Kind != fastapi.HTTP {
			continue
		}
		if o.Protected {
			return o
		}
		if first == nil {
			first = o
		}
	}
	return first
}
