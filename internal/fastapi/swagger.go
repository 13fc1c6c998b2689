package fastapi

import (
	"path"
	"slices"
	"strings"

	"bearings/internal/interpret"
)

// responseModel is response_model= or the return annotation; nil when there is none.
func (l *linker) responseModel(r *routeEntry) any {
	if v := r.args.Value(-1, "response_model"); v != nil {
		if _, none := v.(*interpret.None); none {
			return nil
		}
		return v
	}
	fn, ok := interpret.Unwrap(r.endpoint).(*interpret.Func)
	if !ok || fn.Def == nil || fn.Def.Returns == nil {
		return nil
	}
	return l.machine.FrameOf(fn).Annotation(fn.Def.Returns)
}

// TokenTarget is where Swagger UI posts the login form of a scheme.
type TokenTarget struct {
	URL      string // the path that is asked, from the root of the host
	Relative bool   // the tokenUrl is relative to the documentation page
	External bool   // it lies on another host
	// Operation serves POST there; nil when none does.
	Operation *Operation
}

// TokenTarget resolves a scheme's tokenUrl as Swagger UI 5 does: an absolute one
// against the host, a relative one against the documentation page.
func (a *App) TokenTarget(s *Scheme) (TokenTarget, bool) {
	if s.TokenURL == nil || !s.TokenURL.Known || a.OpenAPIURL == "" {
		return TokenTarget{}, false
	}
	u := s.TokenURL.Value
	t := TokenTarget{URL: u}
	if strings.Contains(u, "://") {
		t.External = true
		return t, true
	}
	u, _, _ = strings.Cut(u, "?")
	base := a.mountedAt()
	if !strings.HasPrefix(u, "/") {
		t.Relative = true
		u = base + path.Join(path.Dir(a.DocsURL), u)
		if a.DocsURL == "" {
			u = base + "/" + strings.TrimPrefix(t.URL, "./")
		}
	}
	t.URL = path.Clean("/" + u)
	root := a.root()
	inner := t.URL
	if p := strings.TrimSuffix(root.RootPath, "/"); p != "" && strings.HasPrefix(inner, p+"/") {
		inner = strings.TrimPrefix(inner, p)
	}
	for _, op := range matchIn(root, "POST", inner, 0) {
		t.Operation = op
		return t, true
	}
	for _, slash := range []string{inner + "/", strings.TrimSuffix(u, "/")} { // a redirect keeps the form
		if ops := matchIn(root, "POST", slash, 0); len(ops) > 0 {
			t.Operation = ops[0]
			return t, true
		}
	}
	return t, true
}

// mountedAt is the path at which the application is mounted, through all its parents.
func (a *App) mountedAt() string {
	at := ""
	for x := a; x != nil && x.Parent != nil && x.Parent != x && len(at) < 1000; x = x.Parent {
		at = x.MountPath + at
	}
	return at
}

func (a *App) root() *App {
	x := a
	for range 20 {
		if x.Parent == nil || x.Parent == x {
			break
		}
		x = x.Parent
	}
	return x
}

// FullPath is the operation's path from the root application.
func (o *Operation) FullPath() string { return o.App.mountedAt() + o.Path }

// TakesPasswordForm reports whether the operation takes the OAuth2 password form.
func (o *Operation) TakesPasswordForm() bool {
	var walk func(list []*Dependency, depth int) bool
	walk = func(list []*Dependency, depth int) bool {
		return depth < 20 && slices.ContainsFunc(list, func(d *Dependency) bool {
			return d.Callable != nil && strings.HasPrefix(d.Callable.Name, "fastapi.security:OAuth2PasswordRequestForm") || derivesFromForm(d) || walk(d.Dependencies, depth+1)
		})
	}
	if walk(o.Dependencies, 0) {
		return true
	}
	names := map[string]bool{}
	for _, p := range o.Parameters {
		if p.In == InForm {
			names[p.Wire] = true
		}
	}
	return names["username"] && names["password"]
}

func derivesFromForm(d *Dependency) bool {
	if d.Callable == nil {
		return false
	}
	c, ok := d.Callable.ref.(*interpret.Class)
	return ok && interpret.DerivesFrom(c, "fastapi.security.OAuth2PasswordRequestForm", "fastapi.security.OAuth2PasswordRequestFormStrict") != ""
}

// LoginOperations lists the operations of the application and of what it mounts
// that take the OAuth2 password form.
func (a *App) LoginOperations() []*Operation {
	var out []*Operation
	for _, o := range a.Operations {
		switch {
		case o.Mounted != nil && o.Mounted != a:
			out = append(out, o.Mounted.LoginOperations()...)
		case o.Kind == HTTP && slices.Contains(o.Methods, "POST") && o.TakesPasswordForm():
			out = append(out, o)
		}
	}
	return out
}
