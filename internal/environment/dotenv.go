package environment

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// ParseDotenv reads an env file by the rules of python-dotenv 1.2.4
// (dotenv/parser.py), which pydantic-settings, load_dotenv and uvicorn
// --env-file use. Lines that it would skip with a warning are entries with
// Invalid set. Versions below 1.2 differ in three rare points: a byte order mark
// stays part of the first name, "KEY= # text" keeps the comment as the value, and
// a backslash before a closing quote escapes the quote even when it is itself escaped.
func ParseDotenv(file *source.File) []Entry {
	d := &dotenvReader{text: file.Text}
	if bytes.HasPrefix(d.text, []byte("\xef\xbb\xbf")) {
		d.at = 3
	}
	var entries []Entry
	for d.at < len(d.text) {
		e, ok := d.binding()
		if !ok {
			e = Entry{Span: source.Span{Start: d.begin, End: d.at}, Invalid: "python-dotenv cannot parse the line"}
			d.restOfLine()
		}
		if ok && e.Key == "" {
			continue
		}
		entries = append(entries, e)
	}
	return entries
}

// dotenvReader is the Reader of python-dotenv over bytes.
type dotenvReader struct {
	text  []byte
	at    int
	begin int // where the entry at hand begins
}

// isPythonSpace reports what \s of Python's re and str.isspace match.
func isPythonSpace(r rune) bool {
	switch {
	case r >= 0x09 && r <= 0x0d, r >= 0x1c && r <= 0x20, r == 0x85, r == 0xa0, r == 0x1680,
		r >= 0x2000 && r <= 0x200a, r == 0x2028, r == 0x2029, r == 0x202f, r == 0x205f, r == 0x3000:
		return true
	}
	return false
}

func (d *dotenvReader) rune() (rune, int) { return utf8.DecodeRune(d.text[d.at:]) }

// skip advances while keep holds.
func (d *dotenvReader) skip(keep func(rune) bool) {
	for d.at < len(d.text) {
		r, size := d.rune()
		if !keep(r) {
			return
		}
		d.at += size
	}
}

func isLineSpace(r rune) bool { return isPythonSpace(r) && r != '\n' && r != '\r' }
func isInLine(r rune) bool    { return r != '\n' && r != '\r' }

func (d *dotenvReader) restOfLine() {
	d.skip(isInLine)
	if d.at < len(d.text) && d.text[d.at] == '\r' {
		d.at++
	}
	if d.at < len(d.text) && d.text[d.at] == '\n' {
		d.at++
	}
}

func (d *dotenvReader) peek() byte {
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

// binding mirrors parse_binding. An entry without a key and without an error is
// a comment or the end of the file.
func (d *dotenvReader) binding() (Entry, bool) {
	d.skip(isPythonSpace)
	d.begin = d.at
	if d.at >= len(d.text) {
		return Entry{}, true
	}
	d.export()
	var e Entry
	if d.peek() != '#' && !d.key(&e) {
		return Entry{}, false
	}
	d.skip(isLineSpace)
	e.ValueSpan = source.Span{Start: e.KeySpan.End, End: e.KeySpan.End}
	if d.peek() == '=' {
		d.at++
		before := d.at
		d.skip(isLineSpace)
		e.HasValue = true
		e.ValueSpan = source.Span{Start: d.at, End: d.at}
		if spaced := d.at > before; !(spaced && d.peek() == '#') && !d.value(&e) {
			return Entry{}, false
		}
	}
	e.Span = source.Span{Start: e.KeySpan.Start, End: e.ValueSpan.End}
	if e.Comment.Len() == 0 {
		e.Comment = d.comment()
	}
	d.skip(isLineSpace)
	if d.at < len(d.text) && isInLine(rune(d.text[d.at])) {
		return Entry{}, false
	}
	d.restOfLine()
	return e, true
}

func (d *dotenvReader) export() {
	const word = "export"
	if !bytes.HasPrefix(d.text[d.at:], []byte(word)) {
		return
	}
	back := d.at
	d.at += len(word)
	if r, _ := d.rune(); d.at >= len(d.text) || !isLineSpace(r) {
		d.at = back
		return
	}
	d.skip(isLineSpace)
}

func (d *dotenvReader) key(e *Entry) bool {
	start, end := d.at, 0
	if d.peek() == '\'' {
		d.at++
		start = d.at
		d.skip(func(r rune) bool { return r != '\'' })
		end = d.at
		if d.at >= len(d.text) || end == start {
			d.at = start - 1
			return false
		}
		d.at++
	} else {
		d.skip(func(r rune) bool { return r != '=' && r != '#' && !isPythonSpace(r) })
		end = d.at
	}
	e.KeySpan = source.Span{Start: start, End: end}
	e.Key = string(d.text[start:end])
	return end > start
}

func (d *dotenvReader) comment() source.Span {
	back := d.at
	d.skip(isLineSpace)
	if d.peek() != '#' {
		d.at = back
		return source.Span{}
	}
	start := d.at
	d.skip(isInLine)
	return source.Span{Start: start, End: d.at}
}

func (d *dotenvReader) value(e *Entry) bool {
	start := d.at
	if quote := d.peek(); quote == '\'' || quote == '"' {
		return d.quoted(e, quote)
	}
	d.skip(isInLine)
	part := string(d.text[start:d.at])
	cut := part
	if i := inlineComment(part); i >= 0 {
		hash := i + strings.IndexByte(part[i:], '#')
		e.Comment = source.Span{Start: start + hash, End: d.at}
		cut = part[:i]
	}
	cut = strings.TrimRightFunc(cut, isPythonSpace)
	e.ValueSpan = source.Span{Start: start, End: start + len(cut)}
	e.Raw, e.Value = secret.New(cut), secret.New(cut)
	return true
}

// inlineComment returns the start of the white space before the first "#" that
// white space precedes, or -1.
func inlineComment(part string) int {
	start := -1
	for i, r := range part {
		switch {
		case isPythonSpace(r):
			if start < 0 {
				start = i
			}
		case r == '#' && start >= 0:
			return start
		default:
			start = -1
		}
	}
	return -1
}

// quoted reads '((?:\\.|[^'\\])*)' or the same with double quotes.
func (d *dotenvReader) quoted(e *Entry, quote byte) bool {
	start := d.at
	i := start + 1
	for ; i < len(d.text) && d.text[i] != quote; i++ {
		if d.text[i] == '\\' {
			i++
		}
	}
	if i >= len(d.text) {
		return false
	}
	d.at = i + 1
	e.Quote = quote
	e.ValueSpan = source.Span{Start: start, End: d.at}
	e.Raw = secret.New(string(d.text[start:d.at]))
	e.Value = secret.New(decodeEscapes(universalNewlines(string(d.text[start+1:i])), quote))
	return true
}

// universalNewlines does what reading in Python's text mode does.
func universalNewlines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// decodeEscapes mirrors decode_escapes: \\ and \' in single quotes, and also
// \" \a \b \f \n \r \t \v in double ones. Other backslashes stay.
func decodeEscapes(s string, quote byte) string {
	known := `\'`
	if quote == '"' {
		known = `\'"abfnrtv`
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) || strings.IndexByte(known, s[i+1]) < 0 {
			out.WriteByte(s[i])
			continue
		}
		i++
		if control := strings.IndexByte("abtnvfr", s[i]); control >= 0 {
			out.WriteByte(byte(7 + control))
		} else {
			out.WriteByte(s[i])
		}
	}
	return out.String()
}
