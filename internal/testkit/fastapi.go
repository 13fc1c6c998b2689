package testkit

import (
	"os"
	"path/filepath"
	"testing"
)

// FastAPI returns the interpreter of an environment with a current FastAPI and
// the token, settings and server libraries of testdata/incidents/requirements.txt.
func FastAPI(t testing.TB) string { return fromList(t, "fastapi", "requirements.txt") }

// OldFastAPI is FastAPI with version 0.115, which answers in several ways differently.
func OldFastAPI(t testing.TB) string { return fromList(t, "fastapi-old", "requirements_old.txt") }

func fromList(t testing.TB, name, list string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Root(t), "testdata", "incidents", list))
	if err != nil {
		t.Fatal(err)
	}
	return Python(t, name, string(text))
}

// Root returns the folder of the repository: the one with go.mod, above the test's.
func Root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		if filepath.Dir(folder) == folder {
			t.Fatal("no go.mod above the test's folder")
		}
		folder = filepath.Dir(folder)
	}
}
