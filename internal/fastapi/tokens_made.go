package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// Made is one way in which a sign call is reached, with the claims that it then writes.
type Made struct {
	Claims     []Claim
	Open       bool         // further claims that the files do not show
	Chain      []Hop        // the calls that lead to it, outermost first
	Deliveries []Delivery   // where the token goes out
	Operations []*Operation // whose answer or way holds it
}

// Claim returns what is written under a name; nil when nothing is.
func (m *Made) Claim(name string) *Claim {
	for i := range m.Claims {
		if m.Claims[i].Name == name {
			return &m.Claims[i]
		}
	}
	return nil
}

// Delivery is one place at which a token is put into an answer.
type Delivery struct {
	Operation *Operation
	Field     string          // "access_token", a cookie's name, …
	At        source.Location // the expression that is delivered
	Value     any             // the interpreter's value
	Prefix    string          // text that is put before it
}

// TokenUse is a call of .decode() on a signed token.
type TokenUse struct {
	At   source.Location
	When []Condition
}

const maxMade = 24

// make keeps a way of signing, or finds the one that is the same.
func (t *TokenCall) make(m *Made) *Made {
	for _, have := range t.Made {
		if sameClaims(have, m) {
			return have
		}
	}
	if len(t.Made) < maxMade {
		t.Made = append(t.Made, m)
	}
	return m
}

func sameClaims(a, b *Made) bool {
	return a.Open == b.Open && slices.EqualFunc(a.Claims, b.Claims, func(x, y Claim) bool {
		return x.Name == y.Name && x.At == y.At && x.Kind == y.Kind && rawAt(x.Raw) == rawAt(y.Raw)
	})
}

// traced notes that the callable that is being run makes a token call.
func (l *linker) traced(t *TokenCall) {
	if l.trace() != nil && !slices.Contains(l.trace().flow.tokens, t) {
		l.trace().flow.tokens = append(l.trace().flow.tokens, t)
	}
}

// reachTokens notes for every token call the operations whose way reaches it.
func (l *linker) reachTokens(p *Project) {
	for _, a := range p.Apps {
		for _, o := range a.Operations {
			if o.Kind == MountKind {
				continue
			}
			for _, m := range a.Layers() {
				if o.Kind == HTTP || m.Kind == PureASGI {
					o.reaches(m.Flow)
				}
			}
			var walk func(list []*Dependency, depth int)
			walk = func(list []*Dependency, depth int) {
				for _, d := range list {
					if d.Callable != nil {
						o.reaches(d.Callable.Flow)
					}
					if depth < 30 {
						walk(d.Dependencies, depth+1)
					}
				}
			}
			walk(o.Dependencies, 0)
			if o.Handler != nil {
				o.reaches(o.Handler.Flow)
				l.deliveries(o)
			}
		}
	}
}

// claimUse is a claim that a callable reads out of a payload.
type claimUse struct {
	call  *TokenCall
	claim string
}

// ReadsClaim says whether something on the way of the operation, or its handler,
// reads a claim out of what a verification gave.
func (o *Operation) ReadsClaim(t *TokenCall, claim string) bool {
	use := claimUse{t, claim}
	in := func(f *Flow) bool { return slices.Contains(f.claims, use) }
	return o.Handler != nil && o.Handler.Flow != nil && in(o.Handler.Flow) || o.before(in)
}

// Before says whether a token call runs before the handler: in a dependency or in
// a middleware of the operation.
func (o *Operation) Before(t *TokenCall) bool {
	return o.before(func(f *Flow) bool { return slices.Contains(f.tokens, t) })
}

// before reports whether something holds of what runs before the handler: of a
// dependency or a middleware, those of the applications above included.
func (o *Operation) before(holds func(*Flow) bool) bool {
	in := func(f *Flow) bool { return f != nil && holds(f) }
	var walk func(list []*Dependency, depth int) bool
	walk = func(list []*Dependency, depth int) bool {
		return slices.ContainsFunc(list, func(d *Dependency) bool {
			return d.Callable != nil && in(d.Callable.Flow) || depth < 30 && walk(d.Dependencies, depth+1)
		})
	}
	return walk(o.Dependencies, 0) || slices.ContainsFunc(o.App.Layers(), func(m *Middleware) bool { return in(m.Flow) })
}

func (o *Operation) reaches(f *Flow) {
	if f == nil {
		return
	}
	for _, t := range f.tokens {
		if !slices.Contains(t.Operations, o) {
			t.Operations = append(t.Operations, o)
		}
	}
}

// deliveries finds the tokens in what a handler answers.
func (l *linker) deliveries(o *Operation) {
	v, ok := o.Handler.ref.(interpret.Value)
	if !ok {
		return
	}
	e := l.flows[keyOf(v)]
	if e == nil || e.result == nil {
		return
	}
	seen := map[interpret.Value]bool{}
	var walk func(v interpret.Value, field string, depth int)
	walk = func(v interpret.Value, field string, depth int) {
		if v == nil || depth > 8 || seen[v] {
			return
		}
		seen[v] = true
		if t, prefix := tokenIn(v); t != nil {
			d := Delivery{Operation: o, Field: field, At: interpret.OriginOf(v).At, Value: v, Prefix: prefix}
			t.Made.Deliveries = append(t.Made.Deliveries, d)
			delete(seen, v)
			return
		}
		switch x := v.(type) {
		case *interpret.Dict:
			for _, e := range x.Entries {
				name, _ := l.constant(e.Key)
				walk(e.Value, name, depth+1)
			}
		case *interpret.Instance:
			for _, name := range sortedAttrs(x.Attrs) {
				walk(x.Attrs[name], name, depth+1)
			}
			if x.Args != nil && x.Class != nil && isResponse(externalPath(x.Class)) {
				walk(x.Args.Value(0, "content"), field, depth+1)
			}
		case *interpret.Seq:
			for _, i := range x.Items {
				walk(i, field, depth+1)
			}
		case *interpret.Choice:
			for _, option := range x.Options {
				walk(option.Value, field, depth+1)
			}
		}
	}
	walk(e.result, "", 0)
}

func sortedAttrs(attrs map[string]interpret.Value) []string {
	var names []string
	for n := range attrs {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// tokenIn returns the token that a value is, and the text before it.
func tokenIn(v interpret.Value) (t *Token, prefix string) {
	switch x := v.(type) {
	case *interpret.Symbol:
		t, _ = x.Data.(*Token)
	case *interpret.Op:
		switch {
		case x.Name == "fstring" || x.Name == "+":
			var text strings.Builder
			for _, a := range x.Args {
				if inner, before := tokenIn(a); inner != nil {
					return inner, text.String() + before
				}
				s, _ := interpret.Text(a)
				text.WriteString(s)
			}
		case (x.Name == "str" || x.Name == "method" && x.Text == "decode" || x.Name == "coroutine") && len(x.Args) > 0:
			return tokenIn(x.Args[0])
		}
	}
	return t, ""
}
