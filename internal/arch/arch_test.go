package arch

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bearings/internal/testkit"
)

// imported is one import of one file of the repository.
type imported struct {
	file   string // "internal/python/extract.go"
	folder string // "internal/python"
	path   string // "bearings/queries", "os"
	test   bool
}

// imports reads the imports of all Go files.
func imports(t *testing.T) (list []imported) {
	t.Helper()
	root := testkit.Root(t)
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if base == "testdata" || base == "node_modules" || name != root && strings.HasPrefix(base, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			folder := relative[:max(0, strings.LastIndexByte(relative, '/'))]
			list = append(list, imported{relative, folder, path, strings.HasSuffix(base, "_test.go")})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 100 {
		t.Fatalf("only %d imports found; the test looks in the wrong place", len(list))
	}
	return list
}

// under reports whether a package or folder is one of the names or lies below one.
func under(folder string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return folder == name || strings.HasPrefix(folder, name+"/")
	})
}

// layers orders the packages: each imports only packages of the lines above its own.
var layers = [][]string{
	{"internal/source", "internal/secret", "queries", "internal/testkit", "internal/mcp"},
	{"internal/python/flat"},
	{"internal/python", "internal/requirements", "internal/environment"},
	{"internal/interpret", "internal/factcache"},
	{"internal/fastapi", "internal/token"},
	{"analyzers"},
	{"internal/fixture", "internal/config", "internal/baseline", "internal/oracle"},
	{"internal/report"},
	{"internal/incident"},
	{"internal/workspace"},
	{"internal/history"},
	{"server"},
	{"internal/cli"},
	{""}, // main
}

// layerOf returns the layer of a folder: that of its longest listed prefix; -1 when there is none.
func layerOf(folder string) int {
	best, length := -1, -1
	for i, layer := range layers {
		for _, name := range layer {
			if len(name) > length && (name == folder || name != "" && under(folder, name)) {
				best, length = i, len(name)
			}
		}
	}
	return best
}

// TestLayers fails for an import that points upwards or sidewards.
func TestLayers(t *testing.T) {
	for _, i := range imports(t) {
		target, ours := strings.CutPrefix(i.path, "bearings/")
		if i.test || !ours || under(i.folder, "bench", "analyzers/internal") {
			continue
		}
		from, to := layerOf(i.folder), layerOf(target)
		switch {
		case from < 0:
			t.Errorf("%s: the package %s has no layer; give it one in internal/arch", i.file, i.folder)
		case to < 0:
			t.Errorf("%s: the package %s has no layer; give it one in internal/arch", i.file, target)
		case from <= to && i.folder != target && !under(target, i.folder):
			t.Errorf("%s imports %s, which stands beside or above it", i.file, target)
		}
	}
}

// TestArrows fails for an import that would give a package knowledge that it must not have.
func TestArrows(t *testing.T) {
	pure := []string{
		"analyzers", "internal/fastapi", "internal/interpret", "internal/requirements", "internal/environment",
		"internal/source", "internal/secret", "internal/report",
	}
	outside := []string{"os", "os/exec", "os/signal", "net", "net/http", "syscall", "context"}
	for _, i := range imports(t) {
		switch {
		case strings.HasPrefix(i.path, "go.lsp.dev/") && !under(i.folder, "server"):
			t.Errorf("%s imports %s: the protocol's types stay in server", i.file, i.path)
		case strings.Contains(i.path, "tree-sitter") && !under(i.folder, "queries", "internal/python"):
			t.Errorf("%s imports %s: tree-sitter stays in queries and internal/python", i.file, i.path)
		case i.test || under(i.folder, "analyzers/internal"):
		case under(i.folder, pure...) && slices.Contains(outside, i.path):
			t.Errorf("%s imports %s: this package is a pure function of what it is given", i.file, i.path)
		case under(i.folder, "internal/source", "internal/secret", "queries") && strings.HasPrefix(i.path, "bearings/"):
			t.Errorf("%s imports %s: this package imports nothing of ours", i.file, i.path)
		case under(i.folder, "internal/testkit", "internal/fixture", "internal/oracle"):
		case under(i.path, "bearings/internal/testkit", "bearings/internal/fixture", "bearings/internal/oracle", "testing"):
			t.Errorf("%s imports %s: what is for tests stays in tests", i.file, i.path)
		}
	}
}
