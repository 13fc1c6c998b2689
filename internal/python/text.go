package python

import (
	"bytes"
	"unicode/utf8"
)

// looked is how many bytes of a file show whether it is text.
const looked = 8 << 10

// isText reports whether b can be Python: it holds no null byte, which CPython
// refuses, and most of its beginning is text in UTF-8. A file in another
// encoding passes unless a third of it is no UTF-8; a parser may take minutes
// over what is noise to it.
func isText(b []byte) bool {
	if bytes.IndexByte(b, 0) >= 0 {
		return false
	}
	head := b[:min(len(b), looked)]
	bad := 0
	for i := 0; i < len(head); {
		r, size := utf8.DecodeRune(head[i:])
		if r == utf8.RuneError && size <= 1 || r < ' ' && bytes.IndexByte([]byte("\t\n\r\f\v\x1b"), byte(r)) < 0 {
			bad++
		}
		i += size
	}
	return bad*3 <= len(head)
}
