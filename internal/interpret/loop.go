package interpret

import (
	"bearings/internal/python"
)

func (f *Frame) loop(s *python.For) flow {
	iter := f.Eval(s.Iter)
	items, known := f.items(iter)
	if !known {
		f.guessed = true
		f.bind(s.Target, f.element(iter, s.Iter))
		before := f.Scope.snapshot()
		how := f.perhaps(s, iter)
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

// perhaps runs the body of a loop over items that are not known: it may run
// several times or not at all.
func (f *Frame) perhaps(s *python.For, iter Value) flow {
	if f.M.Tracer != nil {
		return f.block(s.Body)
	}
	return f.under(Condition{At: f.At(s.Iter), Test: s.Iter, Value: iter}, s.Body)
}

func (f *Frame) element(iter Value, at python.Expr) Value {
	if seq, ok := iter.(*Seq); ok && len(seq.Items) > 0 {
		return seq.Items[0]
	}
	return &Op{Origin: Origin{At: f.At(at)}, Name: "element", Args: []Value{iter}}
}

func (f *Frame) while(s *python.While) flow {
	var truth, known bool
	for rounds := 0; ; rounds++ {
		var decided bool
		truth, known, decided = f.truth(f.Eval(s.Test))
		if known && !truth {
			return f.block(s.Else)
		}
		if !known || decided || f.M.Tracer != nil || rounds > maxLoop/10 || f.M.Exhausted() {
			break
		}
		if _, constant := s.Test.(*python.Constant); constant {
			break // it ends by break
		}
		switch f.block(s.Body) {
		case left:
			return left
		case broke:
			return next
		}
	}
	f.guessed = true
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
