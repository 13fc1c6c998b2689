package factcache

import "bearings/internal/python"

// expr writes an expression, or that there is none.
func (e *encoder) expr(x python.Expr) {
	if x == nil {
		e.byte(absent)
		return
	}
	e.enter()
	defer e.leave()
	switch x := x.(type) {
	case *python.Name:
		e.name(x)
	case *python.Attribute:
		e.tag(tagAttribute, x.Range)
		e.expr(x.Value)
		e.text(x.Attr)
		e.at(x.AttrAt)
	case *python.Call:
		e.tag(tagCall, x.Range)
		e.expr(x.Func)
		e.at(x.ArgsAt)
		e.args(x.Args)
	case *python.Subscript:
		e.tag(tagSubscript, x.Range)
		e.expr(x.Value)
		e.expr(x.Index)
	case *python.Slice:
		e.tag(tagSlice, x.Range)
		e.expr(x.Lo)
		e.expr(x.Hi)
		e.expr(x.Step)
	case *python.String:
		e.tag(tagString, x.Range)
		e.text(x.Value)
		e.flag(x.Bytes)
		list(e, listPart, x.Parts, e.part)
	case *python.Number:
		e.tag(tagNumber, x.Range)
		e.text(x.Text)
	case *python.Constant:
		e.tag(tagConstant, x.Range)
		e.byte(byte(x.Kind))
	case *python.Sequence:
		e.tag(tagSequence, x.Range)
		e.byte(byte(x.Kind))
		e.exprs(x.Elements)
	case *python.Dict:
		e.tag(tagDict, x.Range)
		list(e, listDictEntry, x.Entries, e.entry)
	case *python.BadExpr:
		e.tag(tagBadExpr, x.Range)
	default:
		e.operator(x)
	}
}

// operator is expr for what computes.
func (e *encoder) operator(x python.Expr) {
	switch x := x.(type) {
	case *python.Unary:
		e.tag(tagUnary, x.Range)
		e.text(x.Op)
		e.expr(x.X)
	case *python.Binary:
		e.tag(tagBinary, x.Range)
		e.text(x.Op)
		e.expr(x.X)
		e.expr(x.Y)
	case *python.Compare:
		e.tag(tagCompare, x.Range)
		e.expr(x.X)
		e.textList(x.Ops)
		e.exprs(x.Rest)
	case *python.Conditional:
		e.tag(tagConditional, x.Range)
		e.expr(x.Test)
		e.expr(x.Then)
		e.expr(x.Else)
	case *python.Lambda:
		e.tag(tagLambda, x.Range)
		e.params(x.Params)
		e.expr(x.Body)
	case *python.Await:
		e.tag(tagAwait, x.Range)
		e.expr(x.X)
	case *python.Yield:
		e.tag(tagYield, x.Range)
		e.flag(x.From)
		e.expr(x.X)
	case *python.Starred:
		e.tag(tagStarred, x.Range)
		e.flag(x.Double)
		e.expr(x.X)
	case *python.Comprehension:
		e.tag(tagComprehension, x.Range)
		e.byte(byte(x.Kind))
		e.expr(x.Key)
		e.expr(x.Value)
		list(e, listClause, x.Clauses, e.clause)
	case *python.Walrus:
		e.tag(tagWalrus, x.Range)
		e.name(x.Name)
		e.expr(x.Value)
	}
}

// name writes a name that may be absent.
func (e *encoder) name(n *python.Name) {
	if n == nil {
		e.byte(absent)
		return
	}
	e.tag(tagName, n.Range)
	e.text(n.ID)
}

func (e *encoder) part(p *python.StringPart) {
	e.at(p.Range)
	e.text(p.Text)
	e.expr(p.X)
	e.text(p.Format)
	e.exprs(p.Nested)
}

func (e *encoder) args(args []python.Arg) {
	list(e, listArg, args, func(a *python.Arg) {
		e.at(a.Range)
		e.text(a.Name)
		e.at(a.NameAt)
		e.byte(a.Star)
		e.expr(a.Value)
	})
}

func (e *encoder) entry(d *python.DictEntry) {
	e.at(d.Range)
	e.expr(d.Key)
	e.expr(d.Value)
}

func (e *encoder) clause(c *python.Clause) {
	e.expr(c.Target)
	e.expr(c.Iter)
	e.exprs(c.Ifs)
	e.flag(c.Async)
}

func (e *encoder) textList(texts []string) {
	list(e, listText, texts, func(s *string) { e.text(*s) })
}

func (e *encoder) params(params []*python.Param) {
	list(e, listParam, params, func(at **python.Param) {
		p := *at
		e.counts[countParam]++
		e.at(p.Range)
		e.text(p.Name)
		e.at(p.NameAt)
		e.expr(p.Annotation)
		e.expr(p.Default)
		e.byte(byte(p.Kind))
	})
}

func (e *encoder) typeParams(params []python.TypeParam) {
	list(e, listTypeParam, params, func(p *python.TypeParam) {
		e.at(p.Range)
		e.text(p.Name)
		e.at(p.NameAt)
		e.byte(p.Star)
		e.expr(p.Bound)
	})
}
