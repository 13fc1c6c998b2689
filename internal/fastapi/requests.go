package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// requests runs, as a request would, everything on the way of every operation:
// middleware, dependencies, handlers, exception handlers. What they show is kept
// as their Flow, and the token calls that they make as the project's.
func (l *linker) requests(p *Project) {
	for _, a := range p.Apps {
		for _, m := range a.Middleware {
			l.middlewareFlow(m)
		}
		for _, h := range a.Handlers {
			if v, ok := h.Callable.ref.(interpret.Value); ok && h.Callable.Function != nil {
				h.Flow = l.runCallable(v, nil).flow
			}
		}
		l.arounds(a)
		for _, o := range a.Operations {
			for _, d := range o.Dependencies {
				l.dependencyFlow(d, 0)
			}
			if o.Handler == nil || o.Handler.Function == nil || o.Kind == MountKind {
				continue
			}
			if v, ok := o.Handler.ref.(interpret.Value); ok && (l.interesting(v) || o.TakesPasswordForm()) {
				e := l.runCallable(v, nil)
				o.Handler.Flow, o.Result = e.flow, e.result
			}
		}
	}
	l.unreached()
	l.requireTested()
	l.demanded()
	l.annotatedKinds()
	l.reachTokens(p)
	l.handlers(p)
	for _, a := range p.Apps {
		for _, o := range a.Operations {
			l.protection(p, o)
		}
	}
}

// interesting says whether a handler may answer otherwise than by its result, sign or verify.
func (l *linker) interesting(v interpret.Value) bool {
	fn, ok := interpret.Unwrap(v).(*interpret.Func)
	return !ok || l.reach(fn)
}

func (l *linker) dependencyFlow(d *Dependency, depth int) {
	if depth > 30 || d.Callable == nil {
		return
	}
	for _, s := range d.Dependencies {
		l.dependencyFlow(s, depth+1)
	}
	if d.Callable.Flow != nil || d.Callable.Function == nil {
		return
	}
	if v, ok := d.Callable.ref.(interpret.Value); ok {
		d.Callable.Flow = l.runCallable(v, nil).flow
	}
}

// middlewareFlow runs a middleware of the program with a request and a next.
func (l *linker) middlewareFlow(m *Middleware) {
	if m.ref == nil || m.Callable == nil {
		return
	}
	if f := m.Callable.Flow; f != nil {
		m.Flow = f
		return
	}
	fn, args := l.middlewareCall(m, nil)
	if fn != nil {
		m.Callable.Flow = l.runCallable(fn, args).flow
	}
	m.Flow = m.Callable.Flow
}

// middlewareCall gives what runs for a request, and its arguments; nil when that is not known.
func (l *linker) middlewareCall(m *Middleware, r *Probe) (interpret.Value, *interpret.Args) {
	at := m.At
	request := interpret.Assume(&interpret.External{Path: nameRequest}, at)
	next := l.nextBuiltin("call_next", at)
	args := &interpret.Args{Pos: []interpret.Arg{{Value: request, At: at}, {Value: next, At: at}}}
	asgi := &interpret.Args{Pos: []interpret.Arg{
		{Value: r.scope(at), At: at},
		{Value: &interpret.Op{Origin: interpret.Origin{At: at}, Name: "receive"}, At: at},
		{Value: &interpret.Op{Origin: interpret.Origin{At: at}, Name: "send"}, At: at}}}
	switch c := m.ref.(type) {
	case *interpret.Func:
		return c, args
	case *interpret.Class:
		frame := l.machine.FrameOf(c)
		made := &interpret.Args{Kw: []interpret.Arg{{Name: "app", Value: l.nextBuiltin("app", at), At: at}}}
		for _, name := range sortedOptions(m.Options) {
			if o, ok := m.Options[name].Value.(interpret.Value); ok {
				made.Kw = append(made.Kw, interpret.Arg{Name: name, Value: o, At: m.Options[name].At})
			}
		}
		inst := frame.Call(&interpret.CallSite{At: at, Frame: frame}, c, made)
		name, use := "__call__", asgi
		if m.Kind == BaseHTTP {
			name, use = "dispatch", args
		}
		if fn, ok := frame.Attr(inst, name, at).(*interpret.Func); ok {
			return fn, use
		}
	}
	return nil, nil
}

func sortedOptions(options map[string]*Option) []string {
	var names []string
	for n := range options {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// nextBuiltin stands for the rest of the application behind a middleware.
func (l *linker) nextBuiltin(label string, at source.Location) interpret.Value {
	return &interpret.Builtin{Origin: interpret.Origin{At: at}, Label: label, Fn: func(f *interpret.Frame, site *interpret.CallSite, _ *interpret.Args) interpret.Value {
		if l.trace() != nil {
			flow := l.trace().flow
			flow.CallsNext = true
			n := NextCall{At: site.At, When: toConditions(l, f.Conditions()), conds: f.Conditions()}
			n.CaughtBy = l.caught(f, nil)
			n.Refusals = l.caught(f, &interpret.Instance{Class: &interpret.External{Path: nameHTTPException}})
			flow.Next = append(flow.Next, n)
		}
		r := &interpret.Instance{Origin: interpret.Origin{At: site.At}, Class: &interpret.External{Path: "starlette.responses.Response"}, Attrs: map[string]interpret.Value{}, Assumed: true}
		return &interpret.Op{Origin: interpret.Origin{At: site.At}, Name: "coroutine", Args: []interpret.Value{r}}
	}}
}

// unreached runs the functions that hold a token call which no operation's way
// came across: helpers used in ways that could not be followed.
func (l *linker) unreached() {
	done := map[source.Location]bool{}
	for _, t := range l.tokenOrder {
		done[t.At] = true
	}
	for _, m := range slices.Clone(l.machine.Modules()) {
		if m == nil || m.Syntax == nil || roleOf(m.Path) == TestApp || !importsTokens(m.Syntax) {
			continue
		}
		l.unreachedIn(m, m.Syntax.Body, nil, done)
	}
}

type importsTokensKey struct{}

// importsTokens says whether a module imports a library that makes tokens.
func importsTokens(m *python.Module) bool {
	return python.Derive(m, importsTokensKey{}, func(m *python.Module) bool {
		found := false
		python.InspectHolding(m, python.AnyOf("jwt", "jose"), func(n any) bool {
			switch st := n.(type) {
			case *python.Import:
				found = found || slices.ContainsFunc(st.Names, func(a python.Alias) bool { return isTokenModule(a.Name) })
			case *python.ImportFrom:
				found = found || isTokenModule(st.Module)
			}
			return !found
		})
		return found
	})
}

func isTokenModule(name string) bool {
	switch name {
	case "jwt", "jose", "jose.jwt", "authlib.jose", "joserfc", "joserfc.jwt", "jwt.api_jwt":
		return true
	}
	return false
}

func (l *linker) unreachedIn(m *interpret.Module, body []python.Stmt, class *interpret.Class, done map[source.Location]bool) {
	for _, st := range body {
		switch d := st.(type) {
		case *python.Function:
			if !l.holdsNewToken(m, d, done) {
				continue
			}
			l.runAlone(m, d, class)
		case *python.Class:
			if b, ok := m.Scope.Get(d.Name); ok && class == nil {
				if c, ok := b.Value.(*interpret.Class); ok {
					l.unreachedIn(m, d.Body, c, done)
				}
			}
		}
	}
}

// holdsNewToken says whether a function may hold a token call while none of its
// calls is known to be one: x.encode() of a text looks the same.
func (l *linker) holdsNewToken(m *interpret.Module, d *python.Function, done map[source.Location]bool) bool {
	found, known := false, false
	if !d.BodyHolds("encode", "decode", "get_unverified_claims") {
		return false
	}
	for _, st := range d.Body() {
		python.Inspect(st, func(n any) bool {
			c, ok := n.(*python.Call)
			if !ok {
				return true
			}
			known = known || done[source.Location{Path: m.Path, Span: c.Span()}]
			switch fn := c.Func.(type) {
			case *python.Attribute:
				found = found || fn.Attr == "encode" || fn.Attr == "decode" || fn.Attr == "get_unverified_claims"
			case *python.Name:
				found = found || fn.ID == "encode" || fn.ID == "decode"
			}
			return true
		})
	}
	return found && !known
}

func (l *linker) runAlone(m *interpret.Module, d *python.Function, class *interpret.Class) {
	if class == nil {
		if b, ok := m.Scope.Get(d.Name); ok {
			if fn, ok := interpret.Unwrap(b.Value).(*interpret.Func); ok {
				l.runCallable(fn, nil)
			}
		}
		return
	}
	frame := l.machine.FrameOf(class)
	var inst interpret.Value = l.objectOf(class)
	if inst == nil {
		inst = &interpret.Instance{Origin: interpret.Origin{At: source.Location{Path: m.Path, Span: class.Def.Span()}}, Class: class, Attrs: map[string]interpret.Value{}, Assumed: true}
	}
	if fn, ok := frame.Attr(inst, d.Name, source.Location{Path: m.Path, Span: d.Span()}).(*interpret.Func); ok {
		l.runCallable(fn, nil)
	}
}

// objectOf finds an object of a class that a module of the program holds.
func (l *linker) objectOf(class *interpret.Class) interpret.Value {
	var found interpret.Value
	for _, m := range l.machine.Modules() {
		if m == nil {
			continue
		}
		for _, b := range m.Scope.Names {
			if inst, ok := b.Value.(*interpret.Instance); ok && inst.Class == interpret.Value(class) {
				if found == nil || interpret.OriginOf(inst).At.Before(interpret.OriginOf(found).At) {
					found = inst
				}
			}
		}
	}
	return found
}

// protection says whether a request without a credential can be refused, and by what means.
func (l *linker) protection(p *Project, o *Operation) {
	add := func(means string) {
		if !slices.Contains(o.Means, means) {
			o.Means = append(o.Means, means)
		}
		o.Protected = true
	}
	var walk func(d *Dependency, depth int)
	walk = func(d *Dependency, depth int) {
		if d.Scheme != nil {
			add(d.Scheme.Name)
		}
		if d.Callable != nil && d.Callable.Flow != nil && d.Callable.Flow.Refuses() {
			add(d.Callable.Name)
		}
		if depth > 30 {
			return
		}
		for _, s := range d.Dependencies {
			walk(s, depth+1)
		}
	}
	for _, d := range o.Dependencies {
		walk(d, 0)
	}
	for _, m := range o.App.Layers() {
		if o.Kind == WebSocket && m.Kind != PureASGI {
			continue
		}
		if m.Flow != nil && m.Flow.Refuses() && !l.spares(p, m, o) {
			add("middleware " + m.Class)
		}
	}
	if o.Around != nil && o.Around.Flow != nil && o.Around.Flow.Refuses() {
		add("route class " + o.Around.Name)
	}
	if o.Kind != MountKind && o.Handler != nil && o.Handler.Flow != nil && o.Handler.Flow.Refuses() && o.Handler.Flow.ReadsCredential() {
		add(o.Handler.Name)
	}
}

// spares says whether a middleware lets every request to an operation pass.
func (l *linker) spares(p *Project, m *Middleware, o *Operation) bool {
	if o.Kind != HTTP || len(o.Methods) == 0 || strings.Contains(o.Path, "{") {
		return false
	}
	passage := p.Send(m, Probe{Method: o.Methods[0], Path: o.App.mountedAt() + o.Path})
	return passage != nil && passage.Passes()
}

// Refuses reports whether the code can answer 401 or 403 by itself, or by an
// exception that a handler of the application answers so.
func (f *Flow) Refuses() bool {
	for _, o := range f.Outcomes {
		if (o.Handled == 401 || o.Handled == 403) && o.Kind == Raises && !o.Caught {
			return true
		}
		if (o.Status == 401 || o.Status == 403) && !o.Caught && (o.Kind == Returns && !o.HTTP || o.Kind == Raises) {
			return true
		}
	}
	return false
}

// ReadsCredential reports whether the code looks at something that authenticates a request.
func (f *Flow) ReadsCredential() bool {
	for _, r := range f.Reads {
		switch r.What {
		case "session", "user", "auth", "cookie":
			return true
		case "header":
			if r.Name == "authorization" || strings.Contains(r.Name, "key") || strings.Contains(r.Name, "token") {
				return true
			}
		}
	}
	return false
}
