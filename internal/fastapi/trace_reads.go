package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// readItem notes a look at a header, a cookie, the session or a claim.
func (t *tracer) readItem(f *interpret.Frame, recv, key interpret.Value, at source.Location, subscript, hasDefault bool) {
	if recv == nil || key == nil {
		return
	}
	name, ok := t.l.constant(key)
	if !ok {
		return
	}
	if c, several := recv.(*interpret.Choice); several { // what one of two verifications gave
		for _, option := range c.Options {
			if payloadOf(option.Value) != nil {
				t.readItem(f, option.Value, key, at, subscript, hasDefault)
			}
		}
		return
	}
	if s, isSymbol := recv.(*interpret.Symbol); isSymbol {
		if p, isPayload := s.Data.(*Payload); isPayload {
			if subscript && t.mayMiss(f, p.Call, name) {
				t.flow.missing = append(t.flow.missing, missingClaim{name, at})
			}
			asked := t.asked(f, name)
			p.Call.readClaim(name, at, subscript && !asked, hasDefault || asked)
			t.flow.claims = append(t.flow.claims, claimUse{p.Call, name})
			return
		}
	}
	op, isOp := recv.(*interpret.Op)
	if !isOp || len(op.Args) == 0 || !isConnection(op.Args[0]) {
		if scope := scopeHeaders(recv); scope {
			t.flow.Reads = append(t.flow.Reads, Read{What: "header", Name: strings.ToLower(name), At: at, Subscript: subscript})
		}
		return
	}
	what := map[string]string{".headers": "header", ".cookies": "cookie", ".session": "session", ".query_params": "query", ".path_params": "path"}[op.Name]
	if what == "" {
		return
	}
	r := Read{What: what, Name: strings.ToLower(name), At: at, Subscript: subscript}
	if subscript {
		r.Caught = !t.l.caught(f, &interpret.Instance{Class: &interpret.External{Path: "builtins.KeyError"}}).IsZero()
	}
	t.flow.Reads = append(t.flow.Reads, r)
}

// asked reports whether what runs now runs only if a key is there:
// if "scope" in payload: … payload["scope"].
func (t *tracer) asked(f *interpret.Frame, name string) bool {
	return slices.ContainsFunc(f.Conditions(), func(c interpret.Condition) bool {
		op, ok := c.Value.(*interpret.Op)
		return ok && !c.Decided && !c.Negated && op.Name == "in" && len(op.Args) == 2 && mentionsPath(op.Args[0], name, 0)
	})
}

// scopeHeaders recognises dict(scope["headers"]) in pure ASGI middleware.
func scopeHeaders(v interpret.Value) bool {
	op, ok := v.(*interpret.Op)
	if !ok {
		return false
	}
	if op.Name == "[]" && len(op.Args) == 2 {
		t, known := interpret.Text(op.Args[1])
		return known && t == "headers"
	}
	for _, a := range op.Args {
		if scopeHeaders(a) {
			return true
		}
	}
	return false
}
