package python

import "bearings/internal/python/flat"

// expr returns the expression at i. It is never nil.
func (l *lowerer) expr(i int) Expr {
	if l.nodes[i].Missing || !l.enter() {
		if !l.nodes[i].Missing {
			l.leave()
		}
		return &BadExpr{l.at(i)}
	}
	x := l.expression(i)
	l.leave()
	if x == nil {
		return &BadExpr{l.at(i)}
	}
	return x
}

// expression is expr without its guards; nil means BadExpr.
func (l *lowerer) expression(i int) Expr {
	switch l.kind(i) {
	case flat.Identifier:
		return &Name{l.at(i), l.identifier(i)}
	case flat.Attribute, flat.MemberType:
		return l.attribute(i)
	case flat.Call:
		return l.call(i)
	case flat.String:
		return l.str(i)
	case flat.ConcatenatedString:
		return l.concatenated(i)
	case flat.Integer, flat.Float:
		if line, ok := l.stoodIn(i); ok {
			return &BadExpr{line}
		}
		return &Number{l.at(i), l.identifier(i)}
	case flat.True:
		return &Constant{l.at(i), True}
	case flat.False:
		return &Constant{l.at(i), False}
	case flat.None:
		return &Constant{l.at(i), None}
	case flat.Ellipsis:
		return &Constant{l.at(i), Ellipsis}
	case flat.Type, flat.ParenthesizedExpression, flat.ParenthesizedListSplat, flat.AsPatternTarget,
		flat.CasePattern, flat.AsPattern, flat.Chevron:
		return l.operand(l.first(i), i)
	case flat.ExpressionStatement:
		return l.operand(l.first(i), i)
	case flat.List, flat.ListPattern:
		return &Sequence{l.at(i), List, l.elements(i)}
	case flat.Tuple, flat.TuplePattern, flat.ExpressionList, flat.PatternList:
		return &Sequence{l.at(i), Tuple, l.elements(i)}
	case flat.Set:
		return &Sequence{l.at(i), Set, l.elements(i)}
	case flat.Dictionary:
		return l.dict(i)
	case flat.Subscript:
		return l.subscript(i)
	case flat.Slice, flat.ConstrainedType:
		return l.sliced(i)
	case flat.GenericType:
		return l.generic(i)
	case flat.ListSplat, flat.ListSplatPattern:
		return &Starred{l.at(i), false, l.operand(l.first(i), i)}
	case flat.DictionarySplat, flat.DictionarySplatPattern:
		return &Starred{l.at(i), true, l.operand(l.first(i), i)}
	case flat.SplatType:
		return &Starred{l.at(i), stars(l.slice(i)) == 2, l.operand(l.first(i), i)}
	}
	return l.compute(i)
}

// compute returns the expressions that compute: operators, lambdas, comprehensions.
func (l *lowerer) compute(i int) Expr {
	switch l.kind(i) {
	case flat.NotOperator, flat.UnaryOperator:
		return &Unary{l.at(i), l.operator(i), l.operand(l.first(i), i)}
	case flat.BinaryOperator, flat.BooleanOperator, flat.UnionType:
		return l.binary(i)
	case flat.ComparisonOperator:
		return l.compare(i)
	case flat.ConditionalExpression:
		return l.conditional(i)
	case flat.Lambda:
		return l.lambda(i)
	case flat.Await:
		return &Await{l.at(i), l.operand(l.first(i), i)}
	case flat.Yield:
		l.yields = true
		return &Yield{l.at(i), l.has(i, flat.From), l.optional(l.first(i))}
	case flat.NamedExpression:
		return l.walrus(i)
	case flat.ListComprehension:
		return l.comprehension(i, ListComprehension)
	case flat.SetComprehension:
		return l.comprehension(i, SetComprehension)
	case flat.DictionaryComprehension:
		return l.comprehension(i, DictComprehension)
	case flat.GeneratorExpression:
		return l.comprehension(i, Generator)
	}
	return nil
}

// elements lowers the branches below i.
func (l *lowerer) elements(i int) []Expr {
	count := 0
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		count++
	}
	if count == 0 {
		return nil
	}
	out := make([]Expr, 0, count)
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		out = append(out, l.expr(c))
	}
	return out
}

func (l *lowerer) attribute(i int) Expr {
	object := l.first(i)
	if object < 0 {
		return nil
	}
	x := &Attribute{Range: l.at(i), Value: l.expr(object)}
	if attr := l.next(object, i); attr >= 0 {
		x.Attr, x.AttrAt = l.identifier(attr), l.at(attr)
	}
	return x
}

func (l *lowerer) call(i int) Expr {
	function := l.first(i)
	if function < 0 {
		return nil
	}
	x := &Call{Range: l.at(i), Func: l.expr(function)}
	args := l.next(function, i)
	switch {
	case args < 0:
		x.ArgsAt = Range{x.End, x.End}
	case l.kind(args) == flat.GeneratorExpression:
		x.ArgsAt = l.at(args)
		generator := l.expr(args)
		at := x.ArgsAt
		if g, ok := generator.(*Comprehension); ok {
			g.Range = l.inside(args)
			at = g.Range
		}
		x.Args = []Arg{{Range: at, Value: generator}}
	default:
		x.ArgsAt, x.Args = l.at(args), l.args(args)
	}
	return x
}

// inside returns the range from the first to the last branch below i.
func (l *lowerer) inside(i int) Range {
	at := l.at(i)
	for c, first := l.first(i), true; c >= 0; c = l.next(c, i) {
		if first {
			at.Start, first = l.nodes[c].Start, false
		}
		at.End = l.nodes[c].End
	}
	return at
}

// args reads an argument list.
func (l *lowerer) args(i int) []Arg {
	count := 0
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		count++
	}
	if count == 0 {
		return nil
	}
	out := make([]Arg, 0, count)
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		out = append(out, l.arg(c))
	}
	return out
}

func (l *lowerer) arg(c int) Arg {
	a := Arg{Range: l.at(c)}
	switch l.kind(c) {
	case flat.KeywordArgument:
		name := l.first(c)
		if name < 0 {
			break
		}
		a.Name, a.NameAt = l.identifier(name), l.at(name)
		a.Value = l.operand(l.next(name, c), c)
		return a
	case flat.ListSplat, flat.DictionarySplat:
		a.Star = stars(l.slice(c))
		a.Value = l.operand(l.first(c), c)
		return a
	}
	a.Value = l.expr(c)
	if starred, ok := a.Value.(*Starred); ok {
		a.Star, a.Value = 1, starred.X
	}
	return a
}

func (l *lowerer) dict(i int) Expr {
	x := &Dict{Range: l.at(i)}
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		e := DictEntry{Range: l.at(c)}
		key := l.first(c)
		switch {
		case key < 0:
			e.Value = l.operand(-1, c)
		case l.kind(c) == flat.Pair:
			e.Key, e.Value = l.expr(key), l.operand(l.next(key, c), c)
		default:
			e.Value = l.expr(key)
		}
		x.Entries = append(x.Entries, e)
	}
	return x
}

func (l *lowerer) subscript(i int) Expr {
	value := l.first(i)
	if value < 0 {
		return nil
	}
	x := &Subscript{Range: l.at(i), Value: l.expr(value)}
	index := l.next(value, i)
	x.Index = l.indexes(index, i)
	return x
}

// indexes lowers the branches of i from c on: several, or one with a comma, are a tuple.
func (l *lowerer) indexes(c, i int) Expr {
	if c < 0 {
		return l.operand(-1, i)
	}
	if l.next(c, i) < 0 && !l.has(i, flat.Comma) {
		return l.expr(c)
	}
	tuple := &Sequence{Range: Range{l.nodes[c].Start, l.nodes[c].End}, Kind: Tuple}
	for ; c >= 0; c = l.next(c, i) {
		tuple.Elements = append(tuple.Elements, l.expr(c))
		tuple.End = l.nodes[c].End
	}
	return tuple
}

// sliced reads lo:hi:step; which part an expression is shows in the colons before it.
func (l *lowerer) sliced(i int) Expr {
	x := &Slice{Range: l.at(i)}
	colons := 0
	for c, end := i+1, l.end(i); c < end; c = l.end(c) {
		switch {
		case l.kind(c) == flat.Colon:
			colons++
		case l.kind(c) < flat.Identifier:
		case colons == 0:
			x.Lo = l.expr(c)
		case colons == 1:
			x.Hi = l.expr(c)
		default:
			x.Step = l.expr(c)
		}
	}
	return x
}

// generic reads name[types] within an annotation.
func (l *lowerer) generic(i int) Expr {
	name := l.first(i)
	if name < 0 {
		return nil
	}
	x := &Subscript{Range: l.at(i), Value: l.expr(name)}
	if p := l.child(i, flat.TypeParameter); p >= 0 {
		x.Index = l.indexes(l.first(p), p)
	} else {
		x.Index = l.operand(-1, i)
	}
	return x
}
