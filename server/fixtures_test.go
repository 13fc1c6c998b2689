package server

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/source"
)

type diagnosticJSON struct {
	Range              rangeJSON       `json:"range"`
	Severity           int             `json:"severity"`
	Code               string          `json:"code"`
	Source             string          `json:"source"`
	Message            string          `json:"message"`
	Data               json.RawMessage `json:"data"`
	Tags               []int           `json:"tags"`
	CodeDescription    struct{ Href string }
	RelatedInformation []struct {
		Location locationJSON
		Message  string
	}
}

type positionJSON struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type rangeJSON struct {
	Start positionJSON `json:"start"`
	End   positionJSON `json:"end"`
}

func (r rangeJSON) String() string {
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Character, r.End.Line, r.End.Character)
}

type locationJSON struct {
	URI   string    `json:"uri"`
	Range rangeJSON `json:"range"`
}

type publishedJSON struct {
	URI         string
	Version     *int
	Diagnostics []diagnosticJSON
}

// project writes files into a new folder.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		full := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// wordRule finds the word BAD, confirmed, and MAYBE, as a hypothesis, in every
// file; it offers to replace BAD by GOOD. It stands for the real rules where
// only the way of a finding to the client matters.
var wordRule = &analyzers.Analyzer{Code: "word", Family: analyzers.SecretKey, Severity: analyzers.Error, Run: func(p *analyzers.Pass) {
	for _, path := range p.Project.Tree.Paths() {
		f, err := p.Project.Tree.File(path)
		if err != nil {
			continue
		}
		text := string(f.Text)
		for word, certainty := range map[string]analyzers.Certainty{"BAD": analyzers.Confirmed, "MAYBE": analyzers.Hypothesis} {
			for start := 0; ; {
				i := strings.Index(text[start:], word)
				if i < 0 {
					break
				}
				span := source.Span{Start: start + i, End: start + i + len(word)}
				start = span.End
				here := source.Location{Path: path, Span: span}
				p.Report(analyzers.Finding{At: here, Message: "the word " + word, Certainty: certainty, Subject: word,
					Effect:   analyzers.Effect{Text: "something is wrong"},
					Evidence: []analyzers.Evidence{{At: source.Location{Path: path, Span: f.Line(0)}, Note: "the first line"}},
					Check:    analyzers.Check{Say: "look at it", Run: "grep " + word},
					Fixes: []analyzers.Fix{{Title: "Write GOOD", Safe: certainty == analyzers.Confirmed,
						Edits: map[source.Path][]source.Edit{path: {{Span: span, NewText: "GOOD"}}}}},
				})
			}
		}
	}
}}

var wordRules = Options{Rules: []*analyzers.Analyzer{wordRule}}

func writeFile(t *testing.T, root, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func removeFile(t *testing.T, root, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(root, name)); err != nil {
		t.Fatal(err)
	}
}
