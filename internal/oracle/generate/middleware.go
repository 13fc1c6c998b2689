package generate

// writeMiddleware writes middleware classes and functions; the classes come back.
func (g *generator) writeMiddleware() []symbol {
	m := g.module("middleware")
	var out []symbol
	for range 1 + g.rng.IntN(2) {
		name := g.fresh("TimingMiddleware")
		m.blank()
		m.line(0, "class %s(%s):", name, m.library("starlette.middleware.base", "BaseHTTPMiddleware"))
		m.line(1, "async def dispatch(self, request, call_next):")
		m.line(2, "return await call_next(request)")
		out = append(out, symbol{m, name})
	}
	name := g.fresh("PureMiddleware")
	m.blank()
	m.line(0, "class %s:", name)
	m.line(1, "def __init__(self, app):")
	m.line(2, "self.app = app")
	m.blank()
	m.line(1, "async def __call__(self, scope, receive, send):")
	m.line(2, "await self.app(scope, receive, send)")
	out = append(out, symbol{m, name})
	m.blank()
	m.line(0, "async def add_header(request, call_next):")
	m.line(1, "return await call_next(request)")
	m.blank()
	m.line(0, "def install(application, origins=None):")
	m.line(1, `application.add_middleware(%s, allow_origins=origins or ["*"])`, m.library("fastapi.middleware.cors", "CORSMiddleware"))
	m.line(1, `application.add_middleware(%s)`, m.ref(out[0]))
	return out
}

// middleware adds zero to four entries to an application.
func (g *generator) middleware(m *module, level int, app string, stack []symbol) {
	for range g.rng.IntN(5) {
		switch g.rng.IntN(9) {
		case 0:
			m.line(level, `%s.add_middleware(%s, allow_origins=["*"])`, app, m.library("fastapi.middleware.cors", "CORSMiddleware"))
		case 1:
			m.line(level, `@%s.middleware("http")`, app)
			m.line(level, "async def %s(request, call_next):", g.fresh("process"))
			m.line(level+1, "return await call_next(request)")
			m.blank()
		case 2:
			m.line(level, "%s(%s)", m.ref(symbol{stack[0].in, "install"}), app)
		case 3:
			m.line(level, `%s.middleware("http")(%s)`, app, m.ref(symbol{stack[0].in, "add_header"}))
		case 4:
			m.line(level, "%s.add_middleware(%s, dispatch=%s)", app, m.library("starlette.middleware.base", "BaseHTTPMiddleware"), m.ref(symbol{stack[0].in, "add_header"}))
		case 5:
			m.line(level, "for each in (%s, %s):", m.ref(stack[0]), m.ref(stack[len(stack)-1]))
			m.line(level+1, "%s.add_middleware(each)", app)
		case 6:
			m.line(level, "if %s:", pick(g.rng, g.config.yes...)(m))
			m.line(level+1, `%s.add_middleware(%s, secret_key="not-a-secret")`, app, m.library("starlette.middleware.sessions", "SessionMiddleware"))
		default:
			m.line(level, "%s.add_middleware(%s)", app, m.ref(pick(g.rng, stack...)))
		}
	}
}

// writeErrors writes exception classes and handlers; the handlers come back.
func (g *generator) writeErrors() []symbol {
	m := g.module("errors")
	m.line(0, "class AppError(Exception):")
	m.line(1, "pass")
	m.blank()
	m.line(0, "class OtherError(AppError):")
	m.line(1, "pass")
	var out []symbol
	for range 3 {
		name := g.fresh("on_error")
		m.blank()
		m.line(0, "async def %s(request, exc):", name)
		m.line(1, "raise exc")
		out = append(out, symbol{m, name})
	}
	m.blank()
	m.line(0, "HANDLERS = {AppError: %s, 404: %s}", out[0].name, out[1].name)
	m.blank()
	m.line(0, "def register_errors(application):")
	m.line(1, "application.add_exception_handler(OtherError, %s)", out[2].name)
	m.blank()
	m.line(1, "@application.exception_handler(%s)", m.plain("fastapi.exceptions", "RequestValidationError"))
	m.line(1, "async def invalid(request, exc):")
	m.line(2, "raise exc")
	return out
}

// exceptionHandlers registers zero to three handlers.
func (g *generator) exceptionHandlers(m *module, level int, app string, handlers []symbol) {
	errors := handlers[0].in
	for range g.rng.IntN(4) {
		switch g.rng.IntN(6) {
		case 0:
			m.line(level, "@%s.exception_handler(%s)", app, m.ref(symbol{errors, "AppError"}))
			m.line(level, "async def %s(request, exc):", g.fresh("handle_error"))
			m.line(level+1, "raise exc")
			m.blank()
		case 1:
			m.line(level, "%s.add_exception_handler(%s, %s)", app, pick(g.rng, "404", "500", "401"), m.ref(pick(g.rng, handlers...)))
		case 2:
			m.line(level, "for key, value in %s.items():", m.ref(symbol{errors, "HANDLERS"}))
			m.line(level+1, "%s.add_exception_handler(key, value)", app)
		case 3:
			m.line(level, "%s(%s)", m.ref(symbol{errors, "register_errors"}), app)
		case 4:
			m.line(level, "%s.add_exception_handler(%s, %s)", app, m.library("starlette.exceptions", "HTTPException"), m.ref(pick(g.rng, handlers...)))
		default:
			m.line(level, "@%s.exception_handler(%s)", app, m.library("fastapi", "HTTPException"))
			m.line(level, "def %s(request, exc):", g.fresh("handle_error"))
			m.line(level+1, "raise exc")
			m.blank()
		}
	}
}
