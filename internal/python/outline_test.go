package python

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bearings/internal/testkit"
)

// fixtures returns the Python files of the recorded incidents and those of this package.
func fixtures(t *testing.T) []string {
	t.Helper()
	files, _ := filepath.Glob("testdata/*.py")
	err := filepath.WalkDir(filepath.Join(testkit.Root(t), "testdata", "incidents"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".py") {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	return files
}

// modelShapes returns what Extract sees of the shapes that Outline finds.
func modelShapes(m *Module) map[string][]Range {
	out := map[string][]Range{}
	add := func(shape string, at Range) { out[shape] = append(out[shape], at) }
	for _, c := range m.Comments {
		add("comments", c.Range)
	}
	var visit func(node any) bool
	visit = func(node any) bool {
		switch n := node.(type) {
		case *Import:
			add("imports", n.Range)
		case *ImportFrom:
			add("imports", n.Range)
		case *Function:
			add("functions", n.NameAt)
		case *Class:
			add("classes", n.NameAt)
		case *Raise:
			add("raises", n.Range)
		case *Call:
			add("calls", n.ArgsAt)
		case *Case: // a class pattern is no call
			Inspect(n.Guard, visit)
			Inspect(n.Body, visit)
			return false
		}
		return true
	}
	Inspect(m, visit)
	return out
}

func queriedShapes(s *Shapes) map[string][]Range {
	out := map[string][]Range{"comments": s.Comments, "imports": s.Imports, "raises": s.Raises}
	for _, f := range s.Functions {
		out["functions"] = append(out["functions"], f.NameAt)
	}
	for _, c := range s.Classes {
		out["classes"] = append(out["classes"], c.NameAt)
	}
	for _, c := range s.Calls {
		out["calls"] = append(out["calls"], c.ArgsAt)
	}
	return out
}

// The queries and the walk are two ways to read a file; they must see the same.
func TestQueriesAgreeWithModel(t *testing.T) {
	byStart := func(a, b Range) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) }
	seen := map[string]int{}
	for _, file := range fixtures(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := Extract("x.py", text)
		if len(m.Broken()) > 0 {
			continue // Outline takes no line out
		}
		model, queried := modelShapes(m), queriedShapes(Outline(text))
		for _, shape := range []string{"comments", "imports", "raises", "functions", "classes", "calls"} {
			slices.SortFunc(model[shape], byStart)
			slices.SortFunc(queried[shape], byStart)
			seen[shape] += len(model[shape])
			if !slices.Equal(model[shape], queried[shape]) {
				t.Errorf("%s: %s: the model sees %v, the query %v", file, shape, model[shape], queried[shape])
			}
		}
	}
	t.Log(fmt.Sprint(seen))
}

func TestConstructsAreReadWhole(t *testing.T) {
	for _, file := range []string{"testdata/constructs.py", "testdata/newer.py"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := Extract("x.py", text)
		checkRanges(t, m, text)
		if len(m.Broken()) > 0 {
			t.Errorf("%s: broken: %v %q", file, m.Broken(), text[m.Broken()[0].Start:m.Broken()[0].End])
		}
		visit := func(node any) bool {
			switch n := node.(type) {
			case *Case: // patterns may be unread
				return false
			case *BadExpr:
				t.Errorf("%s: bad expression %q", file, Text(n, text))
			case *BadStmt:
				t.Errorf("%s: bad statement %q", file, text[n.Start:n.End])
			}
			return true
		}
		Inspect(m, visit)
	}
}

func TestOutlineOfBrokenText(t *testing.T) {
	s := Outline([]byte("import os\n\ndef f():\n    x = g(1)\n    raise E(\n"))
	if len(s.Imports) != 1 || len(s.Calls) == 0 || len(s.Errors) == 0 {
		t.Errorf("got %+v", s)
	}
}

func TestStringAt(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{`x = "a|b"`, "ab"}, {`x = "|"`, ""}, {`x = r'\n|'`, `\n`}, {`x = "\n|"`, "\n"}, {`x = f"a{b}|c"`, "a{b}c"},
		{`x = f"a{"b|"}"`, "b"}, {"x = '''a\nb|\n'''", "a\nb\n"}, {`f("a", tokenUrl="to|ken"`, "token"}, {"# é\rx = 'ü|'", "ü"},
	} {
		offset := strings.IndexByte(test.text, '|')
		text := test.text[:offset] + test.text[offset+1:]
		got, ok := StringAt([]byte(text), offset)
		if !ok || got.Value != test.want {
			t.Errorf("%s: got %+v, %v", test.text, got, ok)
		}
	}
	for _, offset := range []int{-1, 0, 99} {
		if _, ok := StringAt([]byte("x = 'a'"), offset); ok {
			t.Errorf("a string at %d", offset)
		}
	}
}
