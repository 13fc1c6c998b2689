package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// narrowRefusals are the exceptions that stand for one refusal each, as of PyJWT
// 2.15, python-jose 3.5, authlib 1.6 and joserfc 1.x: a token that is malformed or
// has another signature raises none of them.
var narrowRefusals = []string{"ExpiredSignatureError", "InvalidAudienceError", "InvalidIssuerError", "InvalidIssuedAtError", "ImmatureSignatureError",
	"MissingRequiredClaimError", "InvalidSubjectError", "InvalidJTIError", "JWTClaimsError", "ExpiredTokenError", "InvalidClaimError", "MissingClaimError"}

// narrowException is about clauses that take one refusal of the library that
// decodes, or the errors of something else, where nothing takes the rest;
// without a message when more may be taken.
func narrowException(p *fastapi.Project, t *fastapi.TokenCall) Finding {
	if len(t.Missed) == 0 {
		return Finding{}
	}
	var names []string
	own := false
	for _, m := range t.Missed {
		name := m.Exception[strings.LastIndexByte(m.Exception, '.')+1:]
		switch {
		case libraryOf(m.Exception) == t.Library:
			if !slices.Contains(narrowRefusals, name) {
				return Finding{}
			}
			own = true
		case !foreignError(t, m.Exception):
			return Finding{}
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	at := t.Missed[0]
	for _, m := range t.Missed {
		if own && libraryOf(m.Exception) == t.Library {
			at = m
			break
		}
	}
	f := Finding{
		At: at.At, Certainty: Confirmed,
		Message: fmt.Sprintf("only %s is caught, and %s raises other errors for a token that is malformed or signed with another key", inWords(names), t.Library),
		Effect:  Effect{Certainty: Confirmed, Status: []int{500}, Text: "a forged or malformed token ends as 500 instead of 401"},
		Check:   Check{Say: "Call the operation with a token that is none: 500", Run: fmt.Sprintf("curl -i -H 'Authorization: Bearer x' http://localhost:8000%s", t.Operations[0].Path)},
		Fixes:   []Fix{catchAll(p, t, at)},
	}
	if !own {
		f.Message = fmt.Sprintf("%s is caught, which %s never raises for a bad token: its errors do not derive from it", inWords(names), t.Library)
		f.Effect.Text = "an expired or malformed token ends as 500 instead of 401"
	}
	f.Evidence = withPlace(f.Evidence, at.At, "takes "+inWords(names)+" alone")
	f.Evidence = withPlace(f.Evidence, t.At, "raises more than that")
	return f
}

// foreignError says whether an exception of Python, or of pydantic, has nothing to
// do with the errors of the library that decodes. joserfc and authlib raise
// ValueError too, for a text that is no token.
func foreignError(t *fastapi.TokenCall, exception string) bool {
	if t.Library != "PyJWT" && t.Library != "python-jose" {
		return false
	}
	switch exception {
	case "builtins.ValueError", "builtins.TypeError", "builtins.RuntimeError", "builtins.KeyError", "builtins.AttributeError", "builtins.LookupError",
		"pydantic.ValidationError", "pydantic_core.ValidationError":
		return true
	}
	return false
}

// catchAll lets the clause take every error of the library that decodes.
func catchAll(p *fastapi.Project, t *fastapi.TokenCall, missed fastapi.Missed) Fix {
	from, base := "", ""
	switch t.Library {
	case "PyJWT":
		from, base = "jwt", "InvalidTokenError"
	case "python-jose":
		from, base = "jose", "JWTError"
	default:
		return Fix{Title: "Catch JoseError"}
	}
	text := sourceAt(p, missed.At)
	if i := strings.LastIndexByte(text, '.'); i > 0 && t.Library == "PyJWT" && libraryOf(missed.Exception) == t.Library {
		own := text[:i+1] + base
		return Fix{Title: "Catch " + own, Edits: map[source.Path][]source.Edit{missed.At.Path: {{Span: missed.At.Span, NewText: own}}}}
	}
	if own := catchOwn(p, t, &missed); len(own.Edits) > 0 {
		return own
	}
	name, edits := importName(p, missed.At.Path, from, base)
	edits = append(edits, source.Edit{Span: missed.At.Span, NewText: name})
	return Fix{Title: "Catch " + name, Edits: map[source.Path][]source.Edit{missed.At.Path: edits}}
}
