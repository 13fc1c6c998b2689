package incident

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bearings/internal/source"
)

func pathOf(s string) source.Path { return source.Path(s) }

// Store is the folder of a project's incidents. Several programs may use it at
// once: a change reads the file anew, under a lock, and replaces it as a whole.
type Store struct{ dir string }

// In returns the store of a project's folder. Nothing is created before something is written.
func In(folder string) *Store { return &Store{filepath.Join(folder, ".bearings", "incidents")} }

// CorruptError is a record that cannot be read. It is left as it is.
type CorruptError struct {
	File   string
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("%s cannot be read: %s; it is left as it is", e.File, e.Reason)
}

// List returns all records, oldest first, and those that cannot be read.
func (s *Store) List() ([]*Record, []*CorruptError, error) {
	names, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list the incidents: %w", err)
	}
	var out []*Record
	var broken []*CorruptError
	for _, entry := range names {
		id, ok := strings.CutSuffix(entry.Name(), ".toml")
		if !ok || entry.IsDir() {
			continue
		}
		r, err := s.Load(id)
		var corrupt *CorruptError
		switch {
		case errors.As(err, &corrupt):
			broken = append(broken, corrupt)
		case err != nil:
			return nil, nil, err
		default:
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b *Record) int { return a.Opened.Compare(b.Opened) })
	return out, broken, nil
}

// Load reads one record.
func (s *Store) Load(id string) (*Record, error) {
	if id == "" || strings.ContainsAny(id, `/\`) || strings.HasPrefix(id, ".") {
		return nil, fmt.Errorf("%q is no incident's name", id)
	}
	name := s.file(id)
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no incident %q; bearings incident list names them", id)
	case err != nil:
		return nil, fmt.Errorf("read the incident %s: %w", id, err)
	}
	r, err := Parse(text)
	if err != nil {
		return nil, &CorruptError{name, err.Error()}
	}
	if r.ID != id {
		return nil, &CorruptError{name, fmt.Sprintf("it says that it is the incident %q", r.ID)}
	}
	return r, nil
}

func (s *Store) file(id string) string { return filepath.Join(s.dir, id+".toml") }

// Create writes a new record, under a name that no file has, and returns it.
func (s *Store) Create(r *Record) error {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return fmt.Errorf("create the folder of the incidents: %w", err)
	}
	base := r.ID
	for n := 2; ; n++ {
		unlock, err := s.lock(r.ID)
		if err != nil {
			return err
		}
		_, statErr := os.Lstat(s.file(r.ID))
		if errors.Is(statErr, fs.ErrNotExist) {
			err := s.write(r)
			unlock()
			return err
		}
		unlock()
		if n > 1000 {
			return fmt.Errorf("there are too many incidents named %s", base)
		}
		r.ID = fmt.Sprintf("%s-%d", base, n)
	}
}

// Update changes a record. change sees it as it is now, whatever others have
// written in the meantime; when it fails nothing is written. A record that
// cannot be read is put aside under another name, and never overwritten.
func (s *Store) Update(id string, change func(*Record) error) (*Record, error) {
	unlock, err := s.lock(id)
	if err != nil {
		return nil, err
	}
	defer unlock()
	r, err := s.Load(id)
	if err != nil {
		return nil, err
	}
	if err := change(r); err != nil {
		return nil, err
	}
	return r, s.write(r)
}

// write replaces the file as a whole: readers see the old text or the new one.
func (s *Store) write(r *Record) error {
	text, err := r.Format()
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(s.dir, "."+r.ID+"-*.tmp")
	if err != nil {
		return fmt.Errorf("write the incident: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(text)
	if err == nil {
		err = temp.Sync()
	}
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(temp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(temp.Name(), s.file(r.ID))
	}
	if err != nil {
		return fmt.Errorf("write the incident: %w", err)
	}
	return nil
}

// staleLock is the age from which on a lock belongs to a program that died.
const staleLock = 30 * time.Second

// lock waits until no other program changes the record.
func (s *Store) lock(id string) (unlock func(), err error) {
	name := filepath.Join(s.dir, "."+id+".lock")
	for deadline := time.Now().Add(2 * staleLock); ; {
		err := os.Mkdir(name, 0o755)
		switch {
		case err == nil:
			return func() { _ = os.Remove(name) }, nil
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("there is no incident %q; bearings incident list names them", id)
		case !errors.Is(err, fs.ErrExist):
			return nil, fmt.Errorf("lock the incident: %w", err)
		case time.Now().After(deadline):
			return nil, fmt.Errorf("another program holds %s; remove it when none does", name)
		}
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > staleLock {
			_ = os.Remove(name)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// Current returns the one incident that is meant: the named one, or the only one that is open.
func (s *Store) Current(id string) (*Record, error) {
	if id != "" {
		return s.Load(id)
	}
	list, broken, err := s.List()
	if err != nil {
		return nil, err
	}
	var open []*Record
	for _, r := range list {
		if r.IsOpen() {
			open = append(open, r)
		}
	}
	switch {
	case len(open) == 1:
		return open[0], nil
	case len(open) > 1:
		names := make([]string, len(open))
		for i, r := range open {
			names[i] = r.ID
		}
		return nil, fmt.Errorf("%d incidents are open: name one with --id: %s", len(open), strings.Join(names, ", "))
	case len(broken) > 0:
		return nil, broken[0]
	}
	return nil, errors.New(`no incident is open: bearings incident open "GET /me" 401 --symptom "…" opens one`)
}
