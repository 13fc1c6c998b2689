package flat

import (
	"context"
	"os"
	"slices"
	"testing"

	sitter "github.com/smacker/go-tree-sitter"
	"github.com/smacker/go-tree-sitter/python"
)

// Reading the tree in C, by the pointer taken out of sitter.Tree, and in Go, by
// the public API, must give the same. This fails when the pinned binding changes
// the layout of its Tree, or a linker leaves tree-sitter's functions unresolved.
func TestFlattenAgreesWithWalk(t *testing.T) {
	broken := []byte("def f(:\n  x = (1,\nclass A\n")
	texts := [][]byte{nil, []byte("\n"), []byte("x = 1 # c\n"), broken, []byte("x = f'{a!r:>{b}}' not  in c\n")}
	for _, file := range []string{"../testdata/constructs.py", "../testdata/newer.py"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	parser := sitter.NewParser()
	defer parser.Close()
	parser.SetLanguage(python.GetLanguage())
	for _, text := range texts {
		tree, err := parser.ParseCtx(context.Background(), nil, text)
		if err != nil {
			t.Fatal(err)
		}
		var inC, inGo Tree
		if !inC.flatten(pointer(tree)) {
			t.Fatal("the tree cannot be read in C here")
		}
		inGo.walk(tree)
		if !slices.Equal(inC.Nodes, inGo.Nodes) {
			t.Errorf("%q: %d nodes in C, %d in Go", text[:min(len(text), 40)], len(inC.Nodes), len(inGo.Nodes))
		}
		for i, n := range inC.Nodes {
			if n.Start > n.End || int(n.End) > len(text) || int(n.Next) <= i || int(n.Next) > len(inC.Nodes) {
				t.Fatalf("node %d is %+v", i, n)
			}
		}
		tree.Close()
	}
}

// Every kind must come from the grammar, else a name of a node was mistyped.
func TestEveryKindIsInTheGrammar(t *testing.T) {
	language := python.GetLanguage()
	names, tokenNames := map[string]bool{}, map[string]bool{}
	for i := range language.SymbolCount() {
		symbol := sitter.Symbol(i)
		if language.SymbolType(symbol) == sitter.SymbolTypeRegular {
			names[language.SymbolName(symbol)] = true
		} else {
			tokenNames[language.SymbolName(symbol)] = true
		}
	}
	for name := range named {
		if !names[name] {
			t.Errorf("the grammar has no node %q", name)
		}
	}
	for name := range tokens {
		if !tokenNames[name] {
			t.Errorf("the grammar has no token %q", name)
		}
	}
}
