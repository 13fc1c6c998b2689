package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// JWTUnverified reports a token that decides who is calling though nothing has
// verified it, or verified its signature only.
var JWTUnverified = &Analyzer{
	Code: "jwt-unverified", Family: JWTAgreement, Severity: Error,
	Run: func(pass *Pass) {
		for _, t := range pass.Project.Tokens {
			var f Finding
			switch {
			case t.Operation == fastapi.Peek && t.FunctionPath != "jwt.get_unverified_header" && t.FunctionPath != "jose.jwt.get_unverified_header":
				f = unverified(pass.Project, t, t.At)
			case t.Operation == fastapi.Verify && t.Options["verify_signature"] == false:
				f = unverified(pass.Project, t, optionPlace(t, "verify_signature"))
			case t.Operation == fastapi.Verify && (t.Library == "joserfc" || t.Library == "authlib"):
				f = claimsUnchecked(pass.Project, t)
			}
			if f.Message != "" {
				f.Subject, f.Operations = functionOf(t), servedBy(t)
				pass.Report(f)
			}
		}
	},
}

// optionPlace is an entry of a decode's options with its value.
func optionPlace(t *fastapi.TokenCall, name string) source.Location {
	i := slices.IndexFunc(t.OptionAt, func(o fastapi.OptionPlace) bool { return o.Name == name })
	if i < 0 {
		return t.At
	}
	at := t.OptionAt[i].At
	if v := t.OptionAt[i].ValueAt; v.Path == at.Path && v.Span.Start > at.Span.Start {
		at.Span.End = v.Span.End
	}
	return at
}

// unverified is about a payload that is read without a look at the signature. One
// that is verified on the same way is a peek: to find the key, or the time left.
func unverified(p *fastapi.Project, t *fastapi.TokenCall, at source.Location) Finding {
	if !inRequests(t) || len(t.Claims) == 0 && !t.Escapes {
		return Finding{}
	}
	var open []*fastapi.Operation
	for _, o := range t.Operations {
		if !verifiedOn(p, o) {
			open = append(open, o)
		}
	}
	if len(open) == 0 {
		return afterRefusal(p, t, at)
	}
	f := Finding{
		At:      at,
		Message: fmt.Sprintf("%s takes claims out of a token whose signature nothing checks", functionOf(t)),
		Effect:  Effect{Text: "anybody can write a token that passes"},
		Check:   Check{Say: fmt.Sprintf("Call %s with a token that is signed with another key", open[0].ID())},
		Fixes:   []Fix{{Title: "Decode with the key and the algorithms, and without the option"}},
	}
	for _, c := range t.Claims {
		if c.Name == "sub" || c.Required || c.Name == "user_id" || c.Name == "email" || c.Name == "username" {
			f.Certainty, f.Effect.Certainty = Confirmed, Confirmed
		}
		f.Evidence = withPlace(f.Evidence, c.At, "reads "+c.Name)
	}
	if t.Operation == fastapi.Verify && t.AlgorithmsGiven {
		f.Fixes = []Fix{removeOption(p, at)}
	}
	f.Evidence = withPlace(f.Evidence, at, "no signature is checked")
	f.Evidence = withPlace(f.Evidence, t.At, "decodes")
	return f
}

// afterRefusal is about a payload that is read without a look at the signature in
// the except clause of the verification that has just refused the token.
func afterRefusal(p *fastapi.Project, t *fastapi.TokenCall, at source.Location) Finding {
	clause, verify := clauseAround(p, t)
	if clause == nil || len(clause.Body) == 0 {
		return Finding{}
	}
	if _, raises := clause.Body[len(clause.Body)-1].(*python.Raise); raises {
		return Finding{} // it is read for a message
	}
	for _, word := range fastapi.Words(functionOf(t)) {
		switch word {
		case "refresh", "renew", "expired", "logout", "revoke", "inspect", "debug", "log":
			return Finding{} // it may be meant
		}
	}
	caught := onOneLine(sourceAt(p, source.Location{Path: t.At.Path, Span: clause.Types.Span()}))
	f := Finding{
		At: at, Certainty: Confirmed,
		Message: fmt.Sprintf("%s takes claims out of a token that the verification has just refused (%s)", functionOf(t), caught),
		Effect:  Effect{Certainty: Confirmed, Text: "a token that is refused passes nevertheless: anybody can write one"},
		Check:   Check{Say: fmt.Sprintf("Call %s with a token that is signed with another key", t.Operations[0].ID())},
		Fixes:   []Fix{{Title: "Answer 401 in the except clause"}},
	}
	if namesExpiry(p, t.At.Path, clause.Types) {
		f.Effect.Text = "a token is accepted however long ago it expired"
		f.Check.Say = fmt.Sprintf("Call %s with a token whose exp has passed", t.Operations[0].ID())
	}
	f.Evidence = withPlace(f.Evidence, at, "no signature is checked")
	f.Evidence = withPlace(f.Evidence, source.Location{Path: t.At.Path, Span: clause.Types.Span()}, "the refusal that is caught")
	f.Evidence = withPlace(f.Evidence, verify.At, "verifies, and refuses the token")
	return f
}

// namesExpiry says whether an except clause names nothing but expiry, of which a
// library speaks only when the signature is right.
func namesExpiry(p *fastapi.Project, path source.Path, types python.Expr) bool {
	switch resolvedName(p, path, types) {
	case "jwt.ExpiredSignatureError", "jwt.exceptions.ExpiredSignatureError", "jose.ExpiredSignatureError", "jose.exceptions.ExpiredSignatureError", "jwt.ExpiredSignature":
		return true
	}
	return false
}

// clauseAround finds the except clause in which a call stands, and the
// verification in the body of its try; nil when there is none.
func clauseAround(p *fastapi.Project, t *fastapi.TokenCall) (clause *python.Handler, verify *fastapi.TokenCall) {
	m := p.Program.Module(t.At.Path)
	if m == nil {
		return nil, nil
	}
	holds := func(s source.Span, at source.Location) bool {
		return at.Path == t.At.Path && s.Start <= at.Span.Start && at.Span.End <= s.End
	}
	python.InspectAround(m, t.At.Span, func(n any) bool {
		try, ok := n.(*python.Try)
		if !ok || len(try.Body) == 0 {
			return true
		}
		body := source.Span{Start: try.Body[0].Span().Start, End: try.Body[len(try.Body)-1].Span().End}
		for _, h := range try.Handlers {
			if h.Types == nil || !holds(h.Span(), t.At) {
				continue
			}
			for _, other := range p.Tokens {
				if other.Operation == fastapi.Verify && other.Options["verify_signature"] != false && holds(body, other.At) {
					clause, verify = h, other
				}
			}
		}
		return true
	})
	return clause, verify
}

// verifiedOn says whether a token is verified on the way of an operation.
func verifiedOn(p *fastapi.Project, o *fastapi.Operation) bool {
	return slices.ContainsFunc(p.Tokens, func(t *fastapi.TokenCall) bool {
		return t.Operation == fastapi.Verify && t.Options["verify_signature"] != false && slices.Contains(t.Operations, o)
	})
}

// claimsUnchecked is about authlib and joserfc, whose decode looks at the
// signature only: exp is a matter of validate().
func claimsUnchecked(p *fastapi.Project, t *fastapi.TokenCall) Finding {
	if !t.Validated.IsZero() || t.Escapes || reads(t, "exp") {
		return Finding{}
	}
	f := Finding{
		At: statementOf(p, t.At), Certainty: Confirmed,
		Message: fmt.Sprintf("%s decodes with %s, which checks the signature only; nothing validates the claims", functionOf(t), t.Library),
		Effect:  Effect{Certainty: Confirmed, Text: "a token is accepted however long ago it expired, and for any audience and issuer"},
		Check:   Check{Say: "Sign a token whose exp has passed and call the operation with it"},
		Fixes:   []Fix{{Title: map[string]string{"joserfc": "Call JWTClaimsRegistry().validate(token.claims)", "authlib": "Call claims.validate()"}[t.Library]}},
	}
	if !inRequests(t) {
		f.Certainty, f.Effect.Certainty = Hypothesis, Hypothesis
	}
	f.Evidence = withPlace(f.Evidence, f.At, "checks the signature only")
	for _, pair := range p.Pairs() {
		if exp := pair.Made.Claim("exp"); pair.Verify == t && exp != nil {
			f.Evidence = withPlace(f.Evidence, claimEntry(p, exp), "exp is written and never looked at")
		}
	}
	return f
}
