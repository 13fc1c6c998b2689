package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"bearings/analyzers"
	"bearings/internal/factcache"
	"bearings/internal/python"
	"bearings/internal/source"
)

// Options say how a folder is read.
type Options struct {
	// Rules are the rules to run. Nil are all of them.
	Rules []*analyzers.Analyzer
	// Unscanned leaves the folder unlisted until Scan is called. Until then
	// snapshots hold open buffers only and are Partial.
	Unscanned bool
	// Cache is the folder in which facts are kept from one run to the next, as
	// factcache.Folder names it. The empty one keeps nothing.
	Cache string
}

// Workspace is one folder and what an editor has open in it. It may be used by
// many goroutines.
type Workspace struct {
	root  string
	real  string // root without symbolic links
	disk  *disk
	facts *facts
	words *python.Words
	cache *factcache.Store
	rules []*analyzers.Analyzer
	work  chan struct{} // held while a project is computed: one at a time

	mu       sync.Mutex // serialises Apply
	earlier  *Snapshot  // the last but one that had answers: what is taken back is known again
	current  atomic.Pointer[Snapshot]
	sequence int64
}

// Open returns the workspace of a folder. It fails with a sentence that names
// root when that does not exist, is no folder or cannot be read.
func Open(root string, opt Options) (*Workspace, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", root, err)
	}
	if err := checkFolder(root, abs); err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", root, err)
	}
	w := &Workspace{root: abs, real: real, disk: newDisk(real), facts: newFacts(), words: &python.Words{}, cache: factcache.Open(opt.Cache, real), rules: opt.Rules, work: make(chan struct{}, 1)}
	w.facts.extract = w.cache.Extract
	if w.rules == nil {
		w.rules = analyzers.All()
	}
	state := w.disk.unlisted()
	if !opt.Unscanned {
		if state, err = w.disk.list(); err != nil {
			return nil, fmt.Errorf("%s: %w", root, plain(err))
		}
	}
	w.current.Store(w.snapshot(state, nil, nil))
	return w, nil
}

func checkFolder(root, abs string) error {
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s does not exist: %w", root, fs.ErrNotExist)
	case err != nil:
		return fmt.Errorf("%s: %w", root, plain(err))
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder: name the folder that holds the project", root)
	}
	return nil
}

// plain strips the operation and the path from a path error.
func plain(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// Root returns the absolute path of the folder as it was given.
func (w *Workspace) Root() string { return w.root }

// RealRoot returns the absolute path of the folder without symbolic links.
func (w *Workspace) RealRoot() string { return w.real }

// Snapshot returns the current snapshot.
func (w *Workspace) Snapshot() *Snapshot { return w.current.Load() }

// Path returns the path of a file of the workspace, or false when the absolute
// name lies outside.
func (w *Workspace) Path(name string) (source.Path, bool) {
	for _, root := range []string{w.root, w.real} {
		rel, err := filepath.Rel(root, name)
		if err == nil && filepath.IsLocal(rel) {
			if rel == "." {
				return "", true
			}
			return source.Path(filepath.ToSlash(rel)), true
		}
	}
	return "", false
}

// Name returns the absolute name of a path.
func (w *Workspace) Name(path source.Path) string {
	return filepath.Join(w.root, filepath.FromSlash(string(path)))
}
