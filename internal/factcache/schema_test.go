package factcache

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bearings/internal/testkit"
)

// TestSchema fails when the types of internal/python/syntax.go are not those
// that the codec was written for.
func TestSchema(t *testing.T) {
	file := filepath.Join(testkit.Root(t), "internal", "python", "syntax.go")
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, nil, 0) // without comments
	if err != nil {
		t.Fatal(err)
	}
	var shape bytes.Buffer
	members := map[string][]string{}
	for _, decl := range parsed.Decls {
		switch d := decl.(type) {
		case *ast.GenDecl:
			if err := printer.Fprint(&shape, token.NewFileSet(), d); err != nil {
				t.Fatal(err)
			}
			shape.WriteByte('\n')
		case *ast.FuncDecl:
			if name := d.Name.Name; name == "expr" || name == "stmt" {
				star := d.Recv.List[0].Type.(*ast.StarExpr)
				members[name] = append(members[name], "*python."+star.X.(*ast.Ident).Name)
			}
		}
	}
	same(t, members["expr"], everyExpr)
	same(t, members["stmt"], everyStmt)
	got := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(strings.Fields(shape.String()), " "))))[:16]
	if got != schema {
		t.Errorf("syntax.go has changed: teach encode and decode the change, then set schema in version.go to %q", got)
	}
}

func same[T any](t *testing.T, want []string, have []T) {
	t.Helper()
	var names []string
	for _, node := range have {
		names = append(names, fmt.Sprintf("%T", node))
	}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("the codec knows %v, syntax.go declares %v", names, want)
	}
}
