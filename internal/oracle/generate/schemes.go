package generate

import "fmt"

// scheme is a security scheme object.
type scheme struct {
	symbol
	suffix string // ".bearer" of a class attribute
	oauth2 bool
}

// writeSchemes writes the module of security schemes.
func (g *generator) writeSchemes() {
	m := g.module("security")
	m.future = false // an instance's __call__ cannot resolve deferred annotations in every version
	for range 2 + g.rng.IntN(4) {
		g.schemes = append(g.schemes, g.scheme(m))
	}
	if g.chance(40) {
		m.blank()
		m.line(0, "class Schemes:")
		m.line(1, "bearer = %s(auto_error=False)", m.library("fastapi.security", "HTTPBearer"))
		m.line(1, `key = %s(name="x-key")`, m.library("fastapi.security", "APIKeyHeader"))
		holder := symbol{m, "Schemes"}
		g.schemes = append(g.schemes, scheme{symbol: holder, suffix: ".bearer"}, scheme{symbol: holder, suffix: ".key"})
	}
	if g.chance(40) {
		base := m.library("fastapi.security", "OAuth2PasswordBearer")
		class, name := g.fresh("CookieBearer"), g.fresh("cookie_bearer")
		m.blank()
		m.line(0, "class %s(%s):", class, base)
		m.line(1, "async def __call__(self, request: %s):", m.plain("fastapi", "Request"))
		m.line(2, `return request.cookies.get("token")`)
		m.blank()
		m.line(0, `%s = %s(tokenUrl="token")`, name, class)
		g.schemes = append(g.schemes, scheme{symbol: symbol{m, name}, oauth2: true})
	}
}

// scheme writes one scheme object at module level.
func (g *generator) scheme(m *module) scheme {
	name := g.fresh("scheme")
	lib := func(class string) string { return m.library("fastapi.security", class) }
	title := ""
	if g.chance(40) {
		title = fmt.Sprintf(", scheme_name=%q", g.fresh("Named"))
	}
	oauth2 := false
	switch g.rng.IntN(9) {
	case 0:
		m.line(0, `%s = %s(tokenUrl="token"%s)`, name, lib("OAuth2PasswordBearer"), title)
		oauth2 = true
	case 1:
		m.line(0, `%s = %s("token", scopes={"read": "r", "write": "w"}%s)`, name, lib("OAuth2PasswordBearer"), title)
		oauth2 = true
	case 2:
		m.line(0, `%s = %s(`, name, lib("OAuth2AuthorizationCodeBearer"))
		m.line(1, `authorizationUrl="authorize",`)
		m.line(1, `tokenUrl=%s,`, m.ref(symbol{g.config.m, "settings"})+".token_url")
		m.line(0, ")")
		oauth2 = true
	case 3:
		m.line(0, `%s = %s(auto_error=False%s)`, name, lib("HTTPBearer"), title)
	case 4:
		m.line(0, `%s = %s(%s)`, name, lib("HTTPBasic"), trimComma(title))
	case 5:
		m.line(0, `%s = %s(name="X-API-Key"%s)`, name, lib("APIKeyHeader"), title)
	case 6:
		m.line(0, `%s = %s(name="session"%s)`, name, lib("APIKeyCookie"), title)
	case 7:
		m.line(0, `%s = %s(name="key"%s)`, name, lib("APIKeyQuery"), title)
	default:
		m.line(0, `%s = %s(openIdConnectUrl="https://id.example/.well-known"%s)`, name, lib("OpenIdConnect"), title)
		oauth2 = true
	}
	return scheme{symbol: symbol{m, name}, oauth2: oauth2}
}

func trimComma(s string) string {
	if len(s) > 2 {
		return s[2:]
	}
	return s
}
