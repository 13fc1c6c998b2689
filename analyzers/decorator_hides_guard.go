package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// DecoratorHidesGuard reports a decorator of the program that FastAPI does not
// see, because it stands above the route decorator, or that hides the handler's
// parameters, because it does not use functools.wraps.
var DecoratorHidesGuard = &Analyzer{
	Code: "decorator-hides-guard", Family: DependsChain, Severity: Error,
	Run: runDecoratorHidesGuard,
}

func runDecoratorHidesGuard(pass *Pass) {
	p := pass.Project
	registered := map[source.Location][]*fastapi.Operation{}
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			registered[o.Registered] = append(registered[o.Registered], o)
		}
	}
	for _, path := range p.Modules() {
		m := moduleOf(p, path)
		if m == nil {
			continue
		}
		for _, fn := range twiceDecorated(m) {
			for i, d := range fn.Decorators {
				operations := registered[source.Location{Path: path, Span: d.X.Span()}]
				if len(operations) == 0 {
					continue
				}
				h := &hidden{p: p, path: path, fn: fn, route: d, operations: operations}
				if i > 0 {
					h.above(pass, fn.Decorators[:i], registered)
				}
				h.below(pass, fn.Decorators[i+1:])
				break
			}
		}
	}
}

// twiceDecorated lists the functions of a module with more than one decorator.
func twiceDecorated(m *python.Module) (list []*python.Function) {
	python.InspectHolding(m, python.AnyOf("@"), func(n any) bool {
		if fn, ok := n.(*python.Function); ok && len(fn.Decorators) > 1 {
			list = append(list, fn)
		}
		return true
	})
	return list
}

// hidden is a handler with decorators around its route decorator.
type hidden struct {
	p          *fastapi.Project
	path       source.Path
	fn         *python.Function
	route      *python.Decorator
	operations []*fastapi.Operation
}

// above reports wrapping decorators over the route decorator: the route has
// registered the function inside already.
func (h *hidden) above(pass *Pass, list []*python.Decorator, registered map[source.Location][]*fastapi.Operation) {
	for _, d := range list {
		at := source.Location{Path: h.path, Span: d.X.Span()}
		if len(registered[at]) > 0 {
			continue // a second route
		}
		wrapper, owner := h.wrapperOf(d)
		if wrapper == nil {
			continue
		}
		f := Finding{
			Certainty: Confirmed, Severity: Warning, At: source.Location{Path: h.path, Span: d.Span()}, Subject: h.fn.Name + " above", Operations: idsOf(h.operations),
			Message: fmt.Sprintf("%s stands above the route decorator, which has registered %s without it", codeAt(h.p, at), h.fn.Name),
			Effect:  Effect{Certainty: Confirmed, Text: "the decorator has no effect on requests"},
			Evidence: []Evidence{
				{At: source.Location{Path: h.path, Span: h.route.Span()}, Note: "registers the function that it is given"},
				{At: source.Location{Path: owner.Module.Path, Span: wrapper.NameAt.Span()}, Note: "the wrapper, which no request reaches"},
			},
			Check: Check{Say: "Send the request: what the decorator does is not done", Run: requestFor(h.operations)},
			Fixes: []Fix{h.swap(d)},
		}
		if raisesHTTPException(h.p, owner.Module.Path, wrapper.Body()) {
			f.Severity = Error
			f.Effect = Effect{Certainty: Confirmed, Status: []int{200}, Text: "its check never runs: the operation is served to everybody"}
		}
		pass.Report(f)
	}
}

// swap puts a decorator below the route decorator, where both stand on lines of their own.
func (h *hidden) swap(d *python.Decorator) Fix {
	edits := []source.Edit{
		{Span: d.Span(), NewText: codeRaw(h.p, h.path, h.route.Span())},
		{Span: h.route.Span(), NewText: codeRaw(h.p, h.path, d.Span())},
	}
	return Fix{Title: "Put it below the route decorator", Edits: map[source.Path][]source.Edit{h.path: edits}}
}

// codeRaw is the source of a span as it stands.
func codeRaw(p *fastapi.Project, path source.Path, span source.Span) string {
	file, err := p.Tree.File(path)
	if err != nil {
		return ""
	}
	return file.Slice(span)
}

// wrapperOf finds the function that a decorator puts in the place of what it is
// given: a nested function that it returns. Nil for decorators of libraries and
// for those that give the function back.
func (h *hidden) wrapperOf(d *python.Decorator) (*python.Function, *interpret.Func) {
	fn, ok := h.p.Eval(h.path, d.X).(*interpret.Func)
	if !ok || fn.Def == nil {
		return nil, nil
	}
	for _, r := range ownReturns(fn.Def) {
		name, ok := r.X.(*python.Name)
		if !ok {
			return nil, nil
		}
		for _, st := range fn.Def.Body() {
			if inner, ok := st.(*python.Function); ok && inner.Name == name.ID {
				return inner, fn
			}
		}
	}
	return nil, nil
}

// below reports wrapping decorators under the route decorator that lose the
// handler's signature.
func (h *hidden) below(pass *Pass, list []*python.Decorator) {
	for _, d := range list {
		wrapper, owner := h.wrapperOf(d)
		if wrapper == nil || len(wrapper.Decorators) > 0 || !takesAnything(wrapper) || assignsWrapped(owner.Def) {
			continue
		}
		if !slices.ContainsFunc(h.operations, func(o *fastapi.Operation) bool { return o.Handler != nil && o.Handler.Function == wrapper }) {
			continue
		}
		lost := h.lostDependencies()
		f := Finding{
			Certainty: Confirmed, At: source.Location{Path: h.path, Span: d.Span()}, Subject: h.fn.Name + " below", Operations: idsOf(h.operations),
			Message: fmt.Sprintf("%s wraps %s without functools.wraps, so FastAPI sees the parameters of the wrapper", codeAt(h.p, source.Location{Path: h.path, Span: d.X.Span()}), h.fn.Name),
			Effect:  Effect{Certainty: Confirmed, Status: []int{422}, Text: "422: args and kwargs are asked for as query parameters, and the dependencies of " + h.fn.Name + " are not resolved"},
			Evidence: []Evidence{
				{At: source.Location{Path: owner.Module.Path, Span: wrapper.NameAt.Span()}, Note: "has *args and **kwargs, and no functools.wraps"},
			},
			Check: Check{Say: "Look at the operation in /docs: it has query parameters args and kwargs"},
			Fixes: []Fix{h.wraps(owner, wrapper)},
		}
		if !lost.IsZero() {
			f.Evidence = append(f.Evidence, Evidence{At: lost, Note: "a dependency that is not resolved"})
		}
		pass.Report(f)
	}
}

func takesAnything(fn *python.Function) bool {
	return slices.ContainsFunc(fn.Params, func(p *python.Param) bool { return p.Kind == python.VarKeyword || p.Kind == python.VarPositional })
}

// assignsWrapped reports whether a decorator sets the wrapper's attributes itself
// (update_wrapper, __wrapped__, __signature__).
func assignsWrapped(fn *python.Function) bool {
	found := false
	python.Inspect(fn.Body(), func(n any) bool {
		switch x := n.(type) {
		case *python.Attribute:
			found = found || x.Attr == "__wrapped__" || x.Attr == "__signature__" || x.Attr == "update_wrapper"
		case *python.Name:
			found = found || x.ID == "update_wrapper"
		}
		return !found
	})
	return found
}

// lostDependencies finds the first parameter of the handler that has a Depends.
func (h *hidden) lostDependencies() source.Location {
	for _, param := range h.fn.Params {
		at := source.Location{Path: h.path, Span: param.Span()}
		if call, ok := param.Default.(*python.Call); ok && isDependsName(h.p, h.path, call.Func) {
			return at
		}
		if slices.ContainsFunc(annotationMetadata(h.p, h.path, param), isDependsObject) {
			return at
		}
	}
	return source.Location{}
}

// wraps is the hint, or the edit where the decorator's file imports wraps or functools.
func (h *hidden) wraps(owner *interpret.Func, wrapper *python.Function) Fix {
	hint := describedFix("Decorate the wrapper with functools.wraps")
	if len(owner.Def.Params) == 0 {
		return hint
	}
	name := ""
	for _, st := range syntaxOf(h.p, owner.Module.Path).Body {
		switch s := st.(type) {
		case *python.Import:
			for _, a := range s.Names {
				if a.Name == "functools" {
					name = textOr(a.As, "functools") + ".wraps"
				}
			}
		case *python.ImportFrom:
			for _, a := range s.Names {
				if s.Module == "functools" && a.Name == "wraps" {
					name = textOr(a.As, "wraps")
				}
			}
		}
	}
	file, err := h.p.Tree.File(owner.Module.Path)
	if name == "" || err != nil {
		return hint
	}
	start := wrapper.Span().Start
	line := file.Line(file.LineOf(start))
	indent := file.Slice(source.Span{Start: line.Start, End: start})
	at := source.Location{Path: owner.Module.Path, Span: source.Span{Start: start, End: start}}
	return replaceAt("Decorate the wrapper with functools.wraps", false, at, "@"+name+"("+owner.Def.Params[0].Name+")\n"+indent)
}
