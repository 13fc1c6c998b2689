package report

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"bearings/internal/source"
)

// excerpt is one source line as it may be shown, with the columns that a span
// covers in it. Columns count terminal cells.
type excerpt struct {
	number     int
	text       string
	start, end int
	more       bool // the span goes on in further lines
}

// excerptAt returns the first line of a location with every secret masked; ok is
// false when the file cannot be read. The line's indentation is taken off, and a
// line longer than limit cells is cut around the span.
func (r *Redactor) excerptAt(p *places, at source.Location, limit int) (e excerpt, ok bool) {
	f := p.file(at.Path)
	if at.IsZero() || f == nil {
		return e, false
	}
	index := f.LineOf(at.Span.Start)
	line := f.Line(index)
	text := f.Text[line.Start:line.End]
	if !utf8.Valid(text) {
		text = []byte(strings.ToValidUTF8(string(text), "?"))
	}
	indent := len(text) - len(strings.TrimLeft(string(text), " \t\f\ufeff"))
	span := source.Span{Start: at.Span.Start - line.Start, End: min(at.Span.End, line.End) - line.Start}
	e = draw(text, min(indent, max(span.Start, 0)), span, r.masksIn(f, line))
	e.number, e.more = index+1, at.Span.End > line.End
	e.text = r.Text(e.text)
	return e.cut(limit), true
}

// masksIn returns what must not be shown of a line, as offsets into it.
func (r *Redactor) masksIn(f *source.File, line source.Span) []source.Span {
	text := f.Slice(line)
	masks := lineMasks(kindOf(f.Path), []byte(text), f.Text)
	if r == nil {
		return masks
	}
	for _, h := range r.hidden[f.Path] {
		if h.Start < line.End && line.Start < h.End {
			masks = append(masks, source.Span{Start: max(h.Start, line.Start) - line.Start, End: min(h.End, line.End) - line.Start})
		}
	}
	return masks
}

// draw lays out text from byte offset from on: tabs become spaces, control
// characters dots, each mask three bullets.
func draw(text []byte, from int, span source.Span, masks []source.Span) excerpt {
	slices.SortFunc(masks, func(a, b source.Span) int { return cmp.Compare(a.Start, b.Start) })
	var b strings.Builder
	column, start, end := 0, -1, -1
	mark := func(offset int) {
		if start < 0 && offset >= span.Start {
			start = column
		}
		if end < 0 && offset >= span.End {
			end = column
		}
	}
	for i := from; i < len(text); {
		mark(i)
		if hidden, to := maskAt(masks, i); hidden {
			b.WriteString(mask)
			column += 3
			i = to
			continue
		}
		ch, size := utf8.DecodeRune(text[i:])
		shown, cells := show(ch, column)
		b.WriteString(shown)
		column += cells
		i += size
	}
	mark(len(text))
	if start < 0 {
		start = column
	}
	return excerpt{text: strings.TrimRight(b.String(), " "), start: start, end: max(end, start+1)}
}

// maskAt reports whether offset lies in a mask, and where that, with those that overlap it, ends.
func maskAt(masks []source.Span, offset int) (bool, int) {
	to := offset
	for _, m := range masks {
		if m.Start <= to && m.End > to {
			to = m.End
		}
	}
	return to > offset, to
}

// show returns how a character is written at a column and how many cells it takes.
func show(ch rune, column int) (string, int) {
	switch {
	case ch == '\t':
		n := 4 - column%4
		return strings.Repeat(" ", n), n
	case ch == utf8.RuneError:
		return "?", 1
	case unicode.IsControl(ch) || unicode.Is(unicode.Bidi_Control, ch):
		return "·", 1
	}
	return string(ch), cells(ch)
}

// cells is the number of terminal cells of a character (Unicode Annex 11).
func cells(ch rune) int {
	if unicode.In(ch, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(ch).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// textCells is the number of terminal cells of a text.
func textCells(s string) int {
	n := 0
	for _, ch := range s {
		n += cells(ch)
	}
	return n
}

// cut shortens a long line to limit cells around the span.
func (e excerpt) cut(limit int) excerpt {
	if limit <= 0 || textCells(e.text) <= limit {
		return e
	}
	left := 0
	if e.end > limit-2 {
		left = max(0, min(e.start-limit/3, e.end-limit+4))
	}
	var b strings.Builder
	column, origin := 0, -1
	for _, ch := range e.text {
		n := cells(ch)
		if column >= left && column+n <= left+limit-2 {
			if origin < 0 {
				origin = column
			}
			b.WriteRune(ch)
		}
		column += n
	}
	text, shift := b.String(), max(origin, 0)
	e.start, e.end = max(e.start-shift, 0), max(e.end-shift, 1)
	if left > 0 {
		text, e.start, e.end = "…"+text, e.start+1, e.end+1
	}
	if column > left+limit-2 {
		text += "…"
	}
	e.text = text
	e.end = min(e.end, textCells(text))
	e.start = min(e.start, max(e.end-1, 0))
	return e
}

// carets returns the line that stands under the text.
func (e excerpt) carets() string {
	return strings.Repeat(" ", e.start) + strings.Repeat("^", max(e.end-e.start, 1))
}
