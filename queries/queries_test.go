package queries

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	sitter "github.com/smacker/go-tree-sitter"
	"github.com/smacker/go-tree-sitter/python"
)

func parse(t testing.TB, text string) *sitter.Tree {
	t.Helper()
	parser := sitter.NewParser()
	defer parser.Close()
	parser.SetLanguage(python.GetLanguage())
	tree, err := parser.ParseCtx(context.Background(), nil, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tree.Close)
	return tree
}

func TestEveryQueryCompiles(t *testing.T) {
	names := Names()
	for _, want := range []string{"bindings", "calls", "classes", "comments", "errors", "functions", "imports", "raises", "strings"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s.scm", want)
		}
	}
	for _, name := range names {
		if err := Check(name); err != nil {
			t.Error(err)
		}
	}
	if Check("nothing") == nil {
		t.Error("an unknown query is not refused")
	}
}

// Predicates start with "#"; nothing else in these files holds one.
func TestNoPredicates(t *testing.T) {
	for _, name := range Names() {
		text, err := Source(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "#") {
			t.Errorf("%s.scm has a predicate", name)
		}
	}
}

const example = `import os
from a.b import (c, d as e)

class A(B):  # comment
    x = 1

    @c.d("e")
    async def f(self, y=2):
        if (n := g(i for i in y)):
            raise E(f"{n}") from None
`

func TestRun(t *testing.T) {
	tree := parse(t, example)
	for name, want := range map[string][]string{
		"imports/import":       {"import os", "from a.b import (c, d as e)"},
		"functions/name":       {"f"},
		"functions/parameters": {"(self, y=2)"},
		"classes/name":         {"A"},
		"bindings/name":        {"x", "n"},
		"calls/callee":         {"c.d", "g", "E"},
		"calls/arguments":      {`("e")`, "(i for i in y)", `(f"{n}")`},
		"raises/raise":         {`raise E(f"{n}") from None`},
		"comments/comment":     {"# comment"},
		"strings/string":       {`"e"`, `f"{n}"`},
		"errors/error":         nil,
	} {
		shape, capture, _ := strings.Cut(name, "/")
		var got []string
		for match := range Run(shape, tree.RootNode()) {
			if c, ok := match.Get(capture); ok {
				got = append(got, example[c.Start:c.End])
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestRunLines(t *testing.T) {
	tree := parse(t, example)
	count := 0
	for range RunLines("calls", tree.RootNode(), 6, 6) {
		count++
	}
	if count != 1 {
		t.Errorf("%d calls in line 6, want 1", count)
	}
}

func TestErrors(t *testing.T) {
	tree := parse(t, "x = = 1\ny = 2\n")
	count := 0
	for range Run("errors", tree.RootNode()) {
		count++
	}
	if count == 0 {
		t.Error("no error was found")
	}
}

// A compiled query is shared; each goroutine has a tree of its own.
func TestRunConcurrently(t *testing.T) {
	trees := []*sitter.Tree{parse(t, example), parse(t, example), parse(t, example), parse(t, example)}
	var wait sync.WaitGroup
	for _, tree := range trees {
		wait.Go(func() {
			for range 20 {
				for _, name := range Names() {
					for range Run(name, tree.RootNode()) {
						continue
					}
				}
			}
		})
	}
	wait.Wait()
}
