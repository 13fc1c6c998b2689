package fastapi

import (
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// UseParameter is the parameter that a Depends(…) belongs to.
type UseParameter struct {
	Name    string
	At      source.Location // the parameter, with its annotation and default
	Class   any             // the interpreter's value of the annotated type; nil without an annotation
	Type    string          // the annotation as written
	ClassAt source.Location // the annotation; zero when there is none
	Twice   bool            // annotation and default both hold a Depends(…)
}

// attach keeps the first parameter that a Depends(…) was found on.
func (u *use) attach(l *linker, info paramInfo, p param) {
	if u.param != nil {
		return
	}
	u.param = &UseParameter{Name: p.syntax.Name, At: source.Location{Path: p.fn.Module.Path, Span: p.syntax.Span()}, Type: info.typeText, Twice: info.both}
	if info.class != nil {
		u.param.Class = info.class
	}
	if a := p.syntax.Annotation; a != nil {
		u.param.ClassAt = source.Location{Path: p.fn.Module.Path, Span: a.Span()}
	}
}

// Result returns what a callable gave when a request ran it: what FastAPI would
// inject, with coroutines awaited. Nil when it was not run.
func (p *Project) Result(c *Callable) interpret.Value {
	if p.linker == nil || c == nil {
		return nil
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	v, ok := c.ref.(interpret.Value)
	if !ok {
		return nil
	}
	if e := p.linker.flows[keyOf(v)]; e != nil && !e.busy {
		return e.result
	}
	return nil
}

// Ref returns the interpreter's value that a callable describes.
func (c *Callable) Ref() interpret.Value {
	v, _ := c.ref.(interpret.Value)
	return v
}

// CoroutineCall is a call of an async function of the program on the way of a
// request. Whether it is awaited shows in the source around it.
type CoroutineCall struct {
	At       source.Location
	Callee   *Callable
	Function string // the function in which the call stands, "app.deps:get_user"
	Root     string // the handler, dependency or middleware that was run
	Path     source.Path
}

// coroutine notes the call of an async function.
func (l *linker) coroutine(f *interpret.Frame, site *interpret.CallSite, callee interpret.Value) {
	fn, ok := callee.(*interpret.Func)
	if !ok || fn.Def == nil || !fn.Def.Async || fn.Def.Generator() || site.Call == nil || l.coroutineSeen[site.At] {
		return
	}
	if l.coroutineSeen == nil {
		l.coroutineSeen = map[source.Location]bool{}
	}
	l.coroutineSeen[site.At] = true
	l.coroutines = append(l.coroutines, CoroutineCall{At: site.At, Callee: l.callable(fn), Function: enclosing(f), Root: rootOf(f), Path: site.At.Path})
}

// rootOf names the outermost function of a run.
func rootOf(f *interpret.Frame) string {
	name := ""
	for at := f; at != nil; at = at.Caller {
		if at.Func != nil {
			name = at.Func.Module.Name + ":" + at.Func.Name()
		}
	}
	return name
}

// LateRegistration is a path operation or an include that was added to a router
// after that router had been included.
type LateRegistration struct {
	Include source.Location // the include_router call that came too early
	At      source.Location // the registration
	Router  string          // "app.routes:router"
	Path    string          // the full path it would have, "" for an include
	Methods []string
	Handler *Callable
}

// late notes a registration that an earlier include_router has not seen.
func (b *builder) late(a *App, n *node, e *event, h hop, own string) {
	r := LateRegistration{Include: h.cutoffAt, At: e.at, Router: b.l.nodeName(n)}
	if e.route != nil {
		path, ok := b.l.constant(e.route.path)
		if !ok {
			path = "/{?}"
		}
		r.Path, r.Methods = h.prefix+own+path, e.route.methods
		r.Handler = b.l.callable(e.route.endpoint)
	}
	for _, have := range a.Late {
		if have.Include == r.Include && have.At == r.At {
			return
		}
	}
	a.Late = append(a.Late, r)
}

// placed gives the entries that are no Depends(…) the place at which they stand
// in the list, in place of the one at which the object was made.
func (l *linker) placed(a interpret.Arg, entries []depEntry) []depEntry {
	display, _ := a.Expr.(*python.Sequence)
	for i := range entries {
		if inst, ok := entries[i].value.(*interpret.Instance); ok {
			if _, isUse := inst.State.(*use); isUse {
				continue
			}
		}
		switch {
		case display != nil && len(display.Elements) == len(entries):
			entries[i].at = source.Location{Path: a.At.Path, Span: display.Elements[i].Span()}
		case !a.At.IsZero():
			entries[i].at = a.At
		}
	}
	return entries
}

// NameBinding is one thing that a module's name has stood for.
type NameBinding struct {
	At    source.Location
	Value interpret.Value
}

// Bindings lists what a module-level name stood for while its module ran, the last one first.
func (p *Project) Bindings(path source.Path, name string) (out []NameBinding) {
	if p.linker == nil {
		return nil
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	for _, m := range p.linker.machine.Modules() {
		if m == nil || m.Path != path {
			continue
		}
		b, ok := m.Scope.Get(name)
		for at := &b; ok && at != nil && len(out) < 20; at = at.Previous {
			out = append(out, NameBinding{at.At, at.Value})
		}
	}
	return out
}
