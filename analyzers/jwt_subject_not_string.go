package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// JWTSubjectNotString reports a subject that is no text, and other claims that
// cannot be written as JSON.
var JWTSubjectNotString = &Analyzer{
	Code: "jwt-subject-not-string", Family: JWTAgreement, Severity: Error, Requires: fastapi.Tokens,
	Run: func(pass *Pass) {
		seen := map[source.Location]bool{}
		for _, t := range pass.Project.Tokens {
			if t.Operation != fastapi.Sign || strings.Contains(sourceAt(pass.Project, t.At), "json_encoder") {
				continue
			}
			for _, m := range t.Made {
				for i := range m.Claims {
					c := &m.Claims[i]
					if seen[c.At] {
						continue
					}
					var f Finding
					switch {
					case notJSON(*c):
						f = unwritable(pass.Project, t, m, c)
					case c.Name == "sub" && subjectKinds[c.Kind]:
						f = numericSubject(pass.Project, t, m, c)
					}
					if f.Message != "" {
						seen[c.At] = true
						pass.Report(f)
					}
				}
			}
		}
	},
}

// subjectKinds are types that JSON has and that a subject must not be.
var subjectKinds = map[string]bool{"int": true, "float": true, "bool": true, "list": true, "tuple": true, "dict": true}

// notJSON says whether json.dumps refuses a claim. PyJWT, python-jose, authlib and
// joserfc turn datetimes into numbers in exp, iat and nbf only.
func notJSON(c fastapi.Claim) bool {
	switch c.Kind {
	case "UUID", "UUID1", "UUID4", "UUID5", "Decimal", "ObjectId", "PydanticObjectId", "bytes", "set", "timedelta", "SecretStr":
		return true
	case "datetime", "date":
		return c.Kind == "date" || c.Name != "exp" && c.Name != "iat" && c.Name != "nbf"
	}
	return false
}

func unwritable(p *fastapi.Project, t *fastapi.TokenCall, m *fastapi.Made, c *fastapi.Claim) Finding {
	f := claimFinding(p, t, c)
	f.Message = fmt.Sprintf("the claim %q is a %s, which cannot be written as JSON", c.Name, c.Kind)
	f.Certainty = Confirmed
	if c.Guessed {
		f.Certainty = Hypothesis
	}
	f.Effect = Effect{Certainty: f.Certainty, Status: []int{500}, Text: fmt.Sprintf("%s raises TypeError when it signs: the login ends as 500", issuerOf(t, m))}
	f.Check = Check{Say: "Log in: TypeError, Object of type " + c.Kind + " is not JSON serializable"}
	return f
}

func numericSubject(p *fastapi.Project, t *fastapi.TokenCall, m *fastapi.Made, c *fastapi.Claim) Finding {
	var verify *fastapi.TokenCall
	certain := false
	for _, pair := range p.Pairs() {
		if pair.Made == m && pair.Verify.Options["verify_sub"] != false {
			verify, certain = pair.Verify, pair.Certain
		}
	}
	if verify == nil {
		return Finding{}
	}
	f := claimFinding(p, t, c)
	f.Operations = servedBy(verify)
	f.Check = Check{Say: "Decode a fresh token with options={\"verify_sub\": False}: then it works"}
	says := fmt.Sprintf("the subject is %s %s", article(c.Kind), c.Kind)
	if certain && !c.Guessed {
		f.Certainty = Confirmed
	}
	switch verify.Library {
	case "PyJWT":
		version := p.Requirements.For(verify.At.Path.Dir()).Version("pyjwt")
		f.Message = says + ", which PyJWT refuses from 2.10 on when it decodes"
		f.Evidence = withPlace(f.Evidence, version.NameAt, "the version of PyJWT")
		switch version.Compare("2.10.0") {
		case requirements.Below:
			return Finding{}
		case requirements.AtLeast:
		default:
			f.Certainty = Hypothesis
		}
	case "python-jose":
		f.Message = says + ", which python-jose refuses when it decodes"
	default:
		return Finding{}
	}
	f.Evidence = withPlace(f.Evidence, verify.At, "decodes it")
	f.Effect = refused(verify, f.Certainty, "Subject must be a string")
	return f
}

// claimFinding has what all findings about a written claim share.
func claimFinding(p *fastapi.Project, t *fastapi.TokenCall, c *fastapi.Claim) Finding {
	f := Finding{At: claimEntry(p, c), Subject: c.Name, Operations: servedBy(t)}
	f.Evidence = withPlace(f.Evidence, f.At, "writes the claim")
	f.Evidence = withPlace(f.Evidence, c.KindAt, "gives its type")
	f.Evidence = withPlace(f.Evidence, t.At, "signs it")
	if c.Annotated {
		f.Assumes = []string{"callers pass what the annotation says"}
	}
	value := claimValue(p, c)
	text := sourceAt(p, value)
	if value != c.At && text != "" && !strings.Contains(text, "\n") {
		f.Fixes = []Fix{{Title: "Write it as a text", Edits: map[source.Path][]source.Edit{value.Path: {{Span: value.Span, NewText: "str(" + text + ")"}}}}}
	} else {
		f.Fixes = []Fix{{Title: "Write it as a text, str(…)"}}
	}
	return f
}

func article(word string) string {
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an"
	}
	return "a"
}
