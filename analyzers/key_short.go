package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/requirements"
)

// KeyShort reports a key that is shorter than the hash it is used with.
var KeyShort = &Analyzer{
	Code: "key-short", Family: SecretKey, Severity: Hint,
	Run: func(pass *Pass) {
		p := pass.Project
		for _, k := range authKeys(p) {
			if k.Read == nil || k.Read.Whole {
				continue // a literal is told by key-hardcoded
			}
			least, alg := hashLength(p, k)
			if least == 0 {
				continue
			}
			for _, row := range k.Rows {
				if row.State != fastapi.StateSet || row.Value.IsPlaceholder() || row.Value.Len() >= enough(p, k, least) || row.Source == k.At || row.Source == k.DefaultAt {
					continue
				}
				if row.Assignment != nil && row.Assignment.Altered != "" {
					continue
				}
				e := places{project: p}
				e.add(row.Source, fmt.Sprintf("%d bytes", row.Value.Len()))
				e.add(k.At, "reads it")
				pass.Report(Finding{
					Certainty: Confirmed, At: row.Source, Subject: keyName(k),
					Message:  fmt.Sprintf("%s has %d bytes, and %s wants a key of at least %d", keyName(k), row.Value.Len(), alg, least),
					Effect:   Effect{Text: "PyJWT from 2.11 warns of it; a short key can be guessed from one token"},
					Evidence: e.list,
					Check:    Check{Say: "Start with warnings shown and sign a token", Run: "python -W error::jwt.InsecureKeyLengthWarning …"},
					Fixes:    []Fix{{Title: fmt.Sprintf("Use a random key of %d bytes", least)}},
				})
				break
			}
		}
	},
}

// enough is the length from which a key is let pass: the hash's where PyJWT is
// known to warn below it (from 2.11), and half of it, which nobody can guess, elsewhere.
func enough(p *fastapi.Project, k *fastapi.Key, least int) int {
	for _, t := range keyCalls(p, k) {
		if t.Library == "PyJWT" && p.Requirements.For(t.At.Path.Dir()).Version("pyjwt").Compare("2.11.0") == requirements.AtLeast {
			return least
		}
	}
	return least / 2
}

// hashLength is the length of the hash that a key is used with, in bytes (RFC 7518, 3.2); 0 when it is not known.
func hashLength(p *fastapi.Project, k *fastapi.Key) (int, string) {
	for _, t := range keyCalls(p, k) {
		for _, a := range t.Algorithms {
			if !a.Known {
				continue
			}
			switch alg := a.Value.Expose(); alg {
			case "HS256":
				return 32, alg
			case "HS384":
				return 48, alg
			case "HS512":
				return 64, alg
			}
		}
	}
	return 0, ""
}
