package token

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// partNames name the three parts of a token.
var partNames = [3]string{"header", "payload", "signature"}

// segment is one base64url part and how strictly it is written.
type segment struct {
	data   []byte
	padded bool // ends in "="
	loose  bool // its last character carries bits that mean nothing
}

// ParseError says why a text is no token. Its message never contains the text.
type ParseError struct {
	Message string
	Part    string // "header", "payload", "signature", or "" for the whole
	Offset  int    // byte offset in the text given, where it is known
}

// Error implements error.
func (e *ParseError) Error() string { return e.Message }

// Parse reads a token in compact form. White space around it is ignored;
// anything else that is not the token, such as "Bearer " or quotes, is an
// error that names it. See Clean for reading past these.
func Parse(text string) (*Token, error) {
	start := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	trimmed := strings.TrimSpace(text)
	if err := checkWrapping(trimmed, start); err != nil {
		return nil, err
	}
	parts := strings.Split(trimmed, ".")
	if err := checkCount(parts); err != nil {
		return nil, err
	}
	t := &Token{signingInput: parts[0] + "." + parts[1]}
	at := start
	for i, part := range parts {
		var err *ParseError
		if t.segments[i], err = decodeSegment(part, i, at); err != nil {
			return nil, err
		}
		at += len(part) + 1
	}
	var err *ParseError
	if t.Header, err = parsePart(t.segments[0].data, "header"); err != nil {
		return nil, err
	}
	if t.Claims, err = parsePart(t.segments[1].data, "payload"); err != nil {
		return nil, err
	}
	t.signature = t.segments[2].data
	return t, nil
}

// checkWrapping finds what people copy along with a token.
func checkWrapping(text string, start int) error {
	fail := func(offset int, format string, args ...any) error {
		return &ParseError{Message: fmt.Sprintf(format, args...), Offset: start + offset}
	}
	lower := strings.ToLower(text)
	switch {
	case text == "":
		return fail(0, "there is no token: the text is empty")
	case len(text) > maxToken:
		return fail(maxToken, "the text is longer than %d bytes; a token is not", maxToken)
	case strings.HasPrefix(lower, "authorization:"):
		return fail(0, "the text is a whole Authorization header; the token is what follows \"Bearer \"")
	case strings.HasPrefix(lower, "bearer ") || strings.HasPrefix(lower, "bearer\t"):
		return fail(0, "the text starts with \"Bearer \"; that belongs to the header, not to the token")
	case strings.HasPrefix(text, "b'") || strings.HasPrefix(text, `b"`):
		return fail(0, "the text is the Python representation of bytes (b'…'); the token is what stands within the quotes")
	case text[0] == '"' || text[0] == '\'' || text[0] == '`':
		return fail(0, "the text is wrapped in quotes (%c)", text[0])
	case text[0] == '{':
		return fail(0, "the text is a JSON document; the token is the value of its access_token, without quotes")
	}
	for i, r := range text {
		switch {
		case r == '\n' || r == '\r':
			return fail(i, "a line break stands within the text, after %d characters", i)
		case r == ' ' || r == '\t':
			return fail(i, "white space stands within the text, after %d characters", i)
		case r == '"' || r == '\'':
			return fail(i, "a quote stands within the text, after %d characters", i)
		case r < ' ' || r > '~':
			return fail(i, "a character that no token has (%U) stands within the text, after %d bytes", r, i)
		}
	}
	return nil
}

const maxToken = 1 << 20

func checkCount(parts []string) error {
	n := len(parts)
	fail := func(format string, args ...any) error {
		return &ParseError{Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case n == 1:
		return fail("the text has no dot; a token is three parts joined by dots")
	case n == 2:
		return fail("the text has 2 parts of the 3 that a token has: its signature is missing")
	case n == 5:
		return fail("the text has 5 parts: it is an encrypted token (JWE), which nobody reads without the decryption key")
	case n != 3:
		return fail("the text has %d parts; a token has 3", n)
	case parts[0] == "":
		return fail("the header (part 1) is empty")
	case parts[1] == "":
		return fail("the payload (part 2) is empty: a detached payload is not supported")
	}
	return nil
}

// decodeSegment decodes base64url. It allows what Python's libraries may
// allow, padding and superfluous bits, and remembers them.
func decodeSegment(part string, index, at int) (segment, *ParseError) {
	fail := func(offset int, format string, args ...any) (segment, *ParseError) {
		message := fmt.Sprintf("the %s (part %d) %s", partNames[index], index+1, fmt.Sprintf(format, args...))
		return segment{}, &ParseError{Message: message, Part: partNames[index], Offset: at + offset}
	}
	plain := strings.TrimRight(part, "=")
	s := segment{padded: plain != part}
	for i := range len(plain) {
		c := plain[i]
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
		case c == '+' || c == '/':
			return fail(i, "has %q at its character %d: that is plain base64, a token uses base64url (- and _)", c, i+1)
		case c == '%':
			return fail(i, "has %q at its character %d: the text is still URL-encoded", c, i+1)
		default:
			return fail(i, "has %q at its character %d, which is no base64url", c, i+1)
		}
	}
	if len(part)-len(plain) > 2 || (s.padded && len(part)%4 != 0) {
		return fail(len(plain), "has wrong padding after its character %d", len(plain))
	}
	if len(plain)%4 == 1 {
		return fail(len(plain), "has %d characters, a length that base64url never has: something is cut off or added", len(plain))
	}
	data, err := base64.RawURLEncoding.DecodeString(plain)
	if err != nil {
		return fail(0, "is no base64url")
	}
	s.data = data
	s.loose = base64.RawURLEncoding.EncodeToString(data) != plain
	return s, nil
}

func parsePart(data []byte, part string) (*Object, *ParseError) {
	fail := func(format string, args ...any) (*Object, *ParseError) {
		return nil, &ParseError{Message: "the " + part + " " + fmt.Sprintf(format, args...), Part: part}
	}
	if !utf8.Valid(data) {
		return fail("is no UTF-8 text once decoded: the token is damaged, or no JWT")
	}
	value, err := parseJSON(data)
	if err != nil {
		return fail("is no valid JSON once decoded: %s", err)
	}
	object, ok := value.(*Object)
	if !ok {
		return fail("is JSON, but %s instead of an object", kindOf(value))
	}
	return object, nil
}

// Clean returns text without what people copy along with a token, and says
// what it took away. The token itself is not changed.
func Clean(text string) (token string, removed []string) {
	token = strings.TrimSpace(text)
	strip := func(what string, rest string) {
		token = strings.TrimSpace(rest)
		removed = append(removed, what)
	}
	if lower := strings.ToLower(token); strings.HasPrefix(lower, "authorization:") {
		strip("\"Authorization:\"", token[len("authorization:"):])
	}
	for range 3 {
		lower := strings.ToLower(token)
		switch {
		case strings.HasPrefix(lower, "bearer "):
			strip("\"Bearer \"", token[len("bearer "):])
		case len(token) > 3 && token[0] == 'b' && (token[1] == '\'' || token[1] == '"') && token[len(token)-1] == token[1]:
			strip("b'…'", token[2:len(token)-1])
		case len(token) > 1 && strings.ContainsRune("\"'`", rune(token[0])) && token[len(token)-1] == token[0]:
			strip("quotes", token[1:len(token)-1])
		}
	}
	if joined := strings.Join(strings.Fields(token), ""); joined != token {
		removed = append(removed, "line breaks and white space within")
		token = joined
	}
	return token, removed
}
