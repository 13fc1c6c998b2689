package analyzers

import (
	"maps"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// moduleOf returns the facts of a Python file, or nil.
func moduleOf(p *fastapi.Project, path source.Path) *python.Module {
	if p.Program == nil {
		return nil
	}
	return p.Program.Module(path)
}

// closure adds to a set of files those of the project that they import, directly or not.
func closure(p *fastapi.Project, set files, direct map[source.Path][]source.Path) {
	queue := slices.Collect(maps.Keys(set))
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		targets, known := direct[path]
		if !known {
			targets = importsOf(p, path)
			direct[path] = targets
		}
		for _, target := range targets {
			if !set[target] {
				set[target] = true
				queue = append(queue, target)
			}
		}
	}
}

// importsOf returns the files of the project that run when path is imported,
// packages on the way included.
func importsOf(p *fastapi.Project, path source.Path) (targets []source.Path) {
	module := moduleOf(p, path)
	if module == nil {
		return nil
	}
	find := func(level int, dotted string) {
		if t := p.Program.Find(path, level, dotted); t.Kind == python.ModuleFile || t.Kind == python.Package {
			targets = append(targets, t.Path)
		}
	}
	python.Inspect(module, func(node any) bool {
		switch n := node.(type) {
		case *python.Import:
			for _, name := range n.Names {
				for dotted := name.Name; dotted != ""; dotted = parent(dotted) {
					find(0, dotted)
				}
			}
		case *python.ImportFrom:
			for dotted := n.Module; dotted != ""; dotted = parent(dotted) {
				find(n.Level, dotted)
			}
			if n.Level > 0 {
				find(n.Level, "")
			}
			for _, name := range n.Names {
				find(n.Level, strings.TrimPrefix(n.Module+"."+name.Name, "."))
			}
		case python.Expr:
			return false
		}
		return true
	})
	return targets
}

func parent(dotted string) string {
	return dotted[:max(0, strings.LastIndexByte(dotted, '.'))]
}
