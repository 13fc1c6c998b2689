package analyzers

import (
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// expiryMeant looks for what shows that tokens are meant to expire: an exp that
// the function writes under a condition, a parameter of it, a constant or a
// setting that is named after their lifetime and reaches no claim.
func expiryMeant(p *fastapi.Project, pair fastapi.TokenPair) (source.Location, string) {
	m := p.Program.Module(pair.Sign.At.Path)
	if m == nil {
		return source.Location{}, ""
	}
	if at, why := expiryInFunction(m, pair.Sign.At); why != "" {
		return at, why
	}
	if anyExpiry(p) {
		return source.Location{}, ""
	}
	for _, st := range m.Body {
		d, ok := st.(*python.Assign)
		if !ok {
			continue
		}
		for _, target := range d.Targets {
			if name, ok := target.(*python.Name); ok && (namesLifetime(name.ID) || namesTokenTime(name.ID)) {
				return source.Location{Path: m.Path, Span: d.Span()}, name.ID + " is configured"
			}
		}
	}
	for _, k := range p.Keys {
		if namesTokenTime(k.Name) {
			return k.At, k.Name + " is configured"
		}
	}
	var reads []*fastapi.EnvRead
	if pair.Sign.Key != nil {
		reads = fastapi.ReadsOf(pair.Sign.Key.Raw)
	}
	for _, r := range reads { // a field beside that of the key
		if r.Class == nil {
			continue
		}
		for _, fd := range interpret.Fields(r.Class) {
			if namesTokenTime(fd.Name) {
				return source.Location{Path: fd.Class.Module.Path, Span: fd.Assign.Span()}, fd.Name + " is configured"
			}
		}
	}
	return source.Location{}, ""
}

const underCondition = "exp is written under a condition"

// expiryInFunction looks into the function around a sign call.
func expiryInFunction(m *python.Module, sign source.Location) (at source.Location, why string) {
	place := func(r interface{ Span() source.Span }) source.Location {
		return source.Location{Path: m.Path, Span: r.Span()}
	}
	python.InspectAround(m, sign.Span, func(n any) bool {
		d, ok := n.(*python.Function)
		if !ok {
			return true
		}
		if s := d.Span(); sign.Span.Start < s.Start || s.End < sign.Span.End {
			return true
		}
		for _, param := range d.Params {
			if namesLifetime(param.Name) {
				at, why = place(param), "it takes "+param.Name
			}
		}
		for _, st := range d.Body() {
			python.Inspect(st, func(n any) bool {
				if branch, ok := n.(*python.If); ok && why != underCondition && writesExpiry(branch) {
					at, why = place(branch.Test), underCondition
				}
				return true
			})
		}
		return true
	})
	return at, why
}

// removesExpiry says whether the other branch of a test speaks of exp as well.
func removesExpiry(p *fastapi.Project, test source.Location) (found bool) {
	python.InspectAround(syntaxOf(p, test.Path), test.Span, func(n any) bool {
		branch, ok := n.(*python.If)
		if !ok || branch.Test.Span() != test.Span {
			return !found
		}
		python.Inspect(branch.Else, func(n any) bool {
			text, ok := n.(*python.String)
			found = found || ok && text.Value == "exp"
			return !found
		})
		return false
	})
	return found
}

// writesExpiry says whether a branch assigns an item "exp", or hands one to update().
func writesExpiry(branch *python.If) (found bool) {
	isExp := func(e python.Expr) bool {
		text, ok := e.(*python.String)
		return ok && text.Value == "exp"
	}
	for _, st := range branch.Body {
		python.Inspect(st, func(n any) bool {
			switch x := n.(type) {
			case *python.Assign:
				for _, target := range x.Targets {
					if sub, ok := target.(*python.Subscript); ok && isExp(sub.Index) {
						found = true
					}
				}
			case *python.Dict:
				for _, e := range x.Entries {
					found = found || e.Key != nil && isExp(e.Key)
				}
			case *python.Arg:
				found = found || x.Name == "exp"
			}
			return !found
		})
	}
	return found
}

// anyExpiry says whether some signing of the project writes exp, or may.
func anyExpiry(p *fastapi.Project) bool {
	return slices.ContainsFunc(p.Tokens, func(t *fastapi.TokenCall) bool {
		return slices.ContainsFunc(t.Made, func(m *fastapi.Made) bool { return m.Open || m.Claim("exp") != nil })
	})
}

func namesLifetime(name string) bool {
	words := fastapi.Words(name)
	return slices.ContainsFunc(words, func(w string) bool {
		switch w {
		case "expire", "expires", "expiry", "expiration", "ttl", "lifetime", "exp", "validity":
			return true
		}
		return false
	})
}

// namesTokenTime says whether a setting is named after how long tokens live:
// ACCESS_TOKEN_EXPIRE_MINUTES, jwt_ttl, access_minutes.
func namesTokenTime(name string) bool {
	words := fastapi.Words(name)
	has := func(list ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
	}
	lives := namesLifetime(name) || has("minutes", "minute", "mins", "min", "seconds", "secs", "hours", "days")
	return lives && has("token", "tokens", "jwt", "access")
}
