package python

// Inspect calls visit for node and, as long as visit returns true, for all that
// stands within it, in the order of the source. Node is a Stmt, an Expr, a
// *Module or []Stmt, or one of *Decorator, *Handler, *Param, *TypeParam, *Arg,
// *DictEntry, *Clause, *WithItem, *Case, *Alias and *StringPart, which visit gets
// as well. Patterns of match statements are visited as the expressions they look
// like: a class pattern is a Call.
func Inspect(node any, visit func(node any) bool) {
	switch n := node.(type) {
	case nil:
		return
	case []Stmt:
		inspectAll(n, visit)
		return
	case Expr:
		if !isNil(n) && visit(n) {
			inspectExpr(n, visit)
		}
		return
	}
	if !visit(node) {
		return
	}
	switch n := node.(type) {
	case *Module:
		inspectAll(n.Body, visit)
	case Stmt:
		inspectStmt(n, visit)
	default:
		inspectPart(node, visit)
	}
}

// isNil reports whether an optional expression that is kept with its own type
// is absent.
func isNil(x Expr) bool {
	name, ok := x.(*Name)
	return ok && name == nil
}

func inspectAll[T any](list []T, visit func(any) bool) {
	for _, x := range list {
		Inspect(x, visit)
	}
}

func inspectEach[T any](list []T, visit func(any) bool) {
	for i := range list {
		Inspect(&list[i], visit)
	}
}

func inspectPart(node any, visit func(any) bool) {
	switch n := node.(type) {
	case *Decorator:
		Inspect(n.X, visit)
	case *Handler:
		Inspect(n.Types, visit)
		inspectAll(n.Body, visit)
	case *Param:
		Inspect(n.Annotation, visit)
		Inspect(n.Default, visit)
	case *TypeParam:
		Inspect(n.Bound, visit)
	case *Arg:
		Inspect(n.Value, visit)
	case *DictEntry:
		Inspect(n.Key, visit)
		Inspect(n.Value, visit)
	case *Clause:
		Inspect(n.Target, visit)
		Inspect(n.Iter, visit)
		inspectAll(n.Ifs, visit)
	case *WithItem:
		Inspect(n.Context, visit)
		Inspect(n.Target, visit)
	case *Case:
		Inspect(n.Pattern, visit)
		Inspect(n.Guard, visit)
		inspectAll(n.Body, visit)
	case *StringPart:
		Inspect(n.X, visit)
		inspectAll(n.Nested, visit)
	}
}

func inspectStmt(node Stmt, visit func(any) bool) {
	switch n := node.(type) {
	case *Assign:
		inspectAll(n.Targets, visit)
		Inspect(n.Annotation, visit)
		Inspect(n.Value, visit)
	case *AugAssign:
		Inspect(n.Target, visit)
		Inspect(n.Value, visit)
	case *TypeAlias:
		Inspect(n.Name, visit)
		inspectEach(n.TypeParams, visit)
		Inspect(n.Value, visit)
	case *ExprStmt:
		Inspect(n.X, visit)
	case *Return:
		Inspect(n.X, visit)
	case *Raise:
		Inspect(n.X, visit)
		Inspect(n.Cause, visit)
	case *Assert:
		Inspect(n.Test, visit)
		Inspect(n.Message, visit)
	case *Import:
		inspectEach(n.Names, visit)
	case *ImportFrom:
		inspectEach(n.Names, visit)
	case *Delete:
		inspectAll(n.Targets, visit)
	default:
		inspectCompound(node, visit)
	}
}

func inspectCompound(node Stmt, visit func(any) bool) {
	switch n := node.(type) {
	case *If:
		Inspect(n.Test, visit)
		inspectAll(n.Body, visit)
		inspectAll(n.Else, visit)
	case *For:
		Inspect(n.Target, visit)
		Inspect(n.Iter, visit)
		inspectAll(n.Body, visit)
		inspectAll(n.Else, visit)
	case *While:
		Inspect(n.Test, visit)
		inspectAll(n.Body, visit)
		inspectAll(n.Else, visit)
	case *Try:
		inspectAll(n.Body, visit)
		inspectAll(n.Handlers, visit)
		inspectAll(n.Else, visit)
		inspectAll(n.Finally, visit)
	case *With:
		inspectEach(n.Items, visit)
		inspectAll(n.Body, visit)
	case *Match:
		Inspect(n.Subject, visit)
		inspectEach(n.Cases, visit)
	case *Function:
		inspectHead(n, visit)
		inspectAll(n.Body(), visit)
	case *Class:
		inspectAll(n.Decorators, visit)
		inspectEach(n.TypeParams, visit)
		inspectEach(n.Bases, visit)
		inspectAll(n.Body, visit)
	}
}

// inspectHead is what of a function stands before its body.
func inspectHead(n *Function, visit func(any) bool) {
	inspectAll(n.Decorators, visit)
	inspectEach(n.TypeParams, visit)
	inspectAll(n.Params, visit)
	Inspect(n.Returns, visit)
}

func inspectExpr(node Expr, visit func(any) bool) {
	switch n := node.(type) {
	case *Attribute:
		Inspect(n.Value, visit)
	case *Call:
		Inspect(n.Func, visit)
		inspectEach(n.Args, visit)
	case *Subscript:
		Inspect(n.Value, visit)
		Inspect(n.Index, visit)
	case *Slice:
		Inspect(n.Lo, visit)
		Inspect(n.Hi, visit)
		Inspect(n.Step, visit)
	case *String:
		inspectEach(n.Parts, visit)
	case *Sequence:
		inspectAll(n.Elements, visit)
	case *Dict:
		inspectEach(n.Entries, visit)
	case *Comprehension:
		Inspect(n.Key, visit)
		Inspect(n.Value, visit)
		inspectEach(n.Clauses, visit)
	case *Lambda:
		inspectAll(n.Params, visit)
		Inspect(n.Body, visit)
	default:
		inspectOperator(node, visit)
	}
}

func inspectOperator(node Expr, visit func(any) bool) {
	switch n := node.(type) {
	case *Unary:
		Inspect(n.X, visit)
	case *Binary:
		Inspect(n.X, visit)
		Inspect(n.Y, visit)
	case *Compare:
		Inspect(n.X, visit)
		inspectAll(n.Rest, visit)
	case *Conditional:
		Inspect(n.Then, visit)
		Inspect(n.Test, visit)
		Inspect(n.Else, visit)
	case *Await:
		Inspect(n.X, visit)
	case *Yield:
		Inspect(n.X, visit)
	case *Starred:
		Inspect(n.X, visit)
	case *Walrus:
		Inspect(n.Name, visit)
		Inspect(n.Value, visit)
	}
}

// Text returns the source of x, or "" when x does not lie in text.
func Text(x Expr, text []byte) string {
	if x == nil {
		return ""
	}
	s := x.Span()
	if s.Start < 0 || s.End < s.Start || s.End > len(text) {
		return ""
	}
	return string(text[s.Start:s.End])
}
