package analyzers_test

import (
	"fmt"
	"math/rand/v2"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/fixture"
	"bearings/internal/source"
)

// TestNeighbours puts three projects into one repository, at random, each in a
// folder of its own: nothing is found in one of them that is not found in it alone.
func TestNeighbours(t *testing.T) {
	type project struct {
		name  string
		files map[source.Path]string
		alone map[string]bool
	}
	var all []project
	for _, c := range incidents(t) {
		trees := []string{"fixed", "broken"}
		if c.quiet() {
			trees = []string{"project"}
		}
		for _, tree := range trees {
			files := readTree(t, filepath.Join(incidentFolder, c.name, tree))
			all = append(all, project{c.name + "/" + tree, files, loud(files, "")})
		}
	}
	random := rand.New(rand.NewPCG(17, 4))
	for round := range 150 {
		together := map[source.Path]string{}
		picked := map[string]project{}
		var others []string
		for i := range 3 {
			p := all[random.IntN(len(all))]
			if slices.ContainsFunc(others, func(o string) bool { return path.Dir(o) == path.Dir(p.name) }) {
				continue // two states of one project are no neighbours
			}
			folder := fmt.Sprintf("services/s%d/", i)
			picked[folder] = p
			others = append(others, p.name)
			for name, text := range p.files {
				together[source.Path(folder)+name] = text
			}
		}
		for folder, p := range picked {
			for what := range loud(together, folder) {
				if !p.alone[what] && !p.alone[strings.Replace(what, "hypothesis", "confirmed", 1)] {
					t.Errorf("round %d: %s in %s beside %s: new: %s", round, p.name, folder, strings.Join(others, ", "), what)
				}
			}
		}
	}
}

// loud names the findings below a folder that are more than hints, with their
// places seen from there.
func loud(files map[source.Path]string, folder string) map[string]bool {
	p := fixture.Analyse(files)
	out := map[string]bool{}
	for _, f := range analyzers.Run(p, analyzers.All()).Findings {
		if file, within := strings.CutPrefix(string(f.At.Path), folder); within && f.Severity > analyzers.Hint {
			_, line, _ := strings.Cut(fixture.Place(p, f.At), ":")
			out[fmt.Sprintf("%s %s:%s %s", f.Code, file, line, f.Certainty)] = true
		}
	}
	return out
}
