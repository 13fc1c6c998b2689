package fastapi

import (
	"slices"

	"bearings/internal/interpret"
	"bearings/internal/python"
)

// maxAppClasses bounds the classes of applications whose names are looked for.
const maxAppClasses = 20

// extendsFastAPI reports whether a class statement has FastAPI among its bases, by one of its names.
func extendsFastAPI(names []string, c *python.Class) bool {
	return slices.ContainsFunc(c.Bases, func(base python.Arg) bool {
		switch x := base.Value.(type) {
		case *python.Name:
			return slices.Contains(names, x.ID)
		case *python.Attribute:
			return x.Attr == "FastAPI"
		}
		return false
	})
}

// importWhere runs the program's modules that mention one of the names.
func (l *linker) importWhere(names []string) {
	for _, name := range names {
		for _, path := range l.in.Program.Candidates(name) {
			if roleOf(path) == Application {
				l.machine.Import(path)
			}
		}
	}
}

// appClasses names the program's classes of applications of which no object was
// made so far: another module may make one under any name.
func (l *linker) appClasses() []string {
	var out []string
	for _, m := range l.machine.Modules() {
		if m == nil || m.Syntax == nil || roleOf(m.Path) != Application {
			continue
		}
		for _, st := range m.Syntax.Body {
			d, ok := st.(*python.Class)
			if !ok || len(d.Bases) == 0 {
				continue
			}
			b, ok := m.Scope.Get(d.Name)
			if !ok || len(out) == maxAppClasses {
				continue
			}
			if c, ok := b.Value.(*interpret.Class); ok && interpret.DerivesFrom(c, nameFastAPI) != "" && !l.instantiated(c) {
				out = append(out, d.Name)
			}
		}
	}
	return out
}

func (l *linker) instantiated(c *interpret.Class) bool {
	return slices.ContainsFunc(l.nodes, func(n *node) bool { return n.app && slices.Contains(interpret.MRO(n.inst.Class), interpret.Value(c)) })
}
