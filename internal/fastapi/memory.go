package fastapi

import (
	"slices"

	"bearings/internal/interpret"
)

// noted is what one call showed: its own Flow, and how much of its conditions
// and calls lies outside of it.
type noted struct {
	flow        *Flow
	depth       int // of the function's own activation
	conds, hops int
}

// Begin implements interpret.Memory.
func (t *tracer) Begin(*interpret.Frame) {
	t.outer = append(t.outer, t.flow)
	t.flow = &Flow{}
}

// End implements interpret.Memory.
func (t *tracer) End(f *interpret.Frame) any {
	n := &noted{flow: t.flow, depth: f.Depth() + 1, conds: len(f.Conditions()), hops: len(through(f))}
	if f.Caller != nil { // the call itself is a hop, unless f stands for FastAPI
		n.hops++
	}
	t.flow = t.outer[len(t.outer)-1]
	t.outer = t.outer[:len(t.outer)-1]
	t.join(n.flow)
	return n
}

// Again implements interpret.Memory: what was noted, as seen from another caller.
func (t *tracer) Again(f *interpret.Frame, site *interpret.CallSite, what any) {
	n := what.(*noted)
	seen := *n.flow
	seen.Outcomes = nil
	conds, hops := f.Conditions(), through(f)
	if f.Caller != nil {
		hops = append(hops, Hop{At: site.At, Note: "calls it"})
	}
	for _, o := range n.flow.Outcomes {
		if o.caughtDepth < n.depth {
			o.CaughtBy, o.caughtDepth = t.l.caughtAt(f, o.raised)
			o.Caught = !o.CaughtBy.IsZero()
		}
		if t.has(o) {
			continue
		}
		own := o.conds[min(n.conds, len(o.conds)):]
		o.conds = append(slices.Clone(conds), own...)
		o.When = toConditions(t.l, o.conds)
		o.Through = append(slices.Clone(hops), o.Through[min(n.hops, len(o.Through)):]...)
		seen.Outcomes = append(seen.Outcomes, o)
	}
	t.join(&seen)
}

// join adds what a call showed to the flow around it.
func (t *tracer) join(inner *Flow) {
	for _, o := range inner.Outcomes {
		t.add(o)
	}
	into := t.flow
	for _, r := range inner.Reads {
		if !slices.Contains(into.Reads, r) {
			into.Reads = append(into.Reads, r)
		}
	}
	into.SetsState = append(into.SetsState, inner.SetsState...)
	into.ReadsState = append(into.ReadsState, inner.ReadsState...)
	into.Next = append(into.Next, inner.Next...)
	into.CallsNext = into.CallsNext || inner.CallsNext
	into.Gaps = append(into.Gaps, inner.Gaps...)
	for _, c := range inner.tokens {
		if !slices.Contains(into.tokens, c) {
			into.tokens = append(into.tokens, c)
		}
	}
	for _, at := range inner.ReturnsNone {
		if !slices.Contains(into.ReturnsNone, at) {
			into.ReturnsNone = append(into.ReturnsNone, at)
		}
	}
}
