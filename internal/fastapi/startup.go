package fastapi

import (
	"slices"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// LateMiddleware is a middleware that is added by code that runs when the server
// starts. Starlette 0.24 and later (FastAPI 0.91) refuse it.
type LateMiddleware struct {
	*Middleware
	By string // "lifespan" or "startup"
	In *Callable
}

// LateMiddleware runs the application's lifespan and startup functions and lists
// the middleware that they add to it.
func (p *Project) LateMiddleware(app *App) (out []LateMiddleware) {
	if p.linker == nil || app == nil || app.node == nil {
		return nil
	}
	l, n := p.linker, app.node
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range n.startups() {
		before := len(n.middleware)
		args := &interpret.Args{}
		if fn, ok := interpret.Unwrap(s.fn).(*interpret.Func); ok && len(fn.Params()) > 0 && fn.Self == nil {
			args.Pos = []interpret.Arg{{Value: n.inst, At: n.at}}
		}
		t := &tracer{l: l, flow: &Flow{}}
		saved, reach := l.machine.Tracer, l.machine.Reach
		events := len(n.events)
		l.machine.Tracer, l.machine.Reach = &prober{tracer: t}, nil
		l.machine.Run(s.fn, args)
		l.machine.Tracer, l.machine.Reach = saved, reach
		for _, e := range n.middleware[before:] {
			out = append(out, LateMiddleware{l.middlewareOf(e), s.by, l.callable(s.fn)})
		}
		n.middleware, n.events = n.middleware[:before], n.events[:events]
	}
	return out
}

// started runs the lifespan and startup functions of the applications, for what
// they register is served: routers are often included there. What they add as
// middleware and exception handlers is left out, since the server refuses the one
// and has built its stack before the other (Starlette 0.24, Starlette.__call__).
func (l *linker) started() {
	for _, n := range l.appNodes() {
		if roleOf(n.at.Path) != Application {
			continue
		}
		for _, s := range n.startups() {
			middleware, handlers := n.middleware, n.handlers
			args := &interpret.Args{}
			if fn, ok := interpret.Unwrap(s.fn).(*interpret.Func); ok && len(fn.Params()) > 0 && fn.Self == nil {
				args.Pos = []interpret.Arg{{Value: n.inst, At: n.at}}
			}
			l.machine.Run(s.fn, args)
			n.middleware, n.handlers = middleware, handlers
		}
	}
}

// startup is a function that runs when the server starts.
type startup struct {
	fn interpret.Value
	by string
}

func (n *node) startups() (out []startup) {
	if n.args != nil {
		if fn := n.args.Value(-1, "lifespan"); fn != nil {
			out = append(out, startup{fn, "lifespan"})
		}
		if list, ok := n.args.Value(-1, "on_startup").(*interpret.Seq); ok {
			for _, fn := range list.Items {
				out = append(out, startup{fn, "startup"})
			}
		}
	}
	for _, fn := range n.onStartup {
		out = append(out, startup{fn, "startup"})
	}
	return out
}

// Argument gives the value and the place of a keyword argument of the FastAPI(…)
// call; nil when it is not given.
func (a *App) Argument(name string) (any, source.Location) {
	if a.node == nil || a.node.args == nil {
		return nil, source.Location{}
	}
	arg, ok := a.node.args.Get(-1, name)
	if !ok {
		return nil, source.Location{}
	}
	return arg.Value, arg.At
}

// handedOut notes that applications belong to whoever calls the function that
// makes them: a library's, which takes arguments and which nothing here calls. The
// caller may add to it, or mount it within an application of its own.
func (l *linker) handedOut(d *python.Function, made []*node) {
	if !slices.ContainsFunc(d.Params, func(p *python.Param) bool { return p.Default == nil && p.Kind < python.VarPositional }) {
		return
	}
	for _, path := range l.in.Program.Candidates(d.Name) {
		if m := l.in.Program.Module(path); m != nil && roleOf(path) == Application && len(python.CallsOf(m, d.Name)) > 0 {
			return
		}
	}
	for _, n := range made {
		if n.app {
			n.gap(n.at, MiddlewareStack|HandlersPart|Routes, "the application is given to whoever calls "+d.Name)
		}
	}
}
