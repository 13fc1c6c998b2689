package interpret

import (
	"slices"

	"bearings/internal/python"
	"bearings/internal/source"
)

func (f *Frame) assign(s *python.Assign) flow {
	if s.Value == nil {
		return next
	}
	v := f.Eval(s.Value)
	if _, ok := v.(*Never); ok {
		return left
	}
	for _, t := range s.Targets {
		f.bindAt(t, v, f.At(s.Value))
	}
	return next
}

func (f *Frame) bind(target python.Expr, v Value) { f.bindAt(target, v, source.Location{}) }

func (f *Frame) bindAt(target python.Expr, v Value, valueAt source.Location) {
	switch t := target.(type) {
	case *python.Name:
		f.Scope.set(t.ID, v, f.At(t))
	case *python.Sequence:
		f.unpack(t, v)
	case *python.Starred:
		f.bind(t.X, v)
	case *python.Attribute:
		f.setAttr(f.Eval(t.Value), t.Attr, v, f.At(t))
	case *python.Subscript:
		f.setItem(f.Eval(t.Value), f.Eval(t.Index), v, f.At(t), f.At(t.Index), valueAt)
	}
}

func (f *Frame) unpack(t *python.Sequence, v Value) {
	items, known := f.items(v)
	if known && len(items) == len(t.Elements) {
		for i, e := range t.Elements {
			f.bind(e, items[i])
		}
		return
	}
	for i, e := range t.Elements {
		f.bind(e, &Op{Origin: Origin{At: f.At(e)}, Name: "[]", Args: []Value{v, &Num{Value: float64(i)}}})
	}
}

func (f *Frame) augment(s *python.AugAssign) {
	old := f.Eval(s.Target)
	v := f.Eval(s.Value)
	if d, ok := old.(*Dict); ok && s.Op == "|" {
		f.merge(d, v)
		return
	}
	if seq, ok := old.(*Seq); ok && (s.Op == "+" || s.Op == "|" && seq.Kind == python.Set) {
		if more, known := f.items(v); known {
			seq.Items = append(seq.Items, more...)
		} else {
			seq.Open = true
		}
		return
	}
	if inst, ok := old.(*Instance); ok && f.inPlace(inst, s.Op, v, f.At(s)) {
		return
	}
	f.bind(s.Target, f.binary(s.Op, old, v, f.At(s)))
}

// annotated returns the function whose __annotations__ a value is.
func annotated(op *Op) (*Func, bool) {
	if op.Name != ".__annotations__" || len(op.Args) == 0 {
		return nil, false
	}
	fn, ok := op.Args[0].(*Func)
	return fn, ok
}

// inPlace tells the library of += on an object of its own; false when it knows of none.
func (f *Frame) inPlace(inst *Instance, op string, v Value, at source.Location) bool {
	if op != "+" || inst.State == nil {
		return false
	}
	_, ok := f.M.Lib.Method(f, &CallSite{At: at, Frame: f}, inst, "__iadd__", &Args{Pos: []Arg{{Value: v, At: at}}})
	return ok
}

func (f *Frame) setItem(container, key, v Value, at, keyAt, valueAt source.Location) {
	switch c := container.(type) {
	case *Op:
		if fn, ok := annotated(c); ok { // fn.__annotations__[name] = type
			f.setAttr(fn, "__annotations__", v, at)
		}
	case *Dict:
		c.Set(key, v, keyAt)
	case *Seq:
		if n, ok := key.(*Num); ok && int(n.Value) >= 0 && int(n.Value) < len(c.Items) {
			c.Items[int(n.Value)] = v
		}
	}
	if inst, ok := container.(*Instance); ok && f.special(inst, "__setitem__", at, key, v) != nil {
		return
	}
	f.M.Lib.SetItem(f, container, key, v, at, keyAt, valueAt)
}

// remove is del target.
func (f *Frame) remove(target python.Expr) {
	switch t := target.(type) {
	case *python.Name:
		delete(f.Scope.vars, t.ID)
	case *python.Sequence:
		for _, e := range t.Elements {
			f.remove(e)
		}
	case *python.Attribute:
		if inst, ok := f.Eval(t.Value).(*Instance); ok {
			delete(inst.Attrs, t.Attr)
		}
	case *python.Subscript:
		container, key := f.Eval(t.Value), f.Eval(t.Index)
		if s, ok := container.(*Seq); ok {
			s.removeAt(key)
		}
		if d, ok := container.(*Dict); ok {
			f.dictMethod(&CallSite{At: f.At(t), Frame: f}, d, "pop", &Args{Pos: []Arg{{Value: key}}})
		}
	}
}

// removeAt is del list[key].
func (s *Seq) removeAt(key Value) {
	n, ok := key.(*Num)
	if !ok || s.Open {
		s.Open = true
		return
	}
	i := int(n.Value)
	if i < 0 {
		i += len(s.Items)
	}
	if i >= 0 && i < len(s.Items) {
		s.Items = slices.Delete(slices.Clone(s.Items), i, i+1)
	}
}

// Set puts an entry into the dict, replacing one with an equal key.
func (d *Dict) Set(key, v Value, at source.Location) {
	for i, e := range d.Entries {
		if same, ok := Equal(e.Key, key); ok && same {
			d.Entries[i].Value = v
			d.Entries[i].At = at
			return
		}
	}
	if _, known := key.(*Str); !known {
		if _, num := key.(*Num); !num && isUnclear(key) {
			d.Open = true
			return
		}
	}
	d.Entries = append(d.Entries, Entry{key, v, at})
}

// Get returns the value of a string key.
func (d *Dict) Get(key string) (Entry, bool) {
	for _, e := range d.Entries {
		if s, ok := e.Key.(*Str); ok && s.Text == key {
			return e, true
		}
	}
	return Entry{}, false
}

func (f *Frame) setAttr(recv Value, name string, v Value, at source.Location) {
	switch r := recv.(type) {
	case *Instance:
		if o := v.origin(); o.Name == "" {
			o.Name, o.NameAt = name, at
		}
		if f.setThrough(r, name, v, at) {
			return
		}
		if old := r.Attrs[name]; plainValue(old) && plainValue(v) && (f.parted || slices.ContainsFunc(f.conds, func(c Condition) bool { return !c.Decided })) {
			v = choose(Option{Value: old}, Option{v, slices.Clone(f.conds)}) // it may as well have stayed what it was
		}
		r.Attrs[name] = v
		f.M.Lib.SetAttr(f, r, name, v, at)
	case *Class:
		r.Scope.set(name, v, at)
	case *Module:
		r.Scope.set(name, v, at)
	case *Func:
		if name == "__wrapped__" {
			r.Wrapped = v
		}
		if r.Attrs == nil {
			r.Attrs = map[string]Value{}
		}
		r.Attrs[name] = v
	case *Choice:
		for _, o := range r.Options {
			f.setAttr(o.Value, name, v, at)
		}
	}
}

// plainValue says whether a value is a text, a number or something computed, which
// has no parts of its own that are registered on it.
func plainValue(v Value) bool {
	switch v.(type) {
	case *Str, *Bytes, *Num, *Bool, *Op, *Symbol, *Choice, *Builtin:
		return true
	}
	return false
}
