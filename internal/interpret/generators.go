package interpret

import (
	"bearings/internal/python"
	"bearings/internal/source"
)

// yields are the values that an activation of a generator gave, in order. open
// says that there may be others, or fewer.
type yields struct {
	items []Value
	open  bool
}

// yielded notes what a yield gives.
func (f *Frame) yielded(x *python.Yield, v Value) {
	if f.yields == nil {
		f.yields = &yields{}
	}
	for _, c := range f.conds {
		f.yields.open = f.yields.open || !c.Decided
	}
	if !x.From {
		f.yields.items = append(f.yields.items, v)
		return
	}
	items, known := f.items(v)
	f.yields.items = append(f.yields.items, items...)
	f.yields.open = f.yields.open || !known
}

// generator is the result of calling a generator function: what it yields, as a
// choice, and as a sequence where all of it is known.
func (f *Frame) generator(at source.Location) Value {
	op := &Op{Origin: Origin{At: at}, Name: "generator", Args: []Value{choose(f.returns...)}}
	if y := f.yields; y != nil && !y.open && !f.guessed && f.M.Tracer == nil {
		op.Args = append(op.Args, &Seq{Origin: Origin{At: at}, Items: y.items})
	}
	return op
}
