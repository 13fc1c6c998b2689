package python

import "bytes"

// lexer moves over a text by logical lines, as Python's tokenizer does ("Lexical
// analysis" in the Python Language Reference, 3.14). It knows strings, comments,
// brackets and words, and nothing of the grammar. Where it is not certain of what
// the tokenizer would do, fault is true, and nothing it said counts.
type lexer struct {
	text     []byte
	at       int
	fault    bool
	open     []byte // the brackets that are open
	last     int    // the end of the last token of the line
	comments []Range
	word     func(word []byte, after int) // is told of every word outside of strings; nil: of none
}

// next moves to the first token of the next logical line, past blank lines and
// comments. It returns where that token begins and how far it is indented, as the
// parser counts: a tab is eight columns. It returns false at the end of the text.
func (x *lexer) next() (start, indent int, ok bool) {
	for x.at < len(x.text) {
		indent = 0
		for ; x.at < len(x.text); x.at++ {
			switch x.text[x.at] {
			case ' ':
				indent++
				continue
			case '\t':
				indent += 8
				continue
			case '\f':
				indent = 0
				continue
			case '\r':
				continue
			}
			break
		}
		switch {
		case x.at == len(x.text):
			return 0, 0, false
		case x.text[x.at] == '\n':
			x.at++
		case x.text[x.at] == '#':
			x.comment()
		default:
			return x.at, indent, true
		}
	}
	return 0, 0, false
}

// rest moves behind the logical line in which the lexer stands.
func (x *lexer) rest() {
	for x.at < len(x.text) && !x.fault {
		switch c := x.text[x.at]; classes[c] {
		case letter:
			x.name()
		case digit:
			x.number()
		case quote:
			x.str(0)
		case operator:
			x.bracket(c)
			x.at++
			x.last = x.at
		case blank:
			x.at++
		case hash:
			x.comment()
		case lineEnd:
			x.at++
			if len(x.open) == 0 {
				return
			}
		case backslash:
			x.join()
		}
	}
	x.fault = x.fault || len(x.open) > 0
}

// join moves behind a backslash that joins two lines.
func (x *lexer) join() {
	switch rest := x.text[x.at+1:]; {
	case bytes.HasPrefix(rest, []byte("\n")):
		x.at += 2
	case bytes.HasPrefix(rest, []byte("\r\n")):
		x.at += 3
	default:
		x.fault = true
	}
}

func (x *lexer) comment() {
	end := len(x.text)
	if i := bytes.IndexByte(x.text[x.at:], '\n'); i >= 0 {
		end = x.at + i
	}
	text := bytes.TrimRight(x.text[x.at:end], "\r")
	x.comments = append(x.comments, Range{uint32(x.at), uint32(x.at + len(text))})
	x.at = end
}

func (x *lexer) bracket(c byte) {
	switch c {
	case '(', '[', '{':
		x.open = append(x.open, c)
	case ')', ']', '}':
		n := len(x.open) - 1
		if n < 0 || x.open[n] != c-1 && x.open[n] != c-2 { // ASCII: () but [\] and {|}
			x.fault = true
			return
		}
		x.open = x.open[:n]
	}
}

// name reads a word, or the string that it is the prefix of.
func (x *lexer) name() {
	start := x.at
	for x.at < len(x.text) && classes[x.text[x.at]]&letter != 0 {
		x.at++
	}
	if x.at < len(x.text) && classes[x.text[x.at]] == quote && x.at-start <= 2 {
		if kind, ok := prefixed(x.text[start:x.at]); ok {
			x.str(kind)
			return
		}
	}
	x.last = x.at
	if x.word != nil {
		x.word(x.text[start:x.at], x.at)
	}
}

// number reads a literal; what letters follow it belong to it.
func (x *lexer) number() {
	for x.at < len(x.text) && (classes[x.text[x.at]]&letter != 0 || x.text[x.at] == '.') {
		x.at++
	}
	x.last = x.at
}

type stringKind uint8

const (
	rawString stringKind = 1 << iota
	formatString
)

// prefixed reads the prefix of a string.
func prefixed(prefix []byte) (kind stringKind, ok bool) {
	for _, c := range prefix {
		switch c | 0x20 {
		case 'r':
			kind |= rawString
		case 'f', 't':
			kind |= formatString
		case 'b', 'u':
		default:
			return 0, false
		}
	}
	return kind, true
}

// str moves behind the string whose quote stands here.
func (x *lexer) str(kind stringKind) {
	q := x.text[x.at]
	triple := bytes.HasPrefix(x.text[x.at:], []byte{q, q, q})
	if x.at++; triple {
		x.at += 2
	}
	for x.at < len(x.text) && !x.fault {
		switch c := x.text[x.at]; {
		case c == q && !triple:
			x.at++
			x.last = x.at
			return
		case c == q && bytes.HasPrefix(x.text[x.at:], []byte{q, q, q}):
			x.at += 3
			x.last = x.at
			return
		case c == '\\':
			x.escape(kind)
		case c == '\n' && !triple:
			x.fault = true
		case c == '{' && kind&formatString != 0:
			x.at++
			if x.at < len(x.text) && x.text[x.at] == '{' {
				x.at++
			} else {
				x.field(q, triple)
			}
		default:
			x.at++
		}
	}
	x.fault = true
}

// escape moves behind a backslash in a string, and what it takes with it.
func (x *lexer) escape(kind stringKind) {
	rest := x.text[x.at+1:]
	switch {
	case kind&formatString != 0 && kind&rawString == 0 && bytes.HasPrefix(rest, []byte("N{")):
		if end := bytes.IndexByte(rest, '}'); end >= 0 {
			x.at += end + 2
			return
		}
		x.fault = true
	case kind&formatString != 0 && len(rest) > 0 && rest[0] == '{':
		x.at++
	case bytes.HasPrefix(rest, []byte("\r\n")):
		x.at += 3
	default:
		x.at += 2
	}
}

// field moves behind the "}" of an expression in an f-string within the quote q.
// It may hold strings of any quote (PEP 701).
func (x *lexer) field(q byte, triple bool) {
	depth := len(x.open)
	x.open = append(x.open, '{')
	spec := false
	for x.at < len(x.text) && !x.fault && len(x.open) > depth {
		c := x.text[x.at]
		outside := len(x.open) == depth+1
		switch class := classes[c]; {
		case c == '\n' && !triple, spec && c == q, !spec && (c == '#' || c == '\\'):
			x.fault = true
		case spec && c == '{':
			x.at++
			x.field(q, triple)
		case spec && c != '}':
			x.at++
		case class == letter:
			x.name()
		case class == digit:
			x.number()
		case class == quote:
			x.str(0)
		default:
			spec = spec || c == ':' && outside
			x.bracket(c)
			x.at++
		}
	}
	x.fault = x.fault || len(x.open) > depth
}

// The classes of bytes. What letter is a part of can stand within a word.
const (
	operator  = 0
	letter    = 1
	digit     = 3
	quote     = 4
	blank     = 8
	hash      = 16
	lineEnd   = 32
	backslash = 64
)

var classes = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= 0x80, 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
			t[c] = letter
		case '0' <= c && c <= '9':
			t[c] = digit
		}
	}
	t['"'], t['\''] = quote, quote
	t[' '], t['\t'], t['\f'], t['\r'] = blank, blank, blank, blank
	t['#'], t['\n'], t['\\'] = hash, lineEnd, backslash
	return t
}()
