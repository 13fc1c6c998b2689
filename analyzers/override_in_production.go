package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// OverrideInProduction reports a guard that is replaced through
// dependency_overrides by code that is no test.
var OverrideInProduction = &Analyzer{
	Code: "override-in-production", Family: Testing, Severity: Error,
	Run: runOverrideInProduction,
}

func runOverrideInProduction(pass *Pass) {
	p := pass.Project
	links := chainLinks(p)
	for _, o := range p.Overrides {
		if o.Value == nil && o.Result != nil && isNotCallable(o.Result) || o.InTest || isTestFile(o.At.Path) || o.App == nil || o.App.Role == fastapi.TestApp || o.Key == nil {
			continue
		}
		var operations []*fastapi.Operation
		guards := false
		for _, l := range links {
			if l.dep.Callable != o.Key {
				continue
			}
			guards = guards || chainGuards(l.dep) || chainReadsCredential(l.dep, 0)
			for _, op := range l.operations {
				if op.App == o.App && !slices.Contains(operations, op) {
					operations = append(operations, op)
				}
			}
		}
		if !guards || len(operations) == 0 || refusesLike(p, o) {
			continue
		}
		pass.Report(overriddenGuard(p, o, operations))
	}
}

// refusesLike reports whether the replacement checks a credential itself: it
// refuses, or has dependencies of its own.
func refusesLike(p *fastapi.Project, o *fastapi.Override) bool {
	if o.Value == nil || o.Value.Function == nil {
		return false
	}
	return raisesHTTPException(p, o.Value.Module, o.Value.Function.Body()) || hasDependencies(p, o.Value)
}

func overriddenGuard(p *fastapi.Project, o *fastapi.Override, operations []*fastapi.Operation) Finding {
	name := dependencyName(o.Key)
	f := Finding{
		Certainty: Confirmed, At: o.At, Subject: name, Operations: idsOf(operations),
		Message: fmt.Sprintf("%s replaces %s, the guard of %s, in code that is no test", textOr(o.ValueText, replacementName(o)), name, operations[0].ID()),
		Effect: Effect{Certainty: Confirmed, Status: []int{200},
			Text: "no credential is read: everybody is served as whoever the replacement returns"},
		Evidence: []Evidence{{At: p.Header(o.Key), Note: "the guard that is replaced"}},
		Check:    Check{Say: "Send the request without a credential", Run: requestFor(operations)},
		Fixes:    []Fix{describedFix("Delete the override here, and keep it in the tests")},
	}
	if o.Key.At.IsZero() {
		f.Evidence[0] = Evidence{At: o.KeyAt, Note: "the guard that is replaced"}
	}
	if o.Value != nil && o.Value.Function != nil {
		for i, r := range ownReturns(o.Value.Function) {
			if i < 3 {
				f.Evidence = append(f.Evidence, Evidence{At: source.Location{Path: o.Value.Module, Span: r.Span()}, Note: "what everybody becomes"})
			}
		}
	}
	for _, when := range p.OverrideConditions(o) {
		f.Certainty = Hypothesis
		f.Evidence = append(f.Evidence, Evidence{At: when.At, Note: "only under this condition"})
	}
	set := files{o.App.At.Path: true}
	closure(p, set, map[source.Path][]source.Path{})
	if !set[o.At.Path] {
		f.Certainty = Hypothesis
		f.Message += ", which is not part of what " + o.App.Name + " imports"
		f.Evidence = append(f.Evidence, Evidence{At: o.App.At, Note: "the application, which may as well be started without it"})
	}
	f.Effect.Certainty = f.Certainty
	return f
}

func isNotCallable(v any) bool {
	value, _ := v.(interpret.Value)
	_, sure := notCallable(value)
	return sure && value != nil
}

func replacementName(o *fastapi.Override) string {
	if o.Value == nil {
		return "an override"
	}
	return dependencyName(o.Value)
}
