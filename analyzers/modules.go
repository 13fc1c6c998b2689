package analyzers

import (
	"maps"
	"slices"

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
	for _, target := range p.Imports(path) {
		targets = append(targets, target)
		for dir := target.Dir(); dir != ""; dir = dir.Dir() {
			init := dir + "/__init__.py"
			if _, err := p.Tree.File(init); err != nil {
				break
			}
			targets = append(targets, init)
		}
	}
	return targets
}
