package python

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// decode returns what the source from start to end means within the literal, by
// the rules of "String and Bytes literals" in the Python Language Reference,
// 3.14. Text that is no UTF-8 stays as it is; a lone surrogate is U+FFFD.
func (l *lowerer) decode(lit literal, start, end uint32) string {
	if end <= start {
		return ""
	}
	b := l.text[start:end]
	plain := lit.raw || bytes.IndexByte(b, '\\') < 0
	if plain && bytes.IndexByte(b, '\r') < 0 && (!lit.format || !bytes.ContainsAny(b, "{}")) {
		if len(b) > 64 {
			return string(b)
		}
		return l.intern(b)
	}
	return l.keep(string(unescape(b, lit)))
}

func unescape(b []byte, lit literal) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c == '\r':
			if i+1 < len(b) && b[i+1] == '\n' {
				i++
			}
			out = append(out, '\n')
			i++
		case lit.format && (c == '{' || c == '}') && i+1 < len(b) && b[i+1] == c:
			out = append(out, c)
			i += 2
		case c == '\\' && !lit.raw && i+1 < len(b):
			var width int
			out, width = escape(out, b[i:], lit.bytes)
			i += width
		default:
			out = append(out, c)
			i++
		}
	}
	return out
}

var simpleEscapes = map[byte]byte{
	'\\': '\\', '\'': '\'', '"': '"', 'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

// escape appends what the escape sequence that b begins with means, and returns
// its width. An unknown sequence stays as it is, backslash included.
func escape(out, b []byte, isBytes bool) ([]byte, int) {
	c := b[1]
	if s, ok := simpleEscapes[c]; ok {
		return append(out, s), 2
	}
	switch {
	case c == '\n':
		return out, 2
	case c == '\r':
		if len(b) > 2 && b[2] == '\n' {
			return out, 3
		}
		return out, 2
	case '0' <= c && c <= '7':
		width := 2
		for width < 4 && width < len(b) && '0' <= b[width] && b[width] <= '7' {
			width++
		}
		n, _ := strconv.ParseUint(string(b[1:width]), 8, 32)
		return appendCode(out, n, isBytes), width
	case c == 'x':
		return hexEscape(out, b, 4, isBytes)
	case c == 'u' && !isBytes:
		return hexEscape(out, b, 6, false)
	case c == 'U' && !isBytes:
		return hexEscape(out, b, 10, false)
	case c == 'N' && !isBytes:
		return namedEscape(out, b)
	}
	return append(out, '\\'), 1
}

func hexEscape(out, b []byte, width int, isBytes bool) ([]byte, int) {
	if len(b) < width {
		return append(out, '\\'), 1
	}
	n, err := strconv.ParseUint(string(b[2:width]), 16, 32)
	if err != nil {
		return append(out, '\\'), 1
	}
	return appendCode(out, n, isBytes), width
}

func appendCode(out []byte, n uint64, isBytes bool) []byte {
	if isBytes {
		return append(out, byte(n))
	}
	if n > utf8.MaxRune {
		n = utf8.RuneError
	}
	return utf8.AppendRune(out, rune(n))
}

// unicodeNames are the names that stand in real projects' strings now and then.
// The full table of Unicode is 1.5 MB; other names decode to U+FFFD.
var unicodeNames = map[string]rune{
	"NO-BREAK SPACE": 0xa0, "SOFT HYPHEN": 0xad, "DEGREE SIGN": 0xb0, "MULTIPLICATION SIGN": 0xd7,
	"ZERO WIDTH SPACE": 0x200b, "ZERO WIDTH NON-JOINER": 0x200c, "ZERO WIDTH JOINER": 0x200d,
	"EN DASH": 0x2013, "EM DASH": 0x2014, "LEFT SINGLE QUOTATION MARK": 0x2018, "RIGHT SINGLE QUOTATION MARK": 0x2019,
	"LEFT DOUBLE QUOTATION MARK": 0x201c, "RIGHT DOUBLE QUOTATION MARK": 0x201d, "BULLET": 0x2022,
	"HORIZONTAL ELLIPSIS": 0x2026, "EURO SIGN": 0x20ac, "LEFTWARDS ARROW": 0x2190, "RIGHTWARDS ARROW": 0x2192,
	"CHECK MARK": 0x2713, "HEAVY CHECK MARK": 0x2714, "ZERO WIDTH NO-BREAK SPACE": 0xfeff, "COMMERCIAL AT": '@',
	"NUMBER SIGN": '#', "DOLLAR SIGN": '$', "AMPERSAND": '&', "SOLIDUS": '/', "COLON": ':', "SPACE": ' ',
}

func namedEscape(out, b []byte) ([]byte, int) {
	end := bytes.IndexByte(b, '}')
	if len(b) < 4 || b[2] != '{' || end < 0 {
		return append(out, '\\'), 1
	}
	r, ok := unicodeNames[string(bytes.ToUpper(b[3:end]))]
	if !ok {
		r = utf8.RuneError
	}
	return utf8.AppendRune(out, r), end + 1
}
