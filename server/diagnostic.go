package server

import (
	"maps"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"bearings/analyzers"
	"bearings/internal/incident"
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
func (by *diagnoser) toDiagnostics(findings []analyzers.Finding) map[source.Path][]protocol.Diagnostic {
	out := map[source.Path][]protocol.Diagnostic{}
	for i := range findings {
		f := &findings[i]
		text, err := by.seen.snapshot.Tree().File(f.At.Path)
		if err != nil {
			continue
		}
		out[f.At.Path] = append(out[f.At.Path], by.toDiagnostic(text, f))
	}
	return out
}

func (by *diagnoser) toDiagnostic(text *source.File, f *analyzers.Finding) protocol.Diagnostic {
	s := by.session
	verdict, stale := by.standing(f)
	ruledOut := verdict != nil && verdict.Verdict == incident.RuledOut && !stale
	d := protocol.Diagnostic{
		Range:    s.toRange(text, f.At.Span),
		Severity: severity(f, verdict, stale),
		Code:     protocol.String(f.Code),
		Source:   protocol.NewOptional("bearings"),
		Message:  protocol.String(by.redactor.Text(s.message(f, lead(f, verdict, stale)))),
	}
	if s.can.codeDescription {
		d.CodeDescription.Href = s.pages.address(f.Code)
	}
	if s.can.diagnosticTags && (ruledOut || f.Code == analyzers.SuppressionUnused.Code) {
		d.Tags = protocol.NewDiagnosticTags(protocol.DiagnosticTagUnnecessary)
	}
	if s.can.relatedInformation {
		d.RelatedInformation = s.related(by.seen, f, by.redactor)
	}
	data := findingData{Fingerprint: f.Fingerprint(), Certainty: f.Certainty.String(), Stale: stale}
	if verdict != nil {
		data.Verdict = verdict.Verdict
	}
	if raw, ok := marshal(data); ok && s.can.diagnosticData {
		d.Data = raw
	}
	return d
}

// findingData is what travels with a diagnostic and comes back with it.
type findingData struct {
	Fingerprint string `json:"fingerprint"`
	Certainty   string `json:"certainty"`
	Verdict     string `json:"verdict,omitempty"` // of an incident that is open
	Stale       bool   `json:"stale,omitempty"`   // its lines have changed since
}

// message is what an editor shows in a line or two: the fact, what it does, and
// how sure both are. Clients that have no related information get the evidence too.
func (s *session) message(f *analyzers.Finding, lead string) string {
	var out strings.Builder
	out.WriteString(lead + f.Message)
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
