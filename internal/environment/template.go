package environment

import (
	"strings"

	"bearings/internal/source"
)

// expansion is the result of interpolating a text by the rules of compose.
type expansion struct {
	text string
	refs []Reference
	// required names the variables that ${X:?} or ${X?} demands and does not
	// find; compose then refuses to start.
	required []string
	// demanded: the text has a ${X:?} that was, or may be, satisfied.
	demanded bool
	// escaped: a $$ became $.
	escaped bool
	// invalid: "${" without a proper end; compose refuses the file.
	invalid bool
	// grown: the text became longer than maxExpanded and was given up.
	grown bool
	size  int
}

// expandCompose interpolates by the rules of compose-go 2.16 (template.go):
// $X, ${X}, ${X:-d}, ${X-d}, ${X:?e}, ${X?e}, ${X:+a}, ${X+a}, nested, and $$.
// It is a port, not a call, because the original logs the names of variables
// that are not set, and because the places of the references are needed.
func expandCompose(text string, look lookup) expansion {
	var x expansion
	if len(text) > maxTemplate {
		return expansion{text: text, invalid: strings.Contains(text, "$")}
	}
	x.text = x.expand(text, 0, look, 0)
	if x.grown {
		x.text = ""
	}
	return x
}

// found notes the size of a value that is put in, and gives up when the text
// grows without measure, as values that double each other make it do.
func (x *expansion) found(value string) string {
	x.size += len(value)
	if x.size > maxExpanded {
		x.grown = true
		return ""
	}
	return value
}

const (
	maxNesting  = 32
	maxTemplate = 16 << 10 // bytes of one text that is interpolated
	maxExpanded = 64 << 10 // bytes that references may put into it
)

func (x *expansion) expand(s string, base int, look lookup, depth int) string {
	var out strings.Builder
	for i := 0; i < len(s); {
		j := strings.IndexByte(s[i:], '$')
		if j < 0 || i+j+1 == len(s) {
			out.WriteString(s[i:])
			break
		}
		out.WriteString(s[i : i+j])
		i += j
		switch c := s[i+1]; {
		case c == '$':
			x.escaped = true
			out.WriteByte('$')
			i += 2
		case c == '{':
			value, size := x.braced(s[i:], base+i, look, depth)
			out.WriteString(value)
			i += size
		case nameLen(s[i+1:]) > 0:
			n := nameLen(s[i+1:])
			name := s[i+1 : i+1+n]
			value, from, ok := look(name)
			x.refs = append(x.refs, Reference{Name: name, Span: source.Span{Start: base + i, End: base + i + 1 + n}, Set: ok, From: from})
			out.WriteString(x.found(value))
			i += 1 + n
		default:
			out.WriteByte('$')
			i++
		}
	}
	return out.String()
}

// nameLen returns the length of the variable name that s begins with.
func nameLen(s string) int {
	n := 0
	for n < len(s) && (s[n] == '_' || s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' || n > 0 && s[n] >= '0' && s[n] <= '9') {
		n++
	}
	return n
}

// braced reads "${…}" at the start of s and returns its value and length.
func (x *expansion) braced(s string, base int, look lookup, depth int) (string, int) {
	n := nameLen(s[2:])
	name, rest := s[2:2+n], s[2+n:]
	if n > 0 && strings.HasPrefix(rest, "}") {
		value, from, ok := look(name)
		x.refs = append(x.refs, Reference{Name: name, Span: source.Span{Start: base, End: base + 3 + n}, Set: ok, From: from})
		return x.found(value), 3 + n
	}
	op := operator(rest)
	size := -1
	if n > 0 && op != "" && depth <= maxNesting {
		size = closing(s)
	}
	if size < 0 {
		x.invalid = true
		return s[:2], 2
	}
	arg := s[2+n+len(op) : size-1]
	argBase := base + 2 + n + len(op)
	value, from, ok := look(name)
	ref := Reference{Name: name, Span: source.Span{Start: base, End: base + size}, Set: ok, From: from}
	soft := op[0] == ':'
	missing := !ok || soft && value == ""
	switch op[len(op)-1] {
	case '-':
		ref.Default = true
		x.refs = append(x.refs, ref)
		if missing {
			return x.expand(arg, argBase, look, depth+1), size
		}
	case '?':
		x.demanded = true
		x.refs = append(x.refs, ref)
		if missing {
			x.required = append(x.required, name)
			value = ""
		}
	case '+':
		ref.Default = true
		x.refs = append(x.refs, ref)
		if !missing {
			return x.expand(arg, argBase, look, depth+1), size
		}
	}
	return x.found(value), size
}

func operator(s string) string {
	for _, op := range []string{":-", ":?", ":+", "-", "?", "+"} {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}

// closing returns the length of the braced expression at the start of s: to the
// brace that balances its first one, else to the last brace of the line.
func closing(s string) int {
	line, _, _ := strings.Cut(s, "\n")
	last := strings.LastIndexByte(line, '}')
	if last < 0 {
		return -1
	}
	open := 0
	for i := 0; i <= last; i++ {
		switch line[i] {
		case '}':
			open--
			if open == 0 {
				return i + 1
			}
		case '{':
			open++
			i++
		}
	}
	return last + 1
}
