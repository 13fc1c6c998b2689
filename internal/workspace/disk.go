package workspace

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"sync"

	"bearings/internal/source"
)

// disk reads one folder.
type disk struct {
	root   string
	stamps stamps

	mu     sync.Mutex
	opened *os.Root // nil until it is needed; closed when nothing refers to it any more
}

func newDisk(root string) *disk { return &disk{root: root} }

// open returns the folder, through which files are read that lie in it.
func (d *disk) open() (*os.Root, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.opened == nil {
		root, err := os.OpenRoot(d.root)
		if err != nil {
			return nil, err
		}
		d.opened = root
	}
	return d.opened, nil
}

// reopen makes the next read look for the folder again: another one may have
// taken its place.
func (d *disk) reopen() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = nil
}

// entry is one file on disk, read when it is first asked for and then kept.
type entry struct {
	read func() (*source.File, error)
	mu   sync.Mutex
	done bool
}

func (d *disk) entry(path source.Path) *entry {
	e := &entry{}
	e.read = sync.OnceValues(func() (*source.File, error) {
		text, err := d.text(path)
		e.mu.Lock()
		e.done = true
		e.mu.Unlock()
		if err != nil {
			return nil, err
		}
		return source.NewFile(path, text), nil
	})
	return e
}

// loaded reports whether the file has been read.
func (e *entry) loaded() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.done
}

// diskState is the listing of the folder at one moment. It is immutable but for
// the files that it reads on demand.
type diskState struct {
	disk    *disk
	entries map[source.Path]*entry
	paths   []source.Path // the keys of entries, sorted
	rules   *ignorer
	listed  bool

	mu    sync.Mutex
	extra map[source.Path]*entry // files that are not listed and were asked for by name
}

// unlisted is the state before the folder has been listed. Files are read when they are named.
func (d *disk) unlisted() *diskState {
	return &diskState{disk: d, entries: map[source.Path]*entry{}, rules: newIgnorer(d)}
}

// forget returns the state without what was read on demand.
func (s *diskState) forget() *diskState {
	return &diskState{disk: s.disk, entries: s.entries, paths: s.paths, rules: s.rules, listed: s.listed}
}

// file reads a file, listed or not.
func (s *diskState) file(path source.Path) (*source.File, error) {
	if e, ok := s.entries[path]; ok {
		return e.read()
	}
	s.mu.Lock()
	e, ok := s.extra[path]
	if !ok {
		e = s.disk.entry(path)
		if s.extra == nil {
			s.extra = map[source.Path]*entry{}
		}
		s.extra[path] = e
	}
	s.mu.Unlock()
	return e.read()
}

// ignored reports whether a file at path would not be listed.
func (s *diskState) ignored(path source.Path) bool {
	return s.rules != nil && s.rules.skipsFile(path)
}

// list walks the folder.
func (d *disk) list() (*diskState, error) {
	d.reopen()
	if _, err := os.ReadDir(d.root); err != nil {
		return nil, err
	}
	rules := newIgnorer(d)
	paths := walk(d, rules)
	s := &diskState{disk: d, entries: make(map[source.Path]*entry, len(paths)), paths: paths, rules: rules, listed: true}
	for _, path := range paths {
		s.entries[path] = d.entry(path)
	}
	return s, nil
}

// update returns the state after changes at the given paths, and whether it had
// to list the folder again. Files that were read and still hold the same text
// keep their entry, so that what was computed from them stays.
func (d *disk) update(before *diskState, changed []source.Path, whole bool) (*diskState, bool) {
	d.reopen()
	for _, path := range changed {
		whole = whole || d.decidesListing(before, path)
	}
	if whole {
		after, err := d.list()
		if err != nil { // the folder is gone
			after = &diskState{disk: d, entries: map[source.Path]*entry{}, rules: newIgnorer(d), listed: true}
		}
		for path, old := range before.entries {
			if fresh, ok := after.entries[path]; ok && old.loaded() {
				after.entries[path] = keep(old, fresh)
			}
		}
		if samePaths(before.paths, after.paths) {
			after.paths = before.paths
		}
		return after, true
	}
	after := before.forget()
	after.entries = maps.Clone(before.entries)
	relist := false
	for _, path := range changed {
		old, had := after.entries[path]
		switch there := d.isFile(path) && !before.ignored(path); {
		case there && had:
			after.entries[path] = keep(old, d.entry(path))
		case there:
			after.entries[path] = d.entry(path)
			relist = true
		case had:
			delete(after.entries, path)
			relist = true
		}
	}
	if relist {
		after.paths = slices.Clip(slices.Sorted(maps.Keys(after.entries)))
	}
	return after, false
}

// keep returns old when fresh reads the same. A file that nobody has read yet
// is not read for this.
func keep(old, fresh *entry) *entry {
	if !old.loaded() {
		return fresh
	}
	a, errA := old.read()
	b, errB := fresh.read()
	if errA == nil && errB == nil && string(a.Text) == string(b.Text) {
		return old
	}
	return fresh
}

// decidesListing reports whether a change at path can add or remove other files.
func (d *disk) decidesListing(before *diskState, path source.Path) bool {
	switch path.Base() {
	case ".gitignore", "pyvenv.cfg", "exclude":
		return true
	}
	if info, err := os.Lstat(d.name(path)); err == nil && !info.Mode().IsRegular() {
		return true // a folder, or a link
	}
	below := sort.Search(len(before.paths), func(i int) bool { return before.paths[i] > path+"/" })
	return below < len(before.paths) && before.paths[below].Within(path) // it was a folder
}

func (d *disk) name(path source.Path) string {
	return filepath.Join(d.root, filepath.FromSlash(string(path)))
}
