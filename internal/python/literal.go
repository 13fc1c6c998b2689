package python

import (
	"bytes"
	"strings"

	"bearings/internal/python/flat"
)

// str reads one string literal. An f-string without expressions is a plain string.
func (l *lowerer) str(i int) Expr {
	x := &String{Range: l.at(i)}
	lit := l.literal(i)
	x.Bytes = lit.bytes
	x.Value, x.Parts = l.parts(i, lit)
	return x
}

// concatenated reads adjacent literals as one.
func (l *lowerer) concatenated(i int) Expr {
	x := &String{Range: l.at(i)}
	var text strings.Builder
	var textAt Range
	flush := func() {
		if text.Len() > 0 {
			x.Parts = append(x.Parts, StringPart{Range: textAt, Text: l.keep(text.String())})
			text.Reset()
		}
	}
	add := func(at Range, s string) {
		if s == "" {
			return
		}
		if text.Len() == 0 {
			textAt = at
		}
		textAt.End = at.End
		text.WriteString(s)
	}
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		if l.kind(c) != flat.String {
			continue
		}
		lit := l.literal(c)
		x.Bytes = x.Bytes || lit.bytes
		value, parts := l.parts(c, lit)
		add(Range{lit.start, lit.end}, value)
		for _, p := range parts {
			if p.X == nil {
				add(p.Range, p.Text)
				continue
			}
			flush()
			x.Parts = append(x.Parts, p)
		}
	}
	if x.Parts == nil {
		x.Value = l.keep(text.String())
		return x
	}
	flush()
	return x
}

// keep interns short strings and returns long ones as they are; s must not
// point into the module's text.
func (l *lowerer) keep(s string) string {
	if len(s) > 64 {
		return s
	}
	return l.intern([]byte(s))
}

// literal is the frame of a string literal: its prefixes, and where what stands
// between the quotes begins and ends.
type literal struct {
	raw, bytes, format bool
	start, end         uint32
}

func (l *lowerer) literal(i int) literal { return l.frame(l.at(i)) }

// frame reads the frame of the literal that stands at a range.
func (l *lowerer) frame(at Range) literal {
	lit := literal{start: at.Start, end: at.End}
	b := l.text
	for lit.start < at.End && b[lit.start] != '"' && b[lit.start] != '\'' {
		switch b[lit.start] {
		case 'r', 'R':
			lit.raw = true
		case 'b', 'B':
			lit.bytes = true
		case 'f', 'F', 't', 'T':
			lit.format = true
		}
		lit.start++
	}
	if lit.start >= at.End {
		return lit
	}
	quote := b[lit.start : lit.start+1]
	if triple := bytes.Repeat(quote, 3); bytes.HasPrefix(b[lit.start:at.End], triple) {
		quote = triple
	}
	lit.start += uint32(len(quote))
	if lit.start+uint32(len(quote)) <= at.End && bytes.HasSuffix(b[lit.start:at.End], quote) {
		lit.end -= uint32(len(quote))
	}
	return lit
}

// parts returns the value of a literal without expressions, or the parts of one
// that has some.
func (l *lowerer) parts(i int, lit literal) (string, []StringPart) {
	c := l.child(i, flat.Interpolation)
	if c < 0 {
		return l.decode(lit, lit.start, lit.end), nil
	}
	var parts []StringPart
	at := lit.start
	text := func(start, end uint32, s string) {
		if n := len(parts); n > 0 && s != "" && parts[n-1].X == nil {
			parts[n-1].Text = l.keep(parts[n-1].Text + s)
			parts[n-1].End = end
		} else if s != "" {
			parts = append(parts, StringPart{Range: Range{start, end}, Text: s})
		}
	}
	for end := l.end(i); c < end; c = l.end(c) {
		if l.kind(c) != flat.Interpolation {
			continue
		}
		n := l.nodes[c]
		text(at, n.Start, l.decode(lit, at, n.Start))
		part, label := l.interpolation(c)
		if label.End > label.Start {
			text(label.Start, label.End, l.intern(l.text[label.Start:label.End]))
		}
		parts = append(parts, part)
		at = n.End
	}
	text(at, lit.end, l.decode(lit, at, lit.end))
	return "", parts
}

// interpolation reads {x!r:>{width}}. With "=" (f"{x=}") the label is the range
// of the text that Python puts before the value.
func (l *lowerer) interpolation(i int) (part StringPart, label Range) {
	part.Range = l.at(i)
	formatAt := uint32(0)
	for c, end := i+1, l.end(i); c < end; c = l.end(c) {
		switch kind := l.kind(c); {
		case kind == flat.Equal:
			stop := l.nodes[c].End
			for stop < part.End && (l.text[stop] == ' ' || l.text[stop] == '\t') {
				stop++
			}
			label = Range{part.Start + 1, stop}
		case kind == flat.Conversion || kind == flat.FormatSpecifier:
			if formatAt == 0 {
				formatAt = l.nodes[c].Start
			}
			part.Format = l.intern(l.text[formatAt:l.nodes[c].End])
			if kind == flat.FormatSpecifier {
				part.Nested = l.nested(c, part.Nested)
			}
		case kind < flat.Identifier:
		case part.X == nil:
			part.X = l.expr(c)
		}
	}
	if part.X == nil {
		part.X = &BadExpr{part.Range}
	}
	return part, label
}

// nested appends the expressions within the format specifier at i.
func (l *lowerer) nested(i int, out []Expr) []Expr {
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		if l.kind(c) != flat.Interpolation || !l.enter() {
			continue
		}
		part, _ := l.interpolation(c)
		l.leave()
		out = append(append(out, part.X), part.Nested...)
	}
	return out
}
