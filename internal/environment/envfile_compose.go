package environment

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// ParseComposeEnvFile reads an env file by the rules of compose-go 2.16
// (dotenv/parser.go), as docker compose reads .env and env_file. An entry with
// Invalid set is the last one: compose then refuses the whole file. Single
// quotes protect from interpolation, which comes later; see expandCompose.
func ParseComposeEnvFile(file *source.File) []Entry {
	c := &composeEnvReader{text: string(file.Text)}
	if bytes.HasPrefix(file.Text, []byte("\xef\xbb\xbf")) {
		c.at = 3
	}
	var entries []Entry
	for c.statement() {
		e, reason := c.entry()
		if reason != "" {
			line := file.Line(file.LineOf(c.at))
			return append(entries, Entry{Span: line, Invalid: "docker compose refuses the file: " + reason})
		}
		if e.Key != "" {
			entries = append(entries, e)
		}
	}
	return entries
}

type composeEnvReader struct {
	text string
	at   int
}

// statement moves to the next key and reports false at the end.
func (c *composeEnvReader) statement() bool {
	for {
		c.at += len(c.text[c.at:]) - len(strings.TrimLeftFunc(c.text[c.at:], unicode.IsSpace))
		if c.at >= len(c.text) {
			return false
		}
		if c.text[c.at] != '#' {
			return true
		}
		end := strings.IndexByte(c.text[c.at:], '\n')
		if end < 0 {
			return false
		}
		c.at += end
	}
}

// isComposeSpace is isSpace of compose-go's parser: white space without line breaks.
func isComposeSpace(r rune) bool {
	switch r {
	case '\t', '\v', '\f', '\r', ' ', 0x85, 0xA0:
		return true
	}
	return false
}

var composeExport = regexp.MustCompile(`^export\s+`)

func (c *composeEnvReader) entry() (Entry, string) {
	if composeExport.MatchString(c.text[c.at:]) {
		c.at += len("export")
		c.skipSpace()
	}
	start := c.at
	var e Entry
	end, sep, bad := c.keyEnd()
	if bad {
		return e, "unexpected character in a name"
	}
	key := strings.TrimRightFunc(c.text[start:end], unicode.IsSpace)
	if strings.Contains(key, " ") {
		return e, "a name cannot contain a space"
	}
	e.Key = key
	e.KeySpan = source.Span{Start: start, End: start + len(key)}
	e.Span, e.ValueSpan = e.KeySpan, source.Span{Start: start + len(key), End: start + len(key)}
	if sep == 0 { // the name ends the file: compose takes the text for the value of no name
		c.at = len(c.text)
		return Entry{}, ""
	}
	c.at = end + 1
	if sep == '\n' {
		return e, ""
	}
	c.skipSpace()
	e.HasValue = true
	reason := c.value(&e)
	e.Span.End = e.ValueSpan.End
	return e, reason
}

func (c *composeEnvReader) skipSpace() {
	c.at += len(c.text[c.at:]) - len(strings.TrimLeftFunc(c.text[c.at:], isComposeSpace))
}

// keyEnd finds the character that ends the name: "=", ":", a line break, or 0
// at the end of the text.
func (c *composeEnvReader) keyEnd() (end int, sep byte, bad bool) {
	for i := c.at; i < len(c.text); {
		r, size := utf8.DecodeRuneInString(c.text[i:])
		switch {
		case r == '=' || r == ':' || r == '\n':
			return i, byte(r), false
		case isComposeSpace(r) || strings.ContainsRune("_.-[]", r) || unicode.IsLetter(r) || unicode.IsNumber(r):
		default:
			return i, 0, true
		}
		i += size
	}
	return len(c.text), 0, false
}

func (c *composeEnvReader) value(e *Entry) string {
	if c.at < len(c.text) && (c.text[c.at] == '\'' || c.text[c.at] == '"') {
		return c.quoted(e, c.text[c.at])
	}
	start := c.at
	line, _, more := strings.Cut(c.text[start:], "\n")
	c.at += len(line)
	if more {
		c.at++
	}
	value, comment, commented := strings.Cut(line, " #")
	if commented {
		hash := start + len(value) + 1
		e.Comment = source.Span{Start: hash, End: hash + 1 + len(strings.TrimRight(comment, "\r"))}
	}
	value = strings.TrimRightFunc(value, unicode.IsSpace)
	e.ValueSpan = source.Span{Start: start, End: start + len(value)}
	e.Raw, e.Value = secret.New(value), secret.New(value)
	return ""
}

func (c *composeEnvReader) quoted(e *Entry, quote byte) string {
	start := c.at
	escaped := false
	var chars []byte
	for i := start + 1; i < len(c.text); i++ {
		char := c.text[i]
		switch {
		case char == quote && !escaped:
			c.at = i + 1
			e.Quote = quote
			e.ValueSpan = source.Span{Start: start, End: c.at}
			e.Raw = secret.New(c.text[start:c.at])
			value := string(chars)
			if quote == '"' {
				value = composeEscapes(value)
			}
			e.Value = secret.New(value)
			return ""
		case char == quote:
			escaped = false
			chars = append(chars, char)
		case !escaped && char == '\\':
			escaped = true
		default:
			if escaped {
				chars = append(chars, '\\')
			}
			escaped = false
			chars = append(chars, char)
		}
	}
	return fmt.Sprintf("the quote %c is not closed", quote)
}

var composeEscape = regexp.MustCompile(`\\(?:[abcfnrtv$"\\]|0\d{0,3})`)

// composeEscapes mirrors expandEscapes of compose-go; \$ becomes $$, which
// interpolation turns into a $.
func composeEscapes(s string) string {
	return composeEscape.ReplaceAllStringFunc(s, func(match string) string {
		if match == `\$` {
			return "$$"
		}
		if strings.HasPrefix(match, `\0`) {
			match = `\` + match[2:]
		}
		v, _, _, err := strconv.UnquoteChar(match, '"')
		if err != nil {
			return match
		}
		return string(v)
	})
}
