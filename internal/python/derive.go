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
