package analyzers

import (
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// isDependable reports whether a function was written to be a dependency: it is
// one elsewhere, it has dependencies or request parameters of its own, or it
// refuses requests.
func isDependable(p *fastapi.Project, fn *interpret.Func) bool {
	if fn.Def == nil {
		return false
	}
	for _, d := range fn.Defaults {
		if isDependsObject(d) || isRequestField(d) {
			return true
		}
	}
	if slices.ContainsFunc(p.Uses, func(u *fastapi.DependsUse) bool {
		used, ok := u.Value.(*interpret.Func)
		return ok && used.Def == fn.Def
	}) {
		return true
	}
	for _, param := range fn.Def.Params {
		if param.Annotation != nil && slices.ContainsFunc(annotationMetadata(p, fn.Module.Path, param), isDependsObject) {
			return true
		}
	}
	return raisesHTTPException(p, fn.Module.Path, fn.Def.Body())
}

func isDependsObject(v interpret.Value) bool {
	return interpret.IsInstanceOf(v, "fastapi.Depends", "fastapi.Security") != ""
}

func isRequestField(v interpret.Value) bool {
	return interpret.IsInstanceOf(v, "fastapi.Header", "fastapi.Query", "fastapi.Path", "fastapi.Cookie", "fastapi.Body", "fastapi.Form", "fastapi.File") != ""
}

// annotationMetadata lists what stands behind the type in Annotated[T, …]; nil for other annotations.
func annotationMetadata(p *fastapi.Project, path source.Path, param *python.Param) []interpret.Value {
	if param.Annotation == nil {
		return nil
	}
	base, args := interpret.Generic(p.Eval(path, param.Annotation))
	if external, ok := base.(*interpret.External); ok && external.Path == "typing.Annotated" && len(args) > 1 {
		return args[1:]
	}
	return nil
}

// raisesHTTPException reports whether a raise of an HTTPException stands in the body.
func raisesHTTPException(p *fastapi.Project, path source.Path, body []python.Stmt) bool {
	found := false
	inspectOwn(body, func(n any) bool {
		if r, ok := n.(*python.Raise); ok && r.X != nil {
			found = found || isHTTPExceptionExpr(p, path, r.X)
		}
		return !found
	})
	return found
}

// isHTTPExceptionExpr reports whether an expression is an HTTPException, its class or a call that makes one.
func isHTTPExceptionExpr(p *fastapi.Project, path source.Path, e python.Expr) bool {
	if c, ok := e.(*python.Call); ok {
		e = c.Func
	}
	switch e.(type) {
	case *python.Name, *python.Attribute:
	default:
		return false
	}
	v := p.Eval(path, e)
	if inst, ok := v.(*interpret.Instance); ok {
		v = inst.Class
	}
	return v != nil && interpret.DerivesFrom(v, "fastapi.HTTPException", "starlette.exceptions.HTTPException") != ""
}

// placeIn is the place of an expression in the file of another place.
func placeIn(at source.Location, e python.Expr) source.Location {
	return source.Location{Path: at.Path, Span: e.Span()}
}

// dottedName is a file's dotted module name, for commands.
func dottedName(p *fastapi.Project, path source.Path) string {
	if p.Program == nil {
		return strings.TrimSuffix(path.Base(), ".py")
	}
	return p.Program.ModuleName(path)
}
