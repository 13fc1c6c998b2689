package generate

import "fmt"

// dependable is something that can be depended on. Exactly one of the three
// ways to name it is primary: as a callable, as an expression that already is
// Depends(…), or as an Annotated alias.
type dependable struct {
	callable func(*module) string
	marker   func(*module) string
	alias    func(*module) string
	class    bool // callable names a class, so that Depends() can take it from the annotation
}

// writeDependables writes one to three modules of dependables, each on top of
// what was written before.
func (g *generator) writeDependables() {
	for _, s := range g.schemes {
		g.deps = append(g.deps, &dependable{callable: func(m *module) string { return m.ref(s.symbol) + s.suffix }})
	}
	names := []string{"deps.auth", "deps.common", "deps.services"}
	for _, name := range names[:1+g.rng.IntN(3)] {
		m := g.module(name)
		for range 4 + g.rng.IntN(5) {
			m.blank()
			g.deps = append(g.deps, g.dependable(m))
		}
		if g.chance(70) {
			m.blank()
			g.lists = append(g.lists, g.dependencyList(m))
		}
	}
}

// some chooses a dependable; newer ones are likelier.
func (g *generator) some() *dependable {
	n := len(g.deps)
	return g.deps[max(g.rng.IntN(n), g.rng.IntN(n))]
}

// wrapper is Depends or Security with its arguments around a callable.
func (g *generator) wrapper(m *module, callable string) string {
	switch n := g.rng.IntN(20); {
	case n < 3:
		return fmt.Sprintf(`%s(%s, scopes=[%s])`, m.library("fastapi", "Security"), callable, pick(g.rng, `"read"`, `"write"`, `"read", "write"`))
	case n == 3:
		return fmt.Sprintf("%s(%s, use_cache=False)", m.library("fastapi", "Depends"), callable)
	case n == 4:
		return fmt.Sprintf("%s(dependency=%s)", m.library("fastapi", "Depends"), callable)
	case n == 5:
		return fmt.Sprintf("%s(%s)", m.library("fastapi", "Security"), callable)
	case n == 6:
		return fmt.Sprintf("%s(%s)", m.library("fastapi.params", "Depends"), callable)
	}
	return fmt.Sprintf("%s(%s)", m.library("fastapi", "Depends"), callable)
}

// depends is an expression that is Depends(…) or Security(…).
func (g *generator) depends(m *module) string {
	for {
		d := g.some()
		switch {
		case d.marker != nil:
			return d.marker(m)
		case d.callable != nil:
			return g.wrapper(m, d.callable(m))
		}
	}
}

// parameters are the text of a signature's dependencies: n of them, plus what
// else is given. With bare, no annotation is written (classes and instances
// under deferred annotations cannot resolve them in every version).
func (g *generator) parameters(m *module, n int, bare bool, first ...string) string {
	without, with := first, []string(nil)
	for range n {
		name := g.fresh("v")
		d := g.some()
		switch {
		case d.alias != nil && bare:
			with = append(with, name+"="+g.depends(m))
		case d.alias != nil && g.chance(10):
			with = append(with, fmt.Sprintf("%s: %s = None", name, d.alias(m)))
		case d.alias != nil:
			without = append(without, fmt.Sprintf("%s: %s", name, d.alias(m)))
		case d.marker != nil:
			with = append(with, name+"="+d.marker(m))
		case d.class && !bare && g.chance(50):
			if g.chance(50) {
				with = append(with, fmt.Sprintf("%s: %s = %s()", name, d.callable(m), m.library("fastapi", "Depends")))
			} else {
				without = append(without, fmt.Sprintf("%s: %s[%s, %s()]", name, m.plain("typing", "Annotated"), d.callable(m), m.library("fastapi", "Depends")))
			}
		case bare || g.chance(35):
			with = append(with, name+"="+g.wrapper(m, d.callable(m)))
		case g.chance(25):
			with = append(with, fmt.Sprintf("%s: dict = %s", name, g.wrapper(m, d.callable(m))))
		case g.quotes && g.chance(20) && !m.future:
			without = append(without, fmt.Sprintf("%s: %q", name, m.plain("typing", "Annotated")+"[dict, "+g.wrapper(m, d.callable(m))+"]"))
		default:
			without = append(without, fmt.Sprintf("%s: %s[dict, %s]", name, m.plain("typing", "Annotated"), g.wrapper(m, d.callable(m))))
		}
	}
	text := ""
	for i, p := range append(without, with...) {
		if i > 0 {
			text += ", "
		}
		text += p
	}
	return text
}

// dependencyList writes a variable that holds a list of dependencies.
func (g *generator) dependencyList(m *module) symbol {
	name := g.fresh("GUARDS")
	switch {
	case len(g.lists) > 0 && g.chance(40):
		m.line(0, "%s = %s + [%s]", name, m.ref(pick(g.rng, g.lists...)), g.depends(m))
	case g.chance(30):
		m.line(0, "%s = [", name)
		m.line(1, "%s,", g.depends(m))
		m.line(1, "%s,", g.depends(m))
		m.line(0, "]")
	default:
		m.line(0, "%s = [%s]", name, g.depends(m))
	}
	if g.chance(20) {
		m.line(0, "%s.append(%s)", name, g.depends(m))
	}
	return symbol{m, name}
}

// dependencies is an expression for dependencies=…; "" for none.
func (g *generator) dependencies(m *module, percent int) string {
	if !g.chance(percent) {
		return ""
	}
	if len(g.lists) > 0 && g.chance(40) {
		list := m.ref(pick(g.rng, g.lists...))
		switch g.rng.IntN(5) {
		case 0:
			return fmt.Sprintf("[*%s, %s]", list, g.depends(m))
		case 1:
			return fmt.Sprintf("%s + [%s]", list, g.depends(m))
		case 2:
			return fmt.Sprintf("%s if %s else []", list, pick(g.rng, g.config.yes...)(m))
		}
		return list
	}
	if g.chance(30) {
		return fmt.Sprintf("[%s, %s]", g.depends(m), g.depends(m))
	}
	if g.chance(10) {
		callable := g.callableOnly(m)
		return fmt.Sprintf("[%s(d) for d in (%s, %s)]", m.library("fastapi", "Depends"), callable, g.callableOnly(m))
	}
	return fmt.Sprintf("[%s]", g.depends(m))
}

func (g *generator) callableOnly(m *module) string {
	for {
		if d := g.some(); d.callable != nil {
			return d.callable(m)
		}
	}
}
