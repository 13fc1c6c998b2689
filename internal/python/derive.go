package python

import "sync"

// derived keeps what was worked out of one module's syntax, for as long as the
// module lives: every snapshot that holds the same text shares it.
type derived struct{ known sync.Map } // key -> func() any

// Derive returns compute(m), computed once for a module and a key. Compute must
// rest on the module's syntax alone, and its result must not be changed. The key
// is a value of a type of its own, as with contexts.
func Derive[T any](m *Module, key any, compute func(*Module) T) T {
	known, ok := m.derived.known.Load(key)
	if !ok {
		known, _ = m.derived.known.LoadOrStore(key, sync.OnceValue(func() any { return compute(m) }))
	}
	return known.(func() any)().(T)
}

// Index lists nodes of a module by kind, each list in the order of the source.
type Index struct {
	Functions  []*Function
	Statements []Stmt
	Calls      map[string][]*Call // by the last name of what is called, "" where that is no name
	Loops      []any              // *For, and *Comprehension with one clause
}

type indexKey struct{}

// Index returns the module's nodes by kind. It must not be changed.
func (m *Module) Index() *Index { return Derive(m, indexKey{}, index) }

func index(m *Module) *Index {
	x := &Index{Calls: map[string][]*Call{}}
	Inspect(m, func(n any) bool {
		switch n := n.(type) {
		case *Call:
			name := LastName(n.Func)
			x.Calls[name] = append(x.Calls[name], n)
		case *Comprehension:
			if len(n.Clauses) == 1 {
				x.Loops = append(x.Loops, n)
			}
		case Stmt:
			x.Statements = append(x.Statements, n)
			switch st := n.(type) {
			case *Function:
				x.Functions = append(x.Functions, st)
			case *For:
				x.Loops = append(x.Loops, st)
			}
		}
		return true
	})
	return x
}

// LastName is the name at the end of a dotted expression, "" where there is none.
func LastName(e Expr) string {
	switch x := e.(type) {
	case *Name:
		return x.ID
	case *Attribute:
		return x.Attr
	}
	return ""
}
