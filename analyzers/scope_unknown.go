package analyzers

import (
	"fmt"
	"maps"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// ScopeUnknown reports a demanded scope that the security scheme does not declare.
var ScopeUnknown = &Analyzer{
	Code: "scope-unknown", Family: DependsChain, Severity: Warning,
	Requires: fastapi.SchemesPart,
	Run:      runScopeUnknown,
}

func runScopeUnknown(pass *Pass) {
	p := pass.Project
	told := map[source.Location]bool{}
	for _, l := range chainLinks(p) {
		if len(l.dep.Scopes) == 0 || told[l.dep.At] {
			continue
		}
		told[l.dep.At] = true
		declared := map[string]bool{}
		var scheme *fastapi.Scheme
		for _, s := range chainSchemes(l.dep, 0) {
			if !s.ScopesKnown || s.TokenURL == nil {
				scheme = nil
				break
			}
			for name := range s.Scopes {
				declared[name] = true
			}
			scheme = s
		}
		if scheme == nil || len(declared) == 0 {
			continue
		}
		names := slices.Sorted(maps.Keys(declared))
		for _, demanded := range l.dep.Scopes {
			if !declared[demanded] {
				pass.Report(unknownScope(p, l, scheme, demanded, names))
			}
		}
	}
}

func unknownScope(p *fastapi.Project, l *chainLink, s *fastapi.Scheme, demanded string, declared []string) Finding {
	at := scopeText(p, l.dep.At, demanded)
	near := Nearest(demanded, declared)
	f := Finding{
		Certainty: Confirmed, At: at, Subject: demanded, Operations: idsOf(l.operations),
		Message:  fmt.Sprintf("the scope %q is demanded, and %s declares %s", demanded, schemeText(s), quoted(declared)),
		Effect:   Effect{Status: []int{401, 403}, Text: "Swagger cannot ask for it, and a token gets it only if the login grants it by another way: everybody is refused"},
		Evidence: []Evidence{{At: s.At, Note: "the declared scopes"}},
		Check:    Check{Say: "Authorize in /docs with all scopes and send the request", Run: requestFor(l.operations)},
		Fixes:    []Fix{describedFix("Declare the scope in the scheme")},
	}
	if near == "" {
		f.Certainty = Hypothesis
		return f
	}
	f.Message += fmt.Sprintf("; the nearest is %q", near)
	if text := codeAt(p, at); len(text) > 2 && text[1:len(text)-1] == demanded {
		f.Fixes = []Fix{replaceAt("Demand "+near, false, at, text[:1]+near+text[len(text)-1:])}
	}
	return f
}

// scopeText finds the literal of a scope within a Security(…) call; the call itself
// when it stands elsewhere.
func scopeText(p *fastapi.Project, call source.Location, scope string) source.Location {
	found := call
	python.Inspect(callOrNothing(p, call), func(n any) bool {
		if s, ok := n.(*python.String); ok && s.Value == scope && s.Parts == nil {
			found = source.Location{Path: call.Path, Span: s.Span()}
		}
		return true
	})
	return found
}

func callOrNothing(p *fastapi.Project, at source.Location) python.Expr {
	if call := callExpressionAt(p, at); call != nil {
		return call
	}
	return &python.BadExpr{}
}
