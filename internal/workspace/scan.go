package workspace

import (
	"context"

	"bearings/internal/source"
)

// Scan lists the folder, reads what has to be read and computes the answers,
// and only then makes the listing part of the current snapshot: until it is
// done, readers go on with partial snapshots. Progress is called from several
// goroutines, one at a time; total is 0 while the folder is being listed. It
// fails when the folder cannot be read or ctx ends.
func (w *Workspace) Scan(ctx context.Context, progress func(done, total int)) (*Snapshot, error) {
	progress(0, 0)
	state, err := w.disk.list()
	if err != nil {
		return nil, plain(err)
	}
	warm := newTree(state, w.Snapshot().buffers)
	ready := w.compute(ctx, warm, nil, progress)
	if ready == nil {
		return nil, ctx.Err()
	}
	w.saveFacts()
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.current.Load()
	// Files may have changed while we were reading: look once more at those that were read.
	state, _ = w.disk.update(state, nil, true)
	s := w.snapshot(state, before.buffers, nil)
	if sameBuffers(warm.buffers, before.buffers) && sameFiles(warm.disk, state) {
		s.memo = &memo{tree: warm}
		s.memo.done.Store(ready)
	} else {
		s.memo.before = ready.parts
	}
	w.current.Store(s)
	return s, nil
}

// saveFacts writes the facts of the whole folder for the next run, once. That they
// cannot be kept costs the next run time, and nobody an answer.
func (w *Workspace) saveFacts() { _ = w.cache.Flush() }

func sameBuffers(a, b map[source.Path]*source.File) bool {
	if len(a) != len(b) {
		return false
	}
	for path, f := range a {
		if b[path] != f {
			return false
		}
	}
	return true
}

func sameFiles(a, b *diskState) bool {
	if !samePaths(a.paths, b.paths) {
		return false
	}
	for path, e := range a.entries {
		if b.entries[path] != e && e.loaded() {
			return false
		}
	}
	return true
}
