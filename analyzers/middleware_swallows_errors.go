package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// MiddlewareSwallowsErrors reports a try around call_next that turns every error into a refusal.
var MiddlewareSwallowsErrors = &Analyzer{
	Code: "middleware-swallows-errors", Family: MiddlewareOrder, Severity: Warning,
	Run: runSwallowsErrors,
}

func runSwallowsErrors(pass *Pass) {
	seen := map[source.Location]bool{}
	for _, app := range pass.Project.Apps {
		for _, m := range app.Middleware {
			if m.Flow == nil {
				continue
			}
			for _, n := range m.Flow.Next {
				o := answeredIn(m.Flow, n.CaughtBy)
				if o == nil || seen[n.CaughtBy] {
					continue
				}
				seen[n.CaughtBy] = true
				reportSwallows(pass, m, n, o)
			}
		}
	}
}

// answeredIn finds a refusal that stands in the body of an except clause.
func answeredIn(flow *fastapi.Flow, clause source.Location) *fastapi.Outcome {
	if clause.IsZero() {
		return nil
	}
	for i := range flow.Outcomes {
		o := &flow.Outcomes[i]
		if (o.Status == 401 || o.Status == 403) && o.Kind == fastapi.Returns && o.At.Path == clause.Path && clause.Span.Covers(o.At.Span) {
			return o
		}
	}
	return nil
}

func reportSwallows(pass *Pass, m *fastapi.Middleware, n fastapi.NextCall, o *fastapi.Outcome) {
	at := n.CaughtBy
	if line, _, ok := strings.Cut(sourceAt(pass.Project, at), ":"); ok {
		at.Span.End = at.Span.Start + len(line) + 1
	}
	f := Finding{
		At: at, Certainty: addedSometimes(m), Subject: m.Class,
		Message: fmt.Sprintf("%s answers %d to whatever the application raises", shortName(m.Class), o.Status),
		Effect:  Effect{Certainty: Confirmed, Status: []int{o.Status}, Text: fmt.Sprintf("a fault in a route reads as %d, although the credentials are good", o.Status)},
		Check:   Check{Say: "Raise ValueError in a route and call it with good credentials"},
		Fixes:   []Fix{{Title: "Let the try end before call_next, or name the exceptions of the verification"}},
	}
	f.Evidence = withPlaceOnce(f.Evidence, n.At, "the application runs within the try")
	f.Evidence = withPlaceOnce(f.Evidence, o.At, fmt.Sprintf("answers %d", o.Status))
	pass.Report(f)
}
