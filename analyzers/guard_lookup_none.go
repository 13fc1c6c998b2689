package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// lookups reports guards that take apart what a look-up gave without a test,
// where the look-up gives None for what it does not find.
func (g *returnsRefusal) lookups(c *fastapi.Callable) {
	if c.Flow == nil || !g.guards(c) || !g.looksAtCredential(c) {
		return
	}
	inspectOwn(c.Function.Body(), func(n any) bool {
		st, ok := n.(*python.Assign)
		if !ok || len(st.Targets) != 1 || st.Value == nil {
			return true
		}
		name, ok := st.Targets[0].(*python.Name)
		if !ok || bindingsOf(c.Function.Body(), name.ID) != 1 {
			return true
		}
		call := calledIn(st.Value)
		if call == nil || !givesNone(g.p, c.Module, call, 0) {
			return true
		}
		use := nameUseIn(c.Module, c.Function.Body(), name.ID)
		if use.deref.IsZero() || use.tested || inTry(c.Function.Body(), use.deref.Span) {
			return true
		}
		g.pass.Report(g.takenApart(c, source.Location{Path: c.Module, Span: call.Span()}, use.deref, name.ID))
		return true
	})
}

func (g *returnsRefusal) takenApart(c *fastapi.Callable, call, use source.Location, name string) Finding {
	operations := g.operations(c)
	return Finding{
		Certainty: Confirmed, Severity: Warning, At: use, Subject: dependencyName(c) + " " + name, Operations: idsOf(operations),
		Message:  fmt.Sprintf("%s takes %s apart without a test, and the look-up gives None where it finds nobody", dependencyName(c), name),
		Effect:   Effect{Status: []int{500}, Text: "a good token of a user who is gone gets 500 in place of 401: 'NoneType' object has no attribute"},
		Evidence: append([]Evidence{{At: call, Note: "gives None for what it does not find"}}, g.places(c, "guards by it")...),
		Check:    Check{Say: "Delete a user and send a request with a token that was issued before", Run: requestFor(operations)},
		Fixes:    []Fix{describedFix("Raise HTTPException(401) if " + name + " is None")},
	}
}

// calledIn is the call of an expression, awaited or not.
func calledIn(e python.Expr) *python.Call {
	if a, ok := e.(*python.Await); ok {
		e = a.X
	}
	call, _ := e.(*python.Call)
	return call
}

// givesNone reports whether a call gives None for what it does not find: first()
// and its kin of SQLAlchemy and SQLModel, session.get(Model, key), and functions
// of the program that say so, or do so by one of these.
func givesNone(p *fastapi.Project, path source.Path, call *python.Call, depth int) bool {
	if fn, ok := p.Eval(path, call.Func).(*interpret.Func); ok {
		return depth < 3 && functionGivesNone(p, fn, depth)
	}
	attr, ok := call.Func.(*python.Attribute)
	if !ok {
		return false
	}
	switch attr.Attr {
	case "first":
		return len(call.Args) == 0 && calls(attr.Value, "filter", "filter_by", "where", "query", "scalars", "execute", "exec", "select")
	case "one_or_none", "scalar_one_or_none":
		return len(call.Args) == 0
	case "get":
		if len(call.Args) < 2 || call.Args[0].Name != "" {
			return false
		}
		class, ok := p.Eval(path, call.Args[0].Value).(*interpret.Class)
		return ok && interpret.ExternalBase(class) != nil
	}
	return false
}

// calls reports whether a chain of calls has one of some methods in it.
func calls(e python.Expr, methods ...string) bool {
	found := false
	python.Inspect(e, func(n any) bool {
		if call, ok := n.(*python.Call); ok {
			found = found || slices.Contains(methods, python.LastName(call.Func))
		}
		return !found
	})
	return found
}

// functionGivesNone reports whether a function says that it may give None, or
// gives what a look-up gave.
func functionGivesNone(p *fastapi.Project, fn *interpret.Func, depth int) bool {
	if fn.Def == nil || fn.Module == nil {
		return false
	}
	if fn.Def.Returns != nil {
		return saysNone(fn.Def.Returns)
	}
	for _, r := range ownReturns(fn.Def) {
		if k, ok := r.X.(*python.Constant); ok && k.Kind == python.None {
			return true
		}
		call := calledIn(r.X)
		if call != nil && givesNone(p, fn.Module.Path, call, depth+1) {
			return true
		}
	}
	return false
}

// saysNone reports whether an annotation is Optional[…] or has None among its types.
func saysNone(e python.Expr) bool {
	switch x := e.(type) {
	case *python.Subscript:
		return python.LastName(x.Value) == "Optional"
	case *python.Binary:
		return x.Op == "|" && (saysNone(x.X) || saysNone(x.Y))
	case *python.Constant:
		return x.Kind == python.None
	}
	return false
}

// inTry reports whether a place stands in the body of a try statement that takes
// what using None raises.
func inTry(body []python.Stmt, at source.Span) (found bool) {
	takes := func(h *python.Handler) bool {
		all := h.Types == nil
		python.Inspect(h.Types, func(n any) bool {
			if e, ok := n.(python.Expr); ok {
				all = all || slices.Contains([]string{"Exception", "BaseException", "AttributeError", "TypeError"}, python.LastName(e))
			}
			return !all
		})
		return all
	}
	python.Inspect(body, func(n any) bool {
		try, ok := n.(*python.Try)
		if !ok {
			return !found
		}
		for _, st := range try.Body {
			if st.Span().Start <= at.Start && at.End <= st.Span().End && slices.ContainsFunc(try.Handlers, takes) {
				found = true
			}
		}
		return !found
	})
	return found
}
