package python

import "bearings/internal/source"

// Range is a half-open range of byte offsets in the module's text. It is a
// compact source.Span: facts are many.
type Range struct{ Start, End uint32 }

// Span returns the range as a span.
func (r Range) Span() source.Span { return source.Span{Start: int(r.Start), End: int(r.End)} }

// Module is what one file says. It is immutable.
type Module struct {
	Path     source.Path
	Body     []Stmt
	Comments []Comment
	// Future is true with "from __future__ import annotations".
	Future bool

	broken  []Range
	held    []*held // bodies that are read when they are asked for, in the order of the source
	derived derived // what was worked out of the above; see Derive
}

// Comment is one comment, "#" included.
type Comment struct {
	Range
	Text string
}

// Expr is an expression; the set of its types is closed.
type Expr interface {
	Span() source.Span
	expr()
}

// Stmt is a statement; the set of its types is closed.
type Stmt interface {
	Span() source.Span
	stmt()
}

// The expressions.
type (
	// Name is an identifier.
	Name struct {
		Range
		ID string
	}
	// Attribute is value.attr.
	Attribute struct {
		Range
		Value  Expr
		Attr   string
		AttrAt Range
	}
	// Call is func(args). A generator expression as the sole argument is one Arg.
	Call struct {
		Range
		Func   Expr
		Args   []Arg
		ArgsAt Range // the parentheses, included
	}
	// Subscript is value[index]; several indexes are a tuple.
	Subscript struct {
		Range
		Value Expr
		Index Expr
	}
	// Slice is lo:hi:step within a subscript; each may be nil.
	Slice struct {
		Range
		Lo, Hi, Step Expr
	}
	// String is a string or bytes literal, decoded; adjacent literals are one.
	// With Parts it is an f-string (Value is then "").
	String struct {
		Range
		Value string
		Bytes bool
		Parts []StringPart
	}
	// Number is a numeric literal as it stands.
	Number struct {
		Range
		Text string
	}
	// Constant is None, True, False or "...".
	Constant struct {
		Range
		Kind ConstantKind
	}
	// Sequence is a list, tuple or set display.
	Sequence struct {
		Range
		Kind     SequenceKind
		Elements []Expr
	}
	// Dict is a dict display; a nil Key is a "**" entry.
	Dict struct {
		Range
		Entries []DictEntry
	}
	// Unary is op X with op one of "not", "-", "+", "~".
	Unary struct {
		Range
		Op string
		X  Expr
	}
	// Binary is X op Y, "and" and "or" included.
	Binary struct {
		Range
		Op   string
		X, Y Expr
	}
	// Compare is X op Y op Z…; the operators include "in", "not in", "is", "is not".
	Compare struct {
		Range
		X    Expr
		Ops  []string
		Rest []Expr
	}
	// Conditional is Then if Test else Else.
	Conditional struct {
		Range
		Test, Then, Else Expr
	}
	// Lambda is an anonymous function.
	Lambda struct {
		Range
		Params []*Param
		Body   Expr
	}
	// Await is await X.
	Await struct {
		Range
		X Expr
	}
	// Yield is yield X (X may be nil) or yield from X.
	Yield struct {
		Range
		From bool
		X    Expr
	}
	// Starred is *X or **X within a display or a call's argument.
	Starred struct {
		Range
		Double bool
		X      Expr
	}
	// Comprehension is a list, set, dict or generator comprehension. Key is set for dicts only.
	Comprehension struct {
		Range
		Kind       ComprehensionKind
		Key, Value Expr
		Clauses    []Clause
	}
	// Walrus is (name := value).
	Walrus struct {
		Range
		Name  *Name
		Value Expr
	}
	// BadExpr is an expression that could not be read.
	BadExpr struct{ Range }
)

// StringPart is a piece of an f-string: text, or an expression with its format.
type StringPart struct {
	Range
	Text   string // when X is nil
	X      Expr
	Format string // "!r", ":>10" and the like, as written; "" for none
	Nested []Expr // the expressions that stand in Format
}

// Arg is one argument of a call or one base of a class.
type Arg struct {
	Range
	Name   string // keyword, or ""
	NameAt Range
	Star   uint8 // 1: *value, 2: **value
	Value  Expr
}

// DictEntry is key: value, or **value.
type DictEntry struct {
	Range
	Key, Value Expr
}

// Clause is one "for … in … if …" of a comprehension.
type Clause struct {
	Target Expr
	Iter   Expr
	Ifs    []Expr
	Async  bool
}

// ConstantKind tells the constants apart.
type ConstantKind uint8

// The constants.
const (
	None ConstantKind = iota
	True
	False
	Ellipsis
)

// SequenceKind tells the displays apart.
type SequenceKind uint8

// The displays.
const (
	List SequenceKind = iota
	Tuple
	Set
)

// ComprehensionKind tells the comprehensions apart.
type ComprehensionKind uint8

// The comprehensions.
const (
	ListComprehension ComprehensionKind = iota
	SetComprehension
	DictComprehension
	Generator
)

// Param is one parameter of a function or lambda. The bare "*" and "/" are not
// parameters; they show in Kind.
type Param struct {
	Range
	Name       string
	NameAt     Range
	Annotation Expr // nil when absent
	Default    Expr // nil when absent
	Kind       ParamKind
}

// TypeParam is one type parameter of a function, class or type alias (PEP 695).
type TypeParam struct {
	Range
	Name   string
	NameAt Range
	Star   uint8 // 1: *Ts, 2: **P
	Bound  Expr  // nil when absent
}

// ParamKind says how an argument reaches the parameter.
type ParamKind uint8

// The kinds of parameters.
const (
	Positional     ParamKind = iota // by position or keyword
	PositionalOnly                  // before "/"
	KeywordOnly                     // after "*"
	VarPositional                   // *args
	VarKeyword                      // **kwargs
)

// The statements.
type (
	// Assign is targets = value, with one annotated target "x: T = value", or a
	// bare annotation (Value nil).
	Assign struct {
		Range
		Targets    []Expr
		Annotation Expr
		Value      Expr
	}
	// AugAssign is target op= value; Op is without "=".
	AugAssign struct {
		Range
		Target Expr
		Op     string
		Value  Expr
	}
	// TypeAlias is type Name = Value (PEP 695).
	TypeAlias struct {
		Range
		Name       *Name
		TypeParams []TypeParam
		Value      Expr
	}
	// ExprStmt is an expression on its own.
	ExprStmt struct {
		Range
		X Expr
	}
	// Return is return X; X may be nil.
	Return struct {
		Range
		X Expr
	}
	// Raise is raise X from Cause; both may be nil.
	Raise struct {
		Range
		X, Cause Expr
	}
	// Assert is assert Test, Message.
	Assert struct {
		Range
		Test, Message Expr
	}
	// If is one test; elif is an If alone in Else.
	If struct {
		Range
		Test       Expr
		Body, Else []Stmt
	}
	// For is for Target in Iter.
	For struct {
		Range
		Target, Iter Expr
		Body, Else   []Stmt
		Async        bool
	}
	// While is while Test.
	While struct {
		Range
		Test       Expr
		Body, Else []Stmt
	}
	// Try is try with its handlers.
	Try struct {
		Range
		Body     []Stmt
		Handlers []*Handler
		Else     []Stmt
		Finally  []Stmt
	}
	// With is with items.
	With struct {
		Range
		Items []WithItem
		Body  []Stmt
		Async bool
	}
	// Match is match Subject.
	Match struct {
		Range
		Subject Expr
		Cases   []Case
	}
	// Function is def or async def. Its Range begins at "def" (or "async"), after the decorators.
	Function struct {
		Range
		Name       string
		NameAt     Range
		TypeParams []TypeParam
		Params     []*Param
		ParamsAt   Range // the parentheses, included
		Returns    Expr
		Decorators []*Decorator
		Async      bool

		block
	}
	// Class is class Name(bases). Its Range begins at "class".
	Class struct {
		Range
		Name       string
		NameAt     Range
		TypeParams []TypeParam
		Bases      []Arg // keywords (metaclass=…) included
		Body       []Stmt
		Decorators []*Decorator
	}
	// Import is import a.b as c, ….
	Import struct {
		Range
		Names []Alias
	}
	// ImportFrom is from Module import names. Level counts the leading dots.
	ImportFrom struct {
		Range
		Module   string
		ModuleAt Range
		Level    int
		Names    []Alias
		Star     bool
	}
	// Scope is global or nonlocal names.
	Scope struct {
		Range
		Nonlocal bool
		Names    []string
	}
	// Delete is del targets.
	Delete struct {
		Range
		Targets []Expr
	}
	// Jump is pass, break or continue.
	Jump struct {
		Range
		Kind JumpKind
	}
	// BadStmt is a statement that could not be read.
	BadStmt struct{ Range }
)

// JumpKind tells pass, break and continue apart.
type JumpKind uint8

// The jumps.
const (
	Pass JumpKind = iota
	Break
	Continue
)

// Decorator is @X; its Range begins at "@".
type Decorator struct {
	Range
	X Expr
}

// Handler is except Types as Name. Types is nil for a bare except; several types are a tuple.
type Handler struct {
	Range
	Types Expr
	Name  string
	Star  bool // except*
	Body  []Stmt
}

// WithItem is Context as Target; Target may be nil.
type WithItem struct{ Context, Target Expr }

// Case is one case of a match statement. Pattern is kept as an expression where
// it is a plain value, a class call or a capture, and as BadExpr otherwise.
type Case struct {
	Range
	Pattern Expr
	Guard   Expr
	Body    []Stmt
}

// Alias is one imported name.
type Alias struct {
	Range
	Name   string // dotted for Import
	NameAt Range
	As     string // "" when the name itself is bound
}

func (*Name) expr()          {}
func (*Attribute) expr()     {}
func (*Call) expr()          {}
func (*Subscript) expr()     {}
func (*Slice) expr()         {}
func (*String) expr()        {}
func (*Number) expr()        {}
func (*Constant) expr()      {}
func (*Sequence) expr()      {}
func (*Dict) expr()          {}
func (*Unary) expr()         {}
func (*Binary) expr()        {}
func (*Compare) expr()       {}
func (*Conditional) expr()   {}
func (*Lambda) expr()        {}
func (*Await) expr()         {}
func (*Yield) expr()         {}
func (*Starred) expr()       {}
func (*Comprehension) expr() {}
func (*Walrus) expr()        {}
func (*BadExpr) expr()       {}

func (*Assign) stmt()     {}
func (*AugAssign) stmt()  {}
func (*TypeAlias) stmt()  {}
func (*ExprStmt) stmt()   {}
func (*Return) stmt()     {}
func (*Raise) stmt()      {}
func (*Assert) stmt()     {}
func (*If) stmt()         {}
func (*For) stmt()        {}
func (*While) stmt()      {}
func (*Try) stmt()        {}
func (*With) stmt()       {}
func (*Match) stmt()      {}
func (*Function) stmt()   {}
func (*Class) stmt()      {}
func (*Import) stmt()     {}
func (*ImportFrom) stmt() {}
func (*Scope) stmt()      {}
func (*Delete) stmt()     {}
func (*Jump) stmt()       {}
func (*BadStmt) stmt()    {}
