package python

import (
	"bytes"

	"bearings/internal/python/flat"
)

// disguise parses text again where the grammar misreads valid Python that
// another spelling of the same length makes it read: "type(x).y = z", taken for
// a type alias, with another name for type, and t-strings (PEP 750), which it
// does not know, as f-strings. It returns what was parsed and its tree, and
// releases the given one when it returns another. Names and strings are to be
// read from the text itself.
func disguise(text []byte, tree *flat.Tree) ([]byte, *flat.Tree) {
	var changed []byte
	change := func(at int, c byte) {
		if changed == nil {
			changed = bytes.Clone(text)
		}
		changed[at] = c
	}
	for i := range tree.Nodes {
		switch n := &tree.Nodes[i]; n.Kind {
		case flat.TypeAliasStatement:
			if !isAlias(tree.Nodes, i) && bytes.HasPrefix(text[n.Start:], []byte("type")) {
				change(int(n.Start), '_')
			}
		case flat.Error:
			end := int(n.End)
			if prefix := text[n.Start:end]; len(prefix) > 2 || end == len(text) || text[end] != '"' && text[end] != '\'' {
				continue
			} else if t := bytes.IndexAny(prefix, "tT"); t >= 0 {
				change(int(n.Start)+t, 'f')
			}
		}
	}
	if changed == nil {
		return text, tree
	}
	other := flat.Parse(changed)
	if other == nil || errorCount(other) > errorCount(tree) {
		return text, tree
	}
	tree.Release()
	return changed, other
}

// misreads reports whether something in tree is taken for a type alias and is none.
func misreads(tree *flat.Tree) bool {
	for i := range tree.Nodes {
		if tree.Nodes[i].Kind == flat.TypeAliasStatement && !isAlias(tree.Nodes, i) {
			return true
		}
	}
	return false
}

// isAlias reports whether the type alias at i has a name, perhaps with
// parameters, on its left side.
func isAlias(nodes []flat.Node, i int) bool {
	for c := i + 1; c < int(nodes[i].Next); c++ {
		switch nodes[c].Kind {
		case flat.Type:
			continue
		case flat.Identifier, flat.GenericType:
			return nodes[c].End == nodes[i+1].End
		case flat.Subscript:
			return nodes[c].End == nodes[i+1].End && c+1 < len(nodes) && nodes[c+1].Kind == flat.Identifier
		}
		return false
	}
	return false
}

// errorCount returns how many places of tree the parser could not read.
func errorCount(tree *flat.Tree) int {
	count := 0
	for i := range tree.Nodes {
		if tree.Nodes[i].Kind == flat.Error || tree.Nodes[i].Missing {
			count++
		}
	}
	return count
}
