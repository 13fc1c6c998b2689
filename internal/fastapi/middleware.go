package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// addMiddleware is app.add_middleware(Class, **options).
func (l *linker) addMiddleware(f *interpret.Frame, n *node, site *interpret.CallSite, args *interpret.Args) {
	class := args.Value(0, "middleware_class")
	if class == nil {
		n.gap(site.At, MiddlewareStack, "the middleware that is added could not be followed")
		return
	}
	rest := &interpret.Args{Kw: args.Kw, Open: args.Open}
	if len(args.Pos) > 1 {
		rest.Pos = args.Pos[1:]
	}
	for _, o := range interpret.Options(class) {
		n.middleware = append(n.middleware, l.newMiddleware(f, o.Value, rest, site.At, "add_middleware"))
	}
}

func (l *linker) newMiddleware(f *interpret.Frame, class interpret.Value, args *interpret.Args, at source.Location, how string) *mwEntry {
	e := &mwEntry{class: class, args: args, at: at, how: how, conds: conditions(f), seq: l.machine.Seq()}
	if f.Func != nil {
		e.frame = f.Func.Name()
	}
	return e
}

// middlewareDecorator is @app.middleware("http").
func (l *linker) middlewareDecorator(n *node, site *interpret.CallSite) interpret.Value {
	return &interpret.Builtin{Origin: interpret.Origin{At: site.At}, Label: "middleware", Fn: func(f *interpret.Frame, s *interpret.CallSite, a *interpret.Args) interpret.Value {
		fn := a.Value(0, "")
		if fn == nil {
			return &interpret.None{}
		}
		at := s.At
		if s.Call == nil {
			at = site.At
		}
		n.middleware = append(n.middleware, l.newMiddleware(f, fn, &interpret.Args{}, at, "decorator"))
		return fn
	}}
}

// middlewareEntry is one Middleware(Class, **options) of a list.
func (l *linker) middlewareEntry(f *interpret.Frame, n *node, v interpret.Value, how string) {
	inst, ok := v.(*interpret.Instance)
	if !ok || interpret.IsInstanceOf(inst, "starlette.middleware.Middleware") == "" || inst.Args == nil {
		n.gap(interpret.OriginOf(v).At, MiddlewareStack, "an entry of the middleware list could not be followed")
		return
	}
	class := inst.Args.Value(0, "cls")
	if class == nil {
		return
	}
	rest := &interpret.Args{Kw: inst.Args.Kw, Open: inst.Args.Open}
	if len(inst.Args.Pos) > 1 {
		rest.Pos = inst.Args.Pos[1:]
	}
	n.middleware = append(n.middleware, l.newMiddleware(f, class, rest, inst.At, how))
}

// isMiddlewareWrapper reports whether a class takes an application to wrap it.
func isMiddlewareWrapper(path string) bool {
	return strings.HasPrefix(path, "starlette.middleware.") && path != "starlette.middleware.Middleware"
}

// wrap is CORSMiddleware(app, …): the application served is the one inside.
func (l *linker) wrap(_ *interpret.Frame, site *interpret.CallSite, _ string, self *interpret.Instance, args *interpret.Args) {
	inner := args.Value(0, "app")
	if n := nodeOf(inner); n != nil && n.app && site.Call != nil {
		self.State = &wrapped{n, self}
	}
}

// wrapped is the State of a middleware object around an application.
type wrapped struct {
	node *node
	inst *interpret.Instance
}

// stack returns the application's middleware, outermost first.
func (l *linker) stack(n *node) []*Middleware {
	var out []*Middleware
	for i := len(n.middleware) - 1; i >= 0; i-- {
		out = append(out, l.middlewareOf(n.middleware[i]))
	}
	return out
}

func (l *linker) middlewareOf(e *mwEntry) *Middleware {
	m := &Middleware{At: e.at, How: e.how, Conditions: toConditions(l, e.conds), Options: map[string]*Option{}, ref: e.class}
	for _, k := range e.args.Kw {
		m.Options[k.Name] = &Option{At: k.At, Text: l.text(k.At), Value: k.Value}
	}
	switch c := e.class.(type) {
	case *interpret.External:
		m.External, m.Canonical = true, c.Path
		m.Class = c.Path[strings.LastIndexByte(c.Path, '.')+1:]
		m.Kind = LibraryMiddleware
	case *interpret.Class:
		m.Class = c.Module.Name + ":" + c.Def.Name
		m.Kind = PureASGI
		name := "__call__"
		if interpret.DerivesFrom(c, nameBaseHTTP) != "" {
			m.Kind, name = BaseHTTP, "dispatch"
		}
		if base := interpret.ExternalBase(c); base != nil {
			m.Canonical = base.Path
		}
		if fn, _ := c.Lookup(name); fn != nil {
			m.Callable = l.callable(fn)
		}
		m.ClassAt = source.Location{Path: c.Module.Path, Span: c.Def.Span()}
	case *interpret.Func:
		m.Class = c.Module.Name + ":" + c.Name()
		m.Kind = HTTPFunction
		if e.how != "decorator" {
			m.Kind = PureASGI
		}
		m.Callable = l.callable(c)
		m.ClassAt = c.At()
	default:
		m.Class = interpret.Describe(c)
		m.Gap = &Gap{At: e.at, Reason: "the middleware could not be followed: " + interpret.Describe(c), Parts: MiddlewareStack}
	}
	if m.External && m.Canonical == nameBaseHTTP { // add_middleware(BaseHTTPMiddleware, dispatch=f)
		if fn, ok := e.args.Value(1, "dispatch").(*interpret.Func); ok {
			m.External, m.Kind, m.Callable = false, BaseHTTP, l.callable(fn)
			m.Class, m.ClassAt = fn.Module.Name+":"+fn.Name(), fn.At()
			m.ref = fn
		}
	}
	return m
}

// exceptionHandlers returns the application's handlers; a later one for the same key replaces an earlier.
func (l *linker) exceptionHandlers(n *node) []*ExceptionHandler {
	var out []*ExceptionHandler
	index := map[string]int{}
	for _, h := range n.handlers {
		if h.key == nil || h.handler == nil {
			continue
		}
		e := &ExceptionHandler{Callable: l.callable(h.handler), At: h.at}
		switch k := h.key.(type) {
		case *interpret.External:
			e.Canonical = k.Path
			if status, ok := statusNumber(k); ok {
				e.Status, e.For = status, itoa(status)
			} else {
				e.For = k.Path[strings.LastIndexByte(k.Path, '.')+1:]
			}
		case *interpret.Num:
			e.Status, e.For = int(k.Value), itoa(int(k.Value))
		case *interpret.Class:
			e.For = k.Module.Name + ":" + k.Def.Name
			e.Canonical = e.For
			e.class = k
		default:
			e.For = interpret.Describe(h.key)
		}
		key := e.Canonical
		if key == "" || e.Status != 0 {
			key = e.For
		}
		if at, ok := index[key]; ok {
			out[at] = e
			continue
		}
		index[key] = len(out)
		out = append(out, e)
	}
	return out
}
