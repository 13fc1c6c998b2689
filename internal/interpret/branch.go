package interpret

import (
	"bearings/internal/python"
)

func (f *Frame) branch(s *python.If) flow {
	test := f.Eval(s.Test)
	truth, known, decided := f.truth(test)
	if known && !decided {
		if truth {
			return f.block(s.Body)
		}
		return f.block(s.Else)
	}
	if known && (truth && refuses(s.Body) || !truth && refuses(s.Else)) {
		return f.fork(s, test) // it refuses to start here, and goes on where the variable is set
	}
	if known { // decided by the environment: the other branch is an alternative
		c := Condition{At: f.At(s.Test), Test: s.Test, Negated: !truth, Value: test, Decided: true}
		if f.Func != nil && f.M.Tracer != nil {
			return f.fork(s, test)
		}
		f.conds = append(f.conds, c)
		defer func(n int) { f.conds = f.conds[:n] }(len(f.conds) - 1)
		if truth {
			return f.block(s.Body)
		}
		return f.block(s.Else)
	}
	return f.fork(s, test)
}

// refuses says whether a branch raises, whatever else it does.
func refuses(body []python.Stmt) bool {
	for _, stmt := range body {
		if _, ok := stmt.(*python.Raise); ok {
			return true
		}
	}
	return false
}

// fork runs both branches of a test that cannot be decided.
func (f *Frame) fork(s *python.If, test Value) flow {
	yes := Condition{At: f.At(s.Test), Test: s.Test, Value: test}
	not := yes
	not.Negated = true
	before := f.Scope.snapshot()
	f.narrow(s.Test, true)
	a := f.under(yes, s.Body)
	varsA := f.Scope.vars
	f.Scope.vars = before
	f.Scope.vars = f.Scope.snapshot()
	f.narrow(s.Test, false)
	b := f.under(not, s.Else)
	varsB := f.Scope.vars
	f.parted = f.parted || a == left && b == next && !refuses(s.Body) || a == next && b == left && !refuses(s.Else)
	switch {
	case a == next && b == next:
		f.Scope.merge(varsA, varsB, []Condition{yes}, []Condition{not})
		return next
	case a == next:
		f.Scope.vars = varsA
		return next
	case b == next:
		f.Scope.vars = varsB
		return next
	case a == left && b == left:
		return left
	}
	if a != left {
		f.Scope.vars = varsA
		return a
	}
	return b
}

func (f *Frame) under(c Condition, body []python.Stmt) flow {
	f.conds = append(f.conds, c)
	how := f.block(body)
	f.conds = f.conds[:len(f.conds)-1]
	return how
}

// truth returns the truth of a value; decided tells that it holds only in the default environment.
func (f *Frame) truth(v Value) (truth, known, decided bool) {
	if t, ok := Truth(v); ok {
		return t, true, false
	}
	if inst, ok := v.(*Instance); ok {
		if t, ok := f.objectTruth(inst); ok {
			return t, true, false
		}
	}
	if t, ok := f.M.Lib.Decide(v); ok {
		return t, true, true
	}
	return false, false, false
}

// narrow drops the options of a name that a test rules out.
func (f *Frame) narrow(test python.Expr, truth bool) {
	switch t := test.(type) {
	case *python.Unary:
		if t.Op == "not" {
			f.narrow(t.X, !truth)
		}
	case *python.Binary:
		if (t.Op == "and" && truth) || (t.Op == "or" && !truth) {
			f.narrow(t.X, truth)
			f.narrow(t.Y, truth)
		}
	case *python.Name:
		f.keep(t, func(v Value) bool {
			known, ok := Truth(v)
			return !ok || known == truth
		})
	case *python.Compare:
		name, ok := t.X.(*python.Name)
		if !ok || len(t.Ops) != 1 {
			return
		}
		if c, ok := t.Rest[0].(*python.Constant); ok && c.Kind == python.None && (t.Ops[0] == "is" || t.Ops[0] == "is not" || t.Ops[0] == "==" || t.Ops[0] == "!=") {
			want := (t.Ops[0] == "is" || t.Ops[0] == "==") == truth
			f.keep(name, func(v Value) bool {
				_, none := v.(*None)
				return none == want || isUnclear(v)
			})
		}
	}
}

func isUnclear(v Value) bool {
	switch v.(type) {
	case *Unknown, *Op, *Symbol:
		return true
	}
	return false
}

// isAssumed says whether a value stands for any object of its class: a text of a
// request's body, say, of which no more is known than its annotation.
func isAssumed(v Value) bool {
	inst, ok := v.(*Instance)
	return ok && inst.Assumed
}

func (f *Frame) keep(name *python.Name, ok func(Value) bool) {
	b := f.Scope.lookup(name.ID)
	if b == nil {
		return
	}
	c, is := b.Value.(*Choice)
	if !is {
		return
	}
	var left []Option
	for _, o := range c.Options {
		if ok(o.Value) {
			left = append(left, o)
		}
	}
	if len(left) == 0 || len(left) == len(c.Options) {
		return
	}
	f.Scope.vars[name.ID] = &Binding{Value: choose(left...), At: b.At, Previous: b}
}
