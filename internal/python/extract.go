package python

import (
	"bytes"
	"cmp"
	"slices"

	"bearings/internal/python/flat"
	"bearings/internal/source"
)

// maxText is the size in bytes above which Extract does not parse: offsets are
// 32 bits wide, and no such file is written by people.
const maxText = 64 << 20

// maxDepth is how deeply expressions and statements may nest. CPython refuses
// 200 open parentheses and 100 indents, but long chains of operators and calls
// nest too. What lies deeper becomes a BadExpr or a BadStmt.
const maxDepth = 1000

// Extract returns what text says. It never fails: what cannot be read is listed
// in Broken, and a text that is no Python at all, or a template that makes some,
// gives a module without a body. The bodies of functions may be read later, when
// they are asked for: text must not be changed afterwards.
func Extract(path source.Path, text []byte) *Module {
	m := &Module{Path: path}
	if len(text) > maxText || !isText(text) {
		m.broken = []Range{{0, uint32(min(len(text), maxText))}}
		return m
	}
	lines := newlines(text)
	if !same(lines, text) || !m.extractShell(text) {
		m.extractWhole(lines)
	}
	return m
}

// extractShell reads text without its long bodies. It returns false, and leaves m
// as it was, when that cannot be done: where the parser finds a fault, it is to
// see everything.
func (m *Module) extractShell(text []byte) bool {
	s := shellOf(text)
	if s == nil {
		return false
	}
	tree := s.parse(text)
	if tree == nil {
		return false
	}
	defer tree.Release()
	l := &lowerer{text: text, nodes: tree.Nodes, module: &Module{Path: m.Path}, names: map[string]string{}, bodies: s.bodies}
	l.module.Body = l.body(0, nil)
	if len(l.module.held) != len(s.bodies) {
		return false
	}
	for _, c := range s.comments {
		l.module.Comments = append(l.module.Comments, Comment{c, string(text[c.Start:c.End])})
	}
	m.Body, m.Comments, m.Future, m.held = l.module.Body, l.module.Comments, l.module.Future, l.module.held
	return true
}

// extractWhole reads all of text at once.
func (m *Module) extractWhole(text []byte) {
	tree, gone := parse(text)
	if tree == nil {
		m.broken = []Range{{0, uint32(len(text))}}
		return
	}
	defer tree.Release()
	l := &lowerer{text: text, nodes: tree.Nodes, module: m, names: map[string]string{}, gone: gone}
	l.trivia()
	if isTemplate(text, m) {
		m.Comments, m.broken = nil, []Range{{0, uint32(len(text))}}
		return
	}
	m.Body = l.body(0, nil)
}

// parse returns the tree of text, with what can be mended mended, and the lines
// that were taken out for that. The tree is nil when the parser gives up.
func parse(text []byte) (*flat.Tree, []Range) {
	tree := flat.Parse(text)
	if tree == nil {
		return nil, nil
	}
	disguised, tree := disguise(text, tree)
	if errorCount(tree) > 0 || dangles(text) {
		return repair(disguised, tree)
	}
	return tree, nil
}

// newlines returns text with lone carriage returns as line feeds, which Python
// takes for line ends and the grammar does not. Offsets stay the same.
func newlines(text []byte) []byte {
	at := bytes.IndexByte(text, '\r')
	if at < 0 {
		return text
	}
	out := text
	for i := at; i < len(text); i++ {
		if text[i] == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			if &out[0] == &text[0] {
				out = bytes.Clone(text)
			}
			out[i] = '\n'
		}
	}
	return out
}

// lowerer turns one flat tree into a module. An int is an index into nodes.
type lowerer struct {
	text   []byte
	nodes  []flat.Node
	module *Module
	names  map[string]string
	depth  int
	yields bool      // the function being read yields
	gone   []Range   // lines that repair took out
	bodies []outside // those of a shell that are still to be met
}

// trivia collects the comments and the places that the parser could not read.
func (l *lowerer) trivia() {
	end := uint32(0) // of the last broken range
	for i := range l.nodes {
		n := &l.nodes[i]
		switch {
		case n.Kind == flat.Comment:
			l.module.Comments = append(l.module.Comments, Comment{Range{n.Start, n.End}, string(l.text[n.Start:n.End])})
		case n.Kind == flat.Error || n.Missing:
			if n.Start >= end || len(l.module.broken) == 0 {
				l.module.broken = append(l.module.broken, Range{n.Start, n.End})
				end = max(n.End, n.Start+1)
			}
		}
	}
	if len(l.gone) > 0 {
		l.module.broken = append(l.module.broken, l.gone...)
		slices.SortFunc(l.module.broken, func(a, b Range) int { return cmp.Compare(a.Start, b.Start) })
	}
}

// stoodIn returns the line that the node at i stands in for, if it was put there by repair.
func (l *lowerer) stoodIn(i int) (Range, bool) {
	if len(l.gone) == 0 {
		return Range{}, false
	}
	start := l.nodes[i].Start
	k, found := slices.BinarySearchFunc(l.gone, start, func(r Range, at uint32) int { return cmp.Compare(r.Start, at) })
	if !found {
		k--
	}
	if k < 0 || start >= l.gone[k].End {
		return Range{}, false
	}
	return l.gone[k], true
}

func (l *lowerer) kind(i int) flat.Kind { return l.nodes[i].Kind }

func (l *lowerer) at(i int) Range { return Range{l.nodes[i].Start, l.nodes[i].End} }

func (l *lowerer) slice(i int) []byte { return l.text[l.nodes[i].Start:l.nodes[i].End] }

func (l *lowerer) end(i int) int { return int(l.nodes[i].Next) }

// branch returns the first child at or behind c, a child of a node that ends
// before end, that is neither a token nor trivia, or end when there is none.
func (l *lowerer) branch(c, end int) int {
	for c < end && l.nodes[c].Kind < flat.Identifier {
		c = int(l.nodes[c].Next)
	}
	return min(c, end)
}

// first returns the first branch below i, or -1.
func (l *lowerer) first(i int) int {
	if c := l.branch(i+1, l.end(i)); c < l.end(i) {
		return c
	}
	return -1
}

// next returns the branch behind c below i, or -1.
func (l *lowerer) next(c, i int) int {
	if c = l.branch(l.end(c), l.end(i)); c < l.end(i) {
		return c
	}
	return -1
}

// has reports whether a direct child of i is of a kind.
func (l *lowerer) has(i int, kind flat.Kind) bool {
	for c, end := i+1, l.end(i); c < end; c = l.end(c) {
		if l.kind(c) == kind {
			return true
		}
	}
	return false
}

// child returns the first direct child of i of a kind, or -1.
func (l *lowerer) child(i int, kind flat.Kind) int {
	for c, end := i+1, l.end(i); c < end; c = l.end(c) {
		if l.kind(c) == kind {
			return c
		}
	}
	return -1
}

// intern returns b as a string of its own, the same one for equal bytes.
func (l *lowerer) intern(b []byte) string {
	if s, ok := l.names[string(b)]; ok {
		return s
	}
	s := string(b)
	l.names[s] = s
	return s
}

// identifier returns the name at i.
func (l *lowerer) identifier(i int) string { return l.intern(l.slice(i)) }

// dotted returns a dotted name without the space that may stand in it.
func (l *lowerer) dotted(i int) string {
	b := l.slice(i)
	if !bytes.ContainsAny(b, " \t\\\r\n#\f") {
		return l.intern(b)
	}
	var parts [][]byte
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		parts = append(parts, l.slice(c))
	}
	return l.intern(bytes.Join(parts, []byte(".")))
}

// enter counts one level of nesting and reports whether it is allowed.
func (l *lowerer) enter() bool {
	l.depth++
	return l.depth <= maxDepth
}

func (l *lowerer) leave() { l.depth-- }
