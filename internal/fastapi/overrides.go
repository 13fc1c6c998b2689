package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// overridesOf is the State of the object that app.dependency_overrides gives.
type overridesOf struct{ node *node }

// overrideEntry is one entry that the program puts into dependency_overrides.
type overrideEntry struct {
	node               *node
	key, value         interpret.Value
	at, keyAt, valueAt source.Location
	conds              []interpret.Condition
}

func overridesObject(n *node, at source.Location) interpret.Value {
	return libraryObject(at, "fastapi.dependency_overrides", &overridesOf{n})
}

// overridesNode returns the application whose dependency_overrides a value is; nil when it is none.
func overridesNode(v interpret.Value) *node {
	inst, ok := v.(*interpret.Instance)
	if !ok {
		return nil
	}
	if o, ok := inst.State.(*overridesOf); ok {
		return o.node
	}
	return nil
}

func (l *linker) override(f *interpret.Frame, n *node, key, v interpret.Value, at, keyAt, valueAt source.Location) {
	l.overrides = append(l.overrides, &overrideEntry{n, key, v, at, keyAt, valueAt, f.Conditions()})
}

// overridesMethod is a method of the dict: update and setdefault put entries into it.
func (l *linker) overridesMethod(f *interpret.Frame, site *interpret.CallSite, n *node, name string, args *interpret.Args) (interpret.Value, bool) {
	switch name {
	case "update", "__ior__":
		if d, ok := args.Value(0, "").(*interpret.Dict); ok {
			l.overrideAll(f, n, d, site.At)
		}
		return &interpret.None{Origin: interpret.Origin{At: site.At}}, true
	case "setdefault", "__setitem__":
		l.overrideArgs(f, n, args, 0, site.At)
	}
	return nil, false
}

func (l *linker) overrideAll(f *interpret.Frame, n *node, d *interpret.Dict, at source.Location) {
	for _, e := range d.Entries {
		l.override(f, n, e.Key, e.Value, at, e.At, interpret.OriginOf(e.Value).At)
	}
}

func (l *linker) overrideArgs(f *interpret.Frame, n *node, args *interpret.Args, first int, at source.Location) {
	if len(args.Pos) > first+1 {
		k, v := args.Pos[first], args.Pos[first+1]
		l.override(f, n, k.Value, v.Value, at, k.At, v.At)
	}
}

// overrideTracer sees the calls by which test tools change the dict:
// monkeypatch.setitem(app.dependency_overrides, key, value), patch.dict(…, {…}).
type overrideTracer struct{ l *linker }

func (t overrideTracer) Call(f *interpret.Frame, site *interpret.CallSite, callee interpret.Value, args *interpret.Args) {
	if len(args.Pos) < 2 {
		return
	}
	n := overridesNode(args.Pos[0].Value)
	if n == nil {
		return
	}
	switch d := args.Pos[1].Value.(type) {
	case *interpret.Dict:
		t.l.overrideAll(f, n, d, site.At)
	default:
		if name, _ := methodOf(callee); name == "setitem" {
			t.l.overrideArgs(f, n, args, 1, site.At)
		}
	}
}

func (overrideTracer) Raise(*interpret.Frame, interpret.Value, *python.Raise)   {}
func (overrideTracer) Return(*interpret.Frame, interpret.Value, *python.Return) {}
func (overrideTracer) Result(*interpret.Frame, *interpret.CallSite, interpret.Value, *interpret.Args, interpret.Value) {
}
func (overrideTracer) Index(*interpret.Frame, interpret.Value, interpret.Value, source.Location) {}
func (overrideTracer) Swallow(*interpret.Frame, *python.Handler, *python.Try)                    {}

// maxOverrideFiles bounds how many test modules are run for their overrides.
const maxOverrideFiles = 300

// testOverrides runs the test modules that mention dependency_overrides, and the
// functions in them that do: fixtures, tests, methods of test classes. It runs
// last, when the applications are built, so that nothing of it shows in the model
// but the overrides.
func (l *linker) testOverrides() {
	run := &overrideRun{l: l, fixtures: map[*python.Function]interpret.Value{}}
	count := 0
	for _, path := range l.in.Program.Candidates("dependency_overrides") {
		if roleOf(path) != TestApp || count >= maxOverrideFiles {
			continue
		}
		count++
		if m := l.machine.Import(path); m != nil && m.Syntax != nil {
			run.module(m)
		}
	}
}

// overrideRun is one pass over the tests.
type overrideRun struct {
	l        *linker
	fixtures map[*python.Function]interpret.Value // what a fixture gave; nil while it runs
}

func (r *overrideRun) module(m *interpret.Module) {
	for _, st := range m.Syntax.Body {
		switch d := st.(type) {
		case *python.Function:
			if mentionsOverrides(d) {
				r.named(m, d.Name)
			}
		case *python.Class:
			r.class(m, d)
		}
	}
}

func (r *overrideRun) class(m *interpret.Module, d *python.Class) {
	b, ok := m.Scope.Get(d.Name)
	if !ok {
		return
	}
	class, ok := b.Value.(*interpret.Class)
	if !ok {
		return
	}
	at := source.Location{Path: m.Path, Span: d.Span()}
	self := &interpret.Instance{Origin: interpret.Origin{At: at}, Class: class, Attrs: map[string]interpret.Value{}, Assumed: true}
	for _, st := range d.Body {
		if fn, ok := st.(*python.Function); ok && mentionsOverrides(fn) {
			if v, ok := r.l.machine.FrameOf(class).Attr(self, fn.Name, at).(*interpret.Func); ok {
				r.run(m, v)
			}
		}
	}
}

// mentionsOverrides reports whether the attribute stands in a function's body.
func mentionsOverrides(d *python.Function) bool {
	found := false
	if !d.BodyHolds("dependency_overrides") {
		return false
	}
	python.Inspect(d.Body(), func(n any) bool {
		if a, ok := n.(*python.Attribute); ok && a.Attr == "dependency_overrides" {
			found = true
		}
		return !found
	})
	return found
}

// named runs a function of a module and returns what it gave, once for each function.
func (r *overrideRun) named(m *interpret.Module, name string) interpret.Value {
	b, ok := m.Scope.Get(name)
	if !ok {
		return nil
	}
	if fn, ok := interpret.Unwrap(b.Value).(*interpret.Func); ok && fn.Def != nil {
		return r.run(m, fn)
	}
	return nil
}

func (r *overrideRun) run(m *interpret.Module, fn *interpret.Func) interpret.Value {
	if v, ok := r.fixtures[fn.Def]; ok {
		return v
	}
	r.fixtures[fn.Def] = nil
	args := &interpret.Args{}
	for i, p := range fn.Params() {
		if i == 0 && fn.Self != nil || p.Kind == python.VarPositional || p.Kind == python.VarKeyword {
			continue
		}
		if v := r.fixture(m.Path, p.Name); v != nil {
			args.Kw = append(args.Kw, interpret.Arg{Name: p.Name, Value: v})
		}
	}
	machine := r.l.machine
	tracer, reach := machine.Tracer, machine.Reach
	machine.Tracer, machine.Reach = overrideTracer{r.l}, nil
	v := awaited(machine.Run(fn, args))
	machine.Tracer, machine.Reach = tracer, reach
	r.fixtures[fn.Def] = v
	return v
}

// fixture returns what the fixture of a name gives in a test module: from the
// module itself, else from the conftest.py of its folder and those above.
func (r *overrideRun) fixture(path source.Path, name string) interpret.Value {
	dir := path.Dir()
	for _, file := range append([]source.Path{path}, conftests(dir)...) {
		syntax := r.l.in.Program.Module(file)
		if syntax == nil || !definesFixture(syntax, name) {
			continue
		}
		if m := r.l.machine.Import(file); m != nil {
			return r.named(m, name)
		}
	}
	return nil
}

// conftests lists the conftest.py of a folder and of all above it, nearest first.
func conftests(dir source.Path) []source.Path {
	var out []source.Path
	for {
		if dir == "" {
			return append(out, "conftest.py")
		}
		out = append(out, dir+"/conftest.py")
		dir = dir.Dir()
	}
}

// definesFixture reports whether a module defines a decorated function of this name.
func definesFixture(m *python.Module, name string) bool {
	return slices.ContainsFunc(m.Body, func(st python.Stmt) bool {
		fn, ok := st.(*python.Function)
		return ok && fn.Name == name && slices.ContainsFunc(fn.Decorators, func(d *python.Decorator) bool {
			x := d.X
			if c, ok := x.(*python.Call); ok {
				x = c.Func
			}
			switch f := x.(type) {
			case *python.Attribute:
				return strings.HasPrefix(f.Attr, "fixture")
			case *python.Name:
				return strings.HasSuffix(f.ID, "fixture")
			}
			return false
		})
	})
}

// projectOverrides turns what the program and its tests override into the model.
func (l *linker) projectOverrides(p *Project) {
	for _, o := range l.overrides {
		if fn, ok := o.value.(*interpret.Func); ok && o.valueAt == fn.At() && fn.Def != nil {
			o.valueAt = source.Location{} // where the function stands says nothing of the override
		}
		out := &Override{At: o.at, KeyAt: o.keyAt, ValueAt: o.valueAt, Key: l.callable(o.key), ValueText: l.text(o.valueAt),
			InTest: roleOf(o.at.Path) == TestApp, Result: o.value, conditions: allConditions(l, o.conds)}
		out.App = appOf(p, o.node)
		if c := l.callable(o.value); c.Kind != UnknownCallable {
			out.Value = c
		}
		if !slices.ContainsFunc(p.Overrides, func(have *Override) bool { return have.At == out.At && have.Key == out.Key && have.App == out.App }) {
			p.Overrides = append(p.Overrides, out)
		}
	}
}

// allConditions are the tests around an override, those included that the
// environment that was looked at decides.
func allConditions(l *linker, conds []interpret.Condition) []Condition {
	open := slices.Clone(conds)
	for i := range open {
		open[i].Decided = false
	}
	return toConditions(l, open)
}

// appOf finds the application of a node; one that a factory made again for a test
// stands for the one of the same FastAPI(…) call.
func appOf(p *Project, n *node) *App {
	for _, a := range p.Apps {
		if a.node == n {
			return a
		}
	}
	for _, a := range p.Apps {
		if a.At == n.at {
			return a
		}
	}
	return nil
}

// OverrideConditions lists the tests under which an override is put in place.
func (p *Project) OverrideConditions(o *Override) []Condition { return o.conditions }

// RequestParameters lists the parameters of a callable that FastAPI would fill
// from the request.
func (p *Project) RequestParameters(c *Callable) []*Parameter {
	v := c.Ref()
	if p.linker == nil || v == nil {
		return nil
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	return newResolver(p.linker).signatureOf(v, 0).parameters
}

// KeyTakes reports whether a callable has a request parameter of this name.
func (p *Project) KeyTakes(c *Callable, name string) bool {
	return slices.ContainsFunc(p.RequestParameters(c), func(parameter *Parameter) bool { return parameter.Name == name })
}
