package fastapi

import (
	"maps"
	"slices"

	"bearings/internal/interpret"
	"bearings/internal/python"
)

// cbv is @cbv(router) of fastapi-utils 0.8 and fastapi-restful 0.6: the methods of
// a class that were registered on the router get their self from Depends(class),
// whose parameters are those of __init__ and the annotated fields.
func (l *linker) cbv(site *interpret.CallSite, path string, args *interpret.Args) (interpret.Value, bool) {
	switch path {
	case "fastapi_utils.cbv.cbv", "fastapi_restful.cbv.cbv":
	default:
		return nil, false
	}
	n := nodeOf(args.Value(0, "router"))
	if n == nil {
		return nil, false
	}
	return &interpret.Builtin{Origin: interpret.Origin{At: site.At}, Label: "cbv", Fn: func(f *interpret.Frame, s *interpret.CallSite, a *interpret.Args) interpret.Value {
		c, ok := a.Value(0, "").(*interpret.Class)
		if !ok {
			return a.Value(0, "")
		}
		if l.views == nil {
			l.views = map[*interpret.Class]bool{}
		}
		l.views[c] = true
		for _, e := range n.events {
			if e.route == nil {
				continue
			}
			if fn, ok := e.route.endpoint.(*interpret.Func); ok && fn.Owner == c && len(fn.Params()) > 0 {
				e.route.endpoint = l.viewMethod(f, s, c, fn)
				e.route.deps = append(slices.Clone(e.deps), e.route.deps...) // the router is included in itself
			}
		}
		return c
	}}, true
}

// viewMethod is a method whose first parameter is filled by Depends(class).
func (l *linker) viewMethod(f *interpret.Frame, site *interpret.CallSite, c *interpret.Class, fn *interpret.Func) *interpret.Func {
	out := *fn
	out.Defaults = maps.Clone(fn.Defaults)
	depends := l.depends(f, site, &interpret.External{Path: nameDepends}, &interpret.Args{Pos: []interpret.Arg{{Value: c, At: site.At}}})
	out.Defaults[fn.Params()[0].Name] = depends
	return &out
}

// viewParams are the parameters of a class of views.
func viewParams(c *interpret.Class) []param {
	var out []param
	if fn, _ := c.Lookup("__init__"); fn != nil {
		if f, ok := fn.(*interpret.Func); ok {
			out = funcParams(f, true)
		}
	}
	for _, fd := range interpret.InitParams(c) {
		n, ok := fd.Assign.Targets[0].(*python.Name)
		if !ok {
			continue
		}
		p := &python.Param{Range: fd.Assign.Range, Name: fd.Name, NameAt: n.Range, Annotation: fd.Assign.Annotation, Default: fd.Assign.Value, Kind: python.KeywordOnly}
		out = append(out, param{syntax: p, fn: &interpret.Func{Module: fd.Class.Module, Closure: fd.Class.Module.Scope}, deflt: fd.Default})
	}
	return out
}
