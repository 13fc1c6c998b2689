package python

import (
	"fmt"
	"strings"

	"bearings/internal/source"
)

// ImportKind says what an import leads to.
type ImportKind uint8

// The kinds of imports.
const (
	External   ImportKind = iota // a library, not part of the project
	ModuleFile                   // a .py file
	Package                      // a folder with __init__.py
	Namespace                    // a folder without
	Missing                      // part of the project, and not there
)

// ImportTarget is what an import leads to.
type ImportTarget struct {
	Kind ImportKind
	// Path is the .py file, the __init__.py of a package, or the folder of a
	// namespace package.
	Path source.Path
	// Dotted is the absolute name. A project's module has one, however it is imported.
	Dotted string
	// Reason says, for Missing and some External, why nothing was found.
	Reason string
}

type importKey struct {
	folder source.Path
	level  int
	dotted string
}

// Find returns what dotted leads to when the file from imports it, with level
// leading dots. Python's rules hold as far as files can tell them; what stands on
// sys.path is a guess: the configured roots; the folder that holds from's own
// package, or from itself; the folders above; src folders beside these; folders
// with a pyproject.toml and the like; and last, any folder that holds a package of
// the name. A well-known library is taken for itself unless a module of its name
// stands in a configured root or in the first of the guesses.
func (p *Program) Find(from source.Path, level int, dotted string) ImportTarget {
	key := importKey{from.Dir(), level, dotted}
	if got, ok := p.imports.Load(key); ok {
		return got.(ImportTarget)
	}
	found := p.layout.find(key)
	if found.Path != "" || found.Kind == Namespace {
		found.Dotted = p.layout.moduleName(found.Path)
	}
	p.imports.Store(importKey{key.folder, level, strings.Clone(dotted)}, found)
	return found
}

func (l *layout) find(key importKey) ImportTarget {
	if key.level > 0 {
		return l.findRelative(key)
	}
	if key.dotted == "" {
		return ImportTarget{Kind: Missing, Reason: "the import names no module"}
	}
	segments := strings.Split(key.dotted, ".")
	own := l.packageRoot(key.folder)
	if kind, ok := wellKnown(segments[0]); ok {
		return l.findKnown(key, own, segments, kind)
	}
	var namespace, missing ImportTarget
	for root := range l.searchRoots(key.folder, own) {
		got := l.lookup(root, segments)
		switch {
		case got.Kind == ModuleFile || got.Kind == Package:
			return got
		case got.Kind == Namespace && namespace.Kind == External:
			namespace = got
		case got.Kind == Missing && missing.Kind == External:
			missing = got
		}
	}
	for _, root := range l.near(l.packages[segments[0]], key.folder) {
		if got := l.lookup(root, segments); got.Kind == ModuleFile || got.Kind == Package {
			return got
		}
	}
	for _, got := range []ImportTarget{namespace, missing} {
		if got.Kind != External {
			got.Dotted = key.dotted
			return got
		}
	}
	return ImportTarget{Kind: External, Dotted: key.dotted}
}

// findRelative resolves an import with leading dots against the package folder.
func (l *layout) findRelative(key importKey) ImportTarget {
	base := key.folder
	for range key.level - 1 {
		if base == "" {
			return ImportTarget{Kind: Missing, Dotted: key.dotted,
				Reason: fmt.Sprintf("%d leading dots lead out of the analysed folder", key.level)}
		}
		base = base.Dir()
	}
	if key.dotted == "" {
		if l.isPackage(base) {
			return ImportTarget{Kind: Package, Path: join(base, initFile)}
		}
		return ImportTarget{Kind: Namespace, Path: base}
	}
	got := l.lookup(base, strings.Split(key.dotted, "."))
	if got.Kind == External {
		where := "the analysed folder"
		if base != "" {
			where = string(base)
		}
		got = ImportTarget{Kind: Missing, Reason: fmt.Sprintf("%s holds no module or package %s", where, strings.Split(key.dotted, ".")[0])}
	}
	if got.Kind == Missing {
		got.Dotted = strings.TrimPrefix(l.moduleName(base)+"."+key.dotted, ".")
	}
	return got
}

// lookup resolves segments from a folder on Python's path. External means that
// the folder does not hold the first one, Missing that it lacks a later one. As
// in Python a package goes before a module, and a module before a namespace.
func (l *layout) lookup(root source.Path, segments []string) ImportTarget {
	folder := root
	for i, segment := range segments {
		at := join(folder, segment)
		last := i == len(segments)-1
		isPackage, isModule := l.files[join(at, initFile)], l.files[at+".py"]
		switch {
		case last && isPackage:
			return ImportTarget{Kind: Package, Path: join(at, initFile)}
		case last && isModule:
			return ImportTarget{Kind: ModuleFile, Path: at + ".py"}
		case last && l.folders[at]:
			return ImportTarget{Kind: Namespace, Path: at}
		case !last && isModule && !isPackage:
			return ImportTarget{Kind: Missing, Reason: fmt.Sprintf("%s.py is a module, not a package", at)}
		case !last && l.folders[at]:
			folder = at
		case i == 0:
			return ImportTarget{Kind: External}
		default:
			return ImportTarget{Kind: Missing, Reason: fmt.Sprintf("%s holds no module or package %s", folder, segment)}
		}
	}
	return ImportTarget{Kind: External}
}
