package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// JWTWrongException reports a verification whose errors no except clause takes,
// because the one around it names the exception of another library, or one that
// stands for few of them or none, or because there is no clause.
var JWTWrongException = &Analyzer{
	Code: "jwt-wrong-exception", Family: JWTAgreement, Severity: Error, Requires: fastapi.HandlersPart,
	Run: func(pass *Pass) {
		for _, t := range pass.Project.Tokens {
			if t.Operation != fastapi.Verify || !t.CaughtBy.IsZero() || len(t.Operations) == 0 || t.Options["verify_signature"] == false || handled(t) {
				continue
			}
			f := otherException(pass.Project, t)
			if f.Message == "" {
				f = narrowException(pass.Project, t)
			}
			if f.Message == "" && len(t.Missed) == 0 {
				f = noException(pass.Project, t)
			}
			if f.Message != "" {
				f.Subject, f.Operations = functionOf(t), servedBy(t)
				pass.Report(f)
			}
		}
	},
}

// libraryOf is the token library to which an exception belongs; "" when to none.
func libraryOf(exception string) string {
	root, _, _ := strings.Cut(exception, ".")
	return map[string]string{"jwt": "PyJWT", "jose": "python-jose", "authlib": "authlib", "joserfc": "joserfc"}[root]
}

// handled says whether an application has an exception handler, or a middleware
// with a try around the rest, that takes the error.
func handled(t *fastapi.TokenCall) bool {
	for _, o := range t.Operations {
		for _, h := range o.App.Handlers {
			if libraryOf(h.Canonical) == t.Library || strings.HasSuffix(h.Canonical, "Exception") && !strings.HasSuffix(h.Canonical, "HTTPException") || h.For == "Exception" || h.Status == 500 {
				return true
			}
		}
		if o.Around != nil && (o.Around.Function == nil || tries(o.Around.Function)) {
			return true // the route class takes it, or may
		}
		for _, m := range o.App.Layers() {
			if m.Flow == nil {
				continue
			}
			if slices.ContainsFunc(m.Flow.Next, func(n fastapi.NextCall) bool { return !n.CaughtBy.IsZero() }) {
				return true
			}
		}
	}
	return false
}

// tries says whether a function has a try statement.
func tries(fn *python.Function) (found bool) {
	python.Inspect(fn.Body(), func(n any) bool {
		_, try := n.(*python.Try)
		found = found || try
		return !found
	})
	return found
}

func otherException(p *fastapi.Project, t *fastapi.TokenCall) Finding {
	var wrong *fastapi.Missed
	for i, m := range t.Missed {
		switch libraryOf(m.Exception) {
		case t.Library:
			return Finding{} // some errors are taken
		case "":
		default:
			if wrong == nil {
				wrong = &t.Missed[i]
			}
		}
	}
	if wrong == nil {
		return Finding{}
	}
	name := sourceAt(p, wrong.At)
	f := Finding{
		At: wrong.At, Certainty: Confirmed,
		Message: fmt.Sprintf("%s is an exception of %s, which %s, that decodes here, never raises", name, libraryOf(wrong.Exception), t.Library),
		Effect:  Effect{Certainty: Confirmed, Status: []int{500}, Text: "an expired or malformed token ends as 500 instead of 401"},
		Check:   Check{Say: "Call the operation with a token that is none: 500", Run: fmt.Sprintf("curl -i -H 'Authorization: Bearer x' http://localhost:8000%s", t.Operations[0].Path)},
		Fixes:   []Fix{catchOwn(p, t, wrong)},
	}
	first, _, _ := strings.Cut(name, ".")
	f.Evidence = withPlace(f.Evidence, wrong.At, "takes errors of "+libraryOf(wrong.Exception))
	f.Evidence = withPlace(f.Evidence, importOf(p, wrong.At.Path, first), "where it comes from")
	f.Evidence = withPlace(f.Evidence, t.At, "decodes with "+t.Library)
	return f
}

// catchOwn names the exception of the library that decodes, where its module is
// known by a name in the file.
func catchOwn(p *fastapi.Project, t *fastapi.TokenCall, wrong *fastapi.Missed) Fix {
	own := map[string]string{"PyJWT": "InvalidTokenError", "python-jose": "JWTError", "authlib": "JoseError", "joserfc": "JoseError"}[t.Library]
	if m := p.Program.Module(wrong.At.Path); m != nil && t.Library == "PyJWT" {
		for _, st := range m.Body {
			imp, ok := st.(*python.Import)
			if !ok {
				continue
			}
			for _, n := range imp.Names {
				if n.Name == "jwt" {
					text := orElse(n.As, "jwt") + "." + own
					return Fix{Title: "Catch " + text, Edits: map[source.Path][]source.Edit{wrong.At.Path: {{Span: wrong.At.Span, NewText: text}}}}
				}
			}
		}
	}
	return Fix{Title: "Catch " + own + " of " + t.Library}
}

// noException is about a verification around which there is no try at all.
func noException(p *fastapi.Project, t *fastapi.TokenCall) Finding {
	f := Finding{
		At: t.At, Severity: Warning,
		Message: fmt.Sprintf("nothing catches what %s raises for a token that is expired or malformed", t.Library),
		Effect:  Effect{Status: []int{500}, Text: "an expired or malformed token ends as 500 instead of 401"},
		Check:   Check{Say: "Call the operation with a token that is none: 500", Run: fmt.Sprintf("curl -i -H 'Authorization: Bearer x' http://localhost:8000%s", t.Operations[0].Path)},
		Fixes:   []Fix{{Title: "Catch the library's exception and answer 401"}},
	}
	f.Evidence = withPlace(f.Evidence, t.At, "raises; no try around it, no handler of the application")
	return f
}
