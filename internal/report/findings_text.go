package report

import (
	"fmt"
	"io"
	"strings"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// Text writes findings for a person: the families in the order of isolation,
// each finding with its fact, place, evidence, effect, check and fix.
func Text(w io.Writer, in *Findings, style Style) error {
	t := &findingText{style: style, places: newPlaces(in.Project), redactor: NewRedactor(in.Project)}
	var family analyzers.Family
	for _, f := range isolated(in.Findings) {
		if f.Family != family {
			family = f.Family
			t.heading(family)
		}
		t.finding(f)
	}
	t.summary(in)
	return emit(w, t.redactor, t.out.String())
}

// Header names the project that the report below it is about, where there are several.
func Header(w io.Writer, name string, style Style) error {
	_, err := fmt.Fprintf(w, "%s\n\n", style.paint("1;4", "== "+name))
	return err
}

// Total ends the reports of several projects with what they come to together.
// Failed is how many could not be looked at.
func Total(w io.Writer, all []*Findings, failed int, style Style) error {
	confirmed, hypotheses, with := 0, 0, 0
	for _, in := range all {
		c, h := tally(in.Findings)
		confirmed, hypotheses = confirmed+c, hypotheses+h
		if c+h > 0 {
			with++
		}
	}
	text := fmt.Sprintf("%s: %d confirmed, %s", count(len(all)+failed, "project", "projects"), confirmed, count(hypotheses, "hypothesis", "hypotheses"))
	more := fmt.Sprintf(" · findings in %d of them", with)
	if failed > 0 {
		more += fmt.Sprintf(", %d could not be looked at", failed)
	}
	_, err := fmt.Fprintf(w, "\n%s%s\n", style.bold(text), style.dim(more))
	return err
}

// findingText collects the text of a report.
type findingText struct {
	out      strings.Builder
	style    Style
	places   *places
	redactor *Redactor
}

// label is the width of the column in which "because", "check" and "fix" stand.
const label = 11

func (t *findingText) heading(f analyzers.Family) {
	line := string(f)
	if q := question(f); q != "" {
		line += " · " + q
	}
	t.line(t.style.bold(line))
	t.line("")
}

func (t *findingText) line(text string) {
	t.out.WriteString(strings.TrimRight(text, " "))
	t.out.WriteByte('\n')
}

func (t *findingText) finding(f analyzers.Finding) {
	words := f.Severity.String() + ", " + f.Certainty.String() + ": "
	for i, part := range wrap(words+clean(t.redactor.Text(f.Message)), t.style.columns()) {
		if rest, ok := strings.CutPrefix(part, strings.TrimSpace(words)); ok && i == 0 {
			part = t.style.severity(f.Severity, f.Certainty, strings.TrimSpace(words)) + t.style.bold(rest)
		} else {
			part = "  " + t.style.bold(part)
		}
		t.line(part)
	}
	t.line("  " + t.style.cyan(t.places.full(f.At)) + t.style.dim("  "+f.Code))
	t.excerpt(f.At, "  ", true)
	shown := map[string]bool{t.places.short(f.At): true}
	for i, e := range f.Evidence {
		place := t.places.short(e.At)
		t.evidence(e, i == 0, !shown[place])
		shown[place] = true
	}
	if f.Effect.Text != "" {
		t.entry("effect", effectText(f.Effect))
	}
	for i, assumed := range f.Assumes {
		t.entry(first(i, "assumes"), assumed)
	}
	t.gaps(f.Gaps)
	if f.Check.Say != "" || f.Check.Run != "" {
		t.entry("check", f.Check.Say)
		t.command(f.Check.Run)
	}
	for i, fix := range f.Fixes {
		t.entry(first(i, "fix"), fixText(fix))
	}
	t.line("")
}

// first returns a word for the first of several entries, and "" for the others.
func first(i int, word string) string {
	if i > 0 {
		return ""
	}
	return word
}

// effectText says what the fact does to a request, and how sure that is.
func effectText(e analyzers.Effect) string {
	sure := e.Certainty.String()
	if len(e.Status) > 0 {
		statuses := make([]string, len(e.Status))
		for i, s := range e.Status {
			statuses[i] = itoa(s)
		}
		sure += ", " + strings.Join(statuses, " or ")
	}
	return e.Text + " (" + sure + ")"
}

// fixText names a fix and says whether it can be applied without thinking.
func fixText(f analyzers.Fix) string {
	switch {
	case len(f.Edits) == 0:
		return f.Title + " (by hand)"
	case f.Safe:
		return f.Title + " (safe: check --fix applies it)"
	}
	return f.Title + " (changes behaviour: look at it first)"
}

// entry writes a labelled text with a hanging indentation.
func (t *findingText) entry(word, text string) {
	for i, part := range wrap(clean(t.redactor.Text(text)), t.style.columns()-label) {
		t.line("  " + t.style.dim(pad(first(i, word), label-2)) + part)
	}
}

func (t *findingText) command(run string) {
	if run == "" {
		return
	}
	for i, part := range strings.Split(strings.TrimRight(run, "\n"), "\n") {
		prompt := "$ "
		if i > 0 {
			prompt = "  "
		}
		t.line(strings.Repeat(" ", label) + prompt + clean(t.redactor.Text(part)))
	}
}

// evidence writes a supporting place; with its source line unless that has been shown.
func (t *findingText) evidence(e analyzers.Evidence, isFirst, excerpt bool) {
	word := ""
	if isFirst {
		word = "because"
	}
	place := t.places.short(e.At)
	if place == "" {
		t.entry(word, e.Note)
		return
	}
	note := wrap(clean(t.redactor.Text(e.Note)), max(t.style.columns()-label-textCells(place)-2, 30))
	t.line("  " + t.style.dim(pad(word, label-2)) + t.style.cyan(place) + "  " + note[0])
	for _, part := range note[1:] {
		t.line(strings.Repeat(" ", label+textCells(place)+2) + part)
	}
	if excerpt {
		t.excerpt(e.At, strings.Repeat(" ", label), false)
	}
}

// excerpt writes the source line of a place; with carets under the span, or,
// without them, only when the line is short enough to be read at a glance.
func (t *findingText) excerpt(at source.Location, indent string, carets bool) {
	limit := t.style.columns() - len(indent) - 9
	if !carets {
		limit = 0
	}
	e, ok := t.redactor.excerptAt(t.places, at, limit)
	if !ok || e.text == "" || (!carets && textCells(e.text) > t.style.columns()-label-9) {
		return
	}
	t.line(fmt.Sprintf("%s%s %s", indent, t.style.dim(fmt.Sprintf("%5d │", e.number)), e.text))
	if carets {
		more := ""
		if e.more {
			more = " …"
		}
		t.line(fmt.Sprintf("%s%s %s", indent, t.style.dim("      │"), t.style.paint("1", e.carets())+more))
	}
}

// shownGaps is how many gaps a finding lists before it only counts them.
const shownGaps = 4

func (t *findingText) gaps(gaps []fastapi.Gap) {
	for i, g := range gaps {
		if i == shownGaps && len(gaps) > shownGaps+1 {
			t.entry("", fmt.Sprintf("and %d more", len(gaps)-shownGaps))
			return
		}
		text := "could not be resolved: " + g.Reason
		if place := t.places.short(g.At); place != "" {
			text = place + "  " + text
		}
		t.entry(first(i, "gap"), text)
	}
}

// open names the first places that stayed unresolved: silence about them proves nothing.
func (t *findingText) open(gaps []fastapi.Gap) {
	if len(gaps) == 0 {
		return
	}
	t.line(count(len(gaps), "place", "places") + " could not be resolved:")
	for i, g := range gaps {
		if i == shownGaps {
			t.line(t.style.dim(fmt.Sprintf("  and %d more; bearings map lists them", len(gaps)-shownGaps)))
			return
		}
		text := strings.TrimSpace(t.places.short(g.At) + "  " + clean(t.redactor.Text(g.Reason)))
		for j, part := range wrap(text, t.style.columns()-4) {
			t.line(strings.Repeat(" ", 2+2*min(j, 1)) + part)
		}
	}
}

// summary closes the report: how much was found, how much was read, what stays open.
func (t *findingText) summary(in *Findings) {
	confirmed, hypotheses := tally(in.Findings)
	said := itoa(confirmed) + " confirmed, " + count(hypotheses, "hypothesis", "hypotheses")
	if len(in.Findings) == 0 {
		said = "Nothing found"
	}
	if in.Stats.Suppressed > 0 {
		said += ", " + itoa(in.Stats.Suppressed) + " suppressed"
	}
	if in.Stats.Baseline > 0 {
		said += ", " + itoa(in.Stats.Baseline) + " in the baseline"
	}
	t.line(t.style.bold(said) + t.style.dim(" · "+count(in.Stats.Files, "file", "files")+", "+itoa(in.Stats.Parsed)+" of them Python · "+
		count(in.Stats.Operations, "path operation", "path operations")+" · "+itoa(int(in.Stats.Milliseconds))+" ms"))
	t.open(allGaps(in.Project))
	for _, p := range in.Problems {
		t.line("a rule failed and its findings are missing: " + clean(p))
	}
}
