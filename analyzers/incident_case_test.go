package analyzers_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/fixture"
	"bearings/internal/source"
)

const incidentFolder = "../testdata/incidents"

// incident is one case of testdata/incidents.
type incident struct {
	name   string   // "oauth2-scheme/tokenurl-router-prefix"
	codes  []string // rules that may name the primary fault
	Title  string   `toml:"title"`
	Family string   `toml:"family"`
	// Symptom is what a user says; Trap and WhyQuiet what a naive rule sees.
	Symptom     string          `toml:"symptom"`
	Certainty   string          `toml:"certainty"`
	Explanation string          `toml:"explanation"`
	Trap        string          `toml:"trap"`
	WhyQuiet    string          `toml:"why_quiet"`
	Findings    []incidentPlace `toml:"finding"` // the primary one first
	Related     []incidentPlace `toml:"related"`
	Also        []incidentPlace `toml:"also"`
	Tempting    []incidentPlace `toml:"tempting"`
}

// incidentPlace is a line of a case that holds a text.
type incidentPlace struct {
	File source.Path `toml:"file"`
	Line int         `toml:"line"`
	Text string      `toml:"text"`
	Note string      `toml:"note"`
}

func (i *incident) quiet() bool { return i.Family == "quiet" }

// incidents reads all cases, by family and name.
func incidents(t testing.TB) (cases []*incident) {
	t.Helper()
	var codes map[string]map[string][]string
	text, err := os.ReadFile("testdata/incident_codes.toml")
	if err != nil {
		t.Fatal(err)
	}
	if err := toml.Unmarshal(text, &codes); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(incidentFolder, "*", "*", "case.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c := &incident{}
		if err := toml.Unmarshal(text, &struct {
			*incident
		}{c}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		folder := filepath.Dir(name)
		c.name = filepath.Base(filepath.Dir(folder)) + "/" + filepath.Base(folder)
		c.codes = codes[filepath.Base(filepath.Dir(folder))][filepath.Base(folder)]
		cases = append(cases, c)
	}
	slices.SortFunc(cases, func(a, b *incident) int { return strings.Compare(a.name, b.name) })
	return cases
}

// outcome is one tree of a case with what was found in it.
type outcome struct {
	project  *fastapi.Project
	findings []analyzers.Finding
	problems []analyzers.Problem
}

// analyse reads and checks one tree of the case: broken, fixed or project.
func (i *incident) analyse(t *testing.T, tree string) outcome {
	t.Helper()
	p := fixture.Analyse(readTree(t, filepath.Join(incidentFolder, i.name, tree)))
	result := analyzers.Run(p, analyzers.All())
	for _, problem := range result.Problems {
		t.Errorf("%s/%s: %s", i.name, tree, problem)
	}
	for _, f := range result.Findings {
		for _, leak := range fixture.Leaks(p, f) {
			t.Errorf("%s/%s: %s", i.name, tree, leak)
		}
	}
	return outcome{p, result.Findings, result.Problems}
}

// readTree reads the texts below a folder.
func readTree(t testing.TB, folder string) map[source.Path]string {
	t.Helper()
	texts := map[source.Path]string{}
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if entry != nil && entry.Name() == "__pycache__" {
				return filepath.SkipDir
			}
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(folder, name)
		if err == nil && utf8.Valid(text) {
			texts[source.Path(filepath.ToSlash(relative))] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// line returns the one-based line at which a location begins.
func (o outcome) line(at source.Location) int {
	file, err := o.project.Tree.File(at.Path)
	if err != nil {
		return 0
	}
	return file.LineNumber(at.Span.Start)
}

// on reports whether a location stands on a place's line: it begins there, or
// it covers the line and at most two others.
func (o outcome) on(at source.Location, place incidentPlace) bool {
	file, err := o.project.Tree.File(at.Path)
	if err != nil || at.Path != place.File {
		return false
	}
	first, last := file.LineNumber(at.Span.Start), file.LineNumber(max(at.Span.Start, at.Span.End-1))
	return first == place.Line || first < place.Line && place.Line <= last && last-first < 3
}

// moved returns the places at which a place's text stands in this tree, which is
// where it went when lines were added above it.
func (o outcome) moved(place incidentPlace) (places []incidentPlace) {
	file, err := o.project.Tree.File(place.File)
	if err != nil {
		return nil
	}
	for line := range file.LineCount() {
		if strings.Contains(file.Slice(file.Line(line)), place.Text) {
			at := place
			at.Line = line + 1
			places = append(places, at)
		}
	}
	return places
}

// excused reports whether a finding stands on an incidental weakness of the case.
func (o outcome) excused(f analyzers.Finding, also []incidentPlace) bool {
	for _, place := range also {
		for _, at := range o.moved(place) {
			if o.on(f.At, at) {
				return true
			}
		}
	}
	return false
}
