package python

import (
	"slices"
	"strings"

	"bearings/internal/source"
)

// layout is where the Python files of a tree stand. It is immutable.
type layout struct {
	python   []source.Path                 // all .py files, sorted
	files    map[source.Path]bool          // the same
	folders  map[source.Path]bool          // those with a .py file somewhere below
	children map[source.Path][]source.Path // the modules and packages directly in a folder
	packages map[string][]source.Path      // the folders that hold a regular package of a name
	roots    []source.Path                 // configured
	isRoot   map[source.Path]bool
	markers  []source.Path // folders that look like the top of a project
	isMarker map[source.Path]bool
}

// markerFiles stand in the folder that a program is started from.
var markerFiles = []string{"pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Dockerfile", "Procfile", "Pipfile", "manage.py"}

const initFile = "__init__.py"

func newLayout(paths, roots []source.Path) *layout {
	l := &layout{
		files: map[source.Path]bool{}, folders: map[source.Path]bool{}, children: map[source.Path][]source.Path{},
		packages: map[string][]source.Path{}, isRoot: map[source.Path]bool{}, isMarker: map[source.Path]bool{},
	}
	for _, root := range roots {
		root, ok := source.Path("").Join(string(root))
		if ok && !l.isRoot[root] {
			l.roots, l.isRoot[root] = append(l.roots, root), true
		}
	}
	for _, path := range paths {
		if slices.Contains(markerFiles, path.Base()) && !l.isMarker[path.Dir()] {
			l.markers, l.isMarker[path.Dir()] = append(l.markers, path.Dir()), true
		}
		if strings.HasSuffix(string(path), ".py") {
			l.add(path)
		}
	}
	slices.Sort(l.markers)
	return l
}

func (l *layout) add(path source.Path) {
	l.python = append(l.python, path)
	l.files[path] = true
	dir := path.Dir()
	for d := dir; !l.folders[d]; d = d.Dir() {
		l.folders[d] = true
		if d == "" {
			break
		}
	}
	if path.Base() != initFile {
		l.children[dir] = append(l.children[dir], path)
	} else if dir != "" {
		l.children[dir.Dir()] = append(l.children[dir.Dir()], path)
		l.packages[dir.Base()] = append(l.packages[dir.Base()], dir.Dir())
	}
}

// join returns the path of name within folder.
func join(folder source.Path, name string) source.Path {
	if folder == "" {
		return source.Path(name)
	}
	return folder + "/" + source.Path(name)
}

// isPackage reports whether folder is a regular package.
func (l *layout) isPackage(folder source.Path) bool { return l.files[join(folder, initFile)] }

// packageRoot returns the folder that holds the outermost regular package that
// folder belongs to, or folder itself when it is no regular package.
func (l *layout) packageRoot(folder source.Path) source.Path {
	for folder != "" && l.isPackage(folder) {
		folder = folder.Dir()
	}
	return folder
}

// nameRoot returns the folder from which the module or package at unit gets its
// dotted name: the innermost configured root; else the folder that holds the
// outermost package; and where it belongs to none, the nearest folder above that
// looks like the top of a project, or the root of the tree.
func (l *layout) nameRoot(unit source.Path) source.Path {
	for _, folder := range ancestors(unit) {
		if l.isRoot[folder] {
			return folder
		}
	}
	if folder := unit.Dir(); l.isPackage(unit) || l.isPackage(folder) {
		return l.packageRoot(folder)
	}
	for _, folder := range ancestors(unit) {
		if l.isMarker[folder] || folder.Base() == "src" {
			return folder
		}
	}
	return ""
}

// moduleName returns the dotted name of a file or, for a namespace package, of a folder.
func (l *layout) moduleName(path source.Path) string {
	unit := source.Path(strings.TrimSuffix(string(path), ".py"))
	if path.Base() == initFile {
		unit = path.Dir()
	}
	root := l.nameRoot(unit)
	if root != "" {
		unit = unit[min(len(root)+1, len(unit)):]
	}
	return strings.ReplaceAll(string(unit), "/", ".")
}

// ModuleName returns the dotted name by which the file at path is imported,
// such as "app.main".
func (p *Program) ModuleName(path source.Path) string { return p.layout.moduleName(path) }

// Submodules returns the files of the modules and packages that stand directly
// in a package, named by its folder or its __init__.py, sorted. A package is its
// __init__.py.
func (p *Program) Submodules(pkg source.Path) []source.Path {
	if pkg.Base() == initFile {
		pkg = pkg.Dir()
	}
	if pkg == "." {
		pkg = ""
	}
	return p.layout.children[pkg]
}
