package fastapi

import (
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// made is the State of an object that stands for a callable which a library
// makes: its parameters are those dependencies that it would have.
type made struct {
	name   string // "fastapi_users.authentication:current_user_dependency"
	params []madeParam
	flow   *Flow
	module *interpret.Module
}

// madeParam is one dependency of such a callable.
type madeParam struct {
	name    string
	depends *interpret.Instance // the Depends(…) object
}

// madeOf returns what a value stands for; nil when it is no such object.
func madeOf(v interpret.Value) *made {
	inst, ok := v.(*interpret.Instance)
	if !ok {
		return nil
	}
	m, _ := inst.State.(*made)
	return m
}

// libraryObject is an object of a library's class, with what is known of it as its State.
func libraryObject(at source.Location, class string, state any) *interpret.Instance {
	return &interpret.Instance{Origin: interpret.Origin{At: at}, Class: &interpret.External{Path: class}, Attrs: map[string]interpret.Value{}, State: state}
}

// makeCallable returns an object that stands for a library's callable.
func (l *linker) makeCallable(f *interpret.Frame, at source.Location, name string, flow *Flow, params ...madeParam) *interpret.Instance {
	return libraryObject(at, "builtins.function", &made{name: name, params: params, flow: flow, module: f.Module})
}

// need is a parameter of a library's callable that depends on a value.
func (l *linker) need(f *interpret.Frame, site *interpret.CallSite, name string, on interpret.Value) madeParam {
	return madeParam{name, l.dependsOn(f, site, on)}
}

// dependsOn is Depends(value), as a library writes it.
func (l *linker) dependsOn(f *interpret.Frame, site *interpret.CallSite, on interpret.Value) *interpret.Instance {
	inst := &interpret.Instance{Origin: interpret.Origin{At: site.At}, Class: &interpret.External{Path: nameDepends}, Attrs: map[string]interpret.Value{},
		Args: &interpret.Args{Pos: []interpret.Arg{{Value: on, At: site.At}}}, Site: site}
	inst.State = &use{inst: inst, wrapper: "Depends", place: InDefault}
	return inst
}

// signature lists the parameters as FastAPI inspects them.
func (m *made) signature() []param {
	out := make([]param, 0, len(m.params))
	for _, p := range m.params {
		at := p.depends.At.Span
		out = append(out, param{syntax: &python.Param{Range: python.Range{Start: uint32(at.Start), End: uint32(at.End)}, Name: p.name, Kind: python.KeywordOnly},
			fn: &interpret.Func{Module: m.module, Closure: m.module.Scope}, deflt: p.depends})
	}
	return out
}

// libraryRoute is an operation that a library registers on a router that it makes.
func (l *linker) libraryRoute(f *interpret.Frame, n *node, at source.Location, method, path string, endpoint interpret.Value, deps ...interpret.Value) {
	o := interpret.Origin{At: at}
	r := &routeEntry{kind: HTTP, methods: []string{method}, path: &interpret.Str{Origin: o, Text: path}, pathAt: at, endpoint: endpoint, args: &interpret.Args{}}
	for _, d := range deps {
		r.deps = append(r.deps, depEntry{value: d, at: at})
	}
	n.add(f, l, &event{at: at, route: r})
}

// libraryRouter is a router that a library's function returns.
func (l *linker) libraryRouter(f *interpret.Frame, site *interpret.CallSite) (*node, *interpret.Instance) {
	inst := &interpret.Instance{Origin: interpret.Origin{At: site.At}, Class: &interpret.External{Path: nameRouter}, Attrs: map[string]interpret.Value{}, Args: &interpret.Args{}, Site: site}
	l.initNode(f, site, nameRouter, inst, inst.Args)
	return nodeOf(inst), inst
}
