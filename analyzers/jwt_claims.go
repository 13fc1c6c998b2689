package analyzers

import (
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// claimValue is the expression that is written into a claim; where it cannot be
// found, the place of the claim.
func claimValue(p *fastapi.Project, c *fastapi.Claim) source.Location {
	m := p.Program.Module(c.At.Path)
	if m == nil {
		return c.At
	}
	found := c.At
	at := func(e python.Expr) { found = source.Location{Path: c.At.Path, Span: e.Span()} }
	python.InspectAround(m, c.At.Span, func(n any) bool {
		switch x := n.(type) {
		case *python.Dict:
			for _, e := range x.Entries {
				if e.Key != nil && e.Key.Span() == c.At.Span {
					at(e.Value)
				}
			}
		case *python.Assign:
			for _, t := range x.Targets {
				if sub, ok := t.(*python.Subscript); ok && (sub.Index.Span() == c.At.Span || sub.Span() == c.At.Span) && x.Value != nil {
					at(x.Value)
				}
			}
		}
		return true
	})
	return found
}

// claimEntry covers a claim's name and its value, when they stand side by side.
func claimEntry(p *fastapi.Project, c *fastapi.Claim) source.Location {
	value := claimValue(p, c)
	if value.Path != c.At.Path || value.Span.Start < c.At.Span.Start {
		return c.At
	}
	file, err := p.Tree.File(c.At.Path)
	if err != nil || file.LineOf(c.At.Span.Start) != file.LineOf(value.Span.Start) {
		return c.At
	}
	at := c.At
	at.Span.End = value.Span.End
	return at
}
