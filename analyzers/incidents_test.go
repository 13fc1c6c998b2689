package analyzers_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bearings/internal/fixture"
)

var onlyCase = flag.String("case", "", "TestIncidents: print all that is found in the cases whose name has this text")

// openFile lists the answers that are not reached yet, one a line. It is a
// ratchet: -update takes lines out and never puts one in.
const openFile = "testdata/incident_open.txt"

// TestIncidents compares the rules with the recorded incidents. It fails for an
// answer that is wrong and not listed as open. One case in full:
//
//	go test ./analyzers -run TestIncidents -v -args -case oauth2-scheme/tokenurl-router-prefix
func TestIncidents(t *testing.T) {
	cases := incidents(t)
	if *onlyCase != "" {
		printCases(t, cases)
		return
	}
	open := readOpen(t)
	board := newBoard()
	var still, reached []string
	for _, c := range cases {
		for _, a := range c.score(t) {
			board.add(c, a)
			id := strings.TrimSpace(c.name + " " + string(a.measure) + " " + a.subject)
			listed := open == nil || slices.Contains(open, id)
			switch {
			case !a.good && listed:
				still = append(still, id)
			case !a.good:
				t.Errorf("%s\n    %s\n    says the user: %s\n    %s\n    in full: go test ./analyzers -run TestIncidents -v -args -case %s",
					id, c.Title, c.Symptom, strings.ReplaceAll(a.why, "\n", "\n    "), c.name)
			case listed && open != nil:
				reached = append(reached, id)
			}
		}
	}
	t.Log("\n" + board.String())
	switch {
	case open == nil || *update:
		if err := os.WriteFile(openFile, []byte(strings.Join(append(still, ""), "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	case len(reached) > 0:
		t.Logf("%d answers of %s are reached; keep them so: go test ./analyzers -run TestIncidents -update\n  %s",
			len(reached), openFile, strings.Join(reached, "\n  "))
	}
}

// TestIncidentPlaces holds the cases against their own sources and the rules.
func TestIncidentPlaces(t *testing.T) {
	for _, c := range incidents(t) {
		tree := "broken"
		if c.quiet() {
			tree = "project"
		} else if len(c.Findings) == 0 || len(c.codes) == 0 {
			t.Errorf("%s: no finding, or no code in incident_codes.toml", c.name)
		}
		texts := readTree(t, filepath.Join(incidentFolder, c.name, tree))
		for _, place := range slices.Concat(c.Findings, c.Related, c.Also, c.Tempting) {
			lines := strings.Split(texts[place.File], "\n")
			if place.Line < 1 || place.Line > len(lines) || !strings.Contains(lines[place.Line-1], place.Text) {
				t.Errorf("%s: %s:%d does not have %q", c.name, place.File, place.Line, place.Text)
			}
		}
	}
}

// readOpen returns the listed answers, or nil when the list does not exist yet.
func readOpen(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(openFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// printCases prints what was found in chosen cases.
func printCases(t *testing.T, cases []*incident) {
	t.Helper()
	for _, c := range cases {
		if !strings.Contains(c.name, *onlyCase) {
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "\n%s: %s\n", c.name, c.Title)
		for _, s := range []string{c.Symptom, c.Trap, c.WhyQuiet, c.Explanation} {
			if s != "" {
				fmt.Fprintf(&b, "  %s\n", s)
			}
		}
		for _, kind := range []struct {
			say    string
			places []incidentPlace
		}{{"want", c.Findings}, {"because", c.Related}, {"also", c.Also}, {"tempting", c.Tempting}} {
			for _, p := range kind.places {
				fmt.Fprintf(&b, "  %-8s %s:%d `%s` %s\n", kind.say, p.File, p.Line, p.Text, p.Note)
			}
		}
		fmt.Fprintf(&b, "  by       %s, %s\n", strings.Join(c.codes, " or "), c.Certainty)
		trees := []string{"broken", "fixed"}
		if c.quiet() {
			trees = []string{"project"}
		}
		for _, tree := range trees {
			fmt.Fprintf(&b, "\n  %s/\n%s", tree, describeAll(c.analyse(t, tree)))
		}
		b.WriteString("\n")
		for _, a := range c.score(t) {
			if a.good {
				fmt.Fprintf(&b, "  good  %s %s\n", a.measure, a.subject)
			} else {
				fmt.Fprintf(&b, "  WRONG %s %s: %s\n", a.measure, a.subject, a.why)
			}
		}
		t.Log(b.String())
	}
}

func describeAll(o outcome) string {
	var b strings.Builder
	for _, f := range o.findings {
		b.WriteString(fixture.Describe(o.project, f) + "\n")
	}
	for _, problem := range o.problems {
		fmt.Fprintf(&b, "    %s\n", problem)
	}
	if b.Len() == 0 {
		b.WriteString("    nothing is found\n")
	}
	return b.String()
}

// board counts answers by family.
type board struct {
	families []string
	good     map[string]map[measure]int
	all      map[string]map[measure]int
}

func newBoard() *board {
	return &board{good: map[string]map[measure]int{}, all: map[string]map[measure]int{}}
}

func (b *board) add(c *incident, a answer) {
	for _, family := range []string{c.Family, "all"} {
		if b.all[family] == nil {
			b.families = append(b.families, family)
			b.good[family], b.all[family] = map[measure]int{}, map[measure]int{}
		}
		b.all[family][a.measure]++
		if a.good {
			b.good[family][a.measure]++
		}
	}
}

// String prints the board, one family a line.
func (b *board) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%-18s", "family")
	for _, goal := range goals {
		fmt.Fprintf(&out, "%22s", fmt.Sprintf("%s ≥%.0f%%", goal.measure, goal.percent))
	}
	families := slices.DeleteFunc(slices.Clone(b.families), func(f string) bool { return f == "all" })
	for _, family := range append(families, "all") {
		fmt.Fprintf(&out, "\n%-18s", family)
		for _, goal := range goals {
			good, all := b.good[family][goal.measure], b.all[family][goal.measure]
			cell := ""
			if all > 0 {
				percent := 100 * float64(good) / float64(all)
				mark := " "
				if percent < goal.percent {
					mark = "-"
				}
				cell = fmt.Sprintf("%d/%d %5.1f%% %s", good, all, percent, mark)
			}
			fmt.Fprintf(&out, "%22s", cell)
		}
	}
	return out.String()
}
