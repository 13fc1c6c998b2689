package python

import "bytes"

// line is one logical line: a simple statement, or the head of a compound one.
type line struct {
	start, end int  // without the indent, and without the line's end
	indent     int  // in bytes
	open       bool // a bracket or a string in it is never closed
}

// logicalLines splits text into logical lines as Python's tokenizer does ("Line
// structure" in the Python Language Reference), except that a bracket left open
// ends where the next line can only be a new statement. Blank lines and lines of
// comments are none.
func logicalLines(text []byte) []line {
	lines, unclosed := splitLines(text, -1)
	if unclosed >= 0 {
		lines, _ = splitLines(text, unclosed)
	}
	return lines
}

// splitLines takes a triple-quoted string at the offset cut for one that ends
// with its line. When such a string runs to the end of the text, the second
// result is the offset of the one that was probably left open, else -1.
func splitLines(text []byte, cut int) ([]line, int) {
	s := lineScanner{text: text, cut: cut, unclosed: -1}
	for s.at < len(text) {
		start := s.at
		for s.at < len(text) && (text[s.at] == ' ' || text[s.at] == '\t' || text[s.at] == '\f') {
			s.at++
		}
		if s.at < len(text) && bytes.IndexByte([]byte("#\r\n"), text[s.at]) >= 0 {
			s.at = nextLine(text, s.at)
			continue
		}
		if s.at < len(text) {
			s.line = line{start: s.at, indent: s.at - start}
			s.scan()
			s.lines = append(s.lines, s.line)
		}
	}
	return s.lines, s.unclosed
}

func nextLine(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

type lineScanner struct {
	text     []byte
	at       int
	lines    []line
	line     line
	cut      int
	suspect  int // offset+1 of the first string that swallows what looks like a statement
	unclosed int
}

// scan reads one logical line and moves behind its end.
func (s *lineScanner) scan() {
	depth := 0
	s.line.end = s.at
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch c {
		case '#':
			s.at = nextLine(s.text, s.at) - 1
			if s.at < len(s.text) && s.text[s.at] != '\n' {
				s.at++
			}
			continue
		case '\n':
			s.at++
			if depth == 0 {
				return
			}
			before, rest := s.text[s.line.start:s.line.end], s.text[s.at:]
			if startsStatement(rest, s.line.indent) || endsOperand(before) && startsOperand(rest) {
				s.line.open = true
				return
			}
			continue
		case '\\':
			s.at++
			if s.at < len(s.text) && s.text[s.at] == '\r' {
				s.at++
			}
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(0, depth-1)
		case '"', '\'':
			s.str(c)
			s.line.end = s.at
			continue
		}
		s.at++
		if c != ' ' && c != '\t' && c != '\r' {
			s.line.end = min(s.at, len(s.text))
		}
	}
	s.line.open = s.line.open || depth > 0
}

// str moves behind the string that begins at the quote c.
func (s *lineScanner) str(c byte) {
	start := s.at
	quote, format := s.text[start:start+1], isFormat(s.text[s.line.start:start])
	if triple := bytes.Repeat(quote, 3); bytes.HasPrefix(s.text[start:], triple) && start != s.cut {
		quote = triple
	}
	s.at += len(quote)
	for s.at < len(s.text) {
		switch {
		case s.text[s.at] == '\\':
			s.at++
		case bytes.HasPrefix(s.text[s.at:], quote):
			s.at += len(quote)
			return
		case format && s.text[s.at] == '{':
			if s.at+1 < len(s.text) && s.text[s.at+1] == '{' {
				s.at++
				break
			}
			if s.at++; !s.interpolation() {
				return
			}
			continue
		case s.text[s.at] == '\n' && len(quote) == 1:
			s.line.open = true
			return
		case s.text[s.at] == '\n' && s.suspect == 0 && startsStatement(s.text[s.at+1:], s.line.indent):
			s.suspect = start + 1
		}
		s.at++
	}
	s.at = min(s.at, len(s.text))
	s.line.open = true
	if len(quote) == 3 && s.unclosed < 0 {
		s.unclosed = start
		if s.suspect > 0 {
			s.unclosed = s.suspect - 1
		}
	}
}

// isFormat reports whether a string that follows b has a prefix with f or t.
func isFormat(b []byte) bool {
	prefix := b[max(0, len(b)-3):]
	n := len(prefix)
	for n > 0 && ('a' <= prefix[n-1]|0x20 && prefix[n-1]|0x20 <= 'z' || prefix[n-1] == '_') {
		n--
	}
	return len(prefix)-n <= 2 && bytes.ContainsAny(prefix[n:], "fFtT")
}

// interpolation moves behind the "}" that ends an expression within an f-string
// (PEP 701: it may hold any string and span lines). It returns false, at the end
// of a line, when there is none.
func (s *lineScanner) interpolation() bool {
	depth, spec := 0, false
	start := s.at
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == '\n':
			before, rest := bytes.TrimSpace(s.text[start:s.at]), s.text[s.at+1:]
			if startsStatement(rest, s.line.indent) || len(before) > 0 && endsOperand(before) && startsOperand(rest) {
				s.line.open = true
				return false
			}
		case c == '{' || !spec && (c == '(' || c == '['):
			depth++
		case c == '}' && depth == 0:
			s.at++
			return true
		case c == '}' || !spec && (c == ')' || c == ']'):
			depth = max(0, depth-1)
		case c == ':' && depth == 0:
			spec = true
		case !spec && c == '#':
			s.at = nextLine(s.text, s.at) - 1
			if s.text[s.at] == '\n' {
				continue
			}
		case !spec && (c == '"' || c == '\''):
			s.str(c)
			if s.line.open {
				return false
			}
			continue
		}
		s.at++
	}
	s.at = len(s.text)
	s.line.open = true
	return false
}

// startsStatement reports whether the line that rest begins with can only be a
// new statement, although a bracket opened by a line with that indent is open.
func startsStatement(rest []byte, indent int) bool {
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	trimmed := bytes.TrimLeft(rest, " \t")
	depth := len(rest) - len(trimmed)
	word := firstWord(trimmed)
	tail := bytes.TrimSpace(trimmed)
	block := bytes.HasSuffix(tail, []byte(":"))
	switch word {
	case "":
		return bytes.HasPrefix(trimmed, []byte("@")) && depth <= indent
	case "def", "class":
		return block || bytes.HasSuffix(tail, []byte("("))
	case "return", "raise", "import", "try", "while", "with", "pass", "break", "continue", "del", "global", "nonlocal", "assert":
		return !bytes.HasPrefix(tail[len(word):], []byte("="))
	case "from":
		return bytes.Contains(tail, []byte(" import "))
	case "async":
		return block
	case "and", "or", "not", "in", "is", "else":
		return false
	case "if", "for":
		return block && depth <= indent
	}
	return depth <= indent
}

// endsOperand reports whether b ends in a name, a literal or a closing bracket.
func endsOperand(b []byte) bool {
	c := b[len(b)-1]
	switch {
	case bytes.IndexByte([]byte(")]}\"'_"), c) >= 0 || c >= 0x80 || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z':
		return true
	case 'a' <= c && c <= 'z':
		return !joins(lastWord(b))
	}
	return false
}

// startsOperand reports whether b begins with a name, which cannot follow an
// operand; strings can.
func startsOperand(b []byte) bool {
	b = bytes.TrimLeft(b, " \t")
	word := firstWord(b)
	if word == "" || joins(word) {
		return false
	}
	return len(b) == len(word) || b[len(word)] != '"' && b[len(word)] != '\''
}

// joins reports whether a word stands between two operands or before one.
func joins(word string) bool {
	switch word {
	case "import", "not", "and", "or", "in", "is", "await", "as", "from", "lambda", "if", "else", "for", "async", "yield":
		return true
	}
	return false
}

// firstWord returns the identifier that b begins with, or "".
func firstWord(b []byte) string {
	n := 0
	for n < len(b) && (b[n] == '_' || b[n] >= 0x80 || 'a' <= b[n]|0x20 && b[n]|0x20 <= 'z' || n > 0 && '0' <= b[n] && b[n] <= '9') {
		n++
	}
	return string(b[:n])
}
