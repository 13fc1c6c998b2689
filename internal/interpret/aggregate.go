package interpret

import (
	"slices"
	"strings"

	"bearings/internal/python"
)

// callOne calls a function with one argument.
func (f *Frame) callOne(site *CallSite, fn, arg Value) Value {
	if _, none := fn.(*None); none || fn == nil {
		return arg
	}
	return f.Call(site, fn, &Args{Pos: []Arg{{Value: arg, At: site.At}}})
}

// aggregate is map, filter, min, max, sum and abs over known items; nil when it is not known.
func (f *Frame) aggregate(site *CallSite, name string, args *Args, o Origin) Value {
	switch name {
	case "abs":
		if n, ok := args.Value(0, "").(*Num); ok {
			return &Num{o, max(n.Value, -n.Value), n.IsFloat}
		}
		return nil
	case "map", "filter":
		if len(args.Pos) != 2 {
			return nil
		}
		return f.mapped(site, name, args, o)
	}
	values := positional(args)
	if len(values) == 1 || name == "sum" {
		items, known := f.items(args.Value(0, ""))
		if !known {
			return nil
		}
		values = items
	}
	if name == "sum" {
		total := args.Value(1, "start")
		if total == nil {
			total = &Num{Origin: o}
		}
		for _, v := range values {
			if total = Apply("+", total, v, o.At); total == nil {
				return nil
			}
		}
		return total
	}
	ordered, ok := f.sorted(values, &Args{Kw: args.Kw}, o).(*Seq)
	if !ok || len(ordered.Items) == 0 {
		return args.Value(-1, "default")
	}
	if name == "max" {
		return ordered.Items[len(ordered.Items)-1]
	}
	return ordered.Items[0]
}

func (f *Frame) mapped(site *CallSite, name string, args *Args, o Origin) Value {
	items, known := f.items(args.Pos[1].Value)
	if !known {
		return nil
	}
	out := &Seq{Origin: o}
	for _, i := range items {
		v := f.callOne(site, args.Pos[0].Value, i)
		if name == "map" {
			out.Items = append(out.Items, v)
			continue
		}
		keep, sure := Truth(v)
		if !sure {
			return nil
		}
		if keep {
			out.Items = append(out.Items, i)
		}
	}
	return out
}

// sorted orders known items by key=; nil when an order cannot be told.
func (f *Frame) sorted(items []Value, args *Args, o Origin) Value {
	site := &CallSite{At: o.At, Frame: f}
	type keyed struct{ key, value Value }
	list := make([]keyed, len(items))
	key := args.Value(-1, "key")
	for i, v := range items {
		list[i] = keyed{f.callOne(site, key, v), v}
	}
	unclear := false
	compare := func(a, b keyed) int {
		n, ok := order(a.key, b.key)
		unclear = unclear || !ok
		return n
	}
	slices.SortStableFunc(list, compare)
	if unclear {
		return &Seq{Origin: o, Items: append([]Value{}, items...)} // in the order in which they were
	}
	out := &Seq{Origin: o}
	for _, k := range list {
		out.Items = append(out.Items, k.value)
	}
	if isTrue(args.Value(-1, "reverse")) {
		slices.Reverse(out.Items)
	}
	return out
}

// order compares two known values as < does.
func order(a, b Value) (int, bool) {
	switch x := a.(type) {
	case *Str:
		if y, ok := b.(*Str); ok {
			return strings.Compare(x.Text, y.Text), true
		}
	case *Num:
		if y, ok := b.(*Num); ok {
			switch {
			case x.Value < y.Value:
				return -1, true
			case x.Value > y.Value:
				return 1, true
			}
			return 0, true
		}
	case *Bool:
		if y, ok := b.(*Bool); ok {
			switch {
			case x.Value == y.Value:
				return 0, true
			case y.Value:
				return -1, true
			}
			return 1, true
		}
	case *Seq:
		y, ok := b.(*Seq)
		if !ok || x.Open || y.Open {
			return 0, false
		}
		for i := range min(len(x.Items), len(y.Items)) {
			if n, ok := order(x.Items[i], y.Items[i]); !ok || n != 0 {
				return n, ok
			}
		}
		return len(x.Items) - len(y.Items), true
	}
	return 0, false
}

// namesOf is vars(v) and dir(v); nil when they are not known.
func (f *Frame) namesOf(name string, v Value, o Origin) Value {
	names := attributeNames(v, name == "dir")
	if names == nil {
		return nil
	}
	if name == "dir" {
		seq := &Seq{Origin: o}
		for _, n := range names {
			seq.Items = append(seq.Items, &Str{o, n})
		}
		return seq
	}
	d := &Dict{Origin: o}
	for _, n := range names {
		d.Set(&Str{o, n}, f.Attr(v, n, o.At), o.At)
	}
	return d
}

// attributeNames lists the names of a module, a class or an object of a class of
// the program, sorted as dir() does; inherited says whether the classes' count.
func attributeNames(v Value, inherited bool) []string {
	seen := map[string]bool{}
	add := func(s *Scope) {
		for n := range s.vars {
			if n != missingKey {
				seen[n] = true
			}
		}
	}
	class := func(c *Class) {
		for _, m := range MRO(c) {
			if k, ok := m.(*Class); ok && (inherited || m == Value(c)) {
				add(k.Scope)
			}
		}
	}
	switch x := v.(type) {
	case *Module:
		add(x.Scope)
	case *Class:
		class(x)
	case *Instance:
		c, ok := x.Class.(*Class)
		if !ok {
			return nil
		}
		if inherited {
			class(c)
		}
		for n := range x.Attrs {
			seen[n] = true
		}
	default:
		return nil
	}
	names := make([]string, 0, len(seen))
	for n := range seen {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// members is inspect.getmembers(v, predicate), sorted by name (Python 3.11).
func (f *Frame) members(site *CallSite, args *Args) Value {
	v := args.Value(0, "object")
	if m, ok := v.(*Module); ok {
		f.need(m)
	}
	names := attributeNames(v, true)
	if names == nil {
		return nil
	}
	o := Origin{At: site.At}
	out := &Seq{Origin: o}
	for _, n := range names {
		held := f.Attr(v, n, site.At)
		if test := args.Value(1, "predicate"); test != nil {
			keep, known := Truth(f.callOne(site, test, held))
			if !known {
				return nil
			}
			if !keep {
				continue
			}
		}
		out.Items = append(out.Items, &Seq{Origin: o, Kind: python.Tuple, Items: []Value{&Str{o, n}, held}})
	}
	return out
}
