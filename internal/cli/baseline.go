package cli

import (
	"errors"
	"fmt"
	"os"

	"bearings/analyzers"
	"bearings/internal/baseline"
	"bearings/internal/report"
)

// readBaseline reads a baseline file; "" is the empty baseline.
func readBaseline(name string) (baseline.Baseline, error) {
	if name == "" {
		return baseline.Baseline{}, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return baseline.Baseline{}, fmt.Errorf("baseline %s: %w", name, plain(err))
	}
	b, err := baseline.Parse(text)
	if err != nil {
		return baseline.Baseline{}, fmt.Errorf("baseline %s: %w", name, err)
	}
	return b, nil
}

// writeBaseline writes the findings of all projects as one baseline.
func writeBaseline(name string, all []*report.Findings) error {
	var findings []analyzers.Finding
	for _, in := range all {
		findings = append(findings, in.Findings...)
	}
	text := baseline.Of(findings).Format()
	if text == nil {
		return errors.New("baseline: it cannot be encoded")
	}
	if err := os.WriteFile(name, text, 0o644); err != nil {
		return fmt.Errorf("baseline %s: %w", name, plain(err))
	}
	return nil
}
