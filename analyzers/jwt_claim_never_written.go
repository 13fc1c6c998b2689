package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// JWTClaimNeverWritten reports a verification that needs a claim which no token
// that comes to it has, or has as something else.
var JWTClaimNeverWritten = &Analyzer{
	Code: "jwt-claim-never-written", Family: JWTAgreement, Severity: Error, Requires: fastapi.Tokens,
	Run: func(pass *Pass) {
		for _, group := range byVerification(pass.Project.Pairs()) {
			for _, d := range group[0].Verify.Demands {
				if f := demandUnmet(pass.Project, group, d); f.Message != "" {
					pass.Report(f)
				}
			}
			told := map[string]bool{} // a claim is reported where it is read first
			for _, c := range group[0].Verify.Claims {
				var f Finding
				switch {
				case neverWritten(group, c):
					if !told[c.Name] && meant(group) {
						f = missingClaim(pass.Project, group, c)
					}
					told[c.Name] = true
				case c.As != "":
					f = convertedClaim(pass.Project, group, c)
				}
				if f.Message != "" {
					pass.Report(f)
				}
			}
		}
	},
}

// byVerification groups the pairs whose keys agree, or may, by their verification.
func byVerification(pairs []fastapi.TokenPair) (groups [][]fastapi.TokenPair) {
	for _, pair := range pairs {
		i := slices.IndexFunc(groups, func(g []fastapi.TokenPair) bool { return g[0].Verify == pair.Verify })
		if i < 0 {
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], pair)
	}
	return groups
}

// meant says whether tokens of the group come to the verification: one key says so,
// or a claim that is read and written. Where neither does, they are two kinds of token.
func meant(group []fastapi.TokenPair) bool {
	return slices.ContainsFunc(group, func(pair fastapi.TokenPair) bool {
		return pair.Certain || pair.Key.Agreement == fastapi.Agrees || slices.ContainsFunc(pair.Verify.Claims, func(c fastapi.Claim) bool {
			return !bookkeeping[c.Name] && pair.Made.Claim(c.Name) != nil
		})
	})
}

// bookkeeping are claims that a library writes or checks, or that carry no identity.
var bookkeeping = map[string]bool{"exp": true, "iat": true, "nbf": true, "iss": true, "aud": true, "jti": true, "typ": true, "alg": true}

// neverWritten says whether a claim is needed and no token of the group has it.
// A claim that is only looked at counts where nothing that is read is written.
func neverWritten(group []fastapi.TokenPair, c fastapi.Claim) bool {
	for _, pair := range group {
		if pair.Made.Open || pair.Made.Claim(c.Name) != nil {
			return false
		}
	}
	if c.HasDefault || slices.Contains(fastapi.KindClaims, c.Name) && !c.Required {
		return false
	}
	verify := group[0].Verify
	for _, other := range verify.Claims {
		written := slices.ContainsFunc(group, func(pair fastapi.TokenPair) bool { return pair.Made.Claim(other.Name) != nil })
		switch {
		case !written || other.Name == c.Name || bookkeeping[other.Name]:
		case !c.Required, other.At != c.At && other.At.Path == c.At.Path && other.At.Span.Start < c.At.Span.End+40 && c.At.Span.Start < other.At.Span.End+40:
			return false // the other one is read instead of it
		}
	}
	return c.Required || !bookkeeping[c.Name]
}

func missingClaim(p *fastapi.Project, group []fastapi.TokenPair, c fastapi.Claim) Finding {
	pair := group[0]
	verify := pair.Verify
	read := c.At
	f := Finding{
		At: read, Subject: c.Name, Operations: servedBy(verify),
		Message: fmt.Sprintf("%s reads the claim %q, which %s never writes", functionOf(verify), c.Name, issuerOf(pair.Sign, pair.Made)),
		Check:   Check{Say: "Decode the payload of a fresh token: it has no " + c.Name, Run: `python -c "import jwt,sys; print(jwt.decode(sys.argv[1], options={'verify_signature': False}).keys())" TOKEN`},
	}
	if pair.Certain && inRequests(verify) {
		f.Certainty = Confirmed
	}
	f.Evidence = withPlace(f.Evidence, read, "reads "+c.Name)
	written := identityClaim(pair.Made, verify)
	if written != nil {
		f.Message = fmt.Sprintf("%s writes the claim %q, but %s reads %q", issuerOf(pair.Sign, pair.Made), written.Name, functionOf(verify), c.Name)
		if c.Name == "sub" && len(group) == 1 { // the standard name is the reader's
			f.At = written.At
		}
		f.Evidence = withPlace(f.Evidence, written.At, "the token has "+written.Name)
		f.Fixes = renameClaim(p, f.At, written, c, len(group) == 1)
	}
	for _, other := range group {
		f.Evidence = withPlace(f.Evidence, other.Sign.At, "signs without "+c.Name)
	}
	f.Effect = missingEffect(p, verify, c, f.Certainty)
	return f
}

// identityClaim returns the one claim of a token that says whom it is for and that the
// verification does not read; nil when there is none, or several.
func identityClaim(m *fastapi.Made, verify *fastapi.TokenCall) *fastapi.Claim {
	var found *fastapi.Claim
	for i := range m.Claims {
		c := &m.Claims[i]
		if bookkeeping[c.Name] || slices.Contains(fastapi.KindClaims, c.Name) || slices.ContainsFunc(verify.Claims, func(r fastapi.Claim) bool { return r.Name == c.Name }) {
			continue
		}
		if found != nil {
			return nil
		}
		found = c
	}
	return found
}

// renameClaim writes the other end's name where the finding stands.
func renameClaim(p *fastapi.Project, at source.Location, written *fastapi.Claim, read fastapi.Claim, only bool) []Fix {
	if at == written.At {
		if text := sourceAt(p, at); only && isQuoted(text, written.Name) {
			return []Fix{{Title: "Write the claim as " + read.Name, Edits: map[source.Path][]source.Edit{at.Path: {{Span: at.Span, NewText: text[:1] + read.Name + text[len(text)-1:]}}}}}
		}
		return []Fix{{Title: "Write the claim as " + read.Name}}
	}
	text := sourceAt(p, at)
	for _, quote := range []string{`"`, "'"} {
		if i := strings.LastIndex(text, quote+read.Name+quote); i >= 0 && strings.Count(text, quote+read.Name+quote) == 1 {
			span := source.Span{Start: at.Span.Start + i, End: at.Span.Start + i + len(read.Name) + 2}
			return []Fix{{Title: "Read the claim " + written.Name, Edits: map[source.Path][]source.Edit{at.Path: {{Span: span, NewText: quote + written.Name + quote}}}}}
		}
	}
	return []Fix{{Title: "Read the claim " + written.Name}}
}

func isQuoted(text, name string) bool { return text == `"`+name+`"` || text == "'"+name+"'" }

// missingEffect is what reading a claim that is not there comes to.
func missingEffect(p *fastapi.Project, verify *fastapi.TokenCall, c fastapi.Claim, certainty Certainty) Effect {
	if strings.HasSuffix(sourceAt(p, c.At), "]") {
		e := Effect{Certainty: certainty, Status: []int{500}, Text: "a request with a valid token ends as 500: KeyError " + c.Name}
		if !verify.CaughtBy.IsZero() {
			e.Certainty = Hypothesis
			e.Text = "a request with a valid token ends as 500 (KeyError " + c.Name + "), or as what the code around makes of it"
		}
		return e
	}
	if !strings.Contains(sourceAt(p, c.At), c.Name) { // a model that is filled from the payload
		e := Effect{Certainty: Hypothesis, Status: []int{500}, Text: "a request with a valid token ends as 500 (ValidationError, " + c.Name + " is missing), or as what the code around makes of it"}
		return e
	}
	e := Effect{Certainty: certainty, Text: "a request with a valid token is refused, though its signature is right: " + c.Name + " is None"}
	if !c.Required {
		e.Certainty = Hypothesis
	}
	e.Status = refusalStatus(verify)
	if len(e.Status) == 0 || e.Status[0] == 500 {
		e.Status = []int{401}
	}
	return e
}

// convertedClaim is about a claim that is turned into a number or a UUID, and is
// written from a text that is none.
func convertedClaim(p *fastapi.Project, group []fastapi.TokenPair, c fastapi.Claim) Finding {
	for _, pair := range group {
		written := pair.Made.Claim(c.Name)
		if written == nil {
			continue
		}
		from := onOneLine(sourceAt(p, claimValue(p, written)))
		name := from[strings.LastIndexByte(from, '.')+1:]
		if name != "email" && name != "username" && name != "name" || strings.Contains(from, "(") {
			continue
		}
		f := Finding{
			At: c.AsAt, Subject: c.Name, Operations: servedBy(pair.Verify),
			Message: fmt.Sprintf("%s reads the claim %q as %s, but %s writes %s into it", functionOf(pair.Verify), c.Name, c.As, issuerOf(pair.Sign, pair.Made), from),
			Effect:  Effect{Status: []int{500}, Text: "a request with a valid token ends as 500 (ValueError), or as what the code around makes of it"},
			Check:   Check{Say: "Decode the payload of a fresh token and look at " + c.Name},
			Fixes:   []Fix{{Title: "Write and read the same thing: the id, or " + name}},
		}
		if name == "email" && pair.Certain {
			f.Certainty = Confirmed
		}
		f.Evidence = withPlace(f.Evidence, c.AsAt, "expects "+c.As)
		f.Evidence = withPlace(f.Evidence, written.At, "writes "+from)
		return f
	}
	return Finding{}
}
