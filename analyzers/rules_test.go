package analyzers_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"bearings/analyzers"
	"bearings/internal/fixture"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestRules runs every case under rules, and every Example and Instead of the
// pages, with all rules.
func TestRules(t *testing.T) {
	folders, err := os.ReadDir("rules")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		t.Run(folder.Name(), func(t *testing.T) {
			t.Parallel()
			page, err := os.ReadFile(filepath.Join("rules", folder.Name(), "doc.md"))
			if err != nil {
				t.Error(err)
			}
			for _, c := range fixture.ReadPage(folder.Name(), string(page)) {
				check(t, c, "")
			}
			archives, err := filepath.Glob(filepath.Join("rules", folder.Name(), "*.txtar"))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range archives {
				c, err := fixture.ReadArchive(name)
				if err != nil {
					t.Error(err)
					continue
				}
				check(t, c, name)
			}
		})
	}
}

// check reports all complaints about a case; name is its file, where goldens may be written.
func check(t *testing.T, c *fixture.Case, name string) {
	t.Helper()
	out := fixture.Check(c, analyzers.All())
	for _, complaint := range out.Complaints {
		t.Errorf("%s: %s", c.Name, complaint)
	}
	stale := fixture.Stale(c, out.Golden)
	if stale == "" {
		return
	}
	if !*update {
		t.Errorf("%s: %s\nto accept it: go test ./analyzers -run TestRules -update", c.Name, stale)
		return
	}
	if err := fixture.WriteGolden(name, out.Golden); err != nil {
		t.Error(err)
	}
}
