package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// JWTKeysDiffer reports a signing and a verification that belong together and
// take different keys.
var JWTKeysDiffer = &Analyzer{
	Code: "jwt-keys-differ", Family: JWTAgreement, Severity: Error, Requires: fastapi.Tokens,
	Run: func(pass *Pass) {
		seen := map[string]bool{}
		for _, pair := range pass.Project.Pairs() {
			var f Finding
			switch {
			case pair.Override != nil:
				f = overriddenKey(pass.Project, pair)
			case pair.Key.Agreement == fastapi.Agrees, pair.Sign.Function == "", pair.Verify.Function == "":
				continue // the key of a script is that of another program
			case pair.Algorithm.Agreement == fastapi.Differs:
				continue // the algorithms are what is wrong
			default:
				f = differentKeys(pass.Project, pair)
			}
			id := fmt.Sprint(f.At, f.Message)
			if f.Message != "" && !seen[id] {
				seen[id] = true
				pass.Report(f)
			}
		}
	},
}

// differentKeys is the finding about two keys; without a message when too little is known of them.
func differentKeys(p *fastapi.Project, pair fastapi.TokenPair) Finding {
	sign, verify := pair.Sign, pair.Verify
	if a, _ := fileText(sign.Key.Raw); a != nil {
		if b, _ := fileText(verify.Key.Raw); b != nil && slices.Equal(a.Names, b.Names) {
			return Finding{} // one file, of which key-text-altered tells
		}
	}
	signs, verifies := keyText(p, sign), keyText(p, verify)
	if signs == verifies {
		signs = "another " + strings.TrimPrefix(signs, "a ")
	}
	f := Finding{
		At: verify.KeyPlace(), Subject: signs + "/" + verifies, Operations: servedBy(verify),
		Message: fmt.Sprintf("%s verifies with %s, but the tokens of %s are signed with %s", functionOf(verify), verifies, issuerOf(sign, pair.Made), signs),
		Check:   keysCheck(pair),
	}
	switch {
	case pair.Key.Encoding != "":
		f.Message = fmt.Sprintf("%s and %s take one setting, but only one of them %s it (%s)", issuerOf(sign, pair.Made), functionOf(verify), codecVerb(pair.Key.Encoding), pair.Key.Encoding)
		f.Certainty = Confirmed
	case pair.Key.Agreement == fastapi.Differs:
		f.Certainty = Confirmed
		f.Message += ", and " + differsWhere(pair.Key)
		if names := settingNames(pair); len(names) > 0 {
			f.Assumes = []string{"nothing outside these files gives " + inWords(names) + " another value"}
		}
	case !strings.HasPrefix(pair.Algorithm.Sign, "HS"), !inRequests(sign), !inRequests(verify), shareVariable(pair), len(fastapi.ReadsOf(sign.Key.Raw)) == 0, len(fastapi.ReadsOf(verify.Key.Raw)) == 0:
		return Finding{} // two halves of a pair, or nothing is known of one key
	default:
		f.Message += "; the files give no value of both"
	}
	if !pair.Certain {
		f.Certainty = Hypothesis
	}
	f.Evidence = keyEvidence(p, pair)
	f.Effect = refused(verify, f.Certainty, "its signature does not match")
	f.Fixes = keyFixes(p, pair)
	return f
}

// codecVerb says what a codec does with a key.
func codecVerb(codec string) string {
	switch {
	case strings.HasPrefix(codec, "sha"), strings.HasPrefix(codec, "md5"), strings.HasPrefix(codec, "blake"):
		return "hashes"
	case strings.HasSuffix(codec, " text"):
		return "encodes"
	}
	return "decodes"
}

// shareVariable says whether both keys may come from one variable.
func shareVariable(pair fastapi.TokenPair) bool {
	for _, a := range fastapi.ReadsOf(pair.Sign.Key.Raw) {
		for _, b := range fastapi.ReadsOf(pair.Verify.Key.Raw) {
			if slices.ContainsFunc(a.Names, func(n string) bool { return slices.Contains(b.Names, n) }) {
				return true
			}
		}
	}
	return false
}

// keyText is how the code names the key of a call.
func keyText(p *fastapi.Project, t *fastapi.TokenCall) string {
	text := onOneLine(sourceAt(p, t.KeyPlace()))
	if r := fastapi.ReadsOf(t.Key.Raw); len(r) == 0 && (text == "" || strings.ContainsAny(text, `"'`)) {
		if t.Key.Key != nil && t.Key.Key.Name != "literal" {
			return t.Key.Key.Name
		}
		return "a literal"
	}
	if strings.ContainsAny(text, `"'`) && t.Key.Key != nil {
		return t.Key.Key.Name
	}
	return text
}

func onOneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// differsWhere says in which environments the keys have different values.
func differsWhere(c fastapi.Compared) string {
	var where []string
	for _, in := range c.In {
		if in.Agreement == fastapi.Differs {
			where = append(where, in.Environment.Name)
		}
	}
	if len(where) == 0 || len(where) == len(c.In) && len(where) > 3 {
		return "their values differ"
	}
	return "in " + inWords(where) + " their values differ"
}

// settingNames lists the variables that the two keys are read from.
func settingNames(pair fastapi.TokenPair) (names []string) {
	for _, t := range []*fastapi.TokenCall{pair.Sign, pair.Verify} {
		for _, r := range fastapi.ReadsOf(t.Key.Raw) {
			if len(r.Names) > 0 && !slices.Contains(names, r.Names[0]) {
				names = append(names, r.Names[0])
			}
		}
	}
	return names
}

// keyEvidence shows both ends: where each key is chosen, used and given its value.
func keyEvidence(p *fastapi.Project, pair fastapi.TokenPair) (list []Evidence) {
	sign, verify := pair.Sign, pair.Verify
	list = withPlace(list, verify.KeyPlace(), "the key that verifies")
	list = withPlace(list, sign.KeyPlace(), "the key that signs")
	for _, t := range []*fastapi.TokenCall{sign, verify} {
		verb := map[fastapi.TokenOperation]string{fastapi.Sign: "signs with it", fastapi.Verify: "verifies with it"}[t.Operation]
		list = withPlace(list, t.Key.At, verb)
		for _, hop := range t.Key.Handed {
			list = withPlace(list, hop.At, hop.Note)
		}
		list = withPlace(list, t.Key.Parameters, "the parameters that take the keys")
	}
	for _, in := range pair.Key.In {
		if in.Agreement != fastapi.Differs {
			continue
		}
		list = withPlace(list, in.Sign.Source, "gives the key that signs in "+in.Environment.Name)
		list = withPlace(list, in.Verify.Source, "gives the key that verifies in "+in.Environment.Name)
	}
	return list
}

func keysCheck(pair fastapi.TokenPair) Check {
	c := Check{Say: "Compare the two values where the application runs, without printing them"}
	if len(pair.Verify.Operations) > 0 && len(pair.Sign.Operations) > 0 {
		c.Say = fmt.Sprintf("Call %s and then %s with the new token: the signature is refused", pair.Sign.Operations[0].ID(), pair.Verify.Operations[0].ID())
	}
	return c
}

// keyFixes lets the verification take the key that signs, where its module knows
// it by name; two keys that are swapped in one call are put in order.
func keyFixes(p *fastapi.Project, pair fastapi.TokenPair) []Fix {
	at := pair.Verify.KeyPlace()
	if pair.Key.Encoding != "" || pair.SignName == "" || !within(p, at) {
		return []Fix{{Title: "Take the key of both ends from one place"}}
	}
	edits := []source.Edit{{Span: at.Span, NewText: pair.SignName}}
	if other := siblingArgument(p, at, pair.SignName); !other.IsZero() {
		edits = append(edits, source.Edit{Span: other.Span, NewText: onOneLine(sourceAt(p, at))})
		return []Fix{{Title: "Put the keys in the order of the parameters", Edits: map[source.Path][]source.Edit{at.Path: edits}}}
	}
	return []Fix{{Title: "Verify with " + pair.SignName, Edits: map[source.Path][]source.Edit{at.Path: edits}}}
}
