package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/python"
)

// strangerKey reports a key that no operation of the application depends on.
func strangerKey(p *fastapi.Project, o *fastapi.Override, links []*chainLink) (Finding, bool) {
	if o.App == nil || o.Key == nil || o.Key.Kind == fastapi.UnknownCallable || len(o.App.Operations) == 0 {
		return Finding{}, false
	}
	other := (*fastapi.App)(nil)
	for _, l := range links {
		if mayBeEqual(l.dep.Callable, o.Key) {
			return Finding{}, false
		}
		if !sameDependency(l.dep.Callable, o.Key) {
			continue
		}
		for _, op := range l.operations {
			if op.App == o.App {
				return Finding{}, false
			}
			if other == nil {
				other = op.App
			}
		}
	}
	if !slices.ContainsFunc(o.App.Operations, func(op *fastapi.Operation) bool { return len(op.Dependencies) > 0 }) && other == nil {
		return Finding{}, false
	}
	if harmless(p, o, links) {
		return Finding{}, false
	}
	name := dependencyName(o.Key)
	f := Finding{
		Certainty: Confirmed, At: o.At, Subject: name + " key",
		Message:  fmt.Sprintf("no path operation of %s depends on %s, so overriding it changes nothing", o.App.Name, textOr(codeAt(p, o.KeyAt), name)),
		Effect:   Effect{Certainty: Confirmed, Status: []int{401, 422}, Text: "the real dependency runs in the test"},
		Evidence: []Evidence{{At: o.App.At, Note: "the application whose dependencies are overridden"}},
		Check:    Check{Say: "Print the key and the dependencies of the route: app.routes[…].dependant"},
		Fixes:    []Fix{describedFix("Use as key the very object that the path operation gives to Depends")},
	}
	if !keyGuards(o.Key, links) {
		f.Effect = Effect{Certainty: Confirmed, Text: "the test runs as it would without the override"}
	}
	if !o.Key.At.IsZero() {
		f.Evidence = append(f.Evidence, Evidence{At: p.Header(o.Key), Note: "the key"})
	}
	for _, l := range layersOf(o.App) {
		if middlewareGuards(l.Middleware) {
			f.Evidence = withPlaceOnce(f.Evidence, l.At, shortName(l.Class)+" authenticates, and middleware takes no overrides")
		}
	}
	if other != nil {
		f.Message = fmt.Sprintf("%s is overridden on %s, and the path operations that depend on it are those of %s", name, o.App.Name, other.Name)
		f.Evidence = append(f.Evidence, Evidence{At: other.At, Note: "the application that uses it"})
		f.Fixes = []Fix{describedFix("Override it on " + other.Name)}
	}
	if !consideredKey(p, o.Key, links) {
		f.Certainty, f.Effect.Certainty = Hypothesis, Hypothesis
	}
	return f, true
}

// keyGuards reports whether the key of an override refuses requests wherever it is
// a dependency, or by itself.
func keyGuards(key *fastapi.Callable, links []*chainLink) bool {
	if key.Flow != nil && (key.Flow.Refuses() || key.Flow.ReadsCredential()) {
		return true
	}
	return slices.ContainsFunc(links, func(l *chainLink) bool { return guardsBy(l, key) })
}

// guardsBy reports whether a link leads to a callable, and guards.
func guardsBy(l *chainLink, key *fastapi.Callable) bool {
	return sameDependency(l.dep.Callable, key) && (chainGuards(l.dep) || chainReadsCredential(l.dep, 0))
}

// harmless reports whether an override that replaces nothing changes nothing for
// its test either: the replacement is there to fail the test if it is called, or
// the application is one that the tests make, and it has no guard that is still
// there, or its guards are replaced beside this one.
func harmless(p *fastapi.Project, o *fastapi.Override, links []*chainLink) bool {
	if o.Value != nil && o.Value.Function != nil && onlyRaises(o.Value.Function) {
		return true
	}
	if !isTestFile(o.App.At.Path) {
		return false
	}
	beside := functionAt(p, o.At)
	var replaced []*fastapi.Callable
	for _, other := range p.Overrides {
		if other == o || other.App != o.App || other.Key == nil {
			continue
		}
		replaced = append(replaced, other.Key)
		if other.At.Path == o.At.Path && functionAt(p, other.At) == beside && guardsApp(other, links) {
			return true
		}
	}
	return !slices.ContainsFunc(o.App.Operations, func(op *fastapi.Operation) bool {
		return slices.ContainsFunc(op.Dependencies, func(d *fastapi.Dependency) bool { return guardStays(d, replaced, 0) })
	})
}

// guardsApp reports whether an override replaces a guard of its own application.
func guardsApp(o *fastapi.Override, links []*chainLink) bool {
	return slices.ContainsFunc(links, func(l *chainLink) bool {
		return guardsBy(l, o.Key) && slices.ContainsFunc(l.operations, func(op *fastapi.Operation) bool { return op.App == o.App })
	})
}

// guardStays reports whether a dependency holds a guard that no override replaces.
func guardStays(d *fastapi.Dependency, replaced []*fastapi.Callable, depth int) bool {
	if depth > 30 || slices.ContainsFunc(replaced, func(c *fastapi.Callable) bool { return sameDependency(d.Callable, c) }) {
		return false
	}
	if d.Scheme != nil || d.Callable != nil && d.Callable.Flow != nil && (d.Callable.Flow.Refuses() || d.Callable.Flow.ReadsCredential()) {
		return true
	}
	return slices.ContainsFunc(d.Dependencies, func(s *fastapi.Dependency) bool { return guardStays(s, replaced, depth+1) })
}

// onlyRaises reports whether a function ends by raising, and returns nothing.
func onlyRaises(fn *python.Function) bool {
	body := fn.Body()
	if len(body) == 0 || len(ownReturns(fn)) > 0 {
		return false
	}
	_, raises := body[len(body)-1].(*python.Raise)
	return raises
}
