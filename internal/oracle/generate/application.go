package generate

import (
	"fmt"
	"strings"
)

// writeMain writes the module of the application and what it uses, and returns
// how the application is named.
func (g *generator) writeMain() string {
	stack := g.writeMiddleware()
	handlers := g.writeErrors()
	m := g.module("main")
	late := g.lateRouter(m)
	build := func(level int, app string) {
		g.middleware(m, level, app, stack)
		g.exceptionHandlers(m, level, app, handlers)
		g.includes(m, level, app)
		if late != nil {
			late(level, app)
		}
		if g.chance(40) {
			g.mount(m, level, app)
		}
		g.operations(m, level, app, 1+g.rng.IntN(3))
	}
	switch g.rng.IntN(6) {
	case 0:
		g.blankLine(m)
		m.line(0, "def create_app(title: str = \"x\"):")
		m.line(1, "app = %s(%s)", m.library("fastapi", "FastAPI"), g.appArguments(m, stack, handlers))
		build(1, "app")
		m.line(1, "return app")
		if g.chance(50) {
			m.blank()
			m.line(0, "app = create_app()")
			return g.pkg + ".main:app"
		}
		return g.pkg + ".main:create_app()"
	case 1:
		g.blankLine(m)
		m.line(0, "class Server:")
		m.line(1, "def __init__(self):")
		m.line(2, "self.app = %s(%s)", m.library("fastapi", "FastAPI"), g.appArguments(m, stack, handlers))
		m.line(2, "self.setup()")
		m.blank()
		m.line(1, "def setup(self):")
		build(2, "self.app")
		m.blank()
		m.line(0, "app = Server().app")
		return g.pkg + ".main:app"
	case 2:
		factory := g.module("factory")
		factory.line(0, "def build(**options):")
		factory.line(1, "return %s(**options)", factory.library("fastapi", "FastAPI"))
		m.line(0, "app = %s(%s)", m.ref(symbol{factory, "build"}), g.appArguments(m, stack, handlers))
	default:
		m.line(0, "app = %s(%s)", m.library("fastapi", "FastAPI"), g.appArguments(m, stack, handlers))
	}
	build(0, "app")
	if g.chance(8) {
		m.blank()
		m.line(0, `app = %s(app, allow_origins=["*"])`, m.plain("fastapi.middleware.cors", "CORSMiddleware"))
	}
	return g.pkg + ".main:app"
}

func (g *generator) blankLine(m *module) { m.blank() }

func (g *generator) appArguments(m *module, stack []symbol, handlers []symbol) string {
	var args []string
	if d := g.dependencies(m, 30); d != "" {
		args = append(args, "dependencies="+d)
	}
	if g.chance(20) && len(stack) > 0 {
		args = append(args, fmt.Sprintf("middleware=[%s(%s), %s(%s)]", m.plain("starlette.middleware", "Middleware"), m.ref(stack[0]),
			m.plain("starlette.middleware", "Middleware"), m.library("starlette.middleware.gzip", "GZipMiddleware")))
	}
	if g.chance(20) && len(handlers) > 0 {
		args = append(args, fmt.Sprintf("exception_handlers={418: %s}", m.ref(handlers[0])))
	}
	if g.chance(15) {
		args = append(args, "docs_url=None")
	}
	if g.chance(15) {
		args = append(args, `root_path="/root"`)
	}
	return strings.Join(args, ", ")
}

// lateRouter declares a router whose routes come after its include.
func (g *generator) lateRouter(m *module) func(level int, app string) {
	if !g.chance(20) {
		return nil
	}
	name := g.fresh("late")
	m.line(0, `%s = %s(prefix="/%s")`, name, m.library("fastapi", "APIRouter"), name)
	return func(level int, app string) {
		g.operations(m, level, name, 1)
		m.line(level, "%s.include_router(%s)", app, name)
		g.operations(m, level, name, 1)
	}
}

// includes brings in all routers in one of several ways.
func (g *generator) includes(m *module, level int, app string) {
	rest := g.routers
	switch g.rng.IntN(7) {
	case 0:
		var list []string
		for _, r := range rest {
			list = append(list, r.expr(m))
		}
		m.line(level, "for each in [%s]:", strings.Join(list, ", "))
		m.line(level+1, "%s.include_router(each, prefix=%s)", app, g.prefix(m))
		return
	case 1:
		var list []string
		for _, r := range rest {
			list = append(list, fmt.Sprintf("(%s, %s)", r.expr(m), g.prefix(m)))
		}
		m.line(level, "for each, place in (%s,):", strings.Join(list, ", "))
		m.line(level+1, "%s.include_router(each, prefix=place)", app)
		return
	case 2:
		m.line(level, "table = {")
		for _, r := range rest {
			m.line(level+1, `"/%s": %s,`, g.fresh("key"), r.expr(m))
		}
		m.line(level, "}")
		m.line(level, "for place, each in table.items():")
		m.line(level+1, "%s.include_router(each, prefix=place)", app)
		return
	case 3:
		register := g.module("register")
		register.line(0, "def register(application, base: str = %s):", g.prefix(register))
		for _, r := range rest {
			register.line(1, "application.include_router(%s, prefix=base + %s)", r.expr(register), g.prefix(register))
		}
		m.line(level, "%s(%s)", m.ref(symbol{register, "register"}), app)
		return
	}
	for i, r := range rest {
		switch {
		case g.chance(12):
			m.line(level, "if %s:", pick(g.rng, g.config.yes...)(m))
			g.include(m, level+1, app, r.expr(m))
		case g.chance(12):
			m.line(level, "if %s:", pick(g.rng, g.config.no...)(m))
			g.include(m, level+1, app, r.expr(m))
			m.line(level, "else:")
			g.include(m, level+1, app, r.expr(m))
		default:
			g.include(m, level, app, r.expr(m))
		}
		if i == 0 && g.chance(15) {
			m.line(level, `%s.include_router(%s, prefix="/again")`, app, r.expr(m))
		}
	}
}

// mount puts a sub-application or static files below the application.
func (g *generator) mount(m *module, level int, app string) {
	if g.chance(40) {
		m.line(level, `%s.mount("/%s", %s(directory=".", check_dir=False), name="static")`, app, g.fresh("static"), m.library("fastapi.staticfiles", "StaticFiles"))
		return
	}
	sub := g.fresh("sub")
	m.line(level, "%s = %s(%s)", sub, m.library("fastapi", "FastAPI"), pick(g.rng, "", "dependencies=["+g.depends(m)+"]"))
	g.operations(m, level, sub, 1+g.rng.IntN(2))
	m.line(level, `%s.mount(%s, %s)`, app, pick(g.rng, `"/`+sub+`"`, g.prefix(m)), sub)
}
