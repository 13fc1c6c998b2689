package python

import "bearings/internal/python/flat"

func (l *lowerer) match(i int) Stmt {
	s := &Match{Range: l.at(i)}
	subject := -1
	block := l.child(i, flat.Block)
	count := 0
	for c := l.first(i); c >= 0 && c != block; c = l.next(c, i) {
		if l.kind(c) == flat.CaseClause {
			continue
		}
		if subject < 0 {
			subject = c
		}
		count++
	}
	switch {
	case count > 1 || count == 1 && l.has(i, flat.Comma):
		tuple := &Sequence{Range: Range{l.nodes[subject].Start, l.nodes[subject].End}, Kind: Tuple}
		for c := subject; count > 0; c, count = l.next(c, i), count-1 {
			tuple.Elements = append(tuple.Elements, l.expr(c))
			tuple.End = l.nodes[c].End
		}
		s.Subject = tuple
	default:
		s.Subject = l.operand(subject, i)
	}
	for _, holder := range []int{i, block} {
		if holder < 0 {
			continue
		}
		for c := l.first(holder); c >= 0; c = l.next(c, holder) {
			if l.kind(c) == flat.CaseClause {
				s.Cases = append(s.Cases, l.caseClause(c))
			}
		}
	}
	return s
}

func (l *lowerer) caseClause(i int) Case {
	s := Case{Range: l.at(i), Body: l.block(i)}
	s.End = bodyEnd(s.Body, s.Range)
	patterns := 0
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		switch l.kind(c) {
		case flat.CasePattern:
			patterns++
			s.Pattern = l.pattern(c)
		case flat.IfClause:
			s.Guard = l.operand(l.first(c), c)
		}
	}
	if patterns != 1 || l.has(i, flat.Comma) {
		s.Pattern = &BadExpr{Range{s.Start, s.Start}} // an open sequence
	}
	return s
}

// pattern returns the pattern at i as an expression: a value, a class call, a
// capture, or several of them with "|". Other patterns are a BadExpr.
func (l *lowerer) pattern(i int) Expr {
	if !l.enter() {
		l.leave()
		return &BadExpr{l.at(i)}
	}
	defer l.leave()
	c := l.first(i)
	switch l.kind(i) {
	case flat.CasePattern:
		if c >= 0 {
			if op := l.child(i, flat.Op); op >= 0 && op < c {
				return &Unary{l.at(i), l.operatorText(op), l.expr(c)}
			}
			return l.pattern(c)
		}
		if l.has(i, flat.Wild) {
			return &Name{l.at(i), "_"}
		}
	case flat.DottedName:
		return l.dottedExpr(i)
	case flat.ClassPattern:
		return l.classPattern(i)
	case flat.UnionPattern:
		return l.unionPattern(i)
	case flat.Identifier, flat.String, flat.ConcatenatedString, flat.Integer, flat.Float, flat.True, flat.False, flat.None:
		return l.expr(i)
	}
	return &BadExpr{l.at(i)}
}

// dottedExpr turns a.b.c into the attribute expression that it is.
func (l *lowerer) dottedExpr(i int) Expr {
	var x Expr
	depth := l.depth
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		if x == nil {
			x = &Name{l.at(c), l.identifier(c)}
			continue
		}
		if !l.enter() {
			break
		}
		x = &Attribute{Range{uint32(x.Span().Start), l.nodes[c].End}, x, l.identifier(c), l.at(c)}
	}
	l.depth = depth
	if x == nil {
		return &BadExpr{l.at(i)}
	}
	return x
}

func (l *lowerer) classPattern(i int) Expr {
	name := l.first(i)
	if name < 0 {
		return &BadExpr{l.at(i)}
	}
	x := &Call{Range: l.at(i), Func: l.dottedExpr(name)}
	x.ArgsAt = Range{l.nodes[name].End, x.End}
	for c := l.next(name, i); c >= 0; c = l.next(c, i) {
		a := Arg{Range: l.at(c)}
		inner := l.first(c)
		if inner >= 0 && l.kind(inner) == flat.KeywordPattern {
			key := l.first(inner)
			if key < 0 {
				continue
			}
			a.Name, a.NameAt = l.identifier(key), l.at(key)
			if value := l.next(key, inner); value >= 0 {
				a.Value = l.pattern(value)
			} else if l.has(inner, flat.Wild) {
				a.Value = &Name{Range{a.End - 1, a.End}, "_"}
			} else {
				a.Value = l.operand(-1, inner)
			}
		} else {
			a.Value = l.pattern(c)
		}
		x.Args = append(x.Args, a)
	}
	return x
}

func (l *lowerer) unionPattern(i int) Expr {
	var x Expr
	depth := l.depth
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		y := l.pattern(c)
		if x == nil {
			x = y
			continue
		}
		if !l.enter() {
			break
		}
		x = &Binary{Range{uint32(x.Span().Start), l.nodes[c].End}, "|", x, y}
	}
	l.depth = depth
	if x == nil {
		return &BadExpr{l.at(i)}
	}
	return x
}
