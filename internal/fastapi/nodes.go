package fastapi

import (
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// initNode is the construction of an application or a router.
func (l *linker) initNode(f *interpret.Frame, site *interpret.CallSite, base string, self *interpret.Instance, args *interpret.Args) {
	if n := nodeOf(self); n != nil {
		return
	}
	n := &node{inst: self, app: base == nameFastAPI || base == nameStarlette, at: self.At, seq: l.machine.Seq(), args: args, conds: conditions(f)}
	if self.Site != nil && self.Site.Frame != nil {
		n.module = self.Site.Frame.Module
		if self.Site.Frame.Func != nil {
			n.function = self.Site.Frame.Func.Name()
		}
	} else {
		n.module = f.Module
	}
	self.State = n
	self.Attrs["router"] = self // an application's router is treated as itself
	if !n.app {
		delete(self.Attrs, "router")
	}
	l.nodes = append(l.nodes, n)
	n.prefix = args.Value(-1, "prefix")
	n.deps = l.depList(f, args, "dependencies")
	if args.Open {
		n.gap(site.At, Routes|Dependencies, "arguments are passed on as **kwargs that could not be followed")
	}
	if n.app {
		l.initApp(f, n, args)
	}
	if v := args.Value(-1, "routes"); v != nil {
		l.routeList(f, n, v, site.At)
	}
}

func (l *linker) initApp(f *interpret.Frame, n *node, args *interpret.Args) {
	if a, ok := args.Get(-1, "middleware"); ok {
		items, known := f.Items(a.Value)
		if !known {
			if _, none := a.Value.(*interpret.None); !none {
				n.gap(a.At, MiddlewareStack, "the list of middleware could not be followed")
			}
		}
		// FastAPI's list is outermost first; add_middleware puts in front. Kept in the order of adding.
		for i := len(items) - 1; i >= 0; i-- {
			l.middlewareEntry(f, n, items[i], "list")
		}
	}
	if a, ok := args.Get(-1, "exception_handlers"); ok {
		n.addHandlers(a.Value, a.At)
	}
}

// depList reads dependencies=[…] of a call.
func (l *linker) depList(f *interpret.Frame, args *interpret.Args, name string) []depEntry {
	a, ok := args.Get(-1, name)
	if !ok {
		return nil
	}
	return l.placed(a, l.depsOf(f, a.Value, a.At))
}

func (l *linker) depsOf(f *interpret.Frame, v interpret.Value, at source.Location) []depEntry {
	var out []depEntry
	switch x := v.(type) {
	case *interpret.None:
		return nil
	case *interpret.Seq:
		for _, item := range x.Items {
			where := interpret.OriginOf(item).At
			if where.IsZero() {
				where = at
			}
			out = append(out, depEntry{value: item, at: where})
		}
		if x.Open {
			out = append(out, depEntry{value: &interpret.Unknown{Origin: interpret.Origin{At: at}, Reason: "the list of dependencies has items that could not be followed"}, at: at})
		}
		return out
	case *interpret.Choice:
		for _, o := range x.Options {
			for _, d := range l.depsOf(f, o.Value, at) {
				d.conds = append(append([]interpret.Condition{}, o.When...), d.conds...)
				out = append(out, d)
			}
		}
		return out
	case *interpret.Op:
		if x.Name == "or" || x.Name == "and" { // deps or []
			for _, a := range x.Args {
				out = append(out, l.depsOf(f, a, at)...)
			}
			if len(out) > 0 {
				return out
			}
		}
		if x.Name == "parameter" {
			return nil
		}
	}
	return []depEntry{{value: &interpret.Unknown{Origin: interpret.Origin{At: at}, Reason: "the list of dependencies could not be followed"}, at: at}}
}

func (n *node) add(f *interpret.Frame, l *linker, e *event) {
	e.seq = l.machine.Seq()
	e.conds = conditions(f)
	e.prefix, e.deps, e.owner = n.prefix, n.deps, n
	n.events = append(n.events, e)
}

// nodeMethod is a method of an application or router.
func (l *linker) nodeMethod(f *interpret.Frame, site *interpret.CallSite, n *node, recv *interpret.Instance, name string, args *interpret.Args) (interpret.Value, bool) {
	o := interpret.Origin{At: site.At}
	if v, ok := l.overridden(f, site, n, recv, name, args); ok {
		return v, true
	}
	if method, ok := methods[name]; ok {
		return l.decorator(n, site, HTTP, []string{method}, args, false), true
	}
	switch name {
	case "api_route", "route":
		return l.decorator(n, site, HTTP, l.methodList(f, args, 1), args, name == "route"), true
	case "websocket", "websocket_route":
		return l.decorator(n, site, WebSocket, nil, args, name == "websocket_route"), true
	case "add_api_route", "add_route":
		kind := l.methodList(f, args, -1)
		if name == "add_route" {
			kind = l.methodList(f, args, 2)
		}
		l.register(f, n, site, HTTP, kind, args, args.Value(1, "endpoint"), name == "add_route")
	case "add_api_websocket_route", "add_websocket_route":
		l.register(f, n, site, WebSocket, nil, args, args.Value(1, "endpoint"), name == "add_websocket_route")
	case "include_router":
		l.include(f, n, site, args)
	case "mount", "host":
		l.mount(f, n, site, args, name == "host")
	case "add_middleware":
		l.addMiddleware(f, n, site, args)
	case "middleware":
		return l.middlewareDecorator(n, site), true
	case "exception_handler":
		key := args.Value(0, "exc_class_or_status_code")
		return &interpret.Builtin{Origin: o, Label: name, Fn: func(_ *interpret.Frame, s *interpret.CallSite, a *interpret.Args) interpret.Value {
			n.handlers = append(n.handlers, &handlerEntry{key, a.Value(0, ""), s.At})
			return a.Value(0, "")
		}}, true
	case "add_exception_handler":
		n.handlers = append(n.handlers, &handlerEntry{args.Value(0, "exc_class_or_status_code"), args.Value(1, "handler"), site.At})
	case "on_event":
		event, _ := interpret.Text(orNone(args.Value(0, "event_type")))
		return &interpret.Builtin{Origin: o, Label: name, Fn: func(_ *interpret.Frame, _ *interpret.CallSite, a *interpret.Args) interpret.Value {
			if fn := a.Value(0, ""); fn != nil && event == "startup" {
				n.onStartup = append(n.onStartup, fn)
			}
			return a.Value(0, "")
		}}, true
	case "add_event_handler":
		if event, _ := interpret.Text(orNone(args.Value(0, "event_type"))); event == "startup" && args.Value(1, "func") != nil {
			n.onStartup = append(n.onStartup, args.Value(1, "func"))
		}
	case "url_path_for", "openapi", "__call__", "setup", "build_middleware_stack":
		return nil, false
	case "frontend":
		n.add(f, l, &event{at: site.At, mount: &mountEntry{path: orNone(args.Value(0, "path")), app: args.Value(1, "directory"), name: "frontend", static: true}})
	default:
		return nil, false
	}
	return &interpret.None{Origin: o}, true
}

func (l *linker) methodList(f *interpret.Frame, args *interpret.Args, position int) []string {
	v := args.Value(position, "methods")
	if v == nil {
		return []string{"GET"}
	}
	items, known := f.Items(v)
	if !known || len(items) == 0 {
		if _, none := v.(*interpret.None); none {
			return []string{"GET"}
		}
	}
	var out []string
	for _, i := range items {
		if t, ok := interpret.Text(i); ok {
			out = append(out, upper(t))
		}
	}
	return out
}

// decorator is @router.get(…): it registers the function it is given and returns it.
func (l *linker) decorator(n *node, site *interpret.CallSite, kind OperationKind, methods []string, args *interpret.Args, plain bool) interpret.Value {
	return &interpret.Builtin{Origin: interpret.Origin{At: site.At}, Label: "route", Fn: func(f *interpret.Frame, _ *interpret.CallSite, a *interpret.Args) interpret.Value {
		endpoint := a.Value(0, "")
		if endpoint == nil {
			return &interpret.None{}
		}
		if l.registerOverridden(f, n, site, kind, methods, args, endpoint, plain) {
			return endpoint
		}
		l.register(f, n, site, kind, methods, args, endpoint, plain)
		return endpoint
	}}
}

func (l *linker) register(f *interpret.Frame, n *node, site *interpret.CallSite, kind OperationKind, methods []string, args *interpret.Args, endpoint interpret.Value, plain bool) {
	path, _ := args.Get(0, "path")
	if path.Value == nil {
		path.Value = &interpret.Unknown{Origin: interpret.Origin{At: site.At}, Reason: "no path is given"}
	}
	if endpoint == nil {
		endpoint = &interpret.Unknown{Origin: interpret.Origin{At: site.At}, Reason: "the handler could not be followed"}
	}
	if plain && kind == HTTP {
		if _, isFunc := interpret.Unwrap(endpoint).(*interpret.Func); !isFunc && args.Value(-1, "methods") == nil {
			methods = nil // Starlette's Route leaves an ASGI application all methods
		}
	}
	r := &routeEntry{kind: kind, methods: methods, path: path.Value, pathAt: path.At, endpoint: endpoint, deps: l.depList(f, args, "dependencies"), args: args, plain: plain}
	if !plain && kind == HTTP {
		r.class = n.routeClass(args)
	}
	r.unclear = kind == HTTP && len(methods) == 0 && args.Value(-1, "methods") != nil
	n.add(f, l, &event{at: site.At, route: r, bare: plain})
}

func (l *linker) include(f *interpret.Frame, n *node, site *interpret.CallSite, args *interpret.Args) {
	router, _ := args.Get(0, "router")
	prefix := args.Value(-1, "prefix")
	deps := l.depList(f, args, "dependencies")
	if router.Value == nil {
		return
	}
	for _, o := range interpret.Options(router.Value) {
		e := &includeEntry{router: o.Value, target: nodeOf(o.Value), prefix: prefix, deps: deps, hidden: hidden(args)}
		if e.target != nil {
			e.target.included = true
		}
		n.add(f, l, &event{at: site.At, include: e})
	}
}

func (l *linker) mount(f *interpret.Frame, n *node, site *interpret.CallSite, args *interpret.Args, host bool) {
	path, _ := args.Get(0, map[bool]string{true: "host", false: "path"}[host])
	app := args.Value(1, "app")
	if path.Value == nil {
		return
	}
	if routes := args.Value(-1, "routes"); app == nil && routes != nil { // Mount(path, routes=[…])
		router := &node{inst: &interpret.Instance{Origin: interpret.Origin{At: site.At}, Class: &interpret.External{Path: nameStarRouter}, Attrs: map[string]interpret.Value{}, Args: args}, at: site.At, args: &interpret.Args{}, module: f.Module}
		router.inst.State, app = router, router.inst
		l.routeList(f, router, routes, site.At)
	}
	name, _ := interpret.Text(orNone(args.Value(2, "name")))
	n.add(f, l, &event{at: site.At, bare: true, mount: &mountEntry{path: path.Value, pathAt: path.At, app: app, name: name, host: host}})
}

// routeList reads routes=[Route(…), Mount(…), …] of Starlette.
func (l *linker) routeList(f *interpret.Frame, n *node, v interpret.Value, at source.Location) {
	items, known := f.Items(v)
	if !known {
		if _, none := v.(*interpret.None); !none {
			n.gap(at, Routes, "the list of routes could not be followed")
		}
	}
	for _, i := range items {
		inst, ok := i.(*interpret.Instance)
		if !ok {
			if _, none := i.(*interpret.None); !none {
				n.gap(at, Routes, "an entry of the list of routes could not be followed: "+interpret.Describe(i))
			}
			continue
		}
		if inst.Args == nil {
			if !l.relisted(f, n, inst, &interpret.CallSite{At: inst.At, Frame: f}) {
				n.gap(at, Routes, "an entry of the list of routes could not be followed")
			}
			continue
		}
		site := &interpret.CallSite{At: inst.At, Frame: f}
		switch interpret.IsInstanceOf(inst, "starlette.routing.Route", "starlette.routing.WebSocketRoute", "starlette.routing.Mount", "starlette.routing.Host", "fastapi.routing.APIRoute") {
		case "starlette.routing.Route":
			l.register(f, n, site, HTTP, l.methodList(f, inst.Args, -1), inst.Args, inst.Args.Value(1, "endpoint"), true)
		case "fastapi.routing.APIRoute":
			l.register(f, n, site, HTTP, l.methodList(f, inst.Args, -1), inst.Args, inst.Args.Value(1, "endpoint"), false)
			n.events[len(n.events)-1].bare = true
		case "starlette.routing.WebSocketRoute":
			l.register(f, n, site, WebSocket, nil, inst.Args, inst.Args.Value(1, "endpoint"), true)
		case "starlette.routing.Mount":
			l.mount(f, n, site, inst.Args, false)
		case "starlette.routing.Host":
			l.mount(f, n, site, inst.Args, true)
		default:
			if !l.relisted(f, n, inst, site) {
				n.gap(at, Routes, "an entry of the list of routes could not be followed")
			}
		}
	}
}
