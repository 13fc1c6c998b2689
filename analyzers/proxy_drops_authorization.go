package analyzers

import (
	"fmt"
	"regexp"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// ProxyDropsAuthorization reports proxy configuration in the tree that takes the
// credentials out of requests.
var ProxyDropsAuthorization = &Analyzer{
	Code: "proxy-drops-authorization", Family: Proxy, Severity: Warning,
	Run: runProxyDrops,
}

// proxyRule is one way in which a proxy drops a header.
type proxyRule struct {
	pattern *regexp.Regexp
	what    string
	header  string // "authorization", or "" for all
}

func proxyRules() []proxyRule {
	return []proxyRule{
		{regexp.MustCompile(`(?im)^[ \t]*proxy_set_header[ \t]+Authorization[ \t]+(?:""|'')[ \t]*;`), "nginx clears Authorization", "authorization"},
		{regexp.MustCompile(`(?im)^[ \t]*proxy_pass_request_headers[ \t]+off[ \t]*;`), "nginx passes no header of the request on", ""},
		{regexp.MustCompile(`(?im)^[ \t]*RequestHeader[ \t]+unset[ \t]+"?Authorization"?`), "Apache removes Authorization", "authorization"},
		{regexp.MustCompile(`(?im)^[ \t]*header_up[ \t]+-Authorization\b`), "Caddy removes Authorization", "authorization"},
		{regexp.MustCompile(`(?im)customrequestheaders\.authorization[ \t]*[=:][ \t]*(?:""|'')?[ \t]*["']?[ \t]*$`), "Traefik clears Authorization", "authorization"},
		{regexp.MustCompile(`(?im)^[ \t]*(?:-[ \t]*)?["']?[\w.\-]*basicauth[\w.\-]*removeheader["']?[ \t]*[=:][ \t]*["']?true\b`), "Traefik removes Authorization behind its own basic authentication", "authorization"},
	}
}

// proxyFile reports whether a file may configure a proxy.
func proxyFile(path source.Path) bool {
	base := strings.ToLower(path.Base())
	switch {
	case strings.HasSuffix(base, ".conf"), strings.HasSuffix(base, ".conf.template"), strings.HasSuffix(base, ".nginx"), strings.Contains(base, "nginx"),
		strings.HasPrefix(base, "caddyfile"), strings.Contains(base, "traefik"), base == ".htaccess":
		return !strings.HasSuffix(base, ".py") && !strings.HasSuffix(base, ".md")
	case strings.HasSuffix(base, ".yml"), strings.HasSuffix(base, ".yaml"):
		return strings.Contains(base, "compose")
	}
	return false
}

func runProxyDrops(pass *Pass) {
	p := pass.Project
	reader, op := tokenReader(p)
	if op == nil {
		return
	}
	rules := proxyRules()
	for _, path := range p.Tree.Paths() {
		if !proxyFile(path) {
			continue
		}
		file, err := p.Tree.File(path)
		if err != nil || len(file.Text) > largestClient {
			continue
		}
		for _, rule := range rules {
			for _, m := range rule.pattern.FindAllIndex(file.Text, 20) {
				at := source.Span{Start: m[0], End: m[1]}
				text := file.Slice(at)
				at.Start += len(text) - len(strings.TrimLeft(text, " \t"))
				at.End -= len(text) - len(strings.TrimRight(text, " \t\r"))
				reportProxy(pass, source.Location{Path: path, Span: at}, rule, reader, op)
			}
		}
	}
}

// tokenReader finds an operation of an application that takes Authorization.
func tokenReader(p *fastapi.Project) (source.Location, *fastapi.Operation) {
	for _, app := range p.Apps {
		if app.Role != fastapi.Application {
			continue
		}
		if at, op := authorizationReader(app); op != nil {
			return at, op
		}
		for _, m := range app.Middleware {
			if m.Flow == nil || len(app.Operations) == 0 {
				continue
			}
			for _, r := range m.Flow.Reads {
				if r.What == "header" && r.Name == "authorization" {
					return r.At, app.Operations[0]
				}
			}
		}
	}
	return source.Location{}, nil
}

func reportProxy(pass *Pass, at source.Location, rule proxyRule, reader source.Location, op *fastapi.Operation) {
	f := Finding{
		At: at, Certainty: Confirmed, Subject: rule.what,
		Assumes: []string{"requests to the application come through this proxy"},
		Message: rule.what + ", which the application reads",
		Effect:  Effect{Certainty: Hypothesis, Status: []int{401}, Text: "requests that come through the proxy are refused, and the same requests work without it"},
		Check:   Check{Say: "Call the application with and without the proxy, and log the names of the headers that arrive"},
		Fixes:   []Fix{{Title: fmt.Sprintf("Pass it on: remove %q", strings.TrimSpace(sourceAt(pass.Project, at)))}},
	}
	f.Evidence = withPlaceOnce(f.Evidence, reader, "reads Authorization, for "+op.ID())
	pass.Report(f)
}
