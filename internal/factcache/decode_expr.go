package factcache

import "bearings/internal/python"

// expr reads an expression; nil when it is absent.
func (d *decoder) expr() python.Expr {
	tag := d.byte()
	switch tag {
	case absent:
		return nil
	case tagName:
		return d.name()
	case tagNumber:
		n := d.numbers.one()
		n.Range = d.at()
		n.Text = d.text()
		return n
	case tagConstant:
		n := d.constants.one()
		n.Range = d.at()
		n.Kind = python.ConstantKind(d.byte())
		return n
	case tagBadExpr:
		n := d.badExprs.one()
		n.Range = d.at()
		return n
	}
	d.enter()
	var x python.Expr
	if tag < tagUnary {
		x = d.primary(tag)
	} else {
		x = d.operator(tag)
	}
	d.depth--
	return x
}

func (d *decoder) name() *python.Name {
	n := d.names.one()
	n.Range = d.at()
	n.ID = d.text()
	return n
}

// primary is expr for what has parts and does not compute.
func (d *decoder) primary(tag byte) python.Expr {
	switch tag {
	case tagAttribute:
		n := d.attributes.one()
		n.Range = d.at()
		n.Value = d.expr()
		n.Attr = d.text()
		n.AttrAt = d.at()
		return n
	case tagCall:
		n := d.calls.one()
		n.Range = d.at()
		n.Func = d.expr()
		n.ArgsAt = d.at()
		n.Args = d.argList()
		return n
	case tagSubscript:
		n := d.subscripts.one()
		n.Range = d.at()
		n.Value = d.expr()
		n.Index = d.expr()
		return n
	case tagSlice:
		n := d.slices.one()
		n.Range = d.at()
		n.Lo = d.expr()
		n.Hi = d.expr()
		n.Step = d.expr()
		return n
	case tagString:
		n := d.strings.one()
		n.Range = d.at()
		n.Value = d.text()
		n.Bytes = d.flag()
		n.Parts = d.partList()
		return n
	case tagSequence:
		n := d.sequences.one()
		n.Range = d.at()
		n.Kind = python.SequenceKind(d.byte())
		n.Elements = d.exprs()
		return n
	case tagDict:
		n := d.dicts.one()
		n.Range = d.at()
		n.Entries = take(d, &d.entries)
		for i := range n.Entries {
			e := &n.Entries[i]
			e.Range = d.at()
			e.Key = d.expr()
			e.Value = d.expr()
		}
		return n
	}
	d.fail()
	return nil
}

// operator is expr for what computes.
func (d *decoder) operator(tag byte) python.Expr {
	switch tag {
	case tagUnary:
		n := d.unaries.one()
		n.Range = d.at()
		n.Op = d.text()
		n.X = d.expr()
		return n
	case tagBinary:
		n := d.binaries.one()
		n.Range = d.at()
		n.Op = d.text()
		n.X = d.expr()
		n.Y = d.expr()
		return n
	case tagCompare:
		n := d.compares.one()
		n.Range = d.at()
		n.X = d.expr()
		n.Ops = d.textList()
		n.Rest = d.exprs()
		return n
	case tagConditional:
		n := d.conditionals.one()
		n.Range = d.at()
		n.Test = d.expr()
		n.Then = d.expr()
		n.Else = d.expr()
		return n
	case tagAwait:
		n := d.awaits.one()
		n.Range = d.at()
		n.X = d.expr()
		return n
	case tagYield:
		n := d.yields.one()
		n.Range = d.at()
		n.From = d.flag()
		n.X = d.expr()
		return n
	case tagStarred:
		n := d.starreds.one()
		n.Range = d.at()
		n.Double = d.flag()
		n.X = d.expr()
		return n
	}
	return d.scoped(tag)
}

// scoped is expr for what binds names of its own.
func (d *decoder) scoped(tag byte) python.Expr {
	switch tag {
	case tagLambda:
		n := d.lambdas.one()
		n.Range = d.at()
		n.Params = d.paramList()
		n.Body = d.expr()
		return n
	case tagComprehension:
		n := d.comprehensions.one()
		n.Range = d.at()
		n.Kind = python.ComprehensionKind(d.byte())
		n.Key = d.expr()
		n.Value = d.expr()
		n.Clauses = take(d, &d.clauses)
		for i := range n.Clauses {
			c := &n.Clauses[i]
			c.Target = d.expr()
			c.Iter = d.expr()
			c.Ifs = d.exprs()
			c.Async = d.flag()
		}
		return n
	case tagWalrus:
		n := d.walruses.one()
		n.Range = d.at()
		n.Name = d.optionalName()
		n.Value = d.expr()
		return n
	}
	d.fail()
	return nil
}

// optionalName reads a name where only a name can stand.
func (d *decoder) optionalName() *python.Name {
	switch d.byte() {
	case absent:
		return nil
	case tagName:
		return d.name()
	}
	d.fail()
	return nil
}
