package oracle

import (
	"slices"
	"strings"
)

// operations pairs the operations of both sides by kind, methods and path, those
// with the same handler first, and compares each pair.
func (c *comparison) operations() {
	paired := c.pairing()
	var order []int
	taken := make([]bool, len(c.model.Operations))
	for n, truth := range c.truth.Operations {
		c.score.Operations++
		i := paired[n]
		if i < 0 {
			c.note(AspectMissing, truth.Key(), truth.Handler.String(), "none", c.model.Open.Routes)
			continue
		}
		taken[i] = true
		order = append(order, i)
		c.score.Found++
		c.score.Claimed++
		c.pair(truth, c.model.Operations[i])
	}
	if !slices.IsSorted(order) {
		c.note(AspectOrder, c.truth.Name, keys(c.truth.Operations), keys(c.model.Operations), c.model.Open.Routes)
	}
	for i, o := range c.model.Operations {
		if taken[i] || o.Conditional {
			continue
		}
		c.score.Claimed++
		c.note(AspectExtra, o.Key(), "none", o.Handler.String(), c.model.Open.Routes || o.Open.Routes, o.Gaps...)
	}
}

// pairing gives for each operation of the truth the index of its counterpart in
// the model, -1 when there is none.
func (c *comparison) pairing() []int {
	waiting := map[string][]int{}
	for i, o := range c.model.Operations {
		waiting[o.Key()] = append(waiting[o.Key()], i)
	}
	out := make([]int, len(c.truth.Operations))
	take := func(n int, fits func(Operation) bool) {
		key := c.truth.Operations[n].Key()
		out[n] = -1
		for k, i := range waiting[key] {
			if fits(c.model.Operations[i]) {
				out[n], waiting[key] = i, slices.Delete(waiting[key], k, k+1)
				return
			}
		}
	}
	for n, truth := range c.truth.Operations {
		take(n, func(o Operation) bool { return sameCallable(truth.Handler, o.Handler) })
	}
	for n := range c.truth.Operations {
		if out[n] < 0 {
			take(n, func(Operation) bool { return true })
		}
	}
	return out
}

// pair compares one operation with its counterpart.
func (c *comparison) pair(truth, model Operation) {
	open := Parts{Routes: c.model.Open.Routes || model.Open.Routes,
		Dependencies: c.model.Open.Dependencies || model.Open.Dependencies || hasGap(model.Tree),
		Schemes:      c.model.Open.Schemes || model.Open.Schemes}
	if truth.Kind != "mount" {
		c.score.Handlers++
		if sameCallable(truth.Handler, model.Handler) {
			c.score.HandlersRight++
		} else {
			c.note(AspectHandler, truth.Key(), truth.Handler.String(), model.Handler.String(), open.Routes, model.Gaps...)
		}
		c.score.Trees++
		if sameTree(truth.Tree, model.Tree) {
			c.score.TreesRight++
		} else {
			c.note(AspectTree, truth.Key(), render(truth.Tree), render(model.Tree), open.Dependencies, model.Gaps...)
		}
		c.score.Schemes++
		if slices.Equal(truth.Schemes, model.Schemes) {
			c.score.SchemesRight++
		} else {
			c.note(AspectSchemes, truth.Key(), strings.Join(truth.Schemes, ", "), strings.Join(model.Schemes, ", "),
				open.Schemes || open.Dependencies, model.Gaps...)
		}
	}
}

func hasGap(nodes []Node) bool {
	return slices.ContainsFunc(nodes, func(n Node) bool { return n.Open || hasGap(n.Deps) })
}

func sameTree(truth, model []Node) bool { return slices.EqualFunc(truth, model, sameNode) }

func sameNode(a, b Node) bool {
	return sameCallable(a.Callable, b.Callable) && a.Parameter == b.Parameter && a.NoCache == b.NoCache &&
		slices.Equal(a.Scopes, b.Scopes) && sameTree(a.Deps, b.Deps)
}

// sameCallable compares by place, and by name where a side has no place in the
// project. Where the truth does not know the place of an object, anything with
// one will do.
func sameCallable(a, b Callable) bool {
	if a.Loose && b.At.File != "" || b.Loose && a.At.File != "" {
		return true
	}
	if a.At.File == "" || b.At.File == "" {
		return a.At.File == b.At.File && a.Name == b.Name
	}
	return a.At == b.At
}

func keys(operations []Operation) string {
	parts := make([]string, 0, len(operations))
	for _, o := range operations {
		parts = append(parts, o.Key())
	}
	return strings.Join(parts, "; ")
}
