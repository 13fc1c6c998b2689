package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

type tokenKey struct {
	at        source.Location
	key, algs source.Location
}

// Payload is the Data of a symbol: what a decode call gave.
type Payload struct{ Call *TokenCall }

// tokenShape says where a library's call takes its arguments.
type tokenShape struct {
	library                             string
	operation                           TokenOperation
	payload, key, algorithm             int // positions; -1: by keyword only, -2: not at all
	payloadName, keyName, algorithmName string
}

// tokenShapes are the calls that the model knows, by canonical name, as of PyJWT
// 2.15, python-jose 3.5, authlib 1.6 and joserfc 1.x.
var tokenShapes = map[string]tokenShape{
	"jwt.encode":                       {"PyJWT", Sign, 0, 1, 2, "payload", "key", "algorithm"},
	"jwt.decode":                       {"PyJWT", Verify, 0, 1, 2, "jwt", "key", "algorithms"},
	"jwt.decode_complete":              {"PyJWT", Verify, 0, 1, 2, "jwt", "key", "algorithms"},
	"jwt.PyJWT.encode":                 {"PyJWT", Sign, 0, 1, 2, "payload", "key", "algorithm"},
	"jwt.PyJWT.decode":                 {"PyJWT", Verify, 0, 1, 2, "jwt", "key", "algorithms"},
	"jwt.get_unverified_header":        {"PyJWT", Peek, 0, -2, -2, "jwt", "", ""},
	"jose.jwt.encode":                  {"python-jose", Sign, 0, 1, 2, "claims", "key", "algorithm"},
	"jose.jwt.decode":                  {"python-jose", Verify, 0, 1, 2, "token", "key", "algorithms"},
	"jose.jwt.get_unverified_claims":   {"python-jose", Peek, 0, -2, -2, "token", "", ""},
	"jose.jwt.get_unverified_header":   {"python-jose", Peek, 0, -2, -2, "token", "", ""},
	"jose.jws.sign":                    {"python-jose", Sign, 0, 1, 3, "payload", "key", "algorithm"},
	"jose.jws.verify":                  {"python-jose", Verify, 0, 1, 2, "token", "key", "algorithms"},
	"authlib.jose.jwt.encode":          {"authlib", Sign, 1, 2, 0, "payload", "key", "header"},
	"authlib.jose.jwt.decode":          {"authlib", Verify, 0, 1, -2, "s", "key", ""},
	"authlib.jose.JsonWebToken.encode": {"authlib", Sign, 1, 2, 0, "payload", "key", "header"},
	"authlib.jose.JsonWebToken.decode": {"authlib", Verify, 0, 1, -2, "s", "key", ""},
	"joserfc.jwt.encode":               {"joserfc", Sign, 1, 2, 0, "claims", "key", "header"},
	"joserfc.jwt.decode":               {"joserfc", Verify, 0, 1, 2, "value", "key", "algorithms"},
}

// tokenCall is a call that signs, verifies or reads a token.
func (l *linker) tokenCall(f *interpret.Frame, site *interpret.CallSite, path string, recv *interpret.Instance, args *interpret.Args) (interpret.Value, bool) {
	shape, ok := tokenShapes[path]
	if !ok {
		return nil, false
	}
	t := &TokenCall{Operation: shape.operation, At: site.At, Library: shape.library, Function: enclosing(f), Options: map[string]any{}, AlgorithmsKnown: true, FunctionPath: path}
	if recv != nil && recv.Args != nil && strings.HasPrefix(path, "authlib.jose.JsonWebToken") {
		l.algorithms(t, recv.Args.Value(0, "algorithms"), recv.At)
	}
	if a, given := args.Get(shape.key, shape.keyName); given && shape.key != -2 {
		t.Key = l.resolved(a)
		l.handed(f, a, t.Key)
	}
	if shape.algorithm != -2 {
		a, given := args.Get(shape.algorithm, shape.algorithmName)
		if given {
			t.AlgorithmsGiven = true
			l.algorithms(t, headerAlg(a.Value, shape.algorithmName), a.At)
		} else if args.Open {
			t.AlgorithmsKnown = false
		}
		if wrong, has := args.Get(-1, "algorithm"); has && shape.operation == Verify {
			t.WrongKeyword = wrong.At
		}
	}
	if args.Open {
		t.OpenArguments = true
	}
	payload, _ := args.Get(shape.payload, shape.payloadName)
	t.TokenAt = payload.At
	t.Chain = append(through(f), Hop{At: site.At, Note: "calls " + path})
	t.when = append(t.when, f.Conditions()...)
	o := interpret.Origin{At: site.At}
	if shape.operation == Sign {
		t.Payload = payload.Value
		l.claims(t, payload.Value, 0)
		t.HeadersValue = args.Value(3, "headers")
		made := &Made{Claims: t.Claims, Open: t.ClaimsOpen, Chain: t.Chain}
		t = l.keep(t)
		l.traced(t)
		return &interpret.Symbol{Origin: o, Data: &Token{t, t.make(made)}}, true
	}
	t.TokenValue = payload.Value
	l.verification(t, args)
	way := purposeOfCall(t, t.Chain)
	t = l.keep(t)
	if !slices.Contains(t.purposes, way) {
		t.purposes = append(t.purposes, way)
	}
	l.traced(t)
	if shape.operation == Peek {
		return &interpret.Symbol{Origin: o, Data: &Payload{t}}, true
	}
	if l.trace() != nil {
		l.refuses(f, t, site)
	}
	if shape.library == "joserfc" { // an object whose .claims is the payload
		return &interpret.Instance{Origin: o, Class: &interpret.External{Path: "joserfc.jwt.Token"}, Attrs: map[string]interpret.Value{"claims": &interpret.Symbol{Origin: o, Data: &Payload{t}}}}, true
	}
	if strings.HasSuffix(path, "decode_complete") { // {"header", "payload", "signature"}
		entry := interpret.Entry{Key: &interpret.Str{Origin: o, Text: "payload"}, Value: &interpret.Symbol{Origin: o, Data: &Payload{t}}, At: site.At}
		return &interpret.Dict{Origin: o, Entries: []interpret.Entry{entry}, Open: true}, true
	}
	return &interpret.Symbol{Origin: o, Data: &Payload{t}}, true
}

// Token is the Data of a symbol: a token that a sign call made.
type Token struct {
	Call *TokenCall
	Made *Made
}

// keep returns the call already known for the same place, key, algorithms and claims, or t.
func (l *linker) keep(t *TokenCall) *TokenCall {
	k := tokenKey{at: t.At, algs: t.AlgorithmsAt}
	if t.Key != nil {
		k.key = rawAt(t.Key.Raw)
	}
	if len(t.Algorithms) > 0 {
		k.algs = rawAt(t.Algorithms[0].Raw)
	}
	if have, ok := l.tokens[k]; ok {
		return have
	}
	l.tokens[k] = t
	l.tokenOrder = append(l.tokenOrder, t)
	return t
}

func rawAt(raw any) source.Location {
	if v, ok := raw.(interpret.Value); ok && v != nil {
		return interpret.OriginOf(v).At
	}
	return source.Location{}
}

// resolved describes an argument.
func (l *linker) resolved(a interpret.Arg) *Resolved {
	r := &Resolved{At: a.At, Text: l.text(a.At), Trail: trail(a.Value), Raw: a.Value}
	if v, ok := l.reduce(a.Value, 0).(*interpret.Bytes); ok {
		r.Known, r.Value = true, secretOf(v.Text)
	} else if t, ok := l.constant(a.Value); ok {
		r.Known, r.Value = true, secretOf(t)
	} else {
		r.Reason = reason(a.Value)
	}
	return r
}

// headerAlg takes the algorithm out of a header dict, where a library has it there.
func headerAlg(v interpret.Value, name string) interpret.Value {
	if d, ok := v.(*interpret.Dict); ok && name == "header" {
		if e, ok := d.Get("alg"); ok {
			return e.Value
		}
	}
	return v
}

func (l *linker) algorithms(t *TokenCall, v interpret.Value, at source.Location) {
	t.AlgorithmsAt = at
	t.AlgorithmsValue = v
	if v == nil {
		return
	}
	switch x := l.listOf(v).(type) {
	case *interpret.None:
		return
	case *interpret.Seq:
		for _, i := range x.Items {
			if _, nested := l.listOf(i).(*interpret.Seq); nested {
				t.AlgorithmsNested = true
				continue
			}
			l.algorithm(t, i, interpret.OriginOf(i).At)
		}
		t.AlgorithmsKnown = t.AlgorithmsKnown && !x.Open
		return
	}
	l.algorithm(t, v, at)
}

// listOf is a list that a setting holds, or the value itself.
func (l *linker) listOf(v interpret.Value) interpret.Value {
	if s, ok := v.(*interpret.Symbol); ok {
		if seq, ok := l.reduce(s, 0).(*interpret.Seq); ok {
			return seq
		}
	}
	return v
}

func (l *linker) algorithm(t *TokenCall, v interpret.Value, at source.Location) {
	if at.IsZero() {
		at = t.AlgorithmsAt
	}
	r := Resolved{At: at, Text: l.text(at), Trail: trail(v), Raw: v}
	text, ok := l.constant(v)
	if !ok {
		t.AlgorithmsKnown = false
		r.Reason = reason(v)
	} else {
		r.Known, r.Value = true, secretOf(text)
	}
	t.Algorithms = append(t.Algorithms, r)
}
