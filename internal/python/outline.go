package python

import (
	"context"

	sitter "github.com/smacker/go-tree-sitter"
	grammar "github.com/smacker/go-tree-sitter/python"

	"bearings/queries"
)

// Shapes are the shapes that stand in one text, in the order of the source. They
// are what can be said of an open document while a line of it is half typed:
// nothing is taken out or lowered, and text that the parser could not place is
// searched too.
type Shapes struct {
	Imports            []Range
	Functions, Classes []NamedShape
	Bindings           []NamedShape
	Calls              []CallShape
	Raises             []Range
	Comments           []Range
	Strings            []Range // each part of an implicit concatenation by itself
	Errors             []Range
}

// NamedShape is something that has a name.
type NamedShape struct {
	Range
	Name   string
	NameAt Range
}

// CallShape is a call.
type CallShape struct {
	Range
	Callee Range
	ArgsAt Range // the parentheses, included
}

// parsed calls use with the root of text's tree, which lives no longer than that.
func parsed(text []byte, use func(root *sitter.Node)) {
	parser := sitter.NewParser()
	defer parser.Close()
	parser.SetLanguage(grammar.GetLanguage())
	tree, err := parser.ParseCtx(context.Background(), nil, newlines(text))
	if err != nil {
		return
	}
	defer tree.Close()
	use(tree.RootNode())
}

// Outline returns the shapes of text, by the queries of package queries. It
// takes about three times as long as Extract, so it is for open documents only.
func Outline(text []byte) *Shapes {
	s := new(Shapes)
	parsed(text, func(root *sitter.Node) {
		s.Imports = ranges(root, "imports", "import")
		s.Functions = namedShapes(root, text, "functions", "function")
		s.Classes = namedShapes(root, text, "classes", "class")
		s.Bindings = namedShapes(root, text, "bindings", "binding")
		for match := range queries.Run("calls", root) {
			call, _ := match.Get("call")
			callee, _ := match.Get("callee")
			arguments, _ := match.Get("arguments")
			s.Calls = append(s.Calls, CallShape{rangeOf(call), rangeOf(callee), rangeOf(arguments)})
		}
		s.Raises = ranges(root, "raises", "raise")
		s.Comments = ranges(root, "comments", "comment")
		s.Strings = ranges(root, "strings", "string")
		s.Errors = ranges(root, "errors", "error")
	})
	return s
}

func rangeOf(c queries.Capture) Range { return Range{c.Start, c.End} }

func ranges(root *sitter.Node, shape, capture string) []Range {
	var out []Range
	for match := range queries.Run(shape, root) {
		if c, ok := match.Get(capture); ok {
			out = append(out, rangeOf(c))
		}
	}
	return out
}

func namedShapes(root *sitter.Node, text []byte, shape, capture string) []NamedShape {
	var out []NamedShape
	for match := range queries.Run(shape, root) {
		whole, _ := match.Get(capture)
		name, _ := match.Get("name")
		out = append(out, NamedShape{rangeOf(whole), string(text[name.Start:name.End]), rangeOf(name)})
	}
	return out
}

// StringShape is a string literal in a text.
type StringShape struct {
	Range         // prefix and quotes included
	Content Range // what stands between the quotes
	Value   string
	Format  bool // an f-string; Value is then the source between the quotes
}

// StringAt returns the innermost string literal whose content holds offset, its
// ends included, so that a cursor between two quotes is in the string. It parses
// text, and looks only at the strings that touch the line of offset.
func StringAt(text []byte, offset int) (StringShape, bool) {
	if offset < 0 || offset > len(text) {
		return StringShape{}, false
	}
	var out StringShape
	found := false
	row := lineCount(text[:offset])
	parsed(text, func(root *sitter.Node) {
		for match := range queries.RunLines("strings", root, row, row) {
			whole, _ := match.Get("string")
			l := &lowerer{text: text, names: map[string]string{}}
			lit := l.frame(rangeOf(whole))
			content := Range{lit.start, lit.end}
			if !content.Span().Contains(offset) || found && !out.Content.Span().Covers(content.Span()) {
				continue
			}
			out, found = StringShape{Range: rangeOf(whole), Content: content, Format: lit.format}, true
			if lit.format {
				out.Value = string(text[lit.start:lit.end])
			} else {
				out.Value = l.decode(lit, lit.start, lit.end)
			}
		}
	})
	return out, found
}

// lineCount returns how many lines end in text, as the parser sees it.
func lineCount(text []byte) uint32 {
	count := uint32(0)
	for i, b := range text {
		if b == '\n' || b == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			count++
		}
	}
	return count
}
