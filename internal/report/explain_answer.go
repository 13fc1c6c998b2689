package report

import (
	"slices"
	"strings"

	"bearings/analyzers"
)

// Answer is what to know first: what is confirmed about the status, or else what
// to check first, in one sentence. Finding is nil when it is about none.
type Answer struct {
	Lead    string // "Confirmed cause", "Check first", …
	Text    string
	Finding *analyzers.Finding
}

// Answer sums an explanation up. That a fact is confirmed does not make it the
// cause: only a confirmed effect of this status does. What speaks of the status
// comes before what may have to do with it.
func (e *Explanation) Answer() Answer {
	best, rank := (*analyzers.Finding)(nil), 0
	for _, list := range [][]analyzers.Finding{e.Confirmed, e.Hypotheses} {
		for i := range list {
			if n := e.weight(list[i]); n > rank {
				best, rank = &list[i], n
			}
		}
	}
	n, intended := e.counts()
	switch {
	case best == nil && e.Status != 0 && n > 0 && n == intended:
		return Answer{Lead: "No fault in the files explains it", Text: "the refusal may be right: the text of the answer tells which place it came from"}
	case best == nil:
		return Answer{}
	case best.Certainty != analyzers.Confirmed && len(e.Confirmed) == 0:
		return Answer{"Nothing is confirmed; check first", best.Message, best}
	case best.Certainty != analyzers.Confirmed:
		return Answer{"Check first", best.Message, best}
	case e.Status == 0:
		return Answer{"Confirmed", best.Message, best}
	case e.causes(*best):
		return Answer{"Confirmed cause", best.Message, best}
	}
	return Answer{"Confirmed, and perhaps the cause", best.Message, best}
}

// causes reports whether it is certain that a finding gives the status that is asked about.
func (e *Explanation) causes(f analyzers.Finding) bool {
	return f.Certainty == analyzers.Confirmed && f.Effect.Certainty == analyzers.Confirmed && (e.Status == 0 || slices.Contains(f.Effect.Status, e.Status))
}

// weight says how much a finding matters to the question; 0 is not at all.
func (e *Explanation) weight(f analyzers.Finding) int {
	speaks := e.Status != 0 && slices.Contains(f.Effect.Status, e.Status)
	switch {
	case !speaks && f.Severity < analyzers.Warning, f.Severity < analyzers.Information:
		return 0
	case e.causes(f):
		return 5
	case speaks && f.Certainty == analyzers.Confirmed:
		return 4
	case speaks:
		return 3
	case f.Certainty == analyzers.Confirmed:
		return 2
	}
	return 1
}

// words is the answer as a sentence, with the place of what it is about.
func (a Answer) words(p *places) string {
	if a.Lead == "" {
		return ""
	}
	out := a.Lead + ": " + a.Text
	if a.Finding != nil {
		out += " (" + p.short(a.Finding.At) + ")"
	}
	return out
}

func (t *explainText) answered() {
	words := clean(t.redactor.Text(t.e.Answer().words(t.places)))
	if words == "" {
		return
	}
	lead, _, _ := strings.Cut(words, ": ")
	for i, part := range wrap(words, t.style.columns()-2) {
		if i == 0 {
			part = t.style.bold(lead) + strings.TrimPrefix(part, lead)
		} else {
			part = "  " + part
		}
		t.line(part)
	}
	t.line("")
}
