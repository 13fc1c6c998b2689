package interpret

import (
	"bearings/internal/python"
)

// flow says how a block ends.
type flow uint8

const (
	next    flow = iota
	left         // return or raise
	broke        // break
	skipped      // continue
)

func (f *Frame) block(body []python.Stmt) flow {
	mark := len(f.conds)
	defer func() { f.conds = f.conds[:mark] }()
	for _, st := range body {
		if !f.M.step() {
			return next
		}
		if how := f.stmt(st); how != next {
			return how
		}
	}
	return next
}

func (f *Frame) stmt(st python.Stmt) flow {
	switch s := st.(type) {
	case *python.ExprStmt:
		return f.ends(f.Eval(s.X))
	case *python.Assign:
		return f.assign(s)
	case *python.AugAssign:
		f.augment(s)
	case *python.Return:
		return f.ret(s)
	case *python.Raise:
		return f.raise(s)
	case *python.If:
		return f.branch(s)
	case *python.For:
		return f.loop(s)
	case *python.While:
		return f.while(s)
	case *python.Try:
		return f.try(s)
	case *python.With:
		return f.with(s)
	case *python.Match:
		return f.match(s)
	case *python.Function:
		f.define(s)
	case *python.Class:
		f.class(s)
	case *python.Import:
		f.imports(s)
	case *python.ImportFrom:
		f.importFrom(s)
	case *python.Scope:
		f.declare(s)
	case *python.Delete:
		for _, t := range s.Targets {
			f.remove(t)
		}
	case *python.TypeAlias:
		v := &Op{Origin: Origin{At: f.At(s.Value)}, Name: "type", Args: []Value{f.Eval(s.Value)}}
		f.Scope.set(s.Name.ID, v, f.At(s.Name))
	case *python.Assert:
		f.Eval(s.Test)
	case *python.Jump:
		switch s.Kind {
		case python.Break:
			return broke
		case python.Continue:
			return skipped
		}
	}
	return next
}

func (f *Frame) ends(v Value) flow {
	if _, ok := v.(*Never); ok {
		return left
	}
	return next
}

func (f *Frame) ret(s *python.Return) flow {
	var v Value = &None{Origin{At: f.At(s)}}
	if s.X != nil {
		v = f.Eval(s.X)
	}
	if _, ok := v.(*Never); ok {
		return left
	}
	if f.M.Tracer != nil {
		f.M.Tracer.Return(f, v, s)
	}
	f.returns = append(f.returns, Option{Value: v, When: append([]Condition{}, f.conds...)})
	return left
}

func (f *Frame) raise(s *python.Raise) flow {
	f.M.raises++
	var v Value
	if s.X != nil {
		v = f.Eval(s.X)
		if c, ok := v.(*Class); ok {
			v = f.Call(&CallSite{At: f.At(s), Frame: f}, c, &Args{})
		} else if e, ok := v.(*External); ok {
			v = &Instance{Origin: Origin{At: f.At(s)}, Class: e, Attrs: map[string]Value{}, Args: &Args{}}
		}
	}
	if f.M.Tracer != nil {
		f.M.Tracer.Raise(f, v, s)
	}
	return left
}

func (f *Frame) declare(s *python.Scope) {
	if f.Scope.declared == nil {
		f.Scope.declared = map[string]*Scope{}
	}
	for _, n := range s.Names {
		target := f.Scope.global
		if s.Nonlocal && f.Scope.parent != nil {
			for at := f.Scope.parent; at != nil; at = at.parent {
				if at.vars[n] != nil && !at.class {
					target = at
					break
				}
			}
		}
		f.Scope.declared[n] = target
	}
}
