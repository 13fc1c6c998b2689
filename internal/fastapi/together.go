package fastapi

import (
	"path"
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// areas tells the programs of one repository apart. Its zero value knows nothing yet.
type areas struct {
	homes map[source.Path]bool                // folders that a program of their own may stand in
	roots map[source.Path][]*interpret.Module // by file: the modules whose import brings it in; set once all modules ran
}

// markers are names of files that stand where a program is installed or started.
var markers = []string{"pyproject.toml", "requirements*.txt", "setup.py", "setup.cfg", "Pipfile", "*.lock", "Dockerfile*", "Procfile*",
	"docker-compose*.y*ml", "compose*.y*ml", ".env"}

// home is the nearest folder above a file in which a program of its own may
// stand; "" when there is none below the root.
func (l *linker) home(p source.Path) source.Path {
	if l.areas.homes == nil {
		l.areas.homes = l.findHomes()
	}
	for dir := p.Dir(); dir != ""; dir = dir.Dir() {
		if l.areas.homes[dir] {
			return dir
		}
	}
	return ""
}

// findHomes lists the folders that hold a marker, and Python somewhere below.
func (l *linker) findHomes() map[source.Path]bool {
	marked, homes := map[source.Path]bool{}, map[source.Path]bool{}
	paths := l.in.Tree.Paths()
	for _, p := range paths {
		if slices.ContainsFunc(markers, func(m string) bool { ok, _ := path.Match(m, p.Base()); return ok }) {
			marked[p.Dir()] = true
		}
	}
	for _, p := range paths {
		if !strings.HasSuffix(string(p), ".py") {
			continue
		}
		for dir := p.Dir(); dir != "" && !homes[dir]; dir = dir.Dir() {
			if marked[dir] {
				homes[dir] = true
			}
		}
	}
	return homes
}

// related reports whether one of two folders holds the other.
func related(a, b source.Path) bool {
	return a == "" || b == "" || a == b || a.Within(b) || b.Within(a)
}

// together reports whether two files may run in one process: they belong to one
// program by where they stand, or one import brings in both.
func (l *linker) together(a, b source.Path) bool {
	x, y := l.home(a), l.home(b)
	switch {
	case a == b, x != "" && y != "" && related(x, y):
		return true
	case l.machine.Ran(a) == nil || l.machine.Ran(b) == nil:
		return related(x, y)
	}
	return l.imported(a, b)
}

// Runs reports whether the program that a file belongs to may run in an environment.
func (p *Project) Runs(e *environment.Environment, file source.Path) bool {
	if p.linker == nil {
		return true
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	return p.linker.runsIn(e, file)
}

// runsIn reports whether an environment may run the program of a file: not the
// container of a database, and not that of a neighbour.
func (l *linker) runsIn(e *environment.Environment, file source.Path) bool {
	switch {
	case file == "":
		return true
	case (e.Kind == environment.Compose || e.Kind == environment.Image) && e.Files != nil:
		_, ok, _, _ := e.Files.Locate(file)
		return ok || len(e.Commands) > 0 && (e.Image == "" && l.describes(e, file) || !built(e) && l.startsProgram(e, file))
	case e.Kind == environment.Process:
		return l.starts(e, file)
	}
	return true
}

// Together reports whether two files may run in one process.
func (p *Project) Together(a, b source.Path) bool {
	if p.linker == nil {
		return true
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	return p.linker.together(a, b)
}

// imported reports whether one import brings in both of two files.
func (l *linker) imported(a, b source.Path) bool {
	x, y := l.machine.Ran(a), l.machine.Ran(b)
	if x == nil || y == nil {
		return false
	}
	if !l.settled {
		return importRoot(x) == importRoot(y)
	}
	if l.areas.roots == nil {
		l.areas.roots = l.importedBy()
	}
	return slices.ContainsFunc(l.areas.roots[a], func(m *interpret.Module) bool { return slices.Contains(l.areas.roots[b], m) })
}

// importRoot is the module that nothing imported and whose import began that of m.
func importRoot(m *interpret.Module) *interpret.Module {
	for steps := 0; m.Importer != nil && steps < 1000; steps++ {
		m = m.Importer
	}
	return m
}

// importedBy lists for every file the roots that import it, themselves or through others.
func (l *linker) importedBy() map[source.Path][]*interpret.Module {
	out := map[source.Path][]*interpret.Module{}
	for _, root := range l.machine.Modules() {
		if root == nil || root.Importer != nil {
			continue
		}
		seen, pending := map[source.Path]bool{root.Path: true}, []source.Path{root.Path}
		for len(pending) > 0 {
			at := pending[len(pending)-1]
			pending = pending[:len(pending)-1]
			out[at] = append(out[at], root)
			m := l.machine.Ran(at)
			if m == nil {
				continue
			}
			for _, next := range m.Imports() {
				if !seen[next] {
					seen[next] = true
					pending = append(pending, next)
				}
			}
		}
	}
	return out
}

// starts reports whether a process outside of containers may be one of the
// program that a file belongs to.
func (l *linker) starts(e *environment.Environment, p source.Path) bool {
	known := false
	for _, c := range e.Commands {
		if l.startedFile(c) != "" {
			if known = true; l.runs(c, p) {
				return true
			}
		}
	}
	return !known && l.describes(e, p)
}

// describes reports whether what describes an environment stands where it can be
// meant for a file: above it, or in a folder that holds no program.
func (l *linker) describes(e *environment.Environment, file source.Path) bool {
	dir := e.At.Path.Dir()
	if dir == "" || file.Within(dir) {
		return true
	}
	return !slices.ContainsFunc(l.in.Tree.Paths(), func(p source.Path) bool {
		return strings.HasSuffix(string(p), ".py") && p.Within(dir)
	})
}

// runs reports whether a command may start the program that a file belongs to.
func (l *linker) runs(c environment.Command, p source.Path) bool {
	started := l.startedFile(c)
	if started == "" {
		return related(l.home(c.At.Path), l.home(p))
	}
	return started == p || l.imported(started, p) || l.home(p) != "" && l.home(started) != "" && related(l.home(started), l.home(p))
}

// composed reports whether one compose file runs both of two files.
func (l *linker) composed(a, b source.Path) bool {
	holds := func(e *environment.Environment, p source.Path) bool {
		if e.Kind != environment.Compose || e.Files == nil || len(e.Described) == 0 {
			return false
		}
		_, ok, _, _ := e.Files.Locate(p)
		return ok
	}
	for _, e := range l.in.Environments {
		for _, f := range l.in.Environments {
			if holds(e, a) && holds(f, b) && e.Described[0] == f.Described[0] {
				return true
			}
		}
	}
	return false
}

// startedFile is the file that a command runs, seen from where it runs; "" when
// that is not known.
func (l *linker) startedFile(c environment.Command) source.Path {
	module, _, _ := strings.Cut(c.App, ":")
	if module == "" {
		return ""
	}
	file := strings.ReplaceAll(module, ".", "/")
	names := []string{file + ".py", file + "/__init__.py"}
	if strings.HasSuffix(module, ".py") {
		names = []string{module}
	}
	for _, dir := range []environment.Dir{c.AppDir, c.WorkDir} {
		if !dir.Known {
			continue
		}
		from, ok := source.Path("").Join(dir.Path)
		for _, below := range []string{"", "src/"} {
			for _, name := range names {
				if at, inside := from.Join(below + name); ok && inside && l.in.Program.Module(at) != nil {
					return at
				}
			}
		}
	}
	return ""
}

// Serves reports whether a file that is no Python, such as an env file, may be
// meant for the program that a module belongs to.
func (p *Project) Serves(file, module source.Path) bool {
	if p.linker == nil {
		return true
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	return p.linker.serves(file, module)
}

func (l *linker) serves(file, module source.Path) bool {
	h, own := l.home(file), l.home(module)
	if h == "" || module.Within(h) || own != "" && related(h, own) {
		return true
	}
	return slices.ContainsFunc(l.machine.Modules(), func(m *interpret.Module) bool {
		return m != nil && m.Path.Within(h) && l.imported(m.Path, module)
	})
}
