package history

import (
	"bytes"
	"context"
	"runtime"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"

	"bearings/internal/config"
	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/report"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// Surfaces computes the authentication surfaces of commits. Facts of a file are
// extracted once for each of its versions, and a commit that changes nothing
// which an earlier computation looked at takes over its surface. It may be used
// by many goroutines.
type Surfaces struct {
	repo *Repo
	kept map[source.Path]*source.File

	mu      sync.Mutex
	modules map[moduleKey]*python.Module
	byKey   map[uint64]*report.Surface
	known   map[uint64][]*seen // by the names of all files

	// Computed counts the surfaces that were not taken over.
	Computed int
}

// moduleKey is one version of a Python file: equal blobs are the same memory.
type moduleKey struct {
	path source.Path
	text *byte
	size int
}

// seen is a surface with everything that its computation looked at.
type seen struct {
	surface *report.Surface
	files   map[source.Path]plumbing.Hash // zero where there was none
	listing *listing
}

// Surfaces returns a computer of surfaces. kept are the files that git does not keep, see Repo.Kept.
func (r *Repo) Surfaces(kept map[source.Path]*source.File) *Surfaces {
	return &Surfaces{repo: r, kept: kept, modules: map[moduleKey]*python.Module{}, byKey: map[uint64]*report.Surface{}, known: map[uint64][]*seen{}}
}

// At returns the surface of a commit.
func (s *Surfaces) At(c *Commit) (*report.Surface, error) {
	l, err := s.repo.store.listing(c.object.TreeHash)
	if err != nil {
		return nil, err
	}
	return s.of(l), nil
}

func (s *Surfaces) of(l *listing) *report.Surface {
	s.mu.Lock()
	if found, ok := s.byKey[l.key]; ok {
		s.mu.Unlock()
		return found
	}
	for _, k := range s.known[l.names] {
		if s.holds(k, l) {
			s.byKey[l.key] = k.surface
			s.mu.Unlock()
			return k.surface
		}
	}
	s.mu.Unlock()
	surface, entry := s.compute(l)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Computed++
	s.byKey[l.key] = surface
	s.known[l.names] = append(s.known[l.names], entry)
	return surface
}

// holds reports whether everything that a computation looked at is the same in another listing of the same names.
func (s *Surfaces) holds(k *seen, l *listing) bool {
	for path, hash := range k.files {
		if l.files[path] != hash {
			return false
		}
	}
	for path, hash := range l.files {
		if before := k.listing.files[path]; before != hash && strings.HasSuffix(string(path), ".py") && (s.speaks(before) || s.speaks(hash)) {
			return false
		}
	}
	return true
}

// hints are words of Python files that the model may look into without being
// led there by an import.
var hints = [...][]byte{
	[]byte("fastapi"), []byte("starlette"), []byte("APIRouter"), []byte("jwt"), []byte("jose"), []byte("token"), []byte("environ"),
	[]byte("env"), []byte("settings"), []byte("Settings"), []byte("config"), []byte("secret"), []byte("SECRET"), []byte("Depends"),
	[]byte("dependency_overrides"), []byte("gunicorn"), []byte("workers"),
}

func (s *Surfaces) speaks(hash plumbing.Hash) bool {
	if hash.IsZero() {
		return false
	}
	text, err := s.repo.store.blob(hash)
	if err != nil {
		return true
	}
	for _, h := range hints {
		if bytes.Contains(text, h) {
			return true
		}
	}
	return false
}

// compute builds the model of a listing, and notes what it looked at.
func (s *Surfaces) compute(l *listing) (*report.Surface, *seen) {
	t := newTree(s.repo.store, l, s.kept)
	var mu sync.Mutex
	extracted := map[source.Path]bool{}
	settings, _ := config.Load(t, nil)
	program := python.NewProgram(t, python.Options{Roots: settings.Roots, Extract: func(path source.Path, text []byte) *python.Module {
		mu.Lock()
		extracted[path] = true
		mu.Unlock()
		return s.module(path, text)
	}})
	var view source.Tree = t
	if len(settings.Exclude) > 0 {
		view = excluding{t, settings}
	}
	project := fastapi.Link(fastapi.Input{
		Tree: view, Program: program, Environments: environment.Discover(view), Requirements: requirements.Read(view), EntryPoints: settings.EntryPoints,
	})
	entry := &seen{surface: report.NewSurface(project), files: map[source.Path]plumbing.Hash{}, listing: l}
	t.mu.Lock()
	defer t.mu.Unlock()
	for path := range t.reads {
		entry.files[path] = l.files[path]
	}
	for path := range extracted {
		entry.files[path] = l.files[path]
	}
	return entry.surface, entry
}

func (s *Surfaces) module(path source.Path, text []byte) *python.Module {
	if len(text) == 0 {
		return python.Extract(path, text)
	}
	key := moduleKey{path, &text[0], len(text)}
	s.mu.Lock()
	m, ok := s.modules[key]
	s.mu.Unlock()
	if ok {
		return m
	}
	m = python.Extract(path, text)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.modules[key] = m
	return m
}

// prepare computes the surfaces of several listings on all processors.
func (s *Surfaces) prepare(ctx context.Context, list []*listing) {
	work := make(chan *listing)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for l := range work {
				s.of(l)
			}
		})
	}
	for _, l := range list {
		if ctx.Err() != nil {
			break
		}
		work <- l
	}
	close(work)
	group.Wait()
}

// excluding is a tree without the files that the project excludes.
type excluding struct {
	source.Tree
	config config.Config
}

// Paths implements source.Tree.
func (e excluding) Paths() []source.Path {
	var out []source.Path
	for _, p := range e.Tree.Paths() {
		if !e.config.Excluded(p) {
			out = append(out, p)
		}
	}
	return out
}
