package python

import (
	"iter"
	"slices"

	"bearings/internal/source"
)

// searchRoots yields the folders in which an absolute import from folder may
// start, the likeliest first and each once. own is the folder that holds the
// importing file's package.
func (l *layout) searchRoots(folder, own source.Path) iter.Seq[source.Path] {
	return func(yield func(source.Path) bool) {
		seen := make([]source.Path, 0, 16)
		try := func(root source.Path) bool {
			if slices.Contains(seen, root) {
				return true
			}
			seen = append(seen, root)
			return yield(root)
		}
		for _, root := range l.roots {
			if !try(root) {
				return
			}
		}
		if !try(own) {
			return
		}
		above := ancestors(own)
		for _, root := range above {
			if !try(root) {
				return
			}
		}
		for _, root := range append([]source.Path{own}, above...) {
			if src := join(root, "src"); l.folders[src] && !try(src) {
				return
			}
		}
		for _, root := range l.near(l.markers, folder) {
			if !try(root) {
				return
			}
		}
	}
}

// ancestors returns the folders above folder, the nearest first.
func ancestors(folder source.Path) []source.Path {
	var out []source.Path
	for folder != "" {
		folder = folder.Dir()
		out = append(out, folder)
	}
	return out
}

// near returns folders, those first that share the longest path with folder.
func (l *layout) near(folders []source.Path, folder source.Path) []source.Path {
	if len(folders) < 2 {
		return folders
	}
	out := slices.Clone(folders)
	slices.SortStableFunc(out, func(a, b source.Path) int { return shared(b, folder) - shared(a, folder) })
	return out
}

// shared returns how many leading path elements a and b have in common.
func shared(a, b source.Path) int {
	n, at := 0, 0
	for i := 0; ; i++ {
		endA, endB := i == len(a) || a[i] == '/', i == len(b) || b[i] == '/'
		if i > len(a) || i > len(b) || endA != endB {
			return n
		}
		if endA {
			if i > at {
				n++
			}
			at = i + 1
			if i == len(a) || i == len(b) {
				return n
			}
			continue
		}
		if a[i] != b[i] {
			return n
		}
	}
}

// findKnown resolves an import whose first segment names a library or a module
// of the standard library. A file of the project goes before it only where
// Python certainly looks first; and the library's own source is the library.
func (l *layout) findKnown(key importKey, own source.Path, segments []string, library known) ImportTarget {
	roots := slices.Clone(l.roots)
	if !library.standard || own == "" || own != key.folder || l.isMarker[own] {
		roots = append(roots, own)
	}
	for _, root := range roots {
		inside := key.folder.Within(join(root, segments[0]))
		if library.signature != "" && !inside && l.files[join(join(root, segments[0]), library.signature)] {
			continue
		}
		got := l.lookup(root, segments)
		switch got.Kind {
		case ModuleFile, Package, Missing:
			if !l.shadows(root, segments[0]) {
				continue
			}
			if got.Kind == Missing {
				got.Dotted = key.dotted
			}
			return got
		}
	}
	return ImportTarget{Kind: External, Dotted: key.dotted}
}

// shadows reports whether name in root hides an installed library: a regular
// package or a module does, a folder without __init__.py does not.
func (l *layout) shadows(root source.Path, name string) bool {
	at := join(root, name)
	return l.isPackage(at) || l.files[at+".py"]
}
