package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestProbes runs the probes of all incidents against real FastAPI: the broken
// project must misbehave as recorded, and the fixed one behave. It takes more
// than a minute; it stands in this package, which no rule belongs to, so that go
// test repeats it only when an incident has changed.
func TestProbes(t *testing.T) {
	python, old := FastAPI(t), OldFastAPI(t)
	// A copy: some projects write files. Copying also tells go test, which sees only
	// what the test itself opens, on which files the answer depends.
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(Root(t), "testdata", "incidents"))); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{
		{"run_probes_A.py"},
		{"run_probes_B.py", "--old-python", old},
	} {
		t.Run(command[0], func(t *testing.T) {
			run := exec.Command(python, command...)
			run.Dir = folder
			run.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
			out, err := run.CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
