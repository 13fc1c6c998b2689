package interpret

import (
	"bearings/internal/python"
)

// define makes a function and applies its decorators, innermost first.
func (f *Frame) define(s *python.Function) {
	fn := &Func{Origin: Origin{At: f.At(s), Name: s.Name, NameAt: f.At(s.NameAt)}, Def: s, Module: f.Module, Closure: f.Scope,
		Owner: f.Class, Defaults: map[string]Value{}}
	for _, p := range s.Params {
		if p.Default != nil {
			fn.Defaults[p.Name] = f.Eval(p.Default)
		}
	}
	var v Value = fn
	for i := len(s.Decorators) - 1; i >= 0; i-- {
		v = f.decorate(s.Decorators[i], v, fn)
	}
	if name := s.Name; len(s.Decorators) > 0 { // a property's setter keeps the property
		if old := f.Scope.own(name); old != nil && fn.Kind == setter {
			return
		}
	}
	f.Scope.set(s.Name, v, f.At(s.NameAt))
}

const setter MethodKind = 100

func (f *Frame) decorate(d *python.Decorator, v Value, fn *Func) Value {
	dec := f.Eval(d.X)
	switch x := dec.(type) {
	case *External:
		switch x.Path {
		case "builtins.staticmethod":
			fn.Kind = Static
			return v
		case "builtins.classmethod":
			fn.Kind = ClassMethod
			return v
		case "builtins.property", "functools.cached_property":
			fn.Kind = Property
			return v
		case "functools.lru_cache", "functools.cache":
			fn.Cached = true
			return v
		case "abc.abstractmethod", "typing.overload", "typing.override", "typing.final":
			return v
		}
	case *Op:
		if a, ok := d.X.(*python.Attribute); ok && (a.Attr == "setter" || a.Attr == "deleter") {
			fn.Kind = setter
			return v
		}
	case *Func:
		if a, ok := d.X.(*python.Attribute); ok && (a.Attr == "setter" || a.Attr == "deleter") && x.Kind == Property {
			fn.Kind = setter
			return v
		}
	}
	site := &CallSite{At: f.At(d), Frame: f}
	if c, ok := d.X.(*python.Call); ok {
		site.Call = c
	}
	out := f.Call(site, dec, &Args{Pos: []Arg{{Value: v, At: fn.At()}}})
	if c, ok := out.(*Choice); ok { // a decorator that may return the function or a wrapper
		for _, o := range c.Options {
			if o.Value == v {
				return v
			}
		}
	}
	switch x := out.(type) {
	case *Func, *Instance, *Partial, *Builtin, *Class:
		return out
	case *Op, *Unknown:
		// A library's decorator: the function behind it is still what runs.
		fn.Marks = append(fn.Marks, x)
		return v
	}
	return v
}

// class runs a class body and makes the class.
func (f *Frame) class(s *python.Class) {
	c := &Class{Origin: Origin{At: f.At(s), Name: s.Name, NameAt: f.At(s.NameAt)}, Def: s, Module: f.Module, Keywords: map[string]Value{}}
	for _, b := range s.Bases {
		v := f.Eval(b.Value)
		if b.Name != "" {
			c.Keywords[b.Name] = v
			continue
		}
		if b.Star > 0 {
			if items, ok := f.items(v); ok {
				c.Bases = append(c.Bases, items...)
			}
			continue
		}
		c.Bases = append(c.Bases, generic(v))
	}
	scope := newScope(f.Scope)
	scope.class = true
	c.Scope = scope
	body := &Frame{M: f.M, Module: f.Module, Scope: scope, Class: c, Caller: f, depth: f.depth + 1}
	body.block(s.Body)
	for _, b := range c.Bases {
		if k, ok := b.(*Class); ok {
			k.subs = append(k.subs, c)
		}
	}
	f.made(c, s)
	var v Value = c
	for i := len(s.Decorators) - 1; i >= 0; i-- {
		d := s.Decorators[i]
		dec := f.Eval(d.X)
		site := &CallSite{At: f.At(d), Frame: f}
		out := f.Call(site, dec, &Args{Pos: []Arg{{Value: v, At: f.At(s)}}})
		c.marks = append(c.marks, dec)
		if k, ok := out.(*Class); ok {
			v = k
		}
	}
	f.Scope.set(s.Name, v, f.At(s.NameAt))
}

// generic takes the class out of a subscripted one: Base[int] is Base.
func generic(v Value) Value {
	for range 5 {
		op, ok := v.(*Op)
		if !ok || op.Name != "[]" || len(op.Args) == 0 {
			return v
		}
		v = op.Args[0]
	}
	return v
}
