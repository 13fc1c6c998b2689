package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// SlashRedirect reports operations that a client in the tree calls without, or with,
// the trailing slash that their path has, or has not.
var SlashRedirect = &Analyzer{
	Code: "slash-redirect", Family: Proxy, Severity: Warning, Requires: fastapi.Routes,
	Run: runSlashRedirect,
}

func runSlashRedirect(pass *Pass) {
	calls := (&clients{p: pass.Project}).calls()
	for _, app := range pass.Project.Apps {
		for _, o := range app.Operations {
			if o.Kind != fastapi.HTTP || !o.Protected || o.Path == "/" {
				continue
			}
			if call, ok := otherSlash(app, o, calls); ok {
				reportSlash(pass, app, o, call)
			}
		}
	}
	routerSlashes(pass)
	httpsDowngrade(pass)
}

// shape is a path with each of its parameters as {}.
func shape(path string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(path, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, path, _ = strings.Cut(after, "}")
		b.WriteString("{}")
	}
}

// otherSlash finds a client's call of the operation's path with, or without, the
// slash at its end, where no operation has that path.
func otherSlash(app *fastapi.App, o *fastapi.Operation, calls []clientCall) (clientCall, bool) {
	own := shape(o.FullPath())
	other := own + "/"
	if trimmed, slash := strings.CutSuffix(own, "/"); slash {
		other = trimmed
	}
	for _, c := range calls {
		if !c.reaches(other) {
			continue
		}
		served := false
		for _, any := range app.Operations {
			served = served || any.Kind != fastapi.WebSocket && c.reaches(shape(any.FullPath()))
		}
		if !served {
			return c, true
		}
	}
	return clientCall{}, false
}

func reportSlash(pass *Pass, app *fastapi.App, o *fastapi.Operation, call clientCall) {
	at := o.PathAt
	if at.IsZero() {
		at = o.Registered
	}
	f := Finding{
		At: at, Certainty: Hypothesis, Subject: o.ID(), Operations: operationNames(o),
		Message: fmt.Sprintf("%s is served at %s, and a client in the tree calls %s", shortName(o.Handler.Name), o.FullPath(), call.path),
		Effect: Effect{Certainty: Hypothesis, Status: []int{307, 401},
			Text: "the redirect names an absolute URL; where that has another scheme or host, as behind a proxy that ends TLS, the client drops Authorization and gets 401"},
		Check: Check{Say: "Look at Location: is it the URL that the client uses, with https?", Run: fmt.Sprintf("curl -i https://YOUR-HOST%s", call.path)},
	}
	if v, where := app.Argument("redirect_slashes"); v != nil {
		if b, ok := v.(*interpret.Bool); ok && !b.Value {
			f.Certainty = Confirmed
			f.Effect = Effect{Certainty: Confirmed, Status: []int{404}, Text: "the client gets 404: redirects are switched off"}
			f.Evidence = withPlaceOnce(f.Evidence, where, "no redirect to the other form")
		}
	}
	f.Evidence = withPlaceOnce(f.Evidence, call.at, "calls "+call.path)
	for _, e := range servedAs(pass.Project, o) {
		f.Evidence = withPlaceOnce(f.Evidence, e.At, e.Note)
	}
	text := sourceAt(pass.Project, o.PathAt)
	if len(text) > 2 && strings.HasSuffix(o.Path, "/") && text[len(text)-2] == '/' {
		value := text[1 : len(text)-2]
		f.Fixes = fixText(pass.Project, o.PathAt, value, "Serve it without the slash", false)
	} else {
		f.Fixes = []Fix{{Title: "Let the client call " + o.FullPath()}}
	}
	pass.Report(f)
}

// routerSlashes reports redirect_slashes=False on a router, which has no effect
// when the router is included.
func routerSlashes(pass *Pass) {
	seen := map[source.Location]bool{}
	for _, app := range pass.Project.Apps {
		if v, _ := app.Argument("redirect_slashes"); v != nil {
			continue
		}
		for _, o := range app.Operations {
			for _, include := range o.Includes {
				if seen[include.RouterAt] || include.RouterAt.IsZero() {
					continue
				}
				seen[include.RouterAt] = true
				reportRouterSlashes(pass, app, include)
			}
		}
	}
}

func reportRouterSlashes(pass *Pass, app *fastapi.App, include *fastapi.Include) {
	call := callAt(pass.Project, include.RouterAt)
	if call == nil {
		return
	}
	for _, a := range call.Args {
		if a.Name != "redirect_slashes" {
			continue
		}
		if b, ok := literalValue(pass.Project, include.RouterAt.Path, a.Value).(*interpret.Bool); !ok || b.Value {
			return
		}
		f := Finding{
			At: source.Location{Path: include.RouterAt.Path, Span: a.Span()}, Certainty: Confirmed, Severity: Information, Subject: include.Router,
			Message: "redirect_slashes=False on a router that is included has no effect",
			Effect:  Effect{Certainty: Confirmed, Status: []int{307}, Text: "the application redirects all the same"},
			Check:   Check{Say: "Call a path of the router with the other slash: it answers 307"},
			Fixes:   []Fix{{Title: "Give it to FastAPI(…), and move the paths: without redirects the other form is 404"}},
		}
		f.Evidence = withPlaceOnce(f.Evidence, include.At, "its routes become the application's")
		f.Evidence = withPlaceOnce(f.Evidence, app.At, "this decides")
		pass.Report(f)
	}
}
