package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
)

// EnvValueDiffers reports a key that two services of one description are given
// with different values.
var EnvValueDiffers = &Analyzer{
	Code: "env-value-differs", Family: EnvDrift, Severity: Warning,
	Run: func(pass *Pass) {
		p := pass.Project
		seen := map[string]bool{}
		for _, sign := range p.Tokens {
			for _, verify := range p.Tokens {
				if sign.Operation != fastapi.Sign || verify.Operation != fastapi.Verify || sign.Key == nil || verify.Key == nil {
					continue
				}
				if oneKey(sign.Key.Key, verify.Key.Key) {
					compareServices(pass, sign, verify, sign.Key, verify.Key, seen)
					if a, b := oneAlgorithm(sign), oneAlgorithm(verify); a != nil && b != nil && oneKey(a.Key, b.Key) {
						compareServices(pass, sign, verify, a, b, seen)
					}
				}
			}
		}
	},
}

// oneAlgorithm is the algorithm of a call that has one and takes it from a setting; nil otherwise.
func oneAlgorithm(t *fastapi.TokenCall) *fastapi.Resolved {
	if len(t.Algorithms) != 1 || t.Algorithms[0].Key == nil {
		return nil
	}
	return &t.Algorithms[0]
}

// oneKey says whether two settings are one variable.
func oneKey(x, y *fastapi.Key) bool {
	if x == nil || y == nil {
		return false
	}
	if x == y {
		return true
	}
	return x.Read != nil && y.Read != nil && len(x.Read.Names) > 0 && len(y.Read.Names) > 0 && keyName(x) == keyName(y)
}

func compareServices(pass *Pass, sign, verify *fastapi.TokenCall, signs, verifies *fastapi.Resolved, seen map[string]bool) {
	p := pass.Project
	for _, a := range signs.Key.Rows {
		for _, b := range verifies.Key.Rows {
			x, y := environmentOf(p, a.Environment), environmentOf(p, b.Environment)
			if x == nil || y == nil || x == y || !sameSet(x, y) || !givenRow(a, signs.Key) || !givenRow(b, verifies.Key) || a.State != fastapi.StateSet && b.State != fastapi.StateSet || a.Value.Equal(b.Value) || a.Source == b.Source {
				continue
			}
			id := fmt.Sprint(min(a.Environment, b.Environment), max(a.Environment, b.Environment), keyName(signs.Key))
			if seen[id] || seen[fmt.Sprint(b.Source)] {
				continue
			}
			seen[id], seen[fmt.Sprint(b.Source)], seen[fmt.Sprint(a.Source)] = true, true, true
			pass.Report(servicesDiffer(p, sign, verify, signs, verifies, a, b))
		}
	}
}

// givenRow says whether a row has a value to compare: the default counts for
// algorithms alone, since a default key is told by key-default-used.
func givenRow(row fastapi.KeyRow, k *fastapi.Key) bool {
	return row.State == fastapi.StateSet || row.State == fastapi.StateDefault && k.Roles&fastapi.Algorithm != 0
}

// sameSet says whether two environments are services of one description, that run side by side.
func sameSet(a, b *environment.Environment) bool {
	if a.Kind != b.Kind || a.Kind != environment.Compose && a.Kind != environment.Kubernetes || !serves(a) || !serves(b) {
		return false
	}
	if len(a.Described) == 0 || len(b.Described) == 0 {
		return false
	}
	if !slices.Contains(b.Described, a.Described[0]) && (a.Kind != environment.Kubernetes || !oneFolder(a, b)) {
		return false
	}
	return prefixOf(a.Name) == prefixOf(b.Name)
}

// oneFolder says whether two workloads are described side by side, and not one of
// them for another stage.
func oneFolder(a, b *environment.Environment) bool {
	x, y := a.Described[0], b.Described[0]
	if x.Dir() != y.Dir() {
		return false
	}
	for _, text := range []string{string(x), string(y), a.Name, b.Name} {
		for _, w := range fastapi.Words(text) {
			switch w {
			case "dev", "development", "staging", "stage", "prod", "production", "test", "qa", "preview", "local":
				return false
			}
		}
	}
	return true
}

func prefixOf(name string) string { return name[:len(name)-len(serviceNameOf(name))] }

func serviceNameOf(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == ':' {
			return name[i+1:]
		}
	}
	return name
}

func servicesDiffer(p *fastapi.Project, sign, verify *fastapi.TokenCall, signs, verifies *fastapi.Resolved, a, b fastapi.KeyRow) Finding {
	k := verifies.Key
	name := keyName(k)
	effect := fmt.Sprintf("tokens that %s issues are refused by %s", serviceNameOf(a.Environment), serviceNameOf(b.Environment))
	if d := environmentOf(p, a.Environment).Described; k == signs.Key && b.Source.Path == d[0] && slices.Contains(d[1:], a.Source.Path) {
		a, b = b, a // the line of the override is the one to look at
	}
	if b.State == fastapi.StateDefault {
		a, b = b, a // the line that gives another value than the default
	}
	e := places{project: p}
	e.add(b.Source, "the value in "+b.Environment)
	e.add(a.Source, "the value in "+a.Environment)
	e.add(throughOf(p, environmentOf(p, a.Environment), signs.Key.Read, a.Source), "reads it for "+a.Environment)
	e.add(throughOf(p, environmentOf(p, b.Environment), k.Read, b.Source), "reads it for "+b.Environment)
	e.add(signs.At, "signs with it")
	e.add(verifies.At, "verifies with it")
	f := Finding{
		Certainty: Confirmed, At: b.Source, Subject: name + " " + a.Environment + " " + b.Environment, Operations: keyOperations(p, k),
		Message:  fmt.Sprintf("%s has one value in %s and another in %s", name, a.Environment, b.Environment),
		Effect:   Effect{Status: []int{401}, Text: effect},
		Evidence: e.list,
		Check:    Check{Say: "Log in at the one service and use the token at the other, or compare the lengths of the values", Run: printenv(environmentOf(p, a.Environment), name)},
		Fixes:    []Fix{{Title: "Give both services the key from one place"}},
	}
	for _, row := range []fastapi.KeyRow{a, b} {
		if row.Assignment != nil && len(row.Assignment.Assumes) > 0 {
			f.Assumes = []string{"the shell sets none of the variables that the lines refer to"}
		}
	}
	return f
}
