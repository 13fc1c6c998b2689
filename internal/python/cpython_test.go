package python

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bearings/internal/source"
	"bearings/internal/testkit"
)

// standardLibrary returns the first limit files of the Python standard library, installed packages apart.
func standardLibrary(t testing.TB, limit int) []string {
	t.Helper()
	out, err := exec.Command("python3", "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))").Output()
	if err != nil {
		testkit.Skip(t, "python3 is not here: nothing was compared with CPython")
	}
	var files []string
	_ = filepath.WalkDir(strings.TrimSpace(string(out)), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if d.IsDir() && d.Name() == "site-packages" {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".py") && len(files) < limit {
			files = append(files, path)
		}
		return nil
	})
	return files
}

type counts struct {
	Functions, Classes, Calls, Imports, Raises, Names, Attributes, Strings, Assigns int
	Lambdas, Generators, Returns, Withs, Params, Keywords, Subscripts, Numbers      int
}

type cpython struct {
	counts
	Error  string
	Values []string
}

// askCPython parses the files with CPython, one result for each.
func askCPython(t testing.TB, files []string) []cpython {
	t.Helper()
	cmd := exec.Command("python3", filepath.Join("testdata", "counts.py"))
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("counts.py: %v", err)
	}
	var results []cpython
	scanner := bufio.NewScanner(bytes.NewReader(out))
	scanner.Buffer(nil, 64<<20)
	for scanner.Scan() {
		var c cpython
		if err := json.Unmarshal(scanner.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		results = append(results, c)
	}
	if len(results) != len(files) {
		t.Fatalf("%d results for %d files", len(results), len(files))
	}
	return results
}

// countModule counts what Extract saw as counts.py does.
func countModule(m *Module) (counts, []string) {
	var c counts
	var values []string
	Inspect(m, func(node any) bool {
		switch n := node.(type) {
		case *Case:
			if n.Guard != nil {
				g, v := countModule(&Module{Body: []Stmt{&ExprStmt{X: n.Guard}}})
				c.add(g)
				values = append(values, v...)
			}
			b, v := countModule(&Module{Body: n.Body})
			c.add(b)
			values = append(values, v...)
			return false
		case *Function:
			c.Functions++
			if n.Generator() {
				c.Generators++
			}
		case *Class:
			c.Classes++
			for _, b := range n.Bases {
				if b.Name != "" || b.Star == 2 {
					c.Keywords++
				}
			}
		case *Call:
			c.Calls++
			for _, a := range n.Args {
				if a.Name != "" || a.Star == 2 {
					c.Keywords++
				}
			}
		case *Import, *ImportFrom:
			c.Imports++
		case *Raise:
			c.Raises++
		case *Name:
			c.Names++
		case *Attribute:
			c.Attributes++
		case *String:
			if n.Parts == nil {
				c.Strings++
				values = append(values, hex.EncodeToString([]byte(n.Value)))
			}
		case *Assign:
			c.Assigns++
		case *Lambda:
			c.Lambdas++
		case *Return:
			c.Returns++
		case *WithItem:
			c.Withs++
		case *Param:
			c.Params++
		case *Subscript:
			c.Subscripts++
		case *Number:
			c.Numbers++
		}
		return true
	})
	return c, values
}

func (c *counts) add(o counts) {
	c.Functions += o.Functions
	c.Classes += o.Classes
	c.Calls += o.Calls
	c.Imports += o.Imports
	c.Raises += o.Raises
	c.Names += o.Names
	c.Attributes += o.Attributes
	c.Strings += o.Strings
	c.Assigns += o.Assigns
	c.Lambdas += o.Lambdas
	c.Generators += o.Generators
	c.Returns += o.Returns
	c.Withs += o.Withs
	c.Params += o.Params
	c.Keywords += o.Keywords
	c.Subscripts += o.Subscripts
	c.Numbers += o.Numbers
}

// Every file that CPython reads must give the same counts here.
func TestAgreesWithCPython(t *testing.T) {
	files := append(standardLibrary(t, 600), filepath.Join("testdata", "constructs.py"))
	compared := 0
	for i, want := range askCPython(t, files) {
		if want.Error != "" {
			continue
		}
		text, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		m := Extract(source.Path(files[i]), text)
		got, values := countModule(m)
		compared++
		if got != want.counts {
			t.Errorf("%s:\n got %+v\nwant %+v\nbroken %v", files[i], got, want.counts, m.Broken())
			continue
		}
		for k := range values {
			if values[k] != want.Values[k] && !strings.Contains(unhex(values[k]), "\ufffd") { // a name that decode does not know
				t.Errorf("%s: string %d is %q, CPython says %q", files[i], k, unhex(values[k]), unhex(want.Values[k]))
				break
			}
		}
	}
	t.Logf("compared %d of %d files", compared, len(files))
}

func unhex(s string) string {
	b, _ := hex.DecodeString(s)
	return string(b)
}
