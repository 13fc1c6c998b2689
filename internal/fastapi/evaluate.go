package fastapi

import (
	"sync"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// Eval evaluates an expression of a module as its names stand after the module
// ran: functions, classes, constants and imports resolve, local names of
// functions do not. The result is an interpret.Value, nil for a module that never ran.
func (p *Project) Eval(path source.Path, e python.Expr) interpret.Value {
	if p.linker == nil || e == nil {
		return nil
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	if m := p.linker.machine.Ran(path); m != nil {
		return p.linker.machine.Evaluate(m, e)
	}
	return nil
}

// Callable describes what an interpreter's value would run when it is called.
func (p *Project) Callable(v interpret.Value) *Callable {
	if p.linker == nil || v == nil {
		return &Callable{Kind: UnknownCallable}
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	return p.linker.callable(v)
}

// Modules lists the files of the program that ran, in the order in which they began to.
func (p *Project) Modules() []source.Path {
	if p.linker == nil {
		return nil
	}
	var out []source.Path
	for _, m := range p.linker.machine.Modules() {
		if m != nil {
			out = append(out, m.Path)
		}
	}
	return out
}

// Role says what the file's code is for: the application, its tests, or examples.
func Role(path source.Path) AppRole { return roleOf(path) }

// Imports lists the files of the program that a file imports, directly, as far as
// it ran; nil when it did not.
func (p *Project) Imports(path source.Path) []source.Path {
	if p.linker == nil {
		return nil
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	if m := p.linker.machine.Ran(path); m != nil {
		return m.Imports()
	}
	return nil
}

// Memo returns what make gave for key the first time it was asked: for questions
// about the project that several readers share. It may be used by many goroutines.
func (p *Project) Memo(key any, make func() any) any {
	if p.memos == nil {
		return make()
	}
	once, _ := p.memos.LoadOrStore(key, sync.OnceValue(make))
	return once.(func() any)()
}
