package report

import (
	"strings"
	"testing"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

func TestCarets(t *testing.T) {
	for _, c := range []struct{ name, text, span, line, carets string }{
		{"plain", `    x = Depends(f())`, `f()`, `x = Depends(f())`, `            ^^^`},
		{"tabs before", "\t\tx = f()", "f()", "x = f()", "    ^^^"},
		{"a tab within", "a\tb", "b", "a   b", "    ^"},
		{"wide characters", `x = "日本", f()`, "f()", `x = "日本", f()`, "            ^^^"},
		{"wide characters under the span", `x = "日本"`, `"日本"`, `x = "日本"`, "    ^^^^^^"},
		{"emoji", `x = "🔑", f()`, "f()", `x = "🔑", f()`, "          ^^^"},
		{"a combining mark", "e\u0301 = f()", "f()", "e\u0301 = f()", "    ^^^"},
		{"an escape sequence", "x = \x1b[31m f()", "f()", "x = ·[31m f()", "          ^^^"},
		{"right to left override", "x = \u202e f()", "f()", "x = · f()", "      ^^^"},
	} {
		p := &fastapi.Project{Tree: source.NewMapTree(map[source.Path]string{"a.py": c.text})}
		i := strings.Index(c.text, c.span)
		e, ok := NewRedactor(p).excerptAt(newPlaces(p), source.Location{Path: "a.py", Span: source.Span{Start: i, End: i + len(c.span)}}, 100)
		if !ok || e.text != c.line || e.carets() != c.carets {
			t.Errorf("%s: got\n%s\n%s\nwant\n%s\n%s", c.name, e.text, e.carets(), c.line, c.carets)
		}
	}
}

// TestExcerptEdges looks at places that a model may get wrong.
func TestExcerptEdges(t *testing.T) {
	text := "a = 1\r\nb = 2\r\n\r\n"
	p := &fastapi.Project{Tree: source.NewMapTree(map[source.Path]string{"a.py": text, "bad.py": "x = '\xff\xfe'", "empty.py": ""})}
	r := NewRedactor(p)
	for _, l := range []source.Location{
		{Path: "a.py", Span: source.Span{Start: 0, End: len(text)}}, {Path: "a.py", Span: source.Span{Start: len(text), End: len(text)}},
		{Path: "a.py", Span: source.Span{Start: 99, End: 120}}, {Path: "bad.py", Span: source.Span{Start: 4, End: 8}}, {Path: "empty.py"},
	} {
		e, ok := r.excerptAt(newPlaces(p), l, 100)
		if !ok || strings.ContainsAny(e.text, "\r\n") || len(e.carets()) == 0 {
			t.Errorf("%v: got %+v, %v", l, e, ok)
		}
	}
	if _, ok := r.excerptAt(newPlaces(p), source.Location{Path: "none.py"}, 100); ok {
		t.Error("a file that cannot be read gives a line")
	}
	if e, _ := r.excerptAt(newPlaces(p), source.Location{Path: "a.py", Span: source.Span{Start: 0, End: 10}}, 100); !e.more {
		t.Error("a span over two lines does not say so")
	}
}

func TestLongLinesAreCut(t *testing.T) {
	for _, length := range []int{10, 100, 5000} {
		for _, offset := range []int{0, 3, 60, 4000} {
			text := strings.Repeat("x", offset) + "日本(f)" + strings.Repeat("y", length)
			p := &fastapi.Project{Tree: source.NewMapTree(map[source.Path]string{"a.py": text})}
			e, _ := NewRedactor(p).excerptAt(newPlaces(p), source.Location{Path: "a.py", Span: source.Span{Start: offset, End: offset + len("日本(f)")}}, 60)
			if n := textCells(e.text); n > 60 || e.end > n || !strings.Contains(e.text, "日本(f)") {
				t.Errorf("%d+%d: %d cells, span %d to %d: %s", offset, length, n, e.start, e.end, e.text)
			} else if before := e.text[:strings.Index(e.text, "日本")]; textCells(before) != e.start {
				t.Errorf("%d+%d: caret at %d under %s", offset, length, e.start, e.text)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	for _, columns := range []int{1, 10, 30} {
		text := "eine Zeile mit vielen Wörtern und einem sehrlangenwort日本日本日本日本"
		lines := wrap(text, columns)
		if got := strings.Join(lines, " "); got != text {
			t.Errorf("%d: words were lost: %q", columns, got)
		}
		for _, line := range lines {
			if textCells(line) > columns && strings.Contains(line, " ") {
				t.Errorf("%d: %q is too long", columns, line)
			}
		}
	}
}

// FuzzExcerpt draws arbitrary lines of every kind of file: it must not panic,
// show a control character, or point behind the line.
func FuzzExcerpt(f *testing.F) {
	for _, text := range []string{"x = \"日本\"", "A=b\r\nC='d", "\t- KEY: v", "ENV A=b C=\"d", "\xff\xfe\x00", "\"\"\"", "'\\"} {
		f.Add(text, 0, len(text), uint8(0))
	}
	names := []source.Path{"a.py", ".env", "compose.yaml", "Dockerfile", "x.toml", "readme"}
	f.Fuzz(func(t *testing.T, text string, start, end int, kind uint8) {
		path := names[int(kind)%len(names)]
		at := source.Location{Path: path, Span: source.Span{Start: start, End: end}}
		p := &fastapi.Project{Tree: source.NewMapTree(map[source.Path]string{path: text}), Keys: []*fastapi.Key{{Name: "K", Secret: true, At: at}}}
		if start < 0 || end < start {
			return
		}
		e, _ := NewRedactor(p).excerptAt(newPlaces(p), at, 60)
		if strings.ContainsAny(e.text, "\r\n\x1b\x00") || textCells(e.text) > 60 || len(e.carets()) > 200 {
			t.Errorf("%q: %+v", text, e)
		}
	})
}
