package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// atTop evaluates a dotted name, "settings.SECRET_KEY", as the top level of a
// module of the program sees it when it has run; nil when it names nothing known.
func (l *linker) atTop(path source.Path, text string) interpret.Value {
	saved := l.machine.Tracer
	l.machine.Tracer = nil
	defer func() { l.machine.Tracer = saved }()
	for _, m := range l.machine.Modules() {
		if m == nil || m.Path != path {
			continue
		}
		first, rest, _ := strings.Cut(text, ".")
		b, ok := m.Scope.Get(first)
		if !ok {
			return nil
		}
		v := b.Value
		f := l.machine.FrameOf(m)
		for rest != "" {
			first, rest, _ = strings.Cut(rest, ".")
			v = f.Attr(v, first, source.Location{Path: path})
			if op, unknown := v.(*interpret.Op); unknown && strings.HasPrefix(op.Name, ".") {
				return nil
			}
		}
		return v
	}
	return nil
}

// otherName is the text by which one end names its key, when the other end's
// module knows the same value under it; "" otherwise.
func (p *Project) otherName(from, to *TokenCall) string {
	text, at := from.Key.Text, to.KeyPlace()
	if n := len(from.Key.Handed); n > 0 {
		text = p.linker.text(from.Key.Handed[n-1].At)
	}
	v, _ := from.Key.Raw.(interpret.Value)
	if v == nil {
		return ""
	}
	candidates := []string{text}
	own := p.linker.text(at) // the same object under this end's name
	if i, j := strings.LastIndexByte(own, '.'), strings.LastIndexByte(text, '.'); i > 0 && j > 0 {
		candidates = append(candidates, own[:i]+text[j:])
	}
	for _, c := range candidates {
		if !isDotted(c) {
			continue
		}
		if got := p.linker.atTop(at.Path, c); got != nil && sameSource(got, v, 0) {
			return c
		}
	}
	return ""
}

func isDotted(text string) bool {
	for _, r := range text {
		if r != '.' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return text != ""
}

// KeyPlace is where the key of the call was chosen: the outermost argument
// through which it came, or the key argument itself.
func (t *TokenCall) KeyPlace() source.Location {
	if t.Key == nil {
		return t.At
	}
	if n := len(t.Key.Handed); n > 0 {
		return t.Key.Handed[n-1].At
	}
	return t.Key.At
}

// overridden looks for an override of the dependable that provides the key of
// exactly one end.
func (p *Project) overridden(pair *TokenPair) {
	s, v := pair.Sign.Key, pair.Verify.Key
	if s == nil || v == nil || (s.Injected == nil) == (v.Injected == nil) || !pair.Key.OneSource {
		return
	}
	injected, reaches, other := v, Verify, s
	if v.Injected == nil {
		injected, reaches, other = s, Sign, v
	}
	field := injected.Text[strings.LastIndexByte(injected.Text, '.')+1:]
	for _, o := range p.Overrides {
		if o.Key == nil || o.Key.At != injected.Injected.At || o.Key.At.IsZero() {
			continue
		}
		found := &OverriddenKey{Override: o, Reaches: reaches}
		if raw := p.linker.overriddenField(o, field); raw != nil {
			found.Compared = p.Compare(raw, other.Raw)
		}
		if found.Compared.Agreement != Agrees {
			pair.Override = found
			return
		}
	}
}

// overriddenField is what a field of the object that an override provides holds; nil when it cannot be known.
func (l *linker) overriddenField(o *Override, field string) interpret.Value {
	if o.Value == nil {
		return nil
	}
	v, ok := o.Value.ref.(interpret.Value)
	if !ok {
		return nil
	}
	inst, ok := l.runCallable(v, nil).result.(*interpret.Instance)
	if !ok {
		return nil
	}
	saved := l.machine.Tracer
	l.machine.Tracer = nil
	defer func() { l.machine.Tracer = saved }()
	switch x := v.(type) {
	case *interpret.Func:
		return l.machine.FrameOf(x.Module).Attr(inst, field, inst.At)
	case *interpret.Class:
		return l.machine.FrameOf(x.Module).Attr(inst, field, inst.At)
	}
	return nil
}
