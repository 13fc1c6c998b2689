package analyzers

import (
	"fmt"
	"net/url"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// LocalhostInContainer reports the address of an identity provider that is
// localhost within a container, where that is the container itself.
var LocalhostInContainer = &Analyzer{
	Code: "localhost-in-container", Family: EnvDrift, Severity: Warning,
	Run: func(pass *Pass) {
		p := pass.Project
		seen := map[source.Location]bool{}
		for _, k := range p.Keys {
			if k.Read == nil || !namesProvider(p, k) {
				continue
			}
			for _, row := range k.Rows {
				env := environmentOf(p, row.Environment)
				if env == nil || seen[row.Source] || !inContainer(env) || !localhostURL(row) || fetchedElsewhere(p, k, env) || givenTwice(p, k, row) {
					continue
				}
				seen[row.Source] = true
				pass.Report(localhostProvider(p, env, k, row))
			}
			for _, f := range issuerOfTwoNames(p, k) {
				pass.Report(f)
			}
		}
	},
}

// fetchedElsewhere says whether a setting is the issuer that tokens are compared
// with, and the keys of the provider are fetched under an address of their own:
// then localhost is the name by which browsers know the provider.
func fetchedElsewhere(p *fastapi.Project, k *fastapi.Key, env *environment.Environment) bool {
	if !comparedWithIssuer(p, k) {
		return false
	}
	for _, other := range p.Keys {
		if other == k || other.Read == nil || !namesProvider(p, other) || comparedWithIssuer(p, other) {
			continue
		}
		for _, row := range other.Rows {
			if u := providerURL(row); row.Environment == env.Name && u != nil && !localHost(u.Hostname()) {
				return true
			}
		}
	}
	return false
}

// givenTwice says whether the program reads the same address a second time in this
// environment, under the name by which the container reaches it: then this one is
// for browsers.
func givenTwice(p *fastapi.Project, k *fastapi.Key, row fastapi.KeyRow) bool {
	u := providerURL(row)
	for _, other := range p.Keys {
		if other == k || other.Read == nil {
			continue
		}
		for _, r := range other.Rows {
			if v := providerURL(r); r.Environment == row.Environment && v != nil && !localHost(v.Hostname()) && len(u.Path) > 1 && v.Path == u.Path {
				return true
			}
		}
	}
	return false
}

func comparedWithIssuer(p *fastapi.Project, k *fastapi.Key) bool {
	for _, t := range p.Tokens {
		if t.Issuer != nil && takesRead(asValue(t.Issuer.Raw), k.Read) {
			return true
		}
	}
	return false
}

// inContainer says whether an environment has a network of its own.
func inContainer(e *environment.Environment) bool {
	return (e.Kind == environment.Compose && e.Network == "" || e.Kind == environment.Kubernetes) && serves(e)
}

// localhostURL says whether a value is a URL whose host is the machine itself.
func localhostURL(row fastapi.KeyRow) bool {
	u := providerURL(row)
	return u != nil && localHost(u.Hostname())
}

// providerURL is the URL that a setting has; nil when it has none.
func providerURL(row fastapi.KeyRow) *url.URL {
	if row.State != fastapi.StateSet && row.State != fastapi.StateDefault {
		return nil
	}
	u, err := url.Parse(strings.TrimSpace(row.Value.Expose()))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	return u
}

func localHost(name string) bool {
	switch name {
	case "localhost", "127.0.0.1", "::1", "0.0.0.0":
		return true
	}
	return false
}

// namesProvider says whether a setting is the address of who issues or describes
// the tokens: it is compared with the issuer of a token, or named so.
func namesProvider(p *fastapi.Project, k *fastapi.Key) bool {
	if comparedWithIssuer(p, k) {
		return true
	}
	n := strings.ToUpper(k.Name)
	for _, w := range []string{"ISSUER", "JWKS", "OIDC", "OPENID", "KEYCLOAK", "IDP_", "AUTH_SERVER", "AUTHORITY", "INTROSPECT", "TOKEN_URL", "WELL_KNOWN", "DISCOVERY"} {
		if strings.Contains(n, w) && !strings.Contains(n, "REDIRECT") && !strings.Contains(n, "CALLBACK") {
			return true
		}
	}
	return false
}

func asValue(raw any) interpret.Value {
	v, _ := raw.(interpret.Value)
	return v
}

func localhostProvider(p *fastapi.Project, env *environment.Environment, k *fastapi.Key, row fastapi.KeyRow) Finding {
	name := keyName(k)
	e := places{project: p}
	e.add(row.Source, "localhost, which is the container itself")
	e.add(row.Through, "reads the file for "+env.Name)
	e.add(k.At, "reads "+name)
	f := Finding{
		At: row.Source, Subject: name + " " + env.Name,
		Message:  fmt.Sprintf("%s is an address at localhost in %s, which is the container itself", name, env.Name),
		Effect:   Effect{Status: []int{401, 500}, Text: "the keys of the identity provider cannot be fetched, or the issuer of its tokens is another one: every token is refused"},
		Evidence: e.list,
		Check:    Check{Say: "Fetch the address from within the container", Run: fmt.Sprintf("docker compose exec %s sh -c 'curl -si \"$%s\" | head -1'", serviceOf(env), name)},
		Fixes:    []Fix{{Title: "Use the name of the service for what is fetched, and keep the public address for comparing the issuer alone"}},
	}
	if a := row.Assignment; env.Kind == environment.Compose && a != nil && a.Known && len(a.Assumes) == 0 && !comparedWithIssuer(p, k) {
		f.Certainty = Confirmed // of a pod, another container may answer
	}
	for _, t := range p.Tokens {
		if t.Issuer != nil && takesRead(asValue(t.Issuer.Raw), k.Read) {
			e.add(t.Issuer.At, "compared with the issuer of the token")
			f.Effect = Effect{Status: []int{401}, Text: "tokens that were issued under another name of the provider are refused, \"Invalid issuer\""}
		}
	}
	f.Evidence = e.list
	return f
}
