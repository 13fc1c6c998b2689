package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// KeyLoadedLate reports an env file that is loaded after the key was read.
var KeyLoadedLate = &Analyzer{
	Code: "key-loaded-late", Family: SecretKey, Severity: Error,
	Run: func(pass *Pass) {
		p := pass.Project
		for _, fault := range keyFaults(p, "key-loaded-late") {
			in, k := fault.in[0], fault.key
			name := keyName(k)
			e := places{project: p}
			e.add(in.load.At, "loads the file, after the read")
			importer := importBefore(p, in.load.At, k.At.Path)
			e.add(importer, fmt.Sprintf("imports %s, which reads the variable", k.At.Path))
			e.add(k.At, "reads "+name+", before the file is loaded")
			e.add(in.line, "has the value, too late")
			f := Finding{
				Certainty: Confirmed, At: in.load.At, Subject: name, Operations: keyOperations(p, k),
				Message: fmt.Sprintf("%s is loaded after %s was read at %s, so %s", in.line.Path, name, placeOf(p, k.At), insteadWords(in.row)),
				Assumes: []string{name + " is not exported before Python starts"},
				Effect:  keyEffect(p, k, in.row), Evidence: e.list,
				Check: Check{Say: fmt.Sprintf("Print whether the key is set at the end of %s while the application starts", k.At.Path)},
				Fixes: []Fix{{Title: "Load the file before the imports that read the environment"}},
			}
			if in.load.Override && in.row.State == fastapi.StateSet {
				continue
			}
			pass.Report(f)
		}
	},
}

// importBefore finds the import statement above a place that leads to a file.
func importBefore(p *fastapi.Project, at source.Location, target source.Path) (found source.Location) {
	module := moduleOf(p, at.Path)
	if module == nil {
		return found
	}
	direct := map[source.Path][]source.Path{}
	for _, stmt := range module.Body {
		if stmt.Span().Start >= at.Span.Start {
			break
		}
		set := files{}
		for _, path := range importedBy(p, at.Path, stmt) {
			set[path] = true
		}
		if len(set) == 0 {
			continue
		}
		closure(p, set, direct)
		if set[target] {
			return source.Location{Path: at.Path, Span: stmt.Span()}
		}
	}
	return found
}

// importedBy lists the files of the project that one import statement names.
func importedBy(p *fastapi.Project, path source.Path, stmt python.Stmt) (targets []source.Path) {
	find := func(level int, dotted string) {
		if t := p.Program.Find(path, level, dotted); t.Kind == python.ModuleFile || t.Kind == python.Package {
			targets = append(targets, t.Path)
		}
	}
	switch n := stmt.(type) {
	case *python.Import:
		for _, name := range n.Names {
			find(0, name.Name)
		}
	case *python.ImportFrom:
		find(n.Level, n.Module)
		for _, name := range n.Names {
			if n.Module == "" {
				find(n.Level, name.Name)
			} else {
				find(n.Level, n.Module+"."+name.Name)
			}
		}
	}
	return targets
}
