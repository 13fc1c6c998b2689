package oracle

import (
	"slices"
	"strings"
)

// operations pairs the operations of both sides by kind, methods and path (the
// n-th of a key with the n-th), and compares each pair.
func (c *comparison) operations() {
	byKey := map[string][]int{}
	for i, o := range c.model.Operations {
		byKey[o.Key()] = append(byKey[o.Key()], i)
	}
	taken := make([]bool, len(c.model.Operations))
	var order []int
	for _, truth := range c.truth.Operations {
		c.score.Operations++
		i := c.pick(truth, byKey[truth.Key()], taken)
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

// pick chooses among the candidates of a key: the first that is not taken and
// has the same handler, else the first that is not taken; -1 when there is none.
func (c *comparison) pick(truth Operation, candidates []int, taken []bool) int {
	first := -1
	for _, i := range candidates {
		if taken[i] {
			continue
		}
		if sameCallable(truth.Handler, c.model.Operations[i].Handler) {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	return first
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

// sameCallable compares by place; by name where a side has no place in the
// project; by file alone where the truth is loose about the line.
func sameCallable(a, b Callable) bool {
	if a.At.File == "" || b.At.File == "" {
		return a.At.File == b.At.File && a.Name == b.Name
	}
	if a.Loose || b.Loose {
		return true
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
