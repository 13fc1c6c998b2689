package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// passedNone reports guards that answer a missing credential with None, in
// operations in which nobody looks at the None: the handler throws it away, or
// gives it back as the user that its annotation promises.
func passedNone(pass *Pass, links []*chainLink) {
	for _, l := range links {
		s := l.dep.Scheme
		if s == nil || s.AutoError || s.Gap != nil || l.consumer == nil || l.consumer.Function == nil || ownCall(pass.Project, l.dep.Callable) {
			continue
		}
		guard := l.consumer
		at := noneForMissing(guard, l.dep.Parameter)
		if at.IsZero() || guard.Generator || guard.Flow == nil || !refusesAnyhow(guard.Flow) {
			continue // without a refusal it is no guard; guard-returns-refusal looks at it
		}
		if f, ok := nobodyLooks(pass.Project, links, l, at); ok {
			pass.Report(f)
		}
	}
}

// noneForMissing finds the place at which a function gives None because a
// parameter is None or empty; zero when there is none.
func noneForMissing(c *fastapi.Callable, parameter string) (at source.Location) {
	missing := func(test python.Expr) bool {
		switch x := test.(type) {
		case *python.Unary:
			return x.Op == "not" && rootedIn(x.X, parameter)
		case *python.Compare:
			return len(x.Ops) == 1 && (x.Ops[0] == "is" || x.Ops[0] == "==") && rootedIn(x.X, parameter) && isNothing(x.Rest[0])
		}
		return false
	}
	inspectOwn(c.Function.Body(), func(n any) bool {
		switch x := n.(type) {
		case *python.If:
			if !missing(x.Test) || len(x.Body) != 1 {
				return true
			}
			if r, ok := x.Body[0].(*python.Return); ok && at.IsZero() && (r.X == nil || isNothing(r.X)) {
				at = source.Location{Path: c.Module, Span: r.Span()}
			}
		case *python.Return:
			if k, ok := x.X.(*python.Conditional); ok && at.IsZero() {
				if rootedIn(k.Test, parameter) && isNothing(k.Else) || missing(k.Test) && isNothing(k.Then) {
					at = source.Location{Path: c.Module, Span: x.Span()}
				}
			}
		}
		return true
	})
	return at
}

// rootedIn reports whether an expression is a name, or an attribute of it.
func rootedIn(e python.Expr, name string) bool {
	for {
		a, ok := e.(*python.Attribute)
		if !ok {
			return isNamed(e, name)
		}
		e = a.Value
	}
}

// nobodyLooks finds the operations of a guard in which its None goes unseen.
func nobodyLooks(p *fastapi.Project, links []*chainLink, l *chainLink, at source.Location) (Finding, bool) {
	guard := l.consumer
	var open []*fastapi.Operation
	var uses []Evidence
	promised := false
	for _, next := range links {
		if next.dep.Callable != guard {
			continue
		}
		if next.consumer != nil {
			use, ok := consumerUse(next)
			if !ok || use.tested || use.handed || !use.deref.IsZero() || next.consumer.Flow != nil && len(next.consumer.Flow.Outcomes) > 0 {
				return Finding{}, false // somebody looks, or guard-returns-refusal does
			}
			optional, annotated := optionalParameter(p, next)
			if use.mentioned && optional {
				return Finding{}, false // None is awaited
			}
			promised = promised || use.mentioned && annotated
		}
		for _, o := range next.operations {
			if !slices.Contains(open, o) && !refusedBeside(o, guard) {
				open = append(open, o)
				if len(uses) < 3 {
					uses = append(uses, Evidence{At: next.dep.At, Note: "nobody tests its value here"})
				}
			}
		}
	}
	if len(open) == 0 {
		return Finding{}, false
	}
	f := Finding{
		Certainty: Hypothesis, At: at, Subject: dependencyName(guard) + " passes None", Operations: idsOf(open),
		Message:  fmt.Sprintf("%s gives None to a request without a credential, and %s never tests it", dependencyName(guard), open[0].ID()),
		Effect:   Effect{Certainty: Confirmed, Status: []int{200}, Text: "the operation is served without a credential; a wrong one is refused"},
		Evidence: append([]Evidence{{At: autoErrorPlace(l.dep.Scheme), Note: "auto_error=False: without a credential the value is None, and nothing is refused"}}, uses...),
		Check:    Check{Say: "Send the request without a credential: it is served", Run: requestFor(open)},
		Fixes:    []Fix{describedFix("Raise HTTPException(401) here, and keep a guard that gives None for operations that test it")},
	}
	if promised {
		f.Certainty = Confirmed
	}
	return f, true
}

// optionalParameter reports whether the annotation of the parameter that a link
// fills allows None, and whether there is one of which that can be said: the name
// of an alias may hide it.
func optionalParameter(pr *fastapi.Project, l *chainLink) (optional, annotated bool) {
	plain := true
	for _, p := range l.consumer.Function.Params {
		if p.Name != l.dep.Parameter || p.Annotation == nil {
			continue
		}
		python.Inspect(annotatedType(p.Annotation), func(n any) bool {
			switch x := n.(type) {
			case *python.Name:
				optional = optional || x.ID == "Optional" || x.ID == "Any"
				plain = plain && namesType(pr, l.consumer.Module, x)
			case *python.Attribute:
				optional = optional || x.Attr == "Optional" || x.Attr == "Any"
			case *python.Constant:
				optional = optional || x.Kind == python.None
			}
			return !optional
		})
		return optional, plain
	}
	return false, false
}

// annotatedType is the type in Annotated[type, …], and any other annotation itself.
func annotatedType(e python.Expr) python.Expr {
	sub, ok := e.(*python.Subscript)
	if !ok || python.LastName(sub.Value) != "Annotated" {
		return e
	}
	if list, ok := sub.Index.(*python.Sequence); ok && len(list.Elements) > 0 {
		return list.Elements[0]
	}
	return e
}

// namesType reports whether a name stands for a class, and not for an alias that may hide None.
func namesType(p *fastapi.Project, path source.Path, e python.Expr) bool {
	switch p.Eval(path, e).(type) {
	case *interpret.Class, *interpret.External, *interpret.Builtin, *interpret.Func, *interpret.Instance:
		return true
	}
	return false
}

// refusedBeside reports whether something other than a guard refuses requests to an operation.
func refusedBeside(o *fastapi.Operation, guard *fastapi.Callable) bool {
	if o.Handler == nil || o.Handler.Function == nil || o.Handler.Flow != nil && (o.Handler.Flow.Refuses() || len(o.Handler.Flow.Reads) > 0) {
		return true
	}
	for _, l := range layersOf(o.App) {
		if l.Flow != nil && l.Flow.Refuses() || l.Flow == nil && mayAuthenticate(l.Middleware) {
			return true
		}
	}
	var others func(d *fastapi.Dependency, depth int) bool
	others = func(d *fastapi.Dependency, depth int) bool {
		if d.Callable == guard {
			return false
		}
		if d.Callable == nil || depth > 30 || d.Scheme != nil && d.Scheme.AutoError || d.Callable.Flow != nil && (refusesAnyhow(d.Callable.Flow) || d.Callable.Flow.ReadsCredential()) {
			return true
		}
		return slices.ContainsFunc(d.Dependencies, func(s *fastapi.Dependency) bool { return others(s, depth+1) })
	}
	return slices.ContainsFunc(o.Dependencies, func(d *fastapi.Dependency) bool { return others(d, 0) })
}
