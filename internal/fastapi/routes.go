package fastapi

import (
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// routesOf is the State of app.routes and router.routes.
type routesOf struct{ node *node }

// Iterate implements interpret.Iterable: the routes of an application or router,
// as objects with the attributes of an APIRoute. Included routers' routes are
// among them where include_router copies them (FastAPI before 0.137).
func (l *linker) Iterate(_ *interpret.Frame, inst *interpret.Instance) ([]interpret.Value, bool) {
	if d, ok := inst.State.(*depsOfNode); ok {
		return depValues(d.node.deps), true
	}
	if m, ok := inst.State.(*middlewareOf); ok {
		return m.node.middlewareObjects(), true
	}
	r, ok := inst.State.(*routesOf)
	if !ok {
		return nil, false
	}
	flat := !lazyIncludes(l.in, r.node.at.Path)
	return l.routeObjects(r.node, "", nil, flat, false, 0), true
}

func (l *linker) routeObjects(n *node, prefix string, deps []interpret.Value, flat, unseen bool, depth int) []interpret.Value {
	if depth > 12 {
		return nil
	}
	var out []interpret.Value
	unseen = unseen || hidden(n.args)
	if n.app && depth == 0 {
		out = append(out, n.ownRoutes()...)
	}
	way, above := prefix, deps
	for _, e := range n.events {
		prefix, deps := way, append(append([]interpret.Value{}, above...), depValues(e.deps)...)
		if own, ok := l.ownPrefix(e.prefix); ok {
			prefix += own
		}
		switch {
		case e.route != nil:
			if path, ok := l.constant(e.route.path); ok {
				out = append(out, l.routeObject(e, depth == 0, prefix+path, append(append([]interpret.Value{}, deps...), depValues(e.route.deps)...), unseen))
			}
		case e.mount != nil:
			out = append(out, mountObject(e, l.textOf(e.mount.path)))
		case e.include != nil && e.include.target != nil && !flat:
			out = append(out, &interpret.Instance{Origin: interpret.Origin{At: e.at}, Class: &interpret.External{Path: "fastapi.routing._IncludedRouter"}, State: &listed{event: e},
				Attrs: map[string]interpret.Value{"original_router": e.include.router}})
		case e.include != nil && e.include.target != nil && flat:
			more, _ := l.constant(orNone(e.include.prefix))
			if more == "None" {
				more = ""
			}
			out = append(out, l.routeObjects(e.include.target, prefix+more, append(append([]interpret.Value{}, deps...), depValues(e.include.deps)...), flat, unseen || e.include.hidden, depth+1)...)
		}
	}
	return out
}

func depValues(list []depEntry) []interpret.Value {
	var out []interpret.Value
	for _, d := range list {
		out = append(out, d.value)
	}
	return out
}

// hidden reports whether a call says include_in_schema=False.
func hidden(args *interpret.Args) bool {
	v := args.Value(-1, "include_in_schema")
	if v == nil {
		return false
	}
	t, known := interpret.Truth(v)
	return known && !t
}

func (l *linker) routeObject(e *event, own bool, path string, deps []interpret.Value, unseen bool) interpret.Value {
	o := interpret.Origin{At: e.at}
	class := "fastapi.routing.APIRoute"
	if e.route.kind == WebSocket {
		class = "fastapi.routing.APIWebSocketRoute"
	}
	if e.route.plain {
		class = "starlette.routing.Route"
	}
	methods := &interpret.Seq{Origin: o, Kind: python.Set}
	for _, m := range e.route.methods {
		methods.Items = append(methods.Items, &interpret.Str{Origin: o, Text: m})
	}
	inst := &interpret.Instance{Origin: o, Class: &interpret.External{Path: class}, State: &listed{event: e, own: own}, Attrs: map[string]interpret.Value{
		"path": &interpret.Str{Origin: o, Text: path}, "endpoint": e.route.endpoint, "methods": methods,
		"dependencies": &interpret.Seq{Origin: o, Items: deps}, "include_in_schema": &interpret.Bool{Origin: o, Value: true},
	}}
	if e.route.args != nil {
		for _, k := range e.route.args.Kw {
			if _, ok := inst.Attrs[k.Name]; !ok || k.Name == "include_in_schema" {
				inst.Attrs[k.Name] = k.Value
			}
		}
	}
	l.watch(inst)
	if unseen {
		inst.Attrs["include_in_schema"] = &interpret.Bool{Origin: o}
	}
	return inst
}

// routesMethod is a method of the list of routes: what is appended is registered.
func (l *linker) routesMethod(f *interpret.Frame, site *interpret.CallSite, n *node, name string, args *interpret.Args) (interpret.Value, bool) {
	switch name {
	case "append":
		l.routeList(f, n, &interpret.Seq{Items: []interpret.Value{orNone(args.Value(0, ""))}}, site.At)
	case "extend", "__iadd__":
		l.routeList(f, n, orNone(args.Value(0, "")), site.At)
	case "insert":
		if l.insertRoute(f, n, args) {
			break
		}
		n.gap(site.At, Routes, "the list of routes is changed in place")
	case "remove":
		if l.removeRoute(n, args.Value(0, "")) {
			break
		}
		n.gap(site.At, Routes, "the list of routes is changed in place")
	case "clear":
		n.events = nil
	case "copy":
		return &interpret.Seq{Origin: interpret.Origin{At: site.At}, Items: l.routeObjects(n, "", nil, !lazyIncludes(l.in, n.at.Path), false, 0)}, true
	case "pop", "sort", "reverse":
		n.gap(site.At, Routes, "the list of routes is changed in place")
	default:
		return nil, false
	}
	return &interpret.None{Origin: interpret.Origin{At: site.At}}, true
}

// setting is an attribute that FastAPI keeps from its arguments (FastAPI 0.100 to 0.165).
func (n *node) setting(name string, at source.Location) interpret.Value {
	if n.args != nil {
		if v := n.args.Value(-1, name); v != nil {
			return v
		}
	}
	if text, ok := map[string]string{"docs_url": "/docs", "redoc_url": "/redoc", "openapi_url": "/openapi.json", "swagger_ui_oauth2_redirect_url": "/docs/oauth2-redirect", "root_path": "", "title": "FastAPI"}[name]; ok && n.app {
		return &interpret.Str{Origin: interpret.Origin{At: at}, Text: text}
	}
	return nil
}
