package python

import (
	"bytes"
	"maps"
	"slices"
)

// Mention is what the names in a function's body say of it, functions within it included.
type Mention struct {
	Function string
	Names    []string // names and attributes, sorted
	Raises   bool     // an exception that is named, not one that is passed on
}

// Mentions lists the functions of a module, those within functions included. For
// long bodies words are counted, not names: what is imported or annotated there
// counts as well. It reads no body.
func (m *Module) Mentions() []Mention {
	var out []Mention
	Inspect(m, func(n any) bool {
		f, ok := n.(*Function)
		switch {
		case !ok:
			return true
		case f.held != nil:
			out = append(out, f.held.mentions(f.Name)...)
			return false
		}
		out = append(out, f.mention())
		return true
	})
	return out
}

// mention looks at a body that was read with the module.
func (f *Function) mention() Mention {
	out, names := Mention{Function: f.Name}, map[string]bool{}
	Inspect(f.stmts, func(n any) bool {
		switch x := n.(type) {
		case *Name:
			names[x.ID] = true
		case *Attribute:
			names[x.Attr] = true
		case *Raise:
			out.Raises = out.Raises || x.X != nil
		}
		return true
	})
	out.Names = slices.Sorted(maps.Keys(names))
	return out
}

// gathering is a function whose body is being gone through.
type gathering struct {
	indent int
	names  map[string]bool
	raises bool
	name   string
}

// mentions looks at the words of a body: of the function itself, and of those within it.
func (h *held) mentions(function string) []Mention {
	x := lexer{text: h.text[h.line():h.at.End]}
	all := []*gathering{{indent: -1, names: map[string]bool{}, name: function}}
	open := all[:1:1]
	x.word = func(word []byte, after int) {
		if x.names(after) {
			return
		}
		for _, g := range open {
			g.names[string(word)] = true
			g.raises = g.raises || string(word) == "raise" && x.goesOn(after)
		}
	}
	for start, indent, ok := x.next(); ok && !x.fault; start, indent, ok = x.next() {
		for open[len(open)-1].indent >= indent {
			open = open[:len(open)-1]
		}
		if defines(x.text[start:]) {
			inner := &gathering{indent: indent, names: map[string]bool{}, name: defined(x.text[start:])}
			all, open = append(all, inner), append(open, inner)
		}
		x.rest()
	}
	out := make([]Mention, len(all))
	for i, g := range all {
		out[i] = Mention{Function: g.name, Names: slices.Sorted(maps.Keys(g.names)), Raises: g.raises}
	}
	return out
}

// names reports whether the word that ends before after is the name of an argument.
func (x *lexer) names(after int) bool {
	if n := len(x.open); n == 0 || x.open[n-1] != '(' {
		return false
	}
	rest := bytes.TrimLeft(x.text[after:min(len(x.text), after+8)], " \t")
	return len(rest) > 1 && rest[0] == '=' && rest[1] != '='
}

// goesOn reports whether the statement goes on behind a word.
func (x *lexer) goesOn(after int) bool {
	rest := bytes.TrimLeft(x.text[after:min(len(x.text), after+80)], " \t")
	return len(rest) > 0 && bytes.IndexByte([]byte("\r\n#;"), rest[0]) < 0
}

// defined is the name that the head of a function gives it.
func defined(line []byte) string {
	_, rest, _ := bytes.Cut(line, []byte("def"))
	return firstWord(bytes.TrimLeft(rest, " \t"))
}
