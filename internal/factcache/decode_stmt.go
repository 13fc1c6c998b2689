package factcache

import "bearings/internal/python"

// stmt reads a statement; nil when it is absent.
func (d *decoder) stmt() python.Stmt {
	tag := d.byte()
	if tag == absent {
		return nil
	}
	d.enter()
	var s python.Stmt
	switch {
	case tag < tagIf:
		s = d.simple(tag)
	case tag < tagFunction:
		s = d.compound(tag)
	default:
		s = d.definition(tag)
	}
	d.depth--
	return s
}

// simple is stmt for statements that hold expressions only.
func (d *decoder) simple(tag byte) python.Stmt {
	switch tag {
	case tagAssign:
		n := d.assigns.one()
		n.Range = d.at()
		n.Targets = d.exprs()
		n.Annotation = d.expr()
		n.Value = d.expr()
		return n
	case tagAugAssign:
		n := d.augAssigns.one()
		n.Range = d.at()
		n.Target = d.expr()
		n.Op = d.text()
		n.Value = d.expr()
		return n
	case tagTypeAlias:
		n := d.typeAliases.one()
		n.Range = d.at()
		n.Name = d.optionalName()
		n.TypeParams = d.typeParamList()
		n.Value = d.expr()
		return n
	case tagExprStmt:
		n := d.exprStmts.one()
		n.Range = d.at()
		n.X = d.expr()
		return n
	case tagReturn:
		n := d.returns.one()
		n.Range = d.at()
		n.X = d.expr()
		return n
	case tagRaise:
		n := d.raises.one()
		n.Range = d.at()
		n.X = d.expr()
		n.Cause = d.expr()
		return n
	case tagAssert:
		n := d.asserts.one()
		n.Range = d.at()
		n.Test = d.expr()
		n.Message = d.expr()
		return n
	}
	d.fail()
	return nil
}

// compound is stmt for statements with bodies that bind no name of their own.
func (d *decoder) compound(tag byte) python.Stmt {
	switch tag {
	case tagIf:
		n := d.ifs.one()
		n.Range = d.at()
		n.Test = d.expr()
		n.Body = d.body()
		n.Else = d.body()
		return n
	case tagFor:
		n := d.fors.one()
		n.Range = d.at()
		n.Target = d.expr()
		n.Iter = d.expr()
		n.Body = d.body()
		n.Else = d.body()
		n.Async = d.flag()
		return n
	case tagWhile:
		n := d.whiles.one()
		n.Range = d.at()
		n.Test = d.expr()
		n.Body = d.body()
		n.Else = d.body()
		return n
	case tagTry:
		n := d.tries.one()
		n.Range = d.at()
		n.Body = d.body()
		n.Handlers = d.handlerList()
		n.Else = d.body()
		n.Finally = d.body()
		return n
	case tagWith:
		return d.with()
	case tagMatch:
		return d.match()
	}
	d.fail()
	return nil
}

func (d *decoder) with() python.Stmt {
	n := d.withs.one()
	n.Range = d.at()
	n.Items = take(d, &d.items)
	for i := range n.Items {
		n.Items[i].Context = d.expr()
		n.Items[i].Target = d.expr()
	}
	n.Body = d.body()
	n.Async = d.flag()
	return n
}

func (d *decoder) match() python.Stmt {
	n := d.matches.one()
	n.Range = d.at()
	n.Subject = d.expr()
	n.Cases = take(d, &d.cases)
	for i := range n.Cases {
		c := &n.Cases[i]
		c.Range = d.at()
		c.Pattern = d.expr()
		c.Guard = d.expr()
		c.Body = d.body()
	}
	return n
}

// definition is stmt for the rest.
func (d *decoder) definition(tag byte) python.Stmt {
	switch tag {
	case tagFunction:
		return d.function()
	case tagClass:
		n := d.classes.one()
		n.Range = d.at()
		n.Name = d.text()
		n.NameAt = d.at()
		n.TypeParams = d.typeParamList()
		n.Bases = d.argList()
		n.Body = d.body()
		n.Decorators = d.decoratorList()
		return n
	case tagImport:
		n := d.imports.one()
		n.Range = d.at()
		n.Names = d.aliasList()
		return n
	case tagImportFrom:
		n := d.importFroms.one()
		n.Range = d.at()
		n.Module = d.text()
		n.ModuleAt = d.at()
		n.Level = int(d.uint())
		n.Names = d.aliasList()
		n.Star = d.flag()
		return n
	case tagScope:
		n := d.scopes.one()
		n.Range = d.at()
		n.Nonlocal = d.flag()
		n.Names = d.textList()
		return n
	case tagDelete:
		n := d.deletes.one()
		n.Range = d.at()
		n.Targets = d.exprs()
		return n
	case tagJump:
		n := d.jumps.one()
		n.Range = d.at()
		n.Kind = python.JumpKind(d.byte())
		return n
	case tagBadStmt:
		n := d.badStmts.one()
		n.Range = d.at()
		return n
	}
	d.fail()
	return nil
}

func (d *decoder) function() python.Stmt {
	n := d.functions.one()
	n.Range = d.at()
	n.Name = d.text()
	n.NameAt = d.at()
	n.TypeParams = d.typeParamList()
	n.Params = d.paramList()
	n.ParamsAt = d.at()
	n.Returns = d.expr()
	n.Decorators = d.decoratorList()
	n.Async = d.flag()
	d.suite(n)
	return n
}

// suite reads the body of a function.
func (d *decoder) suite(f *python.Function) {
	form := d.byte()
	if form > bodyRead {
		d.fail()
		return
	}
	if form == bodyThere {
		generator := d.flag()
		f.SetBody(d.body(), generator)
		return
	}
	at := d.at()
	if at.Start > at.End || int(at.End) > len(d.source) {
		d.fail()
		return
	}
	d.module.Hold(f, d.source, at)
	if form == bodyUnread {
		return
	}
	broken := take(d, &d.ranges)
	for i := range broken {
		broken[i] = d.at()
	}
	generator := d.flag()
	f.FillBody(d.body(), generator, broken)
}
