package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// JWTAlgorithmsDiffer reports a verification that does not allow the algorithm
// with which its tokens are signed.
var JWTAlgorithmsDiffer = &Analyzer{
	Code: "jwt-algorithms-differ", Family: JWTAgreement, Severity: Error, Requires: fastapi.Tokens,
	Run: func(pass *Pass) {
		seen := map[source.Location]bool{}
		for _, pair := range pass.Project.Pairs() {
			if pair.Algorithm.Agreement != fastapi.Differs || seen[pair.Verify.At] {
				continue
			}
			seen[pair.Verify.At] = true
			pass.Report(differentAlgorithms(pass.Project, pair))
		}
	},
}

func differentAlgorithms(p *fastapi.Project, pair fastapi.TokenPair) Finding {
	in := pair.Algorithm.In[0]
	var allowed []string
	for _, row := range in.Allowed {
		allowed = append(allowed, row.Value.Expose())
	}
	signing, verify := in.Sign.Value.Expose(), pair.Verify
	f := Finding{
		At: withKeyword(p, verify.AlgorithmsAt, "algorithms"), Subject: functionOf(verify), Operations: servedBy(verify),
		Message: fmt.Sprintf("%s allows %s, but %s signs with %s%s", functionOf(verify), inWords(allowed), issuerOf(pair.Sign, pair.Made), signing, whereOnly(p, pair)),
		Check: Check{Say: "Read the header of a fresh token and compare its alg with the list",
			Run: `python -c "import jwt,sys; print(jwt.get_unverified_header(sys.argv[1])['alg'])" TOKEN`},
	}
	if pair.Certain {
		f.Certainty = Confirmed
	}
	for _, t := range slices.Concat(pair.Sign.Algorithms, verify.Algorithms) {
		for _, r := range fastapi.ReadsOf(t.Raw) {
			if len(r.Names) > 0 && len(f.Assumes) == 0 {
				f.Assumes = []string{"the process environment does not set " + r.Names[0] + " otherwise"}
			}
		}
	}
	f.Evidence = withPlace(f.Evidence, f.At, "the tokens are signed with "+signing)
	f.Evidence = withPlace(f.Evidence, signingPlace(p, pair.Sign), "signs with "+signing)
	f.Evidence = withPlace(f.Evidence, in.Sign.Source, "makes it "+signing+" in "+in.Environment)
	for _, row := range in.Allowed {
		f.Evidence = withPlace(f.Evidence, row.Source, "allows "+row.Value.Expose())
	}
	f.Effect = refused(verify, f.Certainty, "its algorithm is refused before the signature is looked at")
	f.Fixes = []Fix{algorithmFix(p, pair, signing)}
	return f
}

// whereOnly names the environments, when the two ends agree in others.
func whereOnly(p *fastapi.Project, pair fastapi.TokenPair) string {
	if len(fastapi.ReadsOf(pair.Sign.AlgorithmsValue)) == 0 && len(pair.Algorithm.In) == len(p.Environments) {
		return ""
	}
	var names []string
	for _, in := range pair.Algorithm.In {
		names = append(names, in.Environment)
	}
	if len(names) == len(p.Environments) {
		return ""
	}
	return " in " + inWords(names)
}

// signingPlace is the algorithm argument, or the call when the library's default is taken.
func signingPlace(p *fastapi.Project, t *fastapi.TokenCall) source.Location {
	if t.AlgorithmsAt.IsZero() {
		return t.At
	}
	return withKeyword(p, t.AlgorithmsAt, "algorithm")
}

// algorithmFix lets the verification take what signs: by its name, where the
// other end is written as one, else by its value.
func algorithmFix(p *fastapi.Project, pair fastapi.TokenPair, signing string) Fix {
	at := pair.Verify.AlgorithmsAt
	text := strings.TrimSpace(sourceAt(p, at))
	quote := `"`
	if strings.Contains(text, "'") {
		quote = "'"
	}
	if len(fastapi.ReadsOf(pair.Sign.AlgorithmsValue)) > 0 {
		name := onOneLine(sourceAt(p, pair.Sign.AlgorithmsAt))
		if pair.Sign.AlgorithmsAt.Path != at.Path && !sameImport(p, pair.Sign.AlgorithmsAt.Path, at.Path, name) {
			return Fix{Title: "Allow the algorithm of the setting that signs, " + name}
		}
		return Fix{Title: "Allow the algorithm that signs, " + name, Edits: map[source.Path][]source.Edit{at.Path: {{Span: at.Span, NewText: "[" + name + "]"}}}}
	}
	if !strings.HasPrefix(text, "[") || len(pair.Verify.Algorithms) != 1 || len(fastapi.ReadsOf(pair.Verify.Algorithms[0].Raw)) > 0 || !strings.ContainsAny(text, `"'`) {
		return Fix{Title: "Let both ends take the algorithm from one constant"}
	}
	return Fix{Title: "Allow " + signing, Edits: map[source.Path][]source.Edit{at.Path: {{Span: at.Span, NewText: "[" + quote + signing + quote + "]"}}}}
}

// sameImport says whether the first part of a dotted name is imported by the
// same statement in two modules.
func sameImport(p *fastapi.Project, a, b source.Path, name string) bool {
	first, _, _ := strings.Cut(name, ".")
	x, y := importOf(p, a, first), importOf(p, b, first)
	return !x.IsZero() && !y.IsZero() && sourceAt(p, x) == sourceAt(p, y) && !strings.HasPrefix(sourceAt(p, x), "from .")
}
