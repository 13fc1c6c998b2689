package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// freshKey reports an override whose key is made on the spot by a factory or a
// class: dependency_overrides looks its key up by equality, and a new function or
// object equals none that a path operation holds.
func freshKey(p *fastapi.Project, o *fastapi.Override, links []*chainLink) (Finding, bool) {
	if o.Key == nil || o.KeyAt.IsZero() || o.App == nil {
		return Finding{}, false
	}
	call := callExpressionAt(p, o.KeyAt)
	if call == nil || !makesNew(p.Eval(o.KeyAt.Path, call.Func), o.Key) {
		return Finding{}, false
	}
	maker := codeAt(p, source.Location{Path: o.KeyAt.Path, Span: call.Func.Span()})
	f := Finding{
		Certainty: Confirmed, At: o.KeyAt, Subject: dependencyName(o.Key) + " fresh",
		Message:  fmt.Sprintf("%s makes a new object with each call, so this key is not what a path operation depends on", maker),
		Effect:   Effect{Certainty: Confirmed, Status: []int{401, 403, 422}, Text: "the override is never looked up: the real dependency runs in the test"},
		Evidence: []Evidence{{At: o.At, Note: "the override"}},
		Check:    Check{Say: "Compare both calls with «is»: two objects"},
		Fixes:    []Fix{describedFix("Bind the result of " + maker + " to one name, and use that name in the path operation and here")},
	}
	for _, l := range links {
		if sameDependency(l.dep.Callable, o.Key) && l.dep.Callable != o.Key {
			f.Evidence = append(f.Evidence, Evidence{At: l.dep.At, Note: "another object of the same origin, which the path operation depends on"})
			f.Operations = idsOf(l.operations)
			break
		}
	}
	if len(f.Operations) == 0 {
		return Finding{}, false // a key that nothing depends on is told as that
	}
	f.Evidence = append(f.Evidence, Evidence{At: p.Header(o.Key), Note: "what each call makes"})
	return f, true
}

// makesNew reports whether calling maker surely gives an object that equals no
// other: a function defined within the one that is called, or an object of a class
// that compares by identity.
func makesNew(maker interpret.Value, made *fastapi.Callable) bool {
	switch m := maker.(type) {
	case *interpret.Func:
		fn, ok := made.Ref().(*interpret.Func)
		if !ok || m.Def == nil || m.Cached || m.Module != fn.Module || fn.Self != nil || len(m.Def.Decorators) > 0 {
			return false
		}
		var inner source.Span
		switch {
		case fn.Def != nil && !fn.Cached:
			inner = fn.Def.Span()
		case fn.Lambda != nil:
			inner = fn.Lambda.Span()
		default:
			return false
		}
		return m.Def.Span().Covers(inner) && m.Def.Span() != inner
	case *interpret.Class:
		if _, ok := made.Ref().(*interpret.Instance); !ok || len(m.Def.Decorators) > 0 || interpret.ExternalBase(m) != nil {
			return false
		}
		for _, special := range []string{"__eq__", "__hash__", "__new__"} {
			if v, _ := m.Lookup(special); v != nil {
				return false
			}
		}
		return len(m.Keywords) == 0
	}
	return false
}

// starParameter finds *args or **kwargs among the parameters of an override:
// FastAPI asks the query for parameters of those names.
func starParameter(o *fastapi.Override) *python.Param {
	fn, ok := o.Value.Ref().(*interpret.Func)
	if !ok || fn.Wrapped != nil || fn.Self != nil || len(fn.Marks) > 0 {
		return nil
	}
	var params []*python.Param
	switch {
	case fn.Def != nil && len(fn.Def.Decorators) == 0:
		params = fn.Def.Params
	case fn.Lambda != nil:
		params = fn.Lambda.Params
	}
	for _, parameter := range params {
		if (parameter.Kind == python.VarPositional || parameter.Kind == python.VarKeyword) && parameter.Annotation == nil {
			return parameter
		}
	}
	return nil
}

// typeKey reports a key that is an Annotated type: the routes hold the callable
// within its Depends, and the type itself is never looked up.
func typeKey(p *fastapi.Project, o *fastapi.Override) (Finding, bool) {
	if o.Key == nil || o.App == nil || o.KeyAt.IsZero() {
		return Finding{}, false
	}
	v := o.Key.Ref()
	base, args := interpret.Generic(v)
	if ext, ok := base.(*interpret.External); !ok || ext.Path != "typing.Annotated" && ext.Path != "typing_extensions.Annotated" || len(args) < 2 {
		return Finding{}, false
	}
	name := codeAt(p, o.KeyAt)
	f := Finding{
		Certainty: Confirmed, At: o.At, Subject: name + " key",
		Message:  name + " is an Annotated type, and a path operation depends on the callable within its Depends: overriding the type changes nothing",
		Effect:   Effect{Certainty: Confirmed, Status: []int{401, 422}, Text: "the real dependency runs in the test"},
		Evidence: []Evidence{{At: o.App.At, Note: "the application whose dependencies are overridden"}},
		Check:    Check{Say: "Print the key and the dependencies of the route: app.routes[…].dependant"},
		Fixes:    []Fix{describedFix("Use as key the callable that the type gives to Depends")},
	}
	if at := interpret.OriginOf(v).At; !at.IsZero() && at != o.KeyAt {
		f.Evidence = append(f.Evidence, Evidence{At: at, Note: "the type"})
	}
	return f, true
}

// writtenValue finds the value of an override in a dict display, by its key.
func writtenValue(p *fastapi.Project, o *fastapi.Override) (at source.Location) {
	if o.KeyAt.IsZero() {
		return at
	}
	python.InspectAround(syntaxOf(p, o.KeyAt.Path), o.KeyAt.Span, func(n any) bool {
		if e, ok := n.(*python.DictEntry); ok && e.Key != nil && e.Value != nil && e.Key.Span() == o.KeyAt.Span {
			at = source.Location{Path: o.KeyAt.Path, Span: e.Value.Span()}
		}
		return at.IsZero()
	})
	return at
}

// mayBeEqual reports whether two objects are of one class of the program that may
// compare them by value, such as a frozen dataclass.
func mayBeEqual(a, b *fastapi.Callable) bool {
	if a == nil || b == nil || a == b {
		return false
	}
	x, ok := a.Ref().(*interpret.Instance)
	y, same := b.Ref().(*interpret.Instance)
	if !ok || !same || x.Class != y.Class {
		return false
	}
	class, ok := x.Class.(*interpret.Class)
	if !ok {
		return false
	}
	eq, _ := class.Lookup("__eq__")
	return eq != nil || len(class.Def.Decorators) > 0 || interpret.ExternalBase(class) != nil
}
