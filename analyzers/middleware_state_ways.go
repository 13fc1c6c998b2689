package analyzers

import (
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// stateWays follows the ways through a middleware's function, and finds a call of
// the application before which a name of request.state may not be set.
type stateWays struct {
	path    source.Path
	name    string
	next    []fastapi.NextCall
	sets    map[source.Span]bool // assignments that were seen
	skipped *fastapi.NextCall
}

// setSometimes returns a call of the application that is reached with and without
// the name being set. False when it is set on all ways, or outside of the function.
func setSometimes(m *fastapi.Middleware, flow *fastapi.Flow, name string) (fastapi.NextCall, bool) {
	fn := m.Callable.Function
	if fn == nil {
		return fastapi.NextCall{}, false
	}
	w := &stateWays{path: m.Callable.Module, name: name, next: flow.Next, sets: map[source.Span]bool{}}
	w.block(fn.Body(), false)
	for _, s := range flow.SetsState {
		if s.Name != name {
			continue
		}
		if len(s.When) == 0 || s.At.Path != w.path || !w.covers(s.At.Span) {
			return fastapi.NextCall{}, false
		}
	}
	if w.skipped == nil {
		return fastapi.NextCall{}, false
	}
	return *w.skipped, true
}

func (w *stateWays) covers(at source.Span) bool {
	for span := range w.sets {
		if span.Covers(at) {
			return true
		}
	}
	return false
}

// block follows a block; set says whether the name is set when it begins and ends,
// ended that the block's end is not reached.
func (w *stateWays) block(block []python.Stmt, set bool) (after, ended bool) {
	for _, st := range block {
		set, ended = w.stmt(st, set)
		if ended {
			return set, true
		}
	}
	return set, false
}

func (w *stateWays) stmt(st python.Stmt, set bool) (after, ended bool) {
	switch s := st.(type) {
	case *python.If:
		w.calls(s.Test.Span(), set)
		a, endedA := w.block(s.Body, set)
		b, endedB := w.block(s.Else, set)
		return (a || endedA) && (b || endedB), endedA && endedB
	case *python.With:
		return w.block(s.Body, set)
	case *python.Try:
		a, endedA := w.block(s.Body, set)
		if !endedA {
			a, endedA = w.block(s.Else, a)
		}
		for _, h := range s.Handlers {
			b, endedB := w.block(h.Body, set)
			a, endedA = (a || endedA) && (b || endedB), endedA && endedB
		}
		if f, endedF := w.block(s.Finally, set); f || endedF {
			return f, endedA || endedF
		}
		return a, endedA
	case *python.For, *python.While, *python.Match:
		for _, inner := range blocksOf(st) {
			if a, _ := w.block(inner, set); a {
				set = true // none is reported in doubt
			}
		}
		return set, false
	case *python.Return, *python.Raise:
		w.calls(st.Span(), set)
		return set, true
	case *python.Assign:
		w.calls(st.Span(), set)
		for _, t := range s.Targets {
			a, ok := t.(*python.Attribute)
			if !ok || a.Attr != w.name {
				continue
			}
			if state, ok := a.Value.(*python.Attribute); ok && state.Attr == "state" {
				w.sets[st.Span()] = true
				return true, false
			}
		}
		return set, false
	}
	w.calls(st.Span(), set)
	return set, false
}

// calls notes a call of the application that stands in a text while the name is not set.
func (w *stateWays) calls(at source.Span, set bool) {
	for i := range w.next {
		if n := &w.next[i]; !set && w.skipped == nil && n.At.Path == w.path && at.Covers(n.At.Span) {
			w.skipped = n
		}
	}
}
