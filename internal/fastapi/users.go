package fastapi

import (
	"strings"

	"bearings/internal/interpret"
)

// fastapi-users 10 to 15: what FastAPIUsers and its authenticator make. The names
// of parameters, the order of operations and their dependencies are those of
// fastapi_users/authentication/authenticator.py and fastapi_users/router.

const (
	usersBase     = "fastapi_users."
	usersSubjects = "fastapi_users.authentication:"
	usersRouter   = "fastapi_users.router:"
)

// usersObject returns the FastAPIUsers object that a value is; its authenticator is taken for itself.
func usersObject(recv *interpret.Instance) bool {
	return recv.Args != nil && interpret.DerivesFrom(recv.Class, usersBase+"FastAPIUsers", usersBase+"fastapi_users.FastAPIUsers", usersBase+"authentication.Authenticator") != ""
}

// usersAttr are attributes of FastAPIUsers, its backends and transports.
func (l *linker) usersAttr(f *interpret.Frame, recv *interpret.Instance, name string) (interpret.Value, bool) {
	switch {
	case recv.Args == nil || recv.State != nil:
		return nil, false
	case usersObject(recv) && name == "authenticator":
		return recv, true
	case usersObject(recv) && name == "get_user_manager":
		v := recv.Args.Value(0, name)
		return v, v != nil
	case name == "scheme":
		v := l.transportScheme(f, recv)
		return v, v != nil
	case interpret.DerivesFrom(recv.Class, usersBackends...) != "" && (name == "name" || name == "transport" || name == "get_strategy"):
		v := recv.Args.Value(map[string]int{"name": 0, "transport": 1, "get_strategy": 2}[name], name)
		return v, v != nil
	}
	return nil, false
}

var usersBackends = []string{usersBase + "authentication.AuthenticationBackend", usersBase + "authentication.backend.AuthenticationBackend"}

// transportScheme is the security scheme of a transport, which its __init__
// makes without auto_error; nil for a transport of another kind.
func (l *linker) transportScheme(f *interpret.Frame, t *interpret.Instance) interpret.Value {
	if v := t.Attrs["scheme"]; v != nil {
		return v
	}
	if t.Args == nil {
		return nil
	}
	o := interpret.Origin{At: t.At, Name: t.Name, NameAt: t.NameAt}
	args := &interpret.Args{Kw: []interpret.Arg{{Name: "auto_error", Value: &interpret.Bool{Origin: o}, At: t.At}}}
	class := ""
	switch {
	case interpret.DerivesFrom(t.Class, usersBase+"authentication.BearerTransport", usersBase+"authentication.transport.BearerTransport", usersBase+"authentication.transport.bearer.BearerTransport") != "":
		class = "OAuth2PasswordBearer"
		if a, ok := t.Args.Get(0, "tokenUrl"); ok {
			args.Pos = append(args.Pos, a)
			args.Pos[0].Name = ""
		}
	case interpret.DerivesFrom(t.Class, usersBase+"authentication.CookieTransport", usersBase+"authentication.transport.CookieTransport", usersBase+"authentication.transport.cookie.CookieTransport") != "":
		class = "APIKeyCookie"
		name, ok := t.Args.Get(0, "cookie_name")
		if !ok {
			name.Value, name.At = &interpret.Str{Origin: o, Text: "fastapiusersauth"}, t.At
		}
		name.Name = "name"
		args.Kw = append(args.Kw, name)
	default:
		return nil
	}
	s := &interpret.Instance{Origin: o, Class: &interpret.External{Path: "fastapi.security." + class}, Attrs: map[string]interpret.Value{}, Args: args, Site: t.Site}
	l.initScheme(f, t.Site, "fastapi.security."+class, s, args)
	t.Attrs["scheme"] = s
	return s
}

// usersMethod is a method of FastAPIUsers or its authenticator.
func (l *linker) usersMethod(f *interpret.Frame, site *interpret.CallSite, recv *interpret.Instance, name string, args *interpret.Args) (interpret.Value, bool) {
	if !usersObject(recv) || l.trace() != nil {
		return nil, false
	}
	u := &users{l: l, f: f, site: site, manager: recv.Args.Value(0, "get_user_manager"), backends: recv.Args.Value(1, "auth_backends")}
	if interpret.DerivesFrom(recv.Class, usersBase+"authentication.Authenticator") != "" {
		u.backends, u.manager = recv.Args.Value(0, "backends"), recv.Args.Value(1, "get_user_manager")
	}
	if u.manager == nil || u.backends == nil {
		return nil, false
	}
	truth := func(position int, name string) bool {
		t, known := interpret.Truth(orNone(args.Value(position, name)))
		return t && known
	}
	switch name {
	case "current_user", "current_user_token":
		c := u.current(name+"_dependency", truth(0, "optional"), truth(2, "verified") || truth(3, "superuser"), args.Value(4, "get_enabled_backends"))
		if c == nil {
			return nil, false
		}
		return c, true
	case "get_auth_router":
		return u.auth(args.Value(0, "backend"), truth(1, "requires_verification"))
	case "get_register_router":
		return u.router(u.route("POST", "/register", "register", u.userManager()))
	case "get_verify_router":
		return u.router(u.route("POST", "/request-verify-token", "request_verify_token", u.userManager()), u.route("POST", "/verify", "verify", u.userManager()))
	case "get_reset_password_router":
		return u.router(u.route("POST", "/forgot-password", "forgot_password", u.userManager()), u.route("POST", "/reset-password", "reset_password", u.userManager()))
	case "get_users_router":
		return u.users(truth(2, "requires_verification"))
	case "get_oauth_router":
		return u.oauth(args.Value(1, "backend"))
	case "get_oauth_associate_router":
		return u.associate(truth(4, "requires_verification"))
	}
	return nil, false
}

// users is one call of a method of FastAPIUsers.
type users struct {
	l                 *linker
	f                 *interpret.Frame
	site              *interpret.CallSite
	manager, backends interpret.Value
}

// usersRoute is one operation of a router that is made.
type usersRoute struct {
	method, path string
	endpoint     interpret.Value
	deps         []interpret.Value
}

func (u *users) route(method, path, name string, needs ...madeParam) usersRoute {
	return usersRoute{method: method, path: path, endpoint: u.l.makeCallable(u.f, u.site.At, usersRouter+name, &Flow{}, needs...)}
}

func (r usersRoute) behind(guard interpret.Value) usersRoute {
	r.deps = []interpret.Value{guard}
	return r
}

func (u *users) router(routes ...usersRoute) (interpret.Value, bool) {
	n, router := u.l.libraryRouter(u.f, u.site)
	for _, r := range routes {
		u.l.libraryRoute(u.f, n, u.site.At, r.method, r.path, r.endpoint, r.deps...)
	}
	return router, true
}

func (u *users) userManager() madeParam { return u.l.need(u.f, u.site, "user_manager", u.manager) }

func (u *users) external(path string) interpret.Value {
	return &interpret.External{Origin: interpret.Origin{At: u.site.At}, Path: path}
}

// current is the dependency that gives the user of a request: 401 without one, 403
// for one who is not verified or no superuser. Nil when the backends are not known.
func (u *users) current(name string, optional, more bool, enabled interpret.Value) interpret.Value {
	items, known := u.f.Items(u.backends)
	if !known {
		return nil
	}
	params := []madeParam{u.userManager()}
	for _, b := range items {
		backend, ok := b.(*interpret.Instance)
		if !ok || backend.Args == nil {
			return nil
		}
		label, named := u.l.constant(orNone(backend.Args.Value(0, "name")))
		transport, is := backend.Args.Value(1, "transport").(*interpret.Instance)
		strategy := backend.Args.Value(2, "get_strategy")
		if !named || !is || strategy == nil {
			return nil
		}
		scheme := u.l.transportScheme(u.f, transport)
		if scheme == nil {
			return nil
		}
		label = identifier(label)
		params = append(params, u.l.need(u.f, u.site, label, scheme), u.l.need(u.f, u.site, "strategy_"+label, strategy))
	}
	if enabled != nil {
		if _, none := enabled.(*interpret.None); !none {
			params = append(params, u.l.need(u.f, u.site, "enabled_backends", enabled))
		}
	}
	flow := &Flow{}
	if !optional {
		flow.Outcomes = append(flow.Outcomes, u.refusal(401, name, "no backend knows the token's active user"))
		if more {
			flow.Outcomes = append(flow.Outcomes, u.refusal(403, name, "the user is not verified, or no superuser"))
		}
	}
	return u.l.makeCallable(u.f, u.site.At, usersSubjects+name, flow, params...)
}

func (u *users) refusal(status int, function, when string) Outcome {
	at := u.site.At
	return Outcome{Status: status, Kind: Library, Exception: nameHTTPException, When: []Condition{{At: at, Text: when}}, At: at, Intended: true, HTTP: true, Function: function,
		conds: []interpret.Condition{{At: at, Value: &interpret.Op{Origin: interpret.Origin{At: at}, Name: "parameter", Text: when}}}, caughtDepth: -1}
}

// identifier keeps of a backend's name what a Python name may hold.
func identifier(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, name)
	return strings.TrimLeft(name, "0123456789")
}

func (u *users) strategy(backend interpret.Value) (madeParam, bool) {
	b, ok := backend.(*interpret.Instance)
	if !ok || b.Args == nil || b.Args.Value(2, "get_strategy") == nil {
		return madeParam{}, false
	}
	return u.l.need(u.f, u.site, "strategy", b.Args.Value(2, "get_strategy")), true
}

func (u *users) auth(backend interpret.Value, verified bool) (interpret.Value, bool) {
	strategy, ok := u.strategy(backend)
	token := u.current("current_user_token_dependency", false, verified, nil)
	if !ok || token == nil {
		return nil, false
	}
	return u.router(
		u.route("POST", "/login", "login", u.l.need(u.f, u.site, "credentials", u.external("fastapi.security.OAuth2PasswordRequestForm")), u.userManager(), strategy),
		u.route("POST", "/logout", "logout", u.l.need(u.f, u.site, "user_token", token), strategy))
}

func (u *users) users(verified bool) (interpret.Value, bool) {
	active, super := u.current("current_user_dependency", false, verified, nil), u.current("current_user_dependency", false, true, nil)
	if active == nil || super == nil {
		return nil, false
	}
	guard := func(v interpret.Value) interpret.Value { return u.l.dependsOn(u.f, u.site, v) }
	found := u.l.makeCallable(u.f, u.site.At, usersRouter+"get_user_or_404", &Flow{}, u.userManager())
	user, one := u.l.need(u.f, u.site, "user", active), u.l.need(u.f, u.site, "user", found)
	return u.router(
		u.route("GET", "/me", "me", user),
		u.route("PATCH", "/me", "update_me", user, u.userManager()).behind(guard(active)),
		u.route("GET", "/{id}", "get_user", one).behind(guard(super)),
		u.route("PATCH", "/{id}", "update_user", one, u.userManager()).behind(guard(super)),
		u.route("DELETE", "/{id}", "delete_user", one, u.userManager()).behind(guard(super)))
}

func (u *users) callback() madeParam {
	return u.l.need(u.f, u.site, "access_token_state", u.l.makeCallable(u.f, u.site.At, "httpx_oauth.integrations.fastapi:OAuth2AuthorizeCallback", &Flow{}))
}

func (u *users) oauth(backend interpret.Value) (interpret.Value, bool) {
	strategy, ok := u.strategy(backend)
	if !ok {
		return nil, false
	}
	return u.router(u.route("GET", "/authorize", "authorize"), u.route("GET", "/callback", "callback", u.callback(), u.userManager(), strategy))
}

func (u *users) associate(verified bool) (interpret.Value, bool) {
	active := u.current("current_user_dependency", false, verified, nil)
	if active == nil {
		return nil, false
	}
	user := u.l.need(u.f, u.site, "user", active)
	return u.router(u.route("GET", "/authorize", "authorize", user), u.route("GET", "/callback", "callback", user, u.callback(), u.userManager()))
}
