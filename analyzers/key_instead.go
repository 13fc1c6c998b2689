package analyzers

import (
	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
)

// instead is what the program takes where a read gives nothing: the other side
// of an "or", of a conditional expression or of an except clause.
func instead(p *fastapi.Project, e *environment.Environment, k *fastapi.Key, row fastapi.KeyRow) fastapi.KeyRow {
	if row.State != fastapi.StateMissing && row.State != fastapi.StateEmpty {
		return row
	}
	for _, t := range keyCalls(p, k) {
		v, _ := t.Key.Raw.(interpret.Value)
		other, falsy := fallback(v, k.Read)
		if other == nil || row.State == fastapi.StateEmpty && !falsy {
			continue
		}
		at := interpret.OriginOf(other).At
		switch x := other.(type) {
		case *interpret.Str, *interpret.Bytes:
			if got, ok := p.ValueIn(e, other); ok && got.State == fastapi.StateSet {
				row.State, row.Source, row.Via, row.Value, row.Assignment = fastapi.StateDefault, at, "default", got.Value, nil
			}
		case *interpret.Symbol:
			if _, random := x.Data.(*fastapi.RandomValue); random {
				row.State, row.Source, row.Via, row.Assignment = fastapi.StateRandom, at, "default", nil
				continue
			}
			row.State = fastapi.StateUnknown // another variable, which is a key of its own
			if got, ok := p.ValueIn(e, other); ok && got.State == fastapi.StateMissing {
				row.State = fastapi.StateMissing
			}
		case *interpret.None:
		default:
			row.State = fastapi.StateUnknown
			if got, ok := p.ValueIn(e, other); ok && got.State == fastapi.StateRandom {
				row.State, row.Source, row.Via, row.Assignment = fastapi.StateRandom, at, "default", nil
			}
		}
	}
	return row
}

// fallback finds what an expression gives in place of a read. falsy: also in
// place of the empty text.
func fallback(v interpret.Value, r *fastapi.EnvRead) (other interpret.Value, falsy bool) {
	switch x := v.(type) {
	case *interpret.Op:
		if x.Name == "or" {
			for i, a := range x.Args {
				if i > 0 && takesRead(x.Args[0], r) {
					return a, true
				}
			}
		}
		for _, a := range x.Args {
			if o, f := fallback(a, r); o != nil {
				return o, f
			}
		}
	case *interpret.Choice:
		has := false
		for _, o := range x.Options {
			if takesRead(o.Value, r) {
				has = true
			}
		}
		for _, o := range x.Options {
			if has && !takesRead(o.Value, r) {
				return o.Value, true
			}
		}
	}
	return nil, false
}

func takesRead(v interpret.Value, r *fastapi.EnvRead) bool {
	for _, have := range fastapi.ReadsOf(v) {
		if have == r {
			return true
		}
	}
	return false
}
