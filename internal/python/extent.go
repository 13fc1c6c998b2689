package python

import "bearings/internal/source"

// Extent returns the span of a node as Inspect visits it. Other than Span, it
// counts the decorators of a function or class to it.
func Extent(node any) source.Span {
	switch n := node.(type) {
	case *Function:
		return decoratedSpan(n.Span(), n.Decorators)
	case *Class:
		return decoratedSpan(n.Span(), n.Decorators)
	case *Clause:
		span := source.Span{Start: n.Target.Span().Start, End: n.Iter.Span().End}
		for _, x := range n.Ifs {
			span.End = max(span.End, x.Span().End)
		}
		return span
	case *WithItem:
		span := n.Context.Span()
		if n.Target != nil {
			span.End = n.Target.Span().End
		}
		return span
	case interface{ Span() source.Span }:
		return n.Span()
	}
	return source.Span{}
}

func decoratedSpan(span source.Span, decorators []*Decorator) source.Span {
	if len(decorators) > 0 {
		span.Start = min(span.Start, int(decorators[0].Start))
	}
	return span
}

// NodeAt returns the nodes, as Inspect visits them, that hold offset, from the
// module inwards: the innermost is last. The end of a node belongs to it, so
// that a cursor right behind a name still finds the name; where two nodes touch,
// the later one is taken.
func NodeAt(m *Module, offset int) []any {
	path := []any{m}
	Inspect(m.Body, func(node any) bool {
		extent := Extent(node)
		if !extent.Contains(offset) {
			return false
		}
		for len(path) > 1 && !Extent(path[len(path)-1]).Covers(extent) {
			path = path[:len(path)-1]
		}
		path = append(path, node)
		return true
	})
	return path
}
