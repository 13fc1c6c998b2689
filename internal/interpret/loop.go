package interpret

import (
	"bearings/internal/python"
)

func (f *Frame) loop(s *python.For) flow {
	iter := f.Eval(s.Iter)
	items, known := f.items(iter)
	if !known {
		f.bind(s.Target, f.element(iter, s.Iter))
		before := f.Scope.snapshot()
		how := f.block(s.Body)
		if how == left {
			f.Scope.vars = before
		}
		f.block(s.Else)
		return next
	}
	for i, item := range items {
		if i > maxLoop || f.M.Exhausted() {
			break
		}
		f.bind(s.Target, item)
		switch f.block(s.Body) {
		case left:
			return left
		case broke:
			return next
		}
	}
	return f.block(s.Else)
}

func (f *Frame) element(iter Value, at python.Expr) Value {
	if seq, ok := iter.(*Seq); ok && len(seq.Items) > 0 {
		return seq.Items[0]
	}
	return &Op{Origin: Origin{At: f.At(at)}, Name: "element", Args: []Value{iter}}
}

func (f *Frame) while(s *python.While) flow {
	test := f.Eval(s.Test)
	truth, known, _ := f.truth(test)
	if known && !truth {
		return f.block(s.Else)
	}
	before := f.Scope.snapshot()
	how := f.block(s.Body)
	if how == left && !known {
		f.Scope.vars = before
		return next
	}
	if how == left {
		return left
	}
	return next
}
