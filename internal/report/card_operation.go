package report

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
)

// OperationCard tells the way of a request to a path operation: who guards it,
// which middleware stands before it, in which order its dependencies run, who
// issues and who verifies its token, and which statuses can come back.
func OperationCard(p *fastapi.Project, o *fastapi.Operation, link Linker) string {
	c := newCard(p, link)
	place := o.Registered
	name := ""
	if o.Handler != nil {
		name = code(callableName(o.Handler))
		if !o.Handler.At.IsZero() {
			place = o.Handler.At
		}
	}
	c.title(operationName(o), name, c.at(place))
	switch {
	case o.Kind == fastapi.MountKind && o.Mounted != nil:
		c.say("mounts %s; its middleware runs first, its dependencies do not", code(o.Mounted.Name))
	case o.Protected && guards(o) != "":
		c.say("guarded by %s", escapeMarkdown(guards(o)))
	case o.Protected:
		c.say("guarded")
	default:
		c.say("**open**: no guard was found in its chain or its middleware")
	}
	c.way(o)
	c.tokens(o)
	c.conditions(o.Conditions)
	c.gaps(o.Gaps)
	return c.String()
}

func operationName(o *fastapi.Operation) string {
	if len(o.Methods) > 1 {
		return strings.Join(o.Methods, ", ") + " " + o.Path
	}
	return o.ID()
}

// answersShown is how many answers of one step a card lists.
const answersShown = 4

// way lists what a request passes, outermost first, and under each step every
// way in which it can end the request there.
func (c *card) way(o *fastapi.Operation) {
	if o.App == nil {
		return
	}
	steps := worthTelling(c.project.Walk(o))
	c.section("The way of a request")
	routed := false
	for _, s := range steps {
		if s.Layer != fastapi.LayerMiddleware && !routed {
			routed = true
			c.includes(o.Includes)
		}
		facts := []string{escapeMarkdown(s.Note)}
		if s.Dependency != nil {
			facts = append(facts, escapeMarkdown(dependencyFacts(s.Dependency)))
		}
		c.item(0, string(s.Layer)+stepName(s), append(facts, c.at(s.At))...)
		for i, a := range s.Answers {
			if i == answersShown {
				c.item(1, fmt.Sprintf("and %d more", len(s.Answers)-answersShown))
				break
			}
			c.answer(s, a)
		}
	}
	for _, h := range o.App.Handlers {
		c.item(0, "exception handler for "+code(afterColon(h.For)), answersTo(h), c.at(h.At))
	}
	c.end()
	if list := fastapi.Statuses(steps); len(list) > 0 {
		slices.Sort(list)
		words := make([]string, len(list))
		for i, status := range list {
			words[i] = itoa(status)
		}
		c.say("Can answer %s besides its own result.", strings.Join(words, ", "))
	}
}

// worthTelling leaves out what every path operation answers alike: the redirect
// of a slash, another method; and exception handlers, which only write the answers of others.
func worthTelling(steps []fastapi.Step) []fastapi.Step {
	var out []fastapi.Step
	for _, s := range steps {
		switch s.Layer {
		case fastapi.LayerException:
			continue
		case fastapi.LayerRouting:
			s.Answers = slices.DeleteFunc(slices.Clone(s.Answers), func(a fastapi.Answer) bool { return a.Status != 0 })
			if len(s.Answers) == 0 {
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// stepName is the name of a step, where it says more than its layer.
func stepName(s fastapi.Step) string {
	if s.Name == "" || s.Name == string(s.Layer) {
		return ""
	}
	return " " + code(afterColon(s.Name))
}

// answer tells one way in which a step ends the request.
func (c *card) answer(s fastapi.Step, a fastapi.Answer) {
	status := "another answer"
	if a.Status > 0 {
		status = itoa(a.Status)
	}
	var facts []string
	switch {
	case a.When == "":
	case a.Outcome != nil:
		facts = append(facts, "when "+code(a.When))
	default:
		facts = append(facts, "when "+escapeMarkdown(a.When))
	}
	if a.Detail != "" {
		facts = append(facts, escapeMarkdown(`"`+a.Detail+`"`))
	}
	if a.Raised > 0 && a.Raised != a.Status {
		facts = append(facts, fmt.Sprintf("raised as %d", a.Raised))
	}
	if !a.Confirmed {
		facts = append(facts, "hypothesis")
	}
	if a.Intended {
		facts = append(facts, "on purpose")
	}
	facts = append(facts, escapeMarkdown(a.Version))
	if a.At != s.At {
		facts = append(facts, c.at(a.At))
	}
	c.item(1, status, facts...)
}

func (c *card) includes(list []*fastapi.Include) {
	for _, include := range list {
		note := ""
		if include.Prefix != "" {
			note = "prefix " + code(include.Prefix)
		}
		c.item(0, "router "+code(include.Router), note, c.at(include.At))
	}
}

// schemesOf returns the schemes that a chain reaches, each once.
func schemesOf(list []*fastapi.Dependency) []*fastapi.Scheme {
	var out []*fastapi.Scheme
	for _, d := range list {
		found := schemesOf(d.Dependencies)
		if d.Scheme != nil {
			found = append(found, d.Scheme)
		}
		for _, s := range found {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// tokens says who issues and who verifies the token, where the chain reads one.
func (c *card) tokens(o *fastapi.Operation) {
	if len(c.project.Tokens) == 0 || !o.Protected {
		return
	}
	c.section("The project's token calls")
	for _, t := range c.project.Tokens {
		c.item(0, does(t.Operation)+" in "+code(afterColon(t.Function)), escapeMarkdown(tokenFacts(t)), c.at(t.At))
	}
	c.end()
}

// does is what a token call does, in the third person.
func does(o fastapi.TokenOperation) string {
	switch o {
	case fastapi.Sign:
		return "signs"
	case fastapi.Verify:
		return "verifies"
	}
	return "reads without verifying"
}

func afterColon(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// answersTo says which status an exception handler writes.
func answersTo(h *fastapi.ExceptionHandler) string {
	s := answers(h.Flow)
	switch {
	case s == "":
		return ""
	case h.Flow != nil && slices.ContainsFunc(h.Flow.Outcomes, func(o fastapi.Outcome) bool { return o.Status == 0 && !o.Caught }):
		return "may answer " + s
	}
	return "answers " + s
}

func (c *card) conditions(list []fastapi.Condition) {
	for _, w := range list {
		c.say("registered only when %s holds · %s", code(w.Text), c.at(w.At))
	}
}
