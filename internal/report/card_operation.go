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
	c.statuses(o)
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

// way lists what a request passes, outermost first.
func (c *card) way(o *fastapi.Operation) {
	c.section("The way of a request")
	if o.App != nil {
		for _, m := range o.App.Middleware {
			note := ""
			if o.Kind == fastapi.WebSocket && (m.Kind == fastapi.HTTPFunction || m.Kind == fastapi.BaseHTTP) {
				note = "sees no websocket"
			} else if s := answers(m.Flow); s != "" {
				note = "can answer " + s
			}
			c.item(0, "middleware "+code(m.Class), note, c.at(m.At))
		}
	}
	for _, include := range o.Includes {
		note := ""
		if include.Prefix != "" {
			note = "prefix " + code(include.Prefix)
		}
		c.item(0, "router "+code(include.Router), note, c.at(include.At))
	}
	c.chain(0, o.Dependencies)
	if o.Handler != nil {
		c.item(0, "handler "+code(callableName(o.Handler)), c.at(o.Handler.At))
	}
	c.end()
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

// statuses lists what can answer instead of the handler, as far as the model says.
func (c *card) statuses(o *fastapi.Operation) {
	var lines []string
	if o.App != nil {
		for _, m := range o.App.Middleware {
			if s := answers(m.Flow); s != "" {
				lines = append(lines, fmt.Sprintf("%s by middleware %s", s, code(m.Class)))
			}
		}
	}
	for _, s := range schemesOf(o.Dependencies) {
		if s.AutoError {
			lines = append(lines, fmt.Sprintf("%s by %s, without its credential", schemeStatus(c.project, s), code(s.Name)))
		}
	}
	if required(o.Parameters) || requiredIn(o.Dependencies) {
		lines = append(lines, "422 when a required parameter is missing or of the wrong type")
	}
	if len(lines) == 0 {
		return
	}
	c.section("Can be answered before the handler")
	for _, line := range lines {
		c.item(0, line)
	}
	if o.App != nil {
		for _, h := range o.App.Handlers {
			c.item(0, "exception handler for "+code(h.For)+" writes the answer", answersTo(h), c.at(h.At))
		}
	}
	c.end()
}

func answersTo(h *fastapi.ExceptionHandler) string {
	if s := answers(h.Flow); s != "" {
		return "answers " + s
	}
	return ""
}

func required(list []*fastapi.Parameter) bool {
	return slices.ContainsFunc(list, func(p *fastapi.Parameter) bool {
		return p.In != fastapi.InSpecial && (p.Required || (p.Type != "" && p.Type != "str"))
	})
}

func requiredIn(list []*fastapi.Dependency) bool {
	return slices.ContainsFunc(list, func(d *fastapi.Dependency) bool {
		return required(d.Parameters) || requiredIn(d.Dependencies)
	})
}

func (c *card) conditions(list []fastapi.Condition) {
	for _, w := range list {
		c.say("registered only when %s holds · %s", code(w.Text), c.at(w.At))
	}
}
