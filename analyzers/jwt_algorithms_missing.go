package analyzers

import (
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// JWTAlgorithmsMissing reports a decode that gives no usable list of algorithms.
var JWTAlgorithmsMissing = &Analyzer{
	Code: "jwt-algorithms-missing", Family: JWTAgreement, Severity: Error,
	Run: func(pass *Pass) {
		for _, t := range pass.Project.Tokens {
			if t.Operation != fastapi.Verify || t.OpenArguments || t.Options["verify_signature"] == false {
				continue
			}
			var f Finding
			switch {
			case t.AlgorithmsNested:
				f = nestedAlgorithms(pass.Project, t)
			case t.AlgorithmsGiven:
				continue
			case t.Library == "PyJWT":
				f = noAlgorithms(pass.Project, t)
			case t.Library == "python-jose":
				f = anyAlgorithm(pass.Project, t)
			}
			if f.Message != "" {
				f.Subject, f.Operations = functionOf(t), servedBy(t)
				pass.Report(f)
			}
		}
	},
}

func nestedAlgorithms(p *fastapi.Project, t *fastapi.TokenCall) Finding {
	f := Finding{
		At: withKeyword(p, t.AlgorithmsAt, "algorithms"), Certainty: Confirmed,
		Message: "algorithms is a list within a list, and no algorithm is an element of it",
		Check:   Check{Say: "Print the argument: its only element is a list"},
	}
	f.Evidence = withPlace(f.Evidence, f.At, "a list within a list")
	for _, at := range fastapi.Nested(t) {
		f.Evidence = withPlace(f.Evidence, at, "already a list")
	}
	f.Effect = refused(t, Confirmed, "its algorithm is not allowed")
	text := strings.TrimSpace(sourceAt(p, t.AlgorithmsAt))
	inner, opens := strings.CutPrefix(text, "[")
	if inner, closes := strings.CutSuffix(inner, "]"); opens && closes && !strings.Contains(inner, ",") {
		f.Fixes = []Fix{{Title: "Give the list itself", Edits: map[source.Path][]source.Edit{t.AlgorithmsAt.Path: {{Span: t.AlgorithmsAt.Span, NewText: strings.TrimSpace(inner)}}}}}
	}
	return f
}

// noAlgorithms is about PyJWT, which from 2.0 on refuses to decode without the list.
func noAlgorithms(p *fastapi.Project, t *fastapi.TokenCall) Finding {
	version := p.Requirements.For(t.At.Path.Dir()).Version("pyjwt")
	f := Finding{
		At: t.At, Certainty: Confirmed,
		Message: "jwt.decode is called without algorithms=, which PyJWT requires from 2.0 on",
		Check:   Check{Say: "Decode any token with this call: DecodeError says that algorithms must be given"},
	}
	if !t.WrongKeyword.IsZero() {
		f.At = withKeyword(p, t.WrongKeyword, "algorithm")
		f.Message = "jwt.decode takes algorithms=, a list; algorithm= is not looked at"
		name := source.Span{Start: f.At.Span.Start, End: f.At.Span.Start + len("algorithm")}
		edits := []source.Edit{{Span: name, NewText: "algorithms"}}
		if text := sourceAt(p, t.WrongKeyword); !strings.HasPrefix(text, "[") {
			edits = append(edits, source.Edit{Span: t.WrongKeyword.Span, NewText: "[" + text + "]"})
		}
		f.Fixes = []Fix{{Title: "Give algorithms= a list", Edits: map[source.Path][]source.Edit{f.At.Path: edits}}}
	} else if fix, ok := addAlgorithms(p, t); ok {
		f.Fixes = []Fix{fix}
	}
	f.Evidence = withPlace(f.Evidence, f.At, "no list of algorithms is given")
	f.Effect = refused(t, Confirmed, "PyJWT raises DecodeError for every token")
	switch version.Compare("2.0.0") {
	case requirements.Below:
		f.Certainty, f.Severity = Confirmed, Warning
		f.Effect = Effect{Certainty: Confirmed, Text: "below PyJWT 2.0 any algorithm that fits the key is accepted; from 2.0 on every token is refused"}
	case requirements.Crosses:
		f.Effect.Certainty = Hypothesis
		f.Evidence = withPlace(f.Evidence, version.At, "allows PyJWT below 2.0 as well")
	}
	return f
}

// anyAlgorithm is about python-jose, which takes what the token says.
func anyAlgorithm(p *fastapi.Project, t *fastapi.TokenCall) Finding {
	f := Finding{
		At: t.At, Certainty: Confirmed, Severity: Warning,
		Message: "jwt.decode of python-jose is called without algorithms=, and takes the algorithm that the token names",
		Effect:  Effect{Certainty: Hypothesis, Text: "a token signed with another algorithm that fits the key is accepted"},
		Check:   Check{Say: "Sign a token with another algorithm of the same family and the same key: it is accepted"},
	}
	f.Evidence = withPlace(f.Evidence, t.At, "no list of algorithms is given")
	if fix, ok := addAlgorithms(p, t); ok {
		f.Fixes = []Fix{fix}
	}
	return f
}

// addAlgorithms gives the algorithm with which the verification's tokens are signed.
func addAlgorithms(p *fastapi.Project, t *fastapi.TokenCall) (Fix, bool) {
	for _, pair := range p.Pairs() {
		if pair.Verify != t || pair.Algorithm.Sign == "" {
			continue
		}
		call := sourceAt(p, t.At)
		if !strings.HasSuffix(call, ")") {
			return Fix{}, false
		}
		quote := `"`
		if strings.Contains(call, "'") && !strings.Contains(call, `"`) {
			quote = "'"
		}
		inner := strings.TrimRight(call[:len(call)-1], " \t\n\r")
		before, end := ", ", t.At.Span.End-1
		if strings.HasSuffix(inner, ",") {
			before = " "
		}
		at := source.Span{Start: t.At.Span.Start + len(inner), End: end}
		return Fix{Title: "Allow " + pair.Algorithm.Sign, Edits: map[source.Path][]source.Edit{
			t.At.Path: {{Span: at, NewText: before + "algorithms=[" + quote + pair.Algorithm.Sign + quote + "]"}},
		}}, true
	}
	return Fix{}, false
}
