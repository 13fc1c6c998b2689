package report

import (
	"strconv"
	"strings"

	"bearings/internal/fastapi"
)

// optionValue returns a middleware's option for JSON: a plain Python literal as
// its JSON value, anything else as {"expression": text}. A literal under a name
// like a secret's is masked.
func optionValue(name string, o *fastapi.Option) any {
	if o == nil {
		return nil
	}
	if secretName(name) && isLiteral(o.Text) {
		return mask
	}
	if v, rest, ok := parseLiteral(o.Text); ok && strings.TrimSpace(rest) == "" {
		return v
	}
	return map[string]any{"expression": o.Text}
}

// optionText returns a middleware's option as people read it.
func optionText(name string, o *fastapi.Option) string {
	if o == nil || (secretName(name) && isLiteral(o.Text)) {
		return name + "=" + mask
	}
	text := clean(o.Text)
	if textCells(text) > 48 {
		text = strings.TrimSpace(string([]rune(text)[:40])) + "…"
	}
	return name + "=" + text
}

// parseLiteral reads one Python literal made of strings without escapes, whole
// numbers, True, False, None, lists and tuples of them, and returns what follows.
func parseLiteral(s string) (v any, rest string, ok bool) {
	s = strings.TrimLeft(s, " \t\r\n")
	for word, value := range map[string]any{"True": true, "False": false, "None": nil} {
		if after, found := strings.CutPrefix(s, word); found && (after == "" || strings.ContainsAny(after[:1], " ,)]\n\t\r")) {
			return value, after, true
		}
	}
	switch {
	case s == "":
		return nil, s, false
	case s[0] == '"' || s[0] == '\'':
		end := strings.IndexByte(s[1:], s[0])
		if end < 0 || strings.ContainsRune(s[1:1+end], '\\') || (end == 0 && strings.HasPrefix(s[2:], s[:1])) {
			return nil, s, false
		}
		return s[1 : 1+end], s[2+end:], true
	case s[0] == '[' || s[0] == '(':
		return parseList(s)
	}
	n := len(s) - len(strings.TrimLeft(s, "0123456789"))
	number, err := strconv.Atoi(s[:n])
	return number, s[n:], err == nil
}

func parseList(s string) (v any, rest string, ok bool) {
	closing := map[byte]string{'[': "]", '(': ")"}[s[0]]
	list := []any{}
	commas := 0
	for s = strings.TrimLeft(s[1:], " \t\r\n"); ; {
		if after, done := strings.CutPrefix(s, closing); done {
			// A parenthesised single value is no tuple.
			return list, after, closing == "]" || len(list) != 1 || commas > 0
		}
		if len(list) > commas {
			return nil, s, false
		}
		item, after, ok := parseLiteral(s)
		if !ok {
			return nil, s, false
		}
		list = append(list, item)
		s = strings.TrimLeft(after, " \t\r\n")
		if after, more := strings.CutPrefix(s, ","); more {
			s, commas = strings.TrimLeft(after, " \t\r\n"), commas+1
		}
	}
}

// isLiteral reports whether an expression begins as a string literal.
func isLiteral(text string) bool {
	bare := strings.TrimLeft(strings.TrimSpace(text), "rRbBuUfF")
	return bare != "" && (bare[0] == '"' || bare[0] == '\'')
}
