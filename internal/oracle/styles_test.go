package oracle

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bearings/internal/testkit"
)

// Small applications in the styles that people write them in: one package for
// each archive of testdata/oracle/styles, with its application in main.py.
func TestStyles(t *testing.T) {
	versions := []string{old}
	if testkit.All() {
		versions = Versions[:]
	}
	var scores []Score
	var all []Deviation
	for _, version := range versions {
		score, deviations := compareStyles(t, version)
		scores, all = append(scores, score), append(all, deviations...)
	}
	conclude(t, "Applications in many styles", scores, all, reachedStyles)
}

// compareStyles imports all of them with one version of FastAPI and compares each
// by itself.
func compareStyles(t *testing.T, version string) (Score, []Deviation) {
	t.Helper()
	python := interpreter(t, version)
	root := t.TempDir()
	names := styles(t, root)
	var batch []string
	for _, name := range names {
		batch = append(batch, name+".main:app")
	}
	dump, err := Import{Python: python, Script: script(t), Root: root, Batch: batch, SysPath: []string{"."}}.Run(within(t, 5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	many, err := dump.Many()
	if err != nil {
		t.Fatal(err)
	}
	total, all := Score{Project: "styles, FastAPI " + version}, []Deviation(nil)
	for i, name := range names {
		if many[i].Error != "" {
			if version == old { // others lack a method or cannot read an annotation that a style is about
				t.Errorf("%s, FastAPI %s: %s\n%s", name, version, many[i].Error, many[i].Trace)
			}
			total.Unimported++
			continue
		}
		tree, err := Load(root, []string{name}, version)
		if err != nil {
			t.Fatal(err)
		}
		score, deviations, err := CompareAll(version+" "+name, many[i], Model(Link(tree, nil)))
		if err != nil {
			t.Fatal(err)
		}
		total.Add(score)
		all = append(all, deviations...)
	}
	return total, all
}

// styles writes the packages below root and returns their names.
func styles(t *testing.T, root string) []string {
	t.Helper()
	archives, err := filepath.Glob("../../testdata/oracle/styles/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	var names []string
	for _, archive := range archives {
		text, err := os.ReadFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(archive), ".txtar")
		names = append(names, name)
		var file string
		var body strings.Builder
		save := func() {
			if file == "" {
				return
			}
			path := filepath.Join(root, name, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(body.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "-- "); ok {
				save()
				file = strings.TrimSuffix(strings.TrimSpace(rest), " --")
				body.Reset()
				continue
			}
			body.WriteString(line)
		}
		save()
	}
	return names
}
