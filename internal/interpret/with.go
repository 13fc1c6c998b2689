package interpret

import "bearings/internal/python"

// paused is the block of a with statement, which runs where the generator behind
// its context manager yields.
type paused struct {
	fn   *Func
	body func(Value)
}

func (f *Frame) with(s *python.With) flow { return f.withItems(s.Items, s.Body) }

// withItems enters the context managers one after the other, runs the block and leaves them.
func (f *Frame) withItems(items []python.WithItem, body []python.Stmt) flow {
	if len(items) == 0 {
		return f.block(body)
	}
	item := items[0]
	v, how, done := f.context(item, items[1:], body)
	if done {
		return how
	}
	if _, raises := v.(*Never); raises {
		return left
	}
	entered := f.enter(v, item.Context)
	if item.Target != nil {
		f.bind(item.Target, entered)
	}
	how = f.withItems(items[1:], body)
	f.exit(v, item.Context)
	return how
}

// context evaluates a context manager. The block runs where the generator behind
// it (contextlib.contextmanager) yields, so that what follows the yield comes
// after the block; done says that it ran. While a request is followed, what a
// function gives is remembered, and this does not apply.
func (f *Frame) context(item python.WithItem, rest []python.WithItem, body []python.Stmt) (v Value, how flow, done bool) {
	call, ok := item.Context.(*python.Call)
	if !ok || f.M.Tracer != nil {
		return f.Eval(item.Context), next, false
	}
	callee := f.Eval(call.Func)
	site, args := &CallSite{At: f.At(call), Call: call, Frame: f}, f.args(call)
	fn, ok := callee.(*Func)
	if !ok || fn.Def == nil || !fn.Def.Generator() {
		return f.Call(site, callee, args), next, false
	}
	f.M.paused = &paused{fn, func(v Value) {
		done = true
		if item.Target != nil {
			f.bind(item.Target, v)
		}
		how = f.withItems(rest, body)
	}}
	v = f.Call(site, fn, args)
	f.M.paused = nil
	return v, how, done
}

// exit calls __exit__ of an object of the program, as if nothing had been raised.
func (f *Frame) exit(v Value, at python.Expr) {
	inst, ok := v.(*Instance)
	if !ok || f.M.Tracer != nil {
		return
	}
	none := &None{Origin{At: f.At(at)}}
	for _, name := range []string{"__exit__", "__aexit__"} {
		if f.special(inst, name, f.At(at), none, none, none) != nil {
			return
		}
	}
}

func (f *Frame) enter(v Value, at python.Expr) Value {
	if inst, ok := v.(*Instance); ok {
		if c, ok := inst.Class.(*Class); ok {
			for _, name := range []string{"__enter__", "__aenter__"} {
				if fn, _ := c.Lookup(name); fn != nil {
					return f.Call(&CallSite{At: f.At(at), Frame: f}, bindTo(fn, inst), &Args{})
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
