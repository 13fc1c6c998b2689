package analyzers

import (
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// eachCallable visits the handler of an operation and everything that it depends on.
func eachCallable(o *fastapi.Operation, visit func(*fastapi.Callable)) {
	seen := map[*fastapi.Callable]bool{}
	var walk func(list []*fastapi.Dependency, depth int)
	walk = func(list []*fastapi.Dependency, depth int) {
		for _, d := range list {
			if d.Callable != nil && !seen[d.Callable] {
				seen[d.Callable] = true
				visit(d.Callable)
			}
			if depth < 30 {
				walk(d.Dependencies, depth+1)
			}
		}
	}
	walk(o.Dependencies, 0)
	if o.Handler != nil && !seen[o.Handler] {
		visit(o.Handler)
	}
}

// writtenReads finds reads of the session and the user that stand in a function
// which was not followed: attributes of a parameter that is a request, and calls
// of Authlib's client, which keeps its state in the session.
func writtenReads(p *fastapi.Project, c *fastapi.Callable) (out []fastapi.Read) {
	if c.Function == nil {
		return nil
	}
	requests := requestParameters(p, c)
	for _, d := range c.Function.Decorators {
		if call, ok := d.X.(*python.Call); ok && resolvedName(p, c.Module, call.Func) == "starlette.authentication.requires" {
			out = append(out, fastapi.Read{What: "auth", At: source.Location{Path: c.Module, Span: d.X.Span()}})
		}
	}
	python.Inspect(c.Function.Body(), func(n any) bool {
		switch x := n.(type) {
		case *python.Attribute:
			name, ok := x.Value.(*python.Name)
			if ok && c.Flow == nil && requests[name.ID] && provisions[x.Attr].class != "" {
				out = append(out, fastapi.Read{What: x.Attr, At: source.Location{Path: c.Module, Span: x.Span()}})
			}
		case *python.Call:
			if authlibState(p, c.Module, x) {
				out = append(out, fastapi.Read{What: "session", At: source.Location{Path: c.Module, Span: x.Func.Span()}})
			}
		}
		return true
	})
	return out
}

// requestParameters lists the parameters that FastAPI fills with the request.
func requestParameters(p *fastapi.Project, c *fastapi.Callable) map[string]bool {
	out := map[string]bool{}
	for _, param := range c.Function.Params {
		if param.Annotation != nil {
			if name := resolvedName(p, c.Module, param.Annotation); name == "starlette.requests.Request" || name == "starlette.requests.HTTPConnection" {
				out[param.Name] = true
			}
		}
	}
	return out
}

// authlibState reports whether a call is one of authlib's Starlette client that
// keeps its state in request.session (Authlib 0.15 to 1.6).
func authlibState(p *fastapi.Project, path source.Path, call *python.Call) bool {
	attr, ok := call.Func.(*python.Attribute)
	if !ok || attr.Attr != "authorize_redirect" && attr.Attr != "authorize_access_token" {
		return false
	}
	base := attr.Value
	for {
		a, ok := base.(*python.Attribute)
		if !ok {
			break
		}
		base = a.Value
	}
	if _, ok := base.(*python.Name); !ok {
		return false
	}
	return interpret.IsInstanceOf(p.Eval(path, base), "authlib.integrations.starlette_client.OAuth", "authlib.integrations.starlette_client.apps.StarletteOAuth2App") != ""
}

// writesScope reports whether the program puts an item into a scope by itself.
func writesScope(p *fastapi.Project, item string) bool {
	for _, path := range p.Modules() {
		found := false
		python.InspectHolding(moduleOf(p, path), python.AnyOf("scope"), func(n any) bool {
			a, ok := n.(*python.Assign)
			if !ok {
				return !found
			}
			for _, t := range a.Targets {
				sub, ok := t.(*python.Subscript)
				if !ok {
					continue
				}
				if key, ok := sub.Index.(*python.String); ok && key.Value == item && endsInScope(sub.Value) {
					found = true
				}
			}
			return !found
		})
		if found {
			return true
		}
	}
	return false
}

func endsInScope(e python.Expr) bool {
	switch x := e.(type) {
	case *python.Name:
		return x.ID == "scope"
	case *python.Attribute:
		return x.Attr == "scope"
	}
	return false
}

// checksScope reports whether a middleware asks first: "session" in request.scope.
func checksScope(p *fastapi.Project, m *fastapi.Middleware, item string) bool {
	if m.Callable == nil || m.Callable.Function == nil {
		return false
	}
	found := false
	python.Inspect(m.Callable.Function, func(n any) bool {
		if c, ok := n.(*python.Compare); ok && len(c.Rest) == 1 && endsInScope(c.Rest[0]) {
			if key, ok := c.X.(*python.String); ok && key.Value == item {
				found = true
			}
		}
		if c, ok := n.(*python.Call); ok && len(c.Args) > 1 && isNamed(c.Func, "hasattr") {
			if key, ok := c.Args[1].Value.(*python.String); ok && key.Value == item {
				found = true
			}
		}
		return !found
	})
	return found
}
