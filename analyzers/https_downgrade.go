package analyzers

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// httpsDowngrade reports servers behind a proxy that ends TLS, which trust no
// forwarded headers from it, of applications that make whole URLs: those begin with
// http://. Uvicorn (0.9 to 0.54) takes X-Forwarded-Proto from 127.0.0.1 alone, and
// gunicorn hands its own list, of the same default, to uvicorn's workers.
func httpsDowngrade(pass *Pass) {
	p := pass.Project
	proxy := tlsProxy(p)
	if proxy.IsZero() {
		return
	}
	told := commandsThatTrust(p)
	for _, app := range p.Apps {
		if app.Role != fastapi.Application || slices.ContainsFunc(app.Middleware, func(m *fastapi.Middleware) bool {
			return strings.HasSuffix(m.Canonical, "ProxyHeadersMiddleware")
		}) {
			continue
		}
		maker := makesURLs(p, app)
		if maker.IsZero() {
			continue
		}
		for _, e := range p.Environments {
			if e.Kind == environment.Local || e.Kind == environment.CI || e.Kind == environment.Test {
				continue
			}
			for _, c := range e.Commands {
				if told[c.At] || !commandStarts(c, app) || !trustsNobody(c) {
					continue
				}
				told[c.At] = true
				pass.Report(downgraded(c, app, proxy, maker))
			}
		}
	}
}

// commandsThatTrust lists the commands that are somewhere run with FORWARDED_ALLOW_IPS.
func commandsThatTrust(p *fastapi.Project) map[source.Location]bool {
	list := map[source.Location]bool{}
	for _, e := range p.Environments {
		if _, _, set := e.Lookup("FORWARDED_ALLOW_IPS"); set {
			for _, c := range e.Commands {
				list[c.At] = true
			}
		}
	}
	return list
}

// trustsNobody reports whether a server takes no forwarded headers from another host.
func trustsNobody(c environment.Command) bool {
	switch c.Server {
	case "uvicorn", "gunicorn", "fastapi":
		return c.ForwardedAllowIPs == "" && c.Config == "" && !c.Reload
	}
	return false
}

// tlsProxy is a line of proxy configuration in the tree by which requests arrive
// over https and go on to another host; zero when there is none.
func tlsProxy(p *fastapi.Project) source.Location {
	ends := regexp.MustCompile(`(?im)^[ \t]*listen[ \t]+[^;#\n]*(?:443|\bssl\b)[^;\n]*;|^[ \t]*ssl_certificate[ \t]+[^;\n]+;|traefik\.http\.routers\.[\w-]+\.(?:tls\b|entrypoints[ \t]*[=:][ \t]*["']?websecure)[^\n]*`)
	onward := regexp.MustCompile(`(?im)^[ \t]*proxy_pass[ \t]+https?://([\w.-]+)`)
	for _, path := range p.Tree.Paths() {
		if !proxyFile(path) {
			continue
		}
		file, err := p.Tree.File(path)
		if err != nil || len(file.Text) > largestClient {
			continue
		}
		if strings.HasPrefix(strings.ToLower(path.Base()), "caddyfile") {
			if at, ok := caddySite(file); ok {
				return at
			}
			continue
		}
		at := ends.FindIndex(file.Text)
		if at == nil {
			continue
		}
		if to := onward.FindSubmatch(file.Text); to != nil && (string(to[1]) == "localhost" || strings.HasPrefix(string(to[1]), "127.")) {
			continue // the one host that is trusted
		} else if to == nil && !strings.Contains(path.Base(), "compose") {
			continue
		}
		span := source.Span{Start: at[0], End: at[1]}
		text := file.Slice(span)
		span.Start += len(text) - len(strings.TrimLeft(text, " \t"))
		return source.Location{Path: path, Span: span}
	}
	return source.Location{}
}

// caddySite is the address of a site that Caddy 2 serves over https, as it does
// with every host name that has no scheme, and hands on to another host.
func caddySite(file *source.File) (source.Location, bool) {
	site := regexp.MustCompile(`(?m)^(?:https://)?((?:[\w-]+\.)+[a-z]{2,}|\{\$[A-Z_]+\})(?::443)?[ \t]*(?:,[^{\n]*)?\{`).FindSubmatchIndex(file.Text)
	to := regexp.MustCompile(`(?m)^[ \t]*reverse_proxy[ \t]+(?:[/*@]\S*[ \t]+)?(?:https?://)?([\w.-]+)`).FindSubmatch(file.Text)
	if site == nil || to == nil || string(to[1]) == "localhost" || strings.HasPrefix(string(to[1]), "127.") || strings.Contains(string(file.Text), "auto_https off") {
		return source.Location{}, false
	}
	return source.Location{Path: file.Path, Span: source.Span{Start: site[2], End: site[3]}}, true
}

// makesURLs is a call in the code of an application that makes a whole URL of the
// request: request.url_for(…), or a redirect to an identity provider, which holds one.
func makesURLs(p *fastapi.Project, app *fastapi.App) (at source.Location) {
	for _, o := range app.Operations {
		if o.Handler == nil || o.Handler.Function == nil || !at.IsZero() {
			continue
		}
		python.Inspect(o.Handler.Function.Body(), func(n any) bool {
			call, ok := n.(*python.Call)
			if !ok || !at.IsZero() {
				return at.IsZero()
			}
			if attr, ok := call.Func.(*python.Attribute); ok && (attr.Attr == "url_for" && isRequest(p, o, attr.Value) || attr.Attr == "authorize_redirect") {
				at = source.Location{Path: o.Handler.Module, Span: call.Span()}
			}
			return true
		})
	}
	return at
}

// isRequest reports whether an expression is a parameter of the handler that is annotated as Request.
func isRequest(p *fastapi.Project, o *fastapi.Operation, e python.Expr) bool {
	return slices.ContainsFunc(o.Handler.Function.Params, func(param *python.Param) bool {
		return isNamed(e, param.Name) && param.Annotation != nil && resolvedName(p, o.Handler.Module, param.Annotation) == "starlette.requests.Request"
	})
}

func downgraded(c environment.Command, app *fastapi.App, proxy, maker source.Location) Finding {
	f := Finding{
		At: c.At, Certainty: Hypothesis, Subject: "forwarded " + app.Name,
		Message: fmt.Sprintf("%s trusts forwarded headers from 127.0.0.1 alone, and %s builds URLs behind a proxy that ends TLS", c.Server, app.Name),
		Effect:  Effect{Certainty: Hypothesis, Text: "these URLs begin with http://: the identity provider refuses the redirect_uri, and redirects lose Authorization"},
		Check:   Check{Say: "Call it through the proxy, and look whether Location or redirect_uri begins with http://", Run: "curl -sI https://…/ | grep -i location"},
		Fixes:   []Fix{{Title: "Add --proxy-headers --forwarded-allow-ips with the proxy's address, or set FORWARDED_ALLOW_IPS"}},
	}
	f.Evidence = withPlaceOnce(f.Evidence, proxy, "https ends here")
	f.Evidence = withPlaceOnce(f.Evidence, maker, "builds a URL from the request")
	return f
}
