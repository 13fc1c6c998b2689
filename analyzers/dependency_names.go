package analyzers

import (
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// moduleName is a name that a module binds at its top level.
type moduleName struct {
	name  string
	value interpret.Value
}

// moduleNames lists what the imports and definitions of a module bind.
func moduleNames(p *fastapi.Project, path source.Path) (out []moduleName) {
	m := moduleOf(p, path)
	if m == nil {
		return nil
	}
	add := func(id string, at python.Range) {
		if v := p.Eval(path, &python.Name{Range: at, ID: id}); v != nil {
			out = append(out, moduleName{id, v})
		}
	}
	for _, st := range m.Body {
		switch s := st.(type) {
		case *python.ImportFrom:
			for _, alias := range s.Names {
				add(textOr(alias.As, alias.Name), alias.NameAt)
			}
		case *python.Function:
			add(s.Name, s.NameAt)
		case *python.Class:
			add(s.Name, s.NameAt)
		}
	}
	return out
}

// namesIn lists the names under which a module knows a callable.
func namesIn(p *fastapi.Project, path source.Path, c *fastapi.Callable) (names []string) {
	for _, n := range moduleNames(p, path) {
		switch n.value.(type) {
		case *interpret.Func, *interpret.Class, *interpret.Instance:
			if p.Callable(n.value) == c {
				names = append(names, n.name)
			}
		}
	}
	return names
}
