package workspace

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"bearings/internal/source"
)

const (
	// sourceLimit is the size in bytes up to which Python and lock files are
	// read. Handwritten modules stay far below; generated ones may not.
	sourceLimit = 5 << 20
	// configLimit is the size in bytes up to which all other files are read.
	configLimit = 1 << 20
	// sniffed is how many bytes are searched for a NUL, as git does to tell
	// binary files (buffer_is_binary in git's xdiff-interface.c).
	sniffed = 8000
)

func limitOf(p source.Path) int64 {
	switch path.Ext(string(p)) {
	case ".py", ".pyi", ".lock":
		return sourceLimit
	}
	return configLimit
}

// text reads a file. os.Root keeps it inside the folder: a symbolic link that
// leaves it, or is absolute, is ErrOutside.
func (d *disk) text(p source.Path) ([]byte, error) {
	fail := func(err error) ([]byte, error) {
		return nil, &fs.PathError{Op: "read", Path: string(p), Err: reason(err)}
	}
	name := filepath.FromSlash(string(p))
	if p == "" || strings.ContainsRune(name, 0) {
		return fail(source.ErrNotText)
	}
	root, err := d.open()
	if err != nil {
		return fail(err)
	}
	info, err := root.Stat(name)
	if err != nil {
		self, gone := os.Lstat(d.name(p)) // it may lie outside, or be a link to nothing
		d.stamps.note(p, true, self, gone)
		return fail(err)
	}
	d.stamps.note(p, false, info, nil)
	if !info.Mode().IsRegular() { // opening a FIFO would wait for a writer
		return fail(source.ErrNotText)
	}
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = file.Close() }()
	info, err = file.Stat()
	switch {
	case err != nil:
		return fail(err)
	case !info.Mode().IsRegular():
		return fail(source.ErrNotText)
	}
	text, err := readAll(file, info.Size(), limitOf(p)+1)
	switch {
	case err != nil:
		return fail(err)
	case int64(len(text)) > limitOf(p):
		return fail(source.ErrTooLarge)
	case bytes.IndexByte(text[:min(len(text), sniffed)], 0) >= 0:
		return fail(source.ErrNotText)
	}
	return text, nil
}

// readAll reads a file of about size bytes, and at most limit of it.
func readAll(file io.Reader, size, limit int64) ([]byte, error) {
	text := make([]byte, min(size, limit)+1)
	n, err := io.ReadFull(file, text)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return text[:n:n], nil
	}
	if err != nil {
		return nil, err
	}
	more, err := io.ReadAll(io.LimitReader(file, limit-int64(n))) // it has grown since
	return append(text, more...), err
}

// reason reduces an error of the operating system to what source.Tree promises.
func reason(err error) error {
	err = plain(err)
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return fs.ErrNotExist // a file stands where a folder was named
	case errors.Is(err, syscall.ELOOP):
		return fs.ErrNotExist // a link that leads to itself
	case strings.Contains(err.Error(), "escapes from parent"): // os.errPathEscapes is not exported
		return source.ErrOutside
	}
	return err
}

// isFile reports whether a regular file, or a link to one within the folder, stands at p.
func (d *disk) isFile(p source.Path) bool {
	info, err := os.Lstat(d.name(p))
	if err == nil && info.Mode()&fs.ModeSymlink == 0 {
		return info.Mode().IsRegular()
	}
	return err == nil && d.linksToFile(p)
}

func (d *disk) linksToFile(p source.Path) bool {
	root, err := d.open()
	if err != nil {
		return false
	}
	info, err := root.Stat(filepath.FromSlash(string(p)))
	return err == nil && info.Mode().IsRegular()
}
