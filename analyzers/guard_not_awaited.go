package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// GuardNotAwaited reports an async check or lookup that is called without await
// on the way of a request.
var GuardNotAwaited = &Analyzer{
	Code: "guard-not-awaited", Family: DependsChain, Severity: Error,
	Run: runGuardNotAwaited,
}

func runGuardNotAwaited(pass *Pass) {
	p := pass.Project
	n := &notAwaited{p: p, handlers: map[string]bool{}, dependencies: map[string]bool{}}
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			if o.Handler != nil {
				n.handlers[o.Handler.Name] = true
			}
		}
	}
	for _, l := range chainLinks(p) {
		if l.dep.Callable != nil {
			n.dependencies[l.dep.Callable.Name] = true
		}
	}
	for _, c := range p.Coroutines {
		if f, ok := n.call(c); ok {
			pass.Report(f)
		}
	}
}

type notAwaited struct {
	p            *fastapi.Project
	handlers     map[string]bool
	dependencies map[string]bool
}

// coroutineMisuse is what is done with a coroutine in place of awaiting it.
type coroutineMisuse struct {
	kind string // "tested", "attribute", "dropped", "returned"
	at   source.Location
	fix  bool // "await " before the call is the whole cure
}

func (n *notAwaited) call(c fastapi.CoroutineCall) (Finding, bool) {
	call := callExpressionAt(n.p, c.At)
	if call == nil {
		return Finding{}, false
	}
	around := nodesAround(syntaxOf(n.p, c.Path), call)
	if len(around) == 0 {
		return Finding{}, false
	}
	in := innermost[*python.Function](around)
	m, ok := n.misused(c, call, around[0], in)
	if !ok || !n.matters(c, m) {
		return Finding{}, false
	}
	name := dependencyName(c.Callee)
	at := c.At
	if st, ok := innermost[python.Stmt](around).(*python.Assign); ok && m.kind != "returned" {
		at = source.Location{Path: c.Path, Span: st.Span()}
	}
	f := Finding{
		Certainty: Confirmed, At: at, Subject: c.Function + " " + name,
		Message:  fmt.Sprintf("%s is async and is called without await, so what it gives here is a coroutine object", name),
		Evidence: []Evidence{{At: n.p.Header(c.Callee), Note: "async"}},
		Check:    Check{Say: "Send the request with a made-up credential, and look in the log for 'coroutine " + name + " was never awaited'"},
	}
	switch m.kind {
	case "tested":
		f.Effect = Effect{Certainty: Confirmed, Status: []int{200}, Text: "the test is the same for everybody: a coroutine object is always true and never None"}
		f.Evidence = append(f.Evidence, Evidence{At: m.at, Note: "tests the coroutine object"})
	case "attribute":
		f.Effect = Effect{Certainty: Confirmed, Status: []int{500}, Text: "500: 'coroutine' object has no such attribute"}
		f.Evidence = append(f.Evidence, Evidence{At: m.at, Note: "takes the coroutine object apart"})
	case "dropped":
		f.Effect = Effect{Certainty: Confirmed, Status: []int{200}, Text: name + " never runs: nobody is refused by it"}
		f.Evidence = append(f.Evidence, Evidence{At: c.At, Note: "the coroutine object is dropped"})
	case "returned":
		f.Effect = Effect{Certainty: Confirmed, Status: []int{200, 500}, Text: "FastAPI injects the coroutine object and does not await it: " + name + " never runs"}
		f.Evidence = append(f.Evidence, Evidence{At: m.at, Note: "returned to FastAPI"})
	}
	f.Fixes = awaitFix(c, m, in)
	return f, true
}

// awaitFix puts await before the call where the function is async.
func awaitFix(c fastapi.CoroutineCall, m coroutineMisuse, in *python.Function) []Fix {
	if in == nil || !in.Async || !m.fix {
		return []Fix{describedFix("Await " + dependencyName(c.Callee) + ", in an async function")}
	}
	start := source.Span{Start: c.At.Span.Start, End: c.At.Span.Start}
	return []Fix{{Title: "Await " + dependencyName(c.Callee), Edits: map[source.Path][]source.Edit{c.Path: {{Span: start, NewText: "await "}}}}}
}

// matters reports whether a call that is not awaited decides who may pass: on the
// way of a dependency or middleware, or of a check within a handler.
func (n *notAwaited) matters(c fastapi.CoroutineCall, m coroutineMisuse) bool {
	if !n.handlers[c.Root] || n.dependencies[c.Root] {
		return m.kind != "dropped" || n.checks(c.Callee)
	}
	return n.checks(c.Callee) || m.kind == "tested"
}

// checks reports whether a function can refuse a request.
func (n *notAwaited) checks(callee *fastapi.Callable) bool {
	fn, ok := callee.Ref().(*interpret.Func)
	return ok && fn.Def != nil && (raisesHTTPException(n.p, fn.Module.Path, fn.Def.Body()) || isDependable2(n.p, fn))
}

// misused says what is done with the coroutine; false when it may be awaited.
func (n *notAwaited) misused(c fastapi.CoroutineCall, call *python.Call, holder any, in *python.Function) (coroutineMisuse, bool) {
	at := func(x interface{ Span() source.Span }) source.Location {
		return source.Location{Path: c.Path, Span: x.Span()}
	}
	switch x := holder.(type) {
	case *python.ExprStmt:
		return coroutineMisuse{"dropped", at(x), true}, true
	case *python.If:
		return coroutineMisuse{"tested", at(x.Test), true}, true
	case *python.While:
		return coroutineMisuse{"tested", at(x.Test), true}, true
	case *python.Assert:
		return coroutineMisuse{"tested", at(x.Test), true}, true
	case *python.Conditional:
		return coroutineMisuse{"tested", at(x), true}, x.Test == python.Expr(call)
	case *python.Unary:
		return coroutineMisuse{"tested", at(x), true}, x.Op == "not"
	case *python.Compare:
		return coroutineMisuse{"tested", at(x), true}, true
	case *python.Binary:
		return coroutineMisuse{"tested", at(x), true}, x.Op == "and" || x.Op == "or"
	case *python.Attribute:
		return coroutineMisuse{"attribute", at(x), false}, true
	case *python.Subscript:
		return coroutineMisuse{"attribute", at(x), false}, x.Value == python.Expr(call)
	case *python.Walrus:
		return coroutineMisuse{"tested", at(x), true}, in != nil && !nameUseIn(c.Path, in.Body(), x.Name.ID).awaited
	case *python.Return:
		return coroutineMisuse{"returned", at(x), true}, n.dependencies[c.Function]
	case *python.Assign:
		return n.assigned(c, x, in)
	}
	return coroutineMisuse{}, false
}

// assigned looks at what becomes of a coroutine that is bound to a name.
func (n *notAwaited) assigned(c fastapi.CoroutineCall, x *python.Assign, in *python.Function) (coroutineMisuse, bool) {
	if in == nil || len(x.Targets) != 1 {
		return coroutineMisuse{}, false
	}
	name, ok := x.Targets[0].(*python.Name)
	if !ok {
		return coroutineMisuse{}, false
	}
	use := nameUseIn(c.Path, in.Body(), name.ID)
	if use.awaited || use.handed || use.returned && !use.tested || bindingsOf(in.Body(), name.ID) > 1 {
		return coroutineMisuse{}, false
	}
	if !use.deref.IsZero() && !use.tested {
		return coroutineMisuse{"attribute", use.deref, true}, true
	}
	if use.tested {
		return coroutineMisuse{"tested", firstTestOf(c.Path, in.Body(), name.ID, source.Location{Path: c.Path, Span: x.Span()}), true}, true
	}
	return coroutineMisuse{"dropped", source.Location{Path: c.Path, Span: x.Span()}, true}, true
}

// bindingsOf counts the assignments to a name.
func bindingsOf(body []python.Stmt, name string) (count int) {
	inspectOwn(body, func(n any) bool {
		if a, ok := n.(*python.Assign); ok {
			for _, t := range a.Targets {
				if x, ok := t.(*python.Name); ok && x.ID == name {
					count++
				}
			}
		}
		return true
	})
	return count
}

// firstTestOf finds the first condition that holds a name.
func firstTestOf(path source.Path, body []python.Stmt, name string, fallback source.Location) source.Location {
	found := source.Location{}
	inspectOwn(body, func(n any) bool {
		st, ok := n.(*python.If)
		if ok && found.IsZero() && nameUseIn(path, []python.Stmt{&python.ExprStmt{X: st.Test}}, name).mentioned {
			found = source.Location{Path: path, Span: st.Test.Span()}
		}
		return found.IsZero()
	})
	if found.IsZero() {
		return fallback
	}
	return found
}

// innermost is the first node of a kind around an expression; nil when there is none.
func innermost[T any](around []any) (node T) {
	for _, n := range around {
		if x, ok := n.(T); ok {
			return x
		}
	}
	return node
}
