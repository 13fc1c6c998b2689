package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// SchemeNeverVerified reports operations that demand a credential and never look
// whether it is a good one: the chain ends at the security scheme.
var SchemeNeverVerified = &Analyzer{
	Code: "scheme-never-verified", Family: DependsChain, Severity: Error,
	Requires: fastapi.Dependencies | fastapi.MiddlewareStack,
	Run:      runSchemeNeverVerified,
}

func runSchemeNeverVerified(pass *Pass) {
	p := pass.Project
	for _, l := range chainLinks(p) {
		s := l.dep.Scheme
		if s == nil || s.Gap != nil || ownCall(p, l.dep.Callable) {
			continue
		}
		if !s.AutoError && (l.consumer == nil || l.consumer.Flow == nil || !refusesAnyhow(l.consumer.Flow)) {
			continue // nothing is even asked for: auto-error-off-unchecked
		}
		var open []*fastapi.Operation
		for _, o := range l.operations {
			if !judgesCredential(p, o) {
				open = append(open, o)
			}
		}
		if len(open) > 0 {
			pass.Report(neverVerified(pass, l, open))
		}
	}
}

// judgesCredential reports whether anything on the way of a request may judge the
// credential: a dependency or handler that does more with it than carry it, or
// that looks at the request or refuses by itself; middleware of the program or of
// a library that may do so.
func judgesCredential(p *fastapi.Project, o *fastapi.Operation) bool {
	if o.Handler == nil || o.Handler.Function == nil {
		return true
	}
	var names []string
	for _, d := range o.Dependencies {
		judges, holds := dependencyJudges(p, d, 0)
		if judges {
			return true
		}
		if holds && d.Parameter != "" && d.Via == fastapi.ViaParameter {
			names = append(names, d.Parameter)
		}
	}
	if f := o.Handler.Flow; f != nil && (f.Refuses() || len(f.Reads) > 0) {
		return true
	}
	if only, _ := (&carrier{p: p}).carries(o.Handler.Module, o.Handler.Function, "", names...); !only {
		return true
	}
	for _, l := range layersOf(o.App) {
		if l.Flow != nil && (l.Flow.Refuses() || l.Flow.ReadsCredential()) || l.Flow == nil && mayAuthenticate(l.Middleware) {
			return true
		}
	}
	return false
}

// mayAuthenticate reports whether a middleware that was not followed may be about
// credentials: all but Starlette's own, of which one is.
func mayAuthenticate(m *fastapi.Middleware) bool {
	return !strings.HasPrefix(m.Canonical, "starlette.") || m.Canonical == authenticationClass
}

// dependencyJudges reports whether a dependency, or one below it, may judge the
// credential, and otherwise whether its value is made of one.
func dependencyJudges(p *fastapi.Project, d *fastapi.Dependency, depth int) (judges, holds bool) {
	if d.Scheme != nil {
		return false, true
	}
	c := d.Callable
	if c == nil || c.Flow == nil || depth > 30 {
		return c == nil || c.Kind != fastapi.ExternalCallable, false
	}
	var names []string
	for _, sub := range d.Dependencies {
		judges, holds := dependencyJudges(p, sub, depth+1)
		if judges {
			return true, false
		}
		if holds && sub.Parameter != "" {
			names = append(names, sub.Parameter)
		}
	}
	if len(c.Flow.Reads) > 0 || refusesAnyhow(c.Flow) && (len(names) == 0 || takesMore(c, names)) {
		return true, false
	}
	if len(names) == 0 {
		return false, false
	}
	self := ""
	if c.Kind == fastapi.ClassCallable && c.Function != nil && len(c.Function.Params) > 0 {
		self = c.Function.Params[0].Name
	}
	only, out := (&carrier{p: p}).carries(c.Module, c.Function, self, names...)
	return !only, out
}

// takesMore reports whether a function has parameters beside those of the given
// names: what it refuses by may be theirs.
func takesMore(c *fastapi.Callable, names []string) bool {
	if c.Function == nil {
		return true
	}
	params := c.Function.Params
	if c.Kind != fastapi.FunctionCallable && len(params) > 0 {
		params = params[1:]
	}
	return len(params) > len(names)
}

func neverVerified(pass *Pass, l *chainLink, open []*fastapi.Operation) Finding {
	s := l.dep.Scheme
	f := Finding{
		Certainty: Confirmed, At: l.dep.At, Subject: s.Name + " " + l.dep.Parameter, Operations: idsOf(open),
		Message:  fmt.Sprintf("%s asks for a credential of %s, and nothing decodes or compares it", open[0].ID(), schemeText(s)),
		Assumes:  []string{"no gateway in front of the application verifies the credential"},
		Effect:   Effect{Certainty: Confirmed, Status: []int{200}, Text: "any made-up credential is accepted: a security scheme only takes it out of the request"},
		Evidence: []Evidence{{At: s.At, Note: "takes the credential out of the request, no more"}},
		Check:    Check{Say: "Send the request with a made-up credential: it is served", Run: requestFor(open)},
		Fixes:    []Fix{describedFix("Depend on a function that verifies the credential and raises HTTPException(401)")},
	}
	if l.consumer != nil && l.consumer.Function != nil {
		for _, r := range ownReturns(l.consumer.Function) {
			if _, constant := r.X.(*python.Constant); r.X != nil && !constant && l.consumer != open[0].Handler {
				f.Evidence = withPlaceOnce(f.Evidence, source.Location{Path: l.consumer.Module, Span: r.Span()}, "only gives it back, or what is made of it")
			}
		}
		if l.consumer != open[0].Handler {
			f.Evidence = withPlaceOnce(f.Evidence, pass.Project.Header(l.consumer), dependencyName(l.consumer)+" does not look whether it is a good one")
		}
	}
	return f
}
