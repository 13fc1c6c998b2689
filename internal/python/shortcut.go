package python

import (
	"bytes"
	"slices"

	"bearings/internal/source"
)

// InspectAround is Inspect for the nodes that hold a span, the module included: it
// reads no body in which the span does not lie.
func InspectAround(node any, span source.Span, visit func(node any) bool) {
	Inspect(node, func(n any) bool {
		if _, ok := n.(*Module); !ok && !Extent(n).Covers(span) {
			return false
		}
		return visit(n)
	})
}

// InspectHolding is Inspect, except that it leaves out bodies of functions for
// which holds says, of their text, that what is looked for is not there. It is not
// asked about short bodies.
func InspectHolding(node any, holds func(text []byte) bool, visit func(node any) bool) {
	var look func(n any) bool
	look = func(n any) bool {
		f, ok := n.(*Function)
		if !ok || f.held == nil || holds(f.held.source()) {
			return visit(n)
		}
		if visit(n) {
			inspectHead(f, look)
		}
		return false
	}
	Inspect(node, look)
}

// AnyOf returns a function that says whether a text holds one of words, for InspectHolding.
func AnyOf(words ...string) func(text []byte) bool {
	return func(text []byte) bool {
		for _, word := range words {
			if bytes.Contains(text, []byte(word)) {
				return true
			}
		}
		return false
	}
}

// AnyCall returns a function that says whether a text may call something that has
// one of names as its last name, for InspectHolding.
func AnyCall(names ...string) func(text []byte) bool {
	known := make(map[string]bool, len(names))
	for _, name := range names {
		known[name] = true
	}
	return func(text []byte) bool {
		for at := 0; ; at++ {
			i := bytes.IndexByte(text[at:], '(')
			if i < 0 {
				return false
			}
			at += i
			end := len(bytes.TrimRight(text[:at], " \t\\\r\n"))
			start := end
			for start > 0 && classes[text[start-1]]&letter != 0 {
				start--
			}
			if known[string(text[start:end])] {
				return true
			}
		}
	}
}

// CallsOf lists the calls in a module of what has one of names as its last name, in
// the order of the source.
func CallsOf(m *Module, names ...string) (list []*Call) {
	InspectHolding(m, AnyCall(names...), func(n any) bool {
		if c, ok := n.(*Call); ok && slices.Contains(names, LastName(c.Func)) {
			list = append(list, c)
		}
		return true
	})
	return list
}

// BodyHolds reports whether the text of a function's body may hold one of words.
func (f *Function) BodyHolds(words ...string) bool {
	return f.held == nil || AnyOf(words...)(f.held.source())
}
