package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// JWTExpiryMissing reports tokens that never expire: they are written without
// exp, or the check of it is switched off.
var JWTExpiryMissing = &Analyzer{
	Code: "jwt-expiry-missing", Family: JWTAgreement, Severity: Warning,
	Run: func(pass *Pass) {
		for _, t := range pass.Project.Tokens {
			if t.Operation == fastapi.Verify && t.Options["verify_exp"] == false && t.Options["verify_signature"] != false {
				if f := expiryOff(pass.Project, t); f.Message != "" {
					pass.Report(f)
				}
			}
		}
		seen := map[source.Location]bool{}
		for _, pair := range pass.Project.Pairs() {
			m := pair.Made
			if m.Open || m.Claim("exp") != nil || seen[pair.Sign.At] || pair.Key.Agreement == fastapi.Differs || pair.Verify.Options["verify_exp"] == false {
				continue
			}
			if pair.Purpose != "" && pair.Purpose != fastapi.AccessToken && pair.Purpose != fastapi.RefreshToken {
				continue
			}
			if f := noExpiry(pass.Project, pair); f.Message != "" {
				seen[pair.Sign.At] = true
				pass.Report(f)
			}
		}
	},
}

// expiryOff is about verify_exp: False.
func expiryOff(p *fastapi.Project, t *fastapi.TokenCall) Finding {
	at := t.OptionsAt
	if i := slices.IndexFunc(t.OptionAt, func(o fastapi.OptionPlace) bool { return o.Name == "verify_exp" }); i >= 0 {
		at = t.OptionAt[i].At
		if v := t.OptionAt[i].ValueAt; v.Path == at.Path && v.Span.Start > at.Span.Start {
			at.Span.End = v.Span.End
		}
	}
	f := Finding{
		At: at, Certainty: Confirmed, Severity: Error, Subject: functionOf(t), Operations: servedBy(t),
		Message: fmt.Sprintf("%s decodes with verify_exp switched off", functionOf(t)),
		Effect:  Effect{Certainty: Confirmed, Text: "a token is accepted however long ago it expired"},
		Check:   Check{Say: "Sign a token whose exp has passed and call the operation with it"},
	}
	if reads(t, "exp") || t.Escapes || mentionsExpiry(p, t) {
		return Finding{} // it is checked by hand, or may be
	}
	for _, word := range fastapi.Words(functionOf(t)) {
		switch word {
		case "refresh", "expired", "logout", "revoke", "blacklist", "unverified", "without", "inspect", "debug":
			f.Certainty, f.Effect.Certainty, f.Severity = Hypothesis, Hypothesis, Information // it may be meant for tokens that have expired
		}
	}
	if t.Options["verify_iat"] == false || t.Options["verify_nbf"] == false { // the signature alone is asked for
		f.Certainty, f.Effect.Certainty, f.Severity = Hypothesis, Hypothesis, Information
	}
	if !inRequests(t) {
		f.Certainty, f.Effect.Certainty = Hypothesis, Hypothesis
	}
	f.Evidence = withPlace(f.Evidence, at, "exp is not checked")
	f.Evidence = withPlace(f.Evidence, withKeyword(p, t.OptionsAt, "options"), "used here")
	f.Evidence = withPlace(f.Evidence, t.At, "decodes")
	f.Fixes = []Fix{removeOption(p, at)}
	return f
}

// mentionsExpiry says whether the function around a call looks at exp by itself:
// through a key, an attribute or an argument of that name.
func mentionsExpiry(p *fastapi.Project, t *fastapi.TokenCall) bool {
	m := p.Program.Module(t.At.Path)
	if m == nil {
		return false
	}
	found := false
	python.InspectAround(m, t.At.Span, func(n any) bool {
		d, ok := n.(*python.Function)
		if !ok {
			return true
		}
		if s := d.Span(); s.Start <= t.At.Span.Start && t.At.Span.End <= s.End {
			python.Inspect(d, func(n any) bool {
				switch x := n.(type) {
				case *python.String:
					found = found || x.Value == "exp"
				case *python.Attribute:
					found = found || x.Attr == "exp"
				}
				return true
			})
		}
		return true
	})
	return found
}

func reads(t *fastapi.TokenCall, claim string) bool {
	return slices.ContainsFunc(t.Claims, func(c fastapi.Claim) bool { return c.Name == claim })
}

// removeOption takes an entry out of a dict, with its comma and, when it has its
// line for itself, the line.
func removeOption(p *fastapi.Project, at source.Location) Fix {
	file, err := p.Tree.File(at.Path)
	title := "Remove the option"
	text := sourceAt(p, at)
	if err != nil || !strings.Contains(text, ":") {
		return Fix{Title: title}
	}
	span := at.Span
	end := span.End
	for end < len(file.Text) && (file.Text[end] == ' ' || file.Text[end] == ',') {
		end++
		if file.Text[end-1] == ',' {
			break
		}
	}
	span.End = end
	line := file.Line(file.LineOf(span.Start))
	before, after := string(file.Text[line.Start:span.Start]), ""
	if span.End <= line.End {
		after = string(file.Text[span.End:line.End])
	}
	switch {
	case strings.TrimSpace(before) == "" && strings.TrimSpace(after) == "" && line.End < len(file.Text):
		span = source.Span{Start: line.Start, End: line.End + 1}
	case strings.HasPrefix(after, " "):
		span.End++
	}
	return Fix{Title: title, Edits: map[source.Path][]source.Edit{at.Path: {{Span: span}}}}
}

// noExpiry is about tokens without exp. Whether they are meant to live for ever
// cannot be read, unless the project shows that it reckons with expiry.
func noExpiry(p *fastapi.Project, pair fastapi.TokenPair) Finding {
	f := Finding{
		At: payloadPlace(p, pair.Sign), Subject: functionOf(pair.Sign), Operations: servedBy(pair.Sign),
		Message: fmt.Sprintf("the tokens of %s carry no exp, and %s asks for none", issuerOf(pair.Sign, pair.Made), functionOf(pair.Verify)),
		Effect:  Effect{Certainty: Hypothesis, Text: "they never expire: a token that leaks is good until the key changes"},
		Check:   Check{Say: "Decode the payload of a fresh token: it has no exp"},
		Fixes:   []Fix{{Title: "Write exp, datetime.now(timezone.utc) + timedelta(…), and require it when decoding"}},
	}
	f.Evidence = withPlace(f.Evidence, f.At, "signs without exp")
	f.Evidence = withPlace(f.Evidence, tillPayload(pair.Sign), "signs it")
	f.Evidence = withPlace(f.Evidence, pair.Verify.At, "accepts a token without exp")
	meant, why := expiryMeant(p, pair)
	switch {
	case requires(pair.Verify, "exp"):
		f.Severity, f.Certainty = Error, certainIf(pair.Certain)
		f.Message = fmt.Sprintf("%s requires exp, which %s never writes", functionOf(pair.Verify), issuerOf(pair.Sign, pair.Made))
		f.Effect = refused(pair.Verify, f.Certainty, "it has no exp claim")
	case meant.IsZero():
		return Finding{}
	default:
		f.Certainty = certainIf(pair.Certain)
		f.Effect.Certainty = f.Certainty
		f.Message += ", though " + why
		if why == underCondition && removesExpiry(p, meant) { // which of the two branches runs is up to the caller
			f.Certainty, f.Effect.Certainty = Hypothesis, Hypothesis
			f.Message = fmt.Sprintf("%s writes exp under a condition alone, and %s asks for none", issuerOf(pair.Sign, pair.Made), functionOf(pair.Verify))
			f.Effect.Text = "where the condition does not hold, tokens never expire: one that leaks is good until the key changes"
		}
		f.Evidence = withPlace(f.Evidence, meant, why)
	}
	return f
}

// payloadPlace is the dict that a sign call signs, where it is written in the
// function that calls it; the call up to its payload otherwise.
func payloadPlace(p *fastapi.Project, t *fastapi.TokenCall) source.Location {
	d, ok := t.Payload.(*interpret.Dict)
	m := p.Program.Module(t.At.Path)
	if !ok || m == nil || d.At.Path != t.At.Path || t.At.Span.Start <= d.At.Span.Start {
		return tillPayload(t)
	}
	place := tillPayload(t)
	python.InspectAround(m, t.At.Span, func(n any) bool {
		fn, ok := n.(*python.Function)
		if !ok {
			return true
		}
		if s := fn.Span(); s.Start <= d.At.Span.Start && t.At.Span.End <= s.End && strings.HasPrefix(sourceAt(p, d.At), "{") {
			place = d.At
		}
		return true
	})
	return place
}

func certainIf(is bool) Certainty {
	if is {
		return Confirmed
	}
	return Hypothesis
}

func requires(t *fastapi.TokenCall, claim string) bool {
	return slices.ContainsFunc(t.Claims, func(c fastapi.Claim) bool { return c.Name == claim && c.Required })
}
