package workspace

import (
	"bytes"
	"sync"

	"bearings/internal/source"
)

// derived is a value that was computed from a tree, with everything the
// computation looked at. It holds for another tree in which all that is the same.
type derived[T any] struct {
	seen  *recorder
	value T
}

// derive returns the value of compute over tree, taking over a former one when
// what it looked at has not changed.
func derive[T any](former *derived[T], tree source.Tree, compute func(source.Tree) T) *derived[T] {
	if former != nil && former.seen.holds(tree) {
		return former
	}
	seen := &recorder{tree: tree, files: map[source.Path]*source.File{}}
	return &derived[T]{seen: seen, value: compute(seen)}
}

// recorder is a tree that notes what it is asked. It goes on noting when the
// computed value asks later, as a file system view does.
type recorder struct {
	tree source.Tree

	mu    sync.Mutex
	files map[source.Path]*source.File // nil where there was an error
	paths []source.Path
	asked bool
}

// File implements source.Tree.
func (r *recorder) File(path source.Path) (*source.File, error) {
	f, err := r.tree.File(path)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files[path] = f
	return f, err
}

// Paths implements source.Tree.
func (r *recorder) Paths() []source.Path {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.paths, r.asked = r.tree.Paths(), true
	return r.paths
}

// holds reports whether everything that was asked would be answered the same by tree.
func (r *recorder) holds(tree source.Tree) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked && !samePaths(r.paths, tree.Paths()) {
		return false
	}
	for path, before := range r.files {
		now, err := tree.File(path)
		if (before == nil) != (err != nil) {
			return false
		}
		if before != nil && before != now && !bytes.Equal(before.Text, now.Text) {
			return false
		}
	}
	return true
}
