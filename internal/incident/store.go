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

// Store holds the incidents of a project. They lie at the root of its git
// repository, so that an editor that has the repository open and a terminal in one
// of its folders keep one record; outside of git in the project's folder. Several
// programs may use it at once: a change reads the file anew, under a lock, and
// replaces it as a whole.
type Store struct {
	folder string   // the project's
	homes  []string // the folders whose .bearings may hold records, the nearest first; new ones go into the last
}

// In returns the store of a project's folder. Nothing is created before something is written.
func In(folder string) *Store {
	if abs, err := filepath.Abs(folder); err == nil {
		folder = abs
	}
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real
	}
	s := &Store{folder: folder}
	for at := folder; ; at = filepath.Dir(at) {
		s.homes = append(s.homes, at)
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return s
		}
		if filepath.Dir(at) == at { // in no repository
			s.homes = s.homes[:1]
			return s
		}
	}
}

// records is the folder of the records below a home.
func records(home string) string { return filepath.Join(home, ".bearings", "incidents") }

// dir is the folder of a record: that which holds it, or in which it is created.
func (s *Store) dir(id string) string {
	for _, home := range s.homes {
		if _, err := os.Lstat(filepath.Join(records(home), id+".toml")); err == nil {
			return records(home)
		}
	}
	return records(s.homes[len(s.homes)-1])
}

// Above lists the folders above the project's own whose .bearings may hold records.
func (s *Store) Above() []string { return s.homes[1:] }

// Name is where a record's file lies, seen from the project's folder.
func (s *Store) Name(id string) string {
	name := s.file(id)
	if rel, err := filepath.Rel(s.folder, name); err == nil {
		name = rel
	}
	return filepath.ToSlash(name)
}

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
	var out []*Record
	var broken []*CorruptError
	ids, err := s.ids()
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
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

// ids lists the names of all records.
func (s *Store) ids() ([]string, error) {
	var out []string
	for _, home := range s.homes {
		names, err := os.ReadDir(records(home))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("list the incidents: %w", err)
		}
		for _, entry := range names {
			if id, ok := strings.CutSuffix(entry.Name(), ".toml"); ok && !entry.IsDir() && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out, nil
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
	r.home = filepath.Dir(filepath.Dir(filepath.Dir(name)))
	var related bool
	r.frame, related = frameOf(s.folder, r.At())
	r.apart = !related
	if _, held := r.frame.project(source.Path(r.File)); r.File != "" && !held {
		r.apart = true
	}
	return r, nil
}

func (s *Store) file(id string) string { return filepath.Join(s.dir(id), id+".toml") }

// Create writes a new record, under a name that no file has, and returns it.
func (s *Store) Create(r *Record) error {
	r.home = s.homes[len(s.homes)-1]
	if err := os.MkdirAll(records(r.home), 0o755); err != nil {
		return fmt.Errorf("create the folder of the incidents: %w", err)
	}
	if rel, err := filepath.Rel(r.home, s.folder); err == nil && rel != "." {
		r.Folder = filepath.ToSlash(rel)
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
	temp, err := os.CreateTemp(s.dir(r.ID), "."+r.ID+"-*.tmp")
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
	name := filepath.Join(s.dir(id), "."+id+".lock")
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
	if here := s.here(open); len(here) > 0 {
		open = here
	}
	switch {
	case len(open) == 1 && open[0].Elsewhere():
		return nil, fmt.Errorf("no incident of this folder is open; %s is, about %s: name it with --id", open[0].ID, open[0].Title())
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

// here are the records about the project's folder itself; without one, those about a folder that holds it or that it holds.
func (s *Store) here(list []*Record) []*Record {
	var same, near []*Record
	for _, r := range list {
		switch {
		case r.Elsewhere():
		case r.frame == (frame{}):
			same = append(same, r)
		default:
			near = append(near, r)
		}
	}
	if len(same) > 0 {
		return same
	}
	return near
}
