package python

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// whole extracts text without leaving anything out.
func whole(text []byte) *Module {
	m := &Module{Path: "x.py"}
	m.extractWhole(newlines(text))
	return m
}

// sameSyntax compares what two values say, ranges included.
func sameSyntax(a, b reflect.Value, path string) string {
	if a.Kind() != b.Kind() || a.Type() != b.Type() {
		return fmt.Sprintf("%s: %v, not %v", path, a.Type(), b.Type())
	}
	switch a.Kind() {
	case reflect.Interface, reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			if a.IsNil() != b.IsNil() {
				return path + ": one is absent"
			}
			return ""
		}
		if f, ok := a.Interface().(*Function); ok {
			g := b.Interface().(*Function)
			if f.Generator() != g.Generator() {
				return path + ": one is a generator"
			}
			if s := sameSyntax(reflect.ValueOf(f.Body()), reflect.ValueOf(g.Body()), path+"."+f.Name); s != "" {
				return s
			}
		}
		return sameSyntax(a.Elem(), b.Elem(), path)
	case reflect.Slice:
		if a.Len() != b.Len() {
			return fmt.Sprintf("%s: %d elements, not %d", path, a.Len(), b.Len())
		}
		for i := range a.Len() {
			if s := sameSyntax(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i)); s != "" {
				return s
			}
		}
		return ""
	case reflect.Struct:
		for i := range a.NumField() {
			if f := a.Type().Field(i); f.Name != "block" {
				if s := sameSyntax(a.Field(i), b.Field(i), path+"."+f.Name); s != "" {
					return s
				}
			}
		}
		return ""
	}
	if !a.Equal(b) {
		return fmt.Sprintf("%s: %v, not %v", path, a, b)
	}
	return ""
}

// A text of which bodies are read when they are asked for says the same as one
// that is read at once.
func TestShellSaysTheSame(t *testing.T) {
	files := standardLibrary(t, 700)
	own, _ := filepath.Glob("testdata/*.py")
	held, all := 0, 0
	for _, file := range append(own, files...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		compareShell(t, file, text, &held, &all)
	}
	t.Logf("%d of %d files have bodies that are read later", held, all)
	if held*2 < all {
		t.Error("most files are read at once: nothing much was compared")
	}
}

func compareShell(t *testing.T, file string, text []byte, held, all *int) {
	t.Helper()
	if !isText(text) || !bytes.Contains(text, []byte("def ")) {
		return
	}
	*all++
	m, want := Extract("x.py", text), whole(text)
	if len(m.held) > 0 {
		*held++
	}
	if s := sameSyntax(reflect.ValueOf(m.Body), reflect.ValueOf(want.Body), ""); s != "" {
		t.Errorf("%s: %s", file, s)
	}
	if len(want.Broken()) == 0 && !slices.Equal(m.Comments, want.Comments) {
		t.Errorf("%s: %d comments, not %d", file, len(m.Comments), len(want.Comments))
	}
	if (len(m.Broken()) > 0) != (len(want.Broken()) > 0) {
		t.Errorf("%s: broken %v, not %v", file, m.Broken(), want.Broken())
	}
}
