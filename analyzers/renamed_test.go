package analyzers_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/fixture"
	"bearings/internal/source"
)

// TestRenamed analyses every incident and every case of the rules a second time
// with functions, classes and modules renamed: the same rules must find the same
// lines with the same certainty, and the model must have the same operations, for
// both go by meaning and not by names.
func TestRenamed(t *testing.T) {
	projects := map[string]map[source.Path]string{}
	for _, c := range incidents(t) {
		for _, tree := range []string{"broken", "fixed", "project"} {
			if c.quiet() == (tree == "project") {
				projects[c.name+"/"+tree] = readTree(t, filepath.Join(incidentFolder, c.name, tree))
			}
		}
	}
	archives, err := filepath.Glob("rules/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range archives {
		c, err := fixture.ReadArchive(name)
		if err != nil {
			t.Fatal(err)
		}
		projects[c.Name] = c.Files
	}
	for _, name := range slices.Sorted(maps.Keys(projects)) {
		renamed, moved := fixture.Renamed(projects[name])
		before, after := summary(projects[name], moved), summary(renamed, nil)
		for line, n := range before {
			if after[line] < n {
				t.Errorf("%s: lost after renaming: %s", name, line)
			}
		}
		for line, n := range after {
			if before[line] < n {
				t.Errorf("%s: new after renaming: %s", name, line)
			}
		}
	}
}

// summary counts findings by code, place and certainty, and operations by what
// guards them, without any name.
func summary(files map[source.Path]string, moved map[source.Path]source.Path) map[string]int {
	p := fixture.Analyse(files)
	count := map[string]int{}
	for _, f := range analyzers.Run(p, analyzers.All()).Findings {
		path := f.At.Path
		if to, ok := moved[path]; ok {
			path = to
		}
		_, line, _ := strings.Cut(fixture.Place(p, f.At), ":")
		count[fmt.Sprintf("%s %s:%s %s", f.Code, path, line, f.Certainty)]++
	}
	for _, app := range p.Apps {
		count[fmt.Sprintf("an application with %d gaps, %d middleware", len(app.Gaps), len(app.Middleware))]++
		for _, o := range app.Operations {
			count[fmt.Sprintf("%s, protected: %t, %d dependencies", o.ID(), o.Protected, len(o.Dependencies))]++
		}
	}
	for _, call := range p.Tokens {
		count[fmt.Sprintf("%s by %s with %d claims", call.Operation, call.Library, len(call.Claims))]++
	}
	return count
}
