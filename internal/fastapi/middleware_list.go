package fastapi

import (
	"slices"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// middlewareOf is the State of app.user_middleware, whose first entry is the outermost.
type middlewareOf struct{ node *node }

func middlewareList(n *node, at source.Location) interpret.Value {
	return libraryObject(at, "builtins.list", &middlewareOf{n})
}

// middlewareObjects are the entries of app.user_middleware.
func (n *node) middlewareObjects() []interpret.Value {
	var out []interpret.Value
	for _, e := range slices.Backward(n.middleware) {
		out = append(out, &interpret.Instance{Origin: interpret.Origin{At: e.at}, Class: &interpret.External{Path: "starlette.middleware.Middleware"},
			Attrs: map[string]interpret.Value{"cls": e.class}, Args: e.args, State: e})
	}
	return out
}

// middlewareMethod is a method of app.user_middleware (Starlette 1.x: a plain list).
func (l *linker) middlewareMethod(f *interpret.Frame, site *interpret.CallSite, n *node, name string, args *interpret.Args) (interpret.Value, bool) {
	o := interpret.Origin{At: site.At}
	switch name {
	case "insert":
		at, ok := args.Value(0, "index").(*interpret.Num)
		if !ok || args.Value(1, "object") == nil {
			n.gap(site.At, MiddlewareStack, "the list of middleware is changed in place")
			break
		}
		l.putMiddleware(f, n, args.Value(1, "object"), int(at.Value), site.At)
	case "append":
		l.putMiddleware(f, n, orNone(args.Value(0, "object")), len(n.middleware), site.At)
	case "extend":
		items, known := f.Items(orNone(args.Value(0, "iterable")))
		if !known {
			n.gap(site.At, MiddlewareStack, "the list of middleware is changed in place")
		}
		for _, i := range items {
			l.putMiddleware(f, n, i, len(n.middleware), site.At)
		}
	case "clear":
		n.middleware = nil
	case "__len__":
		return &interpret.Num{Origin: o, Value: float64(len(n.middleware))}, true
	case "copy", "index", "count":
		return nil, false
	default:
		n.gap(site.At, MiddlewareStack, "the list of middleware is changed in place")
	}
	return &interpret.None{Origin: o}, true
}

// putMiddleware puts an entry at a position of the list, counted from the outermost.
func (l *linker) putMiddleware(f *interpret.Frame, n *node, v interpret.Value, position int, at source.Location) {
	before := len(n.middleware)
	l.middlewareEntry(f, n, v, "list")
	if len(n.middleware) != before+1 {
		return
	}
	added := n.middleware[before]
	added.at = at
	if position < 0 {
		position = max(0, before+position)
	}
	n.middleware = slices.Insert(n.middleware[:before:before], before-min(position, before), added)
}

// setMiddleware is app.user_middleware = list.
func (l *linker) setMiddleware(f *interpret.Frame, n *node, v interpret.Value, at source.Location) {
	items, known := f.Items(v)
	if !known {
		n.gap(at, MiddlewareStack, "the list of middleware is assigned to directly")
		return
	}
	n.middleware = nil
	for _, i := range slices.Backward(items) {
		if inst, ok := i.(*interpret.Instance); ok {
			if e, ok := inst.State.(*mwEntry); ok {
				n.middleware = append(n.middleware, e)
				continue
			}
		}
		l.middlewareEntry(f, n, i, "list")
	}
}

// stateObject is app.state, on which a program keeps what it likes.
func (n *node) stateObject(at source.Location) *interpret.Instance {
	if n.state == nil {
		n.state = &interpret.Instance{Origin: interpret.Origin{At: at}, Class: &interpret.External{Path: "starlette.datastructures.State"}, Attrs: map[string]interpret.Value{}}
	}
	return n.state
}
