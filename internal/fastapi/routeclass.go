package fastapi

import (
	"bearings/internal/interpret"
	"bearings/internal/source"
)

const nameAPIRoute = "fastapi.routing.APIRoute"

// routeClass is the class of the program that makes a route's object: route_class
// of the router, or route_class_override; nil when FastAPI's own does, or one that
// leaves get_route_handler alone (FastAPI 0.100 to 0.165).
func (n *node) routeClass(args *interpret.Args) *interpret.Class {
	v := args.Value(-1, "route_class_override")
	if v == nil {
		v = n.inst.Attrs["route_class"]
	}
	if v == nil && n.args != nil {
		v = n.args.Value(-1, "route_class")
	}
	c, ok := v.(*interpret.Class)
	if !ok || interpret.DerivesFrom(c, nameAPIRoute) == "" {
		return nil
	}
	if fn, _ := c.Lookup("get_route_handler"); fn == nil {
		return nil
	}
	return c
}

// around runs what a route class puts around the handlers, as a request would.
func (l *linker) around(c *interpret.Class) *Callable {
	at := source.Location{Path: c.Module.Path, Span: c.Def.Span()}
	frame := l.machine.FrameOf(c)
	inst := &interpret.Instance{Origin: interpret.Origin{At: at}, Class: c, Attrs: map[string]interpret.Value{}, Assumed: true}
	handler := frame.Call(&interpret.CallSite{At: at, Frame: frame}, frame.Attr(inst, "get_route_handler", at), &interpret.Args{})
	out := &Callable{Kind: ClassCallable, Name: c.Module.Name + ":" + c.Def.Name, At: at, Module: c.Module.Path}
	fn, ok := handler.(*interpret.Func)
	if !ok {
		return out
	}
	request := interpret.Assume(&interpret.External{Path: nameRequest}, at)
	out.Function = fn.Def
	out.Flow = l.runCallable(fn, &interpret.Args{Pos: []interpret.Arg{{Value: request, At: at}}}).flow
	return out
}

// arounds follows the route classes of an application's operations. What refuses
// there refuses before any dependency runs; the rules do not look into it.
func (l *linker) arounds(a *App) {
	made := map[*interpret.Class]*Callable{}
	for _, o := range a.Operations {
		c := o.routeClass
		if c == nil {
			continue
		}
		if made[c] == nil {
			made[c] = l.around(c)
		}
		o.Around = made[c]
		reason := ""
		switch {
		case o.Around.Flow == nil:
			reason = "what the route class " + c.Def.Name + " puts around the handler could not be followed"
		case o.Around.Flow.Refuses():
			reason = "the route class " + c.Def.Name + " can refuse a request before the dependencies run"
		default:
			continue
		}
		g := Gap{At: o.Around.At, Reason: reason, Parts: Dependencies | HandlersPart}
		o.Gaps = append(o.Gaps, g)
		a.addGap(g)
	}
}
