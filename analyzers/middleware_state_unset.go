package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// MiddlewareStateUnset reports reads of request.state on ways on which the
// middleware that sets it does not.
var MiddlewareStateUnset = &Analyzer{
	Code: "middleware-state-unset", Family: MiddlewareOrder, Severity: Error,
	Requires: fastapi.MiddlewareStack,
	Run:      runStateUnset,
}

// unset is one read, with the operations on whose way nothing was set before.
type unset struct {
	name   string
	at     source.Location
	setter layer
	next   fastapi.NextCall
	when   []fastapi.Condition // under which it is set after all
	ops    []*fastapi.Operation
}

// maxProbes bounds how many requests one application is asked about.
const maxProbes = 400

func runStateUnset(pass *Pass) {
	for _, app := range pass.Project.Apps {
		setters := map[string][]layer{}
		for _, l := range layersOf(app) {
			if l.Flow == nil {
				continue
			}
			for _, s := range l.Flow.SetsState {
				setters[s.Name] = append(setters[s.Name], l)
			}
		}
		if len(setters) == 0 {
			continue
		}
		for _, u := range unsetReads(pass.Project, app, setters) {
			reportUnset(pass, u)
		}
	}
}

func unsetReads(p *fastapi.Project, app *fastapi.App, setters map[string][]layer) (list []*unset) {
	probes := 0
	for _, o := range app.Operations {
		if o.Kind != fastapi.HTTP || probes > maxProbes {
			continue
		}
		reads, sets := stateOf(o)
		for _, r := range reads {
			by := setters[r.Name]
			if len(by) == 0 || sets[r.Name] || guardedRead(p, r) {
				continue
			}
			probes++
			skipped := skippedBy(p, o, by, r)
			if skipped == nil {
				continue
			}
			found := false
			for _, u := range list {
				if u.at == r.At {
					u.ops, found = append(u.ops, o), true
				}
			}
			if !found {
				list = append(list, skipped)
			}
		}
	}
	return list
}

// guardedRead reports whether a read cannot fail: it is getattr or hasattr, a test
// before it asks for the attribute, or a try around it takes AttributeError.
func guardedRead(p *fastapi.Project, r fastapi.StateUse) bool {
	if callAt(p, r.At) != nil {
		return true
	}
	for _, c := range r.When {
		if strings.Contains(c.Text, r.Name) {
			return true
		}
	}
	fn := functionAt(p, r.At)
	if fn == nil {
		return false
	}
	caught := false
	python.Inspect(fn, func(n any) bool {
		if t, ok := n.(*python.Try); ok && len(t.Body) > 0 && coveringIn(t.Body, r.At.Span) >= 0 {
			for _, h := range t.Handlers {
				switch resolvedName(p, r.At.Path, h.Types) {
				case "builtins.AttributeError", "builtins.Exception", "builtins.BaseException":
					caught = true
				}
				caught = caught || h.Types == nil
			}
		}
		return !caught
	})
	return caught
}

// stateOf lists what an operation reads of request.state, and what its own
// dependencies set.
func stateOf(o *fastapi.Operation) (reads []fastapi.StateUse, sets map[string]bool) {
	sets = map[string]bool{}
	eachCallable(o, func(c *fastapi.Callable) {
		if c.Flow == nil {
			return
		}
		for _, s := range c.Flow.SetsState {
			sets[s.Name] = true
		}
		reads = append(reads, c.Flow.ReadsState...)
	})
	return reads, sets
}

// skippedBy reports whether a request to the operation may pass every middleware
// that sets the name without its being set, and where it then goes on.
func skippedBy(p *fastapi.Project, o *fastapi.Operation, by []layer, r fastapi.StateUse) (u *unset) {
	method := "GET"
	if len(o.Methods) > 0 {
		method = o.Methods[0]
	}
	for _, candidate := range by {
		g := p.Send(candidate.Middleware, fastapi.Probe{Method: method, Path: o.Requested()})
		if g == nil || g.Unsure || !g.Flow.CallsNext || len(g.Flow.Next) == 0 {
			return nil
		}
		u = &unset{name: r.Name, at: r.At, setter: candidate, next: g.Flow.Next[0], ops: []*fastapi.Operation{o}}
		for _, s := range g.Flow.SetsState {
			if s.Name != r.Name {
				continue
			}
			next, ok := setSometimes(candidate.Middleware, g.Flow, r.Name)
			if !ok || len(r.When) > 0 || refusedBefore(o) {
				return nil
			}
			u.next, u.when = next, s.When
		}
	}
	return u
}

// refusedBefore reports whether something on the operation's way refuses requests
// without credentials, so that a read behind it may not be reached.
func refusedBefore(o *fastapi.Operation) (refused bool) {
	eachDependency(o, func(d *fastapi.Dependency) { refused = refused || d.Scheme != nil && d.Scheme.AutoError })
	return refused
}

func reportUnset(pass *Pass, u *unset) {
	names := operationNames(u.ops...)
	f := Finding{
		At: u.at, Certainty: addedSometimes(u.setter.Middleware), Subject: u.name, Operations: names,
		Message: fmt.Sprintf("request.state.%s is read, and %s lets %s through without setting it", u.name, shortName(u.setter.Class), severalNames(names)),
		Effect:  Effect{Certainty: Confirmed, Status: []int{500}, Text: fmt.Sprintf("%s ends as 500: AttributeError, 'State' object has no attribute '%s'", severalNames(names), u.name)},
		Check:   Check{Say: "Call it without credentials", Run: curlFor(u.ops[0], "")},
		Fixes:   []Fix{{Title: fmt.Sprintf("Set request.state.%s before the middleware passes any request on", u.name)}},
	}
	if len(u.when) > 0 {
		f.Message = fmt.Sprintf("request.state.%s is read on every way, and %s sets it on some only", u.name, shortName(u.setter.Class))
		f.Effect.Certainty = Hypothesis
		f.Evidence = withPlaceOnce(f.Evidence, u.when[len(u.when)-1].At, "is set where this holds")
	}
	for _, n := range u.setter.Flow.Next {
		if n.At == u.next.At {
			for _, c := range n.When {
				f.Evidence = withPlaceOnce(f.Evidence, c.At, "passes the request on before the assignment")
			}
		}
	}
	f.Evidence = withPlaceOnce(f.Evidence, u.next.At, "goes on from here")
	for _, s := range u.setter.Flow.SetsState {
		if s.Name == u.name {
			f.Evidence = withPlaceOnce(f.Evidence, s.At, "is set here")
		}
	}
	pass.Report(f)
}
