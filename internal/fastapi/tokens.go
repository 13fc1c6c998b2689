package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

type tokenKey struct {
	at        source.Location
	key, algs source.Location
	claims    int
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
	t.Payload = payload.Value
	if shape.operation == Sign {
		l.claims(t, payload.Value, 0)
		t.HeadersValue = args.Value(3, "headers")
	} else {
		l.verification(t, args)
	}
	t = l.keep(t)
	for _, c := range f.Conditions() {
		t.when = append(t.when, c)
	}
	o := interpret.Origin{At: site.At}
	switch shape.operation {
	case Sign:
		return &interpret.Symbol{Origin: o, Data: &Token{t}}, true
	case Peek:
		return &interpret.Symbol{Origin: o, Data: &Payload{t}}, true
	}
	if l.tracing != nil {
		l.refuses(f, t, site)
	}
	if shape.library == "joserfc" { // an object whose .claims is the payload
		return &interpret.Instance{Origin: o, Class: &interpret.External{Path: "joserfc.jwt.Token"}, Attrs: map[string]interpret.Value{"claims": &interpret.Symbol{Origin: o, Data: &Payload{t}}}}, true
	}
	return &interpret.Symbol{Origin: o, Data: &Payload{t}}, true
}

// Token is the Data of a symbol: a token that a sign call made.
type Token struct{ Call *TokenCall }

// refuses notes that a verification raises for a bad token.
func (l *linker) refuses(f *interpret.Frame, t *TokenCall, site *interpret.CallSite) {
	class := map[string]string{"PyJWT": "jwt.InvalidTokenError", "python-jose": "jose.JWTError", "authlib": "authlib.jose.errors.JoseError", "joserfc": "joserfc.errors.JoseError"}[t.Library]
	o := Outcome{Kind: Library, Exception: class, At: site.At, When: toConditions(l, f.Conditions()), Through: through(f), conds: f.Conditions(), Function: enclosing(f)}
	o.CaughtBy = l.caught(f, &interpret.Instance{Class: &interpret.External{Path: class}})
	o.Caught = !o.CaughtBy.IsZero()
	l.tracing.add(o)
	t.CaughtBy = o.CaughtBy
}

// keep returns the call already known for the same place, key, algorithms and claims, or t.
func (l *linker) keep(t *TokenCall) *TokenCall {
	k := tokenKey{at: t.At, algs: t.AlgorithmsAt, claims: len(t.Claims)}
	if t.Key != nil {
		k.key = rawAt(t.Key.Raw)
	}
	if len(t.Algorithms) > 0 {
		k.algs = rawAt(t.Algorithms[0].Raw)
	}
	if t.Operation != Sign {
		k.claims = 0
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
	switch x := v.(type) {
	case *interpret.None:
		return
	case *interpret.Seq:
		for _, i := range x.Items {
			if inner, ok := i.(*interpret.Seq); ok {
				t.AlgorithmsNested = true
				_ = inner
				continue
			}
			l.algorithm(t, i, interpret.OriginOf(i).At)
		}
		t.AlgorithmsKnown = t.AlgorithmsKnown && !x.Open
		return
	}
	l.algorithm(t, v, at)
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

// claims lists what a sign call writes.
func (l *linker) claims(t *TokenCall, v interpret.Value, depth int) {
	switch x := v.(type) {
	case *interpret.Dict:
		for _, e := range x.Entries {
			name, ok := l.constant(e.Key)
			if !ok {
				t.ClaimsOpen = true
				continue
			}
			at := e.At
			if at.IsZero() {
				at = interpret.OriginOf(e.Value).At
			}
			t.Claims = append(t.Claims, Claim{Name: name, At: at, Kind: l.kindOf(e.Value, 0), Raw: e.Value})
		}
		t.ClaimsOpen = t.ClaimsOpen || x.Open
	case *interpret.Choice:
		if depth < 3 && len(x.Options) > 0 {
			l.claims(t, x.Options[0].Value, depth+1)
			return
		}
		t.ClaimsOpen = true
	case *interpret.Op: // model.model_dump(), asdict(model)
		if inst := dumped(x); inst != nil {
			l.modelClaims(t, inst)
			return
		}
		t.ClaimsOpen = true
	default:
		t.ClaimsOpen = true
	}
}

// dumped returns the object whose fields a call turns into a dict; nil when it is no such call.
func dumped(op *interpret.Op) *interpret.Instance {
	if op.Name != "call" && op.Name != "method" || len(op.Args) == 0 {
		return nil
	}
	callee, ok := op.Args[0].(*interpret.Op)
	if ok && (callee.Name == ".model_dump" || callee.Name == ".dict" || callee.Name == "._asdict") && len(callee.Args) == 1 {
		inst, _ := callee.Args[0].(*interpret.Instance)
		return inst
	}
	if externalPath(op.Args[0]) == "dataclasses.asdict" && len(op.Args) > 1 {
		inst, _ := op.Args[1].(*interpret.Instance)
		return inst
	}
	return nil
}

func (l *linker) modelClaims(t *TokenCall, inst *interpret.Instance) {
	c, ok := inst.Class.(*interpret.Class)
	if !ok {
		t.ClaimsOpen = true
		return
	}
	for _, fd := range interpret.Fields(c) {
		v := inst.Attrs[fd.Name]
		at := source.Location{Path: fd.Class.Module.Path, Span: fd.Assign.Span()}
		t.Claims = append(t.Claims, Claim{Name: fd.Name, At: at, Kind: l.kindOf(v, 0), Raw: v})
	}
}

// kindOf names the Python type of a value, when it is known: "str", "int", "datetime", …
func (l *linker) kindOf(v interpret.Value, depth int) string {
	if v == nil || depth > 6 {
		return ""
	}
	switch x := v.(type) {
	case *interpret.Str:
		return "str"
	case *interpret.Num:
		if x.IsFloat {
			return "float"
		}
		return "int"
	case *interpret.Bool:
		return "bool"
	case *interpret.Seq:
		return "list"
	case *interpret.Dict:
		return "dict"
	case *interpret.None:
		return "None"
	case *interpret.Instance:
		path := externalPath(x.Class)
		if m, ok := x.State.(*interpret.EnumMember); ok && m.IsStr {
			return "str"
		}
		if c, ok := x.Class.(*interpret.Class); ok {
			return c.Def.Name
		}
		return strings.TrimPrefix(path[strings.LastIndexByte(path, '.')+1:], "builtins.")
	case *interpret.Op:
		switch x.Name {
		case "str", "int", "float", "bool":
			return x.Name
		case "fstring":
			return "str"
		case "parameter":
			if len(x.Args) == 1 {
				return l.kindOf(x.Args[0], depth+1)
			}
		case "method":
			switch x.Text {
			case "strip", "lower", "upper", "decode", "replace", "hex":
				return "str"
			}
		case "or":
			return l.kindOf(x.Args[0], depth+1)
		}
	case *interpret.Choice:
		kind := ""
		for i, o := range x.Options {
			k := l.kindOf(o.Value, depth+1)
			if i > 0 && k != kind {
				return ""
			}
			kind = k
		}
		return kind
	}
	return ""
}

// verification reads what a decode call checks.
func (l *linker) verification(t *TokenCall, args *interpret.Args) {
	if a, ok := args.Get(-1, "audience"); ok {
		t.Audience = l.resolved(a)
	}
	if a, ok := args.Get(-1, "issuer"); ok {
		t.Issuer = l.resolved(a)
	}
	if a, ok := args.Get(-1, "leeway"); ok {
		t.Options["leeway"] = a.Value
	}
	if a, ok := args.Get(-1, "options"); ok {
		l.options(t, a)
	}
	if a, ok := args.Get(-1, "verify"); ok {
		t.VerifyKeyword = a.At
	}
}

func (l *linker) options(t *TokenCall, a interpret.Arg) {
	d, ok := a.Value.(*interpret.Dict)
	if !ok {
		_, none := a.Value.(*interpret.None)
		t.OptionsOpen = !none
		return
	}
	t.OptionsAt = a.At
	t.OptionsOpen = d.Open
	for _, e := range d.Entries {
		name, ok := interpret.Text(e.Key)
		if !ok {
			continue
		}
		switch name {
		case "require", "verify_signature", "verify_exp", "verify_aud", "verify_iss", "verify_nbf", "verify_iat", "verify_sub", "verify_jti",
			"require_exp", "require_aud", "require_iss", "require_sub", "require_iat", "require_nbf", "leeway", "strict_aud":
		}
		t.OptionAt = append(t.OptionAt, OptionPlace{Name: name, At: e.At, ValueAt: interpret.OriginOf(e.Value).At})
		if b, ok := l.reduce(e.Value, 0).(*interpret.Bool); ok {
			t.Options[name] = b.Value
			if b.Value && strings.HasPrefix(name, "require_") {
				t.addClaim(Claim{Name: strings.TrimPrefix(name, "require_"), At: e.At, Required: true})
			}
		} else if names := l.texts(e.Value); name == "require" && names != nil {
			t.Options[name] = names
			for _, n := range names {
				t.addClaim(Claim{Name: n, At: interpret.OriginOf(e.Value).At, Required: true})
			}
		}
	}
}

func (t *TokenCall) addClaim(c Claim) {
	for i, have := range t.Claims {
		if have.Name == c.Name && have.At == c.At {
			t.Claims[i].Required = have.Required || c.Required
			return
		}
	}
	t.Claims = append(t.Claims, c)
}

// readClaim notes that the program takes a claim out of the payload.
func (t *TokenCall) readClaim(name string, at source.Location, subscript, hasDefault bool) {
	t.addClaim(Claim{Name: name, At: at, Required: subscript, HasDefault: hasDefault})
}

func (t *TokenCall) setRaw(at source.Location, v interpret.Value) {
	for i := range t.Claims {
		if t.Claims[i].At == at {
			t.Claims[i].Raw = v
		}
	}
}

// requireTested marks the claims whose absence leads to a refusal: an outcome
// stands under a test of the value that was read.
func (l *linker) requireTested() {
	for _, t := range l.tokenOrder {
		if t.Operation != Verify {
			continue
		}
		for i := range t.Claims {
			c := &t.Claims[i]
			v, ok := c.Raw.(interpret.Value)
			if !ok || c.Required || c.HasDefault {
				continue
			}
			c.Required = l.refusedWithout(v)
		}
	}
}

func (l *linker) refusedWithout(v interpret.Value) bool {
	for _, e := range l.flows {
		for _, o := range e.flow.Outcomes {
			if o.Status != 401 && o.Status != 403 && o.Kind != Raises {
				continue
			}
			for _, c := range o.conds {
				if c.Value != nil && absent(c.Value, v, c.Negated) {
					return true
				}
			}
		}
	}
	return false
}

// absent says whether a test holds when v is None.
func absent(test, v interpret.Value, negated bool) bool {
	if same(test, v) {
		return negated
	}
	op, ok := test.(*interpret.Op)
	if !ok {
		return false
	}
	switch op.Name {
	case "not":
		return absent(op.Args[0], v, !negated)
	case "or", "and":
		return absent(op.Args[0], v, negated) || absent(op.Args[1], v, negated)
	case "is", "==":
		_, none := op.Args[1].(*interpret.None)
		return none && same(op.Args[0], v) && !negated
	case "is not", "!=":
		_, none := op.Args[1].(*interpret.None)
		return same(op.Args[0], v) && ((none && negated) || (!none && !negated))
	}
	return false
}

func same(a, b interpret.Value) bool {
	if a == b {
		return true
	}
	if op, ok := a.(*interpret.Op); ok && (op.Name == "int" || op.Name == "str") && len(op.Args) == 1 {
		return same(op.Args[0], b)
	}
	x, y := interpret.OriginOf(a).At, interpret.OriginOf(b).At
	return !x.IsZero() && x == y
}

// initToken keeps what objects of token libraries are made with.
func (l *linker) initToken(f *interpret.Frame, site *interpret.CallSite, path string, self *interpret.Instance, args *interpret.Args) {
	if self.Args == nil {
		self.Args = args
	}
}

var _ = python.None
