package interpret

import (
	"bearings/internal/python"
	"bearings/internal/source"
)

// flow says how a block ends.
type flow uint8

const (
	next    flow = iota
	left         // return or raise
	broke        // break
	skipped      // continue
)

func (f *Frame) block(body []python.Stmt) flow {
	mark := len(f.conds)
	defer func() { f.conds = f.conds[:mark] }()
	for _, st := range body {
		if !f.M.step() {
			return next
		}
		if how := f.stmt(st); how != next {
			return how
		}
	}
	return next
}

func (f *Frame) stmt(st python.Stmt) flow {
	switch s := st.(type) {
	case *python.ExprStmt:
		return f.ends(f.Eval(s.X))
	case *python.Assign:
		return f.assign(s)
	case *python.AugAssign:
		f.augment(s)
	case *python.Return:
		return f.ret(s)
	case *python.Raise:
		return f.raise(s)
	case *python.If:
		return f.branch(s)
	case *python.For:
		return f.loop(s)
	case *python.While:
		return f.while(s)
	case *python.Try:
		return f.try(s)
	case *python.With:
		return f.with(s)
	case *python.Match:
		return f.match(s)
	case *python.Function:
		f.define(s)
	case *python.Class:
		f.class(s)
	case *python.Import:
		f.imports(s)
	case *python.ImportFrom:
		f.importFrom(s)
	case *python.Scope:
		f.declare(s)
	case *python.Delete:
		for _, t := range s.Targets {
			if n, ok := t.(*python.Name); ok {
				delete(f.Scope.vars, n.ID)
			}
		}
	case *python.TypeAlias:
		v := &Op{Origin: Origin{At: f.At(s.Value)}, Name: "type", Args: []Value{f.Eval(s.Value)}}
		f.Scope.set(s.Name.ID, v, f.At(s.Name))
	case *python.Assert:
		f.Eval(s.Test)
	case *python.Jump:
		switch s.Kind {
		case python.Break:
			return broke
		case python.Continue:
			return skipped
		}
	}
	return next
}

func (f *Frame) ends(v Value) flow {
	if _, ok := v.(*Never); ok {
		return left
	}
	return next
}

func (f *Frame) ret(s *python.Return) flow {
	var v Value = &None{Origin{At: f.At(s)}}
	if s.X != nil {
		v = f.Eval(s.X)
	}
	if _, ok := v.(*Never); ok {
		return left
	}
	if f.M.Tracer != nil {
		f.M.Tracer.Return(f, v, s)
	}
	f.returns = append(f.returns, Option{Value: v, When: append([]Condition{}, f.conds...)})
	return left
}

func (f *Frame) raise(s *python.Raise) flow {
	f.M.raises++
	var v Value
	if s.X != nil {
		v = f.Eval(s.X)
		if c, ok := v.(*Class); ok {
			v = f.Call(&CallSite{At: f.At(s), Frame: f}, c, &Args{})
		} else if e, ok := v.(*External); ok {
			v = &Instance{Origin: Origin{At: f.At(s)}, Class: e, Attrs: map[string]Value{}, Args: &Args{}}
		}
	}
	if f.M.Tracer != nil {
		f.M.Tracer.Raise(f, v, s)
	}
	return left
}

func (f *Frame) branch(s *python.If) flow {
	test := f.Eval(s.Test)
	truth, known, decided := f.truth(test)
	if known && !decided {
		if truth {
			return f.block(s.Body)
		}
		return f.block(s.Else)
	}
	if known && (truth && refuses(s.Body) || !truth && refuses(s.Else)) {
		return f.fork(s, test) // it refuses to start here, and goes on where the variable is set
	}
	if known { // decided by the environment: the other branch is an alternative
		c := Condition{At: f.At(s.Test), Test: s.Test, Negated: !truth, Value: test, Decided: true}
		if f.Func != nil && f.M.Tracer != nil {
			return f.fork(s, test)
		}
		f.conds = append(f.conds, c)
		defer func(n int) { f.conds = f.conds[:n] }(len(f.conds) - 1)
		if truth {
			return f.block(s.Body)
		}
		return f.block(s.Else)
	}
	return f.fork(s, test)
}

// refuses says whether a branch raises, whatever else it does.
func refuses(body []python.Stmt) bool {
	for _, stmt := range body {
		if _, ok := stmt.(*python.Raise); ok {
			return true
		}
	}
	return false
}

// fork runs both branches of a test that cannot be decided.
func (f *Frame) fork(s *python.If, test Value) flow {
	yes := Condition{At: f.At(s.Test), Test: s.Test, Value: test}
	not := yes
	not.Negated = true
	before := f.Scope.snapshot()
	f.narrow(s.Test, true)
	a := f.under(yes, s.Body)
	varsA := f.Scope.vars
	f.Scope.vars = before
	f.Scope.vars = f.Scope.snapshot()
	f.narrow(s.Test, false)
	b := f.under(not, s.Else)
	varsB := f.Scope.vars
	switch {
	case a == next && b == next:
		f.Scope.merge(varsA, varsB, []Condition{yes}, []Condition{not})
		return next
	case a == next:
		f.Scope.vars = varsA
		return next
	case b == next:
		f.Scope.vars = varsB
		return next
	case a == left && b == left:
		return left
	}
	if a != left {
		f.Scope.vars = varsA
		return a
	}
	return b
}

func (f *Frame) under(c Condition, body []python.Stmt) flow {
	f.conds = append(f.conds, c)
	how := f.block(body)
	f.conds = f.conds[:len(f.conds)-1]
	return how
}

// truth returns the truth of a value; decided tells that it holds only in the default environment.
func (f *Frame) truth(v Value) (truth, known, decided bool) {
	if t, ok := Truth(v); ok {
		return t, true, false
	}
	if t, ok := f.M.Lib.Decide(v); ok {
		return t, true, true
	}
	return false, false, false
}

// narrow drops the options of a name that a test rules out.
func (f *Frame) narrow(test python.Expr, truth bool) {
	switch t := test.(type) {
	case *python.Unary:
		if t.Op == "not" {
			f.narrow(t.X, !truth)
		}
	case *python.Binary:
		if (t.Op == "and" && truth) || (t.Op == "or" && !truth) {
			f.narrow(t.X, truth)
			f.narrow(t.Y, truth)
		}
	case *python.Name:
		f.keep(t, func(v Value) bool {
			known, ok := Truth(v)
			return !ok || known == truth
		})
	case *python.Compare:
		name, ok := t.X.(*python.Name)
		if !ok || len(t.Ops) != 1 {
			return
		}
		if c, ok := t.Rest[0].(*python.Constant); ok && c.Kind == python.None && (t.Ops[0] == "is" || t.Ops[0] == "is not" || t.Ops[0] == "==" || t.Ops[0] == "!=") {
			want := (t.Ops[0] == "is" || t.Ops[0] == "==") == truth
			f.keep(name, func(v Value) bool {
				_, none := v.(*None)
				return none == want || isUnclear(v)
			})
		}
	}
}

func isUnclear(v Value) bool {
	switch v.(type) {
	case *Unknown, *Op, *Symbol:
		return true
	}
	return false
}

func (f *Frame) keep(name *python.Name, ok func(Value) bool) {
	b := f.Scope.lookup(name.ID)
	if b == nil {
		return
	}
	c, is := b.Value.(*Choice)
	if !is {
		return
	}
	var left []Option
	for _, o := range c.Options {
		if ok(o.Value) {
			left = append(left, o)
		}
	}
	if len(left) == 0 || len(left) == len(c.Options) {
		return
	}
	f.Scope.vars[name.ID] = &Binding{Value: choose(left...), At: b.At, Previous: b}
}

func (f *Frame) loop(s *python.For) flow {
	iter := f.Eval(s.Iter)
	items, known := f.items(iter)
	if !known {
		f.bind(s.Target, f.element(iter, s.Iter))
		before := f.Scope.snapshot()
		how := f.block(s.Body)
		if how == left {
			f.Scope.vars = before
		}
		f.block(s.Else)
		return next
	}
	for i, item := range items {
		if i > maxLoop || f.M.Exhausted() {
			break
		}
		f.bind(s.Target, item)
		switch f.block(s.Body) {
		case left:
			return left
		case broke:
			return next
		}
	}
	return f.block(s.Else)
}

func (f *Frame) element(iter Value, at python.Expr) Value {
	if seq, ok := iter.(*Seq); ok && len(seq.Items) > 0 {
		return seq.Items[0]
	}
	return &Op{Origin: Origin{At: f.At(at)}, Name: "element", Args: []Value{iter}}
}

func (f *Frame) while(s *python.While) flow {
	test := f.Eval(s.Test)
	truth, known, _ := f.truth(test)
	if known && !truth {
		return f.block(s.Else)
	}
	before := f.Scope.snapshot()
	how := f.block(s.Body)
	if how == left && !known {
		f.Scope.vars = before
		return next
	}
	if how == left {
		return left
	}
	return next
}

func (f *Frame) try(s *python.Try) flow {
	before := f.Scope.snapshot()
	mark, raised := f.Module.missing(), f.M.raises
	f.tries = append(f.tries, s)
	how := f.block(s.Body)
	f.tries = f.tries[:len(f.tries)-1]
	if how == next {
		how = f.block(s.Else)
	}
	failed := f.Module.missing() > mark
	importing := f.Func == nil && f.M.Tracer == nil
	if importing && !failed && how == next && f.M.raises == raised {
		if f.block(s.Finally) == left {
			return left
		}
		return next
	}
	how = f.handlers(s, before, how, failed)
	if f.block(s.Finally) == left {
		return left
	}
	return how
}

// handlers runs the except clauses as alternatives to the body's end.
func (f *Frame) handlers(s *python.Try, before map[string]*Binding, how flow, failed bool) flow {
	after := f.Scope.vars
	alive := how == next && !failed
	var merged map[string]*Binding
	if alive {
		merged = after
	}
	end := how
	for _, h := range s.Handlers {
		f.Scope.vars = before
		f.Scope.vars = f.Scope.snapshot()
		for name, b := range after { // names bound in the body may be bound when it fails
			if f.Scope.vars[name] == nil {
				f.Scope.vars[name] = b
			}
		}
		if h.Name != "" {
			v := &Instance{Origin: Origin{At: f.At(h)}, Class: f.exceptionClass(h), Attrs: map[string]Value{}, Assumed: true}
			f.Scope.set(h.Name, v, f.At(h))
		}
		if f.M.Tracer != nil {
			f.M.Tracer.Swallow(f, h, s)
		}
		saved := f.handling
		f.handling = h
		end := f.under(Condition{At: f.At(h), Except: h}, h.Body)
		f.handling = saved
		if end == next {
			if merged == nil {
				merged = f.Scope.vars
			} else {
				f.Scope.merge(merged, f.Scope.vars, nil, []Condition{{At: f.At(h), Except: h}})
				merged = f.Scope.vars
			}
			alive = true
		}
	}
	if alive {
		f.Scope.vars = merged
		return next
	}
	f.Scope.vars = after
	if failed && len(s.Handlers) == 0 {
		return next
	}
	return end
}

func (f *Frame) exceptionClass(h *python.Handler) Value {
	if h.Types == nil {
		return &External{Path: "builtins.BaseException"}
	}
	if t, ok := h.Types.(*python.Sequence); ok && len(t.Elements) > 0 {
		return f.Eval(t.Elements[0])
	}
	return f.Eval(h.Types)
}

func (m *Module) missing() int {
	n := 0
	for range m.Scope.vars {
		break
	}
	if b := m.Scope.vars[missingKey]; b != nil {
		n = int(b.Value.(*Num).Value)
	}
	return n
}

// missingKey counts imports of modules that are not there. No Python name looks like it.
const missingKey = " missing"

func (m *Module) addMissing() {
	m.Scope.vars[missingKey] = &Binding{Value: &Num{Value: float64(m.missing() + 1)}}
}

func (f *Frame) with(s *python.With) flow {
	for _, item := range s.Items {
		v := f.Eval(item.Context)
		if item.Target != nil {
			f.bind(item.Target, f.enter(v, item.Context))
		}
	}
	return f.block(s.Body)
}

func (f *Frame) enter(v Value, at python.Expr) Value {
	if inst, ok := v.(*Instance); ok {
		if c, ok := inst.Class.(*Class); ok {
			for _, name := range []string{"__enter__", "__aenter__"} {
				if fn, _ := c.Lookup(name); fn != nil {
					return f.Call(&CallSite{At: f.At(at), Frame: f}, bindTo(fn, inst, c), &Args{})
				}
			}
		}
		return inst
	}
	if op, ok := v.(*Op); ok && op.Name == "generator" && len(op.Args) > 0 {
		return op.Args[0]
	}
	return &Op{Origin: Origin{At: f.At(at)}, Name: "enter", Args: []Value{v}}
}

func (f *Frame) match(s *python.Match) flow {
	subject := f.Eval(s.Subject)
	before := f.Scope.snapshot()
	var merged map[string]*Binding
	complete := false
	for _, c := range s.Cases {
		f.Scope.vars = before
		f.Scope.vars = f.Scope.snapshot()
		verdict, known := f.matches(subject, c.Pattern)
		if known && !verdict {
			continue
		}
		if n, ok := c.Pattern.(*python.Name); ok {
			f.Scope.set(n.ID, subject, f.At(n))
			complete = complete || c.Guard == nil
		}
		how := f.under(Condition{At: f.At(c), Test: c.Pattern, Value: subject}, c.Body)
		if how == next {
			if merged == nil {
				merged = f.Scope.vars
			} else {
				f.Scope.merge(merged, f.Scope.vars, nil, nil)
				merged = f.Scope.vars
			}
		}
		if known && verdict && c.Guard == nil {
			complete = true
		}
		if complete {
			break
		}
	}
	if merged == nil {
		f.Scope.vars = before
		if complete {
			return left
		}
		return next
	}
	f.Scope.vars = merged
	return next
}

func (f *Frame) matches(subject Value, pattern python.Expr) (bool, bool) {
	switch p := pattern.(type) {
	case *python.Name:
		return true, true
	case *python.String, *python.Number, *python.Constant, *python.Attribute:
		v := f.Eval(p)
		return Equal(subject, v)
	}
	return false, false
}

func (f *Frame) declare(s *python.Scope) {
	if f.Scope.declared == nil {
		f.Scope.declared = map[string]*Scope{}
	}
	for _, n := range s.Names {
		target := f.Scope.global
		if s.Nonlocal && f.Scope.parent != nil {
			for at := f.Scope.parent; at != nil; at = at.parent {
				if at.vars[n] != nil && !at.class {
					target = at
					break
				}
			}
		}
		f.Scope.declared[n] = target
	}
}

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
	if seq, ok := old.(*Seq); ok && s.Op == "+" {
		if more, known := f.items(v); known {
			seq.Items = append(seq.Items, more...)
		} else {
			seq.Open = true
		}
		return
	}
	f.bind(s.Target, f.binary(s.Op, old, v, f.At(s)))
}

func (f *Frame) setItem(container, key, v Value, at, keyAt, valueAt source.Location) {
	switch c := container.(type) {
	case *Dict:
		c.Set(key, v, keyAt)
	case *Seq:
		if n, ok := key.(*Num); ok && int(n.Value) >= 0 && int(n.Value) < len(c.Items) {
			c.Items[int(n.Value)] = v
		}
	}
	f.M.Lib.SetItem(f, container, key, v, at, keyAt, valueAt)
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
		if c, ok := r.Class.(*Class); ok {
			if p, owner := c.Lookup("__setattr__"); p != nil && owner != nil && f.M.Tracer == nil && f.depth < 4 {
				_ = p
			}
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
	case *Choice:
		for _, o := range r.Options {
			f.setAttr(o.Value, name, v, at)
		}
	}
}
