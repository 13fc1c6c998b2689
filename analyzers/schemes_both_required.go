package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
)

// SchemesBothRequired reports a chain that needs two credentials at once.
var SchemesBothRequired = &Analyzer{Code: "schemes-both-required", Family: OAuth2Scheme, Severity: Information, Requires: fastapi.Dependencies, Run: runSchemesBothRequired}

func runSchemesBothRequired(pass *Pass) {
	for _, a := range pass.Project.Apps {
		seen := map[string]bool{}
		for _, o := range a.Operations {
			d, first, second := chainOfTwo(o.Dependencies, 0)
			if d == nil || seen[d.Callable.Name] {
				continue
			}
			seen[d.Callable.Name] = true
			at := d.Callable.At
			pass.Report(Finding{
				Certainty: Hypothesis, At: at, Subject: d.Callable.Name,
				Message:    fmt.Sprintf("%s needs %s and %s in the same request", oauth2Name(d.Callable), schemeWords(first), schemeWords(second)),
				Effect:     Effect{Certainty: Hypothesis, Status: []int{401, 403}, Text: "a client that has only one of the two is refused; if either should be enough, each scheme needs auto_error=False and one check of both"},
				Evidence:   []Evidence{{At: first.At, Note: "refuses by itself without its credential"}, {At: second.At, Note: "so does this one"}},
				Check:      Check{Say: "send a request with only one of the two credentials"},
				Operations: oauth2Operations(o),
			})
		}
	}
}

// chainOfTwo finds a dependency of which two schemes are direct dependencies that refuse by themselves.
func chainOfTwo(list []*fastapi.Dependency, depth int) (*fastapi.Dependency, *fastapi.Scheme, *fastapi.Scheme) {
	for _, d := range list {
		if d.Callable == nil || d.Callable.At.IsZero() || depth > 30 {
			continue
		}
		var first *fastapi.Scheme
		for _, sub := range d.Dependencies {
			s := sub.Scheme
			if s == nil || !s.AutoError {
				continue
			}
			if first != nil && place(first) != place(s) {
				return d, first, s
			}
			first = s
		}
		if found, a, b := chainOfTwo(d.Dependencies, depth+1); found != nil {
			return found, a, b
		}
	}
	return nil, nil, nil
}

// place is where a scheme's credential stands in a request.
func place(s *fastapi.Scheme) string {
	if s.In != "" {
		return s.In + " " + strings.ToLower(s.Parameter)
	}
	return "header authorization"
}

func schemeWords(s *fastapi.Scheme) string {
	if s.In != "" {
		return fmt.Sprintf("the %s %s", s.In, s.Parameter)
	}
	return fmt.Sprintf("the Authorization header (%s)", s.Class)
}
