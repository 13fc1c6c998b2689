package python

import (
	"bytes"
	"sync"
	"sync/atomic"

	"bearings/internal/source"
)

// block is the body of a function. A long one is read when it is first asked for.
type block struct {
	stmts     []Stmt
	generator bool
	held      *held
}

// held is a body that is read when it is first asked for.
type held struct {
	text []byte // of the module
	at   Range  // from the first statement to the end of the last one

	once      sync.Once
	read      atomic.Bool
	stmts     []Stmt
	generator bool
	broken    []Range
}

// Body returns the statements of the function.
func (b *block) Body() []Stmt {
	if b.held == nil {
		return b.stmts
	}
	b.held.need()
	return b.held.stmts
}

// Generator reports whether a yield stands in the function's own body.
func (b *block) Generator() bool {
	if b.held == nil {
		return b.generator
	}
	if !bytes.Contains(b.held.source(), []byte("yield")) {
		return false
	}
	b.held.need()
	return b.held.generator
}

// SetBody gives a function that is being built its statements.
func (b *block) SetBody(stmts []Stmt, generator bool) {
	*b = block{stmts: stmts, generator: generator}
}

// source is the text of the body.
func (h *held) source() []byte { return h.text[h.at.Start:h.at.End] }

// line is where the line begins on which the first statement stands.
func (h *held) line() int { return bytes.LastIndexByte(h.text[:h.at.Start], '\n') + 1 }

// need reads the body, once.
func (h *held) need() { h.once.Do(h.parse) }

// head stands before a body that is parsed alone. The head of any function is at least as long.
const head = "def f():\n"

func (h *held) parse() {
	defer h.read.Store(true)
	line := h.line()
	tree, gone := parse(append([]byte(head), h.text[line:h.at.End]...))
	if tree == nil || line < len(head) {
		h.broken = []Range{h.at}
		return
	}
	defer tree.Release()
	shift := uint32(line - len(head))
	for i := range tree.Nodes {
		tree.Nodes[i].Start += shift
		tree.Nodes[i].End += shift
	}
	for i := range gone {
		gone[i] = Range{gone[i].Start + shift, gone[i].End + shift}
	}
	m := &Module{}
	l := &lowerer{text: h.text, nodes: tree.Nodes, module: m, names: map[string]string{}, gone: gone}
	l.trivia()
	h.broken = m.broken
	for _, st := range l.body(0, nil) {
		if f, ok := st.(*Function); ok && f.Start == shift {
			h.stmts, h.generator = append(h.stmts, f.stmts...), f.generator
		} else {
			h.stmts = append(h.stmts, st) // what broken lines have torn off
		}
	}
}

// Hold gives a function of m a body that is read when it is first asked for: what
// stands in text, the module's, from the first statement to the end of the last one.
func (m *Module) Hold(f *Function, text []byte, at Range) {
	f.block = block{held: &held{text: text, at: at}}
	f.End = at.End
	m.held = append(m.held, f.held)
}

// Holds returns where the body stands that is read when it is asked for, and
// whether it has been. It returns false for a body that was read with the module.
func (f *Function) Holds() (at Range, read, ok bool) {
	if f.held == nil {
		return Range{}, false, false
	}
	return f.held.at, f.held.read.Load(), true
}

// FillBody gives a function with a body that is read when it is asked for what
// reading it once gave.
func (f *Function) FillBody(stmts []Stmt, generator bool, broken []Range) {
	f.held.once.Do(func() {
		f.held.stmts, f.held.generator, f.held.broken = stmts, generator, broken
		f.held.read.Store(true)
	})
}

// BodyBroken lists what the parser could not make sense of in a body that is read
// when it is asked for.
func (f *Function) BodyBroken() []Range {
	if f.held == nil {
		return nil
	}
	f.held.need()
	return f.held.broken
}

// Broken lists what the parser could not make sense of. Facts around it are kept.
// It reads all bodies.
func (m *Module) Broken() []Range { return m.BrokenIn(source.Span{End: maxText}) }

// BrokenIn is Broken for what touches a span. It reads the bodies that do.
func (m *Module) BrokenIn(span source.Span) (out []Range) {
	touches := func(r Range) bool { return int(r.Start) <= span.End && span.Start <= int(r.End) }
	add := func(list []Range) {
		for _, r := range list {
			if touches(r) {
				out = append(out, r)
			}
		}
	}
	add(m.broken)
	for _, h := range m.held {
		if touches(h.at) {
			h.need()
			add(h.broken)
		}
	}
	return out
}

// WholeBroken is Broken without what stands in bodies that are read when they are asked for.
func (m *Module) WholeBroken() []Range { return m.broken }

// SetBroken is for building a module.
func (m *Module) SetBroken(broken []Range) { m.broken = broken }

// Read counts the bodies that were read because they were asked for.
func (m *Module) Read() int {
	n := 0
	for _, h := range m.held {
		if h.read.Load() {
			n++
		}
	}
	return n
}
