package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// The types below are findings/1 of docs/formats.md, field by field.
type (
	findingsJSON struct {
		Schema   string        `json:"schema" redact:"no"`
		FastAPI  versionJSON   `json:"fastapi"`
		Findings []findingJSON `json:"findings"`
		Gaps     []gapJSON     `json:"gaps"`
		Stats    statsJSON     `json:"stats"`
		Problems []string      `json:"problems,omitempty"`
	}
	versionJSON struct {
		Version *string   `json:"version"`
		Source  *lineJSON `json:"source"`
	}
	lineJSON struct {
		File source.Path `json:"file" redact:"no"`
		Line int         `json:"line"`
	}
	rangeJSON struct {
		Start position `json:"start"`
		End   position `json:"end"`
	}
	findingJSON struct {
		Code        string         `json:"code" redact:"no"`
		Family      string         `json:"family" redact:"no"`
		Severity    string         `json:"severity" redact:"no"`
		Certainty   string         `json:"certainty" redact:"no"`
		Assumes     []string       `json:"assumes"`
		Message     string         `json:"message"`
		Effect      effectJSON     `json:"effect"`
		File        source.Path    `json:"file" redact:"no"`
		Range       rangeJSON      `json:"range"`
		Evidence    []evidenceJSON `json:"evidence"`
		Gaps        []gapJSON      `json:"gaps"`
		Check       checkJSON      `json:"check"`
		Fixes       []fixJSON      `json:"fixes"`
		Operations  []string       `json:"operations"`
		Fingerprint string         `json:"fingerprint" redact:"no"`
	}
	effectJSON struct {
		Certainty string `json:"certainty" redact:"no"`
		Status    []int  `json:"status"`
		Text      string `json:"text"`
	}
	evidenceJSON struct {
		File  source.Path `json:"file" redact:"no"`
		Range rangeJSON   `json:"range"`
		Note  string      `json:"note"`
	}
	gapJSON struct {
		File   source.Path `json:"file" redact:"no"`
		Range  rangeJSON   `json:"range"`
		Reason string      `json:"reason"`
	}
	checkJSON struct {
		Say string `json:"say"`
		Run string `json:"run"`
	}
	fixJSON struct {
		Title string     `json:"title"`
		Safe  bool       `json:"safe"`
		Edits []editJSON `json:"edits"`
	}
	editJSON struct {
		File    source.Path `json:"file" redact:"no"`
		Range   rangeJSON   `json:"range"`
		NewText string      `json:"newText"`
	}
	statsJSON struct {
		Files        int   `json:"files"`
		Parsed       int   `json:"parsed"`
		Operations   int   `json:"operations"`
		Milliseconds int64 `json:"milliseconds"`
		Suppressed   int   `json:"suppressed"`
	}
)

// JSON writes findings as findings/1, sorted by file, line, column and code.
func JSON(w io.Writer, in *Findings) error {
	p := newPlaces(in.Project)
	doc := findingsJSON{
		Schema: "bearings.findings/1", FastAPI: p.version(in.Project), Findings: p.findings(in.Findings),
		Gaps: p.gaps(allGaps(in.Project)), Stats: statsJSON{in.Stats.Files, in.Stats.Parsed, in.Stats.Operations, in.Stats.Milliseconds, in.Stats.Suppressed},
		Problems: in.Problems,
	}
	return writeJSON(w, NewRedactor(in.Project), &doc)
}

// FindingsJSON returns one finding for each given one, in their order, as the
// findings of findings/1 are written, for other formats to embed.
func FindingsJSON(p *fastapi.Project, findings []analyzers.Finding) any {
	list := make([]findingJSON, 0, len(findings))
	places := newPlaces(p)
	for _, f := range findings {
		list = append(list, places.finding(f))
	}
	NewRedactor(p).Struct(&list)
	return list
}

// FindingJSON returns one finding as findings/1 writes it.
func FindingJSON(p *fastapi.Project, f analyzers.Finding) any {
	out := newPlaces(p).finding(f)
	NewRedactor(p).Struct(&out)
	return out
}

// writeJSON redacts a document, which must be a pointer, and writes it indented.
func writeJSON(w io.Writer, r *Redactor, doc any) error {
	r.Struct(doc)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func (p *places) rangeOf(at source.Location) rangeJSON {
	return rangeJSON{p.position(at.Path, at.Span.Start), p.position(at.Path, at.Span.End)}
}

func (p *places) lineOf(at source.Location) *lineJSON {
	if at.IsZero() {
		return nil
	}
	return &lineJSON{at.Path, p.line(at)}
}

func (p *places) version(project *fastapi.Project) versionJSON {
	exact, at := version(project)
	if exact == "" {
		return versionJSON{Source: p.lineOf(at)}
	}
	return versionJSON{Version: &exact, Source: p.lineOf(at)}
}

func (p *places) findings(findings []analyzers.Finding) []findingJSON {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, byPlace)
	out := make([]findingJSON, 0, len(sorted))
	for _, f := range sorted {
		out = append(out, p.finding(f))
	}
	return out
}

func (p *places) finding(f analyzers.Finding) findingJSON {
	out := findingJSON{
		Code: f.Code, Family: string(f.Family), Severity: f.Severity.String(), Certainty: f.Certainty.String(),
		Assumes: orEmpty(f.Assumes), Message: f.Message,
		Effect: effectJSON{f.Effect.Certainty.String(), orEmpty(f.Effect.Status), f.Effect.Text},
		File:   f.At.Path, Range: p.rangeOf(f.At),
		Evidence: []evidenceJSON{}, Gaps: p.gaps(f.Gaps), Check: checkJSON{f.Check.Say, f.Check.Run}, Fixes: []fixJSON{},
		Operations: orEmpty(f.Operations), Fingerprint: f.Fingerprint(),
	}
	for _, e := range f.Evidence {
		out.Evidence = append(out.Evidence, evidenceJSON{e.At.Path, p.rangeOf(e.At), e.Note})
	}
	for _, fix := range f.Fixes {
		out.Fixes = append(out.Fixes, p.fix(fix))
	}
	return out
}

func (p *places) fix(fix analyzers.Fix) fixJSON {
	out := fixJSON{Title: fix.Title, Safe: fix.Safe, Edits: []editJSON{}}
	for _, path := range slices.Sorted(maps.Keys(fix.Edits)) {
		for _, e := range fix.Edits[path] {
			out.Edits = append(out.Edits, editJSON{path, p.rangeOf(source.Location{Path: path, Span: e.Span}), e.NewText})
		}
	}
	return out
}

func (p *places) gaps(gaps []fastapi.Gap) []gapJSON {
	out := make([]gapJSON, 0, len(gaps))
	for _, g := range sortedGaps(gaps) {
		out = append(out, gapJSON{g.At.Path, p.rangeOf(g.At), g.Reason})
	}
	return out
}

// orEmpty returns a copy that is never nil, so that JSON writes [] and a
// redactor changes nobody else's slice.
func orEmpty[T any](list []T) []T { return append([]T{}, list...) }
