package incident

import (
	"fmt"
	"slices"
	"strings"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/report"
	"bearings/internal/source"
)

// Status is where an incident stands: the record against the project as it is now.
type Status struct {
	Record  *Record
	Project *fastapi.Project

	Explanation *report.Explanation // nil when the operation is gone
	Changes     []Change
	Confirmed   []Item // what the files or a person confirmed
	Hypotheses  []Item // still open, in the order of isolation
	RuledOut    []Item // by a person
	Excluded    []report.RuledOut
	Gone        []Verdict // verdicts about findings that are no longer there
	Vanished    []Finding // initial findings that are no longer there
	Unseen      []string  // what may have changed without the files telling
}

// Change is one thing that differs from the initial state, with the note that says why.
type Change struct {
	report.Difference
	Why string // "" when no note covers it
}

// Item is a finding with what was verified about it.
type Item struct {
	Finding analyzers.Finding
	Verdict *Verdict
	Stale   bool // a line on which the verdict rests has changed since
}

// StatusOf says where an incident stands.
func StatusOf(r *Record, p *fastapi.Project, findings []analyzers.Finding) *Status {
	s := &Status{Record: r, Project: p}
	now := report.NewSurface(p)
	for _, d := range r.Differences(now) {
		s.Changes = append(s.Changes, Change{d, r.why(d.String())})
	}
	findings = report.Isolated(findings)
	asked := r.asked(p)
	if asked.Operation == nil {
		asked = followed(r, p, now)
	}
	relevant := findings
	if asked.Operation != nil {
		s.Explanation = report.Explain(p, findings, asked)
		relevant = slices.Concat(s.Explanation.Confirmed, s.Explanation.Hypotheses)
		s.Excluded = s.Explanation.RuledOut
	}
	s.sort(p, relevant, findings)
	return s
}

// Differences says what the surface now has otherwise than the initial state.
func (r *Record) Differences(now *report.Surface) []report.Difference {
	var out []report.Difference
	for _, d := range report.CompareAll(r.surface(), r.frame.surface(now, r.Initial.Environments)) {
		if r.frame.tells(d) {
			out = append(out, r.frame.difference(d))
		}
	}
	return out
}

// asked finds the operation in the application that the record is about.
func (r *Record) asked(p *fastapi.Project) report.Asked {
	questions := []string{r.Operation, report.Unlabelled(r.Operation)}
	if path, ok := r.frame.project(source.Path(r.File)); ok && r.File != "" {
		questions = append(questions, report.Unlabelled(r.Operation)+" in "+string(path))
	}
	for _, question := range slices.Backward(questions) {
		if asked, err := report.Ask(p, question, r.Status); err == nil && asked.Operation != nil {
			return asked
		}
	}
	return report.Asked{}
}

// followed finds the operation under another path, by its handler.
func followed(r *Record, p *fastapi.Project, now *report.Surface) report.Asked {
	handler, _ := r.surface().Operation(r.Operation)
	if name := now.Served(handler); name != "" {
		if asked, err := report.Ask(p, name, r.Status); err == nil {
			return asked
		}
	}
	return report.Asked{}
}

// why returns the note that covers a change.
func (r *Record) why(change string) string {
	for _, n := range slices.Backward(r.Notes) {
		if slices.ContainsFunc(n.Covers, func(c string) bool { return sameChange(c, change) }) {
			return n.Text
		}
	}
	return ""
}

// sameChange reports whether two sentences say the same of one operation, key or
// scheme, which has a label only where others are called alike.
func sameChange(a, b string) bool {
	if a == b {
		return true
	}
	subjectA, wordsA, _ := strings.Cut(a, ": ")
	subjectB, wordsB, _ := strings.Cut(b, ": ")
	bareA, bareB := report.Unlabelled(subjectA), report.Unlabelled(subjectB)
	return wordsA == wordsB && bareA == bareB && (bareA == subjectA || bareB == subjectB)
}

// sort puts findings where they belong by their certainty and their verdicts.
func (s *Status) sort(p *fastapi.Project, relevant, all []analyzers.Finding) {
	here := func(fingerprint string) bool {
		return slices.ContainsFunc(all, func(f analyzers.Finding) bool { return s.Record.is(f, fingerprint) })
	}
	for _, f := range all {
		v := s.Record.verdict(f)
		if v != nil && !slices.ContainsFunc(relevant, func(r analyzers.Finding) bool { return r.Fingerprint() == f.Fingerprint() }) {
			relevant = append(relevant, f)
		}
	}
	for _, f := range relevant {
		item := Item{Finding: f}
		item.Verdict, item.Stale = s.Record.Standing(p, f)
		switch {
		case item.Verdict != nil && item.Verdict.Verdict == RuledOut && !item.Stale:
			s.RuledOut = append(s.RuledOut, item)
		case f.Certainty == analyzers.Confirmed, item.Verdict != nil && item.Verdict.Verdict == Confirmed && !item.Stale:
			s.Confirmed = append(s.Confirmed, item)
		default:
			s.Hypotheses = append(s.Hypotheses, item)
		}
	}
	for _, v := range s.Record.Verdicts {
		if !here(v.Fingerprint) {
			s.Gone = append(s.Gone, v)
		}
	}
	for _, f := range s.Record.Initial.Findings {
		if !here(f.Fingerprint) {
			s.Vanished = append(s.Vanished, f)
		}
	}
}

// Title is the event in short.
func (r *Record) Title() string {
	if r.Status == 0 {
		return r.Operation
	}
	return fmt.Sprintf("%s → %d", r.Operation, r.Status)
}

// Find returns the finding that a person names by the beginning of its
// fingerprint, or by its rule where one finding only is of that rule.
func Find(findings []analyzers.Finding, name string) (analyzers.Finding, error) {
	var hits []analyzers.Finding
	for _, f := range findings {
		if f.Code == name || len(name) >= 4 && strings.HasPrefix(f.Fingerprint(), name) {
			hits = append(hits, f)
		}
	}
	switch len(hits) {
	case 1:
		return hits[0], nil
	case 0:
		return analyzers.Finding{}, fmt.Errorf("no finding has the fingerprint %q; bearings incident status shows those that are open", name)
	}
	names := make([]string, len(hits))
	for i, f := range hits {
		names[i] = f.Fingerprint()[:8]
	}
	return analyzers.Finding{}, fmt.Errorf("%q names %d findings: %s", name, len(hits), strings.Join(names, ", "))
}

// Uncovered lists the changes since the initial state that no note covers, as sentences.
func (r *Record) Uncovered(now *report.Surface) []string {
	var out []string
	for _, d := range r.Differences(now) {
		if r.why(d.String()) == "" {
			out = append(out, d.String())
		}
	}
	return out
}
