package fastapi

import (
	"slices"
	"strings"
	"sync"

	"bearings/internal/environment"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// Input is what Link needs of a snapshot.
type Input struct {
	Tree         source.Tree
	Program      *python.Program
	Environments []*environment.Environment
	Requirements *requirements.Set
	// EntryPoints are applications named by the configuration, "app.main:app" or
	// "app/main.py:create_app()". Empty: they are looked for.
	EntryPoints []string
	// Stop, when set, is asked now and then; when it says true, Link ends early and
	// its result is to be thrown away.
	Stop func() bool
}

// Link computes the model.
func Link(in Input) *Project {
	l := newLinker(in)
	l.run()
	p := &Project{Tree: in.Tree, Program: in.Program, Environments: in.Environments, Requirements: in.Requirements, linker: l, memos: &sync.Map{}}
	l.project(p)
	l.machine.Stop = nil // what is asked of the project later has no end of its own
	return p
}

// run interprets every module that may build an application.
func (l *linker) run() {
	for _, path := range l.entries() {
		l.machine.Import(path)
	}
	l.factories()
	for _, path := range l.in.Program.Candidates("dependency_overrides") { // what starts an application with other guards
		if roleOf(path) == Application {
			l.machine.Import(path)
		}
	}
	for _, path := range l.in.Program.Candidates("jwt", "jose") { // scripts and services beside the applications
		if m := l.in.Program.Module(path); m != nil && roleOf(path) == Application && importsTokens(m) {
			l.machine.Import(path)
		}
	}
	l.started()
}

// entries lists the modules to run, the ones that something starts first.
func (l *linker) entries() []source.Path {
	var out []source.Path
	add := func(p source.Path) {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, e := range l.in.EntryPoints {
		if p := l.entryPath(e); p != "" {
			add(p)
		}
	}
	for _, env := range l.in.Environments {
		for _, c := range env.Commands {
			if p := l.entryPath(c.App); p != "" {
				add(p)
			}
		}
	}
	candidates := l.in.Program.Candidates("FastAPI(", "APIRouter", "fastapi")
	slices.SortStableFunc(candidates, func(a, b source.Path) int {
		if x, y := roleOf(a) != Application, roleOf(b) != Application; x != y {
			if x {
				return 1
			}
			return -1
		}
		return strings.Count(string(a), "/") - strings.Count(string(b), "/")
	})
	for _, p := range candidates {
		if m := l.in.Program.Module(p); m != nil && makesApp(m) {
			add(p)
		}
	}
	return out
}

// entryPath finds the file that "pkg.mod:attr", "pkg/mod.py" or "pkg/mod.py:attr" names.
func (l *linker) entryPath(entry string) source.Path {
	mod, _, _ := strings.Cut(entry, ":")
	if mod == "" {
		return ""
	}
	if strings.HasSuffix(mod, ".py") {
		p := source.Path(strings.TrimPrefix(mod, "./"))
		if l.in.Program.Module(p) != nil {
			return p
		}
		return ""
	}
	found := l.in.Program.Find("_.py", 0, mod)
	if found.Kind == python.ModuleFile || found.Kind == python.Package {
		return found.Path
	}
	return ""
}

// makesApp reports whether a module holds a call that may make an application:
// of FastAPI by whatever name the module imports it under, or of a class it defines.
func makesApp(m *python.Module) bool { return python.Derive(m, makesAppKey{}, lookForApp) }

type makesAppKey struct{}

func lookForApp(m *python.Module) bool {
	names, found := fastAPINames(m), false
	python.InspectHolding(m, python.AnyOf(append(slices.Clone(names), "API(", "App(")...), func(n any) bool {
		if c, ok := n.(*python.Class); ok {
			found = found || extendsFastAPI(names, c)
		}
		if c, ok := n.(*python.Call); ok {
			switch fn := c.Func.(type) {
			case *python.Name:
				found = found || strings.HasSuffix(fn.ID, "API") || strings.HasSuffix(fn.ID, "App") || slices.Contains(names, fn.ID)
			case *python.Attribute:
				found = found || fn.Attr == "FastAPI"
			}
		}
		return !found
	})
	return found
}

// fastAPINames are the names that a module may know FastAPI by.
func fastAPINames(m *python.Module) []string {
	names := []string{"FastAPI"}
	for _, st := range m.Body {
		if imp, ok := st.(*python.ImportFrom); ok && strings.HasPrefix(imp.Module, "fastapi") {
			for _, n := range imp.Names {
				if n.Name == "FastAPI" && n.As != "" {
					names = append(names, n.As)
				}
			}
		}
	}
	return names
}

// factories follows functions that would make an application and that nothing
// called so far: it runs the modules that mention them, and calls what is left
// as a start command would.
func (l *linker) factories() {
	l.importWhere(l.uncalled())
	l.importWhere(l.appClasses())
	for _, m := range slices.Clone(l.machine.Modules()) {
		if m == nil || m.Syntax == nil {
			continue
		}
		for _, st := range m.Syntax.Body {
			switch d := st.(type) {
			case *python.Function:
				if l.unbuilt(m, d) {
					if b, ok := m.Scope.Get(d.Name); ok {
						before := len(l.nodes)
						l.tryCall(m, b.Value)
						l.handedOut(d, l.nodes[before:])
					}
				}
			case *python.Class:
				if l.unbuilt(m, d) {
					if b, ok := m.Scope.Get(d.Name); ok {
						l.tryClass(m, b.Value)
					}
				}
			}
		}
	}
}

// uncalled names the functions and classes that hold a call FastAPI(…) that has not happened.
func (l *linker) uncalled() []string {
	var out []string
	for _, m := range l.machine.Modules() {
		if m == nil || m.Syntax == nil || roleOf(m.Path) != Application {
			continue
		}
		for _, st := range m.Syntax.Body {
			switch d := st.(type) {
			case *python.Function:
				if l.unbuilt(m, d) {
					out = append(out, d.Name)
				}
			case *python.Class:
				if l.unbuilt(m, d) {
					out = append(out, d.Name)
				}
			}
		}
	}
	return out
}

// unbuilt reports whether a definition holds a call FastAPI(…) that has not happened.
func (l *linker) unbuilt(m *interpret.Module, definition python.Stmt) bool {
	if !namesFastAPI(m.Syntax) {
		return false
	}
	names, found := fastAPINames(m.Syntax), false
	python.InspectHolding(definition, python.AnyOf(names...), func(n any) bool {
		if _, ok := n.(*python.Decorator); ok || found {
			return false
		}
		c, ok := n.(*python.Call)
		if !ok {
			return true
		}
		name, isName := c.Func.(*python.Name)
		attr, isAttr := c.Func.(*python.Attribute)
		if (isName && slices.Contains(names, name.ID)) || (isAttr && attr.Attr == "FastAPI") {
			at := source.Location{Path: m.Path, Span: c.Span()}
			found = !slices.ContainsFunc(l.nodes, func(n *node) bool { return n.at == at })
		}
		return !found
	})
	return found
}

type namesFastAPIKey struct{}

// namesFastAPI reports whether a module calls FastAPI(…) anywhere, by whatever
// name it imports it under.
func namesFastAPI(m *python.Module) bool {
	return python.Derive(m, namesFastAPIKey{}, func(m *python.Module) bool {
		return len(python.CallsOf(m, fastAPINames(m)...)) > 0
	})
}

func (l *linker) tryCall(m *interpret.Module, v interpret.Value) {
	f := l.machine.FrameOf(m)
	f.Call(&interpret.CallSite{At: interpret.OriginOf(v).At, Frame: f}, v, &interpret.Args{})
}

// tryClass makes an object of a class and calls the methods that make an application.
func (l *linker) tryClass(m *interpret.Module, v interpret.Value) {
	c, ok := v.(*interpret.Class)
	if !ok {
		return
	}
	f := l.machine.FrameOf(m)
	site := &interpret.CallSite{At: interpret.OriginOf(v).At, Frame: f}
	inst := f.Call(site, c, &interpret.Args{})
	for _, st := range c.Def.Body {
		d, ok := st.(*python.Function)
		if ok && d.Name != "__init__" && l.unbuilt(m, d) {
			f.Call(site, f.Attr(inst, d.Name, site.At), &interpret.Args{})
		}
	}
}

// project turns what the run built into the model.
func (l *linker) project(p *Project) {
	l.finishSchemes()
	l.routesChanged()
	b := &builder{l: l, resolver: newResolver(l), apps: map[*node]*App{}}
	for _, n := range l.appNodes() {
		b.lazy = lazyIncludes(l.in, n.at.Path)
		a := b.build(n)
		a.Role = roleOf(n.at.Path)
		p.Apps = append(p.Apps, a)
	}
	p.Apps = b.mountedToo(p.Apps)
	slices.SortStableFunc(p.Apps, func(x, y *App) int {
		if x.At.Before(y.At) {
			return -1
		}
		return 1
	})
	l.requests(p)
	p.Schemes = l.schemes
	p.Bare = l.bare
	p.Loads, p.EnvironSets, p.FileMisses = l.loads, l.environSets, l.fileMisses
	p.Gaps = append(append(p.Gaps, l.gaps...), l.unread()...)
	l.projectUses(p)
	p.Coroutines = l.coroutines
	l.projectKeys(p)
	l.testOverrides()
	l.projectOverrides(p)
	l.pairs = p.pairs()
}

// appNodes returns the applications: every one that a name of a module holds, and
// of others made by one FastAPI(…) call the one that was given most.
func (l *linker) appNodes() []*node {
	var out []*node
	best := map[source.Location]int{}
	for _, n := range l.nodes {
		if !n.app {
			continue
		}
		at, seen := best[n.at]
		switch {
		case !seen:
			best[n.at] = len(out)
			out = append(out, n)
		case l.held(n) && l.held(out[at]) && n.weight() > 0 && l.nodeName(n) != l.nodeName(out[at]):
			out = append(out, n)
		case l.held(n) && !l.held(out[at]), l.held(n) == l.held(out[at]) && n.weight() > out[at].weight():
			out[at] = n
		}
	}
	return out
}

// weight is how much was registered on a node.
func (n *node) weight() int { return len(n.events) + len(n.middleware) + len(n.handlers) }

// held reports whether a module's name holds the node.
func (l *linker) held(n *node) bool {
	if n.function == "" {
		return true
	}
	return l.boundName(n) != ""
}

// nodeName names an application or router by the variable that holds it.
func (l *linker) nodeName(n *node) string {
	if n.name != "" {
		return n.name
	}
	o := n.inst.Origin
	module := l.in.Program.ModuleName(n.at.Path)
	switch {
	case o.Name != "" && o.NameAt.Path != "" && n.function == "":
		module = l.in.Program.ModuleName(o.NameAt.Path)
		n.name = module + ":" + o.Name
	default:
		n.name = l.boundName(n)
		if n.name == "" && n.function != "" {
			n.name = module + ":" + n.function + "()"
		} else if n.name == "" {
			n.name = module + ":" + o.Name
		}
	}
	return n.name
}

// boundName finds a module-level name that holds the node.
func (l *linker) boundName(n *node) string {
	for _, m := range l.machine.Modules() {
		if m == nil {
			continue
		}
		var names []string
		for name, b := range m.Scope.Names {
			if nodeOf(b.Value) == n {
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			slices.Sort(names)
			return m.Name + ":" + names[0]
		}
	}
	return ""
}

// roleOf tells by its folder and name what a file's application is for.
func roleOf(path source.Path) AppRole {
	parts := strings.Split(string(path), "/")
	for i, p := range parts {
		last := i == len(parts)-1
		switch {
		case !last && (p == "tests" || p == "test" || p == "testing" || p == "e2e" || p == "__tests__" || p == "testdata" || p == "fixtures"):
			return TestApp
		case last && (strings.HasPrefix(p, "test_") || strings.HasSuffix(p, "_test.py") || p == "conftest.py"):
			return TestApp
		case !last && (p == "docs" || p == "docs_src" || p == "examples" || p == "example" || p == "samples"):
			return ExampleApp
		}
	}
	return Application
}

func (l *linker) projectUses(p *Project) {
	seen := map[source.Location]bool{}
	for _, u := range l.uses {
		if seen[u.inst.At] {
			continue
		}
		seen[u.inst.At] = true
		d := &DependsUse{At: u.inst.At, Wrapper: u.wrapper, Place: u.place, Function: u.function, Parameter: u.parameter, Param: u.param}
		if a, ok := u.inst.Args.Get(0, "dependency"); ok {
			d.Argument, d.Value = a.At, a.Value
			d.Callable = l.callable(a.Value)
		}
		p.Uses = append(p.Uses, d)
	}
}
