package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// JWTAudienceIssuer reports an audience or an issuer on which the two ends do not agree.
var JWTAudienceIssuer = &Analyzer{
	Code: "jwt-audience-issuer", Family: JWTAgreement, Severity: Error, Requires: fastapi.Tokens,
	Run: func(pass *Pass) {
		seen := map[string]bool{}
		for _, t := range pass.Project.Tokens {
			if f := audienceList(pass.Project, t); f.Message != "" {
				pass.Report(f)
			}
		}
		for _, pair := range pass.Project.Pairs() {
			if pair.Key.Agreement == fastapi.Differs || pair.Made.Open || pair.Verify.OpenArguments || pair.Verify.OptionsOpen {
				continue
			}
			found := []Finding{audience(pass.Project, pair), issuer(pass.Project, pair)}
			for _, d := range pair.Verify.Demands {
				if d.Claim == "iss" || d.Claim == "aud" {
					found = append(found, demandRefused(pass.Project, pair, d))
				}
			}
			for _, f := range found {
				if id := fmt.Sprint(f.At, f.Message); f.Message != "" && !seen[id] {
					seen[id] = true
					pass.Report(f)
				}
			}
		}
	},
}

func audience(p *fastapi.Project, pair fastapi.TokenPair) Finding {
	verify, written, wanted := pair.Verify, pair.Audience.Written, pair.Audience.Wanted
	jwtOrJose := verify.Library == "PyJWT" || verify.Library == "python-jose"
	if !jwtOrJose || verify.Options["verify_aud"] == false || verify.Options["verify_signature"] == false {
		return Finding{}
	}
	switch {
	case listedAudience(verify) != nil:
		return Finding{}
	case written != nil && wanted == nil && written.Kind != "None":
		f := pairFinding(p, pair, verify.At, "aud")
		f.Message = fmt.Sprintf("%s writes an audience, but %s decodes without audience=", issuerOf(pair.Sign, pair.Made), functionOf(verify))
		f.Evidence = withPlace(f.Evidence, claimEntry(p, written), "writes aud")
		f.Effect = refused(verify, f.Certainty, "Invalid audience")
		f.Check.Say = "Decode a fresh token with this call: Invalid audience"
		f.Fixes = []Fix{passAudience(p, verify, written)}
		return f
	case written == nil && wanted != nil && !isNone(wanted):
		f := pairFinding(p, pair, wanted.At, "aud")
		f.At = withKeyword(p, wanted.At, "audience")
		f.Message = fmt.Sprintf("%s asks for an audience that %s never writes", functionOf(verify), issuerOf(pair.Sign, pair.Made))
		f.Effect = refused(verify, f.Certainty, "it is missing the aud claim")
		f.Check.Say = "Decode a fresh token with this call: the aud claim is missing"
		if verify.Library == "python-jose" {
			f.Severity = Warning
			f.Effect = Effect{Certainty: f.Certainty, Text: "python-jose accepts a token without aud: the audience is checked for nobody"}
			f.Check.Say = "Decode a fresh token with this call: it is accepted without an audience"
		}
		f.Fixes = []Fix{{Title: "Write the audience when signing, or drop audience="}}
		return f
	case pair.Audience.Agreement == fastapi.Differs:
		return differentClaim(p, pair, "audience", "aud", pair.Audience)
	}
	return Finding{}
}

func issuer(p *fastapi.Project, pair fastapi.TokenPair) Finding {
	verify, written, wanted := pair.Verify, pair.Issuer.Written, pair.Issuer.Wanted
	if wanted == nil || isNone(wanted) || verify.Options["verify_iss"] == false || verify.Options["verify_signature"] == false {
		return Finding{}
	}
	if written == nil {
		f := pairFinding(p, pair, wanted.At, "iss")
		f.At = withKeyword(p, wanted.At, "issuer")
		f.Message = fmt.Sprintf("%s asks for an issuer that %s never writes", functionOf(verify), issuerOf(pair.Sign, pair.Made))
		f.Effect = refused(verify, f.Certainty, "it has no iss claim")
		f.Check.Say = "Decode a fresh token with this call: the issuer is refused"
		f.Fixes = []Fix{{Title: "Write the issuer when signing, or drop issuer="}}
		return f
	}
	if pair.Issuer.Agreement == fastapi.Differs {
		return differentClaim(p, pair, "issuer", "iss", pair.Issuer)
	}
	return Finding{}
}

// differentClaim is about two values that should be one.
func differentClaim(p *fastapi.Project, pair fastapi.TokenPair, name, claim string, c fastapi.ClaimAgreement) Finding {
	f := pairFinding(p, pair, c.Wanted.At, claim)
	f.At = withKeyword(p, c.Wanted.At, name)
	f.Message = fmt.Sprintf("%s asks for another %s than %s writes", functionOf(pair.Verify), name, issuerOf(pair.Sign, pair.Made))
	for _, in := range c.Compared.In {
		if in.Agreement != fastapi.Differs {
			continue
		}
		a, b := in.Sign.Value.Expose(), in.Verify.Value.Expose()
		if strings.TrimRight(a, "/") == strings.TrimRight(b, "/") {
			f.Message += ": they differ by a slash at the end"
		}
		f.Evidence = withPlace(f.Evidence, in.Sign.Source, "what is written in "+in.Environment.Name)
		f.Evidence = withPlace(f.Evidence, in.Verify.Source, "what is asked for in "+in.Environment.Name)
		break
	}
	f.Evidence = withPlace(f.Evidence, claimEntry(p, c.Written), "writes "+claim)
	f.Effect = refused(pair.Verify, f.Certainty, "Invalid "+name)
	f.Check.Say = "Compare the " + claim + " of a fresh token with what is asked for"
	f.Fixes = []Fix{{Title: "Take the " + name + " of both ends from one place"}}
	return f
}

func pairFinding(p *fastapi.Project, pair fastapi.TokenPair, at source.Location, subject string) Finding {
	f := Finding{At: at, Subject: subject, Operations: servedBy(pair.Verify)}
	if pair.Certain && inRequests(pair.Verify) {
		f.Certainty = Confirmed
	}
	f.Evidence = withPlace(f.Evidence, at, "the verification")
	f.Evidence = withPlace(f.Evidence, pair.Sign.At, "signs")
	return f
}

func isNone(r *fastapi.Resolved) bool {
	return r.Known && r.Value.Expose() == "None" || r.Text == "None"
}

// passAudience adds audience= with the text that is written, where that is a literal.
func passAudience(p *fastapi.Project, verify *fastapi.TokenCall, written *fastapi.Claim) Fix {
	value := sourceAt(p, claimValue(p, written))
	call := sourceAt(p, verify.At)
	literal := len(value) > 1 && (value[0] == '"' || value[0] == '\'') && !strings.Contains(value, "\n")
	if !literal || !strings.HasSuffix(call, ")") || strings.Contains(call, "\n") {
		return Fix{Title: "Pass audience= with the value that is written"}
	}
	end := verify.At.Span.End - 1
	return Fix{Title: "Pass audience=" + value, Edits: map[source.Path][]source.Edit{verify.At.Path: {{Span: source.Span{Start: end, End: end}, NewText: ", audience=" + value}}}}
}
