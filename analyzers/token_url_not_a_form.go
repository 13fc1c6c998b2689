package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
)

// TokenURLNotAForm reports a token operation that does not take the OAuth2 form.
var TokenURLNotAForm = &Analyzer{Code: "token-url-not-a-form", Family: OAuth2Scheme, Severity: Warning, Requires: fastapi.SchemesPart, Run: runTokenURLNotAForm}

func runTokenURLNotAForm(pass *Pass) {
	for _, a := range pass.Project.Apps {
		for _, s := range a.Schemes {
			t, ok := a.TokenTarget(s)
			if !ok || t.Operation == nil || s.Class != "OAuth2PasswordBearer" {
				continue
			}
			op := t.Operation
			body := bodyParameter(op)
			if body == nil || op.TakesPasswordForm() || len(op.Gaps) > 0 {
				continue
			}
			pass.Report(Finding{
				Certainty: Confirmed, At: body.At, Subject: op.ID() + " " + body.Name,
				Message: fmt.Sprintf("%s takes its login from a JSON body (%s), and tokenUrl makes Swagger UI post a form to it", op.ID(), body.Name),
				Effect:  Effect{Certainty: Confirmed, Status: []int{422}, Text: "Authorize in /docs answers 422 before any password is looked at; clients that send JSON are not affected"},
				Evidence: append([]Evidence{schemeNote(s, "announces the OAuth2 password flow, which posts username and password as a form")},
					servedAs(pass.Project, op)...),
				Check:      Check{Say: "post a form to it as Authorize does", Run: fmt.Sprintf("curl -i -X POST http://127.0.0.1:8000%s -d 'username=u&password=p'", op.FullPath())},
				Fixes:      []Fix{{Title: "Take form: OAuth2PasswordRequestForm = Depends() instead, or use HTTPBearer as the scheme"}},
				Operations: oauth2Operations(op),
			})
		}
	}
	jsonForForm(pass)
}

// bodyParameter is the parameter that FastAPI reads from a JSON body; nil when there is none.
func bodyParameter(o *fastapi.Operation) *fastapi.Parameter {
	for _, p := range o.Parameters {
		if p.In == fastapi.InBody {
			return p
		}
	}
	return nil
}
