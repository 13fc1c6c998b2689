package report

import (
	"fmt"
	"slices"

	"bearings/analyzers"
	"bearings/internal/fastapi"
)

// ruledOut lists the causes that the files exclude, in the order of isolation.
// A cause is excluded only where the model has no gap in the parts that the
// exclusion rests on, and never when a finding says otherwise.
func ruledOut(e *Explanation) []RuledOut {
	var out []RuledOut
	for _, rule := range []func(*Explanation) []RuledOut{
		tokenCauses, keyCauses, overrideCause, tokenURLCause, schemeCause, shadowCause, middlewareCauses, corsCause, exceptionCause, dependencyCauses,
	} {
		out = append(out, rule(e)...)
	}
	return out
}

// about reports whether the question is about one of the statuses, or about all.
func (e *Explanation) about(statuses ...int) bool {
	return e.Status == 0 || slices.Contains(statuses, e.Status)
}

// found reports whether a finding of a family concerns the operation.
func (e *Explanation) found(family analyzers.Family) bool {
	in := func(f analyzers.Finding) bool { return f.Family == family }
	return slices.ContainsFunc(e.Confirmed, in) || slices.ContainsFunc(e.Hypotheses, in)
}

// gapIn reports whether the model has a gap in some parts, on the operation's own way or above it.
func (e *Explanation) gapIn(parts fastapi.Part) bool {
	touches := func(g fastapi.Gap) bool { return g.Parts&parts != 0 }
	if slices.ContainsFunc(e.Project.Gaps, touches) || slices.ContainsFunc(e.Operation.Gaps, touches) {
		return true
	}
	for app, depth := e.Operation.App, 0; app != nil && depth < 5; app, depth = app.Parent, depth+1 {
		if slices.ContainsFunc(app.Gaps, touches) {
			return true
		}
	}
	return false
}

// overrideCause: a dependency override of the tests cannot replace a guard of the running application.
func overrideCause(e *Explanation) []RuledOut {
	inside := func(o *fastapi.Override) bool { return !o.InTest }
	if !e.Operation.Protected || e.gapIn(fastapi.Dependencies) || slices.ContainsFunc(e.Project.Overrides, inside) {
		return nil
	}
	return []RuledOut{{Cause: "an entry of dependency_overrides replaces a guard", Because: "no code outside the tests sets one"}}
}

// tokenURLCause: the tokenUrl is documentation.
func tokenURLCause(e *Explanation) []RuledOut {
	if !e.about(401, 403) || e.Operation.Kind != fastapi.HTTP {
		return nil
	}
	for _, s := range schemesOf(e.Operation.Dependencies) {
		if s.TokenURL != nil {
			return []RuledOut{{
				Cause:    "the tokenUrl refuses a request that carries a token",
				Because:  "FastAPI only writes it into /openapi.json: Swagger's Authorize posts to it, a request that carries a token does not use it",
				Evidence: because(s.TokenURL.At, "the tokenUrl"),
			}}
		}
	}
	return nil
}

// schemeCause: what a scheme without credential answers is decided by the version.
func schemeCause(e *Explanation) []RuledOut {
	if e.Status != 401 && e.Status != 403 {
		return nil
	}
	var out []RuledOut
	for _, s := range e.Steps {
		if s.Dependency == nil || s.Dependency.Scheme == nil {
			continue
		}
		scheme := s.Dependency.Scheme
		switch {
		case !scheme.AutoError && len(s.Answers) == 0:
			out = append(out, RuledOut{
				Cause: "the scheme " + scheme.Name + " refuses by itself", Because: "auto_error is off: without the credential it gives None",
				Evidence: because(scheme.At, "the scheme"),
			})
		case len(s.Answers) > 0 && len(answersOf(s, e.Status)) == 0:
			r := RuledOut{Cause: fmt.Sprintf("the scheme %s answers %d", scheme.Name, e.Status), Because: fmt.Sprintf("it answers %d to a request without the credential", s.Answers[0].Status), Evidence: because(scheme.At, "the scheme")}
			if exact, at := version(e.Project); exact != "" {
				r.Because += ", as FastAPI " + exact + " does"
				r.Evidence = append(r.Evidence, because(at, "the version of FastAPI")...)
			}
			out = append(out, r)
		}
	}
	return out
}

// shadowCause: no operation that is registered before takes the path.
func shadowCause(e *Explanation) []RuledOut {
	o := e.Operation
	if o.Kind != fastapi.HTTP || e.gapIn(fastapi.Routes) || len(o.Conditions) > 0 {
		return nil
	}
	for _, s := range e.Steps {
		if s.Layer != fastapi.LayerRouting {
			continue
		}
		if slices.ContainsFunc(s.Answers, func(a fastapi.Answer) bool { return a.Status == 0 }) {
			return nil
		}
	}
	return []RuledOut{{
		Cause: "another path operation answers in its place", Because: "no operation or mount that is registered before takes " + fullPath(o),
		Evidence: because(o.Registered, "where it is registered"),
	}}
}

// middlewareCauses: middleware whose code was followed and that cannot answer the status.
func middlewareCauses(e *Explanation) []RuledOut {
	if e.Status == 0 || e.Status == 500 || e.gapIn(fastapi.MiddlewareStack) {
		return nil
	}
	if len(middlewareSteps(e)) == 0 && e.Operation.App != nil && e.Steps[0].Layer != fastapi.LayerMiddleware {
		return []RuledOut{{
			Cause: fmt.Sprintf("a middleware answers %d", e.Status), Because: "the application has no middleware of its own",
			Evidence: because(e.Operation.App.At, "the application"),
		}}
	}
	var out []RuledOut
	for _, s := range middlewareSteps(e) {
		m := s.Middleware
		known := m.Flow != nil && len(m.Flow.Gaps) == 0 || m.Flow == nil && wellKnown(m)
		if known && len(answersOf(s, e.Status)) == 0 {
			out = append(out, RuledOut{Cause: fmt.Sprintf("the middleware %s answers %d", afterColon(m.Class), e.Status), Because: "nothing in it gives that status", Evidence: because(m.At, "where it is added")})
		}
	}
	return out
}

func middlewareSteps(e *Explanation) []fastapi.Step {
	var out []fastapi.Step
	for _, s := range e.Steps {
		if s.Middleware != nil {
			out = append(out, s)
		}
	}
	return out
}

// corsCause: with CORSMiddleware outermost every refusal inside it keeps its CORS headers.
func corsCause(e *Explanation) []RuledOut {
	list := middlewareSteps(e)
	if len(list) == 0 || e.Status >= 500 || e.gapIn(fastapi.MiddlewareStack) || e.found(analyzers.CORS) {
		return nil
	}
	first := list[0].Middleware
	if first.Canonical != "starlette.middleware.cors.CORSMiddleware" {
		return nil
	}
	return []RuledOut{{
		Cause:    "a refusal reaches the browser without CORS headers because of the middleware order",
		Because:  "CORSMiddleware is the outermost middleware: it answers preflights first and adds its headers to every answer but that of an unhandled exception",
		Evidence: because(first.At, "CORSMiddleware, added last"),
	}}
}

// exceptionCause: without handlers of its own the application changes no status.
func exceptionCause(e *Explanation) []RuledOut {
	app := e.Operation.App
	if app == nil || len(app.Handlers) > 0 || e.gapIn(fastapi.HandlersPart) {
		return nil
	}
	return []RuledOut{{
		Cause: "an exception handler turns one status into another", Because: "the application registers none: HTTPException answers as it is raised",
		Evidence: because(app.At, "the application"),
	}}
}

// dependencyCauses: dependencies whose code was followed and that cannot answer the status.
func dependencyCauses(e *Explanation) []RuledOut {
	if e.Status == 0 || e.Status == 422 || e.Status == 500 {
		return nil
	}
	var out []RuledOut
	for _, s := range e.Steps {
		d := s.Dependency
		if d == nil || d.Scheme != nil || !followed(d.Callable) || d.Callable.Flow != nil && len(d.Callable.Flow.Gaps) > 0 || len(answersOf(s, e.Status)) > 0 {
			continue
		}
		out = append(out, RuledOut{
			Cause: fmt.Sprintf("the dependency %s answers %d by itself", callableName(d.Callable), e.Status), Because: "nothing in it gives that status",
			Evidence: because(d.Callable.At, "its definition"),
		})
	}
	return out
}
