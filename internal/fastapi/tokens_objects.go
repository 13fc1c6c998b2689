package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// tokenObject says how an object of a library takes what it signs and verifies with.
type tokenObject struct {
	library        string
	class          string
	key, algorithm string // keywords; the key may also come first
	positional     bool
}

// tokenObjects are the classes whose objects sign and verify by themselves, by the
// library's first name: fastapi-users 15, authx 1.4, fastapi-jwt 0.3, fastapi-login 1.10.
var tokenObjects = map[string][]tokenObject{
	"fastapi_users": {{"fastapi-users", "JWTStrategy", "secret", "algorithm", true}},
	"authx":         {{"authx", "AuthXConfig", "JWT_SECRET_KEY", "JWT_ALGORITHM", false}},
	"fastapi_jwt": {
		{"fastapi-jwt", "JwtAccessBearer", "secret_key", "algorithm", true}, {"fastapi-jwt", "JwtAccessCookie", "secret_key", "algorithm", true},
		{"fastapi-jwt", "JwtAccessBearerCookie", "secret_key", "algorithm", true}, {"fastapi-jwt", "JwtRefreshBearer", "secret_key", "algorithm", true},
		{"fastapi-jwt", "JwtRefreshCookie", "secret_key", "algorithm", true}, {"fastapi-jwt", "JwtRefreshBearerCookie", "secret_key", "algorithm", true},
	},
	"fastapi_login": {{"fastapi-login", "LoginManager", "secret", "algorithm", true}},
}

// initToken keeps with what objects of token libraries are made, and notes those
// that sign and verify by themselves as one call of each kind.
func (l *linker) initToken(f *interpret.Frame, site *interpret.CallSite, path string, self *interpret.Instance, args *interpret.Args) {
	if self.Args == nil {
		self.Args = args
	}
	root, _, _ := strings.Cut(path, ".")
	for _, o := range tokenObjects[root] {
		if strings.HasSuffix(path, "."+o.class) {
			l.tokenObject(f, site, path, o, args)
			return
		}
	}
}

func (l *linker) tokenObject(f *interpret.Frame, site *interpret.CallSite, path string, o tokenObject, args *interpret.Args) {
	position := -1
	if o.positional {
		position = 0
	}
	key, ok := args.Get(position, o.key)
	if !ok {
		return
	}
	for _, operation := range []TokenOperation{Sign, Verify} {
		t := &TokenCall{Operation: operation, At: site.At, Library: o.library, Function: enclosing(f), FunctionPath: path, Options: map[string]any{},
			AlgorithmsKnown: true, AlgorithmsGiven: true, ClaimsOpen: true, Escapes: true, Key: l.resolved(key)}
		l.handed(f, key, t.Key)
		if a, given := args.Get(-1, o.algorithm); given {
			l.algorithms(t, a.Value, a.At)
		} else {
			l.algorithms(t, &interpret.Str{Origin: interpret.Origin{At: site.At}, Text: "HS256"}, source.Location{})
		}
		k := tokenKey{at: site.At, key: rawAt(t.Key.Raw)}
		if operation == Verify {
			k.algs = site.At // beside the call that signs at the same place
		}
		if l.tokens[k] != nil {
			continue
		}
		if operation == Sign {
			t.make(&Made{Open: true})
		}
		l.tokens[k] = t
		l.tokenOrder = append(l.tokenOrder, t)
	}
}
