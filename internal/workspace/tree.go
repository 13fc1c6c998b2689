package workspace

import (
	"io/fs"
	"slices"
	"strings"
	"sync"

	"bearings/internal/source"
)

// tree is the source.Tree of one snapshot: buffers over the disk.
type tree struct {
	disk    *diskState
	buffers map[source.Path]*source.File
	paths   func() []source.Path
}

func newTree(state *diskState, buffers map[source.Path]*source.File) *tree {
	t := &tree{disk: state, buffers: buffers}
	t.paths = sync.OnceValue(t.list)
	return t
}

// File implements source.Tree.
func (t *tree) File(path source.Path) (*source.File, error) {
	if f, ok := t.buffers[path]; ok {
		return f, nil
	}
	if e, ok := t.disk.entries[path]; ok {
		return e.read()
	}
	clean, ok := source.Path("").Join(string(path))
	if !ok || strings.HasPrefix(string(path), "/") {
		return nil, &fs.PathError{Op: "read", Path: string(path), Err: source.ErrOutside}
	}
	if f, ok := t.buffers[clean]; ok {
		return f, nil
	}
	return t.disk.file(clean)
}

// Paths implements source.Tree. The slice is shared and must not be changed.
func (t *tree) Paths() []source.Path { return t.paths() }

// list merges buffers of files that are not on disk into the listing.
func (t *tree) list() []source.Path {
	var extra []source.Path
	for path := range t.buffers {
		if _, listed := t.disk.entries[path]; !listed && !t.disk.ignored(path) {
			extra = append(extra, path)
		}
	}
	if len(extra) == 0 {
		return t.disk.paths
	}
	all := append(slices.Clone(t.disk.paths), extra...)
	slices.Sort(all)
	return slices.Clip(all)
}
