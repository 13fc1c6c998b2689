// Package flat copies a tree-sitter tree of Python into one slice, in one call
// to C. Reading a slice costs nothing; each look at a tree-sitter node costs a
// call into C and an entry in a map (measured: see internal/python).
package flat

/*
#include "flat.h"
*/
import "C"

import (
	"context"
	"sync"
	"unsafe"

	sitter "github.com/smacker/go-tree-sitter"
	"github.com/smacker/go-tree-sitter/python"
)

// Node is one node in pre-order: its subtree is Nodes[i+1:Next]. Start and End
// are byte offsets. The layout is that of bearings_node in flat.h.
type Node struct {
	Start, End, Next uint32
	Kind             Kind
	Missing          bool // the parser made it up
	_                [2]byte
}

// Tree is a flat tree; Nodes[0] is the root. It belongs to one goroutine.
type Tree struct{ Nodes []Node }

var trees = sync.Pool{New: func() any { return new(Tree) }}

// Parse parses text and returns its flat tree, to be given back with Release.
// It returns nil when the parser gives up, which it does not do on any text.
func Parse(text []byte) *Tree {
	parser := sitter.NewParser()
	defer parser.Close()
	parser.SetLanguage(python.GetLanguage())
	tree, err := parser.ParseCtx(context.Background(), nil, text)
	if err != nil || tree == nil {
		return nil
	}
	defer tree.Close()
	return Flatten(tree)
}

// Flatten copies tree, which stays the caller's.
func Flatten(tree *sitter.Tree) *Tree {
	t := trees.Get().(*Tree)
	if !t.flatten(pointer(tree)) {
		t.walk(tree)
	}
	return t
}

// Release gives the memory of t back; t must not be used afterwards.
func (t *Tree) Release() {
	if cap(t.Nodes) <= maxKept {
		trees.Put(t)
	}
}

// maxKept is how many nodes a pooled tree may hold: 16 MB of them.
const maxKept = 1 << 20

// pointer returns the TSTree behind tree: the first field of sitter.BaseTree in
// the pinned version. A test compares the two ways to read a tree.
func pointer(tree *sitter.Tree) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(tree.BaseTree))
}

func (t *Tree) flatten(tree unsafe.Pointer) bool {
	if tree == nil || !bool(C.bearings_can_flatten()) {
		return false
	}
	count := int(C.bearings_count(tree)) + 1
	if cap(t.Nodes) < count {
		t.Nodes = make([]Node, count+count/4)
	}
	t.Nodes = t.Nodes[:cap(t.Nodes)]
	kinds := table()
	size := C.bearings_flatten(tree, (*C.uint8_t)(unsafe.Pointer(&kinds[0])), C.uint32_t(len(kinds)),
		C.uint8_t(Module), C.uint8_t(Error), (*C.bearings_node)(unsafe.Pointer(&t.Nodes[0])), C.uint32_t(len(t.Nodes)))
	if size == 0 || uint64(size) > uint64(len(t.Nodes)) {
		return false
	}
	t.Nodes = t.Nodes[:size]
	return true
}
