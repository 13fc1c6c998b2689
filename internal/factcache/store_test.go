package factcache

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"bearings/internal/python"
	"bearings/internal/source"
)

const root = "/srv/project"

// texts are files of a project that is too small to matter and has all that is hard.
func texts(n int) map[source.Path]string {
	out := map[source.Path]string{
		"empty.py":  "",
		"broken.py": "def f(:\n  x = (1,\nclass",
		"latin.py":  "x = 'sp\xe4ter'",
	}
	for i := range n {
		out[source.Path(fmt.Sprintf("m%d.py", i))] = fmt.Sprintf("from fastapi import FastAPI\napp = FastAPI()\n@app.get('/%d')\nasync def f%d(x: int = %d) -> str:\n    return f'{x}'\n", i, i, i)
	}
	return out
}

// run extracts all texts as one run of the program does, compares the results
// with what python.Extract says, and returns how many came from the cache.
func run(t *testing.T, folder string, files map[source.Path]string) int {
	t.Helper()
	s := Open(folder, root)
	for path, text := range files {
		got, want := s.Extract(path, []byte(text)), python.Extract(path, []byte(text))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the cache says something else", path)
		}
	}
	hits := 0
	for _, p := range s.index {
		if p.used.Load() {
			hits++
		}
	}
	if err := s.Flush(); err != nil {
		t.Errorf("flush: %v", err)
	}
	drafts, err := filepath.Glob(filepath.Join(folder, "*"+draftMiddle+"*"))
	if err != nil || len(drafts) > 0 {
		t.Errorf("drafts were left behind: %v %v", drafts, err)
	}
	return hits
}

func TestWarm(t *testing.T) {
	folder, files := filepath.Join(t.TempDir(), "new", "facts"), texts(5)
	if hits := run(t, folder, files); hits != 0 {
		t.Errorf("%d hits in an empty cache", hits)
	}
	if hits := run(t, folder, files); hits != len(files) {
		t.Errorf("%d hits of %d files", hits, len(files))
	}
	info, err := os.Stat(filepath.Join(folder, packName(root)))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the pack can be read by others: %v %v", info.Mode(), err)
	}
	// A file of the same name, size and date with another text is another file.
	files["m0.py"] = strings.Replace(files["m0.py"], "GET", "PUT", 1)
	files["m1.py"] = strings.Replace(files["m1.py"], "int = 1", "int = 9", 1)
	if hits := run(t, folder, files); hits != len(files)-1 {
		t.Errorf("%d hits of %d files after an edit", hits, len(files))
	}
	files["copied.py"] = files["m1.py"]
	if hits := run(t, folder, files); hits != len(files)-1 {
		t.Errorf("%d hits of %d files, two of which are the same", hits, len(files))
	}
}

// TestForgets checks that a pack does not grow with what nobody asks for any more.
func TestForgets(t *testing.T) {
	folder := t.TempDir()
	run(t, folder, texts(200))
	name := filepath.Join(folder, packName(root))
	before, _ := os.Stat(name)
	run(t, folder, texts(10))
	after, _ := os.Stat(name)
	if after.Size() > before.Size()/10 {
		t.Errorf("%d bytes of 203 files, %d bytes of 13", before.Size(), after.Size())
	}
}

// TestFlushEnds checks that a store without a pack, or behind its end, only extracts.
func TestFlushEnds(t *testing.T) {
	folder := t.TempDir()
	s := Open(folder, root)
	if err := s.Flush(); err != nil {
		t.Error(err)
	}
	for _, s := range []*Store{s, Open("", root), nil} {
		if m := s.Extract("a.py", []byte("x = 1")); len(m.Body) != 1 {
			t.Errorf("%v", m)
		}
		if err := s.Flush(); err != nil {
			t.Error(err)
		}
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}

// TestNoFolder checks that the cache may be impossible.
func TestNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := Open(file, root)
	if m := s.Extract("a.py", []byte("x = 1")); len(m.Body) != 1 {
		t.Errorf("%v", m)
	}
	if s.Flush() == nil {
		t.Error("facts were kept below a file")
	}
}

// TestDamagedPack changes a pack in every way that disks and people have. Run
// checks that no answer is wrong; afterwards the cache has to work again.
func TestDamagedPack(t *testing.T) {
	files := texts(3)
	made := t.TempDir()
	run(t, made, files)
	good, err := os.ReadFile(filepath.Join(made, packName(root)))
	if err != nil {
		t.Fatal(err)
	}
	damage := map[string][]byte{"empty": {}, "text": []byte("hello"), "longer": append(append([]byte{}, good...), 0)}
	for i := range good {
		if i < headerSize || i%17 == 0 || i > len(good)-len(files)*indexEntry {
			flipped := append([]byte{}, good...)
			flipped[i] ^= 1 << (i % 8)
			damage[fmt.Sprintf("bit flipped in byte %d", i)] = flipped
		}
		if i%97 == 0 {
			damage[fmt.Sprintf("cut to %d bytes", i)] = good[:i]
			damage[fmt.Sprintf("zeros from %d", i)] = append(append([]byte{}, good[:i]...), make([]byte, len(good)-i)...)
			damage[fmt.Sprintf("one byte missing at %d", i)] = append(append([]byte{}, good[:i]...), good[i+1:]...)
		}
	}
	for what, pack := range damage {
		t.Run(what, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, packName(root)), pack, 0o600); err != nil {
				t.Fatal(err)
			}
			if hits := run(t, folder, files); hits >= len(files) {
				t.Errorf("%d hits of %d in a damaged pack", hits, len(files))
			}
			if hits := run(t, folder, files); hits != len(files) {
				t.Errorf("%d hits of %d in the pack that followed", hits, len(files))
			}
		})
	}
}

// TestGarbage writes random bytes in place of a pack.
func TestGarbage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	files := texts(1)
	for n := range 50 {
		folder, pack := t.TempDir(), make([]byte, n*40)
		for i := range pack {
			pack[i] = byte(r.Uint32())
		}
		copy(pack, magic)
		if err := os.WriteFile(filepath.Join(folder, packName(root)), pack, 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, folder, files)
	}
}

// TestShared lets many runs read and replace one pack at once.
func TestShared(t *testing.T) {
	folder := t.TempDir()
	var runs sync.WaitGroup
	for n := range 12 {
		runs.Go(func() {
			for round := range 6 {
				s := Open(folder, root)
				files := texts(n + round*3)
				for path, text := range files {
					if got, want := s.Extract(path, []byte(text)), python.Extract(path, []byte(text)); !reflect.DeepEqual(got, want) {
						t.Errorf("%s: the cache says something else", path)
					}
				}
				if err := s.Flush(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	runs.Wait()
	file, index := openPack(filepath.Join(folder, packName(root)))
	if file == nil || len(index) == 0 {
		t.Fatal("no whole pack is left")
	}
	_ = file.Close()
}

func TestClean(t *testing.T) {
	folder := t.TempDir()
	run(t, folder, texts(1))
	draft, other := filepath.Join(folder, "x"+draftMiddle+"1"), filepath.Join(folder, "notes.txt")
	for _, name := range []string{draft, other} {
		if err := os.WriteFile(name, []byte("12345"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	freed, err := Clean(folder)
	if err != nil || freed < 100 {
		t.Errorf("%d bytes freed, error %v", freed, err)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 || entries[0].Name() != "notes.txt" {
		t.Errorf("left: %v", entries)
	}
	if freed, err := Clean(filepath.Join(folder, "absent")); err != nil || freed != 0 {
		t.Errorf("%d bytes freed of nothing, error %v", freed, err)
	}
}

func TestTrim(t *testing.T) {
	folder := t.TempDir()
	for i, name := range []string{"kept.facts", "old.facts", "young.facts", "a.facts.new1", "b.facts.new2", "c.txt"} {
		full := filepath.Join(folder, name)
		if err := os.WriteFile(full, make([]byte, 100), 0o600); err != nil {
			t.Fatal(err)
		}
		date := time.Now().Add(time.Duration(i-4)*draftLife - time.Minute)
		if err := os.Chtimes(full, date, date); err != nil {
			t.Fatal(err)
		}
	}
	young := filepath.Join(folder, "b.facts.new2")
	if err := os.Chtimes(young, time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	trim(folder, "kept.facts", 250)
	var left []string
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if got := strings.Join(left, " "); got != "b.facts.new2 c.txt kept.facts young.facts" {
		t.Errorf("left: %s", got)
	}
}
