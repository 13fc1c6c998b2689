package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
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
	guarded := guards(verify)
	if verify.Escapes || len(guarded) == 0 {
		return Finding{}
	}
	access, refresh := sided(group)
	if access == nil || refresh == nil || access.Key.Agreement != fastapi.Agrees || refresh.Key.Agreement != fastapi.Agrees {
		return Finding{}
	}
	if verify.Audience != nil && !oneAudience(access.Made, refresh.Made) {
		return Finding{} // by which the two may be told apart
	}
	f := Finding{
		At: verify.At, Subject: functionOf(verify),
		Effect: Effect{Text: "a refresh token, which lives longer and is kept elsewhere, opens everything that an access token does"},
		Fixes:  []Fix{{Title: "Refuse a token whose type is not access"}},
	}
	f.Evidence = withPlace(f.Evidence, verify.At, "takes both kinds")
	kind := kindClaim(refresh.Made)
	if kind != nil {
		guarded = slices.DeleteFunc(guarded, func(o *fastapi.Operation) bool { return o.ReadsClaim(verify, kind.Name) })
	}
	switch {
	case len(guarded) == 0, !told(verify, refresh):
		return Finding{}
	case kind != nil:
		f.Message = fmt.Sprintf("%s never looks at the claim %q, by which %s tells its tokens apart", nameOfGuard(guarded[0], verify), kind.Name, issuerOf(refresh.Sign, refresh.Made))
		f.Certainty = Confirmed
		f.Evidence = withPlace(f.Evidence, claimEntry(p, kind), "marks a refresh token")
		if other := access.Made.Claim(kind.Name); other != nil {
			f.Evidence = withPlace(f.Evidence, claimEntry(p, other), "marks an access token")
		}
	case kind == nil && kindClaim(access.Made) == nil && !access.Made.Open && !refresh.Made.Open:
		f.Message = fmt.Sprintf("nothing in the tokens of %s and %s tells them apart, and one key signs both", issuerOf(access.Sign, access.Made), issuerOf(refresh.Sign, refresh.Made))
	default:
		return Finding{}
	}
	f.Effect.Certainty = f.Certainty
	f.Operations = nil
	for _, o := range guarded {
		f.Operations = append(f.Operations, o.ID())
	}
	f.Check.Say = fmt.Sprintf("Call %s with the refresh token instead of the access token", f.Operations[0])
	f.Evidence = withPlace(f.Evidence, access.Sign.At, "signs access tokens")
	f.Evidence = withPlace(f.Evidence, refresh.Sign.At, "signs refresh tokens")
	return f
}

// oneAudience says whether two tokens are for one audience, whatever it is.
func oneAudience(a, b *fastapi.Made) bool {
	x, y := a.Claim("aud"), b.Claim("aud")
	if x == nil || y == nil {
		return false
	}
	v, ok := x.Raw.(interpret.Value)
	w, known := y.Raw.(interpret.Value)
	if !ok || !known {
		return false
	}
	same, sure := interpret.Equal(v, w)
	return same && sure
}

// told says whether the verification asks for nothing that a refresh token has not.
func told(verify *fastapi.TokenCall, refresh *fastapi.TokenPair) bool {
	for _, c := range verify.Claims {
		if c.Required && refresh.Made.Claim(c.Name) == nil && !refresh.Made.Open {
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

// guards lists the protected operations on whose way a verification stands,
// without those that are there to refresh, and those whose handler looks into a
// token that is no credential, since a dependency has let the caller in already.
func guards(t *fastapi.TokenCall) (list []*fastapi.Operation) {
	for _, o := range t.Operations {
		if o.Handler == nil || !o.Protected || !o.Before(t) && slices.ContainsFunc(o.Dependencies, chainGuards) {
			continue
		}
		refresh := false
		for _, w := range append(fastapi.Words(o.Path), fastapi.Words(o.Handler.Name)...) {
			refresh = refresh || w == "refresh" || w == "renew"
		}
		if !refresh {
			list = append(list, o)
		}
	}
	return list
}

// nameOfGuard is the dependency of an operation on whose way the verification
// stands, or the function that verifies.
func nameOfGuard(o *fastapi.Operation, verify *fastapi.TokenCall) string {
	for _, d := range o.Dependencies {
		if d.Callable != nil && d.Callable.Function != nil && d.Scheme == nil {
			return d.Callable.Function.Name
		}
	}
	return functionOf(verify)
}
