// Command generate writes analyzers/all.go and docs/rules from the rules. It is
// run by "go generate ./analyzers"; the folder that it starts in is analyzers.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"bearings/analyzers/internal/registry"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// generate writes what differs. The pages come from the folder and not from the
// package, so that a new rule needs one run only.
func generate() error {
	files, err := registry.Generate(".")
	if err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join("..", name)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return registry.RemoveStale("..", files)
}
