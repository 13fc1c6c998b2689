package generate

import (
	"fmt"
	"strings"
)

// routed is a router that waits to be included.
type routed struct {
	symbol
	call bool // the name is a function that makes the router
}

func (r routed) expr(m *module) string {
	if r.call {
		return m.ref(r.symbol) + "()"
	}
	return m.ref(r.symbol)
}

// writeRouters writes the helper module and two to four modules of routers.
func (g *generator) writeRouters() {
	helpers := g.module("helpers")
	factory, subclass := g.routerFactory(helpers), g.routerSubclass(helpers)
	for i := range 2 + g.rng.IntN(3) {
		m := g.module(fmt.Sprintf("routers.area%d", i+1))
		m.noStar = true
		count := 1 + g.rng.IntN(2)
		for n := range count {
			name := "router"
			if n > 0 {
				name = g.fresh("router")
			}
			g.routers = append(g.routers, g.router(m, name, factory, subclass))
		}
	}
	if g.chance(60) {
		g.writeConstructs()
	}
	if g.chance(60) {
		g.nest()
	}
}

func (g *generator) routerFactory(m *module) symbol {
	name := g.fresh("make_router")
	m.line(0, `def %s(prefix: str = "/made", guards=None):`, name)
	m.line(1, "return %s(prefix=prefix, dependencies=guards or [])", m.library("fastapi", "APIRouter"))
	return symbol{m, name}
}

func (g *generator) routerSubclass(m *module) symbol {
	name := g.fresh("GuardedRouter")
	m.blank()
	m.line(0, "class %s(%s):", name, m.library("fastapi", "APIRouter"))
	m.line(1, "def __init__(self, area: str, **kwargs):")
	m.line(2, `super().__init__(prefix=f"/{area}", dependencies=[%s], **kwargs)`, g.depends(m))
	return symbol{m, name}
}

// router writes one router with its operations.
func (g *generator) router(m *module, name string, factory, subclass symbol) routed {
	m.blank()
	if g.chance(15) {
		return g.routerInFunction(m)
	}
	switch g.rng.IntN(10) {
	case 0:
		m.line(0, "%s = %s(%s)", name, m.ref(factory), pick(g.rng, "", g.prefix(m), "guards=["+g.depends(m)+"]"))
	case 1:
		m.line(0, `%s = %s("%s")`, name, m.ref(subclass), g.fresh("area"))
	default:
		m.line(0, "%s = %s(%s)", name, m.library("fastapi", "APIRouter"), g.routerArguments(m))
	}
	used := name
	if g.chance(10) {
		used = g.fresh("r")
		m.line(0, "%s = %s", used, name)
	}
	g.operations(m, 0, used, 2+g.rng.IntN(4))
	return routed{symbol: symbol{m, name}}
}

func (g *generator) routerArguments(m *module) string {
	var args []string
	if g.chance(70) {
		args = append(args, "prefix="+g.prefix(m))
	}
	if d := g.dependencies(m, 35); d != "" {
		args = append(args, "dependencies="+d)
	}
	args = append(args, `tags=["t"]`)
	return strings.Join(args, ", ")
}

func (g *generator) routerInFunction(m *module) routed {
	name := g.fresh("build_router")
	future := m.future
	m.line(0, "def %s():", name)
	m.line(1, "inner = %s(%s)", m.library("fastapi", "APIRouter"), g.routerArguments(m))
	g.operations(m, 1, "inner", 1+g.rng.IntN(2))
	m.line(1, "return inner")
	m.future = future
	return routed{symbol{m, name}, true}
}

// operations registers n operations on a router or application.
func (g *generator) operations(m *module, level int, on string, n int) {
	for range n {
		m.blank()
		g.operation(m, level, on)
	}
}

// path is an expression for a path with, sometimes, a parameter.
func (g *generator) path(m *module) (expr, parameter string) {
	name := g.fresh("things")
	switch g.rng.IntN(10) {
	case 0:
		return `"/{item_id}"`, "item_id: str"
	case 1:
		return `"/` + name + `/{item_id:path}"`, "item_id: str"
	case 2:
		return `"/` + name + `" + "/x"`, ""
	case 3:
		return `f"/` + name + `/{` + m.ref(symbol{g.config.m, "VERSION"}) + `}"`, ""
	case 4:
		return `"/` + name + `/"`, ""
	}
	return `"/` + name + `"`, ""
}

func (g *generator) operation(m *module, level int, on string) {
	handler := g.fresh("handle")
	if g.chance(10) {
		handler = "read"
	}
	path, parameter := g.path(m)
	var first []string
	if parameter != "" {
		first = append(first, parameter)
	}
	bare := level > 0 && m.future
	guards := ""
	if d := g.dependencies(m, 25); d != "" {
		guards = ", dependencies=" + d
	}
	verb := pick(g.rng, "get", "get", "post", "put", "delete", "patch")
	switch g.rng.IntN(14) {
	case 0:
		m.line(level, "@%s.websocket(%s)", on, path)
		m.line(level, "async def %s(%s):", handler, g.parameters(m, g.rng.IntN(2), bare, append([]string{"socket: " + m.plain("fastapi", "WebSocket")}, first...)...))
		m.line(level+1, "await socket.accept()")
	case 1:
		m.line(level, "@%s.api_route(%s, methods=%s%s)", on, path, pick(g.rng, `["GET", "POST"]`, `["DELETE"]`, `("PUT", "PATCH")`), guards)
		g.handler(m, level, handler, bare, first)
	case 2, 3:
		g.handler(m, level, handler, bare, first)
		m.blank()
		methods := pick(g.rng, "", `, methods=["POST"]`, `, methods=["GET", "HEAD"]`)
		m.line(level, "%s.add_api_route(%s, %s%s%s)", on, path, handler, methods, guards)
	case 4:
		m.line(level, `@%s.get("/%s")`, on, g.fresh("second"))
		m.line(level, "@%s.%s(%s%s)", on, verb, path, guards)
		g.handler(m, level, handler, bare, first)
	case 5:
		m.line(level, "@%s.%s(", on, verb)
		m.line(level+1, "path=%s%s,", path, guards)
		m.line(level, ")")
		g.handler(m, level, handler, bare, first)
	case 6:
		g.registeredInLoop(m, level, on, handler)
	case 7:
		g.controller(m, level, on)
	default:
		m.line(level, "@%s.%s(%s%s)", on, verb, path, guards)
		g.handler(m, level, handler, bare, first)
	}
}

func (g *generator) handler(m *module, level int, name string, bare bool, first []string) {
	g.quotes = level == 0
	m.line(level, "%s %s(%s):", g.def(), name, g.parameters(m, g.rng.IntN(3), bare, first...))
	g.quotes = false
	m.line(level+1, "return {}")
}

// registeredInLoop adds routes of a literal table.
func (g *generator) registeredInLoop(m *module, level int, on, name string) {
	other := g.fresh("handle")
	g.handler(m, level, name, true, nil)
	m.blank()
	g.handler(m, level, other, true, nil)
	m.blank()
	m.line(level, `for path, endpoint in [("/%s", %s), ("/%s", %s)]:`, g.fresh("table"), name, g.fresh("table"), other)
	m.line(level+1, `%s.add_api_route(path, endpoint, methods=["GET"])`, on)
}

// controller is a class whose methods are registered.
func (g *generator) controller(m *module, level int, on string) {
	class, path := g.fresh("Controller"), g.fresh("controlled")
	m.line(level, "class %s:", class)
	m.line(level+1, "def __init__(self, router):")
	m.line(level+2, `router.add_api_route("/%s", self.read, methods=["GET"])`, path)
	m.line(level+2, `router.post("/%s")(self.write)`, path)
	m.blank()
	m.line(level+1, "async def read(self, %s):", g.parameters(m, 1, true))
	m.line(level+2, "return {}")
	m.blank()
	m.line(level+1, "async def write(self, %s):", g.parameters(m, 1, true))
	m.line(level+2, "return {}")
	m.blank()
	m.line(level, "%s(%s)", class, on)
}

// nest puts several routers below one and leaves that one to be included.
func (g *generator) nest() {
	m := g.module("api")
	m.noStar = true
	m.line(0, "api_router = %s(%s)", m.library("fastapi", "APIRouter"), pick(g.rng, "", "prefix="+g.prefix(m), "dependencies=["+g.depends(m)+"]"))
	keep := g.rng.IntN(len(g.routers))
	for _, r := range g.routers[keep:] {
		g.include(m, 0, "api_router", r.expr(m))
	}
	g.routers = append(g.routers[:keep:keep], routed{symbol: symbol{m, "api_router"}})
}

// include writes one include_router call.
func (g *generator) include(m *module, level int, on, router string) {
	args := ""
	// A router without a prefix may hold the path "", so a prefix of its own is common.
	if g.chance(60) {
		args += ", prefix=" + g.prefix(m)
	}
	if d := g.dependencies(m, 30); d != "" {
		args += ", dependencies=" + d
	}
	if g.chance(15) {
		m.line(level, "%s.include_router(router=%s%s)", on, router, args)
		return
	}
	m.line(level, "%s.include_router(%s%s)", on, router, args)
}
