package python

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// Whatever the text, Extract returns, and all ranges lie within the text.
func TestExtractSurvives(t *testing.T) {
	deepIf := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.Repeat(" ", i) + "if x:\n")
		}
		b.WriteString(strings.Repeat(" ", n) + "pass\nfinal()\n")
		return b.String()
	}
	noise := make([]byte, 20_000)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(random.IntN(255) + 1)
	}
	tests := map[string]string{
		"empty":           "",
		"newline":         "\n",
		"byte order mark": "\ufeffx = 1\n",
		"null bytes":      "x = 1\x00\n",
		"utf-16":          "\xff\xfex\x00=\x001\x00",
		"not utf-8":       "x = '\xe9\xff'\n\xe9 = 2\n# \xff\n",
		"noise":           string(noise),
		"parentheses":     "x = " + strings.Repeat("(", 10_000) + "1" + strings.Repeat(")", 10_000) + "\nfinal()\n",
		"open only":       "x = " + strings.Repeat("(", 10_000),
		"lists":           "x = " + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "\nfinal()\n",
		"plus":            "x = 1" + strings.Repeat(" + 1", 5_000) + "\nfinal()\n",
		"not":             "x = " + strings.Repeat("not ", 5_000) + "1\nfinal()\n",
		"calls":           "x" + strings.Repeat(".a()", 5_000) + "\nfinal()\n",
		"elif":            "if x:\n  pass\n" + strings.Repeat("elif y:\n  pass\n", 3_000) + "final()\n",
		"if":              deepIf(400),
		"lambdas":         "x = " + strings.Repeat("lambda: ", 5_000) + "1\nfinal()\n",
		"f-strings":       "x = " + strings.Repeat(`f"{`, 500) + "1" + strings.Repeat(`}"`, 500) + "\n",
		"formats":         "x = f'" + strings.Repeat("{x:", 500) + strings.Repeat("}", 500) + "'\n",
		"types":           "x: " + strings.Repeat("list[", 3_000) + "int" + strings.Repeat("]", 3_000) + "\n",
		"patterns":        "match x:\n  case " + strings.Repeat("A(", 3_000) + strings.Repeat(")", 3_000) + ":\n    pass\n",
		"with":            "with " + strings.Repeat("(", 3_000) + "a as b" + strings.Repeat(")", 3_000) + ": pass\n",
		"chain":           strings.Repeat("a = ", 5_000) + "1\nfinal()\n",
		"strings":         "x = " + strings.Repeat(`"a" `, 50_000) + "\nfinal()\n",
		"print":           "print 'x', y\nprint >>f, 'x'\nexec 'code'\nexec code in {}\nprint\n",
		"python 2":        "try:\n  pass\nexcept A, e:\n  raise E, 'm'\nprint `x`\nif a <> b: pass\n",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			m := Extract("x.py", []byte(text))
			checkRanges(t, m, []byte(text))
			if strings.HasSuffix(text, "\nfinal()\n") && !callsFinal(m) {
				t.Errorf("the last line is lost; broken: %v", m.Broken())
			}
		})
	}
}

func callsFinal(m *Module) bool {
	found := false
	Inspect(m, func(node any) bool {
		call, ok := node.(*Call)
		if ok {
			name, ok := call.Func.(*Name)
			found = found || ok && name.ID == "final"
		}
		return true
	})
	return found
}

// checkRanges fails when a range leaves the text or no node can be reached at it.
func checkRanges(t testing.TB, m *Module, text []byte) {
	t.Helper()
	Inspect(m, func(node any) bool {
		if node == any(m) {
			return true
		}
		span := Extent(node)
		if span.Start < 0 || span.End < span.Start || span.End > len(text) {
			t.Fatalf("%T lies at %v of %d bytes", node, span, len(text))
		}
		if x, ok := node.(Expr); ok {
			_ = Text(x, text)
		}
		return true
	})
	for _, r := range m.Broken() {
		if r.End < r.Start || int(r.End) > len(text) {
			t.Fatalf("broken range %v of %d bytes", r, len(text))
		}
	}
}

func TestFiveMegabytes(t *testing.T) {
	if testing.Short() {
		t.Skip("parses 5 MB")
	}
	text := bytes.Repeat([]byte("x = f(1, 'two', three=3)\n"), maxFile/25)
	if m := Extract("x.py", text); len(m.Body) != maxFile/25 {
		t.Errorf("%d statements of %d", len(m.Body), maxFile/25)
	}
}

func FuzzExtract(f *testing.F) {
	for _, seed := range []string{
		"@app.get('/x')\nasync def f(a: int = Depends(g), /, *b, c=1, **d) -> T:\n    return f\"{a!r:>{w}}\" 'b' r'\\n'\n",
		"match x:\n  case A(b=1) | C.D if y: pass\n  case [1, *_]: pass\n", "from . import (a as b, c)\nimport d.e as f\n",
		"with (open(a) as b, c): x = y = z\n", "try: pass\nexcept* A as b: raise C from d\n", "type X[T: int, *Ts, **P] = list[T]\n",
		"x: Annotated[str, Form()] = lambda *a, b=1: (yield)\n", "def f(:\n  x(\n", "{**a, 'b': [c for d in e if f async for g in h]}\n",
		"x = b'\\xff\\N{DASH}' '\\u00e9\\N{EM DASH}\\777\\\n'\n", "global a, b; del c, d[1:2, ::3]\n", "if a:\n  pass\nelif b: pass\nelse:\n  c\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m := Extract("x.py", text)
		checkRanges(t, m, text)
		for offset := 0; offset <= len(text); offset += 7 {
			NodeAt(m, offset)
		}
	})
}
