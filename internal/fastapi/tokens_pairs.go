package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
)

// TokenPair is a way of signing and a verification that its tokens come to, with
// a table of what both ends agree on.
type TokenPair struct {
	Sign    *TokenCall
	Made    *Made
	Verify  *TokenCall
	Purpose string // "access", "refresh", …; "" when nothing says so
	// Certain: nothing else in the program could be the other end of either.
	Certain bool
	Why     string // why they are taken for a pair, in words

	Key        Compared
	Algorithm  AlgorithmAgreement
	Audience   ClaimAgreement
	Issuer     ClaimAgreement
	Missing    []Claim // claims that the verification needs and the signing never writes
	Asymmetric bool    // a private key signs and a public one verifies: the keys cannot be compared

	// Names by which each end could take the other's key: the text of that key's
	// expression, when the module of this end knows the same value under it.
	SignName, VerifyName string
	Override             *OverriddenKey

	specific string // the purpose of the verification, when it is neither access nor refresh
}

// OverriddenKey is an override that reaches the key of one end only.
type OverriddenKey struct {
	Override *Override
	Reaches  TokenOperation // the end whose key the overridden dependable provides
	Compared Compared       // the key under the override with that of the other end
}

// AlgorithmAgreement compares the algorithm that signs with the list that is allowed.
type AlgorithmAgreement struct {
	Agreement Agreement
	Sign      string // where the program runs by default; "" when not known
	Allowed   []string
	In        []AlgorithmIn // the environments in which they differ
}

// AlgorithmIn is what the two ends use in one environment.
type AlgorithmIn struct {
	Environment string
	Sign        KeyRow
	Allowed     []KeyRow
}

// ClaimAgreement compares a claim that is written with what the verification asks for.
type ClaimAgreement struct {
	Agreement Agreement
	Written   *Claim
	Wanted    *Resolved
	Compared  Compared
}

// Pairs returns every way of signing with every verification that its tokens
// come to. Calls of tests are left out. A signing and a verification are a pair
// when they are for one purpose and their keys agree; where neither has another
// counterpart, also when the keys do not.
func (p *Project) Pairs() []TokenPair {
	if p.linker == nil {
		return nil
	}
	return p.linker.pairs
}

// pairs computes what Pairs returns.
func (p *Project) pairs() []TokenPair {
	var signs []signing
	var verifies []*TokenCall
	for _, t := range p.Tokens {
		if roleOf(t.At.Path) == TestApp {
			continue
		}
		switch t.Operation {
		case Sign:
			for _, m := range t.Made {
				signs = append(signs, signing{t, m, p.linker.purposeOfMade(t, m)})
			}
		case Verify:
			if t.Options["verify_signature"] != false {
				verifies = append(verifies, t)
			}
		}
	}
	return p.match(signs, verifies)
}

type signing struct {
	call    *TokenCall
	made    *Made
	purpose string
}

// match takes the pairs whose keys agree, and then those that are left over on both sides.
func (p *Project) match(signs []signing, verifies []*TokenCall) []TokenPair {
	var out, rest []TokenPair
	matched := map[any]bool{}
	many := len(signs)*len(verifies) > maxPairs
	for _, s := range signs {
		for _, v := range verifies {
			if many && !near(s.call, v) {
				continue
			}
			purpose := p.linker.purposeOfVerify(v)
			if !compatible(s.purpose, purpose) {
				continue
			}
			pair := p.pair(s, v)
			if purpose != AccessToken && purpose != RefreshToken {
				pair.specific = purpose
			}
			if pair.Purpose = s.purpose; pair.Purpose == "" {
				pair.Purpose = purpose
			}
			if pair.Key.Agreement == Agrees {
				pair.Certain, pair.Why = !pair.Asymmetric, "both use the same key"
				if pair.Asymmetric {
					pair.Why = "both use one algorithm with two halves of a key"
				}
				matched[s.made], matched[v] = true, true
				out = append(out, pair)
			} else {
				rest = append(rest, pair)
			}
		}
	}
	out = slices.DeleteFunc(out, func(t TokenPair) bool {
		return t.Audience.Agreement == Differs && t.Issuer.Agreement == Differs || t.mismatched() && toldApart(t, out)
	})
	for i := range out {
		p.overridden(&out[i])
	}
	for _, pair := range rest {
		if matched[pair.Made] || matched[pair.Verify] || !pair.belongs() {
			continue
		}
		if l, s, v := p.linker, pair.Sign.At.Path, pair.Verify.At.Path; !related(l.home(s), l.home(v)) && !l.imported(s, v) && !l.composed(s, v) {
			continue // programs of one repository that nothing brings together
		}
		pair.Why = "neither has another counterpart in the files"
		pair.Certain = pair.meets() && p.onlyCounterpart(pair, rest, matched)
		pair.SignName = p.otherName(pair.Sign, pair.Verify)
		pair.VerifyName = p.otherName(pair.Verify, pair.Sign)
		out = append(out, pair)
	}
	return out
}

// maxPairs bounds how many pairs are compared. In a repository with more, only
// calls of one application, or of one folder, are taken to meet.
const maxPairs = 3000

// near says whether two calls belong to one application or stand in one folder, or below it.
func near(a, b *TokenCall) bool {
	for _, x := range a.Operations {
		for _, y := range b.Operations {
			if x.App == y.App {
				return true
			}
		}
	}
	p, q := a.At.Path.Dir(), b.At.Path.Dir()
	return p.Within(q) || q.Within(p) || p.Dir() == q.Dir()
}

// toldApart says whether an audience or an issuer separates the two ends of a pair
// with one key on purpose: one of them agrees on it with another counterpart.
func toldApart(t TokenPair, pairs []TokenPair) bool {
	return slices.ContainsFunc(pairs, func(o TokenPair) bool {
		if o.Verify != t.Verify && o.Made != t.Made || o.mismatched() {
			return false
		}
		return o.Audience.Agreement == Agrees || o.Issuer.Agreement == Agrees || o.Verify == t.Verify && o.Made != t.Made
	})
}

// onlyCounterpart says whether every candidate for one end of the pair differs in
// the same way, so that it does not matter which of them it is.
func (p *Project) onlyCounterpart(pair TokenPair, rest []TokenPair, matched map[any]bool) bool {
	for _, other := range rest {
		if other.Verify == pair.Verify && other.Sign != pair.Sign && !matched[other.Made] && other.belongs() && other.Key.Agreement == Unclear {
			return false
		}
	}
	return true
}

// belongs says whether two ends whose keys do not agree may be meant for each
// other: everything else about them has to fit, since two faults at once are
// likelier to be two kinds of token.
func (t TokenPair) belongs() bool {
	switch {
	case t.Sign.Key == nil || t.Verify.Key == nil || t.Verify.fromElsewhere():
		return false
	case t.mismatched():
		return false
	case t.Algorithm.Agreement == Differs && !t.families():
		return false
	case t.Asymmetric && t.Algorithm.Agreement != Differs:
		return false
	case t.specific != "" && t.specific != t.Purpose, t.Purpose != "" && t.Purpose != AccessToken && t.Purpose != RefreshToken && t.specific == "":
		return false
	}
	return !slices.ContainsFunc(t.Missing, func(c Claim) bool { return c.Required })
}

// families says whether one end works with a shared secret and the other with the
// halves of a key pair, and everything that is known of the claims fits: then
// the algorithms are what is wrong, and the keys cannot be compared.
func (t TokenPair) families() bool {
	allowed := slices.ContainsFunc(t.Algorithm.Allowed, asymmetric)
	if t.Made.Open || allowed == t.Asymmetric || len(t.Algorithm.Allowed) == 0 {
		return false
	}
	return slices.ContainsFunc(t.Verify.Claims, func(c Claim) bool { return t.Made.Claim(c.Name) != nil })
}

// mismatched says whether the pair does not agree on the audience or the issuer.
func (t TokenPair) mismatched() bool {
	return t.differs(t.Audience) || t.differs(t.Issuer) || t.Audience.Written != nil && t.Audience.Wanted == nil
}

// differs says whether a claim is asked for and is missing or another one.
func (t TokenPair) differs(c ClaimAgreement) bool {
	return c.Agreement == Differs || c.Wanted != nil && c.Written == nil && !t.Made.Open && !none(c.Wanted)
}

func none(r *Resolved) bool { return r.Known && r.Value.Expose() == "None" }

// meets says whether a token of the signing is what a client would send to the
// verification: both are on the way of operations of one application, and what
// is read is, as far as it can be seen, what is written.
func (t TokenPair) meets() bool {
	if len(t.Verify.Operations) == 0 || len(t.Sign.Operations) == 0 {
		return false
	}
	shared := slices.ContainsFunc(t.Sign.Operations, func(o *Operation) bool {
		return slices.ContainsFunc(t.Verify.Operations, func(v *Operation) bool { return root(v.App) == root(o.App) })
	})
	reads := 0
	for _, c := range t.Verify.Claims {
		if t.Made.Claim(c.Name) != nil {
			return shared
		}
		reads++
	}
	return shared && (reads == 0 || t.Made.Open)
}

func root(a *App) *App {
	for a != nil && a.Parent != nil {
		a = a.Parent
	}
	return a
}

// fromElsewhere says whether a verification's key is that of an identity provider.
func (t *TokenCall) fromElsewhere() bool {
	v, _ := keyRaw(t).(interpret.Value)
	return comesFrom(v, 0, func(path string) bool {
		return strings.Contains(path, "PyJWKClient") || strings.HasPrefix(path, "httpx.") || strings.HasPrefix(path, "requests.") || strings.HasPrefix(path, "aiohttp.") ||
			strings.HasPrefix(path, "urllib.") || strings.HasPrefix(path, "google.")
	})
}

func keyRaw(t *TokenCall) any {
	if t.Key == nil {
		return nil
	}
	return t.Key.Raw
}

// comesFrom says whether a value was made by something of a library that test knows.
func comesFrom(v interpret.Value, depth int, test func(string) bool) bool {
	if v == nil || depth > 10 {
		return false
	}
	switch x := v.(type) {
	case *interpret.External:
		return test(x.Path)
	case *interpret.Instance:
		return test(externalPath(x.Class))
	case *interpret.Op:
		return slices.ContainsFunc(x.Args, func(a interpret.Value) bool { return comesFrom(a, depth+1, test) })
	case *interpret.Choice:
		return slices.ContainsFunc(x.Options, func(o interpret.Option) bool { return comesFrom(o.Value, depth+1, test) })
	}
	return false
}

// pair compares both ends.
func (p *Project) pair(s signing, v *TokenCall) TokenPair {
	t := TokenPair{Sign: s.call, Made: s.made, Verify: v}
	t.Algorithm = p.algorithms(s.call, v)
	t.Key = p.keys(s.call, v, t.Algorithm)
	t.Asymmetric = asymmetric(t.Algorithm.Sign)
	t.Audience = p.claimAgreement(s.made.Claim("aud"), v.Audience)
	t.Issuer = p.claimAgreement(s.made.Claim("iss"), v.Issuer)
	if !s.made.Open {
		for _, c := range v.Claims {
			if s.made.Claim(c.Name) == nil {
				t.Missing = append(t.Missing, c)
			}
		}
	}
	return t
}

// keys compares the keys. Those of an asymmetric algorithm are two halves, which
// are taken to agree when both ends use that algorithm.
func (p *Project) keys(s, v *TokenCall, algorithm AlgorithmAgreement) Compared {
	if s.Key == nil || v.Key == nil {
		return Compared{}
	}
	c := p.Compare(s.Key.Raw, v.Key.Raw)
	if asymmetric(algorithm.Sign) && c.Agreement != Agrees {
		return Compared{Agreement: algorithm.Agreement.only(Agrees)}
	}
	if c.Agreement != Agrees && within(s.Key.Raw, v.Key.Raw) {
		return Compared{Agreement: Agrees, OneSource: true}
	}
	return c
}

// within says whether one value is taken out of what the other is made of: a
// list of keys of which the first one signs.
func within(sign, verify any) bool {
	s, _ := sign.(interpret.Value)
	v, _ := verify.(interpret.Value)
	inner, _ := core(s)
	if op, ok := inner.(*interpret.Op); ok && op.Name == "[]" && len(op.Args) > 0 {
		return contains(v, op.Args[0], 0)
	}
	switch v.(type) {
	case *interpret.Seq, *interpret.Dict, *interpret.Choice:
		return contains(v, inner, 0)
	}
	return false
}

func contains(v, part interpret.Value, depth int) bool {
	if v == nil || depth > 10 {
		return false
	}
	if sameSource(v, part, 0) {
		return true
	}
	any := func(list []interpret.Value) bool {
		return slices.ContainsFunc(list, func(i interpret.Value) bool { return contains(i, part, depth+1) })
	}
	switch x := v.(type) {
	case *interpret.Seq:
		return any(x.Items)
	case *interpret.Op:
		return any(x.Args)
	case *interpret.Dict:
		return slices.ContainsFunc(x.Entries, func(e interpret.Entry) bool { return contains(e.Value, part, depth+1) })
	case *interpret.Choice:
		return slices.ContainsFunc(x.Options, func(o interpret.Option) bool { return contains(o.Value, part, depth+1) })
	}
	return false
}

// asymmetric says whether an algorithm signs with a private and verifies with a public key.
func asymmetric(algorithm string) bool {
	return len(algorithm) > 2 && (strings.HasPrefix(algorithm, "RS") || strings.HasPrefix(algorithm, "ES") || strings.HasPrefix(algorithm, "PS") || strings.HasPrefix(algorithm, "Ed"))
}

func (p *Project) claimAgreement(written *Claim, wanted *Resolved) ClaimAgreement {
	c := ClaimAgreement{Written: written, Wanted: wanted}
	if written != nil && wanted != nil {
		c.Compared = p.Compare(written.Raw, wanted.Raw)
		c.Agreement = c.Compared.Agreement
	}
	return c
}
