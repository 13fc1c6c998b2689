package interpret

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
