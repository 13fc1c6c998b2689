package report

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// Linker returns the URL of a place. Nil, or "" for a place, gives no link.
type Linker func(source.Location) string

// card collects one card in Markdown: a title, facts, sections of lists.
type card struct {
	out      strings.Builder
	project  *fastapi.Project
	places   *places
	redactor *Redactor
	link     Linker
}

func newCard(p *fastapi.Project, link Linker) *card {
	return &card{project: p, places: newPlaces(p), redactor: NewRedactor(p), link: link}
}

// String returns the card, redacted as the last step.
func (c *card) String() string {
	return c.redactor.Text(strings.TrimRight(c.out.String(), "\n") + "\n")
}

// at is a place as a link, or as code.
func (c *card) at(l source.Location) string {
	text := c.places.short(l)
	if text == "" {
		return ""
	}
	if c.link != nil {
		if url := c.link(l); url != "" {
			return "[" + escapeMarkdown(text) + "](" + strings.NewReplacer("(", "%28", ")", "%29", " ", "%20").Replace(url) + ")"
		}
	}
	return code(text)
}

func (c *card) title(text string, facts ...string) {
	c.out.WriteString("**" + escapeMarkdown(text) + "**" + tail(facts) + "\n\n")
}

// say writes a paragraph, which begins with a capital where it begins with a word.
func (c *card) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	first, _, _ := strings.Cut(text, " ")
	if strings.Trim(first, "abcdefghijklmnopqrstuvwxyz") == "" && first != "" {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	c.raw(text)
}

// raw writes a paragraph as it stands.
func (c *card) raw(text string) { c.out.WriteString(text + "\n\n") }

func (c *card) section(title string) { c.out.WriteString("*" + title + "*\n\n") }

func (c *card) item(depth int, text string, facts ...string) {
	c.out.WriteString(strings.Repeat("  ", depth) + "- " + text + tail(facts) + "\n")
}

func (c *card) end() { c.out.WriteByte('\n') }

// tail joins the facts that say something.
func tail(facts []string) string {
	out := ""
	for _, f := range facts {
		if f != "" {
			out += " · " + f
		}
	}
	return out
}

func (c *card) gaps(gaps []fastapi.Gap) {
	if len(gaps) == 0 {
		return
	}
	c.section("Could not be resolved")
	for i, g := range sortedGaps(gaps) {
		if i == shownGaps {
			c.item(0, fmt.Sprintf("and %d more", len(gaps)-shownGaps))
			break
		}
		c.item(0, escapeMarkdown(g.Reason), c.at(g.At))
	}
	c.end()
}

// chain writes dependencies and their sub-dependencies in the order in which FastAPI resolves them.
func (c *card) chain(depth int, list []*fastapi.Dependency) {
	for _, d := range list {
		place := d.At
		if d.Callable != nil && !d.Callable.At.IsZero() {
			place = d.Callable.At
		}
		facts := []string{escapeMarkdown(dependencyFacts(d)), c.at(place)}
		if d.Scheme != nil {
			facts = append(facts, schemeRefusal(c.project, d.Scheme))
		}
		c.item(depth, code(callableName(d.Callable)), facts...)
		if depth < 8 {
			c.chain(depth+1, d.Dependencies)
		}
	}
}

// flow writes what a piece of code can answer by itself.
func (c *card) flow(depth int, f *fastapi.Flow) {
	if f == nil {
		return
	}
	for _, o := range f.Outcomes {
		if o.Caught || (o.Kind == fastapi.Returns && o.Status > 0 && o.Status < 300) {
			continue
		}
		status := "a status that is not known"
		if o.Status > 0 {
			status = itoa(o.Status)
		}
		facts := []string{}
		if o.Detail != "" {
			facts = append(facts, escapeMarkdown(`"`+o.Detail+`"`))
		}
		if len(o.When) > 0 {
			facts = append(facts, "when "+code(o.When[len(o.When)-1].Text))
		}
		if o.Intended {
			facts = append(facts, "on purpose")
		}
		c.item(depth, "can answer "+status, append(facts, c.at(o.At))...)
	}
}

// markup is compiled when a plain card is asked for: links, emphasis, code, escapes.
var markup = sync.OnceValue(func() (m struct{ link, strong, emphasis, escape *regexp.Regexp }) {
	m.link = regexp.MustCompile(`\[((?:\\.|[^\]\\])*)\]\([^)]*\)`)
	m.strong = regexp.MustCompile(`\*\*((?:\\.|[^*\\\n])+)\*\*`)
	m.emphasis = regexp.MustCompile(`(?m)^\*((?:\\.|[^*\\\n])+)\*$`)
	m.escape = regexp.MustCompile("\\\\([\\\\`*_\\[\\]<>#|~!&])")
	return m
})

// Plain returns a card as plain text, for a client that shows no Markdown.
func Plain(card string) string {
	m := markup()
	card = m.link.ReplaceAllString(card, "$1")
	card = m.emphasis.ReplaceAllString(m.strong.ReplaceAllString(card, "$1"), "$1")
	var b strings.Builder
	fenced := false
	for line := range strings.Lines(card) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
			continue
		}
		if !fenced {
			line = m.escape.ReplaceAllString(strings.ReplaceAll(line, "`", ""), "$1")
		}
		b.WriteString(line)
	}
	return b.String()
}
