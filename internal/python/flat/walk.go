package flat

import sitter "github.com/smacker/go-tree-sitter"

// walk does in Go what flatten does in C, through the public API alone. It is
// the way on platforms whose linker leaves the weak symbols of flat.c unresolved.
func (t *Tree) walk(tree *sitter.Tree) {
	t.Nodes = t.Nodes[:0]
	cursor := sitter.NewTreeCursor(tree.RootNode())
	defer cursor.Close()
	kinds := table()
	var open []int
	for {
		node := cursor.CurrentNode()
		kind := Error
		if symbol := int(node.Symbol()); symbol < len(kinds) {
			kind = kinds[symbol]
		}
		if kind != Dropped {
			i := len(t.Nodes)
			t.Nodes = append(t.Nodes, Node{
				Start: node.StartByte(), End: node.EndByte(), Next: uint32(i + 1), Kind: kind, Missing: node.IsMissing(),
			})
			if (kind >= Module || kind == Error) && cursor.GoToFirstChild() {
				open = append(open, i)
				continue
			}
		}
		for !cursor.GoToNextSibling() {
			if len(open) == 0 || !cursor.GoToParent() {
				return
			}
			t.Nodes[open[len(open)-1]].Next = uint32(len(t.Nodes))
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			return
		}
	}
}
