package generate

// config is what the module of constants and settings offers.
type config struct {
	m        *module
	prefixes []func(*module) string // expressions of type str that begin with "/"
	yes, no  []func(*module) string // expressions that are true, false
}

// writeConfig writes constants, an enum and settings with defaults.
func (g *generator) writeConfig() {
	m := g.module("config")
	c := &config{m: m}
	g.config = c
	constant := func(name, value string) symbol {
		m.line(0, "%s = %s", name, value)
		return symbol{m, name}
	}
	of := func(s symbol, suffix string) func(*module) string {
		return func(in *module) string { return in.ref(s) + suffix }
	}
	root := constant("API_ROOT", `"/api"`)
	version := constant("VERSION", `"v1"`)
	joined := constant("API_V1", `f"{API_ROOT}/{VERSION}"`)
	added := constant("ADMIN_PREFIX", `API_ROOT + "/admin"`)
	table := constant("PREFIXES", `{"users": "/users", "items": "/items"}`)
	on := constant("ENABLED", "True")
	off := constant("DEBUG", "False")
	m.blank()
	m.line(0, "class Area(str, %s):", m.library("enum", "Enum"))
	m.line(1, `PUBLIC = "/public"`)
	m.line(1, `PRIVATE = "/private"`)
	area := symbol{m, "Area"}
	m.blank()
	m.line(0, "class Settings(%s):", m.plain("pydantic_settings", "BaseSettings"))
	m.line(1, `api_prefix: str = "/settings"`)
	m.line(1, `token_url: str = "auth/token"`)
	m.line(1, "enable_extra: bool = True")
	m.line(1, "enable_debug: bool = False")
	m.blank()
	settings := constant("settings", "Settings()")
	m.blank()
	m.line(0, "def prefix_of(name: str, base: str = API_ROOT) -> str:")
	m.line(1, `return f"{base}/{name}"`)
	function := symbol{m, "prefix_of"}
	m.blank()
	m.line(0, "class Constants:")
	m.line(1, `INTERNAL = "/internal"`)
	constants := symbol{m, "Constants"}
	c.prefixes = []func(*module) string{of(root, ""), of(joined, ""), of(added, ""), of(table, `["users"]`), of(area, ".PUBLIC.value"),
		of(area, ".PRIVATE.value"), of(settings, ".api_prefix"), of(function, `("reports")`), of(function, `("reports", base="/base")`),
		of(constants, ".INTERNAL"), func(in *module) string { return `f"/x/{` + in.ref(version) + `}"` },
		func(in *module) string { return in.ref(root) + ` + "/more"` }, func(in *module) string { return `"/%s" % ` + in.ref(version) },
		func(in *module) string { return `"/{}".format(` + in.ref(version) + `)` }, func(in *module) string { return `"".join(["/", ` + in.ref(version) + `])` }}
	c.yes = []func(*module) string{of(on, ""), of(settings, ".enable_extra"), func(in *module) string { return "not " + in.ref(off) }}
	c.no = []func(*module) string{of(off, ""), of(settings, ".enable_debug"), func(in *module) string { return in.ref(version) + ` == "v2"` }}
}

// prefix is an expression for a prefix that is used once in the application.
func (g *generator) prefix(m *module) string {
	if g.chance(50) {
		return `"/` + g.fresh("p") + `"`
	}
	return pick(g.rng, g.config.prefixes...)(m)
}
