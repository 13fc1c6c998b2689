package interpret

import (
	"strings"

	"bearings/internal/python"
	"bearings/internal/source"
)

func (f *Frame) call(x *python.Call) Value {
	callee := f.Eval(x.Func)
	args := f.args(x)
	site := &CallSite{At: f.At(x), Call: x, Frame: f}
	return f.Call(site, callee, args)
}

func (f *Frame) args(x *python.Call) *Args {
	out := &Args{}
	if n := named(x.Args); n < len(x.Args) {
		out.Pos, out.Kw = make([]Arg, 0, len(x.Args)-n), make([]Arg, 0, n)
	} else if n > 0 {
		out.Kw = make([]Arg, 0, n)
	}
	for _, a := range x.Args {
		v := f.Eval(a.Value)
		at := f.At(a.Value)
		switch a.Star {
		case 1:
			if items, known := f.items(v); known {
				for _, i := range items {
					out.Pos = append(out.Pos, Arg{Value: i, At: at, Expr: a.Value})
				}
			} else {
				out.Open = true
			}
			continue
		case 2:
			f.spread(out, v, at, a.Value)
			continue
		}
		if a.Name != "" {
			out.Kw = append(out.Kw, Arg{Name: a.Name, Value: v, At: at, Expr: a.Value})
		} else {
			out.Pos = append(out.Pos, Arg{Value: v, At: at, Expr: a.Value})
		}
	}
	return out
}

// named counts the arguments that are given by name.
func named(args []python.Arg) (n int) {
	for _, a := range args {
		if a.Name != "" {
			n++
		}
	}
	return n
}

func (f *Frame) spread(out *Args, v Value, at source.Location, expr python.Expr) {
	d, ok := v.(*Dict)
	if !ok {
		out.Open = true
		out.Spread = append(out.Spread, v)
		return
	}
	out.Open = out.Open || d.Open
	for _, e := range d.Entries {
		if s, ok := e.Key.(*Str); ok {
			out.Kw = append(out.Kw, Arg{Name: s.Text, Value: e.Value, At: e.Value.origin().At, Expr: expr})
		}
	}
}

// Call calls a value.
func (f *Frame) Call(site *CallSite, callee Value, args *Args) Value {
	if !f.M.step() {
		return f.Unknown(site.At, "the analysis stopped here: too many steps")
	}
	if f.M.Tracer != nil {
		f.M.Tracer.Call(f, site, callee, args)
	}
	v := f.apply(site, callee, args)
	if v == nil {
		v = &Op{Origin: Origin{At: site.At}, Name: "call", Args: append([]Value{callee}, positional(args)...), Kw: keywords(args)}
	}
	if f.M.Tracer != nil {
		f.M.Tracer.Result(f, site, callee, args, v)
	}
	return v
}

func (f *Frame) apply(site *CallSite, callee Value, args *Args) Value {
	switch c := callee.(type) {
	case *Func:
		return f.invoke(site, c, args)
	case *Class:
		return f.construct(site, c, args)
	case *Builtin:
		return c.Fn(f, site, args)
	case *Partial:
		return f.Call(site, c.Fn, c.Args.Join(args))
	case *External:
		return f.external(site, c, args)
	case *Instance:
		return f.callInstance(site, c, args)
	case *Choice:
		var out []Option
		for _, o := range c.Options {
			out = append(out, Option{f.apply(site, o.Value, args), o.When})
			if out[len(out)-1].Value == nil {
				out[len(out)-1].Value = &Op{Origin: Origin{At: site.At}, Name: "call", Args: append([]Value{o.Value}, positional(args)...)}
			}
		}
		return choose(out...)
	case *Op:
		if c.Name == "[]" && len(c.Args) > 0 { // Base[int](…)
			switch base := c.Args[0].(type) {
			case *Class, *External:
				return f.Call(site, base, args)
			}
		}
	}
	return nil
}

func positional(args *Args) []Value {
	var out []Value
	for _, a := range args.Pos {
		out = append(out, a.Value)
	}
	return out
}

func keywords(args *Args) []KwValue {
	var out []KwValue
	for _, a := range args.Kw {
		out = append(out, KwValue{a.Name, a.Value})
	}
	return out
}

func (f *Frame) callInstance(site *CallSite, inst *Instance, args *Args) Value {
	if c, ok := inst.Class.(*Class); ok {
		if fn, _ := c.Lookup("__call__"); fn != nil {
			return f.Call(site, bindTo(fn, inst), args)
		}
	}
	if v, ok := f.M.Lib.Method(f, site, inst, "__call__", args); ok {
		return v
	}
	return nil
}

func (f *Frame) external(site *CallSite, c *External, args *Args) Value {
	if strings.HasPrefix(c.Path, "builtins.") {
		if v := f.builtin(site, strings.TrimPrefix(c.Path, "builtins."), args); v != nil {
			return v
		}
	}
	if v := f.standard(site, c.Path, args); v != nil {
		return v
	}
	if v, ok := f.M.Lib.Call(f, site, c, args); ok {
		return v
	}
	base := c.Path[strings.LastIndexByte(c.Path, '.')+1:]
	if base != "" && base[0] >= 'A' && base[0] <= 'Z' {
		inst := &Instance{Origin: Origin{At: site.At}, Class: c, Attrs: map[string]Value{}, Args: args, Site: site}
		f.M.Lib.Init(f, site, c, inst, args)
		return inst
	}
	return nil
}

// construct makes an instance of a class of the program.
func (f *Frame) construct(site *CallSite, c *Class, args *Args) Value {
	if enum, _ := isEnum(c); enum {
		if m := enumByValue(f, c, args.Value(0, "value")); m != nil {
			return m
		}
		return &Op{Origin: Origin{At: site.At}, Name: "call", Args: append([]Value{c}, positional(args)...)}
	}
	if meta := metaclass(c); meta != nil {
		if fn, _ := meta.Lookup("__call__"); fn != nil && !f.within(meta, "__call__") {
			return f.Call(site, bindTo(fn, c), args)
		}
	}
	return f.create(site, c, args)
}

// create makes and fills an object, as type.__call__ does.
func (f *Frame) create(site *CallSite, c *Class, args *Args) Value {
	inst := &Instance{Origin: Origin{At: site.At}, Class: c, Attrs: map[string]Value{}, Args: args, Site: site}
	if fn, _ := c.Lookup("__new__"); fn != nil {
		if v, ok := fn.(*Func); ok && f.depth < maxDepth {
			made := f.invoke(site, v, args.withSelf(c))
			if i, ok := made.(*Instance); ok && i.Class == Value(c) {
				inst = i
			}
		}
	}
	for _, m := range MRO(c) {
		switch k := m.(type) {
		case *Class:
			b := k.Scope.own("__init__")
			if b == nil {
				continue
			}
			if fn, ok := b.Value.(*Func); ok {
				f.Call(site, bindTo(fn, inst), args)
				return inst
			}
		case *External:
			if k.Path == "abc.ABC" || k.Path == "typing.Generic" || k.Path == "typing.Protocol" || k.Path == "builtins.object" {
				continue
			}
			f.fill(inst, c, args)
			f.M.Lib.Init(f, site, k, inst, args)
			return inst
		}
	}
	f.fill(inst, c, args)
	return inst
}

// fillSpread takes fields that no argument names out of Model(**value).
func (f *Frame) fillSpread(inst *Instance, fields []FieldOf, args *Args) {
	for _, v := range args.Spread {
		for _, fd := range fields {
			if _, ok := inst.Attrs[fd.Name]; ok {
				continue
			}
			key := &Str{Origin{At: inst.At}, fd.Name}
			if f.M.Tracer != nil && fd.Assign.Value == nil {
				f.M.Tracer.Index(f, v, key, inst.At)
			} else if f.M.Tracer != nil { // as .get() with a default would
				get := &Op{Origin: Origin{At: inst.At}, Name: ".get", Args: []Value{v}}
				f.M.Tracer.Call(f, &CallSite{At: inst.At, Frame: f}, get, &Args{Pos: []Arg{{Value: key}, {Value: &None{Origin{At: inst.At}}}}})
			}
			inst.Attrs[fd.Name] = f.index(v, key, inst.At)
		}
	}
}

// invoke runs a function of the program.
func (f *Frame) invoke(site *CallSite, fn *Func, args *Args) Value {
	if fn.Self != nil {
		args = args.withSelf(fn.Self)
	}
	result := func(v Value) Value {
		if fn.Def != nil && fn.Def.Async && !fn.Def.Generator() {
			if _, never := v.(*Never); never {
				return v
			}
			return &Op{Origin: Origin{At: site.At}, Name: "coroutine", Args: []Value{v}}
		}
		return v
	}
	if f.depth >= maxDepth || f.active(fn) > 1 {
		return result(f.Unknown(site.At, "the call is nested too deeply"))
	}
	if f.M.Tracer != nil && f.M.Reach != nil && f.Caller != nil && !f.M.Reach(fn) && !plainGetter(fn) {
		if fn.Def != nil && fn.Def.Returns != nil {
			if v := f.M.FrameOf(fn).OfAnnotation(fn.Def.Returns, site.At); v != nil {
				return result(v)
			}
		}
		return result(&Op{Origin: Origin{At: site.At}, Name: "call", Args: append([]Value{fn}, positional(args)...), Kw: keywords(args)})
	}
	run := func() Value { return f.activate(site, fn, args) }
	if f.M.Tracer != nil {
		if v, ok := f.remembered(site, fn, args, run); ok {
			return result(v)
		}
	}
	return result(run())
}

// plainGetter says whether a method does nothing but return an expression: a property, mostly.
func plainGetter(fn *Func) bool {
	if _, method := fn.Self.(*Instance); !method || fn.Def == nil || fn.Def.Async || fn.Def.Generator() {
		return false
	}
	body := fn.Def.Body()
	if len(body) == 2 {
		if doc, ok := body[0].(*python.ExprStmt); ok {
			if _, text := doc.X.(*python.String); text {
				body = body[1:]
			}
		}
	}
	if len(body) != 1 || len(fn.Def.Params) > 1 {
		return false
	}
	_, ok := body[0].(*python.Return)
	return ok
}

// activate binds the parameters and runs the body.
func (f *Frame) activate(site *CallSite, fn *Func, args *Args) Value {
	scope := newScope(fn.Closure)
	frame := &Frame{M: f.M, Module: fn.Module, Scope: scope, Func: fn, Caller: f, Site: site, depth: f.depth + 1}
	if p := f.M.paused; p != nil && p.fn == fn {
		frame.paused, f.M.paused = p.body, nil
	}
	frame.bindParams(fn, args)
	if fn.Lambda != nil {
		return frame.Eval(fn.Lambda.Body)
	}
	how := frame.block(fn.Def.Body())
	if fn.Def.Generator() {
		return frame.generator(site.At)
	}
	options := frame.returns
	if how == next {
		options = append(options, Option{Value: &None{Origin{At: fn.At()}}})
	}
	if len(options) == 0 {
		if how == left {
			return &Never{Origin{At: site.At}}
		}
		return &None{Origin{At: fn.At()}}
	}
	return choose(options...)
}

// active counts the activations of a function on the stack.
func (f *Frame) active(fn *Func) int {
	n := 0
	for at := f; at != nil; at = at.Caller {
		if at.Func != nil && ((fn.Def != nil && at.Func.Def == fn.Def) || (fn.Lambda != nil && at.Func.Lambda == fn.Lambda)) {
			n++
		}
	}
	return n
}

func (f *Frame) bindParams(fn *Func, args *Args) {
	pos := 0
	used := map[string]bool{}
	for _, p := range fn.Params() {
		at := f.At(p)
		switch p.Kind {
		case python.VarPositional:
			seq := &Seq{Origin: Origin{At: at}, Kind: python.Tuple, Open: args.Open}
			for ; pos < len(args.Pos); pos++ {
				seq.Items = append(seq.Items, args.Pos[pos].Value)
			}
			f.Scope.set(p.Name, seq, at)
			continue
		case python.VarKeyword:
			d := &Dict{Origin: Origin{At: at}, Open: args.Open}
			for _, k := range args.Kw {
				if !used[k.Name] {
					d.Set(&Str{Origin{At: k.At}, k.Name}, k.Value, k.At)
				}
			}
			f.Scope.set(p.Name, d, at)
			continue
		}
		f.bindParam(fn, p, args, &pos, used, at)
	}
}

func (f *Frame) bindParam(fn *Func, p *python.Param, args *Args, pos *int, used map[string]bool, at source.Location) {
	used[p.Name] = true
	if p.Kind != python.KeywordOnly && *pos < len(args.Pos) {
		f.Scope.vars[p.Name] = &Binding{Value: args.Pos[*pos].Value, At: at}
		*pos++
		return
	}
	if p.Kind != python.PositionalOnly {
		if a, ok := args.Get(-1, p.Name); ok {
			f.Scope.vars[p.Name] = &Binding{Value: a.Value, At: at}
			return
		}
	}
	if d, ok := fn.Defaults[p.Name]; ok && !args.Open {
		f.Scope.vars[p.Name] = &Binding{Value: d, At: at}
		return
	}
	f.Scope.vars[p.Name] = &Binding{Value: f.Parameter(fn, p), At: at}
}

// Parameter returns what is known of a parameter that no argument fills: an
// object of its annotation, or an unknown value that names it.
func (f *Frame) Parameter(fn *Func, p *python.Param) Value {
	at := source.Location{Path: fn.Module.Path, Span: p.Span()}
	if p.Annotation != nil {
		if v := f.M.FrameOf(fn).OfAnnotation(p.Annotation, at); v != nil {
			return v
		}
	}
	return &Op{Origin: Origin{At: at, Name: p.Name}, Name: "parameter", Text: p.Name}
}
