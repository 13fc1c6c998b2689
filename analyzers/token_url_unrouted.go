package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
)

// TokenURLUnrouted reports a tokenUrl at which nothing takes the login form.
var TokenURLUnrouted = &Analyzer{Code: "token-url-unrouted", Family: OAuth2Scheme, Severity: Warning, Requires: fastapi.Routes | fastapi.SchemesPart, Run: runTokenURLUnrouted}

func runTokenURLUnrouted(pass *Pass) {
	for _, a := range pass.Project.Apps {
		for _, s := range a.Schemes {
			t, ok := a.TokenTarget(s)
			if !ok || t.External || t.Operation != nil || s.Class == "OAuth2AuthorizationCodeBearer" || rewritten(pass.Project, s) {
				continue
			}
			if strings.HasPrefix(s.TokenURL.Value, "/") && behindRoot(a, s.TokenURL.Value) {
				continue
			}
			reportUnrouted(pass, a, s, t)
		}
	}
}

// rewritten says whether the program gives the scheme another URL when it starts:
// oauth2.model.flows.password.tokenUrl = ….
func rewritten(p *fastapi.Project, s *fastapi.Scheme) (found bool) {
	for _, path := range p.Modules() {
		module := moduleOf(p, path)
		if found || module == nil {
			continue
		}
		python.InspectHolding(module, python.AnyOf("tokenUrl"), func(n any) bool {
			if a, ok := n.(*python.Assign); ok {
				for _, t := range a.Targets {
					target, ok := t.(*python.Attribute)
					found = found || ok && target.Attr == "tokenUrl" && rootName(target) == s.Variable
				}
			}
			return !found
		})
	}
	return found
}

// rootName is the name at the beginning of a chain of attributes: the last one
// before ".model" where an object is reached through a module.
func rootName(x python.Expr) string {
	for {
		attribute, ok := x.(*python.Attribute)
		if !ok {
			break
		}
		if inner, ok := attribute.Value.(*python.Attribute); ok && attribute.Attr == "model" {
			return inner.Attr
		}
		x = attribute.Value
	}
	if name, ok := x.(*python.Name); ok {
		return name.ID
	}
	return ""
}

// behindRoot says whether the URL names an operation under the public prefix of a proxy.
func behindRoot(a *fastapi.App, url string) bool {
	return a.RootPath != "" && a.RootPath != "/" && strings.HasPrefix(url, strings.TrimSuffix(a.RootPath, "/")+"/")
}

func reportUnrouted(pass *Pass, a *fastapi.App, s *fastapi.Scheme, t fastapi.TokenTarget) {
	f := Finding{
		Certainty: Confirmed, At: s.TokenURL.At, Subject: s.TokenURL.Value,
		Message:  fmt.Sprintf("tokenUrl %q leads to POST %s, which no path operation of %s serves", s.TokenURL.Value, t.URL, a.Name),
		Effect:   Effect{Certainty: Confirmed, Status: []int{404}, Text: "Authorize in /docs answers 404 or 405; requests that already carry a token are not affected"},
		Evidence: []Evidence{schemeNote(s, "this scheme tells Swagger UI where to log in")},
		Check:    Check{Say: "compare flows.password.tokenUrl in /openapi.json with its POST paths, or post to it", Run: fmt.Sprintf("curl -i -X POST http://127.0.0.1:8000%s -d 'username=u&password=p'", t.URL)},
	}
	logins := a.LoginOperations()
	if len(logins) == 0 {
		f.Effect.Certainty = Hypothesis
		f.Effect.Text = "Authorize in /docs answers 404 unless another service takes this path; requests that already carry a token are not affected"
	}
	if len(logins) >= 1 {
		login := nearestLogin(logins, t.URL)
		f.Message = fmt.Sprintf("tokenUrl %q leads to POST %s, which nothing serves; the login form is taken at POST %s", s.TokenURL.Value, t.URL, login.FullPath())
		f.Evidence = append(f.Evidence, servedAs(pass.Project, login)...)
		right := tokenURLFor(a, login, t.Relative)
		f.Fixes = fixText(pass.Project, s.TokenURL.At, right, fmt.Sprintf("Point tokenUrl at %q", right), len(logins) == 1)
	}
	f.Operations = oauth2Operations(usersOf(a, s)...)
	pass.Report(f)
}

// tokenURLFor writes the tokenUrl for a login operation, relative to the documentation page where the old one was.
func tokenURLFor(a *fastapi.App, login *fastapi.Operation, relative bool) string {
	full := login.FullPath()
	if a.RootPath == "" && !relative {
		return full
	}
	dir := a.DocsURL[:strings.LastIndexByte("/"+a.DocsURL, '/')]
	if dir == "" || dir == "/" {
		return strings.TrimPrefix(full, "/")
	}
	if rest, ok := strings.CutPrefix(full, strings.TrimSuffix(dir, "/")+"/"); ok {
		return rest
	}
	return full
}

// nearestLogin picks the login operation whose path is most like the one asked for.
func nearestLogin(ops []*fastapi.Operation, url string) *fastapi.Operation {
	best, most := ops[0], -1
	for _, o := range ops {
		n := 0
		for _, part := range strings.Split(o.FullPath(), "/") {
			if part != "" && strings.Contains(url, part) {
				n += len(part)
			}
		}
		if n > most {
			best, most = o, n
		}
	}
	return best
}
