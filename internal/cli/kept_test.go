package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"bearings/internal/testkit"
)

// TestKeptAnswers holds answers that are kept against new ones, after every kind
// of change that must make them void.
func TestKeptAnswers(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS(filepath.Join(testkit.Root(t), "examples", "me-answers-401"))); err != nil {
		t.Fatal(err)
	}
	put(t, root, "ignored/late.py", "X = 1\n")
	put(t, root, ".gitignore", "ignored/\n")
	time.Sleep(2100 * time.Millisecond) // younger files are not trusted
	took := regexp.MustCompile(`\d+ ms|"milliseconds": \d+`)
	say := func(args ...string) string {
		var out, err bytes.Buffer
		status := Main(context.Background(), "test", append(args, root), Streams{In: strings.NewReader(""), Out: &out, Err: &err})
		return took.ReplaceAllString(out.String(), "") + err.String() + string(rune('0'+status))
	}
	kept := func() int {
		list, err := filepath.Glob(filepath.Join(os.Getenv("XDG_CACHE_HOME"), "bearings", "facts", "*.answer"))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	fresh := say("check", "--no-cache")
	if kept() != 0 {
		t.Fatal("--no-cache has kept an answer")
	}
	if first, second := say("check"), say("check"); first != fresh || second != fresh || kept() != 1 {
		t.Fatalf("%d answers are kept; fresh:\n%s\nfirst:\n%s\nsecond:\n%s", kept(), fresh, first, second)
	}
	damage(t, func() {
		if got := say("check"); got != fresh {
			t.Fatalf("from a damaged answer:\n%s", got)
		}
	})
	main := filepath.Join(root, withRoute(t, root))
	text, err := os.ReadFile(main)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(main)
	if err != nil {
		t.Fatal(err)
	}
	changes := []struct {
		name string
		do   func()
	}{
		{"a file of the same size and date", func() {
			if err := os.WriteFile(main, bytes.Replace(text, []byte("get"), []byte("put"), 1), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(main, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
		}},
		{"a new file", func() {
			put(t, root, "more/app.py", "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/more')\ndef more(): ...\n")
		}},
		{"a file that goes", func() { _ = os.RemoveAll(filepath.Join(root, "more")) }},
		{"an env file", func() { put(t, root, ".env", "SECRET_KEY=changed-changed-changed\n") }},
		{"what git ignores", func() { put(t, root, ".gitignore", "*.py\n") }},
		{"settings", func() { put(t, root, ".gitignore", ""); put(t, root, "bearings.toml", "ignore = [\"secret-key\"]\n") }},
	}
	for _, c := range changes {
		c.do()
		if got, want := say("check"), say("check", "--no-cache"); got != want {
			t.Errorf("after %s the answer is\n%s\nand not\n%s", c.name, got, want)
		}
	}
}

// damage flips bytes of the answer that is kept, one at a time.
func damage(t *testing.T, see func()) {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(os.Getenv("XDG_CACHE_HOME"), "bearings", "facts", "*.answer"))
	if err != nil || len(list) != 1 {
		t.Fatalf("kept: %v, %v", list, err)
	}
	whole, err := os.ReadFile(list[0])
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(whole); at += 1 + len(whole)/40 {
		damaged := bytes.Clone(whole)
		damaged[at] ^= 0x20
		if err := os.WriteFile(list[0], damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		see()
	}
}

func put(t *testing.T, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// withRoute is the first Python file with a route.
func withRoute(t *testing.T, root string) (found string) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".py" || found != "" {
			return err
		}
		text, err := os.ReadFile(name)
		if err == nil && bytes.Contains(text, []byte(".get(\"/")) {
			found, err = filepath.Rel(root, name)
		}
		return err
	})
	if err != nil || found == "" {
		t.Fatalf("no file with a route: %v", err)
	}
	return found
}
