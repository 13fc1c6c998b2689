// Package baseline keeps the findings that a team starts from, so that only what
// is new is reported. A file holds fingerprints, and beside each what a person
// needs to recognise it; it holds no line number and no value. The package knows
// nothing of where the file lies.
package baseline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"bearings/analyzers"
	"bearings/internal/source"
)

// Schema names the format.
const Schema = "bearings.baseline/1"

// Baseline is the recorded findings. The zero Baseline has none.
type Baseline struct {
	Schema   string  `json:"schema"`
	Findings []Entry `json:"findings"`
}

// Entry is one recorded finding. The fingerprint counts; code and file, which are part of it, lead to it.
type Entry struct {
	Fingerprint string      `json:"fingerprint"`
	Code        string      `json:"code"`
	File        source.Path `json:"file"`
	Subject     string      `json:"subject,omitempty"`
}

// Of returns the baseline of findings, ordered by file, code and fingerprint.
func Of(findings []analyzers.Finding) Baseline {
	b := Baseline{Schema: Schema, Findings: []Entry{}}
	for _, f := range findings {
		b.Findings = append(b.Findings, Entry{f.Fingerprint(), f.Code, f.At.Path, f.Subject})
	}
	slices.SortFunc(b.Findings, func(x, y Entry) int {
		return strings.Compare(string(x.File)+"\x00"+x.Code+"\x00"+x.Fingerprint, string(y.File)+"\x00"+y.Code+"\x00"+y.Fingerprint)
	})
	return b
}

// Parse reads a baseline file.
func Parse(text []byte) (Baseline, error) {
	var b Baseline
	if err := json.Unmarshal(text, &b); err != nil {
		return Baseline{}, fmt.Errorf("read the baseline: %w", err)
	}
	if b.Schema != Schema {
		return Baseline{}, fmt.Errorf("read the baseline: its schema is %q, and not %q", b.Schema, Schema)
	}
	return b, nil
}

// Format returns the text of the baseline file.
func (b Baseline) Format() []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(b); err != nil {
		return nil // strings and slices always encode
	}
	return out.Bytes()
}

// Split tells the findings that are new from those that the baseline has, and
// returns the entries whose findings are gone.
func (b Baseline) Split(findings []analyzers.Finding) (fresh, known []analyzers.Finding, gone []Entry) {
	type file struct {
		code string
		path source.Path
	}
	recorded := map[file][]string{}
	for _, entry := range b.Findings {
		at := file{entry.Code, entry.File}
		recorded[at] = append(recorded[at], entry.Fingerprint)
	}
	here := map[string]bool{}
	for _, f := range findings {
		kept := recorded[file{f.Code, f.At.Path}]
		i := slices.IndexFunc(kept, func(fingerprint string) bool { return f.Is(fingerprint, f.At.Path) })
		if i < 0 {
			fresh = append(fresh, f)
			continue
		}
		here[kept[i]] = true
		known = append(known, f)
	}
	for _, entry := range b.Findings {
		if !here[entry.Fingerprint] {
			gone = append(gone, entry)
		}
	}
	return fresh, known, gone
}
