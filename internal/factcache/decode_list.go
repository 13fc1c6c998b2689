package factcache

import "bearings/internal/python"

func (d *decoder) exprs() []python.Expr {
	out := take(d, &d.exprLists)
	for i := range out {
		out[i] = d.expr()
	}
	return out
}

func (d *decoder) body() []python.Stmt {
	out := take(d, &d.stmtLists)
	for i := range out {
		out[i] = d.stmt()
	}
	return out
}

func (d *decoder) textList() []string {
	out := take(d, &d.textLists)
	for i := range out {
		out[i] = d.text()
	}
	return out
}

func (d *decoder) argList() []python.Arg {
	out := take(d, &d.args)
	for i := range out {
		a := &out[i]
		a.Range = d.at()
		a.Name = d.text()
		a.NameAt = d.at()
		a.Star = d.byte()
		a.Value = d.expr()
	}
	return out
}

func (d *decoder) partList() []python.StringPart {
	out := take(d, &d.parts)
	for i := range out {
		p := &out[i]
		p.Range = d.at()
		p.Text = d.text()
		p.X = d.expr()
		p.Format = d.text()
		p.Nested = d.exprs()
	}
	return out
}

func (d *decoder) paramList() []*python.Param {
	out := take(d, &d.paramLists)
	for i := range out {
		p := d.params.one()
		p.Range = d.at()
		p.Name = d.text()
		p.NameAt = d.at()
		p.Annotation = d.expr()
		p.Default = d.expr()
		p.Kind = python.ParamKind(d.byte())
		out[i] = p
	}
	return out
}

func (d *decoder) typeParamList() []python.TypeParam {
	out := take(d, &d.typeParams)
	for i := range out {
		p := &out[i]
		p.Range = d.at()
		p.Name = d.text()
		p.NameAt = d.at()
		p.Star = d.byte()
		p.Bound = d.expr()
	}
	return out
}

func (d *decoder) decoratorList() []*python.Decorator {
	out := take(d, &d.decorated)
	for i := range out {
		n := d.decorators.one()
		n.Range = d.at()
		n.X = d.expr()
		out[i] = n
	}
	return out
}

func (d *decoder) handlerList() []*python.Handler {
	out := take(d, &d.handlersOf)
	for i := range out {
		h := d.handlers.one()
		h.Range = d.at()
		h.Types = d.expr()
		h.Name = d.text()
		h.Star = d.flag()
		h.Body = d.body()
		out[i] = h
	}
	return out
}

func (d *decoder) aliasList() []python.Alias {
	out := take(d, &d.aliases)
	for i := range out {
		a := &out[i]
		a.Range = d.at()
		a.Name = d.text()
		a.NameAt = d.at()
		a.As = d.text()
	}
	return out
}
