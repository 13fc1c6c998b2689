package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// CredentialsObjectAsToken reports the object that HTTPBearer or HTTPBasic gives
// where a decode call needs the text in it.
var CredentialsObjectAsToken = &Analyzer{
	Code: "credentials-object-as-token", Family: DependsChain, Severity: Error,
	Run: runCredentialsObjectAsToken,
}

func runCredentialsObjectAsToken(pass *Pass) {
	p := pass.Project
	links := chainLinks(p)
	for _, t := range p.Tokens {
		if t.Operation == fastapi.Sign {
			continue
		}
		v, _ := t.TokenValue.(interpret.Value)
		for _, o := range interpret.Options(v) {
			if class := interpret.IsInstanceOf(o.Value, "fastapi.security.HTTPAuthorizationCredentials", "fastapi.security.HTTPBasicCredentials"); class != "" {
				pass.Report(objectAsToken(p, t, class, links))
				break
			}
		}
	}
}

func objectAsToken(p *fastapi.Project, t *fastapi.TokenCall, class string, links []*chainLink) Finding {
	at := t.TokenAt
	f := Finding{
		Certainty: Confirmed, Subject: t.Function,
		Effect:   Effect{Certainty: Confirmed, Status: []int{401, 500}, Text: "no token is ever accepted: the library refuses what is no text, which is 401 where its errors are caught and 500 where they are not"},
		Evidence: []Evidence{{At: t.At, Note: "needs the text of the token"}},
		Check:    Check{Say: "Log the type of what is decoded: it is an object, not str"},
		Fixes:    []Fix{describedFix("Take .credentials of it")},
	}
	if l, arg, where := handedCredentials(p, t, links); l != nil {
		at = where
		f.Evidence = append(f.Evidence, Evidence{At: l.dep.At, Note: schemeText(l.dep.Scheme) + " gives an object with scheme and credentials"})
		f.Operations = idsOf(l.operations)
		if class == "fastapi.security.HTTPAuthorizationCredentials" {
			f.Fixes = []Fix{replaceAt("Give its text, .credentials", false, where, arg+".credentials")}
		}
	}
	f.At = at
	f.Message = fmt.Sprintf("%s is the credentials object of the security scheme, and %s needs the text in it", codeAt(p, at), t.FunctionPath)
	return f
}

// handedCredentials finds, on the way from a request to a token call, the argument
// that is the parameter which a scheme fills.
func handedCredentials(p *fastapi.Project, t *fastapi.TokenCall, links []*chainLink) (*chainLink, string, source.Location) {
	for _, hop := range t.Chain {
		call := callExpressionAt(p, hop.At)
		if call == nil {
			continue
		}
		for _, a := range call.Args {
			name, ok := a.Value.(*python.Name)
			if !ok {
				continue
			}
			for _, l := range links {
				if l.dep.Scheme == nil || l.consumer == nil || l.consumer.Function == nil || l.dep.Parameter != name.ID {
					continue
				}
				if l.consumer.Module == hop.At.Path && l.consumer.Function.Span().Covers(hop.At.Span) {
					return l, name.ID, source.Location{Path: hop.At.Path, Span: name.Span()}
				}
			}
		}
	}
	return nil, "", source.Location{}
}
