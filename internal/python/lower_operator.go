package python

import (
	"bytes"

	"bearings/internal/python/flat"
)

// operator returns the operator that stands directly below i, or "".
func (l *lowerer) operator(i int) string {
	if op := l.child(i, flat.Op); op >= 0 {
		return l.operatorText(op)
	}
	return ""
}

// operatorText returns an operator with one space between its words.
func (l *lowerer) operatorText(op int) string {
	b := l.slice(op)
	if len(b) > 3 && (b[0] == 'n' || b[0] == 'i') {
		switch {
		case bytes.HasPrefix(b, []byte("not")):
			return "not in"
		case bytes.HasPrefix(b, []byte("is")):
			return "is not"
		}
	}
	return l.intern(b)
}

func (l *lowerer) binary(i int) Expr {
	left := l.first(i)
	if left < 0 {
		return nil
	}
	op := "|" // the only one of a union type
	if l.kind(i) != flat.UnionType {
		op = l.operator(i)
	}
	return &Binary{l.at(i), op, l.expr(left), l.operand(l.next(left, i), i)}
}

func (l *lowerer) compare(i int) Expr {
	x := &Compare{Range: l.at(i)}
	for c, end := i+1, l.end(i); c < end; c = l.end(c) {
		switch {
		case l.kind(c) == flat.Op:
			x.Ops = append(x.Ops, l.operatorText(c))
		case l.kind(c) < flat.Identifier:
		case x.X == nil:
			x.X = l.expr(c)
		default:
			x.Rest = append(x.Rest, l.expr(c))
		}
	}
	if x.X == nil || len(x.Rest) == 0 || len(x.Ops) != len(x.Rest) {
		return nil
	}
	return x
}

func (l *lowerer) conditional(i int) Expr {
	x := &Conditional{Range: l.at(i)}
	c := l.first(i)
	for _, part := range []*Expr{&x.Then, &x.Test, &x.Else} {
		*part = l.operand(c, i)
		if c >= 0 {
			c = l.next(c, i)
		}
	}
	return x
}

func (l *lowerer) lambda(i int) Expr {
	x := &Lambda{Range: l.at(i)}
	outer := l.yields
	c := l.first(i)
	if c >= 0 && l.kind(c) == flat.LambdaParameters {
		x.Params = l.params(c)
		c = l.next(c, i)
	}
	x.Body = l.operand(c, i)
	l.yields = outer
	return x
}

func (l *lowerer) walrus(i int) Expr {
	name := l.first(i)
	if name < 0 || l.kind(name) != flat.Identifier {
		return nil
	}
	return &Walrus{l.at(i), &Name{l.at(name), l.identifier(name)}, l.operand(l.next(name, i), i)}
}

func (l *lowerer) comprehension(i int, kind ComprehensionKind) Expr {
	x := &Comprehension{Range: l.at(i), Kind: kind}
	body := l.first(i)
	if body < 0 {
		return nil
	}
	if l.kind(body) == flat.Pair {
		key := l.first(body)
		x.Key = l.operand(key, body)
		if key >= 0 {
			key = l.next(key, body)
		}
		x.Value = l.operand(key, body)
	} else {
		x.Value = l.expr(body)
	}
	for c := l.next(body, i); c >= 0; c = l.next(c, i) {
		switch l.kind(c) {
		case flat.ForInClause:
			x.Clauses = append(x.Clauses, l.clause(c))
		case flat.IfClause:
			if n := len(x.Clauses); n > 0 {
				x.Clauses[n-1].Ifs = append(x.Clauses[n-1].Ifs, l.operand(l.first(c), c))
			}
		}
	}
	return x
}

func (l *lowerer) clause(i int) Clause {
	clause := Clause{Async: l.has(i, flat.Async)}
	target := l.first(i)
	clause.Target = l.operand(target, i)
	if target >= 0 {
		target = l.next(target, i)
	}
	clause.Iter = l.indexes(target, i)
	return clause
}
