package analyzers

import (
	"fmt"
	"slices"

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
		if s == nil || !s.AutoError || s.Gap != nil || ownCall(p, l.dep.Callable) {
			continue
		}
		var use nameUse
		if l.consumer != nil {
			var ok bool
			if use, ok = consumerUse(l); !ok || use.mentioned && !onlyEchoed(l) {
				continue
			}
		}
		var open []*fastapi.Operation
		for _, o := range l.operations {
			if !looksFurther(o) {
				open = append(open, o)
			}
		}
		if len(open) > 0 {
			pass.Report(neverVerified(l, open, use.mentioned))
		}
	}
}

// onlyEchoed reports whether a consumer does nothing with the credential but put
// it into what it returns.
func onlyEchoed(l *chainLink) bool {
	fn := l.consumer.Function
	inReturns := 0
	for _, r := range ownReturns(fn) {
		if r.X == nil {
			continue
		}
		python.Inspect(r.X, func(n any) bool {
			switch n.(type) {
			case *python.Call, *python.Compare, *python.Binary, *python.Conditional, *python.Unary, *python.Subscript, *python.Comprehension:
				return false // more than giving it back
			}
			if name, ok := n.(*python.Name); ok && name.ID == l.dep.Parameter {
				inReturns++
			}
			return true
		})
	}
	mentions := 0
	python.Inspect(fn.Body, func(n any) bool {
		if name, ok := n.(*python.Name); ok && name != nil && name.ID == l.dep.Parameter {
			mentions++
		}
		return true
	})
	return mentions == inReturns
}

// looksFurther reports whether anything else on the way of a request may judge
// the credential: a dependency or handler that reads it or refuses, a token call,
// middleware of the program.
func looksFurther(o *fastapi.Operation) bool {
	if o.Handler == nil || o.Handler.Function == nil {
		return true
	}
	var judges func(d *fastapi.Dependency, depth int) bool
	judges = func(d *fastapi.Dependency, depth int) bool {
		if d.Scheme != nil {
			return false
		}
		if d.Callable == nil || d.Callable.Flow == nil || depth > 30 {
			return d.Callable == nil || d.Callable.Kind != fastapi.ExternalCallable
		}
		f := d.Callable.Flow
		return refusesAnyhow(f) || len(f.Reads) > 0 || slices.ContainsFunc(d.Dependencies, func(s *fastapi.Dependency) bool {
			return judges(s, depth+1) || s.Scheme != nil
		})
	}
	if slices.ContainsFunc(o.Dependencies, func(d *fastapi.Dependency) bool { return judges(d, 0) }) {
		return true
	}
	if f := o.Handler.Flow; f != nil && (f.Refuses() || len(f.Reads) > 0) {
		return true
	}
	for app := o.App; app != nil; app = app.Parent {
		if slices.ContainsFunc(app.Middleware, func(m *fastapi.Middleware) bool {
			return m.Flow != nil && (m.Flow.Refuses() || m.Flow.ReadsCredential()) || m.Canonical == "starlette.middleware.authentication.AuthenticationMiddleware"
		}) {
			return true
		}
		if app.Parent == app {
			break
		}
	}
	return false
}

func neverVerified(l *chainLink, open []*fastapi.Operation, echoed bool) Finding {
	s := l.dep.Scheme
	f := Finding{
		Certainty: Confirmed, At: l.dep.At, Subject: s.Name + " " + l.dep.Parameter, Operations: idsOf(open),
		Message:  fmt.Sprintf("%s asks for a credential of %s, and nothing decodes or compares it", open[0].ID(), schemeText(s)),
		Effect:   Effect{Certainty: Confirmed, Status: []int{200}, Text: "any made-up credential is accepted: a security scheme only takes it out of the request"},
		Evidence: []Evidence{{At: s.At, Note: "takes the credential out of the request, no more"}},
		Check:    Check{Say: "Send the request with a made-up credential: it is served", Run: requestFor(open)},
		Fixes:    []Fix{describedFix("Depend on a function that verifies the credential and raises HTTPException(401)")},
	}
	if echoed && l.consumer != nil && l.consumer.Function != nil {
		at := source.Location{Path: l.consumer.Module, Span: source.Span{Start: l.consumer.Function.Span().Start, End: l.consumer.Function.ParamsAt.Span().End}}
		f.Evidence = append(f.Evidence, Evidence{At: at, Note: "only gives it back"})
	}
	return f
}
