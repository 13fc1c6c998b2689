package analyzers

import (
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// inspectOwn visits what stands in a function's own body, without the functions,
// classes and lambdas within it.
func inspectOwn(body []python.Stmt, visit func(node any) bool) {
	python.Inspect(body, func(n any) bool {
		switch n.(type) {
		case *python.Function, *python.Class, *python.Lambda:
			return false
		}
		return visit(n)
	})
}

// ownReturns lists the return statements of a function's own body.
func ownReturns(fn *python.Function) (list []*python.Return) {
	inspectOwn(fn.Body(), func(n any) bool {
		if r, ok := n.(*python.Return); ok {
			list = append(list, r)
		}
		_, isExpr := n.(python.Expr)
		return !isExpr
	})
	return list
}

// neverFallsThrough reports whether a block cannot come to its end: its last
// statements return, raise or leave a loop on every branch.
func neverFallsThrough(body []python.Stmt) bool {
	for _, st := range body {
		switch s := st.(type) {
		case *python.Return, *python.Raise, *python.Jump:
			if j, ok := st.(*python.Jump); !ok || j.Kind != python.Pass {
				return true
			}
		case *python.If:
			if neverFallsThrough(s.Body) && len(s.Else) > 0 && neverFallsThrough(s.Else) {
				return true
			}
		case *python.With:
			if neverFallsThrough(s.Body) {
				return true
			}
		case *python.While:
			if c, ok := s.Test.(*python.Constant); ok && c.Kind == python.True {
				return true
			}
		case *python.Match:
			if slices.ContainsFunc(s.Cases, func(c python.Case) bool { return isCatchAll(c) }) &&
				!slices.ContainsFunc(s.Cases, func(c python.Case) bool { return !neverFallsThrough(c.Body) }) {
				return true
			}
		case *python.Try:
			if neverFallsThrough(s.Finally) {
				return true
			}
			body := neverFallsThrough(s.Body) || len(s.Else) > 0 && neverFallsThrough(s.Else)
			if body && !slices.ContainsFunc(s.Handlers, func(h *python.Handler) bool { return !neverFallsThrough(h.Body) }) {
				return true
			}
		}
	}
	return false
}

func isCatchAll(c python.Case) bool {
	n, ok := c.Pattern.(*python.Name)
	return ok && n != nil && c.Guard == nil
}

// nameUse is how a function deals with one of its names.
type nameUse struct {
	mentioned bool
	tested    bool            // a condition, a comparison, isinstance, or a call that it is handed to
	awaited   bool            // await name
	handed    bool            // given to a call or put into another object
	returned  bool            // given back as it is
	deref     source.Location // the first attribute or item taken from it; zero when none
	called    bool            // name(…)
}

// nameUseIn describes how the own body of a function uses a name.
func nameUseIn(path source.Path, body []python.Stmt, name string) nameUse {
	var u nameUse
	is := func(e python.Expr) bool {
		n, ok := e.(*python.Name)
		return ok && n != nil && n.ID == name
	}
	// The name by itself: user.active takes it apart, and tests nothing of it.
	holds := func(e python.Expr) bool {
		found := false
		python.Inspect(e, func(n any) bool {
			switch x := n.(type) {
			case *python.Attribute:
				return !found && !is(x.Value)
			case *python.Subscript:
				found = found || holdsName(x.Index, name)
				return !found && !is(x.Value)
			case python.Expr:
				found = found || is(x)
			}
			return !found
		})
		return found
	}
	python.Inspect(body, func(n any) bool {
		switch x := n.(type) {
		case *python.Name:
			u.mentioned = u.mentioned || is(x)
		case *python.If:
			u.tested = u.tested || holds(x.Test)
		case *python.While:
			u.tested = u.tested || holds(x.Test)
		case *python.Conditional:
			u.tested = u.tested || holds(x.Test)
		case *python.Assert:
			u.tested = u.tested || holds(x.Test)
		case *python.Match:
			u.tested = u.tested || holds(x.Subject)
		case *python.Compare:
			u.tested = u.tested || holds(x)
		case *python.Binary:
			if x.Op == "and" || x.Op == "or" {
				u.tested = u.tested || holds(x)
			}
		case *python.Unary:
			u.tested = u.tested || x.Op == "not" && holds(x.X)
		case *python.Await:
			u.awaited = u.awaited || is(x.X)
		case *python.Call:
			u.called = u.called || is(x.Func)
			for _, a := range x.Args {
				u.handed = u.handed || is(a.Value)
			}
		case *python.Attribute:
			if is(x.Value) && u.deref.IsZero() {
				u.deref = source.Location{Path: path, Span: x.Span()}
			}
		case *python.Subscript:
			if is(x.Value) && u.deref.IsZero() {
				u.deref = source.Location{Path: path, Span: x.Span()}
			}
		case *python.Return:
			u.returned = u.returned || x.X != nil && is(x.X)
		case *python.Sequence:
			u.handed = u.handed || slices.ContainsFunc(x.Elements, is)
		case *python.DictEntry:
			u.handed = u.handed || x.Value != nil && is(x.Value)
		case *python.For:
			u.handed = u.handed || is(x.Iter)
		case *python.Assign:
			u.handed = u.handed || x.Value != nil && is(x.Value)
		case *python.Yield:
			u.handed = u.handed || x.X != nil && is(x.X)
		}
		return true
	})
	return u
}

// holdsName reports whether a name stands anywhere in an expression.
func holdsName(e python.Expr, name string) (found bool) {
	python.Inspect(e, func(n any) bool {
		x, ok := n.(*python.Name)
		found = found || ok && x.ID == name
		return !found
	})
	return found
}

// consumerUse describes how a consumer uses the parameter that a link fills.
func consumerUse(l *chainLink) (nameUse, bool) {
	if l.consumer == nil || l.consumer.Function == nil || l.dep.Parameter == "" {
		return nameUse{}, false
	}
	return nameUseIn(l.consumer.Module, l.consumer.Function.Body(), l.dep.Parameter), true
}

// nodesAround lists what holds an expression, innermost first, up to the module.
func nodesAround(m *python.Module, target python.Expr) (around []any) {
	var holds func(node any) bool
	holds = func(node any) bool {
		first, found := true, false
		python.Inspect(node, func(n any) bool {
			switch {
			case first:
				first = false
				return true
			case found:
				return false
			case n == any(target):
				found = true
				return false
			}
			if s, ok := n.(interface{ Span() source.Span }); ok && !mayHold(n, s.Span(), target.Span()) {
				return false
			}
			found = holds(n)
			return false
		})
		if found {
			around = append(around, node)
		}
		return found
	}
	holds(m)
	return around
}

// callExpressionAt finds the call expression at a place; nil when there is none.
func callExpressionAt(p *fastapi.Project, at source.Location) *python.Call {
	m := moduleOf(p, at.Path)
	if m == nil {
		return nil
	}
	var found *python.Call
	python.InspectAround(m, at.Span, func(n any) bool {
		if found != nil {
			return false
		}
		if c, ok := n.(*python.Call); ok && c.Span() == at.Span {
			found = c
			return false
		}
		if s, ok := n.(interface{ Span() source.Span }); ok {
			if _, isModule := n.(*python.Module); !isModule && !mayHold(n, s.Span(), at.Span) {
				return false
			}
		}
		return true
	})
	return found
}

// mayHold reports whether a node may hold a span. Decorators stand before the
// range of their function or class.
func mayHold(node any, outer, inner source.Span) bool {
	switch n := node.(type) {
	case *python.Function:
		if len(n.Decorators) > 0 {
			outer.Start = min(outer.Start, n.Decorators[0].Span().Start)
		}
	case *python.Class:
		if len(n.Decorators) > 0 {
			outer.Start = min(outer.Start, n.Decorators[0].Span().Start)
		}
	}
	return outer.Covers(inner)
}
