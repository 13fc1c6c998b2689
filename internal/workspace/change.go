package workspace

import (
	"bytes"
	"maps"

	"bearings/internal/source"
)

// Change is one thing that happened to a workspace.
type Change struct {
	kind    changeKind
	path    source.Path
	text    []byte
	version int32
}

type changeKind uint8

const (
	setBuffer changeKind = iota
	closeBuffer
	diskChanged
	rescan
)

// SetBuffer says that an editor shows text for path, with the version it
// counts. It stands for opening and for editing. Text must not be changed afterwards.
func SetBuffer(path source.Path, version int32, text []byte) Change {
	return Change{kind: setBuffer, path: path, version: version, text: text}
}

// CloseBuffer says that the file on disk counts again.
func CloseBuffer(path source.Path) Change { return Change{kind: closeBuffer, path: path} }

// DiskChanged says that a file or folder was created, changed or deleted on disk.
func DiskChanged(path source.Path) Change { return Change{kind: diskChanged, path: path} }

// Rescan says that anything may have changed on disk.
func Rescan() Change { return Change{kind: rescan} }

// Apply makes the changes, in order and at once, and returns the snapshot that
// results. Readers of earlier snapshots are not disturbed. When nothing that can
// be read has become different, the result shares all answers with its predecessor.
func (w *Workspace) Apply(changes ...Change) *Snapshot {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.current.Load()
	buffers, state := maps.Clone(before.buffers), before.disk
	if buffers == nil {
		buffers = map[source.Path]*source.File{}
	}
	var onDisk []source.Path
	whole := false
	touched := map[source.Path]bool{}
	for _, c := range changes {
		switch c.kind {
		case setBuffer:
			buffers[c.path] = &source.File{Path: c.path, Text: c.text, Version: c.version}
			touched[c.path] = true
		case closeBuffer:
			delete(buffers, c.path)
			touched[c.path] = true
		case diskChanged:
			onDisk = append(onDisk, c.path)
			touched[c.path] = true
		case rescan:
			whole = true
		}
	}
	if before.Partial() { // Scan will look at everything
		whole, onDisk = false, nil
		state = state.forget()
	}
	if whole || len(onDisk) > 0 {
		next, listed := w.disk.update(state, onDisk, whole)
		whole = whole || listed
		state = next
	}
	after := w.snapshot(state, buffers, nil)
	if !whole && !before.Partial() && sameText(before, after, touched) {
		after.memo = before.memo
	} else if known := w.taken(before, after); known != nil {
		after.memo = known.memo
	} else if !whole {
		after.memo.early.Store(w.carry(before, after, touched))
	}
	w.current.Store(after)
	return after
}

// taken returns the snapshot before the last one when after reads the same, as an
// edit that is taken back leaves it, and when it has answers; else nil. w.mu is held.
func (w *Workspace) taken(before, after *Snapshot) *Snapshot {
	known := w.earlier
	if before.Ready() {
		w.earlier = before
	}
	if known != nil && known.disk == after.disk && !known.Partial() && sameBufferTexts(known.buffers, after.buffers) {
		return known
	}
	return nil
}

func sameBufferTexts(a, b map[source.Path]*source.File) bool {
	return maps.EqualFunc(a, b, func(x, y *source.File) bool { return x == y || bytes.Equal(x.Text, y.Text) })
}

// sameText reports whether all touched paths read the same in both snapshots
// and the list of files is the same.
func sameText(before, after *Snapshot, touched map[source.Path]bool) bool {
	if !samePaths(before.tree.Paths(), after.tree.Paths()) {
		return false
	}
	for path := range touched {
		a, errA := before.tree.File(path)
		b, errB := after.tree.File(path)
		if (errA == nil) != (errB == nil) {
			return false
		}
		if errA == nil && a != b && !bytes.Equal(a.Text, b.Text) {
			return false
		}
		if errA != nil && errA.Error() != errB.Error() {
			return false
		}
	}
	return true
}

func samePaths(a, b []source.Path) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) == 0 || &a[0] == &b[0] {
		return true
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
