package fastapi

import (
	"bearings/internal/interpret"
	"bearings/internal/python"
)

// method finds a method that a router class of the program defines over
// APIRouter's; nil when it does not, or when it runs already and calls super().
func (l *linker) method(f *interpret.Frame, n *node, name string) *interpret.Func {
	c, ok := n.inst.Class.(*interpret.Class)
	if !ok || n.app { // FastAPI's methods are those of the router that it holds
		return nil
	}
	v, owner := c.Lookup(name)
	fn, ok := v.(*interpret.Func)
	if !ok {
		return nil
	}
	for at := f; at != nil; at = at.Caller {
		if at.Func != nil && at.Func.Owner == owner && at.Func.Name() == name {
			return nil
		}
	}
	bound := *fn
	bound.Self = n.inst
	return &bound
}

// overridden calls api_route of a router's class for @router.get and the like,
// as APIRouter does (FastAPI 0.100 to 0.165).
func (l *linker) overridden(f *interpret.Frame, site *interpret.CallSite, n *node, recv *interpret.Instance, name string, args *interpret.Args) (interpret.Value, bool) {
	verb, ok := methods[name]
	if !ok {
		return nil, false
	}
	fn := l.method(f, n, "api_route")
	if fn == nil {
		return nil, false
	}
	return f.Call(site, fn, withMethods(site, args, []string{verb})), true
}

// registerOverridden calls add_api_route or add_api_websocket_route of a router's
// class for what a decorator registers; false when the class leaves them alone.
func (l *linker) registerOverridden(f *interpret.Frame, n *node, site *interpret.CallSite, kind OperationKind, verbs []string, args *interpret.Args, endpoint interpret.Value, plain bool) bool {
	name := "add_api_route"
	if kind == WebSocket {
		name = "add_api_websocket_route"
	}
	if plain {
		return false
	}
	fn := l.method(f, n, name)
	if fn == nil {
		return false
	}
	call := args
	if kind == HTTP {
		call = withMethods(site, args, verbs)
	}
	path, _ := args.Get(0, "path")
	full := &interpret.Args{Pos: []interpret.Arg{{Value: orNone(path.Value), At: path.At}, {Value: endpoint, At: site.At}}, Open: call.Open, Spread: call.Spread}
	for _, k := range call.Kw {
		if k.Name != "path" {
			full.Kw = append(full.Kw, k)
		}
	}
	f.Call(site, fn, full)
	return true
}

func withMethods(site *interpret.CallSite, args *interpret.Args, verbs []string) *interpret.Args {
	o := interpret.Origin{At: site.At}
	list := &interpret.Seq{Origin: o, Kind: python.List}
	for _, v := range verbs {
		list.Items = append(list.Items, &interpret.Str{Origin: o, Text: v})
	}
	return args.Join(&interpret.Args{Kw: []interpret.Arg{{Name: "methods", Value: list, At: site.At}}})
}
