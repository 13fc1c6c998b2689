package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
)

// SessionSecretsClash reports two session middlewares that share a cookie's name.
var SessionSecretsClash = &Analyzer{
	Code: "session-secrets-clash", Family: SessionCookie, Severity: Warning, Requires: fastapi.MiddlewareStack,
	Run: runSessionSecretsClash,
}

func runSessionSecretsClash(pass *Pass) {
	for _, app := range pass.Project.Apps {
		var sessions []layer
		for _, l := range layersOf(app) {
			if l.Canonical == sessionClass {
				sessions = append(sessions, l)
			}
		}
		for i := 1; i < len(sessions); i++ {
			outer, inner := sessions[i-1], sessions[i]
			a, okA := optionText(outer.Middleware, "session_cookie", "session")
			b, okB := optionText(inner.Middleware, "session_cookie", "session")
			if !okA || !okB || a != b || inner.app != app {
				continue
			}
			f := Finding{
				At: inner.At, Certainty: addedSometimes(outer.Middleware, inner.Middleware), Subject: "session " + a,
				Message: fmt.Sprintf("two SessionMiddleware write the cookie %s", a),
				Effect:  Effect{Certainty: Hypothesis, Text: "each replaces what the other has written: a login made under one is gone with the next answer of the other"},
				Check:   Check{Say: "Log in and look at Set-Cookie: the name stands there twice"},
				Fixes:   []Fix{{Title: "Keep one, or give one of them session_cookie="}},
			}
			f.Evidence = withPlaceOnce(f.Evidence, outer.At, "the outer one writes it as well")
			pass.Report(f)
		}
	}
}
