package fastapi

import (
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// annotatedKinds gives the claims whose value is not known the type that the
// annotations say: of a parameter, or of a field of a parameter's class.
func (l *linker) annotatedKinds() {
	modules := map[source.Path][]claimExpr{}
	for _, t := range l.tokenOrder {
		for _, m := range t.Made {
			for i := range m.Claims {
				c := &m.Claims[i]
				if c.Kind != "" {
					continue
				}
				list, ok := modules[c.At.Path]
				if !ok {
					list = l.claimExprs(c.At.Path)
					modules[c.At.Path] = list
				}
				for _, e := range list {
					if e.key == c.At.Span {
						l.annotatedKind(c, e)
					}
				}
			}
		}
	}
}

// claimExpr is an entry of a dict, or an assignment to an item, in a function.
type claimExpr struct {
	key   source.Span
	value python.Expr
	in    *python.Function
}

// claimExprs lists the entries that are written in the functions of a module.
func (l *linker) claimExprs(path source.Path) (list []claimExpr) {
	m := l.in.Program.Module(path)
	if m == nil {
		return nil
	}
	python.Inspect(m, func(n any) bool {
		fn, ok := n.(*python.Function)
		if !ok {
			return true
		}
		python.Inspect(fn.Body(), func(n any) bool {
			switch x := n.(type) {
			case *python.Dict:
				for _, e := range x.Entries {
					if e.Key != nil {
						list = append(list, claimExpr{e.Key.Span(), e.Value, fn})
					}
				}
			case *python.Assign:
				for _, target := range x.Targets {
					if sub, ok := target.(*python.Subscript); ok && x.Value != nil {
						list = append(list, claimExpr{sub.Index.Span(), x.Value, fn}, claimExpr{sub.Span(), x.Value, fn})
					}
				}
			}
			return true
		})
		return true
	})
	return list
}

func (l *linker) annotatedKind(c *Claim, e claimExpr) {
	name, attr := e.value, ""
	if a, ok := e.value.(*python.Attribute); ok {
		name, attr = a.Value, a.Attr
	}
	n, ok := name.(*python.Name)
	if !ok || rebound(e.in, n.ID) {
		return
	}
	for _, param := range e.in.Params {
		if param.Name != n.ID || param.Annotation == nil {
			continue
		}
		at := source.Location{Path: c.At.Path, Span: param.Span()}
		if attr == "" {
			c.Kind, c.KindAt, c.Annotated = typeName(param.Annotation), at, true
			return
		}
		m := l.machine.Ran(c.At.Path)
		if m == nil {
			return
		}
		if class, ok := l.machine.Evaluate(m, param.Annotation).(*interpret.Class); ok {
			k := l.kindOfMember(class, attr)
			c.Kind, c.KindAt, c.Annotated = k.name, k.at, true
		}
	}
}

// rebound says whether a function assigns a name of its own.
func rebound(fn *python.Function, name string) (found bool) {
	python.Inspect(fn.Body(), func(n any) bool {
		if a, ok := n.(*python.Assign); ok {
			for _, t := range a.Targets {
				if x, ok := t.(*python.Name); ok && x.ID == name {
					found = true
				}
			}
		}
		return !found
	})
	return found
}

// notePromise notes the class that a function of the program says it returns, where
// what it returns is not known: the object of a query.
func (l *linker) notePromise(callee, v interpret.Value) {
	fn, ok := callee.(*interpret.Func)
	if !ok || fn.Def == nil || fn.Def.Returns == nil || fn.Module == nil {
		return
	}
	if op, ok := v.(*interpret.Op); ok && op.Name == "coroutine" && len(op.Args) == 1 {
		v = op.Args[0]
	}
	switch v.(type) {
	case *interpret.Op, *interpret.Choice, *interpret.Unknown:
	default:
		return
	}
	if _, known := l.promises[v]; known {
		return
	}
	inst, ok := l.machine.FrameOf(fn.Module).OfAnnotation(fn.Def.Returns, fn.At()).(*interpret.Instance)
	if !ok {
		return
	}
	if class, ok := inst.Class.(*interpret.Class); ok {
		if l.promises == nil {
			l.promises = map[interpret.Value]*interpret.Class{}
		}
		l.promises[v] = class
	}
}
