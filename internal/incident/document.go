package incident

import (
	"fmt"
	"strings"
	"time"

	"bearings/analyzers"
	"bearings/internal/report"
)

// day writes a time for people, in UTC so that a record reads the same everywhere.
func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// Document tells where the incident stands, for the terminal.
func (s *Status) Document() *report.Document {
	d := &report.Document{}
	r := s.Record
	d.Heading(1, r.Title()+"  "+state(r))
	if r.IsOpen() {
		d.Say("next: " + s.Next().Say)
		d.Say(s.now())
	}
	d.Say(r.ID)
	d.Say(said("symptom: ", r.Symptom))
	d.Say(said("just before: ", r.Before))
	d.Say(said("outcome: ", r.Outcome))
	d.Heading(2, "Initial state")
	s.initial(d)
	d.Heading(2, "What changed since, in meaning")
	s.changes(d)
	if len(r.Notes) > 0 {
		d.Heading(2, "Notes")
		for _, n := range r.Notes {
			d.Item(0, n.Text, day(n.At))
		}
	}
	d.Heading(2, "Confirmed")
	s.items(d, s.Confirmed, "nothing")
	d.Heading(2, "Hypotheses still open, in the order of isolation")
	s.items(d, s.Hypotheses, "none")
	d.Heading(2, "Ruled out")
	s.ruledOut(d)
	s.gone(d, "No longer found")
	if r.IsOpen() {
		d.Heading(2, "Next check")
		s.next(d)
	}
	return d
}

// now is where it stands, in a sentence, before all lists.
func (s *Status) now() string {
	unexplained := 0
	for _, c := range s.Changes {
		if c.Why == "" {
			unexplained++
		}
	}
	changes := "nothing changed"
	if n := len(s.Changes); n > 0 {
		changes = count(n, "change")
		if unexplained > 0 {
			changes += fmt.Sprintf(" (%d without a why)", unexplained)
		}
	}
	return fmt.Sprintf("now: %d confirmed, %s open, %d ruled out, %s since", len(s.Confirmed), hypotheses(len(s.Hypotheses)), len(s.RuledOut)+len(s.Excluded), changes)
}

// gone says how many of the findings about it are no longer there.
func gone(n, of int) string {
	switch {
	case n == 0 || of == 0:
		return ""
	case n == of:
		return "no longer there"
	}
	return fmt.Sprintf("%d of them no longer there", n)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func hypotheses(n int) string {
	if n == 1 {
		return "1 hypothesis"
	}
	return fmt.Sprintf("%d hypotheses", n)
}

// gone lists what was found when the incident began, or got a verdict, and is no longer there.
func (s *Status) gone(d *report.Document, title string) {
	if len(s.Gone)+len(s.Vanished) == 0 {
		return
	}
	d.Heading(2, title)
	told := map[string]bool{}
	for _, v := range s.Gone {
		told[v.Fingerprint] = true
		d.Item(0, v.Message, v.Verdict+" on "+day(v.At)+": "+v.Because)
	}
	for _, f := range s.Vanished {
		if !told[f.Fingerprint] {
			d.Item(0, f.Message, f.Certainty, "no verdict")
		}
	}
}

func said(label, text string) string {
	if text == "" {
		return ""
	}
	return label + text
}

func state(r *Record) string {
	if r.IsOpen() {
		return "open since " + day(r.Opened)
	}
	return "closed " + day(r.Closed)
}

func (s *Status) initial(d *report.Document) {
	i := s.Record.Initial
	switch {
	case i.Revision == "":
		d.Item(0, "not in git: the state is known from this record alone")
	case i.Branch == "":
		d.Item(0, "revision "+i.Revision[:min(10, len(i.Revision))]+" (detached) "+i.Subject)
	default:
		d.Item(0, "revision "+i.Revision[:min(10, len(i.Revision))]+" on "+i.Branch+": "+i.Subject)
	}
	if len(i.Uncommitted) > 0 {
		d.Item(0, "not committed: "+strings.Join(i.Uncommitted, ", "))
	}
	if i.FastAPI != "" {
		d.Item(0, "FastAPI "+i.FastAPI)
	}
	if len(i.Environments) > 0 {
		d.Item(0, "environments: "+strings.Join(i.Environments, ", "))
	}
	d.Item(0, fmt.Sprintf("findings about it: %d", len(i.Findings)), gone(len(s.Vanished), len(i.Findings)))
}

func (s *Status) changes(d *report.Document) {
	if len(s.Changes) == 0 {
		d.Item(0, "nothing that has to do with authentication")
	}
	unexplained := 0
	for _, c := range s.Changes {
		why := "no note says why"
		if c.Why != "" {
			why = "why: " + c.Why
		} else {
			unexplained++
		}
		place := ""
		if c.File != "" {
			place = fmt.Sprintf("%s:%d", c.File, max(c.Line, 1))
		}
		d.Item(0, c.String(), place, why)
	}
	if unexplained > 0 && s.Record.IsOpen() {
		d.Say(`bearings incident note "…" keeps the why of what is not noted yet`)
	}
	for _, u := range s.Unseen {
		d.Item(0, u)
	}
}

func (s *Status) items(d *report.Document, list []Item, none string) {
	if len(list) == 0 {
		d.Item(0, none)
	}
	for _, i := range list {
		d.AddFinding(s.Project, i.Finding, verdictWords(i))
	}
}

// verdictWords says what was verified about a finding, and whether that still holds.
func verdictWords(i Item) string {
	if i.Verdict == nil {
		return ""
	}
	words := fmt.Sprintf("%s on %s: %s", i.Verdict.Verdict, day(i.Verdict.At), i.Verdict.Because)
	if i.Stale {
		return "STALE verdict, its lines have changed since: " + words
	}
	return words
}

func (s *Status) ruledOut(d *report.Document) {
	for _, i := range s.RuledOut {
		d.Item(0, i.Finding.Message, verdictWords(i), i.Finding.Fingerprint()[:8])
	}
	d.AddRuledOut(s.Project, s.Excluded)
	if len(s.RuledOut)+len(s.Excluded) == 0 {
		d.Item(0, "nothing")
	}
}

// next tells what to do first.
func (s *Status) next(d *report.Document) {
	n := s.Next()
	d.Item(0, n.Say, n.Why)
	if n.Item != nil {
		d.Code("sh", n.Run)
		d.Say(fmt.Sprintf("then: bearings incident verdict %s confirmed|ruled-out --because \"…\"", n.Item.Finding.Fingerprint()[:8]))
	}
}

// layer says in which family the cause lies, as far as it is known.
func (s *Status) layer() (analyzers.Family, bool) {
	for _, i := range s.Confirmed {
		if i.Finding.Severity >= analyzers.Warning {
			return i.Finding.Family, true
		}
	}
	for _, i := range s.Hypotheses {
		return i.Finding.Family, false
	}
	for _, v := range s.Gone { // mended: what it was
		if v.Verdict != Confirmed {
			continue
		}
		for _, rule := range analyzers.All() {
			if rule.Code == v.Code {
				return rule.Family, true
			}
		}
	}
	return "", false
}
