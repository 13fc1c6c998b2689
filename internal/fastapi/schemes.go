package fastapi

import (
	"strings"

	"bearings/internal/interpret"
)

// schemeClasses are the classes of fastapi.security that are schemes.
var schemeClasses = map[string]bool{
	"OAuth2PasswordBearer": true, "OAuth2AuthorizationCodeBearer": true, "OAuth2": true, "HTTPBearer": true, "HTTPBasic": true,
	"HTTPDigest": true, "HTTPBase": true, "APIKeyHeader": true, "APIKeyQuery": true, "APIKeyCookie": true, "OpenIdConnect": true,
}

// schemeOf returns the scheme that a value is; nil when it is none.
func schemeOf(v interpret.Value) *Scheme {
	inst, ok := v.(*interpret.Instance)
	if !ok {
		return nil
	}
	s, _ := inst.State.(*Scheme)
	return s
}

// initScheme is the construction of a security scheme. Arguments by position
// follow the signatures of FastAPI 0.100 to 0.165, where they are keywords only.
func (l *linker) initScheme(f *interpret.Frame, site *interpret.CallSite, base string, self *interpret.Instance, args *interpret.Args) {
	class := strings.TrimPrefix(base, "fastapi.security.")
	if !schemeClasses[class] {
		if class == "HTTPAuthorizationCredentials" || class == "HTTPBasicCredentials" {
			for _, k := range args.Kw {
				self.Attrs[k.Name] = k.Value
			}
		}
		return
	}
	s := schemeOf(self)
	if s == nil {
		s = &Scheme{At: self.At, AutoError: true, ScopesKnown: true}
		self.State = s
		l.schemes = append(l.schemes, s)
	}
	s.Class, s.Name = class, class
	if c, ok := self.Class.(*interpret.Class); ok {
		s.Subclass, s.Name = c.Def.Name, c.Def.Name
	}
	s.ref = self
	if v, ok := l.constant(orNone(args.Value(-1, "scheme_name"))); ok && v != "None" {
		s.Name = v
	}
	if a, ok := args.Get(-1, "auto_error"); ok {
		s.AutoErrorAt = a.At
		if t, known := l.truthOf(a.Value, 0); known {
			s.AutoError = t
		} else {
			s.Gap = &Gap{At: a.At, Reason: "auto_error could not be resolved", Parts: SchemesPart}
		}
	}
	l.schemeParameters(s, class, args)
}

func (l *linker) schemeParameters(s *Scheme, class string, args *interpret.Args) {
	switch class {
	case "OAuth2PasswordBearer":
		a, _ := args.Get(0, "tokenUrl")
		s.TokenURL = l.textValue(a.Value, a.At)
		l.schemeScopes(s, args.Value(-1, "scopes"))
	case "OAuth2AuthorizationCodeBearer":
		a, _ := args.Get(1, "tokenUrl")
		s.TokenURL = l.textValue(a.Value, a.At)
		l.schemeScopes(s, args.Value(-1, "scopes"))
	case "OAuth2":
		if a, ok := args.Get(-1, "flows"); ok {
			l.flows2(s, a)
		}
	case "APIKeyHeader", "APIKeyQuery", "APIKeyCookie":
		s.In = strings.ToLower(strings.TrimPrefix(class, "APIKey"))
		a, _ := args.Get(-1, "name")
		if t := l.textValue(a.Value, a.At); t != nil {
			s.Parameter, s.ParameterAt = t.Value, a.At
			if !t.Known {
				s.Gap = &Gap{At: a.At, Reason: "the name that the client sends could not be resolved: " + t.Reason, Parts: SchemesPart}
			}
		}
	case "OpenIdConnect":
		a, _ := args.Get(-1, "openIdConnectUrl")
		s.OpenIDConnectURL = l.textValue(a.Value, a.At)
	}
}

func (l *linker) schemeScopes(s *Scheme, v interpret.Value) {
	if v == nil {
		return
	}
	d, ok := v.(*interpret.Dict)
	if !ok {
		_, none := v.(*interpret.None)
		s.ScopesKnown = none
		return
	}
	s.Scopes = map[string]string{}
	s.ScopesKnown = !d.Open
	for _, e := range d.Entries {
		k, ok := l.constant(e.Key)
		if !ok {
			s.ScopesKnown = false
			continue
		}
		text, _ := l.constant(e.Value)
		s.Scopes[k] = text
	}
}

// flows2 reads OAuth2(flows={"password": {"tokenUrl": …, "scopes": …}}).
func (l *linker) flows2(s *Scheme, a interpret.Arg) {
	for _, flow := range nested(a.Value, "password", "authorizationCode", "clientCredentials") {
		if u := nested(flow, "tokenUrl"); len(u) > 0 {
			s.TokenURL = l.textValue(u[0], interpret.OriginOf(u[0]).At)
		}
		if sc := nested(flow, "scopes"); len(sc) > 0 {
			l.schemeScopes(s, sc[0])
		}
	}
}

// nested returns the values that a dict or an object made with keywords has under any of the names.
func nested(v interpret.Value, names ...string) []interpret.Value {
	var out []interpret.Value
	switch x := v.(type) {
	case *interpret.Dict:
		for _, n := range names {
			if e, ok := x.Get(n); ok {
				out = append(out, e.Value)
			}
		}
	case *interpret.Instance:
		for _, n := range names {
			if x.Args != nil {
				if got := x.Args.Value(-1, n); got != nil {
					out = append(out, got)
				}
			}
		}
	}
	return out
}

// finishSchemes names the variables that hold the schemes.
func (l *linker) finishSchemes() {
	for _, s := range l.schemes {
		if inst, ok := s.ref.(*interpret.Instance); ok {
			s.Variable = inst.Name
		}
	}
}
