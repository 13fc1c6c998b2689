package analyzers

import (
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// position is a statement in the block that holds it.
type position struct {
	path  source.Path
	block []python.Stmt
	index int
}

func (s position) stmt() python.Stmt { return s.block[s.index] }

// beginning is where a statement begins, its decorators included.
func beginning(st python.Stmt) int {
	start := st.Span().Start
	var decorators []*python.Decorator
	switch d := st.(type) {
	case *python.Function:
		decorators = d.Decorators
	case *python.Class:
		decorators = d.Decorators
	}
	for _, d := range decorators {
		start = min(start, d.Span().Start)
	}
	return start
}

// statementAt finds the innermost statement in which a place lies.
func statementAt(p *fastapi.Project, at source.Location) (found position, ok bool) {
	m := moduleOf(p, at.Path)
	if m == nil {
		return position{}, false
	}
	block := m.Body
	for depth := 0; depth < 60; depth++ {
		i := coveringIn(block, at.Span)
		if i < 0 {
			return found, ok
		}
		found, ok = position{at.Path, block, i}, true
		block = nil
		for _, inner := range blocksOf(found.stmt()) {
			if coveringIn(inner, at.Span) >= 0 {
				block = inner
			}
		}
	}
	return found, ok
}

func coveringIn(block []python.Stmt, at source.Span) int {
	for i, st := range block {
		if beginning(st) <= at.Start && at.End <= st.Span().End {
			return i
		}
	}
	return -1
}

// blocksOf lists the blocks of a compound statement.
func blocksOf(st python.Stmt) [][]python.Stmt {
	switch s := st.(type) {
	case *python.If:
		return [][]python.Stmt{s.Body, s.Else}
	case *python.For:
		return [][]python.Stmt{s.Body, s.Else}
	case *python.While:
		return [][]python.Stmt{s.Body, s.Else}
	case *python.With:
		return [][]python.Stmt{s.Body}
	case *python.Function:
		return [][]python.Stmt{s.Body()}
	case *python.Class:
		return [][]python.Stmt{s.Body}
	case *python.Try:
		out := [][]python.Stmt{s.Body, s.Else, s.Finally}
		for _, h := range s.Handlers {
			out = append(out, h.Body)
		}
		return out
	case *python.Match:
		var out [][]python.Stmt
		for _, c := range s.Cases {
			out = append(out, c.Body)
		}
		return out
	}
	return nil
}

// wholeLines widens a statement to its lines; false when it shares one with something else.
func wholeLines(file *source.File, st python.Stmt) (source.Span, bool) {
	begin, end := beginning(st), st.Span().End
	first, last := file.Line(file.LineOf(begin)), file.LineOf(max(begin, end-1))
	before := file.Slice(source.Span{Start: first.Start, End: begin})
	after := strings.TrimSpace(file.Slice(source.Span{Start: end, End: file.Line(last).End}))
	if strings.TrimSpace(before) != "" || after != "" && !strings.HasPrefix(after, "#") {
		return source.Span{}, false
	}
	stop := len(file.Text)
	if last+1 < file.LineCount() {
		stop = file.Line(last + 1).Start
	}
	return source.Span{Start: first.Start, End: stop}, true
}

// moveAfter moves the statement at one place behind the statement at another one
// further down in the same block; nil when that cannot be done by whole lines.
func moveAfter(p *fastapi.Project, from, to source.Location) map[source.Path][]source.Edit {
	a, okA := statementAt(p, from)
	b, okB := statementAt(p, to)
	if !okA || !okB || a.path != b.path || len(a.block) != len(b.block) || a.block[0] != b.block[0] || a.index >= b.index {
		return nil
	}
	file, err := p.Tree.File(a.path)
	if err != nil {
		return nil
	}
	cut, okA := wholeLines(file, a.stmt())
	behind, okB := wholeLines(file, b.stmt())
	if !okA || !okB {
		return nil
	}
	text := file.Slice(cut)
	if behind.End == len(file.Text) && !strings.HasSuffix(file.Slice(behind), "\n") {
		text = "\n" + strings.TrimSuffix(text, "\n")
	}
	if _, decorated := b.stmt().(*python.Function); decorated {
		text = "\n\n" + text
	}
	return map[source.Path][]source.Edit{a.path: {
		{Span: cut}, {Span: source.Span{Start: behind.End, End: behind.End}, NewText: text},
	}}
}

// moveElement moves an element of a list in front of an earlier one.
func moveElement(p *fastapi.Project, from, to source.Location) map[source.Path][]source.Edit {
	m := moduleOf(p, from.Path)
	if m == nil || from.Path != to.Path {
		return nil
	}
	file, err := p.Tree.File(from.Path)
	if err != nil {
		return nil
	}
	var edits []source.Edit
	python.Inspect(m, func(n any) bool {
		seq, ok := n.(*python.Sequence)
		if !ok {
			return true
		}
		target := -1
		for i, e := range seq.Elements {
			if e.Span() == to.Span {
				target = i
			}
			if e.Span() == from.Span && target >= 0 && target < i {
				gap := source.Span{Start: seq.Elements[i-1].Span().End, End: e.Span().End}
				between := file.Slice(source.Span{Start: seq.Elements[i-1].Span().End, End: e.Span().Start})
				edits = []source.Edit{
					{Span: source.Span{Start: to.Span.Start, End: to.Span.Start}, NewText: file.Slice(e.Span()) + between}, {Span: gap},
				}
			}
		}
		return true
	})
	if edits == nil {
		return nil
	}
	return map[source.Path][]source.Edit{from.Path: edits}
}

// functionAt finds the function whose text holds a place, the innermost one.
func functionAt(p *fastapi.Project, at source.Location) *python.Function {
	m := moduleOf(p, at.Path)
	if m == nil {
		return nil
	}
	var found *python.Function
	python.InspectAround(m, at.Span, func(n any) bool {
		if d, ok := n.(*python.Function); ok && d.Span().Covers(at.Span) {
			found = d
		}
		return true
	})
	return found
}

// resolvedName gives the canonical library name that an expression of a module's top
// level stands for, "" for anything else.
func resolvedName(p *fastapi.Project, path source.Path, e python.Expr) string {
	return libraryName(p.Eval(path, e))
}

// callAt returns the call that stands at a place; nil when there is none.
func callAt(p *fastapi.Project, at source.Location) (found *python.Call) {
	m := moduleOf(p, at.Path)
	if m == nil {
		return nil
	}
	python.InspectAround(m, at.Span, func(n any) bool {
		if c, ok := n.(*python.Call); ok && c.Span() == at.Span {
			found = c
		}
		return found == nil
	})
	return found
}

// enclosingTest is the test of the innermost if in whose body a place lies.
func enclosingTest(p *fastapi.Project, at source.Location) (test source.Location) {
	m := moduleOf(p, at.Path)
	if m == nil {
		return source.Location{}
	}
	python.InspectAround(m, at.Span, func(n any) bool {
		if st, ok := n.(*python.If); ok && coveringIn(st.Body, at.Span) >= 0 {
			test = source.Location{Path: at.Path, Span: st.Test.Span()}
		}
		return true
	})
	return test
}
