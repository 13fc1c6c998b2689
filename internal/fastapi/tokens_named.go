package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// Named evaluates a dotted name, "settings.SECRET_KEY", as the top level of a
// module of the program sees it when it has run; false when it names nothing known.
func (p *Project) Named(path source.Path, text string) (any, bool) {
	if p.linker == nil {
		return nil, false
	}
	l := p.linker
	saved, tracing := l.machine.Tracer, l.tracing
	l.machine.Tracer, l.tracing = nil, nil
	defer func() { l.machine.Tracer, l.tracing = saved, tracing }()
	for _, m := range l.machine.Modules() {
		if m == nil || m.Path != path {
			continue
		}
		first, rest, _ := strings.Cut(text, ".")
		b, ok := m.Scope.Get(first)
		if !ok {
			return nil, false
		}
		v := b.Value
		f := l.machine.FrameOf(m)
		for rest != "" {
			first, rest, _ = strings.Cut(rest, ".")
			v = f.Attr(v, first, source.Location{Path: path})
			if op, unknown := v.(*interpret.Op); unknown && strings.HasPrefix(op.Name, ".") {
				return nil, false
			}
		}
		return v, true
	}
	return nil, false
}

// OverriddenField is what a field of the object that an override provides holds,
// as kept in Resolved.Raw; false when it cannot be known.
func (p *Project) OverriddenField(o *Override, field string) (any, bool) {
	if o.Value == nil || p.linker == nil {
		return nil, false
	}
	v, ok := o.Value.ref.(interpret.Value)
	if !ok {
		return nil, false
	}
	l := p.linker
	result := l.runCallable(v, nil).result
	inst, ok := result.(*interpret.Instance)
	if !ok {
		return nil, false
	}
	saved, tracing := l.machine.Tracer, l.tracing
	l.machine.Tracer, l.tracing = nil, nil
	defer func() { l.machine.Tracer, l.tracing = saved, tracing }()
	m := moduleOfValue(v)
	if m == nil {
		return nil, false
	}
	return l.machine.FrameOf(m).Attr(inst, field, inst.At), true
}

func moduleOfValue(v interpret.Value) *interpret.Module {
	switch x := v.(type) {
	case *interpret.Func:
		return x.Module
	case *interpret.Class:
		return x.Module
	}
	return nil
}
