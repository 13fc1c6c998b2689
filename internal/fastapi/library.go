package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// Canonical implements interpret.Library.
func (l *linker) Canonical(path string) string { return canonical(path) }

// Imported implements interpret.Library.
func (l *linker) Imported(*interpret.Frame, *interpret.Module) {}

// Call implements interpret.Library: a call of a library's name.
func (l *linker) Call(f *interpret.Frame, site *interpret.CallSite, callee *interpret.External, args *interpret.Args) (interpret.Value, bool) {
	switch callee.Path {
	case nameDepends, nameSecurity:
		return l.depends(f, site, callee, args), true
	case "starlette.applications.Starlette":
		return nil, false
	}
	if v, ok := l.envCall(f, site, callee, args); ok {
		return v, true
	}
	if v, ok := l.loaderCall(f, site, callee.Path, args); ok {
		return v, true
	}
	if v, ok := l.matched(site, callee.Path, args); ok {
		return v, true
	}
	if callee.Path == "builtins.open" {
		return &interpret.Instance{Origin: interpret.Origin{At: site.At}, Class: callee, Attrs: map[string]interpret.Value{}, Args: args, Site: site}, true
	}
	if v, ok := l.tokenCall(f, site, callee.Path, nil, args); ok {
		return v, true
	}
	if v, ok := l.cbv(site, callee.Path, args); ok {
		return v, true
	}
	if v, ok := l.inspectCall(f, site, callee.Path, args); ok {
		return v, true
	}
	l.handedOver(site, callee.Path, args)
	return nil, false
}

// Computed implements interpret.Computed: a method of an application or router
// whose name is not known may register anything.
func (l *linker) Computed(_ *interpret.Frame, inst *interpret.Instance, at source.Location) {
	if n := nodeOf(inst); n != nil && l.trace() == nil {
		n.gap(at, Routes|Dependencies|MiddlewareStack|HandlersPart, "a method is taken by a name that is computed")
	}
}

// handedOver notes that an application is given to a library's function, which may
// add middleware, exception handlers and, but for libraries that are known not to,
// operations to it.
func (l *linker) handedOver(site *interpret.CallSite, path string, args *interpret.Args) {
	if name := path[strings.LastIndexByte(path, '.')+1:]; name == "" || name[0] < 'a' || name[0] > 'z' {
		return
	}
	library, _, _ := strings.Cut(path, ".")
	switch {
	case library == "fastapi_pagination":
		l.given(site, path, args, Dependencies, "dependencies to operations that give pages")
	case addsNoRoutes[library]:
		l.given(site, path, args, MiddlewareStack|HandlersPart, "middleware and exception handlers")
	default:
		l.given(site, path, args, Routes|MiddlewareStack|HandlersPart, "operations, middleware and exception handlers")
	}
}

// given notes that a library gets an application or router and may change it.
func (l *linker) given(site *interpret.CallSite, path string, args *interpret.Args, parts Part, what string) {
	library, _, _ := strings.Cut(path, ".")
	if harmlessLibraries[library] || args == nil || l.trace() != nil {
		return
	}
	for _, a := range append(args.Pos[:len(args.Pos):len(args.Pos)], args.Kw...) {
		if n := nodeOf(a.Value); n != nil && n.app {
			n.gap(site.At, parts, "the application is given to "+path+", which may add "+what)
		} else if n != nil {
			n.gap(site.At, Routes|Dependencies, "the router is given to "+path+", which may change its operations")
		}
	}
}

// addsNoRoutes are libraries whose functions add no operations to an application.
var addsNoRoutes = map[string]bool{"dishka": true, "tortoise": true, "opentelemetry": true, "logfire": true, "sentry_sdk": true, "asgi_correlation_id": true, "ddtrace": true,
	"newrelic": true, "elasticapm": true, "starlette_context": true, "dependency_injector": true, "fastapi_utils": true, "fastapi_restful": true, "slowapi": true, "uvicorn": true,
	"fastapi_injector": true, "structlog": true, "apitally": true, "azure": true, "fastapi_async_sqlalchemy": true, "svcs": true, "aioinject": true, "wireup": true}

// harmlessLibraries do not change an application that they are given.
var harmlessLibraries = map[string]bool{"builtins": true, "uvicorn": true, "hypercorn": true, "gunicorn": true, "starlette": true, "fastapi": true, "logging": true,
	"typing": true, "asyncio": true, "inspect": true, "functools": true, "copy": true, "weakref": true, "json": true, "warnings": true, "mangum": true, "httpx": true, "pytest": true, "os": true, "asgi_lifespan": true, "a2wsgi": true, "socketio": true, "starlette_testclient": true, "schemathesis": true, "typer": true, "click": true,
	"threading": true, "multiprocessing": true, "granian": true, "types": true, "dataclasses": true, "pydantic": true, "contextlib": true, "collections": true, "nest_asyncio": true, "rich": true}

// depends makes the object that Depends(…) gives.
func (l *linker) depends(f *interpret.Frame, site *interpret.CallSite, callee *interpret.External, args *interpret.Args) interpret.Value {
	inst := &interpret.Instance{Origin: interpret.Origin{At: site.At}, Class: callee, Attrs: map[string]interpret.Value{}, Args: args, Site: site}
	u := &use{inst: inst, wrapper: strings.TrimPrefix(callee.Path, "fastapi."), place: InElsewhere}
	if f.Func != nil {
		u.function = f.Func.Name()
	}
	inst.State = u
	l.uses = append(l.uses, u)
	return inst
}

// Init implements interpret.Library: construction by a library's class.
func (l *linker) Init(f *interpret.Frame, site *interpret.CallSite, base *interpret.External, self *interpret.Instance, args *interpret.Args) {
	switch base.Path {
	case nameFastAPI, nameRouter, nameStarlette, nameStarRouter:
		l.initNode(f, site, base.Path, self, args)
	case "strawberry.fastapi.GraphQLRouter":
		l.graphQL(f, site, self, args)
	case nameHTTPException, nameStarletteHTTPException, "fastapi.WebSocketException":
		self.Attrs["status_code"] = orNone(args.Value(0, "status_code"))
		self.Attrs["detail"] = orNone(args.Value(1, "detail"))
		self.Attrs["headers"] = orNone(args.Value(2, "headers"))
	default:
		if strings.HasPrefix(base.Path, "fastapi.security.") {
			l.initScheme(f, site, base.Path, self, args)
		} else if strings.HasPrefix(base.Path, "starlette.responses.") {
			self.Attrs["status_code"] = orNone(args.Value(1, "status_code"))
		} else {
			l.initLibrary(f, site, base.Path, self, args)
		}
	}
}

// initLibrary keeps the arguments of other library classes, so that attributes
// that are set by name can be read back.
func (l *linker) initLibrary(f *interpret.Frame, site *interpret.CallSite, path string, self *interpret.Instance, args *interpret.Args) {
	if isMiddlewareWrapper(path) {
		l.wrap(f, site, path, self, args)
	} else if _, library := self.Class.(*interpret.External); library {
		l.given(site, path, args, Routes|MiddlewareStack|HandlersPart, "operations, middleware and exception handlers")
	}
	if strings.HasSuffix(path, "BaseSettings") {
		l.initSettings(self, args)
	}
	l.initLoader(site, path, self, args)
	if self.State == nil {
		l.initToken(f, site, path, self, args)
	}
}

func orNone(v interpret.Value) interpret.Value {
	if v == nil {
		return &interpret.None{}
	}
	return v
}

// Method implements interpret.Library: methods of library objects.
func (l *linker) Method(f *interpret.Frame, site *interpret.CallSite, recv *interpret.Instance, name string, args *interpret.Args) (interpret.Value, bool) {
	if n := nodeOf(recv); n != nil {
		return l.nodeMethod(f, site, n, recv, name, args)
	}
	if n := overridesNode(recv); n != nil {
		return l.overridesMethod(f, site, n, name, args)
	}
	if r, ok := recv.State.(*routesOf); ok {
		return l.routesMethod(f, site, r.node, name, args)
	}
	if d, ok := recv.State.(*dependantOf); ok {
		return l.dependantMethod(site, d, name)
	}
	if h, ok := recv.State.(*handlersOf); ok {
		return l.handlersMethod(site, h.node, name, args)
	}
	if d, ok := recv.State.(*depsOfNode); ok {
		return l.depsMethod(f, site, d.node, name, args)
	}
	if m, ok := recv.State.(*middlewareOf); ok {
		return l.middlewareMethod(f, site, m.node, name, args)
	}
	if v, ok := l.inspectMethod(f, site, recv, name, args); ok {
		return v, true
	}
	if v, ok := l.usersMethod(f, site, recv, name, args); ok {
		return v, true
	}
	if v, ok := l.envMethod(f, site, recv, name, args); ok {
		return v, true
	}
	if s := schemeOf(recv); s != nil && name == "__call__" {
		return schemeResult(s), true
	}
	if name == "get_route_handler" && interpret.IsInstanceOf(recv, nameAPIRoute) != "" {
		return l.nextBuiltin("the route's own handler", site.At), true
	}
	if base := interpret.ExternalBase(recv.Class); base != nil {
		if v, ok := l.tokenCall(f, site, base.Path+"."+name, recv, args); ok {
			return v, true
		}
		if isResponse(base.Path) && name == "__call__" {
			l.responded(f, site, recv)
			return &interpret.None{Origin: interpret.Origin{At: site.At}}, true
		}
		if strings.HasPrefix(base.Path, "pydantic.TypeAdapter") && strings.HasPrefix(name, "validate_") && args.Value(0, "object") != nil {
			return args.Value(0, "object"), true
		}
		if _, library := recv.Class.(*interpret.External); library {
			l.given(site, base.Path+"."+name, args, Routes|MiddlewareStack|HandlersPart, "operations, middleware and exception handlers")
		}
	}
	return nil, false
}

// Attr implements interpret.Library: attributes of library objects.
func (l *linker) Attr(f *interpret.Frame, recv *interpret.Instance, name string, at source.Location) (interpret.Value, bool) {
	if n := nodeOf(recv); n != nil {
		switch name {
		case "router":
			if n.app {
				return recv, true
			}
		case "dependency_overrides":
			return overridesObject(n, at), true
		case "prefix":
			if n.prefix != nil {
				return n.prefix, true
			}
			return &interpret.Str{Origin: interpret.Origin{At: at}}, true
		case "exception_handlers":
			if n.app {
				return handlersDict(n, at), true
			}
		case "dependencies":
			return dependencyList(n, at), true
		case "routes":
			return libraryObject(at, "builtins.list", &routesOf{n}), true
		case "docs_url", "redoc_url", "openapi_url", "swagger_ui_oauth2_redirect_url", "root_path", "title":
			if v := n.setting(name, at); v != nil {
				return v, true
			}
		case "state":
			return n.stateObject(at), true
		case "user_middleware":
			return middlewareList(n, at), true
		case "middleware_stack":
			return &interpret.None{Origin: interpret.Origin{At: at}}, true // it is built when the first request comes
		case "openapi", "version":
			return &interpret.Op{Origin: interpret.Origin{At: at}, Name: "." + name, Args: []interpret.Value{recv}}, true
		}
		return nil, false
	}
	if v, ok := l.inspectAttr(recv, name, at); ok {
		return v, true
	}
	if v, ok := l.usersAttr(f, recv, name); ok {
		return v, true
	}
	if v, ok := l.dependantAttr(recv, name, at); ok {
		return v, true
	}
	if v, ok := l.connectionAttr(f, recv, name, at); ok {
		return v, true
	}
	if v, ok := l.stateAttr(f, recv, name, at); ok {
		return v, true
	}
	if recv.State == nil && externalPath(recv.Class) == "starlette.datastructures.State" {
		return &interpret.Op{Origin: interpret.Origin{At: at}, Name: "." + name, Args: []interpret.Value{recv}}, true
	}
	if v, ok := l.settingAttr(f, recv, name, at); ok {
		return v, true
	}
	return nil, false
}

// ClassAttr implements interpret.Library.
func (l *linker) ClassAttr(_ *interpret.Frame, class *interpret.Class, name string, at source.Location) (interpret.Value, bool) {
	return nil, false
}

// SetAttr implements interpret.Library.
func (l *linker) SetAttr(f *interpret.Frame, recv *interpret.Instance, name string, v interpret.Value, at source.Location) {
	l.stateSet(f, recv, name, at)
	l.setListed(recv, name, v, at)
	n := nodeOf(recv)
	if n == nil {
		return
	}
	switch name {
	case "routes":
		delete(recv.Attrs, name) // the list is the node's own
		l.replaceRoutes(f, n, wholeSlice(at), v, at)
	case "dependency_overrides":
		if d, ok := v.(*interpret.Dict); ok {
			for _, e := range d.Entries {
				l.override(f, n, e.Key, e.Value, at, e.At, interpret.OriginOf(e.Value).At)
			}
		}
	case "prefix":
		n.prefix = v
	case "dependencies":
		delete(recv.Attrs, name)
		l.setDeps(f, n, v, at)
	case "exception_handlers":
		delete(recv.Attrs, name)
		n.handlers = nil
		n.addHandlers(v, at)
	case "user_middleware":
		delete(recv.Attrs, name)
		l.setMiddleware(f, n, v, at)
	case "middleware_stack":
		n.gap(at, MiddlewareStack, "the middleware stack is assigned to directly")
	}
}

// SetItem implements interpret.Library.
func (l *linker) SetItem(f *interpret.Frame, container interpret.Value, key, v interpret.Value, at, keyAt, valueAt source.Location) {
	if n := overridesNode(container); n != nil {
		l.override(f, n, key, v, at, keyAt, valueAt)
		return
	}
	if inst, ok := container.(*interpret.Instance); ok {
		if r, ok := inst.State.(*routesOf); ok {
			l.replaceRoutes(f, r.node, key, v, at)
			return
		}
		if h, ok := inst.State.(*handlersOf); ok {
			h.node.handlers = append(h.node.handlers, &handlerEntry{key, v, at})
			return
		}
		if d, ok := inst.State.(*depsOfNode); ok {
			d.node.gap(at, Dependencies, "the router's dependencies are changed in place")
			return
		}
		if m, ok := inst.State.(*middlewareOf); ok {
			m.node.gap(at, MiddlewareStack, "the list of middleware is changed in place")
			return
		}
	}
	l.environItem(f, container, key, v, at)
}

func isResponse(path string) bool {
	return strings.HasPrefix(path, "starlette.responses.") || strings.HasSuffix(path, ".JSONResponse") || strings.HasSuffix(path, ".ORJSONResponse")
}
