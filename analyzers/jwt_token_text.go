package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// JWTTokenText reports a token whose text is not what the other end takes: with
// the scheme's name before it, as bytes, or decoded though it is a text.
var JWTTokenText = &Analyzer{
	Code: "jwt-token-text", Family: JWTAgreement, Severity: Error,
	Run: func(pass *Pass) {
		for _, t := range pass.Project.Tokens {
			for _, f := range tokenTexts(pass.Project, t) {
				f.Subject = functionOf(t)
				pass.Report(f)
			}
		}
	},
}

func tokenTexts(p *fastapi.Project, t *fastapi.TokenCall) (list []Finding) {
	for _, m := range t.Made {
		for _, d := range m.Deliveries {
			if f := prefixed(p, d); f.Message != "" {
				list = append(list, f)
			}
			if f := bytesText(p, t, d); f.Message != "" {
				list = append(list, f)
			}
		}
	}
	for _, u := range t.Uses {
		if f := decodedText(p, t, u); f.Message != "" {
			list = append(list, f)
		}
	}
	if f := wholeHeader(p, t); f.Message != "" {
		list = append(list, f)
	}
	return list
}

// prefixed is about an answer whose access_token begins with "Bearer ".
func prefixed(p *fastapi.Project, d fastapi.Delivery) Finding {
	if !strings.EqualFold(strings.TrimSpace(d.Prefix), "bearer") || !strings.Contains(strings.ToLower(d.Field), "token") || strings.Contains(d.Field, "cookie") {
		return Finding{}
	}
	f := Finding{
		At: d.At, Certainty: Confirmed, Operations: []string{d.Operation.ID()},
		Message: fmt.Sprintf("%s answers %s with \"Bearer \" before the token, which clients put there themselves", d.Operation.ID(), d.Field),
		Effect:  Effect{Certainty: Hypothesis, Status: []int{401}, Text: "a client that adds the scheme, as Swagger does, sends it twice, and the decoder gets \"Bearer …\""},
		Check:   Check{Say: "Look at the answer of " + d.Operation.ID()},
		Fixes:   []Fix{bareToken(p, d.At)},
	}
	for _, s := range p.Schemes {
		if s.Class == "OAuth2PasswordBearer" || s.Class == "HTTPBearer" || s.Class == "OAuth2AuthorizationCodeBearer" {
			f.Evidence = withPlace(f.Evidence, s.At, "takes one \"Bearer \" off")
			f.Effect.Certainty = Confirmed
		}
	}
	f.Evidence = withPlace(f.Evidence, d.At, "clients add the scheme themselves")
	return f
}

// bareToken replaces f"Bearer {token}" by token.
func bareToken(p *fastapi.Project, at source.Location) Fix {
	text := sourceAt(p, at)
	open, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	inner := ""
	if open > 0 && end == len(text)-2 && strings.HasPrefix(text, "f") {
		inner = text[open+1 : end]
	}
	if i := strings.IndexByte(text, '+'); inner == "" && i > 0 && strings.Count(text, "+") == 1 {
		inner = strings.TrimSpace(text[i+1:])
	}
	if inner == "" || strings.ContainsAny(inner, "{}!:") {
		return Fix{Title: "Answer the token alone"}
	}
	return Fix{Title: "Answer the token alone", Edits: map[source.Path][]source.Edit{at.Path: {{Span: at.Span, NewText: inner}}}}
}

// bytesText is about authlib, whose encode gives bytes: as part of a text they
// become "b'…'".
func bytesText(p *fastapi.Project, t *fastapi.TokenCall, d fastapi.Delivery) Finding {
	op, ok := d.Value.(*interpret.Op)
	if !ok || t.Library != "authlib" || op.Name != "fstring" && op.Name != "str" || slices.ContainsFunc(op.Args, isDecoded) {
		return Finding{}
	}
	f := Finding{
		At: d.At, Certainty: Confirmed, Operations: []string{d.Operation.ID()},
		Message: "authlib's jwt.encode gives bytes, and here their representation, b'…', becomes the token",
		Effect:  Effect{Certainty: Confirmed, Status: []int{401}, Text: "no client can use the token"},
		Check:   Check{Say: "Look at the answer of " + d.Operation.ID()},
		Fixes:   []Fix{{Title: "Decode the token, token.decode()"}},
	}
	f.Evidence = withPlace(f.Evidence, d.At, "makes a text of bytes")
	f.Evidence = withPlace(f.Evidence, t.At, "gives bytes")
	return f
}

func isDecoded(v interpret.Value) bool {
	op, ok := v.(*interpret.Op)
	return ok && op.Name == "method" && op.Text == "decode"
}

// decodedText is about .decode() on a token that is a text already: PyJWT from
// 2.0 on, python-jose and joserfc.
func decodedText(p *fastapi.Project, t *fastapi.TokenCall, u fastapi.TokenUse) Finding {
	if t.Library == "authlib" || slices.ContainsFunc(u.When, func(c fastapi.Condition) bool {
		return strings.Contains(c.Text, "isinstance") || strings.Contains(c.Text, "hasattr") || strings.Contains(c.Text, "except")
	}) {
		return Finding{}
	}
	f := Finding{
		At: u.At, Certainty: Confirmed, Operations: servedBy(t),
		Message: fmt.Sprintf("the token is a text, which has no decode(): %s gives no bytes", t.Library),
		Effect:  Effect{Certainty: Confirmed, Status: []int{500}, Text: "AttributeError, 'str' object has no attribute 'decode': the login ends as 500"},
		Check:   Check{Say: "Log in: AttributeError"},
	}
	f.Evidence = withPlace(f.Evidence, u.At, "expects bytes")
	f.Evidence = withPlace(f.Evidence, t.At, "gives a text")
	if t.Library == "PyJWT" {
		version := p.Requirements.For(t.At.Path.Dir()).Version("pyjwt")
		f.Message = "the token is a text, which has no decode(): PyJWT gives no bytes from 2.0 on"
		f.Evidence = withPlace(f.Evidence, version.NameAt, "the version of PyJWT")
		switch version.Compare("2.0.0") {
		case requirements.Below:
			return Finding{}
		case requirements.Crosses, requirements.Unknown:
			f.Certainty, f.Effect.Certainty = Hypothesis, Hypothesis
		}
	}
	text := sourceAt(p, u.At)
	if cut, ok := cutLastCall(text); ok && strings.Contains(text[len(cut):], "decode") {
		f.Fixes = []Fix{{Title: "Drop the decode()", Edits: map[source.Path][]source.Edit{u.At.Path: {{Span: source.Span{Start: u.At.Span.Start + len(cut), End: u.At.Span.End}}}}}}
	}
	return f
}

// wholeHeader is about a decode that gets the Authorization header as it came.
func wholeHeader(p *fastapi.Project, t *fastapi.TokenCall) Finding {
	if t.Operation != fastapi.Verify {
		return Finding{}
	}
	if !fastapi.IsAuthorizationHeader(t.TokenValue) {
		param := tokenParameter(t)
		switch {
		case param == nil:
			return Finding{}
		case param.In == fastapi.InCookie:
			return prefixedCookie(p, t, param)
		case param.In != fastapi.InHeader || !strings.EqualFold(param.Wire, "authorization"):
			return Finding{}
		}
	}
	f := Finding{
		At: t.TokenAt, Certainty: Confirmed, Operations: servedBy(t),
		Message: fmt.Sprintf("%s decodes the whole Authorization header, with \"Bearer \" before the token", functionOf(t)),
		Effect:  refused(t, Hypothesis, "\"Bearer …\" is no token"),
		Check:   Check{Say: "Send Authorization: Bearer TOKEN and then Authorization: TOKEN: only the second one passes"},
		Fixes:   []Fix{{Title: "Take the scheme off the header, or use HTTPBearer"}},
	}
	f.Evidence = withPlace(f.Evidence, t.TokenAt, "still has the scheme")
	if v, ok := t.TokenValue.(interpret.Value); ok {
		f.Evidence = withPlace(f.Evidence, interpret.OriginOf(v).At, "reads the header")
	}
	return f
}
