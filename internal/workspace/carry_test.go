package workspace

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"bearings/internal/testkit"
)

// TestCarriedEqualsFresh edits comments, empty lines and blanks of real projects
// and holds the answers that are carried over such an edit against those of a
// fresh start, places included.
func TestCarriedEqualsFresh(t *testing.T) {
	projects, err := filepath.Glob(filepath.Join(testkit.Root(t), "testdata", "incidents", "*", "*", "broken"))
	if err != nil || len(projects) < 50 {
		t.Fatalf("%d projects, %v", len(projects), err)
	}
	random := rand.New(rand.NewPCG(3, 11))
	edits, carried := 0, 0
	for _, root := range projects {
		w, err := Open(root, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Snapshot().Result(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, path := range w.Snapshot().Tree().Paths() {
			f, err := w.Snapshot().Tree().File(path)
			if err != nil || !strings.HasSuffix(string(path), ".py") || len(f.Text) == 0 {
				continue
			}
			w.Apply(SetBuffer(path, 1, f.Text))
			text := f.Text
			for range 2 {
				text = annotate(random, text)
				w.Apply(SetBuffer(path, 2, text))
				edits++
				if w.Snapshot().Ready() || w.Snapshot().memo.carried() == nil {
					continue
				}
				carried++
				got := describe(t, w.Snapshot())
				fresh, err := Open(root, Options{})
				if err != nil {
					t.Fatal(err)
				}
				for _, open := range w.Snapshot().Buffers() {
					fresh.Apply(SetBuffer(open, 2, w.Snapshot().Buffer(open).Text))
				}
				if want := describe(t, fresh.Snapshot()); got != want {
					t.Fatalf("%s: %s edited to\n%s\n--- carried\n%s\n--- fresh\n%s", root, path, text, got, want)
				}
			}
			if _, err := w.Snapshot().Project(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d of %d edits were carried over", carried, edits)
	if carried < edits/2 {
		t.Errorf("only %d of %d edits were carried over", carried, edits)
	}
}

// annotate adds or changes a comment, an empty line or blanks somewhere.
func annotate(random *rand.Rand, text []byte) []byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	at := random.IntN(len(lines))
	line := string(lines[at])
	switch bare := strings.TrimRight(line, "\r\n"); random.IntN(4) {
	case 0:
		line = "\n" + line
	case 1:
		line = strings.Repeat(" ", random.IntN(6)) + "# a note, äöü 🙂\n" + line
	case 2:
		line = bare + "  " + line[len(bare):]
	case 3:
		if i := strings.Index(bare, "# "); i >= 0 {
			line = bare[:i+2] + "x" + bare[i+2:] + line[len(bare):]
		} else {
			line = "   \n" + line
		}
	}
	lines[at] = []byte(line)
	return bytes.Join(lines, nil)
}

func TestTrivial(t *testing.T) {
	const before = "import os\n\n# a note\nx = (1,\n     2)  # tail\n\n\ndef f(a,\n      b):\n    \"\"\"Doc.\n\n    \"\"\"\n    return a \\\n        + b\n"
	for _, c := range []struct {
		old, new string // the first old becomes new
		want     bool
	}{
		{"# a note", "# a nice note", true},
		{"# a note\n", "", true},
		{"# tail", "# tails", true},
		{"# a note\n", "# a note\n\n\n", true},
		{"import os\n", "import os  \n", true},
		{"    return", "    # why\n    return", true},
		{"2)  #", "2) #", false}, // before a comment, not in it
		{"# a note", "# bearings: ignore[x] y", false},
		{"# a note", "a note", false},
		{"(1,\n", "(1,\n # within\n", false},
		{"f(a,\n", "f(a,\n\n", false},
		{"Doc.\n\n", "Doc.\n\n\n", false},
		{"Doc.\n", "Doc.  \n", false},
		{"a \\\n", "a \\ \n", false},
		{"    return", "     return", false},
		{"import os", "import  os", false},
		{"x = (1", "y = (1", false},
		{"\n\ndef", "\n\n\n\ndef", true},
	} {
		w, err := Open(folder(t, map[string]string{"a.py": before}), Options{})
		if err != nil {
			t.Fatal(err)
		}
		now := strings.Replace(before, c.old, c.new, 1)
		if now == before {
			t.Fatalf("%q is not in the text", c.old)
		}
		w.Apply(SetBuffer("a.py", 1, []byte(before)))
		if _, err := w.Snapshot().Result(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.Apply(SetBuffer("a.py", 2, []byte(now)))
		if got := w.Snapshot().memo.carried() != nil; got != c.want {
			t.Errorf("%q to %q: carried over %v, not %v", c.old, c.new, got, c.want)
		}
	}
}
