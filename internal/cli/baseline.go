package cli

import (
	"encoding/json"
	"fmt"
	"os"

	"bearings/analyzers"
	"bearings/internal/report"
	"bearings/internal/source"
)

// baselineSchema names the format of a baseline file.
const baselineSchema = "bearings.baseline/1"

type baselineFile struct {
	Schema   string         `json:"schema"`
	Findings []baselineItem `json:"findings"`
}

// baselineItem names one finding; code and file are there for whoever reads the file.
type baselineItem struct {
	Fingerprint string      `json:"fingerprint"`
	Code        string      `json:"code"`
	File        source.Path `json:"file"`
}

// baseline holds the fingerprints that are not to be reported again.
type baseline map[string]bool

// readBaseline reads a baseline file; "" is an empty baseline.
func readBaseline(name string) (baseline, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("baseline %s: %w", name, plain(err))
	}
	var file baselineFile
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("baseline %s: %w", name, err)
	}
	if file.Schema != baselineSchema {
		return nil, fmt.Errorf("baseline %s: its schema is %q and not %q", name, file.Schema, baselineSchema)
	}
	out := baseline{}
	for _, item := range file.Findings {
		out[item.Fingerprint] = true
	}
	return out, nil
}

// without returns the findings that the baseline does not hold, and how many it holds.
func (b baseline) without(findings []analyzers.Finding) ([]analyzers.Finding, int) {
	if len(b) == 0 {
		return findings, 0
	}
	kept := []analyzers.Finding{}
	for _, f := range findings {
		if !b[f.Fingerprint()] {
			kept = append(kept, f)
		}
	}
	return kept, len(findings) - len(kept)
}

func writeBaseline(name string, all []*report.Findings) error {
	file := baselineFile{Schema: baselineSchema, Findings: []baselineItem{}}
	for _, in := range all {
		for _, f := range in.Findings {
			file.Findings = append(file.Findings, baselineItem{f.Fingerprint(), f.Code, f.At.Path})
		}
	}
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return fmt.Errorf("baseline %s: %w", name, err)
	}
	if err := os.WriteFile(name, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("baseline %s: %w", name, plain(err))
	}
	return nil
}
