package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// JWTLibraryConfusion reports packages that are mistaken for token libraries, and
// pairs whose ends use two libraries.
var JWTLibraryConfusion = &Analyzer{
	Code: "jwt-library-confusion", Family: JWTAgreement, Severity: Warning,
	Run: func(pass *Pass) {
		foreignPackage(pass)
		seen := map[source.Location]bool{}
		for _, pair := range pass.Project.Pairs() {
			if pair.Sign.Library == pair.Verify.Library || seen[pair.Verify.At] || !pass.Project.Together(pair.Sign.At.Path, pair.Verify.At.Path) {
				continue
			}
			seen[pair.Verify.At] = true
			pass.Report(twoLibraries(pair))
		}
	},
}

// foreignPackage is about the PyPI packages jwt and jose, which hold modules of
// the names that PyJWT and python-jose are imported under.
func foreignPackage(pass *Pass) {
	p := pass.Project
	for _, other := range []struct{ name, meant, library string }{{"jwt", "PyJWT", "PyJWT"}, {"jose", "python-jose", "python-jose"}} {
		i := slices.IndexFunc(p.Tokens, func(t *fastapi.TokenCall) bool { return t.Library == other.library })
		if i < 0 {
			continue
		}
		t := p.Tokens[i]
		version := p.Requirements.For(t.At.Path.Dir()).Version(other.name)
		if version.NameAt.IsZero() || !version.Declared {
			continue
		}
		f := Finding{
			At: version.NameAt, Certainty: Confirmed, Severity: Error, Subject: other.name,
			Message: fmt.Sprintf("the package %s is not %s, though both are imported as %s", other.name, other.meant, other.name),
			Effect:  Effect{Certainty: Hypothesis, Status: []int{500}, Text: fmt.Sprintf("where %s wins, encode and decode are missing or take other arguments: the login ends as 500", other.name)},
			Check:   Check{Say: "Ask the environment which package gives the module", Run: "pip show -f " + other.name},
			Fixes:   []Fix{{Title: fmt.Sprintf("Ask for %s instead of %s", other.meant, other.name)}},
		}
		f.Evidence = withPlace(f.Evidence, version.NameAt, "another package")
		f.Evidence = withPlace(f.Evidence, t.At, "uses "+other.meant)
		pass.Report(f)
	}
}

// twoLibraries is about a pair that is signed by one library and verified by another.
func twoLibraries(pair fastapi.TokenPair) Finding {
	f := Finding{
		At: pair.Verify.At, Severity: Information, Subject: functionOf(pair.Verify), Operations: servedBy(pair.Verify),
		Message: fmt.Sprintf("%s signs with %s and %s verifies with %s", issuerOf(pair.Sign, pair.Made), pair.Sign.Library, functionOf(pair.Verify), pair.Verify.Library),
		Effect:  Effect{Text: "the two have other defaults for aud, iat and sub, and raise other exceptions"},
		Check:   Check{Say: "Decode a fresh token at both ends and compare what each of them refuses"},
		Fixes:   []Fix{{Title: "Use one library at both ends"}},
	}
	f.Evidence = withPlace(f.Evidence, pair.Verify.At, "verifies with "+pair.Verify.Library)
	f.Evidence = withPlace(f.Evidence, pair.Sign.At, "signs with "+pair.Sign.Library)
	return f
}
