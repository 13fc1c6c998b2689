package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// isClassName reports whether an expression names a class, of the program or a library.
func isClassName(p *fastapi.Project, path source.Path, e python.Expr) bool {
	switch p.Eval(path, e).(type) {
	case *interpret.Class, *interpret.External:
		return true
	}
	return false
}

// verdict reports a guard that looks at a credential and answers by a truth value
// alone, in places where the value is thrown away.
func (g *returnsRefusal) verdict(c *fastapi.Callable) bool {
	if c.Flow == nil || c.Generator || !g.discarded(c) || refusesAnyhow(c.Flow) || !g.looksAtCredential(c) {
		return false
	}
	returns := ownReturns(c.Function)
	var verdict, no *python.Return
	for _, r := range returns {
		if isVerdict(g.p, c.Module, r.X) {
			verdict = r
			if k, ok := r.X.(*python.Constant); ok && k.Kind != python.True {
				no = r
			}
		} else if r.X != nil && g.mayRefuse(c, r.X) {
			return false
		}
	}
	if no != nil {
		verdict = no
	}
	if verdict == nil || verdict.X == nil {
		return false
	}
	at := source.Location{Path: c.Module, Span: verdict.Span()}
	operations := g.operations(c)
	g.pass.Report(Finding{
		Certainty: Confirmed, At: at, Subject: dependencyName(c) + " verdict", Operations: idsOf(operations),
		Message: fmt.Sprintf("%s reports a wrong credential by returning a value, and everything that depends on it throws that value away", dependencyName(c)),
		Effect:  Effect{Certainty: Confirmed, Status: []int{200}, Text: "every credential is accepted, none included: only a raised exception stops a request"},
		Evidence: slices.Concat([]Evidence{{At: at, Note: "the verdict, returned and not raised"}},
			g.places(c, "its value is not looked at here")),
		Check: Check{Say: "Send the request without a credential: it is served", Run: requestFor(operations)},
		Fixes: []Fix{describedFix("Raise HTTPException(401) where the check fails")},
	})
	return true
}

// refusesAnyhow reports whether the code raises anything that leaves it.
func refusesAnyhow(f *fastapi.Flow) bool {
	return slices.ContainsFunc(f.Outcomes, func(o fastapi.Outcome) bool { return o.Kind == fastapi.Raises && !o.Caught })
}

// mayRefuse reports whether an expression calls something that is not known to leave the request alone.
func (g *returnsRefusal) mayRefuse(c *fastapi.Callable, e python.Expr) bool {
	found := false
	python.Inspect(e, func(n any) bool {
		if call, ok := n.(*python.Call); ok {
			if fn, known := g.p.Eval(c.Module, call.Func).(*interpret.Func); !known || raisesHTTPException(g.p, fn.Module.Path, fn.Def.Body()) {
				found = true
			}
		}
		return !found
	})
	return found
}

// isVerdict reports whether a returned expression is a truth value: True, False,
// None, a comparison, a negation, compare_digest.
func isVerdict(p *fastapi.Project, path source.Path, e python.Expr) bool {
	switch x := e.(type) {
	case *python.Constant:
		return x.Kind != python.Ellipsis
	case *python.Compare:
		return true
	case *python.Unary:
		return x.Op == "not"
	case *python.Binary:
		return (x.Op == "and" || x.Op == "or") && isVerdict(p, path, x.X) && isVerdict(p, path, x.Y)
	case *python.Call:
		external, ok := p.Eval(path, x.Func).(*interpret.External)
		if !ok {
			return false
		}
		switch external.Path {
		case "hmac.compare_digest", "secrets.compare_digest", "builtins.bool", "builtins.any", "builtins.all", "builtins.isinstance":
			return true
		}
	}
	return false
}

// looksAtCredential reports whether the guard or a dependency of it reads what authenticates a request.
func (g *returnsRefusal) looksAtCredential(c *fastapi.Callable) bool {
	return slices.ContainsFunc(g.links[c], func(l *chainLink) bool { return chainReadsCredential(l.dep, 0) })
}

// nothing reports a guard whose value a consumer takes attributes of although it
// is None: always, where no return statement has a value, or for a refused
// credential, where only some have one and no consumer tests it.
func (g *returnsRefusal) nothing(c *fastapi.Callable) {
	if c.Generator || !g.guards(c) {
		return
	}
	at, always := whereNone(c)
	if at.IsZero() || !mayBeNone(g.p.Result(c)) {
		return
	}
	for _, l := range g.links[c] {
		use, ok := consumerUse(l)
		if !ok || use.deref.IsZero() || use.tested || !always && (use.handed || g.testedBeside(c, l)) {
			continue
		}
		g.pass.Report(g.none(c, l, use, at, always))
		return
	}
	if !always {
		g.silentNone(c, at)
	}
}

func (g *returnsRefusal) guards(c *fastapi.Callable) bool {
	return slices.ContainsFunc(g.links[c], func(l *chainLink) bool { return chainGuards(l.dep) || chainReadsCredential(l.dep, 0) })
}

// whereNone finds where a function gives None: at its header when it never gives
// anything else, at "return None", or at its header when its end can be reached.
func whereNone(c *fastapi.Callable) (at source.Location, always bool) {
	values, header := 0, source.Location{Path: c.Module, Span: source.Span{Start: c.Function.Span().Start, End: c.Function.ParamsAt.Span().End}}
	for _, r := range ownReturns(c.Function) {
		if k, ok := r.X.(*python.Constant); r.X == nil || ok && k.Kind == python.None {
			if at.IsZero() {
				at = source.Location{Path: c.Module, Span: r.Span()}
			}
			continue
		}
		values++
	}
	if returnsNoneByDesign(c.Function) || isStub(c.Function) {
		return source.Location{}, false
	}
	falls := !neverFallsThrough(c.Function.Body())
	switch {
	case values == 0 && (falls || !at.IsZero()):
		return header, true
	case !at.IsZero():
		return at, false
	case falls:
		return header, false
	}
	return source.Location{}, false
}

// returnsNoneByDesign reports whether a function is annotated to give nothing.
func returnsNoneByDesign(fn *python.Function) bool {
	k, ok := fn.Returns.(*python.Constant)
	return ok && k.Kind == python.None
}

// isStub reports whether a body is empty but for a docstring: abstract methods, protocols.
func isStub(fn *python.Function) bool {
	for _, st := range fn.Body() {
		switch s := st.(type) {
		case *python.Jump:
		case *python.ExprStmt:
			switch s.X.(type) {
			case *python.String, *python.Constant:
			default:
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (g *returnsRefusal) none(c *fastapi.Callable, l *chainLink, use nameUse, at source.Location, always bool) Finding {
	f := Finding{
		Certainty: Confirmed, At: at, Subject: dependencyName(c) + " none", Operations: idsOf(l.operations),
		Evidence: []Evidence{{At: l.dep.At, Note: "injects its value as " + l.dep.Parameter}, {At: use.deref, Note: "uses the None"}},
		Check:    Check{Say: "Send the request with a good credential", Run: requestFor(l.operations)},
		Fixes:    []Fix{describedFix("Return the value that " + dependencyName(l.consumer) + " needs")},
	}
	if always {
		f.Message = fmt.Sprintf("%s never returns a value, so %s gets None as %s", dependencyName(c), dependencyName(l.consumer), l.dep.Parameter)
		f.Effect = Effect{Certainty: Confirmed, Status: []int{500}, Text: "everybody who passes the check gets 500: 'NoneType' object has no attribute"}
		return f
	}
	f.Message = fmt.Sprintf("%s returns None instead of refusing, and %s takes %s apart without a test", dependencyName(c), dependencyName(l.consumer), l.dep.Parameter)
	f.Effect = Effect{Certainty: Confirmed, Status: []int{500}, Text: "whoever is not recognised gets 500 in place of 401: 'NoneType' object has no attribute"}
	f.Evidence = append([]Evidence{{At: at, Note: "gives None"}}, f.Evidence...)
	f.Check = Check{Say: "Send the request without a credential, and with a made-up one", Run: requestFor(l.operations)}
	f.Fixes = []Fix{describedFix("Raise HTTPException(401) in place of returning None")}
	return f
}

// testedBeside reports whether, in an operation of the link, another consumer
// tests the same guard's value, and may refuse before this one is reached.
func (g *returnsRefusal) testedBeside(c *fastapi.Callable, l *chainLink) bool {
	return slices.ContainsFunc(g.links[c], func(other *chainLink) bool {
		use, ok := consumerUse(other)
		return other != l && (!ok || use.tested) &&
			slices.ContainsFunc(other.operations, func(o *fastapi.Operation) bool { return slices.Contains(l.operations, o) })
	})
}

// mayBeNone reports whether a run came to None on some path: what the options of
// a factory rule out does not count.
func mayBeNone(v interpret.Value) bool {
	for _, o := range interpret.Options(v) {
		if _, none := o.Value.(*interpret.None); none {
			return true
		}
	}
	return false
}

// silentNone reports a guard that gives None for a credential that is not
// recognised, in a chain in which nothing refuses and nobody looks at the value.
func (g *returnsRefusal) silentNone(c *fastapi.Callable, at source.Location) {
	if c.Flow == nil || refusesAnyhow(c.Flow) || !g.discarded(c) || !g.looksAtCredential(c) {
		return
	}
	operations := g.operations(c)
	for _, o := range operations {
		for _, d := range o.Dependencies {
			if others := chainGuardsOf(d, 0); len(others) > 0 && !slices.Contains(others, c) && d.Callable != c {
				return // something else refuses
			}
		}
	}
	g.pass.Report(Finding{
		Certainty: Hypothesis, At: at, Subject: dependencyName(c) + " ignored none", Operations: idsOf(operations),
		Message:  fmt.Sprintf("%s returns None for a credential that it does not accept, and nothing looks at what it returns", dependencyName(c)),
		Effect:   Effect{Status: []int{200}, Text: "the operation is served to everybody, unless that is intended"},
		Evidence: slices.Concat([]Evidence{{At: at, Note: "gives None in place of a refusal"}}, g.places(c, "its value is not looked at here")),
		Check:    Check{Say: "Send the request with a made-up credential", Run: requestFor(operations)},
		Fixes:    []Fix{describedFix("Raise HTTPException(401) in place of returning None")},
	})
}
