package analyzers

import (
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
)

// nameKind says how a name that is provided differs from the one that is read.
type nameKind string

const (
	otherCase   nameKind = "case"
	otherPrefix nameKind = "prefix"
	nested      nameKind = "nested"
	spelling    nameKind = "spelling"
	ignored     nameKind = "ignored"
)

// otherName: the environment gives the key under a name that is nearly the one that is read.
func (d *keyDiagnosis) otherName(in keyFaultIn) bool {
	offers, _ := d.p.Offers(in.env, d.key.Read)
	best := -1
	for _, o := range offers {
		kind, rank := differs(d.key.Read, o.Name)
		if rank < 0 || best >= 0 && rank >= best || o.Known && o.Value.IsEmpty() || d.readBeside(in.env, o.Name) {
			continue
		}
		best = rank
		in.offer, in.kind = o, kind
	}
	if best < 0 {
		return false
	}
	d.add("key-name-mismatch", in)
	return true
}

// readBeside says whether the application that reads the key reads that variable for something else.
func (d *keyDiagnosis) readBeside(e *environment.Environment, name string) bool {
	for _, k := range d.p.Keys {
		if k != d.key && k.Read != nil && takes(k.Read, name) && together(d.p, k.At.Path, d.key.At.Path) {
			return true
		}
	}
	return false
}

// takes says whether a read takes the variable of that name.
func takes(r *fastapi.EnvRead, name string) bool {
	for _, n := range r.Names {
		if n == name || r.Fold && strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// differs compares a name that is provided with the names that a read takes: how
// it differs, and how much; -1 when it is another name altogether.
func differs(r *fastapi.EnvRead, provided string) (kind nameKind, rank int) {
	if r.Outer != "" {
		field := r.Field[strings.LastIndexByte(r.Field, '.')+1:]
		if plainName(provided) == plainName(r.Outer+field) {
			return nested, 0
		}
	}
	if r.Ignored != "" && strings.EqualFold(r.Ignored, provided) {
		return ignored, 0
	}
	rank = -1
	better := func(k nameKind, n int) {
		if rank < 0 || n < rank {
			kind, rank = k, n
		}
	}
	for _, name := range r.Names {
		a, b := plainName(name), plainName(provided)
		switch {
		case strings.EqualFold(name, provided):
			better(otherCase, 0)
		case a == b:
			better(spelling, 1)
		case r.Config != nil && r.Config.EnvPrefix != "" && plainName(r.Config.EnvPrefix+provided) == a:
			better(otherPrefix, 1)
		case len(a) >= 6 && (strings.HasSuffix(strings.ToUpper(provided), "_"+strings.ToUpper(name)) || strings.HasSuffix(strings.ToUpper(name), "_"+strings.ToUpper(provided)) && len(b) >= 6):
			better(otherPrefix, 3)
		case len(a) >= 6 && distance(a, b) <= max(1, len(a)/6):
			better(spelling, 2)
		}
	}
	return kind, rank
}

// plainName is a name without case, underscores and hyphens.
func plainName(name string) string {
	return strings.ToUpper(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name))
}
