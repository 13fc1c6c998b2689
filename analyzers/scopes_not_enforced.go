package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// ScopesNotEnforced reports scopes that are demanded of a dependency that never
// reads them, and a dependency that reads scopes and is never given any.
var ScopesNotEnforced = &Analyzer{
	Code: "scopes-not-enforced", Family: DependsChain, Severity: Error,
	Requires: fastapi.Dependencies,
	Run:      runScopesNotEnforced,
}

func runScopesNotEnforced(pass *Pass) {
	p := pass.Project
	s := &scopeReader{p: p, reads: map[*fastapi.Callable]string{}}
	demands := map[*fastapi.Callable][]*chainLink{}
	var order []*fastapi.Callable
	for _, l := range chainLinks(p) {
		c := l.dep.Callable
		if len(l.dep.Scopes) == 0 || c == nil || c.Kind == fastapi.UnknownCallable || s.below(l.dep, 0) || externalBelow(l.dep, 0) {
			continue
		}
		if demands[c] == nil {
			order = append(order, c)
		}
		demands[c] = append(demands[c], l)
	}
	for _, c := range order {
		pass.Report(s.ignored(c, demands[c]))
	}
	s.neverGiven(pass)
}

// scopeReader knows which callables read the demanded scopes.
type scopeReader struct {
	p     *fastapi.Project
	reads map[*fastapi.Callable]string
}

// parameter is the name of a callable's SecurityScopes parameter that its body
// reads; "" when there is none.
func (s *scopeReader) parameter(c *fastapi.Callable) string {
	if c == nil || c.Function == nil {
		return ""
	}
	if name, ok := s.reads[c]; ok {
		return name
	}
	s.reads[c] = ""
	for _, param := range c.Function.Params {
		if param.Annotation == nil {
			continue
		}
		v := s.p.Eval(c.Module, param.Annotation)
		if base, args := interpret.Generic(v); base != nil && len(args) > 0 {
			v = args[0]
		}
		if external, ok := v.(*interpret.External); ok && external.Path == "fastapi.security.SecurityScopes" {
			if nameUseIn(c.Module, c.Function.Body(), param.Name).mentioned {
				s.reads[c] = param.Name
			}
		}
	}
	return s.reads[c]
}

// below reports whether a dependency or one below it reads the scopes.
func (s *scopeReader) below(d *fastapi.Dependency, depth int) bool {
	if s.parameter(d.Callable) != "" {
		return true
	}
	return depth < 30 && slices.ContainsFunc(d.Dependencies, func(sub *fastapi.Dependency) bool { return s.below(sub, depth+1) })
}

// externalBelow reports whether code of a library is in the chain, schemes apart,
// or something that could not be followed.
func externalBelow(d *fastapi.Dependency, depth int) bool {
	if d.Scheme == nil && (d.Gap != nil || d.Callable == nil || d.Callable.Function == nil) || d.Scheme != nil && d.Scheme.Subclass != "" {
		return true
	}
	return depth < 30 && slices.ContainsFunc(d.Dependencies, func(sub *fastapi.Dependency) bool { return externalBelow(sub, depth+1) })
}

func (s *scopeReader) ignored(c *fastapi.Callable, demands []*chainLink) Finding {
	name := dependencyName(c)
	var scopes []string
	var operations []*fastapi.Operation
	var evidence []Evidence
	told := map[source.Location]bool{}
	for _, l := range demands {
		for _, scope := range l.dep.Scopes {
			scopes = withID(scopes, scope)
		}
		operations = append(operations, l.operations...)
		if !told[l.dep.At] && len(evidence) < 8 {
			told[l.dep.At] = true
			evidence = append(evidence, Evidence{At: l.dep.At, Note: "demanded here, and never checked"})
		}
	}
	at := s.p.Header(c)
	if c.At.IsZero() || c.Kind == fastapi.InstanceCallable {
		at = demands[0].dep.At
	}
	return Finding{
		Certainty: Confirmed, At: at, Subject: name, Operations: idsOf(operations), Evidence: evidence,
		Message: fmt.Sprintf("%s is used with the scopes %s, and neither it nor a dependency of it reads SecurityScopes", name, quoted(scopes)),
		Effect:  Effect{Certainty: Confirmed, Status: []int{200}, Text: "the scopes have no effect: FastAPI only hands them on, the check must be written"},
		Check:   Check{Say: "Send the request with a token that has none of the scopes: it is served", Run: requestFor(operations)},
		Fixes:   []Fix{describedFix("Take a SecurityScopes parameter in " + name + " and compare its scopes with the token's")},
	}
}

func quoted(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(out, ", ")
}

// enforced reports whether an operation has a dependency that is given scopes and
// reads them: what another one reads, for its challenge say, decides nothing.
func (s *scopeReader) enforced(o *fastapi.Operation) bool {
	var given func(d *fastapi.Dependency, depth int) bool
	given = func(d *fastapi.Dependency, depth int) bool {
		return len(d.Scopes) > 0 && s.below(d, 0) || depth < 30 && slices.ContainsFunc(d.Dependencies, func(sub *fastapi.Dependency) bool { return given(sub, depth+1) })
	}
	return slices.ContainsFunc(o.Dependencies, func(d *fastapi.Dependency) bool { return given(d, 0) })
}

// neverGiven reports a dependency that reads the scopes in a project in which no
// chain that leads to it demands any.
func (s *scopeReader) neverGiven(pass *Pass) {
	given := map[*fastapi.Callable]bool{}
	first := map[*fastapi.Callable]*fastapi.Dependency{}
	var order []*fastapi.Callable
	operations := map[*fastapi.Callable][]*fastapi.Operation{}
	var walk func(d *fastapi.Dependency, o *fastapi.Operation, demanded bool, depth int)
	walk = func(d *fastapi.Dependency, o *fastapi.Operation, demanded bool, depth int) {
		demanded = demanded || len(d.Scopes) > 0 || d.Wrapper == "Security"
		if s.parameter(d.Callable) != "" {
			given[d.Callable] = given[d.Callable] || demanded
			if first[d.Callable] == nil {
				first[d.Callable] = d
				order = append(order, d.Callable)
			}
			if !slices.Contains(operations[d.Callable], o) {
				operations[d.Callable] = append(operations[d.Callable], o)
			}
		}
		if depth < 30 {
			for _, sub := range d.Dependencies {
				walk(sub, o, demanded, depth+1)
			}
		}
	}
	for _, app := range s.p.Apps {
		for _, o := range app.Operations {
			for _, d := range o.Dependencies {
				walk(d, o, false, 0)
			}
		}
	}
	for _, c := range order {
		if given[c] || slices.ContainsFunc(operations[c], s.enforced) {
			continue
		}
		d := first[c]
		pass.Report(Finding{
			Certainty: Confirmed, Severity: Warning, At: d.At, Subject: dependencyName(c) + " empty", Operations: idsOf(operations[c]),
			Message:  fmt.Sprintf("%s reads the scopes that are demanded, and nothing demands any: it is reached by Depends alone", dependencyName(c)),
			Effect:   Effect{Certainty: Confirmed, Status: []int{200}, Text: "the list of scopes is always empty, so every valid token passes"},
			Evidence: []Evidence{{At: s.p.Header(c), Note: "reads SecurityScopes"}},
			Check:    Check{Say: "Print " + s.parameter(c) + ".scopes: []"},
			Fixes:    []Fix{describedFix("Use Security(" + dependencyName(c) + ", scopes=[…]) in place of Depends")},
		})
	}
}
