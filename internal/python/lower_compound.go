package python

import "bearings/internal/python/flat"

// compound returns the compound statement at i. An expression that stands where
// a statement is expected, within an ERROR, is a statement too; anything else is nil.
func (l *lowerer) compound(i int) Stmt {
	switch st := l.compoundAt(i).(type) {
	case *If:
		endIf(st)
		return st
	case *For:
		st.End = bodyEnd(st.Else, Range{End: bodyEnd(st.Body, st.Range)})
		return st
	case *While:
		st.End = bodyEnd(st.Else, Range{End: bodyEnd(st.Body, st.Range)})
		return st
	case *With:
		st.End = bodyEnd(st.Body, st.Range)
		return st
	case *Try:
		last := Range{End: bodyEnd(st.Body, st.Range)}
		for _, h := range st.Handlers {
			h.End = bodyEnd(h.Body, h.Range)
			last.End = h.End
		}
		st.End = bodyEnd(st.Finally, Range{End: bodyEnd(st.Else, last)})
		return st
	case *Match:
		if n := len(st.Cases); n > 0 {
			st.End = st.Cases[n-1].End
		}
		return st
	case nil:
		return nil
	default:
		return st
	}
}

// endIf lets an If end with its last statement, and each elif with it.
func endIf(st *If) uint32 {
	at := Range{End: bodyEnd(st.Body, st.Range)}
	if len(st.Else) == 1 {
		if branch, ok := st.Else[0].(*If); ok {
			at.End = endIf(branch)
		}
	}
	st.End = bodyEnd(st.Else, at)
	return st.End
}

func (l *lowerer) compoundAt(i int) Stmt {
	switch l.kind(i) {
	case flat.FunctionDefinition:
		return l.function(i, nil)
	case flat.ClassDefinition:
		return l.class(i, nil)
	case flat.DecoratedDefinition:
		return l.decorated(i)
	case flat.IfStatement:
		return l.ifStatement(i)
	case flat.ForStatement:
		return l.forStatement(i)
	case flat.WhileStatement:
		return &While{l.at(i), l.operand(l.first(i), i), l.block(i), l.orElse(i)}
	case flat.TryStatement:
		return l.try(i)
	case flat.WithStatement:
		return l.with(i)
	case flat.MatchStatement:
		return l.match(i)
	case flat.Assignment:
		return l.assignment(i, i)
	case flat.AugmentedAssignment:
		return l.augmented(i, i)
	case flat.Call, flat.Await, flat.Yield:
		return &ExprStmt{l.at(i), l.expr(i)}
	}
	return nil
}

// orElse returns the statements of the else clause of i.
func (l *lowerer) orElse(i int) []Stmt {
	if c := l.child(i, flat.ElseClause); c >= 0 {
		return l.block(c)
	}
	return nil
}

// ifStatement turns each elif into an If alone in the Else before it.
func (l *lowerer) ifStatement(i int) Stmt {
	top := &If{Range: l.at(i), Test: l.operand(l.first(i), i), Body: l.block(i)}
	last := top
	entered := 0
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		switch l.kind(c) {
		case flat.ElifClause:
			entered++
			if !l.enter() {
				last.Else = []Stmt{&BadStmt{l.at(c)}}
				continue
			}
			at := Range{l.nodes[c].Start, top.End}
			branch := &If{Range: at, Test: l.operand(l.first(c), c), Body: l.block(c)}
			last.Else = []Stmt{branch}
			last = branch
		case flat.ElseClause:
			if last.Else == nil {
				last.Else = l.block(c)
			}
		}
	}
	l.depth -= entered
	return top
}

func (l *lowerer) forStatement(i int) Stmt {
	s := &For{Range: l.at(i), Async: l.has(i, flat.Async)}
	target := l.first(i)
	s.Target = l.operand(target, i)
	if target >= 0 {
		s.Iter = l.operand(l.next(target, i), i)
	} else {
		s.Iter = l.operand(-1, i)
	}
	s.Body, s.Else = l.block(i), l.orElse(i)
	return s
}

func (l *lowerer) try(i int) Stmt {
	s := &Try{Range: l.at(i), Body: l.block(i), Else: l.orElse(i)}
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		switch l.kind(c) {
		case flat.ExceptClause, flat.ExceptGroupClause:
			s.Handlers = append(s.Handlers, l.handler(c))
		case flat.FinallyClause:
			s.Finally = l.block(c)
		}
	}
	return s
}

// handler reads an except clause. "except A, B:" (PEP 758) parses like Python
// 2's "except A as B"; it is read as two types.
func (l *lowerer) handler(i int) *Handler {
	h := &Handler{Range: l.at(i), Star: l.kind(i) == flat.ExceptGroupClause, Body: l.block(i)}
	var types []Expr
	for c, end := i+1, l.end(i); c < end && l.kind(c) != flat.Block; c = l.end(c) {
		switch kind := l.kind(c); {
		case kind == flat.Error: // a third type, of which the grammar does not know
			types = append(types, l.elements(c)...)
		case kind < flat.Identifier:
		case kind == flat.AsPattern && l.first(c) >= 0:
			x, target := l.asPattern(c)
			types = append(types, x)
			h.Name = targetName(target)
		default:
			types = append(types, l.expr(c))
		}
	}
	switch len(types) {
	case 0:
	case 1:
		h.Types = types[0]
	default:
		at := Range{uint32(types[0].Span().Start), uint32(types[len(types)-1].Span().End)}
		h.Types = &Sequence{at, Tuple, types}
	}
	return h
}

func targetName(target Expr) string {
	if name, ok := target.(*Name); ok {
		return name.ID
	}
	return ""
}

// asPattern reads X as target; X is nil when there is none.
func (l *lowerer) asPattern(i int) (x, target Expr) {
	c := l.first(i)
	if c < 0 {
		return nil, nil
	}
	x = l.expr(c)
	if t := l.next(c, i); t >= 0 {
		target = l.expr(t)
	}
	return x, target
}

func (l *lowerer) with(i int) Stmt {
	s := &With{Range: l.at(i), Async: l.has(i, flat.Async)}
	if clause := l.child(i, flat.WithClause); clause >= 0 {
		for c := l.first(clause); c >= 0; c = l.next(c, clause) {
			s.Items = l.withItem(c, s.Items)
		}
	}
	s.Body = l.block(i)
	return s
}

// withItem appends the items at i: one, or several when parentheses hold them
// and the grammar took those for a tuple.
func (l *lowerer) withItem(i int, out []WithItem) []WithItem {
	if !l.enter() {
		l.leave()
		return append(out, WithItem{Context: &BadExpr{l.at(i)}})
	}
	defer l.leave()
	switch l.kind(i) {
	case flat.AsPattern:
		x, target := l.asPattern(i)
		if x == nil {
			x = &BadExpr{l.at(i)}
		}
		return append(out, WithItem{x, target})
	case flat.WithItem:
		if c := l.first(i); c >= 0 {
			return l.withItem(c, out)
		}
	case flat.ParenthesizedExpression, flat.Tuple:
		if l.has(i, flat.AsPattern) {
			for c := l.first(i); c >= 0; c = l.next(c, i) {
				out = l.withItem(c, out)
			}
			return out
		}
	}
	return append(out, WithItem{Context: l.expr(i)})
}
