package interpret

import (
	"bearings/internal/python"
	"bearings/internal/source"
)

// Arg is one evaluated argument.
type Arg struct {
	Name  string // keyword, or ""
	Value Value
	At    source.Location
	Expr  python.Expr // nil when it was not written, as a decorated function
}

// Args are the evaluated arguments of a call.
type Args struct {
	Pos  []Arg
	Kw   []Arg
	Open bool // *args or **kwargs whose contents are not known
	// Spread holds the values given as **value whose contents are not known.
	Spread []Value
}

// Get returns the argument at a position or by name.
func (a *Args) Get(position int, name string) (Arg, bool) {
	if a == nil {
		return Arg{}, false
	}
	if name != "" {
		for _, k := range a.Kw {
			if k.Name == name {
				return k, true
			}
		}
	}
	if position >= 0 && position < len(a.Pos) {
		return a.Pos[position], true
	}
	return Arg{}, false
}

// Value returns the argument's value, nil when it is not given.
func (a *Args) Value(position int, name string) Value {
	if arg, ok := a.Get(position, name); ok {
		return arg.Value
	}
	return nil
}

// CallSite is the place of a call.
type CallSite struct {
	At    source.Location
	Call  *python.Call // nil for a decorator without parentheses
	Frame *Frame
}

func (a *Args) withSelf(self Value) *Args {
	return &Args{Pos: append([]Arg{{Value: self}}, a.Pos...), Kw: a.Kw, Open: a.Open, Spread: a.Spread}
}

// Join puts further arguments behind bound ones, as functools.partial does.
func (a *Args) Join(more *Args) *Args {
	out := &Args{Pos: append(append([]Arg{}, a.Pos...), more.Pos...), Open: a.Open || more.Open}
	for _, k := range a.Kw {
		if _, ok := more.Get(-1, k.Name); !ok {
			out.Kw = append(out.Kw, k)
		}
	}
	out.Kw = append(out.Kw, more.Kw...)
	return out
}
