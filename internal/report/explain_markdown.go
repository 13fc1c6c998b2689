package report

import (
	"fmt"
	"io"
	"strings"

	"bearings/analyzers"
	"bearings/internal/fastapi"
)

// ExplainMarkdown writes an explanation for an issue or a colleague.
func ExplainMarkdown(w io.Writer, e *Explanation) error {
	c := newCard(e.Project, nil)
	c.heading(1, e.title())
	c.explanation(e, 2)
	return emit(w, c.redactor, strings.TrimRight(c.out.String(), "\n")+"\n")
}

func (c *card) heading(level int, text string) {
	c.out.WriteString(strings.Repeat("#", level) + " " + escapeMarkdown(text) + "\n\n")
}

// explanation writes the body of an explanation, with headings from a level on.
func (c *card) explanation(e *Explanation, level int) {
	c.say("%s · %s", escapeMarkdown(e.guarded()), c.at(operationPlace(e.Operation)))
	if e.Note != "" {
		c.raw(escapeMarkdown(e.Note))
	}
	if words := e.Answer().words(c.places); words != "" {
		lead, rest, _ := strings.Cut(words, ": ")
		c.say("**%s:** %s", escapeMarkdown(lead), escapeMarkdown(rest))
	}
	c.heading(level, "The way of the request, outermost first")
	c.explainedWay(e)
	c.say("%s", escapeMarkdown(e.said()))
	c.explained(level, "Confirmed", e.Confirmed)
	c.explained(level, "Hypotheses, in the order of isolation", e.Hypotheses)
	c.heading(level, "Ruled out")
	c.excluded(e.RuledOut)
	if said := e.cannot(); said != "" {
		c.say("%s", escapeMarkdown(said))
	}
	for _, g := range e.Open {
		c.item(0, escapeMarkdown(g.Reason), c.at(g.At))
	}
}

func (c *card) explainedWay(e *Explanation) {
	for _, s := range e.Steps {
		c.item(0, string(s.Layer)+stepName(s), escapeMarkdown(s.Note), c.at(s.At))
		for _, a := range answersOf(s, e.Status) {
			head, rest := c.places.answerFacts(a)
			place := ""
			if a.At != s.At {
				place = c.at(a.At)
			}
			c.item(1, "**"+escapeMarkdown(head)+"**", escapeMarkdown(rest), place)
		}
	}
	c.end()
}

func (c *card) explained(level int, title string, list []analyzers.Finding) {
	c.heading(level, title)
	if len(list) == 0 {
		c.say("None.")
	}
	for _, f := range list {
		c.heading(level+1, f.Message)
		c.out.WriteString(c.findingBody(f) + "\n")
	}
}

// excluded lists what is ruled out, with its reason and its places.
func (c *card) excluded(list []RuledOut) {
	if len(list) == 0 {
		c.say("Nothing could be ruled out from the files.")
		return
	}
	for _, r := range list {
		places := make([]string, 0, len(r.Evidence))
		for _, e := range r.Evidence {
			places = append(places, c.at(e.At))
		}
		c.item(0, fmt.Sprintf("~~%s~~, because %s", escapeMarkdown(r.Cause), escapeMarkdown(r.Because)), strings.Join(places, ", "))
	}
	c.end()
}

// PlacesMarkdown writes the places that answer with a text.
func PlacesMarkdown(w io.Writer, p *fastapi.Project, asked Asked) error {
	c := newCard(p, nil)
	c.heading(1, "Places that answer with this text")
	for _, place := range asked.Places {
		head, rest := c.places.answerFacts(place.Answer)
		c.item(0, "**"+escapeMarkdown(head)+"**", escapeMarkdown(rest), c.at(place.Answer.At), "on the way of "+escapeMarkdown(idsOf(p, place.Operations, 6)))
	}
	return emit(w, c.redactor, c.out.String())
}
