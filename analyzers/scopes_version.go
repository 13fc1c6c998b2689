package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// ScopesVersion reports scopes that a FastAPI version before the fix loses, or by
// which it runs a shared dependency twice.
var ScopesVersion = &Analyzer{
	Code: "scopes-version", Family: DependsChain, Severity: Warning,
	Run: runScopesVersion,
}

func runScopesVersion(pass *Pass) {
	p := pass.Project
	told := map[source.Location]bool{}
	for _, app := range p.Apps {
		version := p.Requirements.For(app.At.Path.Dir()).Version("fastapi")
		lost := version.Compare("0.122.1") == requirements.Below
		split := version.Compare("0.123.0") == requirements.Below
		if !split {
			continue
		}
		for _, o := range app.Operations {
			if a, b := securedTwice(o); lost && a != nil && !told[b.At] {
				told[b.At] = true
				pass.Report(scopesLost(o, a, b, versionPlace(version)))
			}
			if a, b := splitSession(o); a != nil && !told[b.At] {
				told[b.At] = true
				pass.Report(sessionSplit(p, o, a, b, versionPlace(version)))
			}
		}
	}
}

// securedTwice finds one dependency under two Security declarations of an operation with different scopes.
func securedTwice(o *fastapi.Operation) (a, b *fastapi.Dependency) {
	for i, x := range o.Dependencies {
		for _, y := range o.Dependencies[i+1:] {
			if x.Callable == y.Callable && x.Callable != nil && len(x.Scopes) > 0 && len(y.Scopes) > 0 && !slices.Equal(x.Scopes, y.Scopes) {
				return x, y
			}
		}
	}
	return nil, nil
}

// splitSession finds a yield dependency that an operation reaches with scopes on
// one way and without, or with others, on another.
func splitSession(o *fastapi.Operation) (a, b *fastapi.Dependency) {
	type reached struct {
		d      *fastapi.Dependency
		scopes []string
	}
	seen := map[*fastapi.Callable]reached{}
	var walk func(d *fastapi.Dependency, scopes []string, depth int)
	walk = func(d *fastapi.Dependency, scopes []string, depth int) {
		if d.Callable == nil || depth > 30 {
			return
		}
		scopes = append(slices.Clone(scopes), d.Scopes...)
		slices.Sort(scopes)
		scopes = slices.Compact(scopes)
		if d.Callable.Generator && d.UseCache {
			if first, ok := seen[d.Callable]; ok && !slices.Equal(first.scopes, scopes) && a == nil {
				a, b = first.d, d
			} else if !ok {
				seen[d.Callable] = reached{d, scopes}
			}
		}
		for _, sub := range d.Dependencies {
			walk(sub, scopes, depth+1)
		}
	}
	for _, d := range o.Dependencies {
		walk(d, nil, 0)
	}
	return a, b
}

func withVersion(f Finding, at source.Location, note string) Finding {
	if !at.IsZero() {
		f.Evidence = append(f.Evidence, Evidence{At: at, Note: note})
	}
	return f
}

func scopesLost(o *fastapi.Operation, a, b *fastapi.Dependency, version source.Location) Finding {
	return withVersion(Finding{
		Certainty: Hypothesis, At: b.At, Subject: dependencyName(b.Callable), Operations: []string{o.ID()},
		Message:  fmt.Sprintf("%s is demanded twice, with the scopes %s and %s, and FastAPI below 0.122.1 loses some of them", dependencyName(b.Callable), quoted(a.Scopes), quoted(b.Scopes)),
		Effect:   Effect{Status: []int{200}, Text: "a token without the lost scope passes"},
		Evidence: []Evidence{{At: a.At, Note: "the other declaration"}},
		Check:    Check{Say: "Print security_scopes.scopes during a request"},
		Fixes:    []Fix{describedFix("Declare all scopes at one place, or move to FastAPI 0.122.1")},
	}, version, "the version decides")
}

func sessionSplit(p *fastapi.Project, o *fastapi.Operation, a, b *fastapi.Dependency, version source.Location) Finding {
	return withVersion(Finding{
		Certainty: Hypothesis, At: b.At, Subject: dependencyName(b.Callable), Operations: []string{o.ID()},
		Message:  fmt.Sprintf("%s is reached with and without scopes, and FastAPI below 0.123.0 then runs it twice in one request", dependencyName(b.Callable)),
		Effect:   Effect{Status: []int{500}, Text: "the user of one session is used with the other: errors about objects that are attached to another session"},
		Evidence: []Evidence{{At: a.At, Note: "the other way to it"}, {At: p.Header(b.Callable), Note: "shared by both"}},
		Check:    Check{Say: "Print id() of what it yields, at both places, during one request"},
		Fixes:    []Fix{describedFix("Move to FastAPI 0.123.0, or hand the object on")},
	}, version, "the version decides")
}
