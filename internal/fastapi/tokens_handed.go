package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// handed follows an argument back through the calls that handed it on: the
// parameters of the functions around it, and the arguments with which an object
// was made. Injected is the dependable that FastAPI calls for the parameter at
// which the way ends; nil when it ends elsewhere.
func (l *linker) handed(f *interpret.Frame, a interpret.Arg, r *Resolved) {
	r.Handed, r.Injected = l.handedThrough(f, a, r)
}

func (l *linker) handedThrough(f *interpret.Frame, a interpret.Arg, r *Resolved) (hops []Hop, injected *Callable) {
	saved := l.machine.Tracer
	l.machine.Tracer = nil
	defer func() { l.machine.Tracer = saved }()
	expr, v := a.Expr, a.Value
	base := false // expr is an object of which the value is an attribute
	for range 12 {
		if expr == nil || f == nil {
			return hops, nil
		}
		switch x := expr.(type) {
		case *python.Name:
			step, ok := l.handedName(f, x)
			if !ok {
				return hops, step.injected
			}
			if !step.at.IsZero() && !base {
				hops = append(hops, Hop{At: step.at, Note: step.note})
			}
			f, expr = step.frame, step.expr
		case *python.Attribute:
			if !isPath(x.Value) {
				return hops, nil
			}
			inst, ok := f.Eval(x.Value).(*interpret.Instance)
			if made, found := madeWith(inst, ok, v); found {
				hops = append(hops, Hop{At: made.At, Note: "given to " + l.className(inst)})
				r.Parameters = constructorParameters(inst)
				f, expr = inst.Site.Frame, made.Expr
				continue
			}
			expr, base = x.Value, true
		case *python.Call:
			inner := wrappedKey(x)
			if inner == nil {
				return hops, nil
			}
			expr = inner
		default:
			return hops, nil
		}
	}
	return hops, nil
}

// wrappedKey is the key within key.encode(), settings.SECRET.get_secret_value(),
// str(key) or b64decode(key); nil when the call is none of these.
func wrappedKey(c *python.Call) python.Expr {
	switch fn := c.Func.(type) {
	case *python.Attribute:
		switch fn.Attr {
		case "encode", "decode", "get_secret_value", "strip":
			return fn.Value
		}
		if strings.HasSuffix(fn.Attr, "decode") && len(c.Args) == 1 {
			return c.Args[0].Value
		}
	case *python.Name:
		if len(c.Args) == 1 && (fn.ID == "str" || fn.ID == "bytes" || strings.HasSuffix(fn.ID, "b64decode")) {
			return c.Args[0].Value
		}
	}
	return nil
}

// handedStep is where a name's value comes from.
type handedStep struct {
	frame    *interpret.Frame
	expr     python.Expr
	at       source.Location
	note     string
	injected *Callable
}

func (l *linker) handedName(f *interpret.Frame, x *python.Name) (handedStep, bool) {
	if f.Func == nil || f.Func.Def == nil {
		return handedStep{}, false
	}
	position := -1
	for i, p := range f.Func.Params() {
		if p.Name == x.ID {
			position = i
		}
	}
	if position < 0 {
		if value := assignedIn(f.Func.Def, x.ID); value != nil {
			return handedStep{frame: f, expr: value, at: f.At(value), note: "kept in " + x.ID}, true
		}
		return handedStep{}, false
	}
	if f.Func.Self != nil {
		position--
	}
	if f.Site != nil && f.Site.Call != nil && f.Caller != nil {
		if arg, ok := argumentFor(f.Site.Call, position, x.ID); ok {
			return handedStep{frame: f.Site.Frame, expr: arg.Value, at: f.Site.Frame.At(arg.Value), note: "given as " + x.ID}, true
		}
	}
	params, _ := l.params(f.Func)
	for _, p := range params {
		if p.syntax.Name != x.ID {
			continue
		}
		if info := l.inspect(p); info.depends != nil {
			target := info.depends.Args.Value(0, "dependency")
			if target == nil {
				target = info.class
			}
			if target != nil {
				return handedStep{injected: l.callable(target)}, false
			}
		}
		if p.syntax.Default != nil {
			return handedStep{frame: l.machine.FrameOf(f.Func), expr: p.syntax.Default, at: source.Location{Path: f.Func.Module.Path, Span: p.syntax.Default.Span()}, note: "the default of " + x.ID}, true
		}
	}
	return handedStep{}, false
}

// argumentFor finds the argument of a call that fills a parameter.
func argumentFor(c *python.Call, position int, name string) (python.Arg, bool) {
	n := 0
	for _, a := range c.Args {
		switch {
		case a.Star != 0:
			return python.Arg{}, false
		case a.Name == name:
			return a, true
		case a.Name == "":
			if n == position {
				return a, true
			}
			n++
		}
	}
	return python.Arg{}, false
}

// assignedIn finds the one value that a function assigns to a name; nil when
// there is none or several.
func assignedIn(d *python.Function, name string) python.Expr {
	var found python.Expr
	times := 0
	for _, st := range d.Body() {
		python.Inspect(st, func(n any) bool {
			if a, ok := n.(*python.Assign); ok {
				for _, t := range a.Targets {
					if nameIs(t, name) {
						found = a.Value
						times++
					}
				}
			}
			return true
		})
	}
	if times != 1 {
		return nil
	}
	return found
}

// isPath says whether an expression is a name or attributes of one, which can
// be evaluated again without any effect.
func isPath(e python.Expr) bool {
	switch x := e.(type) {
	case *python.Name:
		return true
	case *python.Attribute:
		return isPath(x.Value)
	}
	return false
}

// madeWith finds the argument with which an object was made and that it kept as v.
func madeWith(inst *interpret.Instance, ok bool, v interpret.Value) (interpret.Arg, bool) {
	if !ok || inst.Args == nil || inst.Site == nil || inst.Site.Frame == nil || isSettings(inst.Class) {
		return interpret.Arg{}, false
	}
	for _, list := range [][]interpret.Arg{inst.Args.Pos, inst.Args.Kw} {
		for _, a := range list {
			if a.Value == v && a.Expr != nil {
				return a, true
			}
		}
	}
	return interpret.Arg{}, false
}

// constructorParameters is where the class of an object says what it is made
// with: the parameters of __init__; nowhere when it has none of its own.
func constructorParameters(inst *interpret.Instance) source.Location {
	c, ok := inst.Class.(*interpret.Class)
	if !ok {
		return source.Location{}
	}
	fn, _ := c.Lookup("__init__")
	if init, ok := fn.(*interpret.Func); ok && init.Def != nil {
		return source.Location{Path: init.Module.Path, Span: init.Def.ParamsAt.Span()}
	}
	return source.Location{Path: c.Module.Path, Span: c.Def.NameAt.Span()}
}

func (l *linker) className(inst *interpret.Instance) string {
	if c, ok := inst.Class.(*interpret.Class); ok {
		return c.Def.Name
	}
	return externalPath(inst.Class)
}
