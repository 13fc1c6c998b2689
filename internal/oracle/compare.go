package oracle

import (
	"fmt"
	"slices"
	"strings"
)

// Aspect is what a deviation concerns.
type Aspect string

// The aspects.
const (
	AspectApp        Aspect = "application"
	AspectMissing    Aspect = "operation missing"
	AspectExtra      Aspect = "operation invented"
	AspectOrder      Aspect = "operation order"
	AspectHandler    Aspect = "handler"
	AspectTree       Aspect = "dependency tree"
	AspectSchemes    Aspect = "schemes"
	AspectMiddleware Aspect = "middleware"
	AspectExceptions Aspect = "exception handlers"
)

// Deviation is one difference between truth and model.
type Deviation struct {
	Project string
	Aspect  Aspect
	What    string // the operation or application
	Truth   string
	Model   string
	Gaps    []string // those that cover it; none: the deviation is silent
}

// Silent reports whether nothing in the model warns of the deviation.
func (d Deviation) Silent() bool { return len(d.Gaps) == 0 }

// String renders the deviation over several lines.
func (d Deviation) String() string {
	state := "SILENT"
	if !d.Silent() {
		state = "gap: " + d.Gaps[0]
	}
	return fmt.Sprintf("%s: %s: %s\n    FastAPI: %s\n    model:   %s\n    %s", d.Project, d.Aspect, d.What, d.Truth, d.Model, state)
}

// Score counts what was compared; each pair is "right of all".
type Score struct {
	Project                       string
	Apps                          int
	Operations, Found, Claimed    int // of the truth; found of them; claimed by the model without a condition
	Handlers, HandlersRight       int
	Trees, TreesRight             int
	Schemes, SchemesRight         int
	Stacks, StacksRight           int // middleware stacks where the model reports no gap
	Exceptions, ExceptionsRight   int
	Silent, Deviating, Unimported int
}

// Add sums two scores.
func (s *Score) Add(o Score) {
	s.Apps += o.Apps
	s.Operations += o.Operations
	s.Found += o.Found
	s.Claimed += o.Claimed
	s.Handlers += o.Handlers
	s.HandlersRight += o.HandlersRight
	s.Trees += o.Trees
	s.TreesRight += o.TreesRight
	s.Schemes += o.Schemes
	s.SchemesRight += o.SchemesRight
	s.Stacks += o.Stacks
	s.StacksRight += o.StacksRight
	s.Exceptions += o.Exceptions
	s.ExceptionsRight += o.ExceptionsRight
	s.Silent += o.Silent
	s.Deviating += o.Deviating
	s.Unimported += o.Unimported
}

// comparison accumulates the differences of one application.
type comparison struct {
	project    string
	score      Score
	deviations []Deviation
	truth      App
	model      App
}

// Compare lists the differences between what FastAPI built and the model.
func Compare(project string, truth, model App) (Score, []Deviation) {
	c := &comparison{project: project, truth: truth, model: model}
	c.score.Project, c.score.Apps = project, 1
	c.operations()
	c.middleware()
	c.exceptions()
	c.score.Deviating = len(c.deviations)
	for _, d := range c.deviations {
		if d.Silent() {
			c.score.Silent++
		}
	}
	return c.score, c.deviations
}

// CompareMissing scores an application that the model does not know at all.
func CompareMissing(project string, truth App, gaps []string) (Score, []Deviation) {
	score, deviations := Compare(project, truth, App{Gaps: gaps, Open: everything(len(gaps) > 0)})
	deviations = append([]Deviation{{Project: project, Aspect: AspectApp, What: truth.Name, Truth: truth.At.String(), Model: "none", Gaps: gaps}}, deviations...)
	score.Deviating++
	if len(gaps) == 0 {
		score.Silent++
	}
	return score, deviations
}

func everything(open bool) Parts { return Parts{open, open, open, open, open} }

// note records a deviation; open says whether gaps cover it.
func (c *comparison) note(aspect Aspect, what, truth, model string, open bool, gaps ...string) {
	d := Deviation{Project: c.project, Aspect: aspect, What: what, Truth: truth, Model: model}
	if open {
		d.Gaps = append(slices.Clone(gaps), c.model.Gaps...)
		if len(d.Gaps) == 0 {
			d.Gaps = []string{"(gap without a text)"}
		}
	}
	c.deviations = append(c.deviations, d)
}

// middleware compares the stacks. An entry that the model makes conditional may
// be absent from the truth.
func (c *comparison) middleware() {
	open := c.model.Open.Middleware || slices.ContainsFunc(c.model.Middleware, func(m Middleware) bool { return m.Open })
	right := sameStack(c.truth.Middleware, c.model.Middleware)
	if !open {
		c.score.Stacks++
		if right {
			c.score.StacksRight++
		}
	}
	if !right {
		c.note(AspectMiddleware, c.truth.Name, stack(c.truth.Middleware), stack(c.model.Middleware), open)
	}
}

func sameStack(truth, model []Middleware) bool {
	if len(model) == 0 {
		return len(truth) == 0
	}
	if len(truth) > 0 && sameMiddleware(truth[0], model[0]) && sameStack(truth[1:], model[1:]) {
		return true
	}
	return model[0].Conditional && sameStack(truth, model[1:])
}

func sameMiddleware(a, b Middleware) bool {
	if a.Class != b.Class && tail(a.Class) != tail(b.Class) {
		return false
	}
	return a.At == (Place{}) || a.At == b.At
}

func stack(list []Middleware) string {
	parts := make([]string, 0, len(list))
	for _, m := range list {
		text := m.Class + "@" + m.At.String()
		if m.Conditional {
			text += "?"
		}
		parts = append(parts, text)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// exceptions compares the exception handlers as sets.
func (c *comparison) exceptions() {
	model := map[string]Callable{}
	for _, h := range c.model.Handlers {
		model[h.For] = h.At
	}
	truth := map[string]bool{}
	for _, h := range c.truth.Handlers {
		truth[h.For] = true
		c.score.Exceptions++
		got, ok := model[h.For]
		if ok && sameCallable(h.At, got) {
			c.score.ExceptionsRight++
			continue
		}
		text := "none"
		if ok {
			text = got.String()
		}
		c.note(AspectExceptions, h.For, h.At.String(), text, c.model.Open.Handlers)
	}
	for _, h := range c.model.Handlers {
		if !truth[h.For] {
			c.note(AspectExceptions, h.For, "none", h.At.String(), c.model.Open.Handlers)
		}
	}
}
