package analyzers

import (
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// callHolding returns the innermost call of which a place is an argument; nil when there is none.
func callHolding(p *fastapi.Project, at source.Location) *python.Call {
	m := p.Program.Module(at.Path)
	if m == nil {
		return nil
	}
	var found *python.Call
	python.InspectAround(m, at.Span, func(n any) bool {
		c, ok := n.(*python.Call)
		if !ok {
			return true
		}
		for _, a := range c.Args {
			if a.Value.Span() == at.Span {
				found = c
			}
		}
		return true
	})
	return found
}

// siblingArgument finds another argument of the call around a place that is
// written as text; zero when there is none.
func siblingArgument(p *fastapi.Project, at source.Location, text string) source.Location {
	c := callHolding(p, at)
	if c == nil {
		return source.Location{}
	}
	for _, a := range c.Args {
		other := source.Location{Path: at.Path, Span: a.Value.Span()}
		if other != at && onOneLine(sourceAt(p, other)) == text {
			return other
		}
	}
	return source.Location{}
}

// importOf finds the statement of a module's top level that binds a name by an import.
func importOf(p *fastapi.Project, path source.Path, name string) source.Location {
	m := p.Program.Module(path)
	if m == nil {
		return source.Location{}
	}
	for _, st := range m.Body {
		var names []python.Alias
		switch s := st.(type) {
		case *python.Import:
			names = s.Names
		case *python.ImportFrom:
			names = s.Names
		}
		for _, n := range names {
			if n.As == name || n.As == "" && n.Name == name {
				return source.Location{Path: path, Span: st.Span()}
			}
		}
	}
	return source.Location{}
}

// statementOf is the simple statement on one line around a place, or the place itself.
func statementOf(p *fastapi.Project, at source.Location) source.Location {
	m := p.Program.Module(at.Path)
	if m == nil {
		return at
	}
	found := at
	python.InspectAround(m, at.Span, func(n any) bool {
		switch st := n.(type) {
		case *python.Assign, *python.ExprStmt, *python.Return:
			span := st.(python.Stmt).Span()
			if span.Start <= at.Span.Start && at.Span.End <= span.End {
				found = source.Location{Path: at.Path, Span: span}
			}
		}
		return true
	})
	return found
}

// callSpanning finds the call at a place; nil when there is none.
func callSpanning(p *fastapi.Project, at source.Location) (found *python.Call) {
	m := p.Program.Module(at.Path)
	if m == nil {
		return nil
	}
	python.InspectAround(m, at.Span, func(n any) bool {
		if c, ok := n.(*python.Call); ok && c.Span() == at.Span {
			found = c
		}
		return found == nil
	})
	return found
}

// argumentPlace is where an argument of a call is written: by position, or, when
// that is negative, by name; the whole call when it cannot be found.
func argumentPlace(c *python.Call, at source.Location, position int, name string) source.Location {
	if c == nil {
		return at
	}
	n := 0
	for _, a := range c.Args {
		if a.Name != "" && a.Name == name || a.Name == "" && a.Star == 0 && n == position {
			return source.Location{Path: at.Path, Span: a.Value.Span()}
		}
		if a.Name == "" {
			n++
		}
	}
	return at
}
