package analyzers

import (
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// cookieCall is one response.set_cookie(…) or delete_cookie(…) on the way of a request.
type cookieCall struct {
	call     *python.Call
	at       source.Location
	path     source.Path
	in       *fastapi.Callable
	ops      []*fastapi.Operation
	delete   bool
	injected bool   // on the response that FastAPI injects
	name     string // the cookie's name, "" when it is not known
}

// cookieCalls lists the calls in handlers and in what they depend on.
func cookieCalls(p *fastapi.Project) (list []*cookieCall) {
	index := map[source.Location]*cookieCall{}
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			eachCallable(o, func(c *fastapi.Callable) {
				if c.Function == nil {
					return
				}
				python.Inspect(c.Function.Body(), func(n any) bool {
					call, ok := n.(*python.Call)
					if !ok {
						return true
					}
					at := source.Location{Path: c.Module, Span: call.Span()}
					if have := index[at]; have != nil {
						have.ops = append(have.ops, o)
						return true
					}
					if k := cookieCallOf(p, c, call); k != nil {
						k.at, k.ops = at, []*fastapi.Operation{o}
						index[at] = k
						list = append(list, k)
					}
					return true
				})
			})
		}
	}
	return list
}

// cookieCallOf recognises a call on a response: the injected parameter, or a
// variable that holds a response of the function's own.
func cookieCallOf(p *fastapi.Project, c *fastapi.Callable, call *python.Call) *cookieCall {
	attr, ok := call.Func.(*python.Attribute)
	if !ok || attr.Attr != "set_cookie" && attr.Attr != "delete_cookie" {
		return nil
	}
	k := &cookieCall{call: call, path: c.Module, in: c, delete: attr.Attr == "delete_cookie"}
	on, ok := attr.Value.(*python.Name)
	if !ok {
		return nil
	}
	for _, param := range c.Function.Params {
		if param.Name != on.ID {
			continue
		}
		if param.Annotation == nil || resolvedName(p, c.Module, param.Annotation) != "starlette.responses.Response" {
			return nil
		}
		k.injected = !assigned(c.Function, on.ID)
	}
	if a := callArgument(call, 0, "key"); a != nil {
		k.name, _ = interpret.Text(literalValue(p, c.Module, a.Value))
	}
	return k
}

func assigned(fn *python.Function, name string) bool {
	found := false
	python.Inspect(fn.Body(), func(n any) bool {
		if a, ok := n.(*python.Assign); ok {
			for _, t := range a.Targets {
				found = found || isNamed(t, name)
			}
		}
		return !found
	})
	return found
}

// argument evaluates one of the call's keyword arguments; nil when it is not given or not known.
func (k *cookieCall) argument(p *fastapi.Project, position int, name string) (interpret.Value, source.Location) {
	a := callArgument(k.call, position, name)
	if a == nil {
		return nil, source.Location{}
	}
	return literalValue(p, k.path, a.Value), source.Location{Path: k.path, Span: a.Span()}
}

// text is a keyword argument as a text, and whether it is known: an absent one is its default.
func (k *cookieCall) text(p *fastapi.Project, position int, name, otherwise string) (string, source.Location, bool) {
	if openArguments(k.call) {
		return "", source.Location{}, false
	}
	v, at := k.argument(p, position, name)
	if at.IsZero() {
		return otherwise, k.at, true
	}
	if isNoneValue(v) {
		return otherwise, at, true
	}
	t, ok := interpret.Text(v)
	return t, at, ok
}

// isSecure says whether the cookie has the attribute Secure.
func (k *cookieCall) isSecure(p *fastapi.Project) (secure, known bool) {
	position := 7
	if k.delete {
		position = 3
	}
	v, at := k.argument(p, position, "secure")
	if at.IsZero() {
		return false, !openArguments(k.call)
	}
	b, ok := v.(*interpret.Bool)
	return ok && b.Value, ok
}

// publishedOverHTTP finds the line of a compose file that publishes port 80, in a
// tree in which nothing speaks TLS; nowhere when there is none.
func publishedOverHTTP(p *fastapi.Project) (at source.Location) {
	for _, path := range p.Tree.Paths() {
		base := path.Base()
		if !strings.HasSuffix(base, ".yml") && !strings.HasSuffix(base, ".yaml") || !strings.Contains(base, "compose") {
			continue
		}
		file, err := p.Tree.File(path)
		if err != nil || len(file.Text) > largestClient {
			continue
		}
		for _, tls := range []string{"443", "traefik", "caddy", "https", "certbot", "letsencrypt", "tls", "ssl"} {
			if strings.Contains(strings.ToLower(string(file.Text)), tls) {
				return source.Location{}
			}
		}
		for line := range file.LineCount() {
			text := strings.TrimSpace(file.Slice(file.Line(line)))
			if at.IsZero() && publishes80(text) {
				span := file.Line(line)
				start := span.Start + strings.Index(file.Slice(span), text)
				at = source.Location{Path: path, Span: source.Span{Start: start, End: start + len(text)}}
			}
		}
	}
	return at
}

// publishes80 reads one line of a compose file: ports: ["80:8000"], - 80:8000, published: 80.
func publishes80(text string) bool {
	if value, ok := strings.CutPrefix(text, "published:"); ok {
		return strings.Trim(strings.TrimSpace(value), `"'`) == "80"
	}
	value, ok := strings.CutPrefix(text, "ports:")
	if !ok {
		value, ok = strings.CutPrefix(text, "-")
	}
	if !ok {
		return false
	}
	for _, item := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune("[], \t", r) }) {
		item = strings.Trim(item, `"'`)
		if strings.HasPrefix(item, "80:") || strings.HasPrefix(item, "0.0.0.0:80:") {
			return true
		}
	}
	return false
}
