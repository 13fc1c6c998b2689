package interpret

import (
	"strings"

	"bearings/internal/python"
)

// items returns the items that iterating over a value gives, if they are all known.
func (f *Frame) items(v Value) ([]Value, bool) {
	switch x := v.(type) {
	case *Seq:
		return x.Items, !x.Open
	case *Dict:
		var keys []Value
		for _, e := range x.Entries {
			keys = append(keys, e.Key)
		}
		return keys, !x.Open
	case *Str:
		if len(x.Text) > 64 {
			return nil, false
		}
		var out []Value
		for _, r := range x.Text {
			out = append(out, &Str{x.Origin, string(r)})
		}
		return out, true
	case *Class:
		return enumMembers(f, x)
	case *None:
		return nil, true
	case *Instance:
		if v := f.special(x, "__iter__", x.At); v != nil && v != Value(x) {
			return f.items(v)
		}
		if s, ok := x.State.(*Seq); ok { // a named tuple
			return s.Items, true
		}
		if c, ok := x.Class.(*Class); ok && !x.Assumed && DerivesFrom(c, "typing.NamedTuple") != "" {
			return f.tupleFields(x, c)
		}
		if it, ok := f.M.Lib.(Iterable); ok {
			return it.Iterate(f, x)
		}
	case *Op:
		if x.Name == "generator" && len(x.Args) == 2 {
			return x.Args[1].(*Seq).Items, true
		}
	}
	return nil, false
}

// Items returns the items of a value, if they are all known.
func (f *Frame) Items(v Value) ([]Value, bool) { return f.items(v) }

// tupleFields are the items of an object of a NamedTuple class.
func (f *Frame) tupleFields(inst *Instance, c *Class) ([]Value, bool) {
	var out []Value
	for _, fd := range Fields(c) {
		v, ok := inst.Attrs[fd.Name]
		if !ok {
			if v, _ = c.Lookup(fd.Name); v == nil {
				return nil, false
			}
		}
		out = append(out, v)
	}
	return out, true
}

// namedTuple is collections.namedtuple(name, fields): what makes its objects; nil
// when the fields are not known.
func (f *Frame) namedTuple(args *Args, o Origin) Value {
	var names []string
	switch x := args.Value(1, "field_names").(type) {
	case *Str:
		names = strings.Fields(strings.ReplaceAll(x.Text, ",", " "))
	case *Seq:
		for _, i := range x.Items {
			names = append(names, textOr(i))
		}
	}
	if len(names) == 0 || args.Value(-1, "defaults") != nil {
		return nil
	}
	return &Builtin{Origin: o, Label: "namedtuple", Fn: func(_ *Frame, site *CallSite, a *Args) Value {
		at := Origin{At: site.At}
		inst := &Instance{Origin: at, Class: &External{Path: "collections.namedtuple"}, Attrs: map[string]Value{}, Args: a, Site: site}
		row := &Seq{Origin: at, Kind: python.Tuple}
		for i, n := range names {
			v := a.Value(i, n)
			if v == nil {
				v = &Unknown{Origin: at, Reason: "the field " + n + " is not given"}
			}
			inst.Attrs[n] = v
			row.Items = append(row.Items, v)
		}
		inst.State = row
		return inst
	}}
}
