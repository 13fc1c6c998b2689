package python

import "bearings/internal/python/flat"

// body appends the statements that stand directly below i to out. Whole
// statements within an ERROR are kept; the rest of it is listed as broken.
func (l *lowerer) body(i int, out []Stmt) []Stmt {
	if !l.enter() {
		l.leave()
		return append(out, &BadStmt{l.at(i)})
	}
	defer l.leave()
	for c, end := i+1, l.end(i); c < end; c = l.end(c) {
		switch kind := l.kind(c); {
		case kind == flat.Error || kind == flat.Block:
			out = l.body(c, out)
		case kind < flat.Identifier:
		default:
			if s := l.statement(c); s != nil {
				out = append(out, s)
			}
		}
	}
	return out
}

// block returns the statements of the first block below i.
func (l *lowerer) block(i int) []Stmt {
	if c := l.child(i, flat.Block); c >= 0 {
		return l.body(c, nil)
	}
	return nil
}

// statement returns the statement at i, or nil when i is no statement.
func (l *lowerer) statement(i int) Stmt {
	if !l.enter() {
		l.leave()
		return &BadStmt{l.at(i)}
	}
	defer l.leave()
	switch l.kind(i) {
	case flat.ExpressionStatement:
		return l.expressionStatement(i)
	case flat.ReturnStatement:
		return &Return{l.at(i), l.optional(l.first(i))}
	case flat.ImportStatement:
		return &Import{l.at(i), l.aliases(i, l.first(i))}
	case flat.ImportFrom, flat.FutureImport:
		return l.importFrom(i)
	case flat.RaiseStatement:
		return l.raise(i)
	case flat.AssertStatement:
		return l.assert(i)
	case flat.DeleteStatement:
		return &Delete{l.at(i), l.unpack(l.first(i))}
	case flat.PassStatement:
		if line, ok := l.stoodIn(i); ok {
			return &BadStmt{line}
		}
		return &Jump{l.at(i), Pass}
	case flat.BreakStatement:
		return &Jump{l.at(i), Break}
	case flat.ContinueStatement:
		return &Jump{l.at(i), Continue}
	case flat.GlobalStatement, flat.NonlocalStatement:
		return l.scope(i)
	case flat.TypeAliasStatement:
		return l.typeAlias(i)
	case flat.PrintStatement:
		return l.printStatement(i, 5)
	case flat.ExecStatement:
		return l.printStatement(i, 4)
	default:
		return l.compound(i)
	}
}

// optional lowers the expression at i; nil when i is -1.
func (l *lowerer) optional(i int) Expr {
	if i < 0 {
		return nil
	}
	return l.expr(i)
}

// unpack lowers i as a list of expressions: an unparenthesised tuple is its elements.
func (l *lowerer) unpack(i int) []Expr {
	if i < 0 {
		return nil
	}
	if kind := l.kind(i); kind != flat.ExpressionList && kind != flat.Tuple {
		return []Expr{l.expr(i)}
	}
	return l.elements(i)
}

func (l *lowerer) expressionStatement(i int) Stmt {
	c := l.first(i)
	if c < 0 {
		return &BadStmt{l.at(i)}
	}
	switch {
	case l.kind(c) == flat.Assignment:
		return l.assignment(i, c)
	case l.kind(c) == flat.AugmentedAssignment:
		return l.augmented(i, c)
	case l.next(c, i) >= 0 || l.has(i, flat.Comma):
		return &ExprStmt{l.at(i), &Sequence{l.at(i), Tuple, l.elements(i)}}
	}
	return &ExprStmt{l.at(i), l.expr(c)}
}

// assignment reads a = b = c, which the grammar nests to the right.
func (l *lowerer) assignment(i, c int) Stmt {
	s := &Assign{Range: l.at(i)}
	for {
		left := l.first(c)
		if left < 0 {
			return &BadStmt{l.at(i)}
		}
		s.Targets = append(s.Targets, l.expr(left))
		right := l.next(left, c)
		if right >= 0 && l.kind(right) == flat.Type {
			s.Annotation = l.expr(right)
			right = l.next(right, c)
		}
		if right < 0 || l.kind(right) != flat.Assignment {
			s.Value = l.optional(right)
			return s
		}
		c = right
	}
}

func (l *lowerer) augmented(i, c int) Stmt {
	s := &AugAssign{Range: l.at(i)}
	left := l.first(c)
	if op := l.child(c, flat.Op); op >= 0 {
		b := l.slice(op)
		s.Op = l.intern(b[:max(0, len(b)-1)])
	}
	if left < 0 {
		return &BadStmt{l.at(i)}
	}
	s.Target = l.expr(left)
	s.Value = l.operand(l.next(left, c), i)
	return s
}

// operand lowers c, or gives a BadExpr at the end of i when c is -1.
func (l *lowerer) operand(c, i int) Expr {
	if c < 0 {
		return &BadExpr{Range{l.nodes[i].End, l.nodes[i].End}}
	}
	return l.expr(c)
}

// aliases reads the imported names from c on.
func (l *lowerer) aliases(i, c int) []Alias {
	var out []Alias
	for ; c >= 0; c = l.next(c, i) {
		a := Alias{Range: l.at(c)}
		name := c
		if l.kind(c) == flat.AliasedImport {
			if name = l.first(c); name < 0 {
				continue
			}
			if as := l.next(name, c); as >= 0 {
				a.As = l.identifier(as)
			}
		}
		if l.nodes[name].Missing {
			continue
		}
		a.Name, a.NameAt = l.dotted(name), l.at(name)
		out = append(out, a)
	}
	return out
}

func (l *lowerer) importFrom(i int) Stmt {
	s := &ImportFrom{Range: l.at(i), Star: l.has(i, flat.WildcardImport)}
	c := l.first(i)
	if f := l.child(i, flat.Future); l.kind(i) == flat.FutureImport && f >= 0 {
		s.Module, s.ModuleAt = "__future__", l.at(f)
	} else if c >= 0 {
		l.importedModule(s, c)
		c = l.next(c, i)
	}
	s.Names = l.aliases(i, c)
	if s.Module == "__future__" && s.Level == 0 {
		for _, name := range s.Names {
			l.module.Future = l.module.Future || name.Name == "annotations"
		}
	}
	return s
}

// importedModule reads the module of a from-import at c.
func (l *lowerer) importedModule(s *ImportFrom, c int) {
	s.ModuleAt = l.at(c)
	if l.kind(c) != flat.RelativeImport {
		s.Module = l.dotted(c)
		return
	}
	if p := l.child(c, flat.ImportPrefix); p >= 0 {
		for _, b := range l.slice(p) {
			if b == '.' {
				s.Level++
			}
		}
	}
	if d := l.child(c, flat.DottedName); d >= 0 {
		s.Module = l.dotted(d)
	}
}

func (l *lowerer) raise(i int) Stmt {
	s := &Raise{Range: l.at(i)}
	c := l.first(i)
	if c < 0 {
		return s
	}
	s.X = l.expr(c)
	s.Cause = l.optional(l.next(c, i))
	return s
}

func (l *lowerer) assert(i int) Stmt {
	c := l.first(i)
	s := &Assert{Range: l.at(i), Test: l.operand(c, i)}
	if c >= 0 {
		s.Message = l.optional(l.next(c, i))
	}
	return s
}

func (l *lowerer) scope(i int) Stmt {
	s := &Scope{Range: l.at(i), Nonlocal: l.kind(i) == flat.NonlocalStatement}
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		s.Names = append(s.Names, l.identifier(c))
	}
	return s
}

// typeAlias reads type Name[T] = Value.
func (l *lowerer) typeAlias(i int) Stmt {
	left := l.first(i)
	if left < 0 {
		return &BadStmt{l.at(i)}
	}
	s := &TypeAlias{Range: l.at(i), Value: l.operand(l.next(left, i), i)}
	name := left
	if l.kind(left) == flat.Type {
		name = l.first(left)
	}
	if name >= 0 && (l.kind(name) == flat.GenericType || l.kind(name) == flat.Subscript) {
		if p := l.child(name, flat.TypeParameter); p >= 0 {
			s.TypeParams = l.typeParams(p)
		}
		name = l.first(name)
	}
	if name < 0 || l.kind(name) != flat.Identifier {
		return &BadStmt{l.at(i)}
	}
	s.Name = &Name{l.at(name), l.identifier(name)}
	return s
}

// printStatement reads the print and exec statements of Python 2 as calls of
// the name in their first width bytes.
func (l *lowerer) printStatement(i int, width uint32) Stmt {
	at := l.at(i)
	name := Range{at.Start, min(at.Start+width, at.End)}
	call := &Call{Range: at, ArgsAt: Range{name.End, at.End}}
	call.Func = &Name{name, l.intern(l.text[name.Start:name.End])}
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		value := c
		if l.kind(c) == flat.Chevron {
			value = l.first(c)
		}
		call.Args = append(call.Args, Arg{Range: l.at(c), Value: l.operand(value, c)})
	}
	return &ExprStmt{at, call}
}
