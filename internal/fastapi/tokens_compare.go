package fastapi

import (
	"slices"

	"bearings/internal/environment"
	"bearings/internal/interpret"
	"bearings/internal/python"
)

// Agreement says whether two things agree. The zero value claims nothing.
type Agreement string

// The agreements.
const (
	Unclear Agreement = ""
	Agrees  Agreement = "agrees"
	Differs Agreement = "differs"
)

// only returns the agreement if it is the given one, and Unclear otherwise.
func (a Agreement) only(one Agreement) Agreement {
	if a == one {
		return a
	}
	return Unclear
}

// AgreementIn is what two values are in one environment.
type AgreementIn struct {
	Environment  *environment.Environment
	Agreement    Agreement
	Sign, Verify KeyRow
}

// Compared is the outcome of comparing two values.
type Compared struct {
	Agreement Agreement
	// OneSource: both come from the same place in the same way, and agree whatever it holds.
	OneSource bool
	// Encoding: one of the two decodes what the other takes as it is, "base64", "hex", "sha256".
	Encoding string
	In       []AgreementIn // the environments in which at least one is known
}

// Compare compares two values, as kept in Resolved.Raw and the like, in every
// environment in which the program runs. They agree when they come from one
// source, or when their values are equal wherever both are known; they differ
// when in some environment both are known and are not equal.
func (p *Project) Compare(a, b any) Compared {
	x, okX := a.(interpret.Value)
	y, okY := b.(interpret.Value)
	if !okX || !okY || p.linker == nil {
		return Compared{}
	}
	coreX, codecX := core(x)
	coreY, codecY := core(y)
	if sameSource(coreX, coreY, 0) {
		if codecX == codecY {
			return Compared{Agreement: Agrees, OneSource: true}
		}
		if !containsUnknown(coreX, 0) {
			return Compared{Agreement: Differs, Encoding: codecX + codecY}
		}
	}
	var c Compared
	for _, e := range p.Environments {
		if !p.linker.concerns(e, x) || !p.linker.concerns(e, y) {
			continue
		}
		in := AgreementIn{Environment: e}
		in.Sign, _ = p.ValueIn(e, a)
		in.Verify, _ = p.ValueIn(e, b)
		if !known(in.Sign) && !known(in.Verify) {
			continue
		}
		if known(in.Sign) && known(in.Verify) {
			in.Agreement = Differs
			if in.Sign.Value.Equal(in.Verify.Value) && in.Sign.State != StateRandom && in.Verify.State != StateRandom {
				in.Agreement = Agrees
			}
		}
		if in.Agreement == Differs || c.Agreement == Unclear {
			c.Agreement = in.Agreement
		}
		c.In = append(c.In, in)
	}
	return c
}

// known says whether a row has a value of its own: also one that is random.
func known(r KeyRow) bool {
	switch r.State {
	case StateSet, StateDefault, StateEmpty, StateRandom:
		return true
	}
	return false
}

// concerns says whether a value is ever computed in an environment.
func (l *linker) concerns(e *environment.Environment, v interpret.Value) bool {
	reads := readsOf(v)
	if len(reads) == 0 {
		return true
	}
	return slices.ContainsFunc(reads, func(r *EnvRead) bool {
		return l.runsProgram(e, &Key{At: r.At, Variables: r.Names})
	})
}

// sameSource says whether two values are the same whatever the environment gives.
func sameSource(a, b interpret.Value, depth int) bool {
	if a == nil || b == nil || depth > 10 {
		return a == b
	}
	if a == b {
		return true
	}
	switch x := a.(type) {
	case *interpret.Str:
		y, ok := b.(*interpret.Str)
		return ok && x.Text == y.Text
	case *interpret.Bytes:
		if y, ok := b.(*interpret.Bytes); ok {
			return x.Text == y.Text
		}
	case *interpret.Num:
		y, ok := b.(*interpret.Num)
		return ok && x.Value == y.Value
	case *interpret.None:
		_, ok := b.(*interpret.None)
		return ok
	case *interpret.External:
		y, ok := b.(*interpret.External)
		return ok && x.Path == y.Path
	case *interpret.Symbol:
		y, ok := b.(*interpret.Symbol)
		if !ok {
			return false
		}
		r, isRead := x.Data.(*EnvRead)
		s, isReadToo := y.Data.(*EnvRead)
		if isRead && isReadToo {
			return r == s || sameRead(r, s)
		}
		return x.At == y.At && !x.At.IsZero() && !isRead && !isReadToo
	case *interpret.Op:
		y, ok := b.(*interpret.Op)
		if !ok || x.Name != y.Name || x.Text != y.Text || len(x.Args) != len(y.Args) || len(x.Args) == 0 {
			return false
		}
		for i := range x.Args {
			if !sameSource(x.Args[i], y.Args[i], depth+1) {
				return false
			}
		}
		return true
	case *interpret.Seq:
		y, ok := b.(*interpret.Seq)
		return ok && x.Kind != python.Set && slices.EqualFunc(x.Items, y.Items, func(i, j interpret.Value) bool { return sameSource(i, j, depth+1) }) && !x.Open && !y.Open
	case *interpret.Choice:
		y, ok := b.(*interpret.Choice)
		return ok && slices.EqualFunc(x.Options, y.Options, func(i, j interpret.Option) bool { return sameSource(i.Value, j.Value, depth+1) })
	case *interpret.Instance, *interpret.Unknown:
		x0, y0 := interpret.OriginOf(a).At, interpret.OriginOf(b).At
		return x0 == y0 && !x0.IsZero()
	}
	return false
}

// sameRead says whether two reads find the same: the same variables with the same default.
func sameRead(a, b *EnvRead) bool {
	return slices.Equal(a.Names, b.Names) && a.Fold == b.Fold && a.Required == b.Required && a.Class == b.Class &&
		a.Loader == b.Loader && (a.Default == nil) == (b.Default == nil) && (a.Default == nil || sameSource(a.Default, b.Default, 1)) && !a.Random && !b.Random
}

func containsUnknown(v interpret.Value, depth int) bool {
	switch x := v.(type) {
	case *interpret.Unknown, *interpret.Choice:
		return true
	case *interpret.Op:
		return x.Name == "parameter" || slices.ContainsFunc(x.Args, func(a interpret.Value) bool { return depth > 8 || containsUnknown(a, depth+1) })
	}
	return false
}
