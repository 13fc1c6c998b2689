package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
)

// SchemeNameClash reports two different schemes under one name in one OpenAPI document.
var SchemeNameClash = &Analyzer{Code: "scheme-name-clash", Family: OAuth2Scheme, Severity: Warning, Requires: fastapi.SchemesPart, Run: runSchemeNameClash}

func runSchemeNameClash(pass *Pass) {
	for _, a := range pass.Project.Apps {
		if a.OpenAPIURL == "" {
			continue
		}
		first := map[string]*fastapi.Scheme{}
		for _, s := range a.Schemes {
			other := first[s.Name]
			if other == nil {
				first[s.Name] = s
				continue
			}
			what := schemeDifference(other, s)
			if what == "" {
				continue
			}
			pass.Report(Finding{
				Certainty: Confirmed, At: s.At, Subject: s.Name,
				Message:    fmt.Sprintf("two security schemes are called %q in /openapi.json and differ in %s", s.Name, what),
				Effect:     Effect{Certainty: Confirmed, Text: "one replaces the other in the document, so Authorize in /docs uses one of them for both; requests are checked as before"},
				Evidence:   []Evidence{{At: other.At, Note: "the other scheme of this name"}},
				Check:      Check{Say: "look at components.securitySchemes in /openapi.json: one entry where two are meant", Run: "curl -s http://127.0.0.1:8000" + a.OpenAPIURL},
				Fixes:      []Fix{{Title: "Give each scheme a scheme_name= of its own, or share one scheme object"}},
				Operations: oauth2Operations(usersOf(a, s)...),
			})
		}
	}
}

// schemeDifference says in which respect two schemes of one name differ; "" when they do not.
func schemeDifference(a, b *fastapi.Scheme) string {
	switch {
	case a.Class != b.Class:
		return "their kind"
	case a.TokenURL != nil && b.TokenURL != nil && a.TokenURL.Known && b.TokenURL.Known && a.TokenURL.Value != b.TokenURL.Value:
		return "tokenUrl"
	case a.Parameter != b.Parameter:
		return "the name of the " + a.In
	}
	return ""
}
