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
				if sign.Operation == fastapi.Sign && verify.Operation == fastapi.Verify && oneKey(sign, verify) {
					compareServices(pass, sign, verify, seen)
				}
			}
		}
	},
}

// oneKey says whether two calls take the key from one variable.
func oneKey(a, b *fastapi.TokenCall) bool {
	if a.Key == nil || b.Key == nil || a.Key.Key == nil || b.Key.Key == nil {
		return false
	}
	x, y := a.Key.Key, b.Key.Key
	if x == y {
		return true
	}
	return x.Read != nil && y.Read != nil && len(x.Read.Names) > 0 && len(y.Read.Names) > 0 && keyName(x) == keyName(y)
}

func compareServices(pass *Pass, sign, verify *fastapi.TokenCall, seen map[string]bool) {
	p := pass.Project
	for _, a := range sign.Key.Key.Rows {
		for _, b := range verify.Key.Key.Rows {
			x, y := environmentOf(p, a.Environment), environmentOf(p, b.Environment)
			if x == nil || y == nil || x == y || !sameSet(x, y) || a.State != fastapi.StateSet || b.State != fastapi.StateSet || a.Value.Equal(b.Value) || a.Source == b.Source {
				continue
			}
			id := fmt.Sprint(min(a.Environment, b.Environment), max(a.Environment, b.Environment), keyName(sign.Key.Key))
			if seen[id] || seen[fmt.Sprint(b.Source)] {
				continue
			}
			seen[id], seen[fmt.Sprint(b.Source)], seen[fmt.Sprint(a.Source)] = true, true, true
			pass.Report(servicesDiffer(p, sign, verify, a, b))
		}
	}
}

// sameSet says whether two environments are services of one description, that run side by side.
func sameSet(a, b *environment.Environment) bool {
	if a.Kind != b.Kind || a.Kind != environment.Compose && a.Kind != environment.Kubernetes || !serves(a) || !serves(b) {
		return false
	}
	if len(a.Described) == 0 || len(b.Described) == 0 || !slices.Contains(b.Described, a.Described[0]) {
		return false
	}
	return prefixOf(a.Name) == prefixOf(b.Name)
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

func servicesDiffer(p *fastapi.Project, sign, verify *fastapi.TokenCall, a, b fastapi.KeyRow) Finding {
	k := verify.Key.Key
	name := keyName(k)
	effect := fmt.Sprintf("tokens that %s issues are refused by %s", serviceNameOf(a.Environment), serviceNameOf(b.Environment))
	if d := environmentOf(p, a.Environment).Described; k == sign.Key.Key && b.Source.Path == d[0] && slices.Contains(d[1:], a.Source.Path) {
		a, b = b, a // the line of the override is the one to look at
	}
	e := places{project: p}
	e.add(b.Source, "the value in "+b.Environment)
	e.add(a.Source, "the value in "+a.Environment)
	e.add(throughOf(p, environmentOf(p, a.Environment), sign.Key.Key.Read, a.Source), "reads it for "+a.Environment)
	e.add(throughOf(p, environmentOf(p, b.Environment), k.Read, b.Source), "reads it for "+b.Environment)
	e.add(sign.Key.At, "signs with it")
	e.add(verify.Key.At, "verifies with it")
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
