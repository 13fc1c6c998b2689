package server

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/requirements"
)

// shortName is a callable's name without its module: "current_user".
func shortName(c *fastapi.Callable) string {
	if c == nil {
		return "?"
	}
	_, name, ok := strings.Cut(c.Name, ":")
	if !ok {
		name = c.Name
	}
	if name == "" {
		return "?"
	}
	return name
}

// guardText says in a line what protects an operation and which statuses that
// can answer: "current_user ← OAuth2PasswordBearer · 401, 403", or "open".
func guardText(p *fastapi.Project, o *fastapi.Operation) string {
	var names []string
	var statuses []int
	for _, d := range o.Dependencies {
		found, schemes := refusals(p, d, nil)
		if len(found) == 0 && len(schemes) == 0 {
			continue
		}
		name := shortName(d.Callable)
		if d.Scheme != nil {
			name = d.Scheme.Class
		} else if len(schemes) > 0 {
			name += " ← " + strings.Join(schemes, ", ")
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		statuses = append(statuses, found...)
	}
	switch {
	case len(names) == 0 && o.Protected && len(o.Means) > 0:
		return strings.Join(o.Means, ", ")
	case len(names) == 0 && o.Protected:
		return "protected"
	case len(names) == 0:
		return "open"
	}
	text := strings.Join(names, ", ")
	if !o.Protected {
		text = "open · " + text
	}
	return text + numbers(" · ", statuses)
}

// numbers lists statuses, each once, behind a prefix; nothing for none.
func numbers(prefix string, statuses []int) string {
	slices.Sort(statuses)
	statuses = slices.Compact(statuses)
	if len(statuses) == 0 {
		return ""
	}
	texts := make([]string, len(statuses))
	for i, status := range statuses {
		texts[i] = strconv.Itoa(status)
	}
	return prefix + strings.Join(texts, ", ")
}

// refusals returns the statuses with which a dependency and its sub-dependencies
// can refuse a request because of who sends it, and the schemes among them.
func refusals(p *fastapi.Project, d *fastapi.Dependency, above []*fastapi.Dependency) (statuses []int, schemes []string) {
	if slices.Contains(above, d) {
		return nil, nil
	}
	if d.Scheme != nil {
		schemes = append(schemes, d.Scheme.Class)
		if status := schemeStatus(p.Requirements, d.Scheme); status != 0 {
			statuses = append(statuses, status)
		}
	}
	if d.Callable != nil && d.Callable.Flow != nil {
		for _, o := range d.Callable.Flow.Outcomes {
			if !o.Caught && (o.Status == 401 || o.Status == 403) {
				statuses = append(statuses, o.Status)
			}
		}
	}
	for _, sub := range d.Dependencies {
		s, names := refusals(p, sub, append(above[:len(above):len(above)], d))
		statuses, schemes = append(statuses, s...), append(schemes, names...)
	}
	slices.Sort(schemes)
	return statuses, slices.Compact(schemes)
}

// schemeStatus is the status with which a scheme refuses a request that brings
// nothing; 0 when it does not refuse, or when the installed version, which
// decides, is not known. OAuth2 password and code bearers and HTTPBasic have
// always answered 401; the others answer 403 below FastAPI 0.122.0 and 401 from
// it (fastapi/security; release notes of 0.122.0).
func schemeStatus(versions *requirements.Set, s *fastapi.Scheme) int {
	if !s.AutoError {
		return 0
	}
	switch s.Class {
	case "OAuth2PasswordBearer", "OAuth2AuthorizationCodeBearer", "HTTPBasic":
		return 401
	}
	if versions != nil {
		switch versions.Version("fastapi").Compare("0.122.0") {
		case "below":
			return 403
		case "at least":
			return 401
		}
	}
	return 0
}

// keyText says in a line what a key is in each environment. Equal letters are equal values.
func keyText(k *fastapi.Key) string {
	var parts []string
	for _, row := range k.Rows {
		text := row.Environment + " " + string(row.State)
		if row.Letter != "" {
			text += " " + row.Letter
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " · ")
}

// usesText counts the operations that depend on a callable.
func usesText(p *fastapi.Project, c *fastapi.Callable) string {
	uses := 0
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			if reaches(o.Dependencies, c, 0) {
				uses++
			}
		}
	}
	if uses == 1 {
		return "used by 1 path operation"
	}
	return fmt.Sprintf("used by %d path operations", uses)
}

// deepest is how many levels of sub-dependencies are followed. FastAPI has no
// limit; recursion in the model would be a fault.
const deepest = 50

// reaches reports whether one of the dependencies is, or leads to, a callable.
func reaches(list []*fastapi.Dependency, c *fastapi.Callable, depth int) bool {
	return depth < deepest && slices.ContainsFunc(list, func(d *fastapi.Dependency) bool {
		return sameCallable(d.Callable, c) || reaches(d.Dependencies, c, depth+1)
	})
}

func sameCallable(a, b *fastapi.Callable) bool {
	return a != nil && b != nil && (a == b || !a.At.IsZero() && a.At == b.At)
}

// serving returns the operations that answer POST at a token URL. A relative
// one is relative to the documentation's address, which is at the application's root.
func serving(p *fastapi.Project, s *fastapi.Scheme) []*fastapi.Operation {
	if s.TokenURL == nil || !s.TokenURL.Known {
		return nil
	}
	path := "/" + strings.TrimPrefix(s.TokenURL.Value, "/")
	var out []*fastapi.Operation
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			if o.Kind == fastapi.HTTP && slices.Contains(o.Methods, "POST") && (o.Path == path || app.RootPath+o.Path == path) {
				out = append(out, o)
			}
		}
	}
	return out
}
