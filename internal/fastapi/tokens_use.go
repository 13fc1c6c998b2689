package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
)

// tokenUse notes what a call does with a signed token or with the payload of a
// verified one: takes .decode() of it, validates its claims, converts a claim,
// makes a model of it, or hands it to code that is not followed.
func (l *linker) tokenUse(f *interpret.Frame, site *interpret.CallSite, callee interpret.Value, args *interpret.Args) {
	name, recv := methodOf(callee)
	if s, ok := recv.(*interpret.Symbol); ok {
		switch data := s.Data.(type) {
		case *Payload:
			if strings.HasPrefix(name, "validate") {
				data.Call.Validated = site.At
			}
		case *Token:
			if name == "decode" {
				data.Call.decoded(TokenUse{At: site.At, When: toConditions(l, f.Conditions())})
			}
		}
	}
	for _, list := range [][]interpret.Arg{args.Pos, args.Kw} {
		for _, a := range list {
			if t := payloadOf(a.Value); t != nil {
				l.payloadGiven(f, site, callee, name, t)
			}
		}
	}
	if path := externalPath(callee); len(args.Pos) == 1 && (path == "builtins.int" || path == "uuid.UUID" || path == "builtins.float") {
		if t, claim := claimRead(args.Pos[0].Value); t != nil {
			t.converted(claim, path[strings.LastIndexByte(path, '.')+1:], site)
		}
	}
}

func (t *TokenCall) decoded(u TokenUse) {
	if !slices.ContainsFunc(t.Uses, func(have TokenUse) bool { return have.At == u.At }) {
		t.Uses = append(t.Uses, u)
	}
}

// payloadOf returns the call whose payload a value is; nil when it is none.
func payloadOf(v interpret.Value) *TokenCall {
	switch x := v.(type) {
	case *interpret.Symbol:
		if p, ok := x.Data.(*Payload); ok {
			return p.Call
		}
	case *interpret.Instance:
		if externalPath(x.Class) == "joserfc.jwt.Token" {
			return payloadOf(x.Attrs["claims"])
		}
	}
	return nil
}

// payloadGiven notes that a call gets a whole payload.
func (l *linker) payloadGiven(f *interpret.Frame, site *interpret.CallSite, callee interpret.Value, name string, t *TokenCall) {
	switch c := callee.(type) {
	case *interpret.Func, *interpret.Partial:
		if fn, ok := callee.(*interpret.Func); ok && !l.reach(fn) {
			t.Escapes = true
		}
		return
	case *interpret.External:
		if strings.HasPrefix(c.Path, "builtins.") || strings.HasPrefix(c.Path, "logging.") || strings.HasPrefix(c.Path, "typing.") {
			return
		}
	case *interpret.Class:
		return
	}
	if strings.HasPrefix(name, "validate") {
		t.Validated = site.At
		return
	}
	if op, ok := callee.(*interpret.Op); ok && len(op.Args) == 1 {
		if class, ok := op.Args[0].(*interpret.Class); ok { // Model.model_validate(payload)
			for _, fd := range interpret.Fields(class) {
				t.readClaim(fd.Name, site.At, fd.Assign.Value == nil, fd.Assign.Value != nil)
			}
			return
		}
	}
	switch name {
	case "debug", "info", "warning", "error", "exception", "log", "print":
		return
	}
	t.Escapes = true
}

// claimRead returns the claim of which payload a value is.
func claimRead(v interpret.Value) (*TokenCall, string) {
	op, ok := v.(*interpret.Op)
	if !ok || len(op.Args) < 2 || op.Name != "[]" && !(op.Name == "method" && op.Text == "get") && op.Name != "call" {
		return nil, ""
	}
	name, ok := interpret.Text(op.Args[1])
	if !ok {
		return nil, ""
	}
	if op.Name == "call" {
		getter, ok := op.Args[0].(*interpret.Op)
		if !ok || getter.Name != ".get" || len(getter.Args) == 0 {
			return nil, ""
		}
		return payloadOf(getter.Args[0]), name
	}
	return payloadOf(op.Args[0]), name
}

// converted notes what a claim that is read is turned into.
func (t *TokenCall) converted(claim, as string, site *interpret.CallSite) {
	for i := range t.Claims {
		if t.Claims[i].Name == claim && t.Claims[i].As == "" {
			t.Claims[i].As, t.Claims[i].AsAt = as, site.At
		}
	}
}
