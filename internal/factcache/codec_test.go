package factcache

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"bearings/internal/python"
	"bearings/internal/source"
	"bearings/internal/testkit"
)

// everyExpr and everyStmt have one of each type of the closed sets;
// TestSchema holds them against syntax.go.
var everyExpr = []python.Expr{
	&python.Name{}, &python.Attribute{}, &python.Call{}, &python.Subscript{}, &python.Slice{}, &python.String{}, &python.Number{},
	&python.Constant{}, &python.Sequence{}, &python.Dict{}, &python.Unary{}, &python.Binary{}, &python.Compare{},
	&python.Conditional{}, &python.Lambda{}, &python.Await{}, &python.Yield{}, &python.Starred{}, &python.Comprehension{},
	&python.Walrus{}, &python.BadExpr{},
}

var everyStmt = []python.Stmt{
	&python.Assign{}, &python.AugAssign{}, &python.TypeAlias{}, &python.ExprStmt{}, &python.Return{}, &python.Raise{},
	&python.Assert{}, &python.If{}, &python.For{}, &python.While{}, &python.Try{}, &python.With{}, &python.Match{},
	&python.Function{}, &python.Class{}, &python.Import{}, &python.ImportFrom{}, &python.Scope{}, &python.Delete{},
	&python.Jump{}, &python.BadStmt{},
}

// filler fills values of the syntax with random content, every field of it.
type filler struct {
	*rand.Rand
	budget int
}

var exprType = reflect.TypeFor[python.Expr]()

func (f *filler) fill(v reflect.Value) {
	f.budget--
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(f.IntN(2) == 0)
	case reflect.Int:
		v.SetInt(int64(f.IntN(200)))
	case reflect.Uint8:
		v.SetUint(uint64(f.IntN(5)))
	case reflect.Uint32:
		v.SetUint(uint64(f.Uint32() >> f.IntN(32)))
	case reflect.String:
		v.SetString([]string{"", "a", "user", "später", "\x00\xff", strings.Repeat("long ", f.IntN(60))}[f.IntN(6)])
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() { // what is worked out of the others is not kept
				f.fill(v.Field(i))
			}
		}
	case reflect.Slice:
		if n := f.IntN(5); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), min(n-1, max(0, f.budget)), n))
		}
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Pointer:
		optional := v.Type() == reflect.TypeFor[*python.Name]()
		if optional && f.IntN(4) == 0 {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Interface:
		if f.budget < 0 || f.IntN(6) == 0 {
			return
		}
		var node reflect.Type
		if v.Type() == exprType {
			node = reflect.TypeOf(everyExpr[f.IntN(len(everyExpr))])
		} else {
			node = reflect.TypeOf(everyStmt[f.IntN(len(everyStmt))])
		}
		made := reflect.New(node.Elem())
		f.fill(made.Elem())
		if fn, ok := made.Interface().(*python.Function); ok {
			var body []python.Stmt
			f.fill(reflect.ValueOf(&body).Elem())
			fn.SetBody(body, f.IntN(2) == 0)
		}
		v.Set(made)
	default:
		panic("a field of kind " + v.Kind().String() + ": teach the codec and this test")
	}
}

func random(seed uint64) *python.Module {
	f := &filler{rand.New(rand.NewPCG(seed, 7)), 400}
	m := &python.Module{}
	f.fill(reflect.ValueOf(m).Elem())
	var broken []python.Range
	f.fill(reflect.ValueOf(&broken).Elem())
	m.SetBroken(broken)
	m.Path = "a.py"
	return m
}

func roundTrip(t *testing.T, m *python.Module, text []byte) {
	t.Helper()
	data, err := encode(nil, m)
	if err != nil {
		t.Fatalf("%s: %v", m.Path, err)
	}
	got, ok := decode(m.Path, text, data)
	if !ok {
		t.Fatalf("%s: not decoded", m.Path)
	}
	if !reflect.DeepEqual(m, got) {
		for i := range m.Body {
			if i >= len(got.Body) || !reflect.DeepEqual(m.Body[i], got.Body[i]) {
				t.Fatalf("%s: statement %d, a %T, was decoded differently", m.Path, i, m.Body[i])
			}
		}
		t.Fatalf("%s: decoded differently: %+v, not %+v", m.Path, got, m)
	}
}

// TestEveryField holds the codec against random modules in which every field of every node is used.
func TestEveryField(t *testing.T) {
	for seed := range uint64(3000) {
		roundTrip(t, random(seed), nil)
	}
}

func TestRealFiles(t *testing.T) {
	root := testkit.Root(t)
	files := below(t, filepath.Join(root, "testdata", "incidents"), 10000)
	files = append(files, below(t, filepath.Join(root, "internal", "python", "testdata"), 100)...)
	files = append(files, standardLibrary(t, 600)...)
	if len(files) < 100 {
		t.Fatalf("only %d files found", len(files))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := python.Extract(source.Path(file), text)
		roundTrip(t, m, text)
		for i, st := range m.Body { // some bodies are read now, some are not
			if i%2 == 0 {
				python.Inspect(st, func(any) bool { return true })
			}
		}
		roundTrip(t, m, text)
		once(t, m)
		roundTrip(t, m, text)
	}
}

// once fails when a node stands in a module twice: decoding would make two of it.
func once(t *testing.T, m *python.Module) {
	t.Helper()
	seen := map[any]bool{}
	python.Inspect(m, func(node any) bool {
		if seen[node] {
			t.Errorf("%s: %T at %v stands in the module twice", m.Path, node, python.Extent(node))
		}
		seen[node] = true
		return true
	})
}

func below(t testing.TB, folder string, limit int) (files []string) {
	t.Helper()
	_ = filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && entry.Name() == "site-packages" {
			return filepath.SkipDir
		}
		if err == nil && strings.HasSuffix(name, ".py") && len(files) < limit {
			files = append(files, name)
		}
		return nil
	})
	return files
}

func standardLibrary(t testing.TB, limit int) []string {
	t.Helper()
	out, err := exec.Command("python3", "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))").Output()
	if err != nil {
		testkit.Skip(t, "python3 is not here: the standard library was not encoded")
	}
	return below(t, strings.TrimSpace(string(out)), limit)
}

func TestNestedTooDeeply(t *testing.T) {
	var x python.Expr = &python.Name{ID: "x"}
	for range maxDepth + 1 {
		x = &python.Await{X: x}
	}
	if _, err := encode(nil, &python.Module{Body: []python.Stmt{&python.ExprStmt{X: x}}}); err == nil {
		t.Error("encoded, and could not be decoded")
	}
}

// TestDamage changes every byte of an encoded module.
func TestDamage(t *testing.T) {
	want := python.Extract("a.py", []byte("import os\n@app.get('/')\nasync def f(x: int = 1, *, y): return await g(f'{x!r:>{y}}', *y)\n"))
	data, err := encode(nil, want)
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		for bit := range 8 {
			data[i] ^= 1 << bit
			if _, ok := decode("a.py", nil, data); ok {
				t.Errorf("byte %d of %d with bit %d flipped was decoded", i, len(data), bit)
			}
			decodeBody("a.py", nil, data[4:]) // must not panic
			data[i] ^= 1 << bit
		}
		if _, ok := decode("a.py", nil, data[:i]); ok {
			t.Errorf("cut to %d bytes of %d, and decoded", i, len(data))
		}
	}
}

func FuzzDecode(f *testing.F) {
	for seed := range uint64(20) {
		data, _ := encode(nil, random(seed))
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, ok := decode("a.py", nil, data); ok {
			roundTrip(t, m, nil)
		}
		if m, ok := decodeBody("a.py", nil, data); ok {
			python.Inspect(m, func(any) bool { return true })
		}
	})
}
