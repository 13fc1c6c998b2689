package testkit

import (
	"io/fs"
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
	folder := filepath.Join(Root(t), "testdata", "incidents")
	look(t, folder)
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

// look reads every file that the probes read, because go test knows only what
// the test itself has opened when it decides whether to repeat it.
func look(t *testing.T, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "open.txt" || entry.Name() == "codes.toml" {
			return err
		}
		_, err = os.ReadFile(name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
