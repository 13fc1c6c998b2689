package factcache

import (
	"os"
	"path/filepath"
	"sync"
	"time"

	"bearings/internal/python"
	"bearings/internal/source"
)

const (
	// worth says when new facts are written: when they are at least this part of
	// the pack. To write a byte costs about a hundredth of extracting it anew.
	worth = 64
	// touchAfter is how old the date of a pack gets before a run that uses it sets it anew.
	touchAfter = 24 * time.Hour
)

// Store holds the facts of one analysed folder for one run, from Open to Flush.
// It may be used by many goroutines. A nil *Store holds nothing.
type Store struct {
	name string

	mu     sync.RWMutex // held for reading while old is read
	closed bool
	old    *os.File       // the pack of an earlier run; nil when there is none
	index  map[key]*place // of old

	kept  sync.Mutex             // guards fresh and known until Flush
	fresh map[key]*python.Module // what the old pack does not hold
	known map[key]recalled       // what it does
}

// recalled is a module out of a pack, and how many bodies of it had been read then.
type recalled struct {
	module *python.Module
	bodies int
}

// Open returns the facts that earlier runs have left in folder about the folder
// root, an absolute path. It never fails. The empty folder keeps nothing.
func Open(folder, root string) *Store {
	if folder == "" {
		return nil
	}
	s := &Store{name: filepath.Join(folder, packName(root)), fresh: map[key]*python.Module{}, known: map[key]recalled{}}
	s.old, s.index = openPack(s.name)
	return s
}

// Extract is python.Extract, from memory where possible.
func (s *Store) Extract(path source.Path, text []byte) *python.Module {
	if s == nil {
		return python.Extract(path, text)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return python.Extract(path, text)
	}
	k := keyOf(text)
	if m := s.recall(path, text, k); m != nil {
		return m
	}
	m := python.Extract(path, text)
	s.kept.Lock()
	defer s.kept.Unlock()
	s.fresh[k] = m
	return m
}

// buffers hold one encoded module at a time.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// recall returns a module of the old pack, or nil.
func (s *Store) recall(path source.Path, text []byte, k key) *python.Module {
	p, ok := s.index[k]
	if !ok {
		return nil
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	if !s.read(p, buffer) {
		return nil
	}
	m, ok := decode(path, text, *buffer)
	if !ok {
		return nil
	}
	p.used.Store(true)
	s.kept.Lock()
	defer s.kept.Unlock()
	s.known[k] = recalled{m, m.Read()}
	return m
}

// read reads an encoded module into buffer.
func (s *Store) read(p *place, buffer *[]byte) bool {
	if int64(cap(*buffer)) < p.length {
		*buffer = make([]byte, p.length+p.length/4)
	}
	*buffer = (*buffer)[:p.length]
	_, err := s.old.ReadAt(*buffer, p.offset)
	return err == nil
}

// draft writes what is new: modules that the old pack does not hold, and those of
// which it holds less than has been read. It returns nil when there are none.
func (s *Store) draft() *draft {
	for k, r := range s.known {
		if r.module.Read() > r.bodies {
			s.fresh[k] = r.module
		}
	}
	if len(s.fresh) == 0 {
		return nil
	}
	d := newDraft(s.name)
	var data []byte
	for k, m := range s.fresh {
		var err error
		if data, err = encode(data[:0], m); err == nil {
			d.add(k, data)
		}
	}
	return d
}

// Flush ends the run: what was asked for since Open is kept for the next one,
// the rest of the pack forgotten. From then on Extract does not use the cache.
// Nothing is written when that would win too little. An error says why the facts
// could not be kept.
func (s *Store) Flush() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	used, all := s.sizes()
	added := int64(0)
	d := s.draft()
	if d != nil {
		added = d.at
	}
	var err error
	switch {
	case added*worth >= all && added > 0, used+added < all/4 && used > 0:
		err = s.rewrite(d)
	default:
		err = s.leave(d)
	}
	s.index, s.fresh, s.known = nil, nil, nil
	return err
}

// sizes returns how many bytes of the old pack were used, and how many it has.
func (s *Store) sizes() (used, all int64) {
	for _, p := range s.index {
		all += p.length
		if p.used.Load() {
			used += p.length
		}
	}
	return used, all
}

// rewrite writes the next pack: what is in d, and what of the old one was used.
func (s *Store) rewrite(d *draft) error {
	if d == nil {
		d = newDraft(s.name)
	}
	var buffer []byte
	for k, p := range s.index {
		if p.used.Load() && s.read(p, &buffer) {
			d.add(k, buffer)
		}
	}
	s.closeOld()
	err := d.finish(s.name)
	trim(filepath.Dir(s.name), filepath.Base(s.name), maxTotal)
	return err
}

// leave ends the run with the pack as it is.
func (s *Store) leave(d *draft) (err error) {
	if d != nil {
		err = d.err
		d.drop()
	}
	if s.old == nil {
		return err
	}
	if info, err := s.old.Stat(); err == nil && time.Since(info.ModTime()) > touchAfter {
		now := time.Now()
		_ = os.Chtimes(s.name, now, now) // in use, and so not the first to go
	}
	s.closeOld()
	return err
}

func (s *Store) closeOld() {
	if s.old != nil {
		_ = s.old.Close()
		s.old = nil
	}
}
