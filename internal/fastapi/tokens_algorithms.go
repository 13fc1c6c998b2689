package fastapi

import (
	"slices"

	"bearings/internal/environment"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// defaultAlgorithm is what a library signs with when the call does not say:
// PyJWT 2.15, python-jose 3.5. The others need it in the header.
var defaultAlgorithm = map[string]string{"PyJWT": "HS256", "python-jose": "HS256"}

// algorithms compares the signing algorithm with the allowed list in every environment.
func (p *Project) algorithms(s, v *TokenCall) AlgorithmAgreement {
	var a AlgorithmAgreement
	if len(s.Algorithms) == 1 && s.Algorithms[0].Known {
		a.Sign = s.Algorithms[0].Value.Expose()
	} else if !s.AlgorithmsGiven {
		a.Sign = defaultAlgorithm[s.Library]
	}
	for _, r := range v.Algorithms {
		if r.Known {
			a.Allowed = append(a.Allowed, r.Value.Expose())
		}
	}
	if !v.AlgorithmsGiven || v.AlgorithmsNested || len(v.Algorithms) == 0 {
		return a
	}
	for _, e := range p.Environments {
		sign, signs := p.signsWith(e, s)
		if !signs {
			continue
		}
		in := AlgorithmIn{Environment: e.Name, Sign: sign}
		complete, allowed := !openList(v.AlgorithmsValue) && !v.OpenArguments, false
		for _, r := range v.Algorithms {
			row, _ := p.ValueIn(e, r.Raw)
			if !known(row) {
				complete = false
				continue
			}
			in.Allowed = append(in.Allowed, row)
			allowed = allowed || row.Value.Equal(sign.Value)
		}
		switch {
		case allowed:
			if a.Agreement == Unclear {
				a.Agreement = Agrees
			}
		case complete:
			a.Agreement = Differs
			a.In = append(a.In, in)
		}
	}
	return a
}

// signsWith is the algorithm of a sign call in one environment.
func (p *Project) signsWith(e *environment.Environment, s *TokenCall) (KeyRow, bool) {
	if !s.AlgorithmsGiven && defaultAlgorithm[s.Library] != "" && !s.OpenArguments {
		return KeyRow{Environment: e.Name, State: StateDefault, Source: s.At, Via: "default", Value: secretOf(defaultAlgorithm[s.Library])}, true
	}
	if len(s.Algorithms) != 1 {
		return KeyRow{}, false
	}
	v, _ := s.Algorithms[0].Raw.(interpret.Value)
	if v == nil || !p.linker.concerns(e, v) || slices.ContainsFunc(readsOf(v), func(r *EnvRead) bool { return !p.linker.runsProgram(e, &Key{At: r.At, Variables: r.Names}) }) {
		return KeyRow{}, false
	}
	row, _ := p.ValueIn(e, s.Algorithms[0].Raw)
	return row, known(row)
}

// openList says whether a list has items that the files do not show.
func openList(raw any) bool {
	seq, ok := raw.(*interpret.Seq)
	return ok && seq.Open
}

// Nested returns the places of the lists that stand within a decode's list of algorithms.
func Nested(t *TokenCall) (places []source.Location) {
	seq, ok := t.AlgorithmsValue.(*interpret.Seq)
	if !ok {
		return nil
	}
	for _, item := range seq.Items {
		if s, ok := item.(*interpret.Symbol); ok {
			if r, ok := s.Data.(*EnvRead); ok {
				places = append(places, r.At)
				continue
			}
		}
		if inner, ok := item.(*interpret.Seq); ok {
			places = append(places, inner.At)
		}
	}
	return places
}
