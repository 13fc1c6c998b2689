package interpret

import (
	"strings"

	"bearings/internal/python"
	"bearings/internal/source"
)

// Attr is value.name.
func (f *Frame) Attr(v Value, name string, at source.Location) Value {
	switch r := v.(type) {
	case *Module:
		return f.moduleAttr(r, name, at)
	case *External:
		return f.externalAttr(r, name, at)
	case *Instance:
		return f.instanceAttr(r, name, at)
	case *Class:
		return f.classAttr(r, name, at)
	case *super:
		return f.superAttr(r, name, at)
	case *Choice:
		var out []Option
		for _, o := range r.Options {
			if _, none := o.Value.(*None); none {
				continue // an attribute of None raises
			}
			out = append(out, Option{f.Attr(o.Value, name, at), o.When})
		}
		if len(out) == 0 {
			return &Unknown{Origin: Origin{At: at}, Reason: "it is an attribute of None"}
		}
		return choose(out...)
	case *Func:
		if r.Kind == Property {
			break
		}
		if v := funcAttr(r, name, at); v != nil {
			return v
		}
	case *Unknown:
		return &Op{Origin: Origin{At: at}, Name: "." + name, Args: []Value{r}}
	case *Str, *Bytes, *Seq, *Dict, *Num, *Bool, *Symbol, *Op:
		if s, ok := v.(*Str); ok {
			if p := pathAttr(s, name, at); p != nil {
				return p
			}
		}
		if hasMethod(v, name) {
			return &Builtin{Origin: Origin{At: at}, Label: name, Recv: v, Fn: func(f *Frame, site *CallSite, args *Args) Value {
				return f.method(site, v, name, args)
			}}
		}
		if op, ok := v.(*Op); ok && op.Name == "coroutine" {
			return &Op{Origin: Origin{At: at}, Name: "." + name, Args: []Value{v}}
		}
	}
	return &Op{Origin: Origin{At: at}, Name: "." + name, Args: []Value{v}}
}

// funcAttr is an attribute of a function or bound method; nil when it has none of that name.
func funcAttr(fn *Func, name string, at source.Location) Value {
	if v, ok := fn.Attrs[name]; ok {
		return v
	}
	switch name {
	case "__name__", "__qualname__":
		return &Str{Origin{At: at}, fn.Name()}
	case "__wrapped__":
		return fn.Wrapped
	case "__module__":
		return &Str{Origin{At: at}, fn.Module.Name}
	case "__self__":
		return fn.Self
	case "__func__":
		plain := *fn
		plain.Self = nil
		return &plain
	}
	return nil
}

func (f *Frame) moduleAttr(m *Module, name string, at source.Location) Value {
	f.need(m)
	if b := m.Scope.own(name); b != nil {
		return b.Value
	}
	if sub := f.submodule(m, name, at); sub != nil {
		return sub
	}
	switch name {
	case "__name__":
		return &Str{Origin{At: at}, m.Name}
	case "__file__":
		return &Str{Origin{At: at}, fileRoot + string(m.Path)}
	case "__path__":
		if m.Package {
			o := Origin{At: at}
			return &Seq{Origin: o, Items: []Value{&Str{o, strings.TrimSuffix(fileRoot+string(m.Path.Dir()), "/")}}}
		}
	case "__package__":
		return &Str{Origin{At: at}, m.packageName()}
	case "__dict__":
		if d := f.namesOf("vars", m, Origin{At: at}); d != nil {
			return d
		}
	}
	if v := f.computedName(m, name, at); v != nil {
		return v
	}
	if m.Running {
		return &Op{Origin: Origin{At: at}, Name: "later", Args: []Value{m}, Text: name}
	}
	return f.Unknown(at, m.Name+" has no name \""+name+"\"")
}

func (f *Frame) externalAttr(e *External, name string, at source.Location) Value {
	if dir, ok := strings.CutPrefix(e.Path, namespacePrefix); ok {
		if name == "__path__" {
			o := Origin{At: at}
			return &Seq{Origin: o, Items: []Value{&Str{o, fileRoot + dir}}}
		}
		return f.member(e, name, at)
	}
	return &External{Origin: Origin{At: at}, Path: f.M.Lib.Canonical(e.Path + "." + name)}
}

func (f *Frame) instanceAttr(inst *Instance, name string, at source.Location) Value {
	if v, ok := inst.Attrs[name]; ok {
		return v
	}
	if m, ok := inst.State.(*EnumMember); ok {
		switch name {
		case "value", "_value_":
			return m.Value
		case "name":
			return &Str{Origin{At: at}, m.Name}
		}
	}
	if c, ok := inst.Class.(*Class); ok {
		if v, _ := c.Lookup(name); v != nil {
			if _, method := v.(*Func); !method && ExternalBase(c) != nil { // a field whose value a library's class fills in
				if filled, ok := f.M.Lib.Attr(f, inst, name, at); ok {
					return filled
				}
			}
			if specOf(v) != nil { // what field(…) says is the class's, not the object's
				if filled := f.fieldAttr(inst, c, name, at); filled != nil {
					return filled
				}
			}
			return f.descriptor(v, inst, at)
		}
		if name == "__class__" {
			return c
		}
	}
	if v, ok := f.M.Lib.Attr(f, inst, name, at); ok {
		return v
	}
	if name == "__dict__" {
		return &Dict{Origin: Origin{At: at}, Open: true}
	}
	if c, ok := inst.Class.(*Class); ok {
		if v := f.fieldAttr(inst, c, name, at); v != nil {
			return v
		}
	}
	if v := f.missingAttr(inst, name, at); v != nil {
		return v
	}
	if ExternalBase(inst.Class) != nil {
		return &Builtin{Origin: Origin{At: at}, Label: name, Recv: inst, Fn: func(f *Frame, site *CallSite, args *Args) Value {
			if v, ok := f.M.Lib.Method(f, site, inst, name, args); ok {
				return v
			}
			return &Op{Origin: Origin{At: site.At}, Name: "call", Args: append([]Value{&Op{Origin: Origin{At: at}, Name: "." + name, Args: []Value{inst}}}, positional(args)...), Kw: keywords(args)}
		}}
	}
	return &Op{Origin: Origin{At: at}, Name: "." + name, Args: []Value{inst}}
}

// descriptor turns what a class holds into what an instance shows.
func (f *Frame) descriptor(v Value, inst *Instance, at source.Location) Value {
	switch fn := v.(type) {
	case *Func:
		switch fn.Kind {
		case Property:
			return f.Call(&CallSite{At: at, Frame: f}, bindTo(fn, inst), &Args{})
		}
		return bindTo(fn, inst)
	case *Instance:
		if got := f.described(fn, inst, inst.Class, at); got != nil {
			return got
		}
	}
	return v
}

func bindTo(v, self Value) Value {
	fn, ok := v.(*Func)
	if !ok || fn.Kind == Static {
		return v
	}
	bound := *fn
	bound.Self = self
	if fn.Kind == ClassMethod {
		if inst, ok := self.(*Instance); ok {
			bound.Self = inst.Class
		}
	}
	if bound.Kind == Property {
		bound.Kind = Plain
	}
	return &bound
}

// fieldAttr is an annotated field of a class whose value is not known: an object of the annotation's class.
func (f *Frame) fieldAttr(inst *Instance, c *Class, name string, at source.Location) Value {
	field, module := Field(c, name)
	if field == nil {
		return nil
	}
	frame := &Frame{M: f.M, Module: module, Scope: module.Scope, depth: f.depth + 1}
	if v := frame.OfAnnotation(field.Annotation, at); v != nil {
		if o := v.origin(); o.Name == "" {
			o.Name, o.NameAt = name, source.Location{Path: module.Path, Span: field.Span()}
		}
		inst.Attrs[name] = v
		return v
	}
	return nil
}

func (f *Frame) classAttr(c *Class, name string, at source.Location) Value {
	for _, m := range MRO(c) {
		k, ok := m.(*Class)
		if !ok {
			continue
		}
		b := k.Scope.own(name)
		if b == nil {
			continue
		}
		if fn, ok := b.Value.(*Func); ok {
			if fn.Kind == ClassMethod {
				return bindTo(fn, c)
			}
			return fn
		}
		if got := f.described(b.Value, nil, c, at); got != nil {
			return got
		}
		return enumMember(f, k, name, b)
	}
	if meta := metaclass(c); meta != nil {
		if v, _ := meta.Lookup(name); v != nil {
			if fn, ok := v.(*Func); ok {
				if fn.Kind == Property {
					return f.Call(&CallSite{At: at, Frame: f}, bindTo(fn, c), &Args{})
				}
				return bindTo(fn, c)
			}
			return v
		}
	}
	switch name {
	case "__name__", "__qualname__":
		return &Str{Origin{At: at}, c.Def.Name}
	case "__module__":
		return &Str{Origin{At: at}, c.Module.Name}
	case "__doc__":
		return &None{Origin{At: at}}
	case "__subclasses__":
		return &Builtin{Origin: Origin{At: at}, Label: name, Fn: func(_ *Frame, site *CallSite, _ *Args) Value {
			seq := &Seq{Origin: Origin{At: site.At}}
			for _, s := range c.subs {
				seq.Items = append(seq.Items, s)
			}
			return seq
		}}
	case "__mro__":
		return &Seq{Origin: Origin{At: at}, Kind: python.Tuple, Items: MRO(c)}
	case "__bases__":
		return &Seq{Origin: Origin{At: at}, Kind: python.Tuple, Items: c.Bases}
	case "__members__":
		if d := enumNames(f, c, at); d != nil {
			return d
		}
		return &Op{Origin: Origin{At: at}, Name: ".__members__", Args: []Value{c}}
	}
	if v, ok := f.M.Lib.ClassAttr(f, c, name, at); ok {
		return v
	}
	return &Op{Origin: Origin{At: at}, Name: "." + name, Args: []Value{c}}
}

func (f *Frame) superAttr(s *super, name string, at source.Location) Value {
	var class Value
	inst, _ := s.self.(*Instance)
	if inst != nil {
		class = inst.Class
	} else {
		class = s.self
	}
	past := s.after == nil
	for _, m := range MRO(class) {
		if m == Value(s.after) {
			past = true
			continue
		}
		if !past {
			continue
		}
		switch k := m.(type) {
		case *Class:
			if b := k.Scope.own(name); b != nil {
				return bindTo(b.Value, s.self)
			}
		case *External:
			if inst == nil || k.Path == "abc.ABC" || k.Path == "typing.Generic" || k.Path == "builtins.object" || k.Path == "typing.Protocol" {
				continue
			}
			base := k
			return &Builtin{Origin: Origin{At: at}, Label: "super()." + name, Recv: inst, Fn: func(f *Frame, site *CallSite, args *Args) Value {
				if name == "__init__" {
					f.M.Lib.Init(f, site, base, inst, args)
					return &None{Origin{At: site.At}}
				}
				if v, ok := f.M.Lib.Method(f, site, inst, name, args); ok {
					return v
				}
				return &Op{Origin: Origin{At: site.At}, Name: "call", Args: append([]Value{&Op{Origin: Origin{At: at}, Name: "." + name, Args: []Value{inst}}}, positional(args)...), Kw: keywords(args)}
			}}
		}
	}
	if v := f.superDefault(s, name, at); v != nil {
		return v
	}
	if name == "__init__" || name == "__init_subclass__" || name == "__post_init__" {
		return &Builtin{Origin: Origin{At: at}, Label: name, Fn: func(_ *Frame, site *CallSite, _ *Args) Value { return &None{Origin{At: site.At}} }}
	}
	return &Op{Origin: Origin{At: at}, Name: "." + name, Args: []Value{s.self}}
}

// pathAttr are the attributes of a pathlib path, which is kept as its text.
func pathAttr(s *Str, name string, at source.Location) Value {
	o := Origin{At: at}
	switch name {
	case "parent":
		if i := strings.LastIndexByte(s.Text, '/'); i > 0 {
			return &Str{o, s.Text[:i]}
		}
		return &Str{o, "."}
	case "parents":
		seq := &Seq{Origin: o}
		for t := s.Text; ; {
			i := strings.LastIndexByte(t, '/')
			if i <= 0 {
				break
			}
			t = t[:i]
			seq.Items = append(seq.Items, &Str{o, t})
		}
		return seq
	case "suffix":
		base := s.Text[strings.LastIndexByte(s.Text, '/')+1:]
		if i := strings.LastIndexByte(base, '.'); i > 0 {
			return &Str{o, base[i:]}
		}
		return &Str{o, ""}
	case "parts":
		seq := &Seq{Origin: o, Kind: python.Tuple}
		if strings.HasPrefix(s.Text, "/") {
			seq.Items = append(seq.Items, &Str{o, "/"})
		}
		for p := range strings.SplitSeq(strings.Trim(s.Text, "/"), "/") {
			seq.Items = append(seq.Items, &Str{o, p})
		}
		return seq
	case "name", "stem":
		base := s.Text[strings.LastIndexByte(s.Text, '/')+1:]
		if name == "stem" {
			if i := strings.LastIndexByte(base, '.'); i > 0 {
				base = base[:i]
			}
		}
		return &Str{o, base}
	}
	return nil
}
