package interpret

import (
	"slices"
	"strings"

	"bearings/internal/python"
)

// Installs is a Library that knows whether a library is installed beside the
// program; known is false when nothing says so.
type Installs interface {
	Installed(f *Frame, library string) (installed, known bool)
}

// optional notes the import of a library that may be missing, where an except
// clause waits for that: what follows in the try holds only where it is there.
func (f *Frame) optional(dotted string) {
	if f.Func != nil || f.M.Tracer != nil || len(f.tries) == 0 {
		return
	}
	lib, ok := f.M.Lib.(Installs)
	if !ok {
		return
	}
	h := waitsForImport(f.tries[len(f.tries)-1])
	if h == nil || f.doubts[h] {
		return
	}
	library, _, _ := strings.Cut(dotted, ".")
	if _, known := lib.Installed(f, library); known {
		return
	}
	if f.doubts == nil {
		f.doubts = map[*python.Handler]bool{}
	}
	f.doubts[h] = true
	f.conds = append(f.conds, Condition{At: f.At(h), Except: h, Negated: true})
}

// waitsForImport finds the clause of a try that takes an ImportError and goes on;
// nil when there is none.
func waitsForImport(t *python.Try) *python.Handler {
	for _, h := range t.Handlers {
		if !namesImportError(h.Types) {
			continue
		}
		if refuses(h.Body) || leaves(h.Body) {
			return nil
		}
		return h
	}
	return nil
}

func namesImportError(types python.Expr) bool {
	switch x := types.(type) {
	case nil:
		return true
	case *python.Name:
		return x.ID == "ImportError" || x.ID == "ModuleNotFoundError" || x.ID == "Exception" || x.ID == "BaseException"
	case *python.Sequence:
		return slices.ContainsFunc(x.Elements, namesImportError)
	}
	return false
}

// leaves reports whether a block ends the program, as sys.exit does.
func leaves(body []python.Stmt) bool {
	return slices.ContainsFunc(body, func(st python.Stmt) bool {
		e, ok := st.(*python.ExprStmt)
		if !ok {
			return false
		}
		c, ok := e.X.(*python.Call)
		if !ok {
			return false
		}
		switch fn := c.Func.(type) {
		case *python.Name:
			return fn.ID == "exit" || fn.ID == "quit"
		case *python.Attribute:
			return fn.Attr == "exit" || fn.Attr == "_exit"
		}
		return false
	})
}

// withoutLibrary runs the clause of an import that may fail, as an alternative to
// what the try did. What the import bound stays where the clause puts nothing of
// the program's own in its place: a library that is used is taken to be there.
func (f *Frame) withoutLibrary(h *python.Handler, before map[string]*Binding) {
	after := f.Scope.vars
	f.Scope.vars = before
	f.Scope.vars = f.Scope.snapshot()
	c := Condition{At: f.At(h), Except: h}
	not := c
	not.Negated = true
	f.under(c, h.Body)
	other := f.Scope.vars
	for name, b := range other {
		if have := after[name]; have != nil && have != b && !ownValue(b.Value) {
			other[name] = have
		}
	}
	f.Scope.merge(after, other, []Condition{not}, []Condition{c})
}

// ownValue reports whether a value says something where a library is missing.
func ownValue(v Value) bool {
	switch v.(type) {
	case *Bool, *Str, *Num, *Func, *Class, *Instance, *Seq, *Dict:
		return true
	}
	return false
}
