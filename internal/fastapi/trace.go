package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// flowEntry is what running one callable showed.
type flowEntry struct {
	flow   *Flow
	result interpret.Value
	busy   bool
}

// tracer watches one run of a callable and writes its Flow.
type tracer struct {
	l     *linker
	flow  *Flow
	outer []*Flow // the flows of the calls around the one that is being noted
}

// trace is the tracer that watches now; nil while modules run.
func (l *linker) trace() *tracer {
	switch t := l.machine.Tracer.(type) {
	case *tracer:
		return t
	case *prober:
		return t.tracer
	}
	return nil
}

// runCallable runs a dependable, handler or middleware as a request would, once.
func (l *linker) runCallable(v interpret.Value, args *interpret.Args) *flowEntry {
	k := keyOf(v)
	if e, ok := l.flows[k]; ok {
		return e
	}
	e := &flowEntry{flow: &Flow{}, busy: true}
	l.flows[k] = e
	if s := schemeOf(v); s != nil && !ownCall(v) {
		e.result = schemeResult(s)
		e.busy = false
		return e
	}
	if args == nil {
		args = l.requestArgs(v)
	}
	saved := l.machine.Tracer
	t := &tracer{l: l, flow: e.flow}
	l.machine.Tracer = t
	e.result = awaited(l.machine.Run(v, args))
	l.machine.Tracer = saved
	e.busy = false
	return e
}

// awaited is what await, or FastAPI for a yield dependency, takes out of a call's result.
func awaited(v interpret.Value) interpret.Value {
	for range 4 {
		op, ok := v.(*interpret.Op)
		if !ok || (op.Name != "coroutine" && op.Name != "generator") || len(op.Args) == 0 {
			return v
		}
		v = op.Args[0]
	}
	return v
}

// ownCall reports whether an object is of a class of the program with a __call__
// of its own: what it gives is what that returns.
func ownCall(v interpret.Value) bool {
	inst, _ := v.(*interpret.Instance)
	if inst == nil {
		return false
	}
	class, _ := inst.Class.(*interpret.Class)
	if class == nil {
		return false
	}
	call, _ := class.Lookup("__call__")
	_, own := call.(*interpret.Func)
	return own
}

// schemeResult is what a security scheme gives: the credential, or None when it does not refuse by itself.
func schemeResult(s *Scheme) interpret.Value {
	o := interpret.Origin{At: s.At}
	var v interpret.Value = &interpret.Symbol{Origin: o, Data: &Credential{s}}
	switch s.Class {
	case "HTTPBearer", "HTTPDigest", "HTTPBase":
		v = &interpret.Instance{Origin: o, Class: &interpret.External{Path: "fastapi.security.HTTPAuthorizationCredentials"}, Attrs: map[string]interpret.Value{
			"credentials": v, "scheme": &interpret.Op{Origin: o, Name: ".scheme"}}}
	case "HTTPBasic":
		v = &interpret.Instance{Origin: o, Class: &interpret.External{Path: "fastapi.security.HTTPBasicCredentials"}, Attrs: map[string]interpret.Value{
			"username": &interpret.Symbol{Origin: o, Data: &Credential{s}}, "password": &interpret.Symbol{Origin: o, Data: &Credential{s}}}}
	}
	if !s.AutoError {
		return &interpret.Choice{Origin: o, Options: []interpret.Option{{Value: v}, {Value: &interpret.None{Origin: o}}}}
	}
	return v
}

// Credential is the Data of a symbol that stands for what a client sent.
type Credential struct{ Scheme *Scheme }

// requestArgs are the arguments that FastAPI would pass.
func (l *linker) requestArgs(v interpret.Value) *interpret.Args {
	args := &interpret.Args{}
	params, _ := l.params(v)
	for _, p := range params {
		info := l.inspect(p)
		var value interpret.Value
		switch {
		case info.depends != nil:
			value = l.dependencyValue(info)
		case info.class != nil:
			value = interpret.Assume(info.class, source.Location{Path: p.fn.Module.Path, Span: p.syntax.Span()})
		}
		if value == nil || isScalar(value) {
			value = &interpret.Op{Origin: interpret.Origin{At: source.Location{Path: p.fn.Module.Path, Span: p.syntax.Span()}, Name: p.syntax.Name}, Name: "parameter", Text: p.syntax.Name,
				Args: assumed(value)}
		}
		args.Kw = append(args.Kw, interpret.Arg{Name: p.syntax.Name, Value: value})
	}
	return args
}

// assumed keeps the type of a scalar parameter as the Op's argument.
func assumed(v interpret.Value) []interpret.Value {
	if v == nil {
		return nil
	}
	return []interpret.Value{v}
}

func isScalar(v interpret.Value) bool {
	inst, ok := v.(*interpret.Instance)
	return ok && strings.HasPrefix(externalPath(inst.Class), "builtins.")
}

func (l *linker) dependencyValue(info paramInfo) interpret.Value {
	target := info.depends.Args.Value(0, "dependency")
	if _, none := target.(*interpret.None); none || target == nil {
		target = info.class
	}
	if target == nil {
		return nil
	}
	switch target.(type) {
	case *interpret.Func, *interpret.Class, *interpret.Instance, *interpret.Partial:
	case *interpret.External:
		return interpret.Assume(target, info.depends.At)
	default:
		return nil
	}
	e := l.runCallable(target, nil)
	if e.busy || e.result == nil {
		return nil
	}
	switch r := e.result.(type) {
	case *interpret.Never:
		return nil
	case *interpret.Op, *interpret.Unknown:
		if v := l.promised(target, info); v != nil {
			return v
		}
		return r
	case *interpret.None:
		return r
	}
	return e.result
}

// promised is an object of the annotated type, for a dependency whose result is not known.
func (l *linker) promised(target interpret.Value, info paramInfo) interpret.Value {
	if info.class != nil {
		if v := interpret.Assume(info.class, info.depends.At); v != nil && !isScalar(v) {
			return v
		}
	}
	if fn, ok := target.(*interpret.Func); ok && fn.Def != nil && fn.Def.Returns != nil {
		if v := l.machine.FrameOf(fn).OfAnnotation(fn.Def.Returns, info.depends.At); v != nil && !isScalar(v) {
			return v
		}
	}
	return nil
}

func isRoot(f *interpret.Frame) bool { return f.Caller != nil && f.Caller.Caller == nil }

// through lists the calls from the root to a frame.
func through(f *interpret.Frame) []Hop {
	var out []Hop
	for at := f; at != nil && at.Caller != nil && at.Caller.Caller != nil; at = at.Caller {
		name := ""
		if at.Func != nil {
			name = at.Func.Name()
		}
		if at.Site != nil {
			out = append(out, Hop{At: at.Site.At, Note: "calls " + name})
		}
	}
	slices.Reverse(out)
	return out
}

// Raise implements interpret.Tracer.
func (t *tracer) Raise(f *interpret.Frame, v interpret.Value, st *python.Raise) {
	if st.X == nil || len(t.flow.Outcomes) > 400 {
		return // the exception that is being handled: its own raise counted as not caught
	}
	o := Outcome{Kind: Raises, At: f.At(st), When: toConditions(t.l, f.Conditions()), Through: through(f), Raw: v}
	t.l.describeException(f, &o, v)
	o.CaughtBy, o.caughtDepth = t.l.caughtAt(f, v)
	o.raised = v
	o.Caught = !o.CaughtBy.IsZero()
	if f.Handling() != nil {
		o.Handling = f.At(f.Handling())
	}
	o.conds = f.Conditions()
	o.Function = enclosing(f)
	t.add(o)
}

func enclosing(f *interpret.Frame) string {
	for at := f; at != nil; at = at.Caller {
		if at.Func != nil {
			return at.Func.Module.Name + ":" + at.Func.Name()
		}
	}
	return ""
}

func (t *tracer) add(o Outcome) {
	if !t.has(o) {
		t.flow.Outcomes = append(t.flow.Outcomes, o)
	}
}

// has reports whether the flow holds an outcome already, whatever the way to it.
func (t *tracer) has(o Outcome) bool {
	return slices.ContainsFunc(t.flow.Outcomes, func(have Outcome) bool {
		return have.At == o.At && have.Kind == o.Kind && have.Status == o.Status && have.Caught == o.Caught
	})
}

// describeException reads status, detail and headers of what is raised or returned.
func (l *linker) describeException(f *interpret.Frame, o *Outcome, v interpret.Value) {
	inst, ok := v.(*interpret.Instance)
	if !ok {
		if c, isChoice := v.(*interpret.Choice); isChoice && len(c.Options) > 0 {
			l.describeException(f, o, c.Options[0].Value)
		}
		return
	}
	switch c := inst.Class.(type) {
	case *interpret.Class:
		o.Exception = c.Module.Name + ":" + c.Def.Name
	case *interpret.External:
		o.Exception = c.Path
	}
	o.HTTP = interpret.IsInstanceOf(inst, nameHTTPException, nameStarletteHTTPException) != ""
	status := f.Attr(inst, "status_code", inst.At)
	if n, ok := l.number(status); ok {
		o.Status = n
	}
	if d, ok := l.constant(f.Attr(inst, "detail", inst.At)); ok && d != "None" {
		o.Detail = d
	}
	o.Challenge = hasHeader(f.Attr(inst, "headers", inst.At), "www-authenticate")
	if inst.Args != nil && !o.Challenge {
		o.Challenge = hasHeader(orNone(inst.Args.Value(-1, "headers")), "www-authenticate")
	}
}

// number reads a status code that may be symbolic.
func (l *linker) number(v interpret.Value) (int, bool) {
	if n, ok := statusNumber(v); ok {
		return n, true
	}
	if r := l.reduce(v, 0); r != nil {
		return statusNumber(r)
	}
	return 0, false
}

func hasHeader(v interpret.Value, name string) bool {
	switch x := v.(type) {
	case *interpret.Dict:
		for _, e := range x.Entries {
			if t, ok := interpret.Text(e.Key); ok && strings.EqualFold(t, name) {
				return true
			}
		}
	case *interpret.Choice:
		for _, o := range x.Options {
			if hasHeader(o.Value, name) {
				return true
			}
		}
	}
	return false
}

// Return implements interpret.Tracer: what a root returns may be an answer.
func (t *tracer) Return(f *interpret.Frame, v interpret.Value, st *python.Return) {
	if !isRoot(f) {
		return
	}
	for _, opt := range interpret.Options(v) {
		inst, ok := opt.Value.(*interpret.Instance)
		if !ok {
			if _, none := opt.Value.(*interpret.None); none && st.X != nil {
				t.flow.ReturnsNone = append(t.flow.ReturnsNone, f.At(st))
			}
			continue
		}
		base := interpret.ExternalBase(inst.Class)
		if base == nil {
			continue
		}
		isExc := interpret.IsInstanceOf(inst, nameHTTPException, nameStarletteHTTPException) != ""
		if !isResponse(base.Path) && !isExc || inst.Assumed {
			continue
		}
		o := Outcome{Kind: Returns, At: f.At(st), When: toConditions(t.l, append(f.Conditions(), opt.When...)), Raw: v, conds: append(f.Conditions(), opt.When...), Function: enclosing(f)}
		t.l.describeException(f, &o, inst)
		if o.Status == 0 && !isExc && !givenStatus(inst) {
			o.Status = defaultStatus(base.Path)
		}
		o.HTTP = isExc
		t.add(o)
	}
}

// givenStatus reports whether a response was made with a status of its own.
func givenStatus(inst *interpret.Instance) bool {
	if inst.Args == nil {
		return false
	}
	_, given := inst.Args.Get(1, "status_code")
	return given || inst.Args.Open
}

func defaultStatus(path string) int {
	if strings.HasSuffix(path, "RedirectResponse") {
		return 307
	}
	return 200
}

// Call implements interpret.Tracer.
func (t *tracer) Call(f *interpret.Frame, site *interpret.CallSite, callee interpret.Value, args *interpret.Args) {
	name, recv := methodOf(callee)
	if name == "get" || name == "pop" {
		t.readItem(f, recv, args.Value(0, "key"), site.At, false, args.Value(1, "default") != nil)
	}
	t.l.tokenUse(f, site, callee, args)
	t.l.coroutine(f, site, callee)
}

func methodOf(callee interpret.Value) (string, interpret.Value) {
	switch c := callee.(type) {
	case *interpret.Builtin:
		return c.Label, c.Recv
	case *interpret.Op:
		if strings.HasPrefix(c.Name, ".") && len(c.Args) == 1 {
			return c.Name[1:], c.Args[0]
		}
	}
	return "", nil
}

// Result implements interpret.Tracer: the value that a claim or a header was read into.
func (t *tracer) Result(f *interpret.Frame, site *interpret.CallSite, callee interpret.Value, args *interpret.Args, v interpret.Value) {
	t.l.notePromise(callee, v)
	name, recv := methodOf(callee)
	if name == "get" {
		if s, ok := recv.(*interpret.Symbol); ok {
			if p, ok := s.Data.(*Payload); ok {
				p.Call.setRaw(site.At, v)
			}
		}
	}
}

// Index implements interpret.Tracer.
func (t *tracer) Index(f *interpret.Frame, container, key interpret.Value, at source.Location) {
	t.readItem(f, container, key, at, true, false)
}

func isConnection(v interpret.Value) bool {
	return interpret.IsInstanceOf(v, nameRequest, "starlette.requests.HTTPConnection", "starlette.websockets.WebSocket") != ""
}

// Swallow implements interpret.Tracer.
func (t *tracer) Swallow(f *interpret.Frame, h *python.Handler, _ *python.Try) {}

// responded notes that an ASGI middleware answers by itself.
func (l *linker) responded(f *interpret.Frame, site *interpret.CallSite, response *interpret.Instance) {
	if l.trace() == nil {
		return
	}
	o := Outcome{Kind: Returns, At: site.At, When: toConditions(l, f.Conditions()), Through: through(f), Raw: response, conds: f.Conditions(), Function: enclosing(f)}
	l.describeException(f, &o, response)
	if o.Status == 0 && !givenStatus(response) {
		o.Status = 200
	}
	l.trace().add(o)
}

// connectionAttr is an attribute of a request: what of it a piece of code looks at.
func (l *linker) connectionAttr(f *interpret.Frame, recv *interpret.Instance, name string, at source.Location) (interpret.Value, bool) {
	if !isConnection(recv) || l.trace() == nil {
		return nil, false
	}
	flow := l.trace().flow
	if l.probe != nil {
		if v, ok := l.probed(name, at); ok {
			return v, true
		}
	}
	switch name {
	case "state":
		if v, ok := recv.Attrs["state"]; ok {
			return v, true
		}
		st := libraryObject(at, "starlette.datastructures.State", &requestState{})
		recv.Attrs["state"] = st
		return st, true
	case "session", "user", "auth":
		flow.Reads = append(flow.Reads, Read{What: name, At: at})
	case "url", "method":
		flow.Reads = append(flow.Reads, Read{What: map[string]string{"url": "path", "method": "method"}[name], At: at})
	case "headers", "cookies", "query_params", "path_params", "client", "app", "scope", "base_url":
	default:
		return nil, false
	}
	return &interpret.Op{Origin: interpret.Origin{At: at}, Name: "." + name, Args: []interpret.Value{recv}}, true
}

// requestState is the State of request.state.
type requestState struct{}

func (l *linker) stateAttr(f *interpret.Frame, recv *interpret.Instance, name string, at source.Location) (interpret.Value, bool) {
	if _, ok := recv.State.(*requestState); !ok || l.trace() == nil {
		return nil, false
	}
	l.trace().flow.ReadsState = append(l.trace().flow.ReadsState, StateUse{Name: name, At: at, When: toConditions(l, f.Conditions())})
	return &interpret.Op{Origin: interpret.Origin{At: at}, Name: "." + name, Args: []interpret.Value{recv}}, true
}

func (l *linker) stateSet(f *interpret.Frame, recv *interpret.Instance, name string, at source.Location) {
	if _, ok := recv.State.(*requestState); !ok || l.trace() == nil {
		return
	}
	l.trace().flow.SetsState = append(l.trace().flow.SetsState, StateUse{Name: name, At: at, When: toConditions(l, f.Conditions())})
}
