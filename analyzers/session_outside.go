package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// SessionOutside reports readers of request.session, request.user and request.auth
// that run without, or outside of, the middleware that provides them.
var SessionOutside = &Analyzer{
	Code: "session-outside", Family: MiddlewareOrder, Severity: Error, Requires: fastapi.MiddlewareStack,
	Run: runSessionOutside,
}

// provision says who fills an item of the scope.
type provision struct{ class, item string }

var provisions = map[string]provision{
	"session": {sessionClass, "session"},
	"user":    {authenticationClass, "user"},
	"auth":    {authenticationClass, "auth"},
}

func runSessionOutside(pass *Pass) {
	for _, app := range pass.Project.Apps {
		layers := layersOf(app)
		for i, l := range layers {
			if l.app == app && l.Flow != nil {
				readsOutside(pass, app, layers, i)
			}
		}
		readsWithout(pass, app, layers)
	}
}

// providerOf finds the layer that provides an item; known is false when a layer
// that could not be followed may.
func providerOf(p *fastapi.Project, layers []layer, what string) (index int, known bool) {
	want := provisions[what]
	known = !writesScope(p, want.item)
	for i, l := range layers {
		if l.Canonical == want.class {
			return i, true
		}
		if l.Gap != nil || l.External && !strings.HasPrefix(l.Canonical, "starlette.middleware.") {
			known = false
		}
	}
	return -1, known
}

// readsOutside looks at a middleware that reads what a layer further inside provides.
func readsOutside(pass *Pass, app *fastapi.App, layers []layer, i int) {
	reader, told := layers[i], map[string]bool{}
	for _, r := range reader.Flow.Reads {
		want, ok := provisions[r.What]
		if !ok || told[want.class] || r.Caught {
			continue
		}
		inner, known := providerOf(pass.Project, layers, r.What)
		if inner >= 0 && inner < i || !known || checksScope(pass.Project, reader.Middleware, want.item) {
			continue
		}
		told[want.class] = true
		f := withoutProvider(r.What, want, addedSometimes(reader.Middleware))
		f.Subject = reader.Class
		if op := guardedOperation(app); op != nil {
			f.Check.Run = curlFor(op, "")
		}
		if inner < 0 {
			f.At = r.At
			f.Message = fmt.Sprintf("%s reads request.%s, and no %s is added", shortName(reader.Class), r.What, shortName(want.class))
			f.Evidence = withPlaceOnce(f.Evidence, reader.At, shortName(reader.Class)+" is added here")
			f.Evidence = withPlaceOnce(f.Evidence, app.At, "the application has no "+shortName(want.class))
			pass.Report(f)
			continue
		}
		f.At = reader.At
		f.Certainty = addedSometimes(reader.Middleware, layers[inner].Middleware)
		f.Message = fmt.Sprintf("%s reads request.%s and runs outside of %s, which provides it", shortName(reader.Class), r.What, shortName(want.class))
		f.Evidence = withPlaceOnce(f.Evidence, r.At, "needs what "+shortName(want.class)+" provides")
		note := "added before, and so further inside"
		if layers[inner].How == "list" {
			note = "later in the list, and so further inside"
		}
		f.Evidence = withPlaceOnce(f.Evidence, layers[inner].At, note)
		f.Fixes = []Fix{{Title: "Make " + shortName(want.class) + " the outer one", Edits: corsOutwards(pass.Project, layers[inner], []layer{reader})}}
		pass.Report(f)
	}
}

func withoutProvider(what string, want provision, certainty Certainty) Finding {
	return Finding{
		Certainty: certainty,
		Effect: Effect{Certainty: Confirmed, Status: []int{500},
			Text: fmt.Sprintf("the request ends as 500: AssertionError, %s must be installed to access request.%s", shortName(want.class), what)},
		Check: Check{Say: "Call it and read the traceback"},
		Fixes: []Fix{{Title: "Add " + shortName(want.class)}},
	}
}

// sessionRead is a read by an operation or what it depends on.
type sessionRead struct {
	at  source.Location
	ops []*fastapi.Operation
}

// readsWithout looks at operations that read what no middleware provides.
func readsWithout(pass *Pass, app *fastapi.App, layers []layer) {
	reads := map[string][]*sessionRead{}
	note := func(what string, at source.Location, o *fastapi.Operation) {
		want, ok := provisions[what]
		if !ok {
			return
		}
		for _, r := range reads[want.class] {
			if r.at == at {
				if !slices.Contains(r.ops, o) {
					r.ops = append(r.ops, o)
				}
				return
			}
		}
		reads[want.class] = append(reads[want.class], &sessionRead{at, []*fastapi.Operation{o}})
	}
	for _, o := range app.Operations {
		eachCallable(o, func(c *fastapi.Callable) {
			if c.Flow != nil {
				for _, r := range c.Flow.Reads {
					note(r.What, r.At, o)
				}
			}
			for _, r := range writtenReads(pass.Project, c) {
				note(r.What, r.At, o)
			}
		})
	}
	for _, class := range []string{sessionClass, authenticationClass} {
		list := reads[class]
		if len(list) == 0 {
			continue
		}
		what := "session"
		if class == authenticationClass {
			what = "user"
		}
		if inner, known := providerOf(pass.Project, layers, what); inner >= 0 || !known {
			continue
		}
		if class == sessionClass && len(layers) > 0 && guessSession(layers) {
			continue
		}
		reportWithout(pass, app, provisions[what], what, list)
	}
}

// guessSession is true when a middleware of the program derives from a library class that is not known.
func guessSession(layers []layer) bool {
	return slices.ContainsFunc(layers, func(l layer) bool {
		return !l.External && l.Canonical != "" && !strings.HasPrefix(l.Canonical, "starlette.")
	})
}

func reportWithout(pass *Pass, app *fastapi.App, want provision, what string, list []*sessionRead) {
	first := list[0]
	f := withoutProvider(what, want, Confirmed)
	f.At, f.Subject = first.at, want.class
	read := strings.TrimSpace(sourceAt(pass.Project, first.at))
	if strings.ContainsAny(read, "\n(") || len(read) > 40 || read == "" {
		read = "request." + what
	}
	f.Message = fmt.Sprintf("%s is read, and the application has no %s", read, shortName(want.class))
	if strings.Contains(read, ".authorize_") {
		f.Message = fmt.Sprintf("%s keeps its state in request.session, and the application has no %s", read, shortName(want.class))
	}
	f.Evidence = withPlaceOnce(f.Evidence, app.At, "no "+shortName(want.class)+" on this application")
	if want.class == authenticationClass {
		for _, at := range backends(pass.Project) {
			f.Evidence = withPlaceOnce(f.Evidence, at, "never given to an AuthenticationMiddleware")
		}
	}
	for _, r := range list {
		f.Operations = append(f.Operations, operationNames(r.ops...)...)
		if len(f.Evidence) < 5 && r != first {
			f.Evidence = withPlaceOnce(f.Evidence, r.at, "reads it as well")
		}
	}
	slices.Sort(f.Operations)
	f.Operations = slices.Compact(f.Operations)
	f.Check.Run = curlFor(first.ops[0], "")
	pass.Report(f)
}

// backends lists the program's authentication backends, in files that nothing
// imports as well.
func backends(p *fastapi.Project) (out []source.Location) {
	for _, path := range p.Tree.Paths() {
		if !strings.HasSuffix(string(path), ".py") {
			continue
		}
		m := moduleOf(p, path)
		if m == nil {
			continue
		}
		known := ""
		for _, st := range m.Body {
			switch s := st.(type) {
			case *python.ImportFrom:
				for _, n := range s.Names {
					if s.Module == "starlette.authentication" && n.Name == "AuthenticationBackend" {
						known = n.Name
						if n.As != "" {
							known = n.As
						}
					}
				}
			case *python.Class:
				for _, base := range s.Bases {
					if known != "" && isNamed(base.Value, known) {
						out = append(out, source.Location{Path: path, Span: source.Span{Start: s.Span().Start, End: s.NameAt.Span().End}})
					}
				}
			}
		}
	}
	return out
}
