package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

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

// refuses notes that a verification raises for a bad token.
func (l *linker) refuses(f *interpret.Frame, t *TokenCall, site *interpret.CallSite) {
	class := libraryError[t.Library]
	o := Outcome{Kind: Library, Exception: class, At: site.At, When: toConditions(l, f.Conditions()), Through: through(f), conds: f.Conditions(), Function: enclosing(f)}
	o.raised = &interpret.Instance{Class: &interpret.External{Path: class}}
	o.CaughtBy, o.caughtDepth = l.caughtAt(f, o.raised)
	o.Caught = !o.CaughtBy.IsZero()
	l.trace().add(o)
	t.CaughtBy = o.CaughtBy
	l.missed(f, t)
}

// libraryError is the exception that all refusals of a library's verification
// derive from, as of PyJWT 2.15, python-jose 3.5, authlib 1.6 and joserfc 1.x.
var libraryError = map[string]string{"PyJWT": "jwt.InvalidTokenError", "python-jose": "jose.JWTError", "authlib": "authlib.jose.errors.JoseError", "joserfc": "joserfc.errors.JoseError"}

// Missed is an except clause around a verification that does not take its errors.
type Missed struct {
	At        source.Location // the exception's name in the clause
	Exception string          // its canonical name
	Handler   *python.Handler
}

// missed notes the except clauses around a verification that take no error of its library.
func (l *linker) missed(f *interpret.Frame, t *TokenCall) {
	if !t.CaughtBy.IsZero() {
		return
	}
	for at := f; at != nil; at = at.Caller {
		for _, try := range at.Tries() {
			for _, h := range try.Handlers {
				l.missedBy(at, t, h)
			}
		}
	}
}

func (l *linker) missedBy(f *interpret.Frame, t *TokenCall, h *python.Handler) {
	if h.Types == nil {
		return
	}
	names := []python.Expr{h.Types}
	if seq, ok := h.Types.(*python.Sequence); ok {
		names = seq.Elements
	}
	for _, name := range names {
		path := externalPath(f.Eval(name))
		if path == "" {
			continue
		}
		m := Missed{At: f.At(name), Exception: path, Handler: h}
		if !slices.ContainsFunc(t.Missed, func(have Missed) bool { return have.At == m.At }) {
			t.Missed = append(t.Missed, m)
		}
	}
}
