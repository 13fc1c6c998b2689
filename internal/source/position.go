package source

import "unicode/utf8"

// Encoding is the unit in which a column counts.
type Encoding uint8

const (
	// UTF16 counts UTF-16 code units, the default of the Language Server Protocol.
	UTF16 Encoding = iota
	// UTF8 counts bytes.
	UTF8
	// UTF32 counts Unicode code points.
	UTF32
)

// Position is a place in a text, zero-based. The unit of Column is an Encoding.
type Position struct{ Line, Column int }

// Position converts a byte offset, clamped to the text. An offset within a
// character belongs to its start.
func (f *File) Position(offset int, enc Encoding) Position {
	offset = clamp(offset, len(f.Text))
	line := f.LineOf(offset)
	start := f.starts()[line]
	if enc == UTF8 {
		return Position{line, offset - start}
	}
	column := 0
	for i := start; i < offset; {
		r, size := utf8.DecodeRune(f.Text[i:])
		if i+size > offset {
			break
		}
		column += width(r, enc)
		i += size
	}
	return Position{line, column}
}

// Offset converts a position to a byte offset. A line beyond the text is its
// end, a column beyond a line the line's end (before its line ending), and a
// column within a character the character's start: a client that lies about
// positions still gets a place inside the text.
func (f *File) Offset(p Position, enc Encoding) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= f.LineCount() {
		return len(f.Text)
	}
	line := f.Line(p.Line)
	if enc == UTF8 {
		offset := min(line.Start+max(p.Column, 0), line.End)
		for offset > line.Start && offset < line.End && !utf8.RuneStart(f.Text[offset]) {
			offset--
		}
		return offset
	}
	column := 0
	for i := line.Start; i < line.End; {
		r, size := utf8.DecodeRune(f.Text[i:])
		column += width(r, enc)
		if column > p.Column {
			return i
		}
		i += size
	}
	return line.End
}

// width is the number of units that a rune takes. An invalid byte decodes to
// U+FFFD and counts one unit, as editors show it.
func width(r rune, enc Encoding) int {
	switch {
	case enc == UTF32 || r < 0x10000:
		return 1
	default:
		return 2
	}
}
