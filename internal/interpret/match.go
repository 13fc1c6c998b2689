package interpret

import (
	"bearings/internal/python"
)

func (f *Frame) match(s *python.Match) flow {
	subject := f.Eval(s.Subject)
	before := f.Scope.snapshot()
	var merged map[string]*Binding
	complete := false
	for _, c := range s.Cases {
		f.Scope.vars = before
		f.Scope.vars = f.Scope.snapshot()
		verdict, known := f.matches(subject, c.Pattern)
		if known && !verdict {
			continue
		}
		if n, ok := c.Pattern.(*python.Name); ok {
			f.Scope.set(n.ID, subject, f.At(n))
			complete = complete || c.Guard == nil
		}
		how := f.under(Condition{At: f.At(c), Test: c.Pattern, Value: subject}, c.Body)
		if how == next {
			if merged == nil {
				merged = f.Scope.vars
			} else {
				f.Scope.merge(merged, f.Scope.vars, nil, nil)
				merged = f.Scope.vars
			}
		}
		if known && verdict && c.Guard == nil {
			complete = true
		}
		if complete {
			break
		}
	}
	if merged == nil {
		f.Scope.vars = before
		if complete {
			return left
		}
		return next
	}
	f.Scope.vars = merged
	return next
}

func (f *Frame) matches(subject Value, pattern python.Expr) (bool, bool) {
	switch p := pattern.(type) {
	case *python.Name:
		return true, true
	case *python.String, *python.Number, *python.Constant, *python.Attribute:
		v := f.Eval(p)
		return Equal(subject, v)
	}
	return false, false
}
