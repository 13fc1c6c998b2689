package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"bearings/analyzers"
	"bearings/internal/report"
	"bearings/internal/source"
)

// safeEdits gathers, for each file, the edits of the first safe fix of every
// confirmed finding. A fix that overlaps an earlier one is left for the next run.
func safeEdits(a *answer) report.Edits {
	out := report.Edits{}
	for _, f := range a.findings().Findings {
		if f.Certainty != analyzers.Confirmed {
			continue
		}
		for _, fix := range f.Fixes {
			if fix.Safe && len(fix.Edits) > 0 {
				out.Add(fix.Edits)
				break
			}
		}
	}
	return out
}

// applyFixes writes the safe fixes to disk and looks at the project again. What
// was written is told on w.
func applyFixes(ctx context.Context, a *answer, rules choice, w io.Writer) (*answer, error) {
	edits := safeEdits(a)
	if len(edits) == 0 {
		return a, nil
	}
	for _, path := range slices.Sorted(maps.Keys(edits)) {
		if err := applyTo(a, path, edits[path]); err != nil {
			return nil, err
		}
		fmt.Fprintf(w, "fixed %s\n", path)
	}
	return analyse(ctx, a.target, rules)
}

// applyTo edits one file, provided that it still is what was analysed. The new
// text takes the place of the old in one step.
func applyTo(a *answer, path source.Path, edits []source.Edit) error {
	fail := func(err error) error { return fmt.Errorf("fix %s: %w", path, err) }
	file, err := a.project.Tree.File(path)
	if err != nil {
		return fail(plain(err))
	}
	text, err := source.Apply(file.Text, edits)
	if err != nil {
		return fail(err)
	}
	root, err := os.OpenRoot(a.workspace.RealRoot())
	if err != nil {
		return fail(plain(err))
	}
	defer func() { _ = root.Close() }()
	name := filepath.FromSlash(string(path))
	info, err := root.Stat(name)
	if err != nil {
		return fail(plain(err))
	}
	if now, err := root.ReadFile(name); err != nil {
		return fail(plain(err))
	} else if string(now) != string(file.Text) {
		return fail(fmt.Errorf("it has changed in the meantime"))
	}
	if link, err := root.Lstat(name); err != nil || link.Mode()&os.ModeSymlink != 0 {
		// Replacing a link would detach it from what it names.
		if err := root.WriteFile(name, text, info.Mode().Perm()); err != nil {
			return fail(plain(err))
		}
		return nil
	}
	fresh := name + ".bearings-new"
	if err := root.WriteFile(fresh, text, info.Mode().Perm()); err != nil {
		return fail(plain(err))
	}
	if err := root.Rename(fresh, name); err != nil {
		_ = root.Remove(fresh)
		return fail(plain(err))
	}
	return nil
}
