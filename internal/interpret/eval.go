package interpret

import (
	"strconv"
	"strings"

	"bearings/internal/python"
	"bearings/internal/source"
)

// Eval evaluates an expression.
func (f *Frame) Eval(e python.Expr) Value {
	if !f.M.step() {
		return f.unknown(e, "the analysis stopped here: too many steps")
	}
	if f.M.depth > 400 {
		return f.unknown(e, "it is nested too deeply")
	}
	f.M.depth++
	defer func() { f.M.depth-- }()
	switch x := e.(type) {
	case *python.Name:
		return f.name(x)
	case *python.Attribute:
		return f.Attr(f.Eval(x.Value), x.Attr, f.At(x))
	case *python.Call:
		return f.call(x)
	case *python.Subscript:
		return f.subscript(x)
	case *python.String:
		return f.str(x)
	case *python.Number:
		return number(x, f.At(x))
	case *python.Constant:
		return f.constant(x)
	case *python.Sequence:
		return f.sequence(x)
	case *python.Dict:
		return f.dict(x)
	case *python.Unary:
		return f.unary(x.Op, f.Eval(x.X), f.At(x))
	case *python.Binary:
		if x.Op == "and" || x.Op == "or" {
			return f.logic(x)
		}
		return f.binary(x.Op, f.Eval(x.X), f.Eval(x.Y), f.At(x))
	case *python.Compare:
		return f.compare(x)
	case *python.Conditional:
		return f.conditional(x)
	case *python.Lambda:
		fn := &Func{Origin: Origin{At: f.At(x)}, Lambda: x, Module: f.Module, Closure: f.Scope, Defaults: map[string]Value{}}
		for _, p := range x.Params {
			if p.Default != nil {
				fn.Defaults[p.Name] = f.Eval(p.Default)
			}
		}
		return fn
	case *python.Await:
		return f.await(x)
	case *python.Yield:
		return f.yield(x)
	case *python.Starred:
		return f.Eval(x.X)
	case *python.Comprehension:
		return f.comprehension(x)
	case *python.Walrus:
		v := f.Eval(x.Value)
		f.Scope.set(x.Name.ID, v, f.At(x.Name))
		return v
	case *python.Slice:
		return f.slice(x)
	}
	return f.unknown(e, "the expression could not be read")
}

func (f *Frame) name(x *python.Name) Value {
	b := f.Scope.lookup(x.ID)
	if b == nil {
		if builtinNames[x.ID] {
			return &External{Origin: Origin{At: f.At(x)}, Path: "builtins." + x.ID}
		}
		switch x.ID {
		case "__name__":
			return &Str{Origin{At: f.At(x)}, f.Module.Name}
		case "__file__":
			return &Str{Origin{At: f.At(x)}, fileRoot + string(f.Module.Path)}
		case "__path__", "__package__":
			return f.moduleAttr(f.Module, x.ID, f.At(x))
		}
		return f.unknown(x, "the name "+strconv.Quote(x.ID)+" is not defined in the files")
	}
	if op, ok := b.Value.(*Op); ok && op.Name == "later" {
		if v := f.later(op); v != nil {
			if !op.Args[0].(*Module).Running {
				b.Value = v
			}
			return v
		}
	}
	return b.Value
}

// later looks a name up that was imported before its module had it; nil when it still has not.
func (f *Frame) later(op *Op) Value {
	m, ok := op.Args[0].(*Module)
	if !ok {
		return nil
	}
	waited := m.waiting
	f.need(m)
	if real := m.Scope.own(op.Text); real != nil {
		if inner, ok := real.Value.(*Op); ok && inner.Name == "later" && inner != op {
			if v := f.later(inner); v != nil {
				return v
			}
		}
		return real.Value
	}
	if waited && !m.Running {
		return f.member(m, op.Text, op.At)
	}
	return nil
}

// fileRoot stands for the analysed root in __file__ and paths made from it.
const fileRoot = "/<root>/"

// InRoot returns the path within the analysed folder that a text made from __file__ names.
func InRoot(text string) (source.Path, bool) {
	rest, ok := strings.CutPrefix(text, fileRoot)
	if !ok {
		if text == strings.TrimSuffix(fileRoot, "/") {
			return "", true
		}
		return "", false
	}
	return source.Path("").Join(rest)
}

func (f *Frame) constant(x *python.Constant) Value {
	o := Origin{At: f.At(x)}
	switch x.Kind {
	case python.True:
		return &Bool{o, true}
	case python.False:
		return &Bool{o, false}
	case python.None:
		return &None{o}
	}
	return &External{Origin: o, Path: "builtins.Ellipsis"}
}

func number(x *python.Number, at source.Location) Value {
	text := strings.ReplaceAll(strings.ToLower(x.Text), "_", "")
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return &Num{Origin{At: at}, float64(n), false}
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return &Num{Origin{At: at}, n, true}
	}
	return &Unknown{Origin: Origin{At: at}, Reason: "a number that is not read"}
}

func (f *Frame) str(x *python.String) Value {
	o := Origin{At: f.At(x)}
	if x.Parts == nil {
		if x.Bytes {
			return &Bytes{o, x.Value}
		}
		return &Str{o, x.Value}
	}
	var text strings.Builder
	known := true
	var args []Value
	for _, p := range x.Parts {
		if p.X == nil {
			text.WriteString(p.Text)
			args = append(args, &Str{Origin{At: f.At(p)}, p.Text})
			continue
		}
		v := f.Eval(p.X)
		if p.Format != "" {
			v = format(v, p.Format, f.At(p))
		}
		args = append(args, v)
		if t, ok := Text(v); ok {
			text.WriteString(t)
		} else {
			known = false
		}
	}
	if known {
		return &Str{o, text.String()}
	}
	return &Op{Origin: o, Name: "fstring", Args: args}
}

// Text returns what str() would give of a known value.
func Text(v Value) (string, bool) {
	switch x := v.(type) {
	case *Str:
		return x.Text, true
	case *Num:
		if x.IsFloat {
			return strconv.FormatFloat(x.Value, 'g', -1, 64), true
		}
		return strconv.FormatInt(int64(x.Value), 10), true
	case *Bool:
		if x.Value {
			return "True", true
		}
		return "False", true
	case *None:
		return "None", true
	case *Instance:
		if m, ok := x.State.(*EnumMember); ok {
			if m.IsStr {
				return Text(m.Value)
			}
		}
	}
	return "", false
}

func (f *Frame) sequence(x *python.Sequence) Value {
	seq := &Seq{Origin: Origin{At: f.At(x)}, Kind: x.Kind}
	for _, e := range x.Elements {
		if st, ok := e.(*python.Starred); ok {
			v := f.Eval(st.X)
			if items, known := f.items(v); known {
				seq.Items = append(seq.Items, items...)
			} else {
				seq.Open = true
			}
			continue
		}
		seq.Items = append(seq.Items, f.Eval(e))
	}
	return seq
}

func (f *Frame) dict(x *python.Dict) Value {
	d := &Dict{Origin: Origin{At: f.At(x)}}
	for _, e := range x.Entries {
		v := f.Eval(e.Value)
		if e.Key == nil {
			f.merge(d, v)
			continue
		}
		d.Set(f.Eval(e.Key), v, f.At(e.Key))
	}
	return d
}

// merge puts the entries of v into d.
func (f *Frame) merge(d *Dict, v Value) {
	switch m := v.(type) {
	case *Dict:
		for _, e := range m.Entries {
			d.Set(e.Key, e.Value, e.At)
		}
		d.Open = d.Open || m.Open
	case *Choice:
		for _, o := range m.Options {
			f.merge(d, o.Value)
		}
	case *None:
	default:
		d.Open = true
	}
}

func (f *Frame) logic(x *python.Binary) Value {
	a := f.Eval(x.X)
	truth, known := Truth(a)
	if known {
		if truth == (x.Op == "or") {
			return a
		}
		return f.Eval(x.Y)
	}
	if x.Op == "and" {
		f.narrow(x.X, true)
	}
	return &Op{Origin: Origin{At: f.At(x)}, Name: x.Op, Args: []Value{a, f.Eval(x.Y)}}
}

func (f *Frame) conditional(x *python.Conditional) Value {
	test := f.Eval(x.Test)
	truth, known, decided := f.truth(test)
	if known && (!decided || f.M.Tracer == nil) {
		if truth {
			return f.Eval(x.Then)
		}
		return f.Eval(x.Else)
	}
	yes := Condition{At: f.At(x.Test), Test: x.Test, Value: test}
	not := yes
	not.Negated = true
	f.conds = append(f.conds, yes)
	a := f.Eval(x.Then)
	f.conds[len(f.conds)-1] = not
	b := f.Eval(x.Else)
	f.conds = f.conds[:len(f.conds)-1]
	return choose(Option{a, []Condition{yes}}, Option{b, []Condition{not}})
}

func (f *Frame) await(x *python.Await) Value {
	v := f.Eval(x.X)
	if op, ok := v.(*Op); ok && op.Name == "coroutine" {
		return op.Args[0]
	}
	if c, ok := v.(*Choice); ok {
		var out []Option
		for _, o := range c.Options {
			if op, ok := o.Value.(*Op); ok && op.Name == "coroutine" {
				o.Value = op.Args[0]
			}
			out = append(out, o)
		}
		return choose(out...)
	}
	return v
}

func (f *Frame) yield(x *python.Yield) Value {
	if x.X != nil {
		v := f.Eval(x.X)
		if body := f.paused; body != nil {
			f.paused = nil
			body(v)
		}
		f.yielded(x, v)
		f.returns = append(f.returns, Option{Value: v, When: append([]Condition{}, f.conds...)})
	}
	if body := f.paused; body != nil {
		f.paused = nil
		body(&None{Origin{At: f.At(x)}})
	}
	return &Op{Origin: Origin{At: f.At(x)}, Name: "sent"}
}

func (f *Frame) comprehension(x *python.Comprehension) Value {
	o := Origin{At: f.At(x)}
	saved := f.Scope
	f.Scope = newScope(saved)
	if saved.class { // the first iterable sees the class body; names in it mostly do not matter
		f.Scope.parent = saved
	}
	defer func() { f.Scope = saved }()
	seq := &Seq{Origin: o, Kind: python.List}
	d := &Dict{Origin: o}
	open := f.clauses(x, 0, func() {
		v := f.Eval(x.Value)
		if x.Kind == python.DictComprehension {
			d.Set(f.Eval(x.Key), v, f.At(x.Key))
			return
		}
		seq.Items = append(seq.Items, v)
	})
	if x.Kind == python.DictComprehension {
		d.Open = open
		return d
	}
	if x.Kind == python.SetComprehension {
		seq.Kind = python.Set
	}
	if open {
		return &Op{Origin: o, Name: "comprehension", Args: seq.Items}
	}
	return seq
}

// clauses runs the loops of a comprehension and reports whether the result is not fully known.
func (f *Frame) clauses(x *python.Comprehension, i int, body func()) bool {
	if i == len(x.Clauses) {
		body()
		return false
	}
	c := x.Clauses[i]
	iter := f.Eval(c.Iter)
	items, known := f.items(iter)
	if !known {
		f.bind(c.Target, f.element(iter, c.Iter))
		for _, t := range c.Ifs {
			f.Eval(t)
		}
		f.clauses(x, i+1, body)
		return true
	}
	open := false
	for n, item := range items {
		if n > maxLoop {
			return true
		}
		f.bind(c.Target, item)
		keep := true
		for _, t := range c.Ifs {
			truth, ok := Truth(f.Eval(t))
			if !ok {
				open = true
			} else if !truth {
				keep = false
				break
			}
		}
		if keep && f.clauses(x, i+1, body) {
			open = true
		}
	}
	return open
}

func (f *Frame) subscript(x *python.Subscript) Value {
	recv := f.Eval(x.Value)
	key := f.Eval(x.Index)
	if f.M.Tracer != nil {
		f.M.Tracer.Index(f, recv, key, f.At(x))
	}
	return f.index(recv, key, f.At(x))
}

func (f *Frame) index(recv, key Value, at source.Location) Value {
	if op, ok := key.(*Op); ok && op.Name == "slice" {
		if v := sliced(recv, op, at); v != nil {
			return v
		}
	}
	switch r := recv.(type) {
	case *Dict:
		for _, e := range r.Entries {
			if same, ok := Equal(e.Key, key); ok && same {
				return e.Value
			}
		}
		if r.Factory == nil && !r.Open && r.File == "" && f.M.Tracer == nil && !isUnclear(key) && !isAssumed(key) {
			f.M.raises++ // KeyError
		}
		if r.Factory != nil && !r.Open && !isUnclear(key) && !isAssumed(key) {
			v := f.Call(&CallSite{At: at, Frame: f}, r.Factory, &Args{})
			r.Set(key, v, at)
			return v
		}
	case *Seq:
		if n, ok := key.(*Num); ok && !r.Open {
			i := int(n.Value)
			if i < 0 {
				i += len(r.Items)
			}
			if i >= 0 && i < len(r.Items) {
				return r.Items[i]
			}
		}
	case *Choice:
		var out []Option
		for _, o := range r.Options {
			out = append(out, Option{f.index(o.Value, key, at), o.When})
		}
		return choose(out...)
	case *Instance, *External, *Symbol:
		if name, ok := key.(*Str); ok && externalPathOf(recv) == "sys.modules" {
			if m, ok := f.importModule(0, name.Text, at).(*Module); ok {
				return m
			}
		}
		if inst, ok := recv.(*Instance); ok {
			if v := f.special(inst, "__getitem__", at, key); usable(v) {
				return v
			}
		}
		if v, ok := f.M.Lib.Method(f, &CallSite{At: at, Frame: f}, asInstance(recv), "__getitem__", &Args{Pos: []Arg{{Value: key, At: at}}}); ok {
			return v
		}
	case *Class:
		if e, ok := enumByName(f, r, key); ok {
			return e
		}
		if fn, _ := r.Lookup("__class_getitem__"); fn != nil && f.depth < maxDepth {
			if c, ok := fn.(*Func); ok {
				bound := *c
				bound.Self = r
				return f.Call(&CallSite{At: at, Frame: f}, &bound, &Args{Pos: []Arg{{Value: key, At: at}}})
			}
		}
	}
	return &Op{Origin: Origin{At: at}, Name: "[]", Args: []Value{recv, key}}
}

func asInstance(v Value) *Instance {
	switch x := v.(type) {
	case *Instance:
		return x
	case *External:
		return &Instance{Origin: x.Origin, Class: x, Attrs: map[string]Value{}, Assumed: true}
	}
	return &Instance{Origin: *v.origin(), State: v, Assumed: true}
}
