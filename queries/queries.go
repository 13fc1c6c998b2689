// Package queries holds the tree-sitter queries of the project, one file for each
// shape of Python that an open document is asked for. They find shapes, never
// names: what a name means is decided where modules are linked. A query has no
// predicates; this binding ignores some of them silently and compiles regular
// expressions again for every match.
//
// The project model does not stand on these queries. Over 14.6 MB of Python,
// parsing took 2.2 to 2.4 s of CPU, one query of five patterns 1.3 to 1.6 s more
// before any fact was built, and five single ones 4.2 s, since each passes
// through the whole tree; copying the tree and lowering it in Go adds 35 to 40 %
// to parsing, everything included. Queries are right where one shape of one open,
// perhaps broken, document is wanted. A test in internal/python proves that both
// ways see the same.
package queries

import (
	"embed"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	sitter "github.com/smacker/go-tree-sitter"
	"github.com/smacker/go-tree-sitter/python"
)

//go:embed *.scm
var files embed.FS

// Capture is a named range of bytes within a match.
type Capture struct {
	Name       string
	Start, End uint32
}

// Match is one occurrence of a shape.
type Match struct {
	Pattern  int // which pattern of the file, from 0
	Captures []Capture
}

// Get returns the first capture of a name.
func (m Match) Get(name string) (Capture, bool) {
	for _, c := range m.Captures {
		if c.Name == name {
			return c, true
		}
	}
	return Capture{}, false
}

type compiled struct {
	query    *sitter.Query // read-only, shared by all goroutines, never closed
	captures []string
	err      error
}

// shapes maps each shape to its query, which is compiled when it is first run:
// that takes some milliseconds.
var shapes = sync.OnceValue(func() map[string]func() compiled {
	all := map[string]func() compiled{}
	entries, _ := files.ReadDir(".")
	for _, entry := range entries {
		name := strings.TrimSuffix(entry.Name(), ".scm")
		all[name] = sync.OnceValue(func() compiled { return compile(name) })
	}
	return all
})

// Names returns the names of all shapes, sorted: "calls" is calls.scm.
func Names() []string { return slices.Sorted(maps.Keys(shapes())) }

// Source returns the text of a shape's query.
func Source(name string) (string, error) {
	text, err := files.ReadFile(name + ".scm")
	return string(text), err
}

func compile(name string) compiled {
	text, err := Source(name)
	if err != nil {
		return compiled{err: err}
	}
	query, err := sitter.NewQuery([]byte(text), python.GetLanguage())
	if err != nil {
		return compiled{err: fmt.Errorf("%s.scm: %w", name, err)}
	}
	c := compiled{query: query}
	for id := range query.CaptureCount() {
		c.captures = append(c.captures, query.CaptureNameForId(id))
	}
	return c
}

// Check reports why a shape cannot be run, or nil.
func Check(name string) error {
	shape, ok := shapes()[name]
	if !ok {
		return fmt.Errorf("there is no query %q", name)
	}
	return shape().err
}

// Run yields the matches of a shape below root, in the order of the source. The
// tree belongs to the calling goroutine and must outlive the iteration. A shape
// that Check refuses yields nothing.
func Run(name string, root *sitter.Node) iter.Seq[Match] { return run(name, root, nil) }

// RunLines is Run restricted to matches that touch the zero-based lines from
// first to last, both included.
func RunLines(name string, root *sitter.Node, first, last uint32) iter.Seq[Match] {
	return run(name, root, func(cursor *sitter.QueryCursor) {
		cursor.SetPointRange(sitter.Point{Row: first}, sitter.Point{Row: last + 1})
	})
}

func run(name string, root *sitter.Node, prepare func(*sitter.QueryCursor)) iter.Seq[Match] {
	return func(yield func(Match) bool) {
		if root == nil || Check(name) != nil {
			return
		}
		shape := shapes()[name]()
		cursor := sitter.NewQueryCursor()
		defer cursor.Close()
		if prepare != nil {
			prepare(cursor)
		}
		cursor.Exec(shape.query, root)
		for {
			found, ok := cursor.NextMatch()
			if !ok {
				return
			}
			match := Match{Pattern: int(found.PatternIndex), Captures: make([]Capture, 0, len(found.Captures))}
			for _, c := range found.Captures {
				match.Captures = append(match.Captures, Capture{shape.captures[c.Index], c.Node.StartByte(), c.Node.EndByte()})
			}
			if !yield(match) {
				return
			}
		}
	}
}
