package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// CORSInsideAuth reports middleware outside of CORSMiddleware that answers requests by itself.
var CORSInsideAuth = &Analyzer{
	Code: "cors-inside-auth", Family: MiddlewareOrder, Severity: Warning, Requires: fastapi.MiddlewareStack,
	Run: runCORSInsideAuth,
}

func runCORSInsideAuth(pass *Pass) {
	for _, app := range pass.Project.Apps {
		layers := layersOf(app)
		inner := slices.IndexFunc(layers, func(l layer) bool { return l.Canonical == corsClass })
		if inner < 0 || layers[inner].app != app {
			continue
		}
		var refusing []layer
		for _, l := range layers[:inner] {
			o := refusalOf(l.Flow)
			if o != nil && o.Status != 401 && o.Status != 403 && inExcept(pass.Project, o.At) {
				continue // it answers an error of the application, or a client that has gone
			}
			if o != nil && l.Flow.CallsNext && o.Kind == fastapi.Returns && !setsHeader(o.Raw, "access-control-allow-origin") {
				refusing = append(refusing, l)
			}
		}
		if len(refusing) == 0 {
			continue
		}
		slices.SortStableFunc(refusing, func(a, b layer) int { return corsRank(b) - corsRank(a) })
		reportCORSInside(pass, app, layers[inner], refusing)
	}
}

// inExcept says whether a place lies in the body of an except clause.
func inExcept(p *fastapi.Project, at source.Location) (found bool) {
	python.InspectAround(syntaxOf(p, at.Path), at.Span, func(n any) bool {
		if h, ok := n.(*python.Handler); ok && coveringIn(h.Body, at.Span) >= 0 {
			found = true
		}
		return !found
	})
	return found
}

func corsRank(l layer) int {
	if middlewareGuards(l.Middleware) {
		return 1
	}
	return 0
}

func reportCORSInside(pass *Pass, app *fastapi.App, cors layer, refusing []layer) {
	p, first := pass.Project, refusing[0]
	refusal := refusalOf(first.Flow)
	name := shortName(first.Class)
	f := Finding{
		At: first.At, Certainty: addedSometimes(first.Middleware, cors.Middleware), Subject: first.Class,
		Message: fmt.Sprintf("%s stands outside of CORSMiddleware, and its own %d answers get no CORS headers", name, refusal.Status),
	}
	if !middlewareGuards(first.Middleware) {
		f.Severity = Information
	}
	if first.app != app {
		f.Message = fmt.Sprintf("%s stands outside of the mounted app that has CORSMiddleware, and its own %d answers get no CORS headers", name, refusal.Status)
	}
	f.Effect = Effect{Certainty: Confirmed, Status: []int{refusal.Status},
		Text: fmt.Sprintf("a script of another origin cannot read the %d: the browser reports it as blocked by CORS", refusal.Status)}
	path, preflight := preflightTo(p, app, first.Middleware)
	f.Check = Check{Say: "Call it with an Origin and without credentials, and look for access-control-allow-origin",
		Run: fmt.Sprintf("curl -i -H 'Origin: %s' http://127.0.0.1:8000%s", someOrigin(cors.Middleware), path)}
	switch {
	case preflight && refusal.Status != 401 && refusal.Status != 403:
		f.Effect = Effect{Status: f.Effect.Status, Text: fmt.Sprintf("a preflight that %s answers %d is not let through: the browser reports such a call as blocked by CORS", name, refusal.Status)}
		f.Check = Check{Say: "Send a preflight: it must be answered 200 by CORSMiddleware",
			Run: fmt.Sprintf("curl -i -X OPTIONS -H 'Origin: %s' -H 'Access-Control-Request-Method: GET' http://127.0.0.1:8000%s", someOrigin(cors.Middleware), path)}
	case preflight:
		f.Effect.Text = fmt.Sprintf("a preflight carries no credentials, so %s answers it %d: the browser reports as blocked by CORS every call that needs a preflight, good token or not", name, refusal.Status)
		f.Check = Check{Say: "Send a preflight: it must be answered 200 by CORSMiddleware",
			Run: fmt.Sprintf("curl -i -X OPTIONS -H 'Origin: %s' -H 'Access-Control-Request-Method: GET' http://127.0.0.1:8000%s", someOrigin(cors.Middleware), path)}
	}
	if cors.How == "list" {
		f.Evidence = withPlaceOnce(f.Evidence, cors.At, "CORSMiddleware is further inside: the first entry of the list is the outermost")
	} else {
		f.Evidence = withPlaceOnce(f.Evidence, cors.At, "CORSMiddleware is further inside: what is added last is the outermost")
	}
	f.Evidence = withPlaceOnce(f.Evidence, refusal.At, fmt.Sprintf("%s answers %d itself", name, refusal.Status))
	for _, other := range refusing[1:] {
		f.Evidence = withPlaceOnce(f.Evidence, other.At, shortName(other.Class)+" is outside as well")
	}
	f.Fixes = []Fix{{Title: "Make CORSMiddleware the outermost", Edits: corsOutwards(p, cors, refusing)}}
	pass.Report(f)
}

// preflightTo returns a path to try, and whether the middleware refuses a preflight
// to it: that of the first operation for which it does so for certain, or else of
// one that is guarded. Paths that the middleware spares, the login above all, show nothing.
func preflightTo(p *fastapi.Project, app *fastapi.App, m *fastapi.Middleware) (path string, refused bool) {
	for _, o := range app.Operations {
		if o.Kind != fastapi.HTTP || !o.Protected {
			continue
		}
		if g := p.Send(m, fastapi.Probe{Method: "OPTIONS", Path: o.Requested()}); g != nil && g.Refuses() && !g.Unsure {
			return o.Requested(), true
		}
	}
	if o := guardedOperation(app); o != nil {
		return o.Requested(), false
	}
	return "/", false
}

// corsOutwards moves CORSMiddleware outside of everything that refuses.
func corsOutwards(p *fastapi.Project, cors layer, refusing []layer) map[source.Path][]source.Edit {
	outermost := refusing[0]
	for _, l := range refusing {
		if l.app != cors.app || l.How == "list" != (cors.How == "list") {
			return nil
		}
		if l.At.Before(outermost.At) == (cors.How == "list") {
			outermost = l
		}
	}
	if cors.How == "list" {
		return moveElement(p, cors.At, outermost.At)
	}
	return moveAfter(p, cors.At, outermost.At)
}

// someOrigin is an origin that a CORSMiddleware allows.
func someOrigin(m *fastapi.Middleware) string {
	for _, text := range optionTexts(m, "allow_origins") {
		if strings.HasPrefix(text.Text, "http") {
			return strings.TrimSuffix(text.Text, "/")
		}
	}
	return "https://frontend.example"
}
