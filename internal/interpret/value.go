package interpret

import (
	"sync/atomic"

	"bearings/internal/python"
	"bearings/internal/source"
)

// Value is an abstract value. The set of its types is closed; libraries keep
// their own state in Instance.State and Symbol.Data.
type Value interface{ origin() *Origin }

// Origin says where a value was made and which name it was first bound to.
type Origin struct {
	At     source.Location // the expression that made it
	Name   string          // the first name it was bound to
	NameAt source.Location
}

func (o *Origin) origin() *Origin { return o }

// OriginOf returns the origin of a value; it may be changed only by its maker.
func OriginOf(v Value) Origin {
	if v == nil {
		return Origin{}
	}
	return *v.origin()
}

// The values.
type (
	// Str is a known string.
	Str struct {
		Origin
		Text string
	}
	// Bytes is a known bytes object.
	Bytes struct {
		Origin
		Text string
	}
	// Num is a known number.
	Num struct {
		Origin
		Value   float64
		IsFloat bool
	}
	// Bool is True or False.
	Bool struct {
		Origin
		Value bool
	}
	// None is None.
	None struct{ Origin }
	// Seq is a list, tuple or set. Open: further items that are not known.
	// Doubtful: every item was added under a test that could not be decided, so
	// that it may be empty, as a list of errors is.
	Seq struct {
		Origin
		Kind     python.SequenceKind
		Items    []Value
		Open     bool
		Doubtful bool
	}
	// Dict is a dict. Open: further entries that are not known.
	Dict struct {
		Origin
		Entries []Entry
		Open    bool
		Factory Value    // of a defaultdict
		File    string   // the configuration file that it was read from, "" for others
		Section []string // where in that file it stands
	}
	// Func is a function of the program, perhaps bound to a receiver.
	Func struct {
		Origin
		Def      *python.Function
		Lambda   *python.Lambda
		Module   *Module
		Closure  *Scope
		Defaults map[string]Value // of parameters, evaluated when it was defined
		Self     Value            // the receiver of a bound method
		Owner    *Class           // the class in whose body it stands
		Kind     MethodKind
		Wrapped  Value            // what functools.wraps named
		Marks    []Value          // results of decorators that keep the function (fixtures, caches)
		Cached   bool             // functools.lru_cache or cache
		Attrs    map[string]Value // what the program sets on it; bound methods share it
	}
	// Class is a class of the program.
	Class struct {
		Origin
		Def      *python.Class
		Module   *Module
		Bases    []Value // *Class, *External, or others
		Scope    *Scope
		Keywords map[string]Value
		mro      []Value
		marks    []Value
		subs     []*Class                  // that name it as a base
		fields   atomic.Pointer[[]FieldOf] // what Fields answers
	}
	// Instance is an object of a class of the program or of a library.
	Instance struct {
		Origin
		Class   Value // *Class or *External
		Attrs   map[string]Value
		Args    *Args // of the call that made it
		Site    *CallSite
		State   any  // a library's own
		Assumed bool // stands for any object of its class, not one that was created
	}
	// External is a name of a library: a module, class, function or constant.
	External struct {
		Origin
		Path string // canonical, "fastapi.Depends"
	}
	// Partial is functools.partial of a callable.
	Partial struct {
		Origin
		Fn   Value
		Args *Args
	}
	// Builtin is a callable whose meaning is Go code.
	Builtin struct {
		Origin
		Label string
		Recv  Value
		Fn    func(f *Frame, site *CallSite, args *Args) Value
	}
	// Unknown is a value that could not be determined.
	Unknown struct {
		Origin
		Reason string
	}
	// Never is the result of a call that always raises.
	Never struct{ Origin }
	// Symbol is a leaf whose value a library decides later, such as a read of the environment.
	Symbol struct {
		Origin
		Data any
	}
	// Op is an operation on values that are not all known.
	Op struct {
		Origin
		Name string // ".attr", "call", "+", "or", "[]", "fstring", "not", "==", "int", …
		Args []Value
		Kw   []KwValue
		Text string
	}
	// Choice is one of several values.
	Choice struct {
		Origin
		Options []Option
	}
	// super is super() within a method.
	super struct {
		Origin
		self  Value
		after *Class
	}
)

// Entry is one entry of a Dict.
type Entry struct {
	Key, Value Value
	At         source.Location
}

// KwValue is a keyword argument kept in an Op.
type KwValue struct {
	Name  string
	Value Value
}

// Option is one alternative of a Choice.
type Option struct {
	Value Value
	When  []Condition
}

// Condition is a test that could not be decided and holds on a path.
type Condition struct {
	At      source.Location
	Test    python.Expr // nil for except clauses and cases
	Negated bool
	Except  *python.Handler
	Value   Value // the test's value
	Decided bool  // it was decided by what is known of the environment
}

// MethodKind tells methods apart.
type MethodKind uint8

// The kinds of method.
const (
	Plain MethodKind = iota
	Static
	ClassMethod
	Property
)

// IsInstanceOf returns the canonical library class that v is an instance of or
// derives from, if it is among names; "" otherwise.
func IsInstanceOf(v Value, names ...string) string {
	inst, ok := v.(*Instance)
	if !ok {
		return ""
	}
	return DerivesFrom(inst.Class, names...)
}

// DerivesFrom returns the first of names that class is or derives from; "" otherwise.
func DerivesFrom(class Value, names ...string) string {
	for _, c := range MRO(class) {
		ext, ok := c.(*External)
		if !ok {
			continue
		}
		for _, n := range names {
			if ext.Path == n {
				return n
			}
		}
	}
	return ""
}

// MRO returns the classes that a class derives from, itself first. Library
// classes stand as *External; what they derive from is not known here.
func MRO(class Value) []Value {
	c, ok := class.(*Class)
	if !ok {
		if class == nil {
			return nil
		}
		if sub, ok := class.(*Instance); ok && sub.Class != nil { // a generic alias such as Base[int]
			return nil
		}
		return []Value{class}
	}
	if c.mro != nil {
		return c.mro
	}
	c.mro = []Value{c} // a cycle ends here
	out := []Value{c}
	seen := map[Value]bool{c: true}
	for _, b := range c.Bases {
		for _, m := range MRO(b) {
			if !seen[m] {
				seen[m] = true
				out = append(out, m)
			}
		}
	}
	// object-like externals go last so that project mixins come before them.
	c.mro = out
	return out
}

// Lookup finds a name in a class and the program's classes that it derives from.
func (c *Class) Lookup(name string) (Value, *Class) {
	for _, m := range MRO(c) {
		if k, ok := m.(*Class); ok {
			if b := k.Scope.own(name); b != nil {
				return b.Value, k
			}
		}
	}
	return nil, nil
}

// ExternalBase returns the first library class that the class derives from; nil when there is none.
func ExternalBase(class Value) *External {
	for _, m := range MRO(class) {
		if e, ok := m.(*External); ok && e.Path != "builtins.object" && e.Path != "abc.ABC" && e.Path != "typing.Generic" {
			return e
		}
	}
	return nil
}

// Marks returns what class decorators left on the class.
func (c *Class) Marks() []Value { return c.marks }

// Name returns the class's or function's own name.
func (fn *Func) Name() string {
	if fn.Def != nil {
		return fn.Def.Name
	}
	return "<lambda>"
}

// Params returns the parameters, the receiver included.
func (fn *Func) Params() []*python.Param {
	if fn.Def != nil {
		return fn.Def.Params
	}
	return fn.Lambda.Params
}

// At returns the place of the def, the lambda.
func (fn *Func) At() source.Location {
	if fn.Def != nil {
		return source.Location{Path: fn.Module.Path, Span: fn.Def.Span()}
	}
	return source.Location{Path: fn.Module.Path, Span: fn.Lambda.Span()}
}

// Unwrap follows functools.wraps to the innermost callable, as inspect.unwrap does.
func Unwrap(v Value) Value { return unwrap(v, false) }

// Signed follows functools.wraps as inspect.signature does: it stops where the
// program set __signature__.
func Signed(v Value) Value { return unwrap(v, true) }

func unwrap(v Value, signed bool) Value {
	for range 20 {
		var next Value
		switch x := v.(type) {
		case *Func:
			if signed && x.Attrs["__signature__"] != nil {
				return v
			}
			next = x.Wrapped
		case *Instance:
			next = x.Attrs["__wrapped__"]
		}
		if next == nil {
			return v
		}
		v = next
	}
	return v
}
