package factcache

import "bearings/internal/python"

// stmt writes a statement, or that there is none.
func (e *encoder) stmt(s python.Stmt) {
	if s == nil {
		e.byte(absent)
		return
	}
	e.enter()
	defer e.leave()
	switch s := s.(type) {
	case *python.Assign:
		e.tag(tagAssign, s.Range)
		e.exprs(s.Targets)
		e.expr(s.Annotation)
		e.expr(s.Value)
	case *python.AugAssign:
		e.tag(tagAugAssign, s.Range)
		e.expr(s.Target)
		e.text(s.Op)
		e.expr(s.Value)
	case *python.TypeAlias:
		e.tag(tagTypeAlias, s.Range)
		e.name(s.Name)
		e.typeParams(s.TypeParams)
		e.expr(s.Value)
	case *python.ExprStmt:
		e.tag(tagExprStmt, s.Range)
		e.expr(s.X)
	case *python.Return:
		e.tag(tagReturn, s.Range)
		e.expr(s.X)
	case *python.Raise:
		e.tag(tagRaise, s.Range)
		e.expr(s.X)
		e.expr(s.Cause)
	case *python.Assert:
		e.tag(tagAssert, s.Range)
		e.expr(s.Test)
		e.expr(s.Message)
	case *python.Scope:
		e.tag(tagScope, s.Range)
		e.flag(s.Nonlocal)
		e.textList(s.Names)
	case *python.Delete:
		e.tag(tagDelete, s.Range)
		e.exprs(s.Targets)
	case *python.Jump:
		e.tag(tagJump, s.Range)
		e.byte(byte(s.Kind))
	case *python.BadStmt:
		e.tag(tagBadStmt, s.Range)
	default:
		e.compound(s)
	}
}

// compound is stmt for statements with a body.
func (e *encoder) compound(s python.Stmt) {
	switch s := s.(type) {
	case *python.If:
		e.tag(tagIf, s.Range)
		e.expr(s.Test)
		e.body(s.Body)
		e.body(s.Else)
	case *python.For:
		e.tag(tagFor, s.Range)
		e.expr(s.Target)
		e.expr(s.Iter)
		e.body(s.Body)
		e.body(s.Else)
		e.flag(s.Async)
	case *python.While:
		e.tag(tagWhile, s.Range)
		e.expr(s.Test)
		e.body(s.Body)
		e.body(s.Else)
	case *python.Try:
		e.tag(tagTry, s.Range)
		e.body(s.Body)
		list(e, listHandler, s.Handlers, e.handler)
		e.body(s.Else)
		e.body(s.Finally)
	case *python.With:
		e.tag(tagWith, s.Range)
		list(e, listWithItem, s.Items, func(i *python.WithItem) { e.expr(i.Context); e.expr(i.Target) })
		e.body(s.Body)
		e.flag(s.Async)
	case *python.Match:
		e.tag(tagMatch, s.Range)
		e.expr(s.Subject)
		list(e, listCase, s.Cases, e.branch)
	default:
		e.definition(s)
	}
}

// definition is stmt for what binds names other than by assignment.
func (e *encoder) definition(s python.Stmt) {
	switch s := s.(type) {
	case *python.Function:
		e.tag(tagFunction, s.Range)
		e.text(s.Name)
		e.at(s.NameAt)
		e.typeParams(s.TypeParams)
		e.params(s.Params)
		e.at(s.ParamsAt)
		e.expr(s.Returns)
		e.decorators(s.Decorators)
		e.flag(s.Async)
		e.suite(s)
	case *python.Class:
		e.tag(tagClass, s.Range)
		e.text(s.Name)
		e.at(s.NameAt)
		e.typeParams(s.TypeParams)
		e.args(s.Bases)
		e.body(s.Body)
		e.decorators(s.Decorators)
	case *python.Import:
		e.tag(tagImport, s.Range)
		e.aliases(s.Names)
	case *python.ImportFrom:
		e.tag(tagImportFrom, s.Range)
		e.text(s.Module)
		e.at(s.ModuleAt)
		e.uint(uint64(s.Level))
		e.aliases(s.Names)
		e.flag(s.Star)
	}
}

// The forms of a function's body.
const (
	bodyThere  = iota // it was read with the module
	bodyUnread        // it is read when it is asked for, and has not been
	bodyRead          // it is read when it is asked for, and has been
)

// suite writes the body of a function, or where it stands.
func (e *encoder) suite(f *python.Function) {
	at, read, held := f.Holds()
	switch {
	case held && !read:
		e.byte(bodyUnread)
		e.at(at)
		return
	case held:
		e.byte(bodyRead)
		e.at(at)
		list(e, listRange, f.BodyBroken(), func(r *python.Range) { e.at(*r) })
	default:
		e.byte(bodyThere)
	}
	e.flag(f.Generator())
	e.body(f.Body())
}

func (e *encoder) handler(at **python.Handler) {
	h := *at
	e.counts[countHandler]++
	e.at(h.Range)
	e.expr(h.Types)
	e.text(h.Name)
	e.flag(h.Star)
	e.body(h.Body)
}

func (e *encoder) branch(c *python.Case) {
	e.at(c.Range)
	e.expr(c.Pattern)
	e.expr(c.Guard)
	e.body(c.Body)
}

func (e *encoder) decorators(decorators []*python.Decorator) {
	list(e, listDecorator, decorators, func(at **python.Decorator) {
		e.counts[countDecorator]++
		e.at((*at).Range)
		e.expr((*at).X)
	})
}

func (e *encoder) aliases(names []python.Alias) {
	list(e, listAlias, names, func(a *python.Alias) {
		e.at(a.Range)
		e.text(a.Name)
		e.at(a.NameAt)
		e.text(a.As)
	})
}
