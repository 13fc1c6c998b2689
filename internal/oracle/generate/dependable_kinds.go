package generate

import "fmt"

// dependable writes one dependable of a random kind.
func (g *generator) dependable(m *module) *dependable {
	kinds := []func(*module) *dependable{g.function, g.function, g.function, g.yielding, g.classDependable, g.callableInstance, g.callableInstance,
		g.closure, g.closure, g.partial, g.method, g.namespace, g.returnsDepends, g.markerVariable, g.alias, g.alias, g.aliasOfAlias,
		g.decorated, g.lambda, g.staticMethods, g.rebound, g.subclassed, g.nestedScopes}
	return pick(g.rng, kinds...)(m)
}

func simple(s symbol, suffix string) *dependable {
	return &dependable{callable: func(m *module) string { return m.ref(s) + suffix }}
}

func (g *generator) def() string { return pick(g.rng, "def", "async def") }

// requestParameters are parameters that FastAPI fills from the request.
func (g *generator) requestParameters(m *module) []string {
	switch g.rng.IntN(6) {
	case 0:
		return []string{"request: " + m.plain("fastapi", "Request")}
	case 1:
		return []string{"scopes: " + m.plain("fastapi.security", "SecurityScopes")}
	}
	return nil
}

func (g *generator) function(m *module) *dependable {
	name := g.fresh("get_thing")
	g.quotes = true
	m.line(0, "%s %s(%s):", g.def(), name, g.parameters(m, g.rng.IntN(3), false, g.requestParameters(m)...))
	g.quotes = false
	m.line(1, "return {}")
	return simple(symbol{m, name}, "")
}

func (g *generator) yielding(m *module) *dependable {
	name := g.fresh("get_db")
	m.line(0, "%s %s(%s):", g.def(), name, g.parameters(m, g.rng.IntN(2), false))
	m.line(1, "try:")
	m.line(2, "yield 1")
	m.line(1, "finally:")
	m.line(2, "pass")
	return simple(symbol{m, name}, "")
}

func (g *generator) classDependable(m *module) *dependable {
	name := g.fresh("Service")
	m.line(0, "class %s:", name)
	m.line(1, "def __init__(self, %s):", g.parameters(m, 1+g.rng.IntN(2), m.future))
	m.line(2, "pass")
	d := simple(symbol{m, name}, "")
	d.class = true
	return d
}

func (g *generator) subclassed(m *module) *dependable {
	base, name := g.fresh("Base"), g.fresh("Derived")
	m.line(0, "class %s:", base)
	m.line(1, "def __init__(self, %s):", g.parameters(m, 1, m.future))
	m.line(2, "pass")
	m.blank()
	m.line(0, "class %s(%s):", name, base)
	m.line(1, "extra = 1")
	d := simple(symbol{m, name}, "")
	d.class = true
	return d
}

func (g *generator) callableInstance(m *module) *dependable {
	class := g.fresh("Checker")
	m.line(0, "class %s:", class)
	m.line(1, `def __init__(self, role: str = "user"):`)
	m.line(2, "self.role = role")
	m.blank()
	m.line(1, "%s __call__(self, %s):", g.def(), g.parameters(m, 1+g.rng.IntN(2), m.future))
	m.line(2, "return self.role")
	inline := func(in *module) string { return in.ref(symbol{m, class}) + `("admin")` }
	if g.chance(40) {
		return &dependable{callable: inline}
	}
	name := g.fresh("checker")
	m.blank()
	m.line(0, `%s = %s(%s)`, name, class, pick(g.rng, `"editor"`, "", `role="x"`))
	return simple(symbol{m, name}, "")
}

func (g *generator) closure(m *module) *dependable {
	name, inner := g.fresh("require"), g.fresh("inner")
	m.line(0, `def %s(role: str = "user"):`, name)
	m.line(1, "%s %s(%s):", g.def(), inner, g.parameters(m, 1+g.rng.IntN(2), m.future))
	m.line(2, "return role")
	m.blank()
	m.line(1, "return %s", inner)
	if g.chance(30) {
		held := g.fresh("require_admin")
		m.blank()
		m.line(0, `%s = %s("admin")`, held, name)
		return simple(symbol{m, held}, "")
	}
	return &dependable{callable: func(in *module) string { return in.ref(symbol{m, name}) + pick(g.rng, `("a")`, "()", `(role="b")`) }}
}

// nestedScopes is a closure that depends on one of its arguments.
func (g *generator) nestedScopes(m *module) *dependable {
	name, inner := g.fresh("guard_with"), g.fresh("guarded")
	m.line(0, "def %s(dependency):", name)
	m.line(1, "%s %s(v=%s(dependency)):", g.def(), inner, m.library("fastapi", "Depends"))
	m.line(2, "return v")
	m.blank()
	m.line(1, "return %s", inner)
	target := g.callableOnly
	return &dependable{callable: func(in *module) string {
		return fmt.Sprintf("%s(%s)", in.ref(symbol{m, name}), target(in))
	}}
}

func (g *generator) partial(m *module) *dependable {
	name, held := g.fresh("check_role"), g.fresh("check_admin")
	m.line(0, "%s %s(role=None, %s):", g.def(), name, g.parameters(m, 1, true))
	m.line(1, "return role")
	m.blank()
	m.line(0, `%s = %s(%s, role="admin")`, held, m.library("functools", "partial"), name)
	return simple(symbol{m, held}, "")
}

func (g *generator) method(m *module) *dependable {
	class, name := g.fresh("Backend"), g.fresh("backend")
	m.line(0, "class %s:", class)
	m.line(1, `def __init__(self, realm="x"):`)
	m.line(2, "self.realm = realm")
	m.blank()
	m.line(1, "%s current(self, %s):", g.def(), g.parameters(m, 1, m.future))
	m.line(2, "return {}")
	m.blank()
	m.line(1, "def required(self, role):")
	m.line(2, "%s checked(%s):", g.def(), g.parameters(m, 1, true))
	m.line(3, "return role")
	m.blank()
	m.line(2, "return checked")
	m.blank()
	m.line(0, "%s = %s()", name, class)
	return simple(symbol{m, name}, pick(g.rng, ".current", `.required("x")`))
}

func (g *generator) staticMethods(m *module) *dependable {
	class := g.fresh("Tools")
	m.line(0, "class %s:", class)
	m.line(1, "@staticmethod")
	m.line(1, "%s fixed(%s):", g.def(), g.parameters(m, 1, m.future))
	m.line(2, "return {}")
	m.blank()
	m.line(1, "@classmethod")
	m.line(1, "%s made(cls, %s):", g.def(), g.parameters(m, 1, m.future))
	m.line(2, "return {}")
	return simple(symbol{m, class}, pick(g.rng, ".fixed", ".made"))
}

func (g *generator) namespace(m *module) *dependable {
	class := g.fresh("Deps")
	first, second := g.callableOnly(m), g.depends(m)
	m.line(0, "class %s:", class)
	m.line(1, "target = %s(%s)", "staticmethod", first)
	m.line(1, "held = %s", second)
	if g.chance(50) {
		return simple(symbol{m, class}, ".target")
	}
	return &dependable{marker: func(in *module) string { return in.ref(symbol{m, class}) + ".held" }}
}

func (g *generator) returnsDepends(m *module) *dependable {
	name := g.fresh("needs")
	m.line(0, "def %s(role: str = \"x\"):", name)
	if g.chance(50) {
		inner := g.fresh("inside")
		m.line(1, "def %s(%s):", inner, g.parameters(m, 1, true))
		m.line(2, "return role")
		m.blank()
		m.line(1, "return %s(%s)", m.library("fastapi", "Depends"), inner)
	} else {
		m.line(1, "return %s", g.depends(m))
	}
	return &dependable{marker: func(in *module) string { return in.ref(symbol{m, name}) + `("y")` }}
}

func (g *generator) markerVariable(m *module) *dependable {
	name := g.fresh("Current")
	m.line(0, "%s = %s", name, g.depends(m))
	return &dependable{marker: func(in *module) string { return in.ref(symbol{m, name}) }}
}

func (g *generator) alias(m *module) *dependable {
	name := g.fresh("UserDep")
	m.line(0, "%s = %s[dict, %s]", name, m.library("typing", "Annotated"), g.depends(m))
	return &dependable{alias: func(in *module) string { return in.ref(symbol{m, name}) }}
}

func (g *generator) aliasOfAlias(m *module) *dependable {
	first := g.alias(m)
	name := g.fresh("OtherDep")
	switch g.rng.IntN(3) {
	case 0:
		m.line(0, "%s = %s", name, first.alias(m))
	case 1:
		m.line(0, "%s = %s[%s, %s]", name, m.library("typing", "Annotated"), first.alias(m), g.depends(m))
	default:
		m.line(0, `%s = %s[%s, "only a note"]`, name, m.library("typing", "Annotated"), first.alias(m))
	}
	return &dependable{alias: func(in *module) string { return in.ref(symbol{m, name}) }}
}

func (g *generator) decorated(m *module) *dependable {
	wrapper, name := g.fresh("logged"), g.fresh("get_logged")
	m.line(0, "def %s(function):", wrapper)
	m.line(1, "@%s(function)", m.library("functools", "wraps"))
	m.line(1, "def wrapped(*args, **kwargs):")
	m.line(2, "return function(*args, **kwargs)")
	m.blank()
	m.line(1, "return wrapped")
	m.blank()
	m.line(0, "@%s", wrapper)
	m.line(0, "def %s(%s):", name, g.parameters(m, 1, false))
	m.line(1, "return {}")
	return simple(symbol{m, name}, "")
}

func (g *generator) lambda(m *module) *dependable {
	name := g.fresh("shortcut")
	m.line(0, "%s = lambda v=%s: v", name, g.depends(m))
	return simple(symbol{m, name}, "")
}

// rebound is a name that is given again: the last one counts.
func (g *generator) rebound(m *module) *dependable {
	name := g.fresh("resolve")
	for range 2 {
		m.line(0, "def %s(%s):", name, g.parameters(m, 1, true))
		m.line(1, "return {}")
		m.blank()
	}
	return simple(symbol{m, name}, "")
}
