package cli

import (
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/report"
	"bearings/internal/secret"
	"bearings/internal/source"
	"bearings/internal/token"
)

// projectKeys are all texts of the project that may have signed a token, each
// environment's own.
func projectKeys(p *fastapi.Project) []token.Key {
	var out []token.Key
	for _, k := range p.Keys {
		if k.Secret || k.Roles&(fastapi.Signs|fastapi.Verifies) != 0 {
			out = append(out, keyRows(k)...)
		}
	}
	for _, t := range p.Tokens {
		if t.Key != nil && t.Key.Key == nil && t.Key.Known {
			out = append(out, constantKey(t.Key))
		}
	}
	return out
}

// keyRows are the values of a setting, one for each environment that gives it one.
func keyRows(k *fastapi.Key) []token.Key {
	var out []token.Key
	for _, row := range k.Rows {
		if row.State == fastapi.StateSet || row.State == fastapi.StateDefault {
			where := row.Source
			if where.IsZero() {
				where = k.At
			}
			out = append(out, token.Key{Label: k.Name, Value: row.Value, Where: where, Environment: row.Environment})
		}
	}
	return out
}

func constantKey(r *fastapi.Resolved) token.Key {
	return token.Key{Label: "a constant", Value: r.Value, Where: r.At}
}

// verifications are the project's decode calls, each in every environment in
// which what it works with may differ.
func verifications(p *fastapi.Project) []report.TokenVerdict {
	var out []report.TokenVerdict
	for _, t := range p.Tokens {
		if t.Operation != fastapi.Verify {
			continue
		}
		for _, environment := range environmentsOf(t) {
			out = append(out, verification(p, t, environment))
		}
	}
	return out
}

// environmentsOf lists the environments on which a call depends; one without a
// name when it depends on none.
func environmentsOf(t *fastapi.TokenCall) []string {
	var out []string
	add := func(r *fastapi.Resolved) {
		if r == nil || r.Key == nil {
			return
		}
		for _, row := range r.Key.Rows {
			if !slices.Contains(out, row.Environment) {
				out = append(out, row.Environment)
			}
		}
	}
	add(t.Key)
	add(t.Audience)
	add(t.Issuer)
	for i := range t.Algorithms {
		add(&t.Algorithms[i])
	}
	if len(out) == 0 {
		return []string{""}
	}
	return out
}

func verification(p *fastapi.Project, t *fastapi.TokenCall, environment string) report.TokenVerdict {
	v := token.Verification{At: t.At, Library: t.Library, Options: tokenOptions(t.Options), Unvalidated: unvalidated(t)}
	if p.Requirements != nil {
		if installed := p.Requirements.Version(distribution(t.Library)); installed.Known {
			v.Version = installed.Exact
		}
	}
	out := report.TokenVerdict{Function: t.Function, Environment: environment}
	unknown := func(what string) { out.Unknown = append(out.Unknown, what) }
	if t.Key != nil {
		switch {
		case t.Key.Key != nil:
			for _, k := range keyRows(t.Key.Key) {
				if k.Environment == environment {
					v.Keys = append(v.Keys, k)
				}
			}
		case t.Key.Known:
			v.Keys = []token.Key{constantKey(t.Key)}
		}
	}
	for _, a := range t.Algorithms {
		if text, ok := valueIn(&a, environment); ok {
			v.Algorithms = append(v.Algorithms, text)
		} else {
			unknown("an algorithm")
		}
	}
	if !t.AlgorithmsKnown {
		unknown("the algorithms")
	}
	if t.Audience != nil {
		if text, ok := valueIn(t.Audience, environment); ok {
			v.Audience = []string{text}
		} else {
			unknown("the audience")
		}
	}
	if t.Issuer != nil {
		if text, ok := valueIn(t.Issuer, environment); ok {
			v.Issuer = []string{text}
		} else {
			unknown("the issuer")
		}
	}
	if t.OptionsOpen || t.OpenArguments {
		unknown("further options")
	}
	if names, ok := t.Options["require"].([]string); ok {
		v.Require = names
	}
	for _, c := range t.Claims {
		v.ReadsClaims = append(v.ReadsClaims, c.Name)
	}
	out.Verification = v
	return out
}

func unvalidated(t *fastapi.TokenCall) bool {
	return (t.Library == "authlib" || t.Library == "joserfc") && t.Validated == source.Location{}
}

// valueIn is what an argument is in an environment.
func valueIn(r *fastapi.Resolved, environment string) (string, bool) {
	if r.Key != nil {
		for _, row := range r.Key.Rows {
			if row.Environment == environment && (row.State == fastapi.StateSet || row.State == fastapi.StateDefault) {
				return row.Value.Expose(), true
			}
		}
	}
	return known(r.Value, r.Known)
}

func known(v secret.Value, is bool) (string, bool) { return v.Expose(), is }

// tokenOptions are the switches that are known.
func tokenOptions(given map[string]any) (out token.Options) {
	for name, at := range map[string]**bool{
		"verify_signature": &out.VerifySignature, "verify_exp": &out.VerifyExp, "verify_nbf": &out.VerifyNbf, "verify_iat": &out.VerifyIat,
		"verify_aud": &out.VerifyAud, "verify_iss": &out.VerifyIss, "verify_sub": &out.VerifySub,
	} {
		if b, ok := given[name].(bool); ok {
			*at = &b
		}
	}
	return out
}

// distribution is the name under which a library is installed.
func distribution(library string) string {
	if library == "PyJWT" {
		return "pyjwt"
	}
	return library
}
