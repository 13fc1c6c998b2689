package python

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"bearings/internal/source"
)

func TestModuleIsReadOnce(t *testing.T) {
	var reads atomic.Int32
	p := NewProgram(source.NewMapTree(map[source.Path]string{"a.py": "import b\n"}), Options{
		Extract: func(path source.Path, text []byte) *Module { reads.Add(1); return Extract(path, text) },
	})
	var wait sync.WaitGroup
	modules := make([]*Module, 8)
	for i := range modules {
		wait.Go(func() { modules[i] = p.Module("a.py") })
	}
	wait.Wait()
	for _, m := range modules {
		if m == nil || m != modules[0] {
			t.Fatalf("got %v and %v", m, modules[0])
		}
	}
	if reads.Load() != 1 || p.Problem("a.py") != nil {
		t.Errorf("read %d times, problem %v", reads.Load(), p.Problem("a.py"))
	}
}

func TestProblem(t *testing.T) {
	p := NewProgram(source.NewMapTree(map[source.Path]string{
		"big.py": strings.Repeat("#", maxFile+1), "null.py": "a\x00b", "latin.py": "# -*- coding: latin-1 -*-\nx = '\xe9'\n",
	}), Options{})
	for path, want := range map[source.Path]error{
		"gone.py": fs.ErrNotExist, "big.py": source.ErrTooLarge, "null.py": source.ErrNotText, "../x.py": source.ErrOutside, "latin.py": nil,
	} {
		if err := p.Problem(path); !errors.Is(err, want) || (want == nil) != (p.Module(path) != nil) {
			t.Errorf("%s: problem %v, module %v, want %v", path, err, p.Module(path), want)
		}
	}
}

func TestSubmodules(t *testing.T) {
	p := NewProgram(treeOf("app/__init__.py", "app/b.py", "app/a/__init__.py", "app/a/x.py", "app/c/y.py", "main.py"), Options{})
	for pkg, want := range map[source.Path][]source.Path{
		"app": {"app/a/__init__.py", "app/b.py"}, "app/__init__.py": {"app/a/__init__.py", "app/b.py"}, "app/a": {"app/a/x.py"},
		"": {"app/__init__.py", "main.py"}, "gone": nil,
	} {
		if got := p.Submodules(pkg); !slices.Equal(got, want) {
			t.Errorf("Submodules(%q) = %v, want %v", pkg, got, want)
		}
	}
}

// counted is a tree that counts how often each file is asked for.
type counted struct {
	source.Tree
	mu    sync.Mutex
	reads map[source.Path]int
}

func (c *counted) File(path source.Path) (*source.File, error) {
	c.mu.Lock()
	c.reads[path]++
	c.mu.Unlock()
	return c.Tree.File(path)
}

func TestCandidates(t *testing.T) {
	tree := &counted{reads: map[source.Path]int{}, Tree: source.NewMapTree(map[source.Path]string{
		"a.py": "import fastapi", "b.py": "import jwt", "c.py": "pass", "d.txt": "fastapi", "e.py": "fastapi\x00",
	})}
	p := NewProgram(tree, Options{})
	for range 3 {
		if got := p.Candidates("fastapi", "jwt"); !slices.Equal(got, []source.Path{"a.py", "b.py"}) {
			t.Fatalf("got %v", got)
		}
	}
	if got := p.Candidates("jwt"); !slices.Equal(got, []source.Path{"b.py"}) {
		t.Fatalf("got %v", got)
	}
	for path, n := range tree.reads {
		if n != 1 {
			t.Errorf("%s was read %d times", path, n)
		}
	}
	if got := p.Candidates(); got != nil {
		t.Errorf("no words gave %v", got)
	}
}
