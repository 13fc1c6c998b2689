package history

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"path"
	"sort"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"bearings/internal/source"
)

// largest is the size, in bytes, from which on a file is not read.
const largest = 5 << 20

// store reads trees and blobs of one repository, each once.
type store struct {
	git    storer.EncodedObjectStorer
	prefix source.Path

	mu      sync.Mutex // go-git's storage is not safe for concurrent use
	folders map[plumbing.Hash]*folder
	roots   map[plumbing.Hash]*listing
	blobs   map[plumbing.Hash][]byte
}

func newStore(git storer.EncodedObjectStorer, prefix source.Path) *store {
	return &store{git: git, prefix: prefix, folders: map[plumbing.Hash]*folder{}, roots: map[plumbing.Hash]*listing{}, blobs: map[plumbing.Hash][]byte{}}
}

// entry is one file of a folder, by its path below it.
type entry struct {
	path source.Path
	hash plumbing.Hash
}

// folder is the relevant content of one git tree.
type folder struct {
	files   []entry
	modules []source.Path // submodules
	key     uint64        // equal keys: equal files
}

// listing is what a commit holds of the project.
type listing struct {
	files   map[source.Path]plumbing.Hash
	paths   []source.Path // sorted
	modules []source.Path
	key     uint64
	names   uint64 // equal: equal paths
}

// listing returns the project's files at the root tree of a commit. A project's
// folder that is not there yet is empty.
func (s *store) listing(root plumbing.Hash) (*listing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, ok := s.roots[root]; ok {
		return l, nil
	}
	at, err := s.descend(root)
	if err != nil {
		return nil, err
	}
	l := &listing{files: map[source.Path]plumbing.Hash{}}
	if !at.IsZero() {
		f, err := s.folder(at)
		if err != nil {
			return nil, err
		}
		l.key, l.modules = f.key, f.modules
		for _, e := range f.files {
			l.files[e.path] = e.hash
			l.paths = append(l.paths, e.path)
		}
		sort.Slice(l.paths, func(i, j int) bool { return l.paths[i] < l.paths[j] })
		names := fnv.New64a()
		for _, p := range l.paths {
			_, _ = io.WriteString(names, string(p)+"\n")
		}
		l.names = names.Sum64()
	}
	s.roots[root] = l
	return l, nil
}

// descend returns the tree of the project's folder, zero when it is not there.
func (s *store) descend(root plumbing.Hash) (plumbing.Hash, error) {
	at := root
	if s.prefix == "" {
		return at, nil
	}
	for name := range strings.SplitSeq(string(s.prefix), "/") {
		tree, err := object.GetTree(s.git, at)
		if err != nil {
			return plumbing.ZeroHash, fmt.Errorf("read the tree %s: %w", at, err)
		}
		at = plumbing.ZeroHash
		for _, e := range tree.Entries {
			if e.Name == name && e.Mode == filemode.Dir {
				at = e.Hash
			}
		}
		if at.IsZero() {
			return at, nil
		}
	}
	return at, nil
}

// folder lists a git tree. s.mu is held.
func (s *store) folder(hash plumbing.Hash) (*folder, error) {
	if f, ok := s.folders[hash]; ok {
		return f, nil
	}
	tree, err := object.GetTree(s.git, hash)
	if err != nil {
		return nil, fmt.Errorf("read the tree %s: %w", hash, err)
	}
	f := &folder{}
	key := fnv.New64a()
	for _, e := range tree.Entries {
		switch {
		case e.Mode == filemode.Submodule:
			f.modules = append(f.modules, source.Path(e.Name))
		case e.Mode == filemode.Dir && !foreign(e.Name):
			sub, err := s.folder(e.Hash)
			if err != nil {
				return nil, err
			}
			for _, file := range sub.files {
				f.files = append(f.files, entry{source.Path(e.Name) + "/" + file.path, file.hash})
			}
			for _, m := range sub.modules {
				f.modules = append(f.modules, source.Path(e.Name)+"/"+m)
			}
			if len(sub.files) > 0 {
				_, _ = fmt.Fprintf(key, "%s/%d\n", e.Name, sub.key)
			}
		case (e.Mode == filemode.Regular || e.Mode == filemode.Executable || e.Mode == filemode.Deprecated) && relevant(e.Name):
			f.files = append(f.files, entry{source.Path(e.Name), e.Hash})
			_, _ = fmt.Fprintf(key, "%s %s\n", e.Name, e.Hash)
		}
	}
	f.key = key.Sum64()
	s.folders[hash] = f
	return f, nil
}

// foreign reports whether a folder holds no text of the project.
func foreign(name string) bool {
	switch name {
	case ".git", "node_modules", "bower_components", "site-packages", "__pycache__", ".venv", "venv", ".tox", ".nox", ".eggs", ".bearings":
		return true
	}
	return false
}

// relevant reports whether a file can say something about authentication; what
// people and browsers read cannot.
func relevant(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".rst", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".css", ".scss", ".js", ".jsx", ".ts", ".tsx", ".vue", ".map",
		".woff", ".woff2", ".ttf", ".pdf", ".zip", ".gz", ".csv", ".ipynb", ".html", ".po", ".mo", ".mp4":
		return false
	}
	return true
}

// blob returns the text of a file. Equal hashes give the same piece of memory.
func (s *store) blob(hash plumbing.Hash) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if text, ok := s.blobs[hash]; ok {
		return text, nil
	}
	o, err := s.git.EncodedObject(plumbing.BlobObject, hash)
	if err != nil {
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			return nil, fmt.Errorf("the blob %s is not in this clone: %w", hash, err)
		}
		return nil, err
	}
	if o.Size() > largest {
		return nil, source.ErrTooLarge
	}
	reader, err := o.Reader()
	if err != nil {
		return nil, err
	}
	defer func() { _ = reader.Close() }()
	text, err := io.ReadAll(reader)
	if err != nil {
		return nil, err
	}
	s.blobs[hash] = text
	return text, nil
}
