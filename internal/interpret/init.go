package interpret

import (
	"strings"

	"bearings/internal/python"
)

// initField is one field as the __init__ that dataclasses, attrs or pydantic
// write for a class takes it.
type initField struct {
	FieldOf
	spec *fieldSpec // of field(…), attr.ib(…), Field(…); nil for a plain default or none
}

// fieldSpec is what field(…) and its like say (dataclasses of Python 3.11, attrs 25, pydantic 2).
type fieldSpec struct {
	deflt     Value // nil when none is given
	factory   Value
	takesSelf bool
	converter Value
	noInit    bool
	kwOnly    bool
}

// specOf reads field(default_factory=list), attr.ib(default=Factory(…)), Field(3); nil for other values.
func specOf(v Value) *fieldSpec {
	var path string
	args := &Args{}
	switch x := v.(type) {
	case *Op:
		if x.Name != "call" || len(x.Args) == 0 {
			return nil
		}
		path = externalPathOf(x.Args[0])
		for _, a := range x.Args[1:] {
			args.Pos = append(args.Pos, Arg{Value: a})
		}
		for _, k := range x.Kw {
			args.Kw = append(args.Kw, Arg{Name: k.Name, Value: k.Value})
		}
	case *Instance:
		path = externalPathOf(x.Class)
		if x.Args != nil {
			args = x.Args
		}
	}
	s := &fieldSpec{kwOnly: isTrue(args.Value(-1, "kw_only")), noInit: isFalse(args.Value(-1, "init"))}
	switch path {
	case "dataclasses.field", "attr.field", "attrs.field":
		s.deflt = args.Value(-1, "default")
	case "attr.ib", "attr.attrib", "pydantic.Field", "sqlmodel.Field":
		s.deflt = args.Value(0, "default")
	default:
		return nil
	}
	s.converter = args.Value(-1, "converter")
	for _, name := range []string{"default_factory", "factory"} {
		if fn := args.Value(-1, name); fn != nil {
			s.factory = fn
		}
	}
	s.factoryDefault()
	if e, ok := s.deflt.(*External); ok && (e.Path == "builtins.Ellipsis" || strings.HasSuffix(e.Path, ".NOTHING") || strings.HasSuffix(e.Path, ".MISSING")) {
		s.deflt = nil
	}
	return s
}

// factoryDefault turns default=Factory(fn, takes_self=True) of attrs into a factory.
func (s *fieldSpec) factoryDefault() {
	inst, ok := s.deflt.(*Instance)
	if !ok || inst.Args == nil {
		return
	}
	if p := externalPathOf(inst.Class); p == "attr.Factory" || p == "attrs.Factory" {
		s.deflt, s.factory = nil, inst.Args.Value(0, "factory")
		s.takesSelf = isTrue(inst.Args.Value(1, "takes_self"))
	}
}

func externalPathOf(v Value) string {
	if e, ok := v.(*External); ok {
		return e.Path
	}
	return ""
}

func isTrue(v Value) bool {
	t, known := Truth(v)
	return v != nil && known && t
}

func isFalse(v Value) bool {
	t, known := Truth(v)
	return v != nil && known && !t
}

// initFields lists the fields of the written __init__, in order.
func initFields(c *Class) []initField {
	var out []initField
	for _, fd := range Fields(c) {
		out = append(out, initField{FieldOf: fd, spec: specIn(fd.Class, fd.Name)})
	}
	mro := MRO(c)
	for i := len(mro) - 1; i >= 0; i-- { // attrs' fields without an annotation
		k, ok := mro[i].(*Class)
		if !ok {
			continue
		}
		for _, st := range k.Def.Body {
			a, ok := st.(*python.Assign)
			if !ok || a.Annotation != nil || len(a.Targets) != 1 {
				continue
			}
			if n, ok := a.Targets[0].(*python.Name); ok {
				if s := specIn(k, n.ID); s != nil {
					out = append(out, initField{FieldOf: FieldOf{n.ID, a, k}, spec: s})
				}
			}
		}
	}
	return out
}

func specIn(c *Class, name string) *fieldSpec {
	if b := c.Scope.own(name); b != nil {
		return specOf(b.Value)
	}
	return nil
}

// keywordOnly says whether a class decorator makes all fields of the class keyword-only.
func (c *Class) keywordOnly() bool {
	for _, m := range c.marks {
		op, ok := m.(*Op)
		if !ok || op.Name != "call" {
			continue
		}
		for _, k := range op.Kw {
			if k.Name == "kw_only" && isTrue(k.Value) {
				return true
			}
		}
	}
	return false
}

// fill sets the fields of a dataclass, an attrs class or a model: from arguments,
// else from what field(…) says. Plain defaults are found in the class.
func (f *Frame) fill(inst *Instance, c *Class, args *Args) {
	fields := initFields(c)
	position := 0
	for _, fd := range fields {
		if fd.spec != nil && fd.spec.noInit {
			continue
		}
		at := -1
		if !fd.Class.keywordOnly() && (fd.spec == nil || !fd.spec.kwOnly) {
			at = position
			position++
		}
		if v := args.Value(at, fd.Name); v != nil {
			inst.Attrs[fd.Name] = v
		} else if v := args.Value(-1, strings.TrimLeft(fd.Name, "_")); v != nil { // attrs takes _x as x
			inst.Attrs[fd.Name] = v
		}
	}
	for _, k := range args.Kw {
		if _, ok := inst.Attrs[k.Name]; !ok {
			inst.Attrs[k.Name] = k.Value
		}
	}
	plain := make([]FieldOf, len(fields))
	for i, fd := range fields {
		plain[i] = fd.FieldOf
	}
	f.fillSpread(inst, plain, args)
	f.fillDefaults(inst, fields, args)
	for _, hook := range []string{"__post_init__", "__attrs_post_init__"} {
		if fn, _ := c.Lookup(hook); fn != nil {
			f.Call(&CallSite{At: inst.At, Frame: f}, bindTo(fn, inst), &Args{})
		}
	}
}

// fillDefaults computes the fields that no argument gives and the converters.
func (f *Frame) fillDefaults(inst *Instance, fields []initField, args *Args) {
	if e := ExternalBase(inst.Class); e != nil && strings.HasSuffix(e.Path, "BaseSettings") {
		return // the environment gives their values
	}
	for _, fd := range fields {
		s := fd.spec
		if s == nil {
			continue
		}
		site := &CallSite{At: OriginOf(s.valueOr(inst)).At, Frame: f}
		v, given := inst.Attrs[fd.Name]
		switch {
		case given:
		case s.factory != nil && !args.Open:
			call := &Args{}
			if s.takesSelf {
				call.Pos = []Arg{{Value: inst}}
			}
			v = f.Call(site, s.factory, call)
		case s.deflt != nil && !args.Open:
			v = s.deflt
		default:
			continue
		}
		if s.converter != nil {
			v = f.Call(site, s.converter, &Args{Pos: []Arg{{Value: v, At: site.At}}})
		}
		f.setAttr(inst, fd.Name, v, site.At)
	}
}

// valueOr is a value whose place stands for the default.
func (s *fieldSpec) valueOr(inst *Instance) Value {
	switch {
	case s.factory != nil:
		return s.factory
	case s.deflt != nil:
		return s.deflt
	}
	return inst
}

// InitParam is a parameter of the __init__ that is written for a class.
type InitParam struct {
	FieldOf
	Default     Value // nil when it is required
	Computed    bool  // a factory gives the default
	KeywordOnly bool
}

// InitParams lists the parameters of the __init__ that dataclasses, attrs or
// pydantic write for a class, in the order of its signature.
func InitParams(c *Class) []InitParam {
	var out, keyword []InitParam
	for _, fd := range initFields(c) {
		if isClassVar(fd.Assign.Annotation) || fd.spec != nil && fd.spec.noInit {
			continue
		}
		p := InitParam{FieldOf: fd.FieldOf, KeywordOnly: fd.Class.keywordOnly()}
		if fd.spec != nil {
			p.Default, p.KeywordOnly = fd.spec.deflt, p.KeywordOnly || fd.spec.kwOnly
			p.Computed = fd.spec.factory != nil
		} else if b := fd.Class.Scope.own(fd.Name); b != nil {
			p.Default = b.Value
		}
		if p.KeywordOnly {
			keyword = append(keyword, p)
		} else {
			out = append(out, p)
		}
	}
	return append(out, keyword...)
}

func isClassVar(e python.Expr) bool {
	switch x := e.(type) {
	case *python.Subscript:
		return isClassVar(x.Value)
	case *python.Name:
		return x.ID == "ClassVar"
	case *python.Attribute:
		return x.Attr == "ClassVar"
	}
	return false
}

// PathAttr is an attribute of a known pathlib path, such as parent; nil when there is none of that name.
func PathAttr(text, name string, o Origin) Value {
	return pathAttr(&Str{o, text}, name, o.At)
}
