package environment

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bearings/internal/source"
)

// folderTree reads a folder below testdata into memory.
func folderTree(t *testing.T, folder string) source.MapTree {
	t.Helper()
	tree := source.MapTree{}
	err := filepath.WalkDir(folder, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(folder, p)
		if err != nil {
			return err
		}
		path := source.Path(filepath.ToSlash(rel))
		tree[path] = source.NewFile(path, text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// named returns the environment of a name, and fails when there is none.
func named(t *testing.T, all []*Environment, name string) *Environment {
	t.Helper()
	var names []string
	for _, e := range all {
		if e.Name == name {
			return e
		}
		names = append(names, e.Name)
	}
	t.Fatalf("no environment %q among %q", name, names)
	return nil
}

// place renders a location as path:line, for comparison.
func place(tree source.Tree, at source.Location) string {
	if at.IsZero() {
		return ""
	}
	file, err := tree.File(at.Path)
	if err != nil {
		return string(at.Path) + ":?"
	}
	return fmt.Sprintf("%s:%d", at.Path, file.LineNumber(at.Span.Start))
}

// text returns what a location covers.
func text(t *testing.T, tree source.Tree, at source.Location) string {
	t.Helper()
	file, err := tree.File(at.Path)
	if err != nil {
		t.Fatal(err)
	}
	return file.Slice(at.Span)
}

// describe renders an environment in full, for test failures and dumps of test
// data only: the values in test data are no secrets.
func describe(tree source.Tree, e *Environment) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s [%s] at %s", e.Name, e.Kind, place(tree, e.At))
	if e.Outside != "" {
		fmt.Fprintf(&out, "; outside: %s", e.Outside)
	}
	fmt.Fprintf(&out, "\n  dir %q known=%v at %s candidates %v\n", e.WorkDir.Path, e.WorkDir.Known, place(tree, e.WorkDir.At), e.WorkDir.Candidates)
	for _, name := range e.Names() {
		for i, a := range e.Variables[name] {
			mark := " "
			if i > 0 {
				mark = "  shadowed"
			}
			fmt.Fprintf(&out, " %s %s=%q known=%v via %s at %s", mark, name, a.Value.Expose(), a.Known, a.Via, place(tree, a.At))
			if a.Altered != "" {
				fmt.Fprintf(&out, " altered: %s (%q)", a.Altered, text2(tree, a.AlteredAt))
			}
			if len(a.Unset) > 0 {
				fmt.Fprintf(&out, " unset: %v", a.Unset)
			}
			fmt.Fprintln(&out)
		}
	}
	for _, a := range e.BuildArgs {
		fmt.Fprintf(&out, "  arg %s known=%v via %s at %s\n", a.Name, a.Known, a.Via, place(tree, a.At))
	}
	for _, c := range e.Commands {
		fmt.Fprintf(&out, "  command %s %s workers=%d dir=%q appdir=%q at %s\n", c.Server, c.App, c.Workers, c.WorkDir.Path, c.AppDir.Path, place(tree, c.At))
	}
	if e.Replicas.N != 0 {
		fmt.Fprintf(&out, "  replicas %d\n", e.Replicas.N)
	}
	for _, g := range e.Gaps {
		fmt.Fprintf(&out, "  gap %s: %s\n", place(tree, g.At), g.Reason)
	}
	return out.String()
}

func text2(tree source.Tree, at source.Location) string {
	file, err := tree.File(at.Path)
	if err != nil {
		return ""
	}
	return file.Slice(at.Span)
}
