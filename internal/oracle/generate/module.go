package generate

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// module is one Python file under construction.
type module struct {
	g       *generator
	name    string // "deps.auth", relative to the package; "deps" with init
	init    bool   // it is a package's __init__.py
	future  bool   // from __future__ import annotations
	imports []string
	seen    map[string]string // what is imported -> the expression that names it
	body    strings.Builder
	noStar  bool // star imports of it would clash
}

// symbol is a name that a module defines.
type symbol struct {
	in   *module
	name string
}

// line writes one line of the body; level counts indentations.
func (m *module) line(level int, format string, args ...any) {
	m.body.WriteString(strings.Repeat("    ", level))
	fmt.Fprintf(&m.body, format, args...)
	m.body.WriteByte('\n')
}

// blank separates two definitions.
func (m *module) blank() { m.body.WriteString("\n\n") }

// add imports once and returns the expression that names what was imported.
func (m *module) add(key, statement, expression string) string {
	if known, ok := m.seen[key]; ok {
		return known
	}
	m.imports = append(m.imports, statement)
	m.seen[key] = expression
	return expression
}

// plain imports a name of a library in the usual way.
func (m *module) plain(from, name string) string {
	return m.add(from+":"+name, "from "+from+" import "+name, name)
}

// library imports a name of a library in one of the ways people use.
func (m *module) library(from, name string) string {
	alias := m.g.fresh(strings.ToLower(name[:1]) + "lib")
	switch m.g.rng.IntN(10) {
	case 0:
		return m.add(from+":"+name, "from "+from+" import "+name+" as "+alias, alias)
	case 1:
		return m.add(from+":"+name, "import "+from, from+"."+name)
	case 2:
		return m.add(from+":"+name, "import "+from+" as "+alias, alias+"."+name)
	case 3:
		if dot := strings.LastIndexByte(from, '.'); dot > 0 {
			return m.add(from+":"+name, "from "+from[:dot]+" import "+from[dot+1:]+" as "+alias, alias+"."+name)
		}
	}
	return m.plain(from, name)
}

// ref names a symbol in this module, importing it in one of many ways.
func (m *module) ref(s symbol) string {
	if s.in == m {
		return s.name
	}
	key := s.in.name + ":" + s.name
	if known, ok := m.seen[key]; ok {
		return known
	}
	full := m.g.pkg + "." + s.in.name
	parent, last := cut(full)
	alias := m.g.fresh("mod")
	switch m.g.rng.IntN(12) {
	case 0:
		other := m.g.fresh("imported")
		return m.add(key, "from "+full+" import "+s.name+" as "+other, other)
	case 1:
		return m.add(key, "import "+full+" as "+alias, alias+"."+s.name)
	case 2:
		return m.add(key, "from "+parent+" import "+last+" as "+alias, alias+"."+s.name)
	case 3:
		if !m.g.among(s.in, m) { // a package that is still being imported has no attribute of that name yet
			return m.add(key, "import "+full, full+"."+s.name)
		}
	case 4, 5:
		return m.add(key, "from "+m.relative(s.in)+" import "+s.name, s.name)
	case 6:
		if !s.in.noStar && !s.in.init {
			return m.add(key, "from "+full+" import *", s.name)
		}
	case 7, 8:
		if via, ok := m.g.exported(s, m); ok {
			return m.add(key, "from "+via+" import "+s.name, s.name)
		}
	}
	return m.add(key, "from "+full+" import "+s.name, s.name)
}

// relative is the relative import path from m to other.
func (m *module) relative(other *module) string {
	depth := strings.Count(m.name, ".") + 1
	if m.init {
		depth++
	}
	return strings.Repeat(".", depth) + other.name
}

// text renders the file.
func (m *module) text() string {
	var b strings.Builder
	if m.future {
		b.WriteString("from __future__ import annotations\n\n")
	}
	for _, statement := range m.imports {
		b.WriteString(statement + "\n")
	}
	b.WriteString("\n\n" + strings.TrimRight(m.body.String(), "\n") + "\n")
	return b.String()
}

// cut splits "a.b.c" into "a.b" and "c".
func cut(dotted string) (parent, last string) {
	i := strings.LastIndexByte(dotted, '.')
	if i < 0 {
		return "", dotted
	}
	return dotted[:i], dotted[i+1:]
}

// pick chooses one of several values.
func pick[T any](rng *rand.Rand, values ...T) T { return values[rng.IntN(len(values))] }
