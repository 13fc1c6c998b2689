package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
)

// AuthOutsideOpenAPI reports authentication in middleware of an application that declares no scheme.
var AuthOutsideOpenAPI = &Analyzer{Code: "auth-outside-openapi", Family: OAuth2Scheme, Severity: Hint, Requires: fastapi.Dependencies | fastapi.SchemesPart, Run: runAuthOutsideOpenAPI}

func runAuthOutsideOpenAPI(pass *Pass) {
	for _, a := range pass.Project.Apps {
		if a.OpenAPIURL == "" || a.DocsURL == "" || len(a.Schemes) > 0 || len(a.Operations) == 0 {
			continue
		}
		for _, m := range a.Middleware {
			if m.Flow == nil || !m.Flow.Refuses() || !readsCredentialHeader(m.Flow) {
				continue
			}
			f := Finding{
				Certainty: Confirmed, At: m.At, Subject: m.Class,
				Message:  fmt.Sprintf("%s authenticates, and %s declares no security scheme", m.Class, a.Name),
				Effect:   Effect{Certainty: Confirmed, Text: "/docs has no Authorize button, so calls from there are refused; other clients are not affected"},
				Evidence: []Evidence{{At: a.At, Note: "no operation of this application depends on a scheme"}},
				Check:    Check{Say: "look for components.securitySchemes in /openapi.json: it is not there"},
				Fixes:    []Fix{{Title: "Declare the scheme, for example dependencies=[Depends(HTTPBearer(auto_error=False))] on the application"}},
			}
			for _, o := range m.Flow.Outcomes {
				if o.Status == 401 || o.Status == 403 {
					f.Evidence = append(f.Evidence, Evidence{At: o.At, Note: fmt.Sprintf("answers %d", o.Status)})
					break
				}
			}
			pass.Report(f)
			break
		}
	}
}

// readsCredentialHeader says whether code looks at a header that a scheme could
// describe. A session or a cookie that a login page sets needs no Authorize button.
func readsCredentialHeader(f *fastapi.Flow) bool {
	return slices.ContainsFunc(f.Reads, func(r fastapi.Read) bool {
		return r.What == "header" && !strings.Contains(r.Name, "csrf") && (r.Name == "authorization" || strings.Contains(r.Name, "api-key") || strings.Contains(r.Name, "token"))
	})
}
