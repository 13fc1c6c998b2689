package workspace

import (
	"bytes"
	"reflect"
	"strings"

	"bearings/internal/python"
	"bearings/internal/source"
)

// shift is a change of a text that says nothing to Python: what stood before the
// span old stays, what stood behind it has moved by so many bytes.
type shift struct {
	old source.Span
	by  int
}

// offset is where a place of the old text is now.
func (s shift) offset(at int) int {
	if at >= s.old.End {
		return at + s.by
	}
	return at
}

// span is where a span of the old text is now. ok is false for one that ends
// where the change begins or begins where it ends, and holds nothing: it may
// belong to either side.
func (s shift) span(at source.Span) (now source.Span, ok bool) {
	if at.Len() == 0 && (at.Start == s.old.Start || at.Start == s.old.End) {
		return at, false
	}
	now.Start, now.End = s.offset(at.Start), s.offset(at.End)
	if at.End == s.old.End && s.old.Len() == 0 { // it ends before what is new
		now.End = at.End
	}
	return now, true
}

// trivial compares two texts of a module. ok is true when they differ in one
// place, in comments, empty lines or blanks at the end of a line, so that both
// mean the same.
func trivial(module *python.Module, before, now []byte) (shift, bool) {
	start, end := 0, 0
	limit := min(len(before), len(now))
	for start < limit && before[start] == now[start] {
		start++
	}
	for end < limit-start && before[len(before)-1-end] == now[len(now)-1-end] {
		end++
	}
	start, end = toLineStart(before, now, start, end)
	s := shift{source.Span{Start: start, End: len(before) - end}, len(now) - len(before)}
	old, new := before[s.old.Start:s.old.End], now[start:len(now)-end]
	if len(module.Broken()) > 0 || within(module, s.old) {
		return s, false
	}
	switch {
	case inComment(module, s.old) && !bytes.ContainsAny(new, "\r\n"):
		return s, plainComment(lineAround(before, s.old)) && plainComment(lineAround(now, source.Span{Start: start, End: len(now) - end}))
	case blank(old) && blank(new) && endsLine(before, s.old):
		return s, true
	}
	return wholeLines(before, now, s)
}

// toLineStart moves what was inserted or taken away to the start of a line, where
// it may as well have been: before "    x", "# a\n    " and "    # a\n" are one.
func toLineStart(before, now []byte, start, end int) (int, int) {
	longer := now
	if len(before) > len(now) {
		longer = before
	}
	if start+end != min(len(before), len(now)) {
		return start, end // something was replaced
	}
	for at, rest := start, end; at > 0 && longer[at-1] == longer[len(longer)-rest-1]; {
		at, rest = at-1, rest+1
		if at == 0 || longer[at-1] == '\n' {
			return at, rest
		}
	}
	return start, end
}

// wholeLines widens the change to whole lines and looks whether they hold code.
func wholeLines(before, now []byte, s shift) (shift, bool) {
	from := bytes.LastIndexByte(before[:s.old.Start], '\n') + 1
	to := s.old.End
	if to > from && before[to-1] != '\n' || to == from && len(now) > 0 && s.by > 0 && now[to+s.by-1] != '\n' {
		next := bytes.IndexByte(before[to:], '\n')
		if next < 0 {
			return s, false
		}
		to += next + 1
	}
	if !codeless(before[from:to]) || !codeless(now[from:to+s.by]) {
		return s, false
	}
	return shift{source.Span{Start: from, End: to}, s.by}, true
}

// codeless reports whether a text is made of empty lines and plain comments, each
// with its line break.
func codeless(text []byte) bool {
	for len(text) > 0 {
		line, rest, ended := bytes.Cut(text, []byte("\n"))
		line = bytes.TrimSpace(line)
		if !ended || len(line) > 0 && (line[0] != '#' || !plainComment(line)) {
			return false
		}
		text = rest
	}
	return true
}

// plainComment reports whether no comment in a line means anything to a tool.
func plainComment(line []byte) bool {
	text := strings.ToLower(string(line))
	return !strings.Contains(text, "bearings") && !strings.Contains(text, "coding") && !strings.Contains(text, "type:")
}

func lineAround(text []byte, at source.Span) []byte {
	from := bytes.LastIndexByte(text[:at.Start], '\n') + 1
	if next := bytes.IndexByte(text[at.End:], '\n'); next >= 0 {
		return text[from : at.End+next]
	}
	return text[from:]
}

func blank(text []byte) bool { return len(bytes.Trim(text, " \t")) == 0 }

// endsLine reports whether only a line break follows, which no backslash takes away.
func endsLine(text []byte, at source.Span) bool {
	if at.End < len(text) && text[at.End] != '\n' {
		return false
	}
	line := bytes.TrimRight(text[bytes.LastIndexByte(text[:at.Start], '\n')+1:at.Start], " \t")
	return len(line) > 0 && line[len(line)-1] != '\\'
}

// inComment reports whether a change lies behind the # of a comment.
func inComment(m *python.Module, at source.Span) bool {
	for _, c := range m.Comments {
		if s := c.Span(); s.Start < at.Start && at.End <= s.End {
			return true
		}
	}
	return false
}

// within reports whether a place lies in the middle of an expression or a simple
// statement, or in the head of a compound one: there its text may be shown.
func within(m *python.Module, at source.Span) (found bool) {
	touches := func(s source.Span) bool {
		return s.Start < at.End && at.Start < s.End || s.Start < at.Start && at.Start < s.End
	}
	python.Inspect(m, func(n any) bool {
		if found {
			return false
		}
		var body []python.Stmt
		switch x := n.(type) {
		case *python.Module:
			return true
		case *python.If:
			body = x.Body
		case *python.For:
			body = x.Body
		case *python.While:
			body = x.Body
		case *python.With:
			body = x.Body
		case *python.Try:
			body = x.Body
		case *python.Function:
			body = x.Body()
		case *python.Class:
			body = x.Body
		case *python.Match, *python.Case, *python.Handler:
			return true
		}
		spanned, ok := n.(interface{ Span() source.Span })
		if !ok {
			return true
		}
		s := spanned.Span()
		if len(body) > 0 {
			found = at.End > s.Start && at.Start < body[0].Span().Start // its head's end is not kept
			return !found
		}
		found = touches(s)
		return false
	})
	return found
}

// alike reports whether two modules hold the same nodes in the places that a
// change of nothing but comments and blanks leaves them in.
func alike(before, now *python.Module, s shift) bool {
	a, b := nodes(before), nodes(now)
	if len(a) != len(b) || len(now.Broken()) > 0 || before.Future != now.Future {
		return false
	}
	for i, n := range a {
		if reflect.TypeOf(n) != reflect.TypeOf(b[i]) {
			return false
		}
		x, spanned := n.(interface{ Span() source.Span })
		if !spanned {
			continue
		}
		at := x.Span()
		want, _ := s.span(at)
		if got := b[i].(interface{ Span() source.Span }).Span(); got != want && at.Len() > 0 {
			return false
		}
	}
	return true
}

func nodes(m *python.Module) (list []any) {
	for _, st := range m.Body {
		python.Inspect(st, func(n any) bool { list = append(list, n); return true })
	}
	return list
}
