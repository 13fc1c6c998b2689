package history

import (
	"bytes"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"

	"bearings/internal/source"
)

// tree is the source.Tree of one commit, with the files over it that git does not keep.
type tree struct {
	store   *store
	listing *listing
	kept    map[source.Path]*source.File
	paths   []source.Path

	mu    sync.Mutex
	files map[source.Path]*source.File
	reads map[source.Path]bool // files, not Python's, that were asked for, whether there or not
}

func newTree(s *store, l *listing, kept map[source.Path]*source.File) *tree {
	t := &tree{store: s, listing: l, kept: kept, paths: l.paths, files: map[source.Path]*source.File{}, reads: map[source.Path]bool{}}
	var extra []source.Path
	for path := range kept {
		if _, ok := l.files[path]; !ok {
			extra = append(extra, path)
		}
	}
	if len(extra) > 0 {
		t.paths = append(slices.Clone(l.paths), extra...)
		slices.Sort(t.paths)
	}
	return t
}

// Paths implements source.Tree.
func (t *tree) Paths() []source.Path { return t.paths }

// File implements source.Tree.
func (t *tree) File(path source.Path) (*source.File, error) {
	clean, ok := source.Path("").Join(string(path))
	if !ok || strings.HasPrefix(string(path), "/") {
		return nil, &fs.PathError{Op: "read", Path: string(path), Err: source.ErrOutside}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !strings.HasSuffix(string(clean), ".py") {
		t.reads[clean] = true
	}
	if f, ok := t.files[clean]; ok {
		return f, nil
	}
	hash, ok := t.listing.files[clean]
	if !ok {
		if f, ok := t.kept[clean]; ok {
			return f, nil
		}
		return nil, &fs.PathError{Op: "read", Path: string(path), Err: fs.ErrNotExist}
	}
	f, err := t.store.file(clean, hash)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: string(path), Err: err}
	}
	t.files[clean] = f
	return f, nil
}

// file returns a blob as a file.
func (s *store) file(path source.Path, hash plumbing.Hash) (*source.File, error) {
	text, err := s.blob(hash)
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
		return nil, source.ErrNotText
	}
	return source.NewFile(path, text), nil
}
