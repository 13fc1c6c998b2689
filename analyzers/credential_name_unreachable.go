package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// CredentialNameUnreachable reports a header whose name, as the program waits for
// it, is not the one that clients send: with underscores where hyphens are meant.
var CredentialNameUnreachable = &Analyzer{
	Code: "credential-name-unreachable", Family: OAuth2Scheme, Severity: Warning,
	Run: runCredentialNameUnreachable,
}

func runCredentialNameUnreachable(pass *Pass) {
	n := &unreachableName{p: pass.Project}
	seen := map[source.Location]bool{}
	report := func(f Finding, ok bool) {
		if ok && !seen[f.At] {
			seen[f.At] = true
			pass.Report(f)
		}
	}
	for _, s := range n.p.Schemes {
		if s.In == "header" && s.Gap == nil {
			report(n.scheme(s))
		}
	}
	for _, l := range chainLinks(n.p) {
		for _, parameter := range l.dep.Parameters {
			report(n.parameter(parameter, l.dep.Callable, l.operations))
		}
	}
	for _, f := range unreachableCookies(n.p) {
		report(f, true)
	}
	for _, app := range n.p.Apps {
		for _, o := range app.Operations {
			for _, parameter := range o.Parameters {
				report(n.parameter(parameter, o.Handler, []*fastapi.Operation{o}))
			}
		}
	}
}

type unreachableName struct{ p *fastapi.Project }

// parameter looks at a Header parameter that waits for a name with underscores.
func (n *unreachableName) parameter(parameter *fastapi.Parameter, owner *fastapi.Callable, operations []*fastapi.Operation) (Finding, bool) {
	if parameter.In != fastapi.InHeader || !strings.Contains(parameter.Wire, "_") || parameter.DefaultAt.IsZero() || owner == nil {
		return Finding{}, false
	}
	f := n.finding(parameter.DefaultAt, parameter.Wire, parameter.Name+" of "+dependencyName(owner))
	f.Operations = idsOf(operations)
	if parameter.Verbatim {
		if fix, ok := dropArgument(n.p, parameter.DefaultAt, "convert_underscores"); ok {
			f.Fixes = []Fix{fix}
		}
	}
	return f, true
}

// scheme looks at an APIKeyHeader with underscores in its name.
func (n *unreachableName) scheme(s *fastapi.Scheme) (Finding, bool) {
	if !strings.Contains(s.Parameter, "_") {
		return Finding{}, false
	}
	at := s.ParameterAt
	f := n.finding(at, s.Parameter, s.Name)
	if text := codeAt(n.p, at); strings.Count(text, s.Parameter) == 1 && strings.ContainsAny(text[:1], `"'`) {
		f.Fixes = []Fix{replaceAt("Wait for "+hyphenated(s.Parameter), false, at, strings.Replace(text, s.Parameter, hyphenated(s.Parameter), 1))}
	}
	return f, true
}

func hyphenated(name string) string { return strings.ReplaceAll(name, "_", "-") }

func (n *unreachableName) finding(at source.Location, wire, reader string) Finding {
	want := hyphenated(wire)
	f := Finding{
		Certainty: Confirmed, At: at, Subject: wire,
		Message: fmt.Sprintf("%s waits for a header named %s with underscores, and %s is another header", reader, wire, want),
		Effect: Effect{Certainty: Hypothesis, Status: []int{401, 422},
			Text: "clients that send " + want + " are refused, and nginx drops headers with underscores by default"},
		Evidence: []Evidence{{At: at, Note: "the name is taken as it stands"}},
		Check:    Check{Say: "Send the credential under both names: only " + wire + " is seen", Run: "curl -i -H '" + wire + ": …' http://127.0.0.1:8000/"},
		Fixes:    []Fix{describedFix("Wait for " + want)},
	}
	if where := n.mentioned(want, at); !where.IsZero() {
		f.Effect.Certainty = Confirmed
		f.Evidence = append(f.Evidence, Evidence{At: where, Note: "the header that is meant"})
		return f
	}
	f.Certainty = Hypothesis
	return f
}

// mentioned finds a text of the program that names the hyphenated header: in the
// same file, else in any module that ran.
func (n *unreachableName) mentioned(name string, near source.Location) source.Location {
	for _, path := range append([]source.Path{near.Path}, n.p.Modules()...) {
		var found source.Location
		python.Inspect(syntaxOf(n.p, path), func(node any) bool {
			s, ok := node.(*python.String)
			if !ok || !found.IsZero() {
				return found.IsZero()
			}
			text := s.Value
			for _, part := range s.Parts {
				text += part.Text
			}
			if strings.Contains(strings.ToLower(text), strings.ToLower(name)) {
				found = source.Location{Path: path, Span: s.Span()}
			}
			return true
		})
		if !found.IsZero() {
			return found
		}
	}
	return source.Location{}
}
