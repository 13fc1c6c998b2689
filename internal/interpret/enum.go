package interpret

import (
	"bearings/internal/python"
	"bearings/internal/source"
)

// EnumMember is the State of an instance that is a member of an enumeration.
type EnumMember struct {
	Name  string
	Value Value
	IsStr bool // a member of a str enumeration, usable as its value
}

func enumOf(v Value) (*EnumMember, bool) {
	inst, ok := v.(*Instance)
	if !ok {
		return nil, false
	}
	m, ok := inst.State.(*EnumMember)
	return m, ok
}

func isEnum(c *Class) (enum, str bool) {
	for _, b := range MRO(c) {
		if e, ok := b.(*External); ok {
			switch e.Path {
			case "enum.Enum", "enum.IntEnum", "enum.Flag", "enum.IntFlag":
				enum = true
			case "enum.StrEnum":
				enum, str = true, true
			case "builtins.str":
				str = true
			}
		}
	}
	return enum, str
}

// enumMember turns a class attribute of an enumeration into its member.
func enumMember(f *Frame, c *Class, name string, b *Binding) Value {
	enum, str := isEnum(c)
	if !enum {
		return b.Value
	}
	switch b.Value.(type) {
	case *Func, *Class, *Builtin:
		return b.Value
	}
	if inst, ok := b.Value.(*Instance); ok {
		if _, ok := inst.State.(*EnumMember); ok {
			return inst
		}
	}
	value := b.Value
	if op, ok := value.(*Op); ok && op.Name == "auto" && str {
		value = &Str{op.Origin, lower(name)}
	}
	m := &Instance{Origin: Origin{At: b.At, Name: name, NameAt: b.At}, Class: c, Attrs: map[string]Value{}, State: &EnumMember{name, value, str}}
	b.Value = m
	f.enumInit(c, m)
	return m
}

// enumInit runs __new__ and __init__ of an enumeration for a member, whose value
// is given as arguments.
func (f *Frame) enumInit(c *Class, m *Instance) {
	e := m.State.(*EnumMember)
	args := &Args{}
	values := []Value{e.Value}
	if t, ok := e.Value.(*Seq); ok && t.Kind == python.Tuple {
		values = t.Items
	}
	for _, v := range values {
		args.Pos = append(args.Pos, Arg{Value: v, At: m.At})
	}
	site := &CallSite{At: m.At, Frame: f}
	if fn, _ := c.Lookup("__new__"); fn != nil {
		if v, ok := fn.(*Func); ok {
			if made, ok := f.invoke(site, v, args.withSelf(c)).(*Instance); ok {
				for name, held := range made.Attrs {
					m.Attrs[name] = held
				}
				if v := made.Attrs["_value_"]; v != nil {
					e.Value = v
				}
			}
		}
	}
	if fn, _ := c.Lookup("__init__"); fn != nil {
		f.Call(site, bindTo(fn, m), args)
	}
}

func lower(s string) string {
	out := []byte(s)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 32
		}
	}
	return string(out)
}

func enumMembers(f *Frame, c *Class) ([]Value, bool) {
	if enum, _ := isEnum(c); !enum {
		return nil, false
	}
	var out []Value
	for _, st := range c.Def.Body {
		a, ok := st.(*python.Assign)
		if !ok || len(a.Targets) != 1 || a.Value == nil {
			continue
		}
		if n, ok := a.Targets[0].(*python.Name); ok && n.ID[0] != '_' {
			if b := c.Scope.own(n.ID); b != nil {
				out = append(out, enumMember(f, c, n.ID, b))
			}
		}
	}
	return out, true
}

// enumByValue is Enum(value); nil when no member is known to have it.
func enumByValue(f *Frame, c *Class, value Value) Value {
	members, known := enumMembers(f, c)
	if !known || value == nil {
		return nil
	}
	for _, m := range members {
		e, ok := enumOf(m)
		if !ok {
			return nil
		}
		if same, ok := Equal(e.Value, value); ok && same || m == value {
			return m
		}
	}
	return nil
}

// enumNames is Enum.__members__; nil when they are not known.
func enumNames(f *Frame, c *Class, at source.Location) Value {
	members, known := enumMembers(f, c)
	if !known {
		return nil
	}
	d := &Dict{Origin: Origin{At: at}}
	for _, m := range members {
		if e, ok := enumOf(m); ok {
			d.Set(&Str{Origin{At: at}, e.Name}, m, at)
		}
	}
	return d
}

func enumByName(f *Frame, c *Class, key Value) (Value, bool) {
	s, ok := key.(*Str)
	if !ok {
		return nil, false
	}
	if enum, _ := isEnum(c); !enum {
		return nil, false
	}
	if b := c.Scope.own(s.Text); b != nil {
		return enumMember(f, c, s.Text, b), true
	}
	return nil, false
}
