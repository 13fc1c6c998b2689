package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// GuardCache reports a check that uses something up and runs twice in one
// request, because use_cache=False takes it out of the per-request cache.
var GuardCache = &Analyzer{
	Code: "guard-cache", Family: DependsChain, Severity: Error,
	Run: runGuardCache,
}

func runGuardCache(pass *Pass) {
	p := pass.Project
	told := map[source.Location]int{}
	var found []Finding
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			for _, again := range runsTwice(o) {
				if i, ok := told[again.second.At]; ok {
					found[i].Operations = withID(found[i].Operations, o.ID())
					continue
				}
				c := again.second.Callable
				effect := usesUp(c)
				if effect.IsZero() {
					continue
				}
				told[again.second.At] = len(found)
				found = append(found, runsAgain(p, o, again, effect))
			}
		}
	}
	for _, f := range found {
		pass.Report(f)
	}
}

// solvedTwice is a dependency that one request solves a second time.
type solvedTwice struct{ first, second *fastapi.Dependency }

// runsTwice finds the dependencies that a request to an operation runs again. It
// follows solve_dependencies of FastAPI 0.100 to 0.165: sub-dependencies first;
// a value is taken from the cache unless use_cache is off, and kept when it is the first.
func runsTwice(o *fastapi.Operation) (out []solvedTwice) {
	kept := map[*fastapi.Callable]*fastapi.Dependency{}
	var solve func(d *fastapi.Dependency, depth int)
	solve = func(d *fastapi.Dependency, depth int) {
		if d.Callable == nil || depth > 30 {
			return
		}
		for _, sub := range d.Dependencies {
			solve(sub, depth+1)
		}
		first, seen := kept[d.Callable]
		switch {
		case !seen:
			kept[d.Callable] = d
		case !d.UseCache:
			out = append(out, solvedTwice{first, d})
		}
	}
	for _, d := range o.Dependencies {
		solve(d, 0)
	}
	return out
}

// usesUp finds the place at which a function takes something out of a store that
// is not its own: pop, getdel, remove, del. Zero when there is none.
func usesUp(c *fastapi.Callable) (at source.Location) {
	if c.Function == nil {
		return at
	}
	local := map[string]bool{}
	inspectOwn(c.Function.Body(), func(n any) bool {
		if a, ok := n.(*python.Assign); ok {
			for _, t := range a.Targets {
				if name, ok := t.(*python.Name); ok {
					local[name.ID] = true
				}
			}
		}
		return true
	})
	inspectOwn(c.Function.Body(), func(n any) bool {
		switch x := n.(type) {
		case *python.Call:
			attribute, ok := x.Func.(*python.Attribute)
			if !ok || len(x.Args) == 0 {
				return true
			}
			switch attribute.Attr {
			case "pop", "getdel", "remove", "discard", "delete", "popitem", "consume", "redeem":
				if name, ok := attribute.Value.(*python.Name); !ok || !local[name.ID] {
					at = source.Location{Path: c.Module, Span: x.Span()}
				}
			}
		case *python.Delete:
			if len(x.Targets) == 0 {
				return true
			}
			if _, ok := x.Targets[0].(*python.Subscript); ok {
				at = source.Location{Path: c.Module, Span: x.Span()}
			}
		}
		return at.IsZero()
	})
	return at
}

func runsAgain(p *fastapi.Project, o *fastapi.Operation, again solvedTwice, effect source.Location) Finding {
	name := dependencyName(again.second.Callable)
	status := []int{401}
	if f := again.second.Callable.Flow; f != nil {
		for _, outcome := range f.Outcomes {
			if outcome.Kind == fastapi.Raises && outcome.HTTP && outcome.Status != 0 {
				status = []int{outcome.Status}
				break
			}
		}
	}
	f := Finding{
		Certainty: Confirmed, At: again.second.At, Subject: name, Operations: []string{o.ID()},
		Message: fmt.Sprintf("use_cache=False makes %s run a second time in one request, after the first run has used up what it checks", name),
		Effect:  Effect{Certainty: Confirmed, Status: status, Text: "a fresh credential is refused: the second run finds it gone"},
		Evidence: []Evidence{
			{At: again.first.At, Note: "the first run in the same request"},
			{At: effect, Note: "takes it out of the store"},
		},
		Check: Check{Say: "Log each call of " + name + " during one request", Run: requestFor([]*fastapi.Operation{o})},
	}
	if fix, ok := dropArgument(p, again.second.At, "use_cache"); ok {
		f.Fixes = []Fix{fix}
	}
	return f
}

// dropArgument takes a keyword argument out of the call at a place.
func dropArgument(p *fastapi.Project, at source.Location, name string) (Fix, bool) {
	call := callExpressionAt(p, at)
	if call == nil {
		return Fix{}, false
	}
	for i, a := range call.Args {
		if a.Name != name {
			continue
		}
		span := a.Span()
		switch {
		case i > 0:
			span.Start = call.Args[i-1].Span().End
		case len(call.Args) > 1:
			span.End = call.Args[1].Span().Start
		}
		return replaceAt("Drop "+name, false, source.Location{Path: at.Path, Span: span}, ""), true
	}
	return Fix{}, false
}
