package interpret

import (
	"strings"

	"bearings/internal/python"
	"bearings/internal/source"
)

// special calls a special method that a class of the program defines on its
// objects; nil when there is none.
func (f *Frame) special(inst *Instance, name string, at source.Location, args ...Value) Value {
	c, ok := inst.Class.(*Class)
	if !ok {
		return nil
	}
	fn, _ := c.Lookup(name)
	if fn == nil || f.depth >= maxDepth || f.M.Tracer != nil && !readable[name] {
		return nil
	}
	a := &Args{}
	for _, v := range args {
		a.Pos = append(a.Pos, Arg{Value: v, At: at})
	}
	return f.Call(&CallSite{At: at, Frame: f}, bindTo(fn, inst), a)
}

// readable are the special methods that are followed at request time too. The
// others shape what an import builds, and would cost more there than they say.
var readable = map[string]bool{"__getitem__": true, "__getattr__": true, "__get__": true}

// usable says whether the result of a special method says anything.
func usable(v Value) bool {
	switch x := v.(type) {
	case nil, *Never, *Unknown:
		return false
	case *Op:
		return x.Name != "call"
	}
	return true
}

// missingAttr is what __getattr__ of the class gives for a name that neither the
// object nor its class has.
func (f *Frame) missingAttr(inst *Instance, name string, at source.Location) Value {
	if strings.HasPrefix(name, "__") {
		return nil
	}
	if v := f.special(inst, "__getattr__", at, &Str{Origin{At: at}, name}); usable(v) {
		return v
	}
	return nil
}

// described asks a descriptor, an object with __get__ in a class, for its value;
// nil when the value is none.
func (f *Frame) described(v Value, self, class Value, at source.Location) Value {
	inst, ok := v.(*Instance)
	if !ok {
		return nil
	}
	if self == nil {
		self = &None{Origin{At: at}}
	}
	if got := f.special(inst, "__get__", at, self, class); usable(got) {
		return got
	}
	return nil
}

// described sets an attribute through a descriptor or __setattr__ of the class;
// false when it has neither.
func (f *Frame) setThrough(inst *Instance, name string, v Value, at source.Location) bool {
	c, ok := inst.Class.(*Class)
	if !ok || f.M.Tracer != nil || ExternalBase(c) != nil {
		return false
	}
	if fn, owner := c.Lookup("__setattr__"); fn != nil && !f.within(owner, "__setattr__") {
		f.special(inst, "__setattr__", at, &Str{Origin{At: at}, name}, v)
		return true
	}
	held, _ := c.Lookup(name)
	if d, ok := held.(*Instance); ok {
		if dc, ok := d.Class.(*Class); ok {
			if fn, _ := dc.Lookup("__set__"); fn != nil {
				f.special(d, "__set__", at, inst, v)
				return true
			}
		}
	}
	return false
}

// within reports whether a method of that class and name runs.
func (f *Frame) within(owner *Class, name string) bool {
	for at := f; at != nil; at = at.Caller {
		if at.Func != nil && at.Func.Owner == owner && at.Func.Def != nil && at.Func.Def.Name == name {
			return true
		}
	}
	return false
}

// made tells the parts of a new class of it: __set_name__ of what its body holds,
// then __init_subclass__ of what it derives from (Python 3.11, type.__new__).
func (f *Frame) made(c *Class, s *python.Class) {
	for _, st := range s.Body {
		a, ok := st.(*python.Assign)
		if !ok {
			continue
		}
		for _, t := range a.Targets {
			n, ok := t.(*python.Name)
			if !ok {
				continue
			}
			if b := c.Scope.own(n.ID); b != nil {
				if inst, ok := b.Value.(*Instance); ok {
					f.special(inst, "__set_name__", f.At(a), c, &Str{Origin{At: f.At(t)}, n.ID})
				}
			}
		}
	}
	for _, m := range MRO(c)[1:] {
		k, ok := m.(*Class)
		if !ok {
			continue
		}
		b := k.Scope.own("__init_subclass__")
		if b == nil {
			continue
		}
		if fn, ok := b.Value.(*Func); ok {
			bound := *fn
			bound.Self = c
			f.Call(&CallSite{At: c.At, Frame: f}, &bound, keywordArgs(c))
		}
		return
	}
}

// keywordArgs are the keywords of a class statement without metaclass.
func keywordArgs(c *Class) *Args {
	args := &Args{}
	for _, b := range c.Def.Bases {
		if v, ok := c.Keywords[b.Name]; ok && b.Name != "metaclass" {
			args.Kw = append(args.Kw, Arg{Name: b.Name, Value: v, At: OriginOf(v).At})
		}
	}
	return args
}

// metaclass is the program's class that made a class; nil when type or a library's did.
func metaclass(c *Class) *Class {
	for _, m := range MRO(c) {
		if k, ok := m.(*Class); ok {
			if meta, ok := k.Keywords["metaclass"].(*Class); ok {
				return meta
			}
		}
	}
	return nil
}

// contained asks __contains__ of a class of the program.
func (f *Frame) contained(container, item Value, at source.Location) (truth, known bool) {
	inst, ok := container.(*Instance)
	if !ok {
		return false, false
	}
	if v := f.special(inst, "__contains__", at, item); v != nil {
		return Truth(v)
	}
	return false, false
}

// objectTruth asks __bool__, then __len__.
func (f *Frame) objectTruth(inst *Instance) (truth, known bool) {
	if inst.Assumed {
		return false, false
	}
	for _, name := range []string{"__bool__", "__len__"} {
		if v := f.special(inst, name, inst.At); v != nil {
			return Truth(v)
		}
	}
	return false, false
}

// superDefault is what object and type themselves define.
func (f *Frame) superDefault(s *super, name string, at source.Location) Value {
	builtin := func(run func(f *Frame, site *CallSite, args *Args) Value) Value {
		return &Builtin{Origin: Origin{At: at}, Label: "super()." + name, Fn: run}
	}
	switch self := s.self.(type) {
	case *Instance:
		switch name {
		case "__setattr__":
			return builtin(func(f *Frame, site *CallSite, args *Args) Value {
				if n, ok := args.Value(0, "name").(*Str); ok && args.Value(1, "value") != nil {
					self.Attrs[n.Text] = args.Value(1, "value")
					f.M.Lib.SetAttr(f, self, n.Text, args.Value(1, "value"), site.At)
				}
				return &None{Origin{At: site.At}}
			})
		}
	case *Class:
		switch name {
		case "__call__":
			return builtin(func(f *Frame, site *CallSite, args *Args) Value { return f.create(site, self, args) })
		case "__new__":
			return builtin(func(f *Frame, site *CallSite, args *Args) Value {
				c, ok := args.Value(0, "").(*Class)
				if !ok {
					return nil
				}
				return &Instance{Origin: Origin{At: site.At}, Class: c, Attrs: map[string]Value{}, Args: args, Site: site}
			})
		}
	}
	return nil
}
