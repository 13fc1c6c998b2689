package report

import (
	"fmt"
	"slices"

	"bearings/analyzers"
	"bearings/internal/fastapi"
)

// pairsOf returns the signings whose tokens come to a verification on the way of the operation.
func pairsOf(e *Explanation) []fastapi.TokenPair {
	var out []fastapi.TokenPair
	for _, pair := range e.Project.Pairs() {
		if slices.Contains(pair.Verify.Operations, e.Operation) {
			out = append(out, pair)
		}
	}
	return out
}

// tokenCauses: what both ends of the operation's tokens agree on.
func tokenCauses(e *Explanation) []RuledOut {
	pairs := pairsOf(e)
	if len(pairs) == 0 || !e.about(401, 403) || e.gapIn(fastapi.Tokens) {
		return nil
	}
	var out []RuledOut
	all := func(holds func(fastapi.TokenPair) bool) bool {
		return !slices.ContainsFunc(pairs, func(p fastapi.TokenPair) bool { return !holds(p) })
	}
	if all(func(p fastapi.TokenPair) bool {
		return !p.Asymmetric && p.Key.Agreement == fastapi.Agrees && p.Override == nil
	}) {
		out = append(out, RuledOut{Cause: "the token is signed with another key than it is verified with, within one process", Because: sameKey(pairs), Evidence: ends(pairs)})
	}
	if all(func(p fastapi.TokenPair) bool { return p.Algorithm.Agreement == fastapi.Agrees }) {
		out = append(out, RuledOut{Cause: "the algorithm that signs is not among those that are allowed", Because: algorithmWords(pairs), Evidence: ends(pairs)})
	}
	if !e.found(analyzers.JWTAgreement) {
		out = append(out, claimCauses(pairs, all)...)
	}
	return out
}

func claimCauses(pairs []fastapi.TokenPair, all func(func(fastapi.TokenPair) bool) bool) []RuledOut {
	var out []RuledOut
	closed := func(p fastapi.TokenPair) bool { return !p.Made.Open }
	if all(func(p fastapi.TokenPair) bool { return closed(p) && len(p.Missing) == 0 && len(p.Verify.Claims) > 0 }) {
		out = append(out, RuledOut{Cause: "the verification reads a claim that is never written", Because: "every claim that it reads is among those that are written", Evidence: ends(pairs)})
	}
	if all(func(p fastapi.TokenPair) bool {
		return closed(p) && p.Verify.Audience == nil && p.Made.Claim("aud") == nil && !p.Verify.OpenArguments
	}) {
		out = append(out, RuledOut{Cause: "the audience does not match", Because: "no aud claim is written and none is asked for", Evidence: ends(pairs)})
	}
	if all(func(p fastapi.TokenPair) bool { return closed(p) && p.Made.Claim("exp") == nil }) {
		out = append(out, RuledOut{Cause: "the token has expired", Because: "no exp claim is written: a token of this program never expires", Evidence: ends(pairs)})
	}
	return out
}

// sameKey says why the keys of pairs agree.
func sameKey(pairs []fastapi.TokenPair) string {
	name := ""
	if k := pairs[0].Verify.Key; k != nil && k.Key != nil {
		name = " " + k.Key.Name
	}
	if !slices.ContainsFunc(pairs, func(p fastapi.TokenPair) bool { return !p.Key.OneSource }) {
		return "both ends take the key" + name + " from one place, whatever it holds"
	}
	return "the keys of both ends have equal values in every environment in which they are known"
}

func algorithmWords(pairs []fastapi.TokenPair) string {
	if sign := pairs[0].Algorithm.Sign; isAlgorithm(sign) {
		return "tokens are signed with " + sign + ", which is allowed"
	}
	return "both ends use the same setting"
}

// ends names the calls of pairs, each once.
func ends(pairs []fastapi.TokenPair) []analyzers.Evidence {
	var out []analyzers.Evidence
	add := func(t *fastapi.TokenCall, does string) {
		e := analyzers.Evidence{At: t.At, Note: does + " in " + afterColon(t.Function)}
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	for _, p := range pairs {
		add(p.Sign, "signs")
		add(p.Verify, "verifies")
	}
	return out
}

// keyCauses: a verification key that does not change by itself, and is equal wherever it is known.
func keyCauses(e *Explanation) []RuledOut {
	if !e.about(401, 403) || e.gapIn(fastapi.Settings|fastapi.Environments) {
		return nil
	}
	var out []RuledOut
	for _, k := range verifyingKeys(e) {
		if fixed, ok := stable(k); ok {
			out = append(out, fixed)
		}
		if equal, ok := everywhereEqual(k); ok {
			out = append(out, equal)
		}
	}
	return out
}

// verifyingKeys are the settings that verify tokens on the way of the operation.
func verifyingKeys(e *Explanation) []*fastapi.Key {
	var out []*fastapi.Key
	for _, t := range e.Project.Tokens {
		if t.Operation != fastapi.Verify || t.Key == nil || t.Key.Key == nil || !slices.Contains(t.Operations, e.Operation) {
			continue
		}
		if !slices.Contains(out, t.Key.Key) {
			out = append(out, t.Key.Key)
		}
	}
	return out
}

// stable: the key is not made anew at each start, so that workers and restarts agree.
func stable(k *fastapi.Key) (RuledOut, bool) {
	if len(k.Rows) == 0 || k.Loader == "random" {
		return RuledOut{}, false
	}
	for _, row := range k.Rows {
		if row.State != fastapi.StateSet && row.State != fastapi.StateDefault {
			return RuledOut{}, false
		}
	}
	return RuledOut{
		Cause:    fmt.Sprintf("%s changes with each start or differs between workers", k.Name),
		Because:  "in every environment its value stands in a file: it is not made at random",
		Evidence: rowEvidence(k),
	}, true
}

// everywhereEqual: the key has one value in all of several environments.
func everywhereEqual(k *fastapi.Key) (RuledOut, bool) {
	if len(k.Rows) < 2 {
		return RuledOut{}, false
	}
	for _, row := range k.Rows {
		if row.Letter == "" || row.Letter != k.Rows[0].Letter {
			return RuledOut{}, false
		}
	}
	return RuledOut{
		Cause:    k.Name + " differs between the environments that the files describe",
		Because:  fmt.Sprintf("its value is equal in all %d", len(k.Rows)),
		Evidence: rowEvidence(k),
	}, true
}

func rowEvidence(k *fastapi.Key) []analyzers.Evidence {
	var out []analyzers.Evidence
	for _, row := range k.Rows {
		if !row.Source.IsZero() {
			out = append(out, analyzers.Evidence{At: row.Source, Note: row.Environment})
		}
	}
	return out
}
