package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// TokenURLAbsolute reports an absolute tokenUrl of an application that is served under a prefix.
var TokenURLAbsolute = &Analyzer{Code: "token-url-absolute", Family: OAuth2Scheme, Severity: Warning, Requires: fastapi.SchemesPart, Run: runTokenURLAbsolute}

func runTokenURLAbsolute(pass *Pass) {
	for _, a := range pass.Project.Apps {
		prefix, at := rootPath(pass.Project, a)
		if prefix == "" || prefix == "/" {
			continue
		}
		for _, s := range a.Schemes {
			t, ok := a.TokenTarget(s)
			if !ok || t.External || t.Relative || strings.HasPrefix(s.TokenURL.Value, strings.TrimSuffix(prefix, "/")+"/") {
				continue
			}
			right := strings.TrimPrefix(s.TokenURL.Value, "/")
			pass.Report(Finding{
				Certainty: Confirmed, At: s.TokenURL.At, Subject: s.TokenURL.Value,
				Message:    fmt.Sprintf("tokenUrl %q is absolute, and %s is served under %s", s.TokenURL.Value, a.Name, prefix),
				Effect:     Effect{Certainty: Hypothesis, Status: []int{404}, Text: fmt.Sprintf("behind the proxy Swagger UI posts to %s instead of %s%s, so Authorize gets 404 there and works on a laptop", s.TokenURL.Value, strings.TrimSuffix(prefix, "/"), s.TokenURL.Value)},
				Evidence:   []Evidence{{At: at, Note: "the public prefix " + prefix}, schemeNote(s, "the scheme copies tokenUrl unchanged into /openapi.json")},
				Check:      Check{Say: fmt.Sprintf("open %s/docs through the proxy and watch to which URL Authorize posts", strings.TrimSuffix(prefix, "/"))},
				Fixes:      fixText(pass.Project, s.TokenURL.At, right, fmt.Sprintf("Make tokenUrl relative: %q", right), a.DocsURL == "/docs"),
				Operations: oauth2Operations(usersOf(a, s)...),
			})
		}
	}
}

// rootPath is the prefix under which an application is served: its own argument, or a start command's --root-path.
func rootPath(p *fastapi.Project, a *fastapi.App) (string, source.Location) {
	if a.RootPath != "" {
		at := a.RootPathAt
		if at.IsZero() {
			at = a.At
		}
		return a.RootPath, at
	}
	for _, e := range p.Environments {
		for _, c := range e.Commands {
			if c.RootPath != "" && commandStarts(c, a) && p.Runs(e, a.At.Path) {
				return c.RootPath, c.At
			}
		}
	}
	return "", source.Location{}
}

// commandStarts says whether a start command names the application.
func commandStarts(c environment.Command, a *fastapi.App) bool {
	if c.App == "" {
		return false
	}
	return c.App == a.Name || strings.HasSuffix(a.Name, "."+c.App) || strings.HasSuffix(c.App, "."+a.Name)
}
