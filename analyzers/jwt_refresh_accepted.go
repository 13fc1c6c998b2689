package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
)

// JWTRefreshAccepted reports a guard that takes a refresh token for an access token.
var JWTRefreshAccepted = &Analyzer{
	Code: "jwt-refresh-accepted", Family: JWTAgreement, Severity: Error, Requires: fastapi.Tokens,
	Run: func(pass *Pass) {
		for _, group := range byVerification(pass.Project.Pairs()) {
			if f := refreshAccepted(pass.Project, group); f.Message != "" {
				pass.Report(f)
			}
		}
	},
}

func refreshAccepted(p *fastapi.Project, group []fastapi.TokenPair) Finding {
	verify := group[0].Verify
	if verify.Escapes || !guards(verify) || verify.Audience != nil {
		return Finding{}
	}
	access, refresh := sided(group)
	if access == nil || refresh == nil || access.Key.Agreement != fastapi.Agrees || refresh.Key.Agreement != fastapi.Agrees {
		return Finding{}
	}
	f := Finding{
		At: verify.At, Subject: functionOf(verify), Operations: servedBy(verify),
		Effect: Effect{Text: "a refresh token, which lives longer and is kept elsewhere, opens everything that an access token does"},
		Check:  Check{Say: fmt.Sprintf("Call %s with the refresh token instead of the access token", verify.Operations[0].ID())},
		Fixes:  []Fix{{Title: "Refuse a token whose type is not access"}},
	}
	f.Evidence = withPlace(f.Evidence, verify.At, "takes both kinds")
	kind := kindClaim(refresh.Made)
	switch {
	case kind != nil && !reads(verify, kind.Name):
		f.Message = fmt.Sprintf("%s never looks at the claim %q, by which %s tells its tokens apart", functionOf(verify), kind.Name, issuerOf(refresh.Sign, refresh.Made))
		f.Certainty = Confirmed
		f.Evidence = withPlace(f.Evidence, claimEntry(p, kind), "marks a refresh token")
		if other := access.Made.Claim(kind.Name); other != nil {
			f.Evidence = withPlace(f.Evidence, claimEntry(p, other), "marks an access token")
		}
	case kind == nil && kindClaim(access.Made) == nil && told(verify, access, refresh) && !access.Made.Open && !refresh.Made.Open:
		f.Message = fmt.Sprintf("nothing in the tokens of %s and %s tells them apart, and one key signs both", issuerOf(access.Sign, access.Made), issuerOf(refresh.Sign, refresh.Made))
	default:
		return Finding{}
	}
	f.Effect.Certainty = f.Certainty
	f.Evidence = withPlace(f.Evidence, access.Sign.At, "signs access tokens")
	f.Evidence = withPlace(f.Evidence, refresh.Sign.At, "signs refresh tokens")
	return f
}

// told says whether the verification reads nothing that only one kind has.
func told(verify *fastapi.TokenCall, access, refresh *fastapi.TokenPair) bool {
	for _, c := range verify.Claims {
		if c.Required && access.Made.Claim(c.Name) != nil && refresh.Made.Claim(c.Name) == nil {
			return false
		}
	}
	return true
}

// sided picks a signing of each kind.
func sided(group []fastapi.TokenPair) (access, refresh *fastapi.TokenPair) {
	for i := range group {
		switch {
		case group[i].Purpose == fastapi.RefreshToken && refresh == nil:
			refresh = &group[i]
		case (group[i].Purpose == fastapi.AccessToken || group[i].Purpose == "") && access == nil:
			access = &group[i]
		}
	}
	return access, refresh
}

func kindClaim(m *fastapi.Made) *fastapi.Claim {
	for _, name := range fastapi.KindClaims {
		if c := m.Claim(name); c != nil {
			return c
		}
	}
	return nil
}

// guards says whether a verification is part of a dependency or a middleware that
// protects operations, and not of a refresh operation's own handler.
func guards(t *fastapi.TokenCall) bool {
	for _, o := range t.Operations {
		if o.Handler == nil || !o.Protected {
			continue
		}
		refresh := false
		for _, w := range append(fastapi.Words(o.Path), fastapi.Words(o.Handler.Name)...) {
			refresh = refresh || w == "refresh" || w == "renew"
		}
		if !refresh {
			return true
		}
	}
	return false
}
