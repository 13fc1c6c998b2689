package analyzers_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"bearings/analyzers"
	"bearings/analyzers/internal/registry"
)

// TestGenerated fails when all.go or docs/rules is not what the rules would give.
func TestGenerated(t *testing.T) {
	const repair = "run: go generate ./analyzers"
	files, err := registry.Generate(".")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if old, err := os.ReadFile(filepath.Join("..", name)); err != nil || !bytes.Equal(old, text) {
			t.Errorf("%s is stale; %s", name, repair)
		}
	}
	for _, name := range registry.StalePages("..", files) {
		t.Errorf("%s belongs to no rule; %s", name, repair)
	}
}

// TestValidate holds all rules against the contract of a rule.
func TestValidate(t *testing.T) {
	if err := analyzers.Validate(analyzers.All()); err != nil {
		t.Error(err)
	}
}

// TestFolders finds folders of pages and cases that no rule has.
func TestFolders(t *testing.T) {
	folders, err := os.ReadDir("rules")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, rule := range analyzers.All() {
		known[rule.Code] = true
	}
	for _, folder := range folders {
		if folder.IsDir() && !known[folder.Name()] {
			t.Errorf("rules/%s belongs to no rule: no file here declares var X = &Analyzer{Code: %q, …}", folder.Name(), folder.Name())
		}
	}
}
