package interpret

import (
	"maps"

	"bearings/internal/source"
)

// Binding is what a name stands for.
type Binding struct {
	Value    Value
	At       source.Location
	Previous *Binding // what the name stood for before, in the same scope
}

// Scope holds the names of a module, class or function.
type Scope struct {
	vars     map[string]*Binding
	parent   *Scope // the enclosing function's or the module's scope
	class    bool   // names of a class body are not seen by functions in it
	global   *Scope
	declared map[string]*Scope // global and nonlocal names
}

func newScope(parent *Scope) *Scope {
	s := &Scope{vars: map[string]*Binding{}, parent: parent}
	if parent != nil {
		s.global = parent.global
	} else {
		s.global = s
	}
	return s
}

func (s *Scope) own(name string) *Binding { return s.vars[name] }

// lookup finds a name as Python does: here, then in enclosing functions, then in the module.
func (s *Scope) lookup(name string) *Binding {
	if t, ok := s.declared[name]; ok {
		return t.vars[name]
	}
	for at, first := s, true; at != nil; at, first = at.parent, false {
		if at.class && !first {
			continue
		}
		if b := at.vars[name]; b != nil {
			return b
		}
	}
	return nil
}

func (s *Scope) set(name string, v Value, at source.Location) {
	target := s
	if t, ok := s.declared[name]; ok {
		target = t
	}
	if o := v.origin(); o.Name == "" {
		o.Name, o.NameAt = name, at
	}
	target.vars[name] = &Binding{Value: v, At: at, Previous: target.vars[name]}
}

func (s *Scope) snapshot() map[string]*Binding { return maps.Clone(s.vars) }

// Get returns what a name stands for in this scope alone.
func (s *Scope) Get(name string) (Binding, bool) {
	if b := s.vars[name]; b != nil {
		return *b, true
	}
	return Binding{}, false
}

// Names calls yield for every name of the scope, in no particular order.
func (s *Scope) Names(yield func(name string, b *Binding) bool) {
	for n, b := range s.vars {
		if !yield(n, b) {
			return
		}
	}
}

// merge joins two outcomes of a branch into the scope.
func (s *Scope) merge(a, b map[string]*Binding, when, not []Condition) {
	out := make(map[string]*Binding, len(a))
	for name, x := range a {
		y := b[name]
		switch {
		case y == nil:
			out[name] = x
		case x == y || x.Value == y.Value:
			out[name] = x
		default:
			out[name] = &Binding{Value: choose(Option{x.Value, when}, Option{y.Value, not}), At: x.At, Previous: x}
		}
	}
	for name, y := range b {
		if a[name] == nil {
			out[name] = y
		}
	}
	s.vars = out
}

const maxOptions = 12

// choose makes a Choice of options, flattened, equal constants joined.
func choose(options ...Option) Value {
	if len(options) == 1 && plain(options[0].Value) {
		return options[0].Value
	}
	flat := make([]Option, 0, len(options))
	add := func(o Option) {
		for _, have := range flat {
			if have.Value == o.Value || sameConstant(have.Value, o.Value) {
				return
			}
		}
		flat = append(flat, o)
	}
	for _, o := range options {
		if c, ok := o.Value.(*Choice); ok {
			for _, inner := range c.Options {
				add(Option{inner.Value, append(append([]Condition{}, o.When...), inner.When...)})
			}
			continue
		}
		if _, ok := o.Value.(*Never); ok || o.Value == nil {
			continue
		}
		add(o)
	}
	switch {
	case len(flat) == 0:
		return &Never{}
	case len(flat) == 1:
		return flat[0].Value
	case len(flat) > maxOptions:
		return &Unknown{Origin: *flat[0].Value.origin(), Reason: "it has many possible values"}
	}
	return &Choice{Origin: Origin{At: flat[0].Value.origin().At}, Options: flat}
}

// plain reports whether a value is one, and not a Choice of several or none.
func plain(v Value) bool {
	switch v.(type) {
	case nil, *Choice, *Never:
		return false
	}
	return true
}

func sameConstant(a, b Value) bool {
	switch x := a.(type) {
	case *Str:
		y, ok := b.(*Str)
		return ok && x.Text == y.Text && x.At == y.At
	case *None:
		_, ok := b.(*None)
		return ok
	case *Bool:
		y, ok := b.(*Bool)
		return ok && x.Value == y.Value
	case *Unknown:
		y, ok := b.(*Unknown)
		return ok && x.Reason == y.Reason && x.At == y.At
	}
	return false
}

// Options returns the alternatives of a value: its options, or itself.
func Options(v Value) []Option {
	if c, ok := v.(*Choice); ok {
		return c.Options
	}
	return []Option{{Value: v}}
}
