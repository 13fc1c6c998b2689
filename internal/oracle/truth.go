package oracle

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Truth brings a dump into the plain form: the root application first, then
// those that it mounts. What FastAPI adds by itself is left out: the OpenAPI and
// documentation routes, the HEAD of Starlette's routes, the default exception
// handlers.
func (d *Dump) Truth() ([]App, error) {
	var raw []dumpApp
	if err := json.Unmarshal(d.Apps, &raw); err != nil {
		return nil, fmt.Errorf("applications of the dump: %w", err)
	}
	apps := make([]App, len(raw))
	for i, r := range raw {
		apps[i] = App{Mount: r.Prefix, Name: r.Type}
		if r.Created != nil {
			apps[i].At = Place(*r.Created)
		}
		if len(r.Bound) > 0 {
			apps[i].Name, _, _ = strings.Cut(r.Bound[0], "@")
		}
		apps[i].Middleware = truthStack(r.Middleware)
		apps[i].Handlers = truthHandlers(r)
	}
	for _, r := range d.Routes {
		if r.App >= len(apps) || r.ownRoute() {
			continue
		}
		apps[r.App].Operations = append(apps[r.App].Operations, d.operation(r))
	}
	return apps, nil
}

// ownRoute reports whether FastAPI itself added the route.
func (r dumpRoute) ownRoute() bool {
	return r.Dependant == nil && strings.HasPrefix(r.File, "<site>/fastapi/applications.py")
}

func (d *Dump) operation(r dumpRoute) Operation {
	o := Operation{Kind: r.Kind, Path: r.Path, Methods: slices.Clone(r.Methods)}
	if r.Kind == "mount" || r.Kind == "host" {
		return o
	}
	if r.Dependant == nil { // Starlette's Route answers HEAD wherever it answers GET
		o.Methods = slices.DeleteFunc(o.Methods, func(m string) bool { return m == "HEAD" })
	}
	slices.Sort(o.Methods)
	o.Handler = d.callable(r.Endpoint)
	if r.Dependant != nil {
		o.Tree = d.nodes(r.Dependant.Deps)
		d.schemes(r.Dependant.Deps, &o.Schemes)
		o.Schemes = sortedSet(o.Schemes)
	}
	return o
}

func (d *Dump) nodes(raw []dumpNode) []Node {
	var out []Node
	for _, r := range raw {
		out = append(out, Node{Callable: d.callable(r.Call), Parameter: r.Param, Scopes: r.Own,
			NoCache: r.UseCache != nil && !*r.UseCache, Deps: d.nodes(r.Deps)})
	}
	return out
}

func (d *Dump) schemes(raw []dumpNode, out *[]string) {
	for _, r := range raw {
		if s := d.Callables[r.Call].Scheme; r.Scheme && s != nil {
			c := d.callable(r.Call)
			*out = append(*out, fmt.Sprintf("%s %s@%s", s.Name, s.Class, c.At))
		}
		d.schemes(r.Deps, out)
	}
}

func (d *Dump) callable(key string) Callable {
	raw := d.Callables[key]
	c := Callable{Name: tail(raw.Qualname)}
	if raw.File == "" || strings.HasPrefix(raw.File, "<") {
		c.Loose = raw.Kind == "instance" // a library's object: where the project made it, nobody noted
		return c
	}
	c.At = Place{raw.File, raw.Line}
	c.Loose = raw.Kind == "instance" && !raw.Exact
	return c
}

func truthStack(raw []dumpMiddleware) []Middleware {
	var out []Middleware
	for _, r := range raw {
		m := Middleware{Class: r.Class}
		if strings.HasPrefix(r.File, "<") {
			m.Class = r.Module + "." + r.Class
		}
		if r.Class == "BaseHTTPMiddleware" {
			var dispatch struct{ Qualname string }
			if json.Unmarshal(r.Options["dispatch"], &dispatch) == nil && dispatch.Qualname != "" {
				m.Class = tail(dispatch.Qualname)
			}
		}
		if r.AddedAt != nil {
			m.At = Place(*r.AddedAt)
		}
		out = append(out, m)
	}
	return out
}

func truthHandlers(app dumpApp) []Handler {
	var out []Handler
	for _, h := range app.Handlers {
		if h.Module == "fastapi.exception_handlers" {
			continue
		}
		handler := Handler{At: Callable{Name: tail(h.Qualname)}}
		switch key := h.For.(type) {
		case float64:
			handler.For = fmt.Sprint(int(key))
		case string:
			handler.For = exceptionName(key)
		}
		if h.File != "" && !strings.HasPrefix(h.File, "<") {
			handler.At.At = Place(h.dumpPlace)
		}
		out = append(out, handler)
	}
	return out
}

// exceptionName shortens the qualified name of an exception class to its last
// element, but keeps FastAPI's HTTPException apart from Starlette's, whose
// subclass it is: they are two keys.
func exceptionName(qualified string) string {
	name := tail(qualified)
	if name == "HTTPException" && strings.HasPrefix(qualified, "fastapi.") {
		return "fastapi.HTTPException"
	}
	return name
}
