package interpret

import (
	"bearings/internal/python"
	"bearings/internal/source"
)

// Field finds the annotated field of a class by name, and the module in which it stands.
func Field(c *Class, name string) (*python.Assign, *Module) {
	for _, m := range MRO(c) {
		k, ok := m.(*Class)
		if !ok {
			continue
		}
		for _, st := range k.Def.Body {
			a, ok := st.(*python.Assign)
			if !ok || a.Annotation == nil || len(a.Targets) != 1 {
				continue
			}
			if n, ok := a.Targets[0].(*python.Name); ok && n.ID == name {
				return a, k.Module
			}
		}
	}
	return nil, nil
}

// FieldOf is one annotated field of a class.
type FieldOf struct {
	Name   string
	Assign *python.Assign
	Class  *Class
}

// Fields lists the annotated fields of a class and the program's classes it
// derives from, a base's fields first; a field declared again keeps its first place.
func Fields(c *Class) []FieldOf {
	if known := c.fields.Load(); known != nil {
		return *known
	}
	out := fieldsOf(c)
	c.fields.Store(&out)
	return out
}

func fieldsOf(c *Class) []FieldOf {
	var out []FieldOf
	index := map[string]int{}
	mro := MRO(c)
	for i := len(mro) - 1; i >= 0; i-- {
		k, ok := mro[i].(*Class)
		if !ok {
			continue
		}
		for _, st := range k.Def.Body {
			a, ok := st.(*python.Assign)
			if !ok || a.Annotation == nil || len(a.Targets) != 1 {
				continue
			}
			n, ok := a.Targets[0].(*python.Name)
			if !ok {
				continue
			}
			if at, seen := index[n.ID]; seen {
				out[at] = FieldOf{n.ID, a, k}
				continue
			}
			index[n.ID] = len(out)
			out = append(out, FieldOf{n.ID, a, k})
		}
	}
	return out
}

// FrameOf returns a frame in which names of a class's or function's module are
// seen, to evaluate annotations and defaults.
func (m *Machine) FrameOf(v Value) *Frame {
	switch x := v.(type) {
	case *Func:
		scope := x.Closure
		return &Frame{M: m, Module: x.Module, Scope: scope}
	case *Class:
		return &Frame{M: m, Module: x.Module, Scope: x.Module.Scope}
	case *Module:
		return &Frame{M: m, Module: x, Scope: x.Scope}
	}
	return nil
}

// Annotation evaluates an annotation. A string is read as the expression in it.
func (f *Frame) Annotation(e python.Expr) Value {
	if s, ok := e.(*python.String); ok && s.Parts == nil && !s.Bytes {
		inner := python.Extract(f.Module.Path, []byte(s.Value))
		if len(inner.Body) == 1 {
			if st, ok := inner.Body[0].(*python.ExprStmt); ok {
				v := f.Eval(st.X)
				return v
			}
		}
		return f.unknown(e, "the annotation could not be read")
	}
	return f.Eval(e)
}

// OfAnnotation returns an object as an annotation promises it; nil when the
// annotation names no class.
func (f *Frame) OfAnnotation(e python.Expr, at source.Location) Value {
	if e == nil || f.depth > maxDepth {
		return nil
	}
	return Assume(f.Annotation(e), at)
}

// Assume returns an object of the type that an annotation's value names; nil
// when it names none. For Annotated the first argument counts, for Optional and
// unions the first class.
func Assume(t Value, at source.Location) Value {
	o := Origin{At: at}
	switch x := t.(type) {
	case *Class:
		if enum, _ := isEnum(x); enum {
			return nil
		}
		return &Instance{Origin: o, Class: x, Attrs: map[string]Value{}, Assumed: true}
	case *External:
		switch x.Path {
		case "builtins.None", "typing.Any", "builtins.object":
			return nil
		}
		return &Instance{Origin: o, Class: x, Attrs: map[string]Value{}, Assumed: true}
	case *Op:
		if x.Name == "type" {
			return Assume(x.Args[0], at)
		}
		base, args := Generic(x)
		if x.Name == "union" {
			args = x.Args
		} else if b, ok := base.(*External); ok {
			switch b.Path {
			case "typing.Annotated", "typing.ClassVar", "typing.Final":
				if len(args) > 0 {
					return Assume(args[0], at)
				}
				return nil
			case "typing.Optional", "typing.Union":
			default:
				return &Instance{Origin: o, Class: b, Attrs: map[string]Value{}, Assumed: true, State: x}
			}
		} else if base != nil {
			return Assume(base, at)
		}
		for _, a := range args {
			if v := Assume(a, at); v != nil {
				return v
			}
		}
	}
	return nil
}

// Generic splits a subscripted type into the type and its arguments; nil when v is none.
func Generic(v Value) (base Value, args []Value) {
	op, ok := v.(*Op)
	if !ok {
		return nil, nil
	}
	if op.Name == "type" && len(op.Args) == 1 {
		return Generic(op.Args[0])
	}
	if op.Name != "[]" || len(op.Args) != 2 {
		return nil, nil
	}
	if t, ok := op.Args[1].(*Seq); ok && t.Kind == python.Tuple {
		return op.Args[0], t.Items
	}
	return op.Args[0], op.Args[1:]
}
