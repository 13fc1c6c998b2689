package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"bearings/analyzers"
	"bearings/internal/fastapi"
)

// ExplainText writes an explanation for a person: the way of the request with
// every place that answers it, then what is confirmed, what is a hypothesis,
// what is ruled out, and which statuses cannot occur.
func ExplainText(w io.Writer, e *Explanation, style Style) error {
	t := &explainText{findingText{style: style, places: newPlaces(e.Project), redactor: NewRedactor(e.Project)}, e}
	t.head()
	t.answered()
	t.way()
	t.sum()
	t.findings("Confirmed", "the files prove it", e.Confirmed)
	t.findings("Hypotheses", "in the order of isolation, each with its check", e.Hypotheses)
	t.ruledOut()
	t.cannot()
	return emit(w, t.redactor, t.out.String())
}

type explainText struct {
	findingText
	e *Explanation
}

// title is an operation with the status that is asked about.
func (e *Explanation) title() string {
	out := operationName(e.Operation)
	if path := fullPath(e.Operation); path != e.Operation.Path {
		out += " (as " + path + ")"
	}
	if _, label := cutLabel(NameOf(e.Project, e.Operation)); label != "" {
		out += " (" + label + ")"
	}
	if e.Status != 0 {
		out += " → " + itoa(e.Status)
	}
	return out
}

// guarded says how the operation is guarded.
func (e *Explanation) guarded() string {
	if !e.Operation.Protected {
		return "open: no guard was found in its chain or its middleware"
	}
	return strings.TrimSuffix("guarded by "+guards(e.Operation), " by ")
}

func (t *explainText) head() {
	o := t.e.Operation
	name := ""
	if o.Handler != nil {
		name = callableName(o.Handler) + "  "
	}
	t.line(t.style.bold(t.e.title()) + "  " + name + t.style.cyan(t.places.short(operationPlace(o))))
	t.paragraph(t.e.guarded())
	t.paragraph(t.e.Note)
	if len(t.e.Others) > 0 {
		t.paragraph("not this one: " + namesOf(t.e.Project, t.e.Others, t.e.Operation, 6))
	}
	t.line("")
}

// namesOf lists operations as one can ask about them besides another: by their
// handlers where they are called the same.
func namesOf(p *fastapi.Project, list []*fastapi.Operation, besides *fastapi.Operation, limit int) string {
	var out []string
	for i, o := range list {
		if i == limit {
			out = append(out, fmt.Sprintf("and %d more", len(list)-limit))
			break
		}
		out = append(out, nameBesides(p, o, besides))
	}
	return strings.Join(out, ", ")
}

func nameBesides(p *fastapi.Project, o, other *fastapi.Operation) string {
	if name := NameOf(p, o); other != nil && name != o.ID() && name != NameOf(p, other) {
		return name
	}
	if other != nil && o.ID() == other.ID() && o.Handler != nil && o.Handler.Name != "" {
		return o.Handler.Name
	}
	return o.ID()
}

func idsOf(p *fastapi.Project, list []*fastapi.Operation, limit int) string {
	var out []string
	for i, o := range list {
		if i == limit {
			out = append(out, fmt.Sprintf("and %d more", len(list)-limit))
			break
		}
		out = append(out, NameOf(p, o))
	}
	return strings.Join(out, ", ")
}

func (t *explainText) paragraph(text string) {
	if text == "" {
		return
	}
	for _, part := range wrap(clean(t.redactor.Text(text)), t.style.columns()-2) {
		t.line("  " + part)
	}
}

// way lists the steps; those that can answer what is asked about are marked.
func (t *explainText) way() {
	t.line(t.style.bold("The way of the request") + t.style.dim(", outermost first"))
	for _, s := range t.e.Steps {
		list := answersOf(s, t.e.Status)
		mark := " "
		if len(list) > 0 && t.e.Status != 0 {
			mark = t.style.paint("1;33", "◆")
		}
		name := afterColon(s.Name)
		if name == string(s.Layer) {
			name = ""
		}
		head := pad(string(s.Layer), 18) + clean(name)
		line, used := "  "+mark+" "+head, 4+textCells(head)
		if place := t.places.short(s.At); place != "" && s.Layer != fastapi.LayerRouting && s.Layer != fastapi.LayerValidation {
			line += "  " + t.style.cyan(place)
			used += 2 + textCells(place)
		}
		note := clean(s.Note)
		if note != "" && used+2+textCells(note) <= t.style.columns() {
			line += t.style.dim("  " + note)
			note = ""
		}
		t.line(line)
		if note != "" {
			for _, part := range wrap(note, t.style.columns()-8) {
				t.line("        " + t.style.dim(part))
			}
		}
		for _, a := range list {
			t.answer(s, a)
		}
	}
	t.line("")
}

// answerFacts says what an answer is, in parts: its status and text, and the rest.
func (p *places) answerFacts(a fastapi.Answer) (head, rest string) {
	head = "another answer"
	if a.Status != 0 {
		head = itoa(a.Status)
	}
	if a.Detail != "" {
		head += ` "` + a.Detail + `"`
	}
	var facts []string
	if w := p.when(a); w != "" {
		facts = append(facts, "when "+w)
	}
	for _, h := range a.Through {
		facts = append(facts, h.Note)
	}
	if a.Raised != 0 && a.Raised != a.Status {
		facts = append(facts, fmt.Sprintf("raised as %d", a.Raised))
	}
	switch {
	case a.Intended:
		facts = append(facts, "on purpose")
	case a.Status >= 400:
		facts = append(facts, "a fault")
	}
	if !a.Confirmed {
		facts = append(facts, "hypothesis")
	}
	if a.Version != "" {
		facts = append(facts, a.Version)
	}
	return head, strings.Join(facts, "; ")
}

func (t *explainText) answer(s fastapi.Step, a fastapi.Answer) {
	head, rest := t.places.answerFacts(a)
	text := head
	if rest != "" {
		text += "  " + rest
	}
	if place := t.places.short(a.At); place != "" && a.At != s.At {
		text += "; " + place
	}
	for i, part := range wrap(clean(t.redactor.Text(text)), t.style.columns()-10) {
		t.line(strings.Repeat(" ", 8+2*min(i, 1)) + part)
	}
}

// counts says how many places give the status, and how many of them on purpose.
func (e *Explanation) counts() (places, intended int) {
	for _, s := range e.Steps {
		for _, a := range s.Answers {
			if a.Status == e.Status {
				places++
				if a.Intended {
					intended++
				}
			}
		}
	}
	return places, intended
}

// said sums up who can answer the status that is asked about.
func (e *Explanation) said() string {
	if e.Status == 0 {
		list := fastapi.Statuses(e.Steps)
		slices.Sort(list)
		words := make([]string, len(list))
		for i, s := range list {
			words[i] = itoa(s)
		}
		return "Can answer " + strings.Join(words, ", ") + " besides its own result, and 500 when anything raises an exception that nobody handles."
	}
	n, intended := e.counts()
	switch {
	case n == 0 && slices.Contains(e.Impossible, e.Status):
		return fmt.Sprintf("Nothing on this way answers %d. If a client sees it, the answer comes from before the application (a proxy, a gateway) or from another deployment than these files.", e.Status)
	case n == 0 && e.Status == 500:
		return "No place on this way is known to fail. A 500 is any exception that nobody handles: the log of the server holds its traceback."
	case n == 0:
		return fmt.Sprintf("No known place on this way answers %d; what could not be followed may.", e.Status)
	case intended == n:
		return fmt.Sprintf("%d comes from %s, on purpose: a refusal may be right. Which one it was, its text and its condition tell.", e.Status, count(n, "place", "places"))
	}
	return fmt.Sprintf("%d comes from %s, %d of them on purpose.", e.Status, count(n, "place", "places"), intended)
}

func (t *explainText) sum() {
	for _, part := range wrap(t.e.said(), t.style.columns()) {
		t.line(part)
	}
	t.line("")
}

func (t *explainText) findings(title, note string, list []analyzers.Finding) {
	if len(list) == 0 {
		t.line(t.style.bold(title) + t.style.dim("  none"))
		t.line("")
		return
	}
	t.line(t.style.bold(title) + t.style.dim("  "+note))
	t.line("")
	for _, f := range list {
		t.finding(f)
	}
}

func (t *explainText) ruledOut() {
	if n := t.e.Elsewhere; n > 0 {
		t.line(count(n, "finding", "findings") + " about this operation with other statuses: bearings explain \"" + NameOf(t.e.Project, t.e.Operation) + "\"")
		t.line("")
	}
	t.line(t.style.bold("Ruled out"))
	if len(t.e.RuledOut) == 0 {
		t.line("  nothing could be ruled out from the files")
	}
	for _, r := range t.e.RuledOut {
		for i, part := range wrap(clean(t.redactor.Text(r.Cause)), t.style.columns()-4) {
			t.line([]string{"  ✗ ", "    "}[min(i, 1)] + part)
		}
		for i, part := range wrap("because "+clean(t.redactor.Text(r.Because)), t.style.columns()-8) {
			t.line(strings.Repeat(" ", 6+2*min(i, 1)) + part)
		}
		for _, ev := range r.Evidence {
			t.line("        " + t.style.cyan(t.places.short(ev.At)) + "  " + clean(t.redactor.Text(ev.Note)))
		}
	}
	t.line("")
}

// cannot says which refusals cannot occur, or what keeps that open.
func (e *Explanation) cannot() string {
	if len(e.Impossible) > 0 {
		words := make([]string, len(e.Impossible))
		for i, s := range e.Impossible {
			words[i] = itoa(s)
		}
		return "Cannot occur here: " + strings.Join(words, ", ") + "."
	}
	if len(e.Open) > 0 {
		return "No status is excluded, because " + count(len(e.Open), "place", "places") + " on the way could not be resolved:"
	}
	if opaque(e) {
		return "No status is excluded, because code on the way, of a library or with a computed status, could not be followed."
	}
	return ""
}

func (t *explainText) cannot() {
	if said := t.e.cannot(); said != "" {
		t.line(said)
	}
	for i, g := range t.e.Open {
		if i == shownGaps {
			t.line(fmt.Sprintf("  and %d more", len(t.e.Open)-shownGaps))
			break
		}
		t.paragraph(strings.TrimSpace(t.places.short(g.At) + "  " + g.Reason))
	}
}

// PlacesText writes the places that answer with a text.
func PlacesText(w io.Writer, p *fastapi.Project, asked Asked, style Style) error {
	t := &explainText{findingText: findingText{style: style, places: newPlaces(p), redactor: NewRedactor(p)}}
	t.line(t.style.bold(count(len(asked.Places), "place answers", "places answer")+" with this text") + "\n")
	for _, place := range asked.Places {
		t.line(t.style.cyan(t.places.short(place.Answer.At)) + "  " + string(place.Layer))
		head, rest := t.places.answerFacts(place.Answer)
		t.paragraph(strings.TrimSpace(head + "  " + rest))
		t.paragraph("on the way of " + idsOf(p, place.Operations, 6))
		t.line("")
	}
	first := asked.Places[0]
	t.line(fmt.Sprintf("bearings explain %q %d tells what is confirmed and ruled out about it.", NameOf(p, first.Operations[0]), first.Answer.Status))
	return emit(w, t.redactor, t.out.String())
}
