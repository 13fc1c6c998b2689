package fastapi

import (
	"slices"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// listed is the State of an object that stands for an entry of app.routes.
type listed struct {
	event *event
	own   bool // of the list of the router on which it was registered, not of a copy
}

func (l *linker) textOf(v interpret.Value) string {
	t, _ := l.constant(v)
	return t
}

func mountObject(e *event, path string) interpret.Value {
	o := interpret.Origin{At: e.at}
	attrs := map[string]interpret.Value{"path": &interpret.Str{Origin: o, Text: path}, "name": &interpret.Str{Origin: o, Text: e.mount.name}}
	if e.mount.app != nil {
		attrs["app"] = e.mount.app
	}
	return &interpret.Instance{Origin: o, Class: &interpret.External{Path: "starlette.routing.Mount"}, State: &listed{event: e}, Attrs: attrs}
}

// eventOf is the registration that an entry of app.routes stands for; nil for others.
func eventOf(v interpret.Value) *event {
	inst, ok := v.(*interpret.Instance)
	if !ok {
		return nil
	}
	if e, ok := inst.State.(*listed); ok {
		return e.event
	}
	return nil
}

// insertRoute is app.routes.insert(position, route); false when the position is not known.
func (l *linker) insertRoute(f *interpret.Frame, n *node, args *interpret.Args) bool {
	at, ok := args.Value(0, "index").(*interpret.Num)
	if !ok || at.Value < 0 {
		return false
	}
	before := len(n.events)
	if e := eventOf(args.Value(1, "object")); e != nil && e.owner == n {
		n.events = append(n.events, e)
	} else {
		l.routeList(f, n, &interpret.Seq{Items: []interpret.Value{orNone(args.Value(1, "object"))}}, at.At)
	}
	if len(n.events) != before+1 {
		return false
	}
	added := n.events[before]
	n.events = slices.Insert(n.events[:before:before], min(int(at.Value), before), added)
	return true
}

// removeRoute is app.routes.remove(route); false when the route is not known.
func (l *linker) removeRoute(n *node, v interpret.Value) bool {
	if isOwn(v) {
		return true
	}
	e := eventOf(v)
	i := slices.Index(n.events, e)
	if e == nil || i < 0 {
		return false
	}
	n.events = slices.Delete(slices.Clone(n.events), i, i+1)
	return true
}

// wholeSlice is the key of routes[:].
func wholeSlice(at source.Location) interpret.Value {
	none := &interpret.None{Origin: interpret.Origin{At: at}}
	return &interpret.Op{Origin: interpret.Origin{At: at}, Name: "slice", Args: []interpret.Value{none, none, none}}
}

// replaceRoutes is app.router.routes = list and app.router.routes[:] = list. What
// the list keeps of the former entries stays; FastAPI's own routes are not among them.
func (l *linker) replaceRoutes(f *interpret.Frame, n *node, key, v interpret.Value, at source.Location) {
	slice, ok := key.(*interpret.Op)
	items, known := f.Items(v)
	whole := ok && slice.Name == "slice" && len(slice.Args) == 3
	if whole {
		for _, b := range slice.Args {
			_, none := b.(*interpret.None)
			whole = whole && none
		}
	}
	if !whole || !known {
		n.gap(at, Routes, "the list of routes is changed in place")
		return
	}
	had := n.events
	n.events = nil
	for _, i := range items {
		if isOwn(i) {
			continue
		}
		if e := eventOf(i); e != nil && slices.Contains(had, e) {
			n.events = append(n.events, e)
			continue
		}
		l.routeList(f, n, &interpret.Seq{Items: []interpret.Value{i}}, at)
	}
}

// relisted registers an object that stands for an entry of another list of
// routes, as it was changed meanwhile. Its path is the whole one.
func (l *linker) relisted(f *interpret.Frame, n *node, inst *interpret.Instance, site *interpret.CallSite) bool {
	st, ok := inst.State.(*listed)
	if !ok {
		return false
	}
	e := *st.event
	e.owner, e.prefix, e.deps = n, nil, nil
	e.seq, e.conds, e.bare = l.machine.Seq(), conditions(f), true
	if e.route != nil {
		r := *e.route
		r.path, r.endpoint = inst.Attrs["path"], inst.Attrs["endpoint"]
		r.deps = l.depsOf(f, orNone(inst.Attrs["dependencies"]), site.At)
		e.route = &r
	}
	n.events = append(n.events, &e)
	return true
}

// own is the State of an object that stands for a route that FastAPI adds by itself.
type own struct{}

func isOwn(v interpret.Value) bool {
	inst, ok := v.(*interpret.Instance)
	if !ok {
		return false
	}
	_, ok = inst.State.(own)
	return ok
}

// ownRoutes are the routes of the documentation, which FastAPI registers first
// (FastAPI 0.100 to 0.165). The model does not list them among the operations.
func (n *node) ownRoutes() (out []interpret.Value) {
	o := interpret.Origin{At: n.at}
	for _, name := range []string{"openapi_url", "docs_url", "swagger_ui_oauth2_redirect_url", "redoc_url"} {
		path, ok := n.setting(name, n.at).(*interpret.Str)
		if !ok {
			continue
		}
		out = append(out, &interpret.Instance{Origin: o, Class: &interpret.External{Path: "starlette.routing.Route"}, State: own{}, Attrs: map[string]interpret.Value{
			"path": path, "name": &interpret.Str{Origin: o, Text: name}, "include_in_schema": &interpret.Bool{Origin: o},
			"methods": &interpret.Seq{Origin: o, Kind: python.Set, Items: []interpret.Value{&interpret.Str{Origin: o, Text: "GET"}}},
		}})
	}
	return out
}
