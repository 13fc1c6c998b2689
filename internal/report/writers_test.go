package report

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"bearings/analyzers"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// writers are all writers over the sample, by the name of their golden file.
func writers() map[string]func(io.Writer) error {
	p := sample()
	edits := Edits{}
	for _, f := range sampleFindings() {
		for _, fix := range f.Fixes {
			edits.Add(fix.Edits)
		}
	}
	return map[string]func(io.Writer) error{
		"findings.txt":  func(w io.Writer) error { return Text(w, sampleReport(), Style{}) },
		"findings.json": func(w io.Writer) error { return JSON(w, sampleReport()) },
		"findings.sarif": func(w io.Writer) error {
			return SARIF(w, []*analyzers.Analyzer{{Code: "key-hardcoded", Family: analyzers.SecretKey, Severity: analyzers.Error}}, sampleReport())
		},
		"findings.github": func(w io.Writer) error { in := sampleReport(); in.Base = "back, end"; return GitHub(w, in) },
		"findings.xml":    func(w io.Writer) error { return JUnit(w, sampleReport()) },
		"findings.md":     func(w io.Writer) error { return Markdown(w, sampleReport()) },
		"map.txt":         func(w io.Writer) error { return Map(w, p, Style{}) },
		"map.json":        func(w io.Writer) error { return MapJSON(w, p, sampleFindings()) },
		"map.mmd":         func(w io.Writer) error { return Mermaid(w, p) },
		"map.html":        func(w io.Writer) error { return HTML(w, p) },
		"env.txt":         func(w io.Writer) error { return Env(w, p, p.Keys, Style{}) },
		"env.json":        func(w io.Writer) error { return EnvJSON(w, p, p.Keys) },
		"fixes.diff":      func(w io.Writer) error { return Diff(w, p, edits, Style{}) },
	}
}

func TestWriters(t *testing.T) {
	for name, write := range writers() {
		t.Run(name, func(t *testing.T) {
			var first, second bytes.Buffer
			if err := write(&first); err != nil {
				t.Fatal(err)
			}
			if err := writers()[name](&second); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Error("two runs over equal projects differ")
			}
			noSecret(t, first.String())
			golden := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(golden, first.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, first.Bytes()) {
				t.Errorf("differs from %s; if that is meant: go test ./internal/report -update\n%s", golden, first.String())
			}
		})
	}
}

// TestSARIFSchema validates what is written against the standard's schema.
func TestSARIFSchema(t *testing.T) {
	for name, in := range map[string]*Findings{"findings": sampleReport(), "nothing found": {Project: sample()}} {
		var b bytes.Buffer
		if err := SARIF(&b, analyzers.All(), in, in); err != nil {
			t.Fatal(err)
		}
		doc, err := sarif.FromBytes(b.Bytes(), sarif.WithStrictValidation())
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, b.String())
		}
		if len(doc.Runs) != 2 || len(doc.Runs[0].Results) != len(in.Findings) {
			t.Errorf("%s: got %d runs, and %d results in the first", name, len(doc.Runs), len(doc.Runs[0].Results))
		}
	}
}

// TestSecretsInColour looks at the paths that only a terminal takes.
func TestSecretsInColour(t *testing.T) {
	p := sample()
	for _, columns := range []int{50, 80, 100} {
		style := Style{Color: true, Width: columns}
		var b bytes.Buffer
		for _, err := range []error{Text(&b, sampleReport(), style), Map(&b, p, style), Env(&b, p, p.Keys, style)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		noSecret(t, b.String())
	}
}
