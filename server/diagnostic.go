package server

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"bearings/analyzers"
	"bearings/internal/report"
	"bearings/internal/source"
)

// shown returns the findings of a result that the settings let through.
func (s *session) shown(all []analyzers.Finding) []analyzers.Finding {
	settings := s.settings.Load()
	if on(settings.Hypotheses) && len(settings.Ignore) == 0 {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(f analyzers.Finding) bool {
		return !on(settings.Hypotheses) && f.Certainty != analyzers.Confirmed || slices.Contains(settings.Ignore, f.Code)
	})
}

// toDiagnostics converts findings, by file. Findings of files that cannot be
// read any more are left out.
func (s *session) toDiagnostics(v viewed, findings []analyzers.Finding, redactor *report.Redactor) map[source.Path][]protocol.Diagnostic {
	out := map[source.Path][]protocol.Diagnostic{}
	for i := range findings {
		f := &findings[i]
		text, err := v.snapshot.Tree().File(f.At.Path)
		if err != nil {
			continue
		}
		out[f.At.Path] = append(out[f.At.Path], s.toDiagnostic(v, text, f, redactor))
	}
	return out
}

func (s *session) toDiagnostic(v viewed, text *source.File, f *analyzers.Finding, redactor *report.Redactor) protocol.Diagnostic {
	d := protocol.Diagnostic{
		Range:    s.toRange(text, f.At.Span),
		Severity: toSeverity(f),
		Code:     protocol.String(f.Code),
		Source:   protocol.NewOptional("bearings"),
		Message:  protocol.String(redactor.Text(s.message(f))),
	}
	if s.can.codeDescription {
		d.CodeDescription.Href = s.pages.address(f.Code)
	}
	if s.can.diagnosticTags && f.Code == analyzers.SuppressionUnused.Code {
		d.Tags = protocol.NewDiagnosticTags(protocol.DiagnosticTagUnnecessary)
	}
	if s.can.relatedInformation {
		d.RelatedInformation = s.related(v, f, redactor)
	}
	if data, err := json.Marshal(findingData{Fingerprint: f.Fingerprint(), Certainty: f.Certainty.String()}); err == nil && s.can.diagnosticData {
		d.Data = data
	}
	return d
}

// findingData is what travels with a diagnostic and comes back with it.
type findingData struct {
	Fingerprint string `json:"fingerprint"`
	Certainty   string `json:"certainty"`
}

// message is what an editor shows in a line or two: the fact, what it does, and
// how sure both are. Clients that have no related information get the evidence too.
func (s *session) message(f *analyzers.Finding) string {
	var out strings.Builder
	if f.Certainty != analyzers.Confirmed {
		out.WriteString("Hypothesis: ")
	}
	out.WriteString(f.Message)
	if f.Effect.Text != "" {
		out.WriteString("\nEffect (" + f.Effect.Certainty.String() + "): " + f.Effect.Text)
	}
	if !s.can.relatedInformation {
		for _, e := range f.Evidence {
			out.WriteString("\nbecause: " + e.Note)
			if !e.At.IsZero() {
				out.WriteString(" (" + string(e.At.Path) + ")")
			}
		}
	}
	if f.Check.Say != "" {
		out.WriteString("\nCheck: " + f.Check.Say)
	}
	return out.String()
}

// related converts evidence, and the gaps that keep a hypothesis from being
// confirmed, with their places.
func (s *session) related(v viewed, f *analyzers.Finding, redactor *report.Redactor) []protocol.DiagnosticRelatedInformation {
	var out []protocol.DiagnosticRelatedInformation
	add := func(at source.Location, note string) {
		if l, ok := s.toLocation(v, at); ok {
			out = append(out, protocol.DiagnosticRelatedInformation{Location: l, Message: redactor.Text(note)})
		}
	}
	for _, e := range f.Evidence {
		add(e.At, e.Note)
	}
	for _, g := range f.Gaps {
		add(g.At, "not resolved: "+g.Reason)
	}
	return out
}

func sortedPaths[T any](m map[source.Path]T) []source.Path { return slices.Sorted(maps.Keys(m)) }
