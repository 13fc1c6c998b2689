package testkit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Python returns the interpreter of a virtual environment that has the given
// requirements, one a line as pip reads them. Environments live in the user's
// cache folder under bearings-test, one for each name and list. One that is not
// there is built where every test must run; elsewhere the test is skipped.
func Python(t testing.TB, name, requirements string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		Skip(t, "there is no cache folder for Python environments: "+err.Error())
	}
	sum := sha256.Sum256([]byte(requirements))
	folder := filepath.Join(cache, "bearings-test", name+"-"+hex.EncodeToString(sum[:4]))
	python := filepath.Join(folder, "bin", "python")
	if runtime.GOOS == "windows" {
		python = filepath.Join(folder, "Scripts", "python.exe")
	}
	if isReady(folder) {
		return python
	}
	if !All() {
		Skip(t, "no Python environment "+folder+"; "+AllVariable+"=1 builds it")
	}
	unlock := lock(t, folder+".lock")
	defer unlock()
	if !isReady(folder) {
		build(t, folder, python, requirements)
	}
	return python
}

func isReady(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "ready"))
	return err == nil
}

// build makes the environment from nothing; what a broken attempt left is removed.
func build(t testing.TB, folder, python, requirements string) {
	t.Helper()
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	list := folder + ".txt"
	if err := os.WriteFile(list, []byte(requirements), 0o644); err != nil {
		t.Fatal(err)
	}
	base := "python3"
	if named := os.Getenv("BEARINGS_TEST_PYTHON"); named != "" {
		base = named
	}
	for _, command := range [][]string{
		{base, "-m", "venv", folder},
		{python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", list},
	} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "ready"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
}

// lock waits until no other test process builds the environment. A lock that is
// older than a quarter of an hour was left by a process that died.
func lock(t testing.TB, name string) (unlock func()) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	for {
		err := os.Mkdir(name, 0o755)
		if err == nil {
			return func() { _ = os.Remove(name) }
		}
		if !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > 15*time.Minute {
			_ = os.Remove(name)
		}
		time.Sleep(500 * time.Millisecond)
	}
}
