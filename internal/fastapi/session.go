package fastapi

import (
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// sessionKeys adds the keys that sign session cookies: secret_key of starlette's
// SessionMiddleware (0.x and 1.x).
func (l *linker) sessionKeys(p *Project, byRead map[*EnvRead]*Key, byPlace map[source.Location]*Key) {
	for _, app := range p.Apps {
		for _, m := range app.Middleware {
			if m.Canonical != "starlette.middleware.sessions.SessionMiddleware" {
				continue
			}
			if o := m.Options["secret_key"]; o != nil {
				if k := l.keyFor(p, o.Value, byRead, byPlace, SignsSession); k != nil && k.Name == "literal" {
					k.Name = "secret_key"
				}
			}
		}
	}
	for _, v := range l.signers {
		l.keyFor(p, v, byRead, byPlace, Signs|Verifies)
	}
}

// signer keeps the key that is given to a class that signs and verifies by itself:
// fastapi-users 10 to 15, fastapi-login 1, fastapi-jwt 0, itsdangerous 2.
func (l *linker) signer(path string, args *interpret.Args) {
	name := ""
	switch path {
	case "fastapi_users.authentication.JWTStrategy", "fastapi_users.authentication.strategy.JWTStrategy", "fastapi_login.LoginManager":
		name = "secret"
	case "fastapi_jwt.JwtAccessBearer", "fastapi_jwt.JwtRefreshBearer", "fastapi_jwt.JwtAccessCookie", "fastapi_jwt.JwtAccessBearerCookie",
		"itsdangerous.URLSafeTimedSerializer", "itsdangerous.URLSafeSerializer", "itsdangerous.TimestampSigner", "itsdangerous.Signer", "itsdangerous.TimedSerializer":
		name = "secret_key"
	default:
		return
	}
	if v := args.Value(0, name); v != nil {
		l.signers = append(l.signers, v)
	}
}

// Carries says whether a value hands the text of what it is made of on, perhaps
// encoded or stripped: a key that was read from a file named by a variable does
// not carry that variable.
func Carries(v interpret.Value) bool {
	op, ok := v.(*interpret.Op)
	if !ok {
		return true
	}
	switch op.Name {
	case "or", "and", "str", "fstring", "+", "strip", "bytes":
		return true
	case "method":
		switch op.Text {
		case "encode", "decode", "strip", "rstrip", "lstrip", "replace", "get_secret_value", "format", "upper", "lower", "hex":
			return len(op.Args) > 0 && Carries(op.Args[0])
		}
		return false
	case "call":
		callee, _ := op.Args[0].(*interpret.Op)
		if callee == nil {
			ext := externalPath(op.Args[0])
			return ext != "" // SecretStr(…), b64decode(…), Secret(…)
		}
		switch callee.Name {
		case ".encode", ".decode", ".strip", ".rstrip", ".replace", ".get_secret_value":
			return Carries(callee.Args[0])
		}
		return false
	case "[]", ".attr":
		return true
	}
	return true
}
