package interpret

import (
	"bearings/internal/python"
)

func (f *Frame) try(s *python.Try) flow {
	before := f.Scope.snapshot()
	mark, raised := f.Module.missing(), f.M.raises
	f.tries = append(f.tries, s)
	conds := len(f.conds)
	how := f.block(s.Body)
	f.tries = f.tries[:len(f.tries)-1]
	doubted := f.doubted(s)
	if doubted != nil {
		f.conds = append(f.conds, Condition{At: f.At(doubted), Except: doubted, Negated: true})
	}
	if how == next {
		how = f.block(s.Else)
	}
	f.conds = f.conds[:conds]
	failed := f.Module.missing() > mark
	importing := f.Func == nil && f.M.Tracer == nil
	if importing && !failed && how == next && f.M.raises == raised {
		if doubted != nil {
			f.withoutLibrary(doubted, before)
		}
		if f.block(s.Finally) == left {
			return left
		}
		return next
	}
	how = f.handlers(s, before, how, failed)
	if f.block(s.Finally) == left {
		return left
	}
	return how
}

// doubted is the clause of a try in whose body something was imported that may be missing; nil when none.
func (f *Frame) doubted(s *python.Try) *python.Handler {
	if h := waitsForImport(s); h != nil && f.doubts[h] {
		return h
	}
	return nil
}

// handlers runs the except clauses as alternatives to the body's end.
func (f *Frame) handlers(s *python.Try, before map[string]*Binding, how flow, failed bool) flow {
	after := f.Scope.vars
	alive := how == next && !failed
	var merged map[string]*Binding
	if alive {
		merged = after
	}
	end := how
	for _, h := range s.Handlers {
		f.Scope.vars = before
		f.Scope.vars = f.Scope.snapshot()
		for name, b := range after { // names bound in the body may be bound when it fails
			if f.Scope.vars[name] == nil {
				f.Scope.vars[name] = b
			}
		}
		if h.Name != "" {
			v := &Instance{Origin: Origin{At: f.At(h)}, Class: f.exceptionClass(h), Attrs: map[string]Value{}, Assumed: true}
			f.Scope.set(h.Name, v, f.At(h))
		}
		if f.M.Tracer != nil {
			f.M.Tracer.Swallow(f, h, s)
		}
		saved := f.handling
		f.handling = h
		end := f.under(Condition{At: f.At(h), Except: h}, h.Body)
		f.handling = saved
		if end == next {
			if merged == nil {
				merged = f.Scope.vars
			} else {
				f.Scope.merge(merged, f.Scope.vars, nil, []Condition{{At: f.At(h), Except: h}})
				merged = f.Scope.vars
			}
			alive = true
		}
	}
	if alive {
		f.Scope.vars = merged
		return next
	}
	f.Scope.vars = after
	if failed && len(s.Handlers) == 0 {
		return next
	}
	return end
}

func (f *Frame) exceptionClass(h *python.Handler) Value {
	if h.Types == nil {
		return &External{Path: "builtins.BaseException"}
	}
	if t, ok := h.Types.(*python.Sequence); ok && len(t.Elements) > 0 {
		return f.Eval(t.Elements[0])
	}
	return f.Eval(h.Types)
}

func (m *Module) missing() int {
	n := 0
	for range m.Scope.vars {
		break
	}
	if b := m.Scope.vars[missingKey]; b != nil {
		n = int(b.Value.(*Num).Value)
	}
	return n
}

// missingKey counts imports of modules that are not there. No Python name looks like it.
const missingKey = " missing"

func (m *Module) addMissing() {
	m.Scope.vars[missingKey] = &Binding{Value: &Num{Value: float64(m.missing() + 1)}}
}
