package python

import (
	"bytes"
	"cmp"
	"slices"

	"bearings/internal/python/flat"
)

// Most of a file is bodies of functions, and most of these never matter. So a
// text is parsed as its shell: each long body is left out and stands there as one
// number, until somebody asks for it.

// minHeld is how long in bytes a body is that is left out.
const minHeld = 160

// outside is a body that is left out, by byte offsets.
type outside struct {
	def   uint32 // of the function: of "def", or of "async" before it
	first uint32 // of the first statement
	end   uint32 // of the last one
}

// shell is what of a text is not within long bodies.
type shell struct {
	bodies   []outside // in the order of the source
	comments []Range   // of the whole text
}

// shellOf finds the bodies that can be left out. It returns nil when there are
// none, or when the text is such that it takes the parser to say where they are.
func shellOf(text []byte) *shell {
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) || !bytes.Contains(text, []byte("def ")) || bytes.Contains(text, []byte("{%")) {
		return nil
	}
	x := lexer{text: text}
	s := &shell{}
	start, indent, ok := x.next()
	for ok && !x.fault {
		begins := defines(text[start:])
		x.rest()
		if !begins || x.fault || text[x.last-1] != ':' {
			start, indent, ok = x.next()
			continue
		}
		def, outer := start, indent
		first, inner, more := x.next()
		if !more || inner <= outer {
			return nil
		}
		end := 0
		for more := true; more; more = ok && !x.fault && indent > outer {
			x.rest()
			end = withoutSemicolon(text, x.last)
			start, indent, ok = x.next()
			if ok && indent > outer && indent < inner {
				return nil
			}
		}
		if end-first >= minHeld {
			s.bodies = append(s.bodies, outside{uint32(def), uint32(first), uint32(end)})
		}
	}
	if x.fault || len(s.bodies) == 0 {
		return nil
	}
	s.comments = x.comments
	return s
}

// defines reports whether a line begins the definition of a function.
func defines(line []byte) bool {
	if rest, ok := bytes.CutPrefix(line, []byte("async")); ok {
		line = bytes.TrimLeft(rest, " \t")
		if len(line) == len(rest) {
			return false
		}
	}
	return bytes.HasPrefix(line, []byte("def ")) || bytes.HasPrefix(line, []byte("def\t"))
}

// withoutSemicolon returns where the statement ends that ends before end.
func withoutSemicolon(text []byte, end int) int {
	for end > 0 && (text[end-1] == ';' || text[end-1] == ' ' || text[end-1] == '\t') {
		end--
	}
	return end
}

// parse returns the tree of the shell, its offsets those of text; nil when the
// parser, to read it, should see everything.
func (s *shell) parse(text []byte) *flat.Tree {
	short := make([]byte, 0, len(text)/2)
	at := uint32(0)
	for _, b := range s.bodies {
		short = append(append(short, text[at:b.first]...), '0')
		at = b.end
	}
	short = append(short, text[at:]...)
	tree := flat.Parse(short)
	if tree == nil {
		return nil
	}
	if errorCount(tree) > 0 || misreads(tree) || dangles(short) && strays(short, tree) {
		tree.Release()
		return nil
	}
	// Behind each left out body, offsets in the short text lag by so much.
	cuts, shift := make([]cut, len(s.bodies)), uint32(0)
	for i, b := range s.bodies {
		cuts[i].at = b.first + 1 - shift
		shift += b.end - b.first - 1
		cuts[i].shift = shift
	}
	next := 0
	for i := range tree.Nodes {
		n := &tree.Nodes[i]
		for next < len(cuts) && cuts[next].at <= n.Start {
			next++
		}
		n.Start += shiftAt(cuts, next)
		end := next
		if end < len(cuts) && cuts[end].at <= n.End {
			k, found := slices.BinarySearchFunc(cuts[end:], n.End, func(c cut, at uint32) int { return cmp.Compare(c.at, at) })
			if end += k; found {
				end++
			}
		}
		n.End += shiftAt(cuts, end)
	}
	return tree
}

// cut is a place of the short text, and by how much the text is longer up to it.
type cut struct{ at, shift uint32 }

// shiftAt returns the shift behind the first n cuts.
func shiftAt(cuts []cut, n int) uint32 {
	if n == 0 {
		return 0
	}
	return cuts[n-1].shift
}
