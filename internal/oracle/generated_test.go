package oracle

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bearings/internal/oracle/generate"
	"bearings/internal/testkit"
)

// perProcess is how many generated applications one Python process imports.
const perProcess = 25

// Random applications out of the constructs that real projects use: what the
// model says of each is what FastAPI builds.
func TestGenerated(t *testing.T) {
	count := 30
	versions := []string{old}
	switch {
	case testkit.Whole():
		count, versions = 300, Versions[:]
	case testkit.All():
		count, versions = perProcess*len(Versions), Versions[:]
	}
	var scores []Score
	var all []Deviation
	for i, version := range versions {
		share := count / len(versions)
		score, deviations := compareGenerated(t, version, uint64(i*share), share)
		scores = append(scores, score)
		all = append(all, deviations...)
	}
	conclude(t, fmt.Sprintf("%d generated applications", count), scores, all, reachedGenerated)
}

// compareGenerated compares the applications of the seeds from first on.
func compareGenerated(t *testing.T, version string, first uint64, count int) (Score, []Deviation) {
	t.Helper()
	python := interpreter(t, version)
	total, all := Score{Project: "generated, FastAPI " + version}, []Deviation(nil)
	for done := 0; done < count; done += perProcess {
		root := keepOrTemp(t, fmt.Sprintf("%s-%d", version, done))
		var batch []string
		for n := done; n < min(done+perProcess, count); n++ {
			p := generate.New(first+uint64(n), fmt.Sprintf("gen%04d", first+uint64(n)))
			write(t, root, p)
			batch = append(batch, p.App)
		}
		what := Import{Python: python, Script: script(t), Root: root, Batch: batch, SysPath: []string{"."}}
		dump, err := what.Run(within(t, 5*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		tree, err := Load(root, nil, version)
		if err != nil {
			t.Fatal(err)
		}
		score, deviations := compareMany(t, "generated "+version, dump, tree)
		if score.Unimported*4 > len(batch) {
			t.Errorf("FastAPI %s imports %d of %d generated applications", version, len(batch)-score.Unimported, len(batch))
		}
		total.Add(score)
		all = append(all, deviations...)
	}
	return total, all
}

// keepOrTemp is a temporary folder, or one that stays below the folder that
// BEARINGS_ORACLE_KEEP names.
func keepOrTemp(t *testing.T, name string) string {
	t.Helper()
	keep := os.Getenv("BEARINGS_ORACLE_KEEP")
	if keep == "" {
		return t.TempDir()
	}
	dir := filepath.Join(keep, name)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, root string, p generate.Package) {
	t.Helper()
	for name, text := range p.Files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
