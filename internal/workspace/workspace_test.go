package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"bearings/internal/source"
)

// folder writes files below a new folder and returns it. A name that ends in a
// slash is an empty folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		write(t, root, name, text)
	}
	return root
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	full := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, "/") {
		if err := os.MkdirAll(full, 0o755); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, root string) *Workspace {
	t.Helper()
	w, err := Open(root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func listing(w *Workspace) string {
	var names []string
	for _, p := range w.Snapshot().Tree().Paths() {
		names = append(names, string(p))
	}
	return strings.Join(names, " ")
}

func TestListing(t *testing.T) {
	tests := []struct {
		name  string
		files []string
		rules map[string]string
		want  string
	}{
		{"plain", []string{"main.py", "app/b.py", "app/a.py", "Dockerfile"}, nil, "Dockerfile app/a.py app/b.py main.py"},
		{"git ignores a folder", []string{"main.py", "build/x.py", "dist/y.py"}, map[string]string{".gitignore": "build/\r\n# c\n\n"}, ".gitignore dist/y.py main.py"},
		{"a dotenv file that git ignores stays", []string{"a.py", ".env", ".env.local", "prod.env", "x.log"},
			map[string]string{".gitignore": ".env*\n*.env\n*.log\n"}, ".env .env.local .gitignore a.py prod.env"},
		{"a nested .gitignore holds below itself only", []string{"a/gen.py", "b/gen.py"}, map[string]string{"a/.gitignore": "gen.py\n"}, "a/.gitignore b/gen.py"},
		{"a negated pattern", []string{"a.txt", "b.txt"}, map[string]string{".gitignore": "*.txt\n!b.txt\n"}, ".gitignore b.txt"},
		{"an anchored pattern", []string{"out/a.py", "src/out/a.py"}, map[string]string{".gitignore": "/out\n"}, ".gitignore src/out/a.py"},
		{"git's own excludes", []string{"a.py", "b.py"}, map[string]string{".git/info/exclude": "b.py\n"}, "a.py"},
		{"packages and caches", []string{"a.py", "node_modules/x/y.py", "lib/python3.11/site-packages/z.py", "__pycache__/a.py", ".mypy_cache/x.json", ".tox/q.py"}, nil, "a.py"},
		{"virtual environments", []string{"a.py", ".venv/b.py", "venv/bin/python", "venv/c.py", "work/pyvenv.cfg", "work/d.py", "env/bin/python", "env/e.py"}, nil, "a.py"},
		{"folders that only sound like one", []string{"venv/c.py", "env/e.py", "envs/prod.env"}, nil, "env/e.py envs/prod.env venv/c.py"},
		{"hidden folders", []string{".github/workflows/ci.yml", ".git/config"}, nil, ".github/workflows/ci.yml"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{}
			for _, name := range test.files {
				files[name] = ""
			}
			for name, text := range test.rules {
				files[name] = text
			}
			if got := listing(open(t, folder(t, files))); got != test.want {
				t.Errorf("listed %s\n  want %s", got, test.want)
			}
		})
	}
}

func TestFileErrors(t *testing.T) {
	outside := folder(t, map[string]string{"secret.env": "A=1", "dir/x.py": ""})
	root := folder(t, map[string]string{
		"binary.py": "a\x00b", "large.yml": strings.Repeat("a", configLimit+1), "large.py": strings.Repeat("#", sourceLimit+1),
		"fits.py": strings.Repeat("#", configLimit+1), "dir/a.py": "x = 1", ".gitignore": "hidden\n", "hidden/.env": "A=1",
	})
	link := func(target, name string) {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Skip("no symbolic links here: ", err)
		}
	}
	link(filepath.Join(outside, "secret.env"), "out.env")
	link(filepath.Join("..", filepath.Base(outside), "secret.env"), "up.env")
	link(filepath.Join(outside, "dir"), "outdir")
	link("loop", "loop")
	link("..", "dir/parent")
	link("dir/a.py", "inside.py")
	if runtime.GOOS != "windows" {
		if err := syscall.Mkfifo(filepath.Join(root, "pipe.py"), 0o644); err != nil {
			t.Fatal(err)
		}
		link("/dev/zero", "zero.py")
	}
	w := open(t, root)
	tree := w.Snapshot().Tree()
	tests := []struct {
		path source.Path
		want error
	}{
		{"fits.py", nil}, {"dir/a.py", nil}, {"inside.py", nil}, {"hidden/.env", nil}, {"./dir/../dir/a.py", nil},
		{"none.py", fs.ErrNotExist}, {"dir/a.py/b", fs.ErrNotExist}, {"loop", fs.ErrNotExist},
		{"binary.py", source.ErrNotText}, {"pipe.py", source.ErrNotText}, {"dir", source.ErrNotText}, {"", source.ErrNotText}, {"a\x00b", source.ErrNotText},
		{"large.yml", source.ErrTooLarge}, {"large.py", source.ErrTooLarge},
		{"out.env", source.ErrOutside}, {"up.env", source.ErrOutside}, {"outdir/x.py", source.ErrOutside}, {"zero.py", source.ErrOutside},
		{"../x", source.ErrOutside}, {"/etc/passwd", source.ErrOutside}, {"dir/../../x", source.ErrOutside},
	}
	for _, test := range tests {
		f, err := tree.File(test.path)
		if !errors.Is(err, test.want) || (test.want == nil && f == nil) {
			t.Errorf("File(%q) = %v, want %v", test.path, err, test.want)
		}
	}
	want := ".gitignore binary.py dir/a.py fits.py inside.py large.py large.yml"
	if got := listing(w); got != want {
		t.Errorf("listed %s\n  want %s", got, want)
	}
}

func TestOpenRefuses(t *testing.T) {
	root := folder(t, map[string]string{"main.py": ""})
	for name, want := range map[string]string{"main.py": "is not a folder", "none": "does not exist"} {
		_, err := Open(filepath.Join(root, name), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%s) = %v, want %q", name, err, want)
		}
	}
}

func TestBuffersHideTheDisk(t *testing.T) {
	w := open(t, folder(t, map[string]string{"a.py": "disk", ".gitignore": "ignored/\n"}))
	read := func(path source.Path) string {
		f, err := w.Snapshot().Tree().File(path)
		if err != nil {
			return "error"
		}
		return string(f.Text)
	}
	before := w.Snapshot()
	w.Apply(SetBuffer("a.py", 3, []byte("buffer")), SetBuffer("new/b.py", 1, []byte("new")), SetBuffer("ignored/c.py", 1, nil))
	if got := read("a.py") + " " + read("new/b.py"); got != "buffer new" {
		t.Errorf("read %q", got)
	}
	if got := w.Snapshot().Buffer("a.py").Version; got != 3 {
		t.Errorf("version %d", got)
	}
	if got := listing(w); got != ".gitignore a.py new/b.py" {
		t.Errorf("listed %s", got)
	}
	w.Apply(CloseBuffer("a.py"), CloseBuffer("new/b.py"))
	if got := read("a.py") + " " + read("new/b.py"); got != "disk error" {
		t.Errorf("after closing: %q", got)
	}
	if f, _ := before.Tree().File("a.py"); string(f.Text) != "disk" {
		t.Error("an earlier snapshot changed")
	}
}

func TestDiskChanges(t *testing.T) {
	root := folder(t, map[string]string{"a.py": "1", "pkg/b.py": "2", "pkg/c.py": "3"})
	w := open(t, root)
	check := func(change, want string) {
		t.Helper()
		if got := listing(w); got != want {
			t.Errorf("after %s: listed %s, want %s", change, got, want)
		}
	}
	write(t, root, "d.py", "4")
	w.Apply(DiskChanged("d.py"))
	check("creating d.py", "a.py d.py pkg/b.py pkg/c.py")
	if err := os.Rename(filepath.Join(root, "pkg"), filepath.Join(root, "lib")); err != nil {
		t.Fatal(err)
	}
	w.Apply(DiskChanged("pkg"), DiskChanged("lib"))
	check("renaming a folder", "a.py d.py lib/b.py lib/c.py")
	write(t, root, ".gitignore", "lib/\n")
	w.Apply(DiskChanged(".gitignore"))
	check("ignoring it", ".gitignore a.py d.py")
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	w.Apply(Rescan())
	check("deleting the root", "")
}

func TestAnswersAreSharedWhileNothingChanges(t *testing.T) {
	root := folder(t, map[string]string{"a.py": "x = 1\n", "b.py": ""})
	w := open(t, root)
	first := w.Snapshot()
	same := func(name string, want bool, changes ...Change) {
		t.Helper()
		before := w.Snapshot()
		if got := w.Apply(changes...).Same(before); got != want {
			t.Errorf("%s: shared %v, want %v", name, got, want)
		}
	}
	same("opening what is on disk", true, SetBuffer("a.py", 1, []byte("x = 1\n")))
	same("a new version without a change", true, SetBuffer("a.py", 2, []byte("x = 1\n")))
	same("an edit", false, SetBuffer("a.py", 3, []byte("x = 2\n")))
	write(t, root, "a.py", "x = 2\n")
	same("saving", true, DiskChanged("a.py"))
	same("closing after saving", true, CloseBuffer("a.py"))
	same("touching", true, DiskChanged("a.py"))
	if _, err := w.Snapshot().Tree().File("b.py"); err != nil {
		t.Fatal(err)
	}
	write(t, root, "b.py", "y = 1\n")
	same("a change on disk", false, DiskChanged("b.py"))
	same("a new file", false, SetBuffer("c.py", 1, nil))
	if f, _ := first.Tree().File("a.py"); string(f.Text) != "x = 1\n" {
		t.Error("the first snapshot changed")
	}
}

func TestFactsAreKeptByContent(t *testing.T) {
	w := open(t, folder(t, map[string]string{"a.py": "x = 1\n", "b.py": "y = 1\n"}))
	a, b := w.Snapshot().Module("a.py"), w.Snapshot().Module("b.py")
	s := w.Apply(SetBuffer("a.py", 1, []byte("x = 2\n")))
	if s.Module("b.py") != b || s.Module("a.py") == a {
		t.Error("an edit of a.py must extract a.py and nothing else")
	}
	if w.Apply(CloseBuffer("a.py")).Module("a.py") != a {
		t.Error("the text on disk was extracted twice")
	}
	if w.Snapshot().Module("none.py") != nil {
		t.Error("a missing file has no facts")
	}
}

func TestPath(t *testing.T) {
	root := folder(t, map[string]string{"real/a.py": ""})
	if err := os.Symlink("real", filepath.Join(root, "link")); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	w := open(t, filepath.Join(root, "link"))
	for _, name := range []string{"link/a.py", "real/a.py"} {
		if p, ok := w.Path(filepath.Join(root, name)); p != "a.py" || !ok {
			t.Errorf("Path(%s) = %q %v", name, p, ok)
		}
	}
	if _, ok := w.Path(root); ok {
		t.Error("the parent is not inside")
	}
	if !slices.Equal(w.Snapshot().Tree().Paths(), []source.Path{"a.py"}) {
		t.Error("a root that is a link is not listed")
	}
}
