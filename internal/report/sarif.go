package report

import (
	"io"
	"maps"
	"net/url"
	"slices"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// The types below are the part of SARIF 2.1.0 that findings need
// (docs.oasis-open.org/sarif/sarif/v2.1.0). The tests validate what is written
// against the standard's schema.
type (
	sarifLog struct {
		Schema  string     `json:"$schema" redact:"no"`
		Version string     `json:"version" redact:"no"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind" redact:"no"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name" redact:"no"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID         string         `json:"id" redact:"no"`
		Default    sarifDefault   `json:"defaultConfiguration"`
		Properties map[string]any `json:"properties" redact:"no"`
	}
	sarifDefault struct {
		Level string `json:"level" redact:"no"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId" redact:"no"`
		Level        string            `json:"level" redact:"no"`
		Kind         string            `json:"kind" redact:"no"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints" redact:"no"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
		Properties   sarifProperties   `json:"properties"`
	}
	sarifProperties struct {
		Certainty string   `json:"certainty" redact:"no"`
		Effect    string   `json:"effect,omitempty"`
		Status    []int    `json:"status,omitempty"`
		Check     string   `json:"check,omitempty"`
		Run       string   `json:"run,omitempty"`
		Assumes   []string `json:"assumes,omitempty"`
		Gaps      []string `json:"gaps,omitempty"`
	}
	sarifLocation struct {
		ID       *int          `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI  string `json:"uri" redact:"no"`
		Base string `json:"uriBaseId" redact:"no"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion  `json:"deletedRegion"`
		Inserted sarifContent `json:"insertedContent"`
	}
	sarifContent struct {
		Text string `json:"text"`
	}
)

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// SARIF writes findings as SARIF 2.1.0, one run for each project. A hypothesis
// has the kind "review" and, as the standard demands of it, the level "none".
func SARIF(w io.Writer, rules []*analyzers.Analyzer, projects ...*Findings) error {
	doc := sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{}}
	for _, in := range projects {
		s := sarifWriter{in: in, places: newPlaces(in.Project)}
		run := s.run(rules)
		NewRedactor(in.Project).Struct(&run)
		doc.Runs = append(doc.Runs, run)
	}
	return writeJSON(w, nil, &doc)
}

type sarifWriter struct {
	in     *Findings
	places *places
}

func (s sarifWriter) run(rules []*analyzers.Analyzer) sarifRun {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "bearings", Rules: []sarifRule{}}
	for _, rule := range rules {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			ID: rule.Code, Default: sarifDefault{sarifLevel(rule.Severity)},
			Properties: map[string]any{"tags": []string{"security", "fastapi", string(rule.Family)}},
		})
	}
	sorted := slices.Clone(s.in.Findings)
	slices.SortStableFunc(sorted, byPlace)
	for _, f := range sorted {
		run.Results = append(run.Results, s.result(f))
	}
	return run
}

func sarifLevel(s analyzers.Severity) string {
	switch s {
	case analyzers.Error:
		return "error"
	case analyzers.Warning:
		return "warning"
	}
	return "note"
}

func (s sarifWriter) result(f analyzers.Finding) sarifResult {
	out := sarifResult{
		RuleID: f.Code, Level: sarifLevel(f.Severity), Kind: "fail", Message: sarifText{f.Message},
		Locations:    []sarifLocation{{Physical: s.physical(f.At)}},
		Fingerprints: map[string]string{"bearings/1": f.Fingerprint()},
		Properties: sarifProperties{
			Certainty: f.Certainty.String(), Effect: f.Effect.Text, Status: orEmpty(f.Effect.Status), Check: f.Check.Say, Run: f.Check.Run,
			Assumes: orEmpty(f.Assumes), Gaps: s.gaps(f.Gaps),
		},
	}
	if f.Certainty == analyzers.Hypothesis {
		out.Level, out.Kind = "none", "review"
	}
	for i, e := range f.Evidence {
		if !e.At.IsZero() {
			out.Related = append(out.Related, sarifLocation{ID: &i, Physical: s.physical(e.At), Message: &sarifText{e.Note}})
		}
	}
	for _, fix := range f.Fixes {
		if len(fix.Edits) > 0 {
			out.Fixes = append(out.Fixes, s.fix(fix))
		}
	}
	return out
}

func (s sarifWriter) gaps(gaps []fastapi.Gap) []string {
	var out []string
	for _, g := range gaps {
		out = append(out, s.places.short(g.At)+" "+g.Reason)
	}
	return out
}

func (s sarifWriter) physical(at source.Location) sarifPhysical {
	return sarifPhysical{s.artifact(at.Path), s.region(at)}
}

func (s sarifWriter) artifact(path source.Path) sarifArtifact {
	return sarifArtifact{(&url.URL{Path: s.in.named(path)}).EscapedPath(), "%SRCROOT%"}
}

func (s sarifWriter) region(at source.Location) sarifRegion {
	r := s.places.rangeOf(at)
	return sarifRegion{r.Start.Line, r.Start.Column, r.End.Line, r.End.Column}
}

func (s sarifWriter) fix(fix analyzers.Fix) sarifFix {
	out := sarifFix{Description: sarifText{fixText(fix)}}
	for _, path := range slices.Sorted(maps.Keys(fix.Edits)) {
		change := sarifChange{Artifact: s.artifact(path)}
		for _, e := range fix.Edits[path] {
			change.Replacements = append(change.Replacements, sarifReplacement{
				s.region(source.Location{Path: path, Span: e.Span}), sarifContent{e.NewText},
			})
		}
		out.Changes = append(out.Changes, change)
	}
	return out
}
