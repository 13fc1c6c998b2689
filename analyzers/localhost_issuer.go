package analyzers

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// issuerOfTwoNames is about an issuer that is the name of a service, where the
// provider is also reached under localhost: a token carries the name under which
// it was asked for.
func issuerOfTwoNames(p *fastapi.Project, k *fastapi.Key) (list []Finding) {
	if !comparedWithIssuer(p, k) {
		return nil
	}
	for _, row := range k.Rows {
		env, u := environmentOf(p, row.Environment), providerURL(row)
		if env == nil || u == nil || !inContainer(env) || !isService(p, u.Hostname()) {
			continue
		}
		at, says := localName(p, u)
		if at.IsZero() {
			continue
		}
		name := keyName(k)
		e := places{project: p}
		e.add(row.Source, "the name within the network of the containers")
		e.add(at, "the name outside of it")
		for _, t := range p.Tokens {
			if t.Issuer != nil && takesRead(asValue(t.Issuer.Raw), k.Read) {
				e.add(t.Issuer.At, "compared with the issuer of the token")
			}
		}
		return []Finding{{
			At: row.Source, Subject: name + " " + env.Name + " two names", Operations: keyOperations(p, k),
			Message:  fmt.Sprintf("%s is %s in %s, and %s reaches the provider at localhost", name, u.Host, env.Name, says),
			Effect:   Effect{Status: []int{401}, Text: "tokens that a browser gets at localhost carry that name as their issuer, and are refused, \"Invalid issuer\""},
			Evidence: e.list,
			Check:    Check{Say: "Compare iss of a token with " + name},
			Fixes:    []Fix{{Title: "Compare the issuer with the address at which browsers get their tokens, and fetch the keys by the name of the service"}},
		}}
	}
	return nil
}

// isService says whether a host is a service of a compose file.
func isService(p *fastapi.Project, host string) bool {
	for _, e := range p.Environments {
		if e.Kind == environment.Compose && serviceOf(e) == host {
			return true
		}
	}
	return false
}

// localName finds another address of the same path at localhost: in a variable of
// a service, or of a scheme.
func localName(p *fastapi.Project, u *url.URL) (source.Location, string) {
	same := func(text string) bool {
		other, err := url.Parse(strings.TrimSpace(text))
		base := strings.TrimSuffix(u.Path, "/")
		return err == nil && base != "" && localHost(other.Hostname()) && (other.Path == base || strings.HasPrefix(other.Path, base+"/"))
	}
	for _, e := range p.Environments {
		if e.Kind != environment.Compose {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(e.Variables)) {
			a := e.Variables[name][0]
			// KC_HOSTNAME, of Keycloak 17 and later, is the name that the tokens carry
			itself := strings.HasPrefix(name, "KC_HOSTNAME") && serviceOf(e) == u.Hostname() && strings.Contains(a.Value.Expose(), "localhost")
			if a.Known && (same(a.Value.Expose()) || itself) {
				return a.At, name
			}
		}
	}
	for _, s := range p.Schemes {
		for _, t := range []*fastapi.Text{s.TokenURL, s.OpenIDConnectURL} {
			if t != nil && t.Known && same(t.Value) {
				return t.At, "the scheme"
			}
		}
	}
	return source.Location{}, ""
}
