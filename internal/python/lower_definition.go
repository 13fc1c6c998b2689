package python

import "bearings/internal/python/flat"

func (l *lowerer) decorated(i int) Stmt {
	var decorators []*Decorator
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		switch l.kind(c) {
		case flat.Decorator:
			x := l.operand(l.first(c), c)
			decorators = append(decorators, &Decorator{Range{l.nodes[c].Start, uint32(max(x.Span().End, int(l.nodes[c].Start)))}, x})
		case flat.FunctionDefinition:
			return l.function(c, decorators)
		case flat.ClassDefinition:
			return l.class(c, decorators)
		}
	}
	return &BadStmt{l.at(i)}
}

func (l *lowerer) function(i int, decorators []*Decorator) Stmt {
	f := &Function{Range: l.at(i), Decorators: decorators, Async: l.has(i, flat.Async)}
	outer := l.yields
	l.yields = false
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		switch l.kind(c) {
		case flat.Identifier:
			f.Name, f.NameAt = l.identifier(c), l.at(c)
		case flat.TypeParameter:
			f.TypeParams = l.typeParams(c)
		case flat.Parameters:
			f.ParamsAt, f.Params = l.at(c), l.params(c)
		case flat.Type:
			f.Returns = l.expr(c)
		case flat.Block:
			if l.leaves(f) {
				l.yields = outer
				return f
			}
			l.yields = false // those before belong to the enclosing function
			f.SetBody(l.body(c, nil), false)
		}
	}
	f.SetBody(f.Body(), l.yields)
	l.yields = outer
	f.End = bodyEnd(f.Body(), f.Range)
	return f
}

// leaves gives f a body that is read when it is asked for, if the shell left it out.
func (l *lowerer) leaves(f *Function) bool {
	for len(l.bodies) > 0 && l.bodies[0].def < f.Start {
		l.bodies = l.bodies[1:]
	}
	if len(l.bodies) == 0 || l.bodies[0].def != f.Start {
		return false
	}
	l.module.Hold(f, l.text, Range{l.bodies[0].first, l.bodies[0].end})
	l.bodies = l.bodies[1:]
	return true
}

func (l *lowerer) class(i int, decorators []*Decorator) Stmt {
	s := &Class{Range: l.at(i), Decorators: decorators}
	outer := l.yields
	for c := l.first(i); c >= 0; c = l.next(c, i) {
		switch l.kind(c) {
		case flat.Identifier:
			s.Name, s.NameAt = l.identifier(c), l.at(c)
		case flat.TypeParameter:
			s.TypeParams = l.typeParams(c)
		case flat.ArgumentList:
			s.Bases = l.args(c)
		case flat.Block:
			s.Body = l.body(c, nil)
		}
	}
	l.yields = outer
	s.End = bodyEnd(s.Body, s.Range)
	return s
}

// bodyEnd returns where a definition ends: with its last statement, so that
// trailing comments and blank lines do not belong to it.
func bodyEnd(body []Stmt, at Range) uint32 {
	if len(body) == 0 {
		return at.End
	}
	return uint32(body[len(body)-1].Span().End)
}

// params reads the parameters of a function or of a lambda.
func (l *lowerer) params(i int) []*Param {
	var out []*Param
	kind := Positional
	for c, end := i+1, l.end(i); c < end; c = l.end(c) {
		switch l.kind(c) {
		case flat.PositionalSeparator:
			for _, p := range out {
				if p.Kind == Positional {
					p.Kind = PositionalOnly
				}
			}
			continue
		case flat.KeywordSeparator:
			kind = KeywordOnly
			continue
		}
		if l.kind(c) < flat.Identifier {
			continue
		}
		p := &Param{Range: l.at(c), Kind: kind}
		l.param(p, c)
		if p.Kind == VarPositional {
			kind = KeywordOnly
		}
		out = append(out, p)
	}
	return out
}

// param reads the parameter at i into p.
func (l *lowerer) param(p *Param, i int) {
	switch l.kind(i) {
	case flat.Identifier:
		p.Name, p.NameAt = l.identifier(i), l.at(i)
	case flat.ListSplatPattern, flat.ListSplat:
		p.Kind = VarPositional
		l.paramName(p, l.first(i))
	case flat.DictionarySplatPattern, flat.DictionarySplat:
		p.Kind = VarKeyword
		l.paramName(p, l.first(i))
	case flat.TypedParameter, flat.DefaultParameter, flat.TypedDefaultParameter:
		c := l.first(i)
		if c < 0 {
			return
		}
		l.paramName(p, c)
		for c = l.next(c, i); c >= 0; c = l.next(c, i) {
			if l.kind(c) == flat.Type {
				p.Annotation = l.expr(c)
			} else if p.Default == nil {
				p.Default = l.expr(c)
			}
		}
	}
}

// paramName reads the name at c, which may carry stars.
func (l *lowerer) paramName(p *Param, c int) {
	if c < 0 {
		return
	}
	switch l.kind(c) {
	case flat.Identifier, flat.ListSplatPattern, flat.DictionarySplatPattern:
		l.param(p, c)
	}
}

// typeParams reads the type parameters of PEP 695. A default (PEP 696), of which
// the grammar does not know, puts the parameter's name into an ERROR before it.
func (l *lowerer) typeParams(i int) []TypeParam {
	var out []TypeParam
	isDefault := false
	for c, end := i+1, l.end(i); c < end; c = l.end(c) {
		name := l.first(c)
		if l.kind(c) == flat.Error && name >= 0 {
			out = append(out, TypeParam{Range: l.at(name), Name: l.identifier(name), NameAt: l.at(name)})
			isDefault = true
			continue
		}
		if l.kind(c) < flat.Identifier {
			continue
		}
		if isDefault {
			isDefault = false
			continue
		}
		p := TypeParam{Range: l.at(c)}
		l.typeParam(&p, c)
		if p.Name != "" {
			out = append(out, p)
		}
	}
	return out
}

// typeParam reads T, T: bound, *Ts or **P.
func (l *lowerer) typeParam(p *TypeParam, i int) {
	c := i
	for c >= 0 && l.kind(c) == flat.Type {
		c = l.first(c)
	}
	if c < 0 {
		return
	}
	switch l.kind(c) {
	case flat.Identifier:
		p.Name, p.NameAt = l.identifier(c), l.at(c)
	case flat.SplatType, flat.ListSplat, flat.DictionarySplat:
		p.Star = stars(l.slice(c))
		if name := l.first(c); name >= 0 {
			p.Name, p.NameAt = l.identifier(name), l.at(name)
		}
	case flat.ConstrainedType:
		name := l.first(c)
		if name < 0 || !l.enter() {
			return
		}
		l.typeParam(p, name)
		l.leave()
		p.Bound = l.optional(l.next(name, c))
	}
}

// stars counts the stars that b begins with.
func stars(b []byte) uint8 {
	n := uint8(0)
	for int(n) < len(b) && n < 2 && b[n] == '*' {
		n++
	}
	return n
}
