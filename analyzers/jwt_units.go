package analyzers

import (
	"fmt"
	"slices"
	"strconv"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// unitByName is about a setting whose name says one unit and which is taken as
// another, also when it is multiplied on the way: minutes * 60 are seconds. It
// returns the unit that it is.
func unitByName(v interpret.Value, unit string) (Finding, string) {
	setting, factor := scaledSetting(v)
	name, at := nameOf(setting)
	said := unitIn(name)
	if said == "" || !slices.Contains(timedeltaOrder, unit) {
		return Finding{}, ""
	}
	in := ""
	for _, u := range timedeltaOrder {
		if timedeltaSeconds[u] == timedeltaSeconds[said]/factor {
			in = u
		}
	}
	if in == "" || in == unit {
		return Finding{}, ""
	}
	f := Finding{
		At: at, Certainty: Confirmed,
		Message: fmt.Sprintf("%s says %s and is taken as %s", name, said, unit),
		Effect:  Effect{Text: fmt.Sprintf("tokens live %s times as long as meant", strconv.FormatFloat(timedeltaSeconds[unit]/timedeltaSeconds[in], 'g', 3, 64))},
		Check:   Check{Say: "Decode a fresh token and compare exp with its time of issue"},
		Fixes:   []Fix{{Title: "Take it as " + said}},
	}
	if factor != 1 {
		f.Message = fmt.Sprintf("%s says %s, comes to %s and is taken as %s", name, said, in, unit)
		f.Fixes = []Fix{{Title: "Take it as " + in}}
	}
	f.Evidence = withPlace(f.Evidence, at, "named after "+said)
	return f, in
}

// unitIn is the unit of time that a name holds; "" when none, or several.
func unitIn(name string) (said string) {
	for _, w := range fastapi.Words(name) {
		for _, u := range []string{"second", "minute", "hour", "day", "week"} {
			if w == u || w == u+"s" || w == map[string]string{"second": "secs", "minute": "mins", "hour": "hrs"}[u] {
				if said != "" && said != u+"s" {
					return "" // a name of two units
				}
				said = u + "s"
			}
		}
	}
	return said
}

// scaledSetting takes the numbers off with which a setting is multiplied or divided.
func scaledSetting(v interpret.Value) (interpret.Value, float64) {
	factor := 1.0
	for range 4 {
		op, ok := v.(*interpret.Op)
		if !ok || len(op.Args) != 2 && op.Name != "int" && op.Name != "float" {
			break
		}
		if len(op.Args) == 1 {
			v = op.Args[0]
			continue
		}
		inner, n := op.Args[0], op.Args[1]
		if number, ok := inner.(*interpret.Num); ok && number.Name == "" && op.Name == "*" {
			inner, n = n, inner
		}
		number, ok := n.(*interpret.Num)
		if !ok || number.Value <= 0 || op.Name != "*" && op.Name != "/" && op.Name != "//" {
			break
		}
		if op.Name == "*" {
			factor *= number.Value
		} else {
			factor /= number.Value
		}
		v = inner
	}
	return v, factor
}

// nameOf is the name under which a plain setting or constant is known.
func nameOf(v interpret.Value) (string, source.Location) {
	switch x := v.(type) {
	case *interpret.Num:
		return x.Name, x.At
	case *interpret.Symbol:
		if r, ok := x.Data.(*fastapi.EnvRead); ok {
			if r.Field != "" {
				return r.Field, r.At
			}
			if len(r.Names) > 0 {
				return r.Names[0], r.At
			}
		}
	case *interpret.Op:
		if (x.Name == "int" || x.Name == "float") && len(x.Args) == 1 {
			return nameOf(x.Args[0])
		}
	}
	return "", source.Location{}
}
