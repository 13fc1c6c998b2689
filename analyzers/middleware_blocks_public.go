package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// MiddlewareBlocksPublic reports middleware that refuses what a client needs before
// it has credentials, or that lets everything through.
var MiddlewareBlocksPublic = &Analyzer{
	Code: "middleware-blocks-public", Family: MiddlewareOrder, Severity: Error,
	Requires: fastapi.Routes | fastapi.MiddlewareStack,
	Run:      runBlocksPublic,
}

// public is something that a client must reach without credentials.
type public struct {
	method, path string
	what         string // "login"
	op           *fastapi.Operation
	at           source.Location
}

func runBlocksPublic(pass *Pass) {
	for _, app := range pass.Project.Apps {
		for _, l := range layersOf(app) {
			if !middlewareGuards(l.Middleware) {
				continue
			}
			texts := pass.Project.PathTexts(l.Middleware)
			if l.app == app && opensAll(pass, app, l.Middleware, texts) {
				continue
			}
			for _, target := range publicTargets(pass.Project, app, l.Middleware, texts) {
				g := pass.Project.Send(l.Middleware, fastapi.Probe{Method: target.method, Path: target.path})
				if g != nil && g.Refuses() && !g.Unsure {
					reportBlocked(pass, l, target, texts, g)
				}
			}
		}
	}
}

// publicTargets lists what the middleware must let through: logins, where it wants
// what they give, and the schema, where it means the documentation to be open.
func publicTargets(p *fastapi.Project, app *fastapi.App, m *fastapi.Middleware, texts []*interpret.Str) (out []public) {
	if len(texts) > 0 || wantsToken(m) {
		for _, o := range app.Operations {
			if isLogin(p, o) {
				out = append(out, public{o.Methods[0], o.Requested(), "login", o, o.Registered})
			}
		}
	}
	if app.Parent != nil || app.OpenAPIURL == "" || app.DocsURL == "" {
		return out
	}
	page := p.Send(m, fastapi.Probe{Method: "GET", Path: app.DocsURL})
	if page != nil && page.Passes() {
		out = append(out, public{"GET", app.OpenAPIURL, "schema", nil, app.At})
	}
	return out
}

// wantsToken reports whether a middleware looks for what a login gives.
func wantsToken(m *fastapi.Middleware) bool {
	for _, r := range m.Flow.Reads {
		if r.What == "header" && r.Name == "authorization" || r.What == "session" {
			return true
		}
	}
	return false
}

// isLogin reports whether an operation hands out tokens to people who have none.
func isLogin(p *fastapi.Project, o *fastapi.Operation) bool {
	if o.Kind != fastapi.HTTP || len(o.Methods) != 1 || o.Methods[0] != "POST" || guardedByDependency(o) {
		return false
	}
	var form func(list []*fastapi.Dependency, depth int) bool
	form = func(list []*fastapi.Dependency, depth int) bool {
		for _, d := range list {
			if d.Callable != nil && strings.HasPrefix(d.Callable.Name, "fastapi.security:OAuth2PasswordRequestForm") || depth < 20 && form(d.Dependencies, depth+1) {
				return true
			}
		}
		return false
	}
	if form(o.Dependencies, 0) {
		return true
	}
	for _, t := range p.Tokens {
		if t.Operation != fastapi.Sign {
			continue
		}
		for _, by := range t.Operations {
			if by == o {
				return true
			}
		}
	}
	return false
}

// guardedByDependency reports whether an operation is protected by more than middleware.
func guardedByDependency(o *fastapi.Operation) bool {
	for _, means := range o.Means {
		if !strings.HasPrefix(means, "middleware ") {
			return true
		}
	}
	return false
}

func reportBlocked(pass *Pass, l layer, target public, texts []*interpret.Str, g *fastapi.Passage) {
	refusal := refusalOf(g.Flow)
	if refusal == nil {
		return
	}
	status := becomesStatus(refusal)
	name := shortName(l.Class)
	stale := staleText(pass.Project, l.app, texts, target.path)
	f := Finding{
		At: refusal.At, Certainty: addedSometimes(l.Middleware), Subject: target.path,
		Message: fmt.Sprintf("%s does not let %s %s through, and that is the %s", name, target.method, target.path, target.what),
		Effect:  Effect{Certainty: Confirmed, Status: []int{status}, Text: fmt.Sprintf("the %s is answered %d to everybody who has no credentials yet", target.what, status)},
		Check:   Check{Say: "Call it without credentials", Run: fmt.Sprintf("curl -i -X %s http://127.0.0.1:8000%s", target.method, target.path)},
		Fixes:   []Fix{{Title: "Let " + target.path + " through"}},
	}
	if target.what == "schema" {
		f.Severity = Warning
		f.Effect.Text = fmt.Sprintf("the page %s opens, and the schema that it fetches is answered %d", l.app.DocsURL, status)
	}
	if stale != nil {
		f.At = stale.At
		f.Message = fmt.Sprintf("%s lets %s through, which nothing serves; the %s is at %s", name, stale.Text, target.what, target.path)
		f.Fixes = fixText(pass.Project, stale.At, target.path, "Let "+target.path+" through", false)
	} else if len(texts) > 0 {
		f.At = texts[len(texts)-1].At
		f.Evidence = withPlaceOnce(f.Evidence, f.At, "the paths that it lets through; "+target.path+" is not among them")
	}
	if target.op != nil {
		f.Operations = operationNames(target.op)
		for _, e := range servedAs(pass.Project, target.op) {
			f.Evidence = withPlaceOnce(f.Evidence, e.At, e.Note)
		}
	} else {
		f.Evidence = withPlaceOnce(f.Evidence, openAPIPlace(pass.Project, l.app), "the schema is served at "+target.path)
	}
	f.Evidence = withPlaceOnce(f.Evidence, refusal.At, fmt.Sprintf("answers %d", refusal.Status))
	f.Evidence = withPlaceOnce(f.Evidence, l.At, name+" is added here")
	pass.Report(f)
}

// staleText finds a listed path that nothing serves and that was meant for the
// wanted one: its last part is the same, or it is the default that was changed.
func staleText(p *fastapi.Project, app *fastapi.App, texts []*interpret.Str, want string) *interpret.Str {
	for _, t := range texts {
		text := strings.TrimSuffix(t.Text, "/")
		if !strings.HasPrefix(text, "/") || servesUnder(app, t.Text) {
			continue
		}
		if strings.HasSuffix(want, text) || text[strings.LastIndexByte(text, '/'):] == want[strings.LastIndexByte(want, '/'):] ||
			want == app.OpenAPIURL && text == "/openapi.json" || Nearest(want, []string{text}) != "" {
			return t
		}
	}
	return nil
}

// servesUnder reports whether an application serves a path, or one that begins with it.
func servesUnder(app *fastapi.App, path string) bool {
	for _, served := range []string{app.DocsURL, app.RedocURL, app.OpenAPIURL} {
		if served != "" && strings.HasPrefix(served, path) {
			return true
		}
	}
	for _, o := range app.Operations {
		if strings.HasPrefix(o.Requested(), path) {
			return true
		}
		if o.Mounted != nil && servesUnder(o.Mounted, path) {
			return true
		}
	}
	return false
}

// openAPIPlace is the openapi_url argument of an application, or its call.
func openAPIPlace(p *fastapi.Project, app *fastapi.App) source.Location {
	if call := callAt(p, app.At); call != nil {
		for _, a := range call.Args {
			if a.Name == "openapi_url" {
				return source.Location{Path: app.At.Path, Span: a.Span()}
			}
		}
	}
	return app.At
}

// opensAll reports a list of prefixes that has "/" or "", which every path begins with.
func opensAll(pass *Pass, app *fastapi.App, m *fastapi.Middleware, texts []*interpret.Str) bool {
	for _, path := range []string{"/bearings-unlisted", "/another/unlisted/path"} {
		if g := pass.Project.Send(m, fastapi.Probe{Method: "GET", Path: path}); g == nil || !g.Passes() {
			return false
		}
	}
	for _, t := range texts {
		if t.Text != "/" && t.Text != "" {
			continue
		}
		refusal := refusalOf(m.Flow)
		f := Finding{
			At: t.At, Certainty: addedSometimes(m), Subject: m.Class + " all", Severity: Error,
			Message: fmt.Sprintf("%s lets every path through that begins with %q, and every path does", shortName(m.Class), t.Text),
			Effect:  Effect{Certainty: Confirmed, Status: []int{200}, Text: fmt.Sprintf("the middleware never answers %d: what it alone protects is open", refusal.Status)},
			Check:   Check{Say: "Call a route that is to be protected, without credentials"},
			Fixes:   []Fix{{Title: "Compare \"/\" for equality, and the others as prefixes"}},
		}
		if op := guardedOperation(app); op != nil {
			f.Check.Run = curlFor(op, "")
		}
		f.Evidence = withPlaceOnce(f.Evidence, refusal.At, "is never reached")
		f.Evidence = withPlaceOnce(f.Evidence, m.At, shortName(m.Class)+" is added here")
		pass.Report(f)
		return true
	}
	return false
}
