package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// caught returns the except clause that stops an exception raised at f before it
// leaves the root; nowhere when none does. A clause whose body begins by raising
// again does not stop it.
func (l *linker) caught(f *interpret.Frame, v interpret.Value) source.Location {
	at, _ := l.caughtAt(f, v)
	return at
}

// caughtAt is caught, with the depth of the activation in which the clause stands.
func (l *linker) caughtAt(f *interpret.Frame, v interpret.Value) (source.Location, int) {
	var class interpret.Value
	if inst, ok := v.(*interpret.Instance); ok {
		class = inst.Class
	}
	for at := f; at != nil; at = at.Caller {
		tries := at.Tries()
		for i := len(tries) - 1; i >= 0; i-- {
			for _, h := range tries[i].Handlers {
				if !l.matches(at, h, class) {
					continue
				}
				if raisesAgain(h) {
					break
				}
				return at.At(h), at.Depth()
			}
		}
	}
	return source.Location{}, -1
}

func raisesAgain(h *python.Handler) bool {
	for _, st := range h.Body {
		if r, ok := st.(*python.Raise); ok && (r.X == nil || (h.Name != "" && nameIs(r.X, h.Name))) {
			return true
		}
	}
	return false
}

func nameIs(e python.Expr, name string) bool {
	n, ok := e.(*python.Name)
	return ok && n.ID == name
}

// matches says whether an except clause takes an exception of a class. An
// exception whose class is not known is taken by Exception and a bare except.
func (l *linker) matches(f *interpret.Frame, h *python.Handler, class interpret.Value) bool {
	if h.Types == nil {
		return true
	}
	for _, t := range l.handlerTypes(f, h) {
		if catches(t, class) {
			return true
		}
	}
	return false
}

func (l *linker) handlerTypes(f *interpret.Frame, h *python.Handler) []interpret.Value {
	v := f.Eval(h.Types)
	if s, ok := v.(*interpret.Seq); ok {
		return s.Items
	}
	return []interpret.Value{v}
}

func catches(handler, class interpret.Value) bool {
	path := externalPath(handler)
	if path == "builtins.BaseException" {
		return true
	}
	if class == nil {
		return path == "builtins.Exception"
	}
	for _, m := range interpret.MRO(class) {
		if m == handler {
			return true
		}
		if e, ok := m.(*interpret.External); ok && path != "" {
			for _, base := range exceptionBases(e.Path) {
				if base == path {
					return true
				}
			}
		}
	}
	if _, ok := class.(*interpret.Class); ok && path == "builtins.Exception" {
		return true
	}
	return false
}

// exceptionBases lists a library exception and what it derives from, as of PyJWT
// 2.15, python-jose 3.5, Starlette 1.x and Python 3.11.
func exceptionBases(path string) []string {
	out := []string{path}
	for range 8 {
		base, ok := exceptionBase[path]
		if !ok {
			if strings.HasPrefix(path, "jwt.") {
				base = "jwt.PyJWTError"
			} else if strings.HasPrefix(path, "jose.") {
				base = "jose.JOSEError"
			} else if path == "builtins.Exception" || path == "builtins.BaseException" {
				return append(out, "builtins.BaseException")
			} else {
				base = "builtins.Exception"
			}
			if base == path {
				base = "builtins.Exception"
			}
		}
		out = append(out, base)
		path = base
	}
	return out
}

var exceptionBase = map[string]string{
	"fastapi.HTTPException":              "starlette.exceptions.HTTPException",
	"starlette.exceptions.HTTPException": "builtins.Exception",
	"fastapi.WebSocketException":         "builtins.Exception",
	"jwt.PyJWTError":                     "builtins.Exception",
	"jwt.InvalidTokenError":              "jwt.PyJWTError",
	"jwt.DecodeError":                    "jwt.InvalidTokenError",
	"jwt.InvalidSignatureError":          "jwt.DecodeError",
	"jwt.ExpiredSignatureError":          "jwt.InvalidTokenError",
	"jwt.InvalidAudienceError":           "jwt.InvalidTokenError",
	"jwt.InvalidIssuerError":             "jwt.InvalidTokenError",
	"jwt.InvalidIssuedAtError":           "jwt.InvalidTokenError",
	"jwt.ImmatureSignatureError":         "jwt.InvalidTokenError",
	"jwt.InvalidAlgorithmError":          "jwt.InvalidTokenError",
	"jwt.MissingRequiredClaimError":      "jwt.InvalidTokenError",
	"jwt.InvalidSubjectError":            "jwt.InvalidTokenError",
	"jwt.InvalidJTIError":                "jwt.InvalidTokenError",
	"jwt.InvalidKeyError":                "jwt.PyJWTError",
	"jwt.PyJWKClientError":               "jwt.PyJWTError",
	"jose.JOSEError":                     "builtins.Exception",
	"jose.JWTError":                      "jose.JOSEError",
	"jose.JWTClaimsError":                "jose.JWTError",
	"jose.ExpiredSignatureError":         "jose.JWTError",
	"jose.JWSError":                      "jose.JOSEError",
	"jose.JWKError":                      "jose.JOSEError",
	"builtins.KeyError":                  "builtins.LookupError",
	"builtins.IndexError":                "builtins.LookupError",
	"builtins.UnicodeDecodeError":        "builtins.ValueError",
	"builtins.ModuleNotFoundError":       "builtins.ImportError",
	"builtins.FileNotFoundError":         "builtins.OSError",
	"builtins.PermissionError":           "builtins.OSError",
	"pydantic.ValidationError":           "builtins.ValueError",
	"pydantic_core.ValidationError":      "builtins.ValueError",
}
