package source

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// Errors that Tree.File returns besides fs.ErrNotExist.
var (
	// ErrOutside: the path, or a symbolic link on it, leaves the root.
	ErrOutside = errors.New("outside the analysed folder")
	// ErrTooLarge: the file is larger than the tree reads.
	ErrTooLarge = errors.New("too large")
	// ErrNotText: the file is binary, a device, or otherwise no text.
	ErrNotText = errors.New("not a text file")
)

// Tree is a read-only view of all files of one snapshot. It never reads outside
// its root, never follows a link out of it, and may be used by many goroutines.
type Tree interface {
	// File returns the file at path. The error wraps fs.ErrNotExist, ErrOutside,
	// ErrTooLarge or ErrNotText, or is the operating system's.
	File(path Path) (*File, error)
	// Paths lists every regular file that is not ignored, sorted.
	Paths() []Path
}

// MapTree is a Tree in memory.
type MapTree map[Path]*File

// NewMapTree returns a tree of the given texts.
func NewMapTree(texts map[Path]string) MapTree {
	tree := make(MapTree, len(texts))
	for path, text := range texts {
		tree[path] = NewFile(path, []byte(text))
	}
	return tree
}

// File implements Tree.
func (t MapTree) File(path Path) (*File, error) {
	if strings.HasPrefix(string(path), "../") || strings.HasPrefix(string(path), "/") {
		return nil, &fs.PathError{Op: "read", Path: string(path), Err: ErrOutside}
	}
	if f, ok := t[path]; ok {
		return f, nil
	}
	return nil, &fs.PathError{Op: "read", Path: string(path), Err: fs.ErrNotExist}
}

// Paths implements Tree.
func (t MapTree) Paths() []Path {
	paths := make([]Path, 0, len(t))
	for path := range t {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}
