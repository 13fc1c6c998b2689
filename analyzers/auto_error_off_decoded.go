package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// decodedNone reports decode calls that may be given the None of a scheme with
// auto_error=False. python-jose (3.3 to 3.5) then raises AttributeError, which is
// no JWTError; PyJWT raises DecodeError, which code that catches its errors answers
// with 401, so it is left alone.
func decodedNone(pass *Pass, links []*chainLink) {
	p := pass.Project
	for _, t := range p.Tokens {
		v, _ := t.TokenValue.(interpret.Value)
		s := schemeOfNone(p, v)
		if s == nil || t.Operation != fastapi.Verify || t.Library != "python-jose" || attributeErrorCaught(p, t) {
			continue
		}
		f := Finding{
			Certainty: Confirmed, At: t.At, Subject: t.Function,
			Message: fmt.Sprintf("the token is None when a request has no credential, for %s has auto_error=False and nothing tests it before %s", schemeText(s), t.FunctionPath),
			Effect:  Effect{Certainty: Confirmed, Status: []int{500}, Text: "500 in place of 401: python-jose raises AttributeError, which is no JWTError"},
			Evidence: []Evidence{
				{At: autoErrorPlace(s), Note: "auto_error=False: without a credential the value is None, and nothing is refused"},
			},
			Check: Check{Say: "Send the request without a credential"},
			Fixes: []Fix{describedFix("Raise HTTPException(401) when the token is None or empty, or drop auto_error=False")},
		}
		for _, l := range links {
			if l.dep.Scheme == s {
				f.Evidence = append(f.Evidence, Evidence{At: l.dep.At, Note: "the scheme's value"})
				f.Operations, f.Check.Run = idsOf(l.operations), requestFor(l.operations)
				break
			}
		}
		pass.Report(f)
	}
}

// schemeOfNone finds the scheme whose None is one of the alternatives of a value; nil when there is none.
func schemeOfNone(p *fastapi.Project, v interpret.Value) *fastapi.Scheme {
	options := interpret.Options(v)
	if len(options) < 2 {
		return nil
	}
	for _, o := range options {
		none, ok := o.Value.(*interpret.None)
		if !ok {
			continue
		}
		i := slices.IndexFunc(p.Schemes, func(s *fastapi.Scheme) bool { return !s.AutoError && s.At == none.At })
		if i >= 0 {
			return p.Schemes[i]
		}
	}
	return nil
}

// attributeErrorCaught reports whether a try around a token call, or around one of
// the calls that lead to it, takes an AttributeError.
func attributeErrorCaught(p *fastapi.Project, t *fastapi.TokenCall) bool {
	return slices.ContainsFunc(t.Chain, func(hop fastapi.Hop) bool {
		caught := false
		python.InspectAround(syntaxOf(p, hop.At.Path), hop.At.Span, func(n any) bool {
			try, ok := n.(*python.Try)
			if !ok || len(try.Body) == 0 {
				_, isExpr := n.(python.Expr)
				return !isExpr
			}
			body := source.Span{Start: try.Body[0].Span().Start, End: try.Body[len(try.Body)-1].Span().End}
			if body.Covers(hop.At.Span) {
				caught = caught || slices.ContainsFunc(try.Handlers, func(h *python.Handler) bool { return takesAttributeError(p, hop.At.Path, h) })
			}
			return true
		})
		return caught
	})
}

func takesAttributeError(p *fastapi.Project, path source.Path, h *python.Handler) bool {
	if h.Types == nil {
		return true
	}
	types := []python.Expr{h.Types}
	if list, ok := h.Types.(*python.Sequence); ok {
		types = list.Elements
	}
	return slices.ContainsFunc(types, func(e python.Expr) bool {
		external, ok := p.Eval(path, e).(*interpret.External)
		return !ok || external.Path == "builtins.Exception" || external.Path == "builtins.BaseException" || external.Path == "builtins.AttributeError"
	})
}
