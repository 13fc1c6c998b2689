package workspace

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"bearings/internal/testkit"
)

// findings are all answers of a folder in the form that can be compared.
func findings(t *testing.T, root, cache string) string {
	t.Helper()
	w, err := Open(root, Options{Cache: cache})
	if err != nil {
		t.Fatal(err)
	}
	result, err := w.Snapshot().Result(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(result.Findings)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// incidents copies some broken projects, so that they can be edited.
func incidents(t *testing.T) (roots []string) {
	t.Helper()
	for _, family := range []string{"jwt-agreement", "depends-chain", "secret-key", "middleware-order"} {
		found, err := filepath.Glob(filepath.Join(testkit.Root(t), "testdata", "incidents", family, "*"))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: no incident: %v", family, err)
		}
		for _, folder := range found[:min(2, len(found))] {
			root := t.TempDir()
			if err := os.CopyFS(root, os.DirFS(folder)); err != nil {
				t.Fatal(err)
			}
			roots = append(roots, root)
		}
	}
	return roots
}

// TestCacheChangesNothing compares runs with a cache that is empty, warm, out of
// date, damaged, of another version or another project's with runs without one.
func TestCacheChangesNothing(t *testing.T) {
	roots := incidents(t)
	cache := t.TempDir()
	compare := func(t *testing.T) {
		t.Helper()
		for _, root := range roots {
			if got, want := findings(t, root, cache), findings(t, root, ""); got != want {
				t.Errorf("%s: with a cache:\n%s\nwithout:\n%s", root, got, want)
			}
		}
	}
	compare(t)
	if packs := packs(t, cache); len(packs) != len(roots) {
		t.Fatalf("%d packs of %d projects", len(packs), len(roots))
	}
	compare(t)
	r := rand.New(rand.NewPCG(5, 6))
	for range 4 {
		for _, name := range packs(t, cache) {
			damage(t, name, func(pack []byte) []byte {
				for range 1 + r.IntN(3) {
					pack[r.IntN(len(pack))] ^= 1 << r.IntN(8)
				}
				return pack
			})
		}
		compare(t)
	}
	for _, name := range packs(t, cache) {
		damage(t, name, func(pack []byte) []byte { pack[20]++; return pack }) // the version
	}
	compare(t)
	for _, name := range packs(t, cache) {
		damage(t, name, func(pack []byte) []byte { return pack[:r.IntN(len(pack))] })
	}
	compare(t)
	list := packs(t, cache) // each project gets the pack of another one
	first, err := os.ReadFile(list[0])
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range list {
		damage(t, name, func([]byte) []byte {
			if i+1 == len(list) {
				return first
			}
			next, err := os.ReadFile(list[i+1])
			if err != nil {
				t.Fatal(err)
			}
			return next
		})
	}
	compare(t)
	for _, root := range roots {
		sameSizeAndDate(t, root)
	}
	compare(t)
}

func packs(t *testing.T, cache string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(cache, "*.facts"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func damage(t *testing.T, name string, change func([]byte) []byte) {
	t.Helper()
	pack, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, change(pack), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// sameSizeAndDate edits all Python files such that neither their size nor their date tells.
func sameSizeAndDate(t *testing.T, root string) {
	t.Helper()
	_ = filepath.WalkDir(root, func(name string, entry os.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".py" {
			return nil
		}
		info, _ := entry.Info()
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		edited := strings.ReplaceAll(strings.ReplaceAll(string(text), "HS256", "HS512"), "Depends", "Defends")
		if err := os.WriteFile(name, []byte(edited), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, info.ModTime(), info.ModTime()); err != nil {
			t.Fatal(err)
		}
		return nil
	})
}

// TestCacheOfPartialSnapshots checks that what is asked before the folder has
// been listed does not become the pack of the folder.
func TestCacheOfPartialSnapshots(t *testing.T) {
	root, cache := incidents(t)[0], t.TempDir()
	w, err := Open(root, Options{Cache: cache, Unscanned: true})
	if err != nil {
		t.Fatal(err)
	}
	w.Apply(SetBuffer("main.py", 1, []byte("from fastapi import FastAPI\napp = FastAPI()\n")))
	if _, err := w.Snapshot().Result(context.Background()); err != nil {
		t.Fatal(err)
	}
	if list := packs(t, cache); len(list) != 0 {
		t.Errorf("written before the folder was listed: %v", list)
	}
	w.Apply(CloseBuffer("main.py"))
	s, err := w.Scan(context.Background(), func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Findings(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	plain, err := open(t, root).Snapshot().Findings(context.Background())
	if err != nil || !reflect.DeepEqual(got, plain) {
		t.Errorf("a scan with a cache finds %v, one without %v, %v", got, plain, err)
	}
	if list := packs(t, cache); len(list) != 1 {
		t.Errorf("packs behind the scan: %v", list)
	}
}
