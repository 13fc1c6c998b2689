package incident

import (
	"slices"

	"bearings/analyzers"
	"bearings/internal/report"
)

// Next is the first thing to do.
type Next struct {
	Say  string // a sentence
	Run  string // a command; "" when there is none
	Why  string // the finding's message; "" when it is about none
	Item *Item  // what is to be confirmed or ruled out; nil when nothing is
}

// Next names the first thing to do: a verdict whose lines have changed is looked
// at again, then the first open hypothesis is checked, then what is confirmed is mended.
func (s *Status) Next() Next {
	redact := report.NewRedactor(s.Project)
	for _, list := range [][]Item{s.stale(), s.Hypotheses} {
		for _, i := range list {
			if f := i.Finding; f.Check.Say != "" || f.Check.Run != "" {
				return Next{redact.Text(f.Check.Say), redact.Text(f.Check.Run), redact.Text(f.Message), &i}
			}
		}
	}
	serious := func(i Item) bool { return i.Finding.Severity >= analyzers.Warning }
	for _, i := range s.Confirmed {
		if serious(i) && len(i.Finding.Fixes) > 0 {
			return Next{Say: "mend what is confirmed: " + redact.Text(i.Finding.Fixes[0].Title), Why: redact.Text(i.Finding.Message)}
		}
	}
	switch {
	case s.Explanation == nil:
		return Next{Say: s.Record.Operation + " is no longer there"}
	case slices.ContainsFunc(s.Confirmed, serious):
		return Next{Say: "mend what is confirmed, and send the request again"}
	}
	return Next{Say: "the files hold no further hypothesis: send the request, and compare its answer's text with the places of bearings explain \"" + s.Record.Operation + "\""}
}

func (s *Status) stale() []Item {
	var out []Item
	for _, i := range s.Confirmed {
		if i.Stale {
			out = append(out, i)
		}
	}
	return out
}
