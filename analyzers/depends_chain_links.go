package analyzers

import (
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// chainLink is one dependency as one consumer declares it: a handler, another
// dependency, or, with Via other than a parameter, an application or a router.
type chainLink struct {
	dep        *fastapi.Dependency
	consumer   *fastapi.Callable // whose parameter it is; nil in a dependencies=[…] list
	operations []*fastapi.Operation
}

// chainLinks lists every dependency of every operation once, with the operations
// that it serves, in the order of the model.
func chainLinks(p *fastapi.Project) []*chainLink {
	type key struct {
		at       source.Location
		callable *fastapi.Callable
		consumer *fastapi.Callable
	}
	index := map[key]*chainLink{}
	var out []*chainLink
	var walk func(d *fastapi.Dependency, consumer *fastapi.Callable, o *fastapi.Operation, depth int)
	walk = func(d *fastapi.Dependency, consumer *fastapi.Callable, o *fastapi.Operation, depth int) {
		k := key{d.At, d.Callable, consumer}
		l := index[k]
		if l == nil {
			l = &chainLink{dep: d, consumer: consumer}
			index[k] = l
			out = append(out, l)
		}
		if n := len(l.operations); n > 0 && l.operations[n-1] == o {
			return
		}
		l.operations = append(l.operations, o)
		if depth > 30 {
			return
		}
		for _, sub := range d.Dependencies {
			walk(sub, d.Callable, o, depth+1)
		}
	}
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			for _, d := range o.Dependencies {
				consumer := o.Handler
				if d.Via != fastapi.ViaParameter {
					consumer = nil
				}
				walk(d, consumer, o, 0)
			}
		}
	}
	return out
}

// idsOf names operations, each once.
func idsOf(list []*fastapi.Operation) (ids []string) {
	for _, o := range list {
		if id := o.ID(); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// chainGuards reports whether a dependency or one below it can refuse a request
// for want of a credential.
func chainGuards(d *fastapi.Dependency) bool { return len(chainGuardsOf(d, 0)) > 0 }

// chainGuardsOf lists the schemes and the refusing callables of a dependency, itself first.
func chainGuardsOf(d *fastapi.Dependency, depth int) (guards []*fastapi.Callable) {
	if d.Callable == nil || depth > 30 {
		return nil
	}
	if d.Scheme != nil && d.Scheme.AutoError || d.Callable.Flow != nil && d.Callable.Flow.Refuses() {
		guards = append(guards, d.Callable)
	}
	for _, sub := range d.Dependencies {
		guards = append(guards, chainGuardsOf(sub, depth+1)...)
	}
	return guards
}

// chainSchemes lists the security schemes that a dependency reaches.
func chainSchemes(d *fastapi.Dependency, depth int) (schemes []*fastapi.Scheme) {
	if d.Scheme != nil {
		schemes = append(schemes, d.Scheme)
	}
	if depth < 30 {
		for _, sub := range d.Dependencies {
			schemes = append(schemes, chainSchemes(sub, depth+1)...)
		}
	}
	return schemes
}

// chainReadsCredential reports whether a dependency, or one below it, looks at
// something that authenticates a request: a scheme, a header, a cookie.
func chainReadsCredential(d *fastapi.Dependency, depth int) bool {
	if d.Scheme != nil || d.Callable != nil && d.Callable.Flow != nil && d.Callable.Flow.ReadsCredential() {
		return true
	}
	for _, parameter := range d.Parameters {
		if parameter.In == fastapi.InCookie || parameter.In == fastapi.InHeader && carriesCredential(parameter.Wire) {
			return true
		}
	}
	return depth < 30 && slices.ContainsFunc(d.Dependencies, func(s *fastapi.Dependency) bool { return chainReadsCredential(s, depth+1) })
}

// mayRefuse reports whether anything among the dependencies of an operation may
// refuse a request for want of a credential: code that raises 401, 403 or something
// that an exception handler may answer so, and code that reads a credential.
func mayRefuse(o *fastapi.Operation) bool {
	var may func(d *fastapi.Dependency, depth int) bool
	may = func(d *fastapi.Dependency, depth int) bool {
		if d.Callable != nil && d.Callable.Flow != nil && (raisesRefusal(d.Callable.Flow) || d.Callable.Flow.ReadsCredential()) {
			return true
		}
		return depth < 30 && slices.ContainsFunc(d.Dependencies, func(s *fastapi.Dependency) bool { return may(s, depth+1) })
	}
	return slices.ContainsFunc(o.Dependencies, func(d *fastapi.Dependency) bool { return may(d, 0) })
}

// raisesRefusal reports whether what leaves the code by an exception may be a refusal.
func raisesRefusal(f *fastapi.Flow) bool {
	return slices.ContainsFunc(f.Outcomes, func(o fastapi.Outcome) bool {
		return o.Kind == fastapi.Raises && !o.Caught && (!o.HTTP || o.Status == 0 || o.Status == 401 || o.Status == 403)
	})
}

// carriesCredential recognises, by its name in HTTP, a header that authenticates a request.
func carriesCredential(header string) bool {
	header = strings.ToLower(header)
	for _, part := range []string{"auth", "token", "key", "secret", "signature", "password", "credential", "session"} {
		if strings.Contains(header, part) {
			return true
		}
	}
	return false
}

// dependencyName is a callable's name without its module.
func dependencyName(c *fastapi.Callable) string {
	if c == nil {
		return "the dependency"
	}
	return c.Name[strings.LastIndexByte(c.Name, ':')+1:]
}

// codeAt is the source at a place on one line, "" where there is none.
func codeAt(p *fastapi.Project, at source.Location) string {
	if at.IsZero() {
		return ""
	}
	file, err := p.Tree.File(at.Path)
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(file.Slice(at.Span)), " ")
}

// replaceAt is a fix that replaces the text at one place.
func replaceAt(title string, safe bool, at source.Location, text string) Fix {
	return Fix{Title: title, Safe: safe, Edits: map[source.Path][]source.Edit{at.Path: {{Span: at.Span, NewText: text}}}}
}

// describedFix is a described fix without an edit.
func describedFix(title string) Fix { return Fix{Title: title} }

// notCallable reports whether Python can be sure that a value is no callable, and names what it is.
func notCallable(v interpret.Value) (what string, sure bool) {
	switch x := v.(type) {
	case *interpret.Str, *interpret.Bytes:
		return "a string", true
	case *interpret.Num, *interpret.Bool:
		return "a number or a bool", true
	case *interpret.None:
		return "None", true
	case *interpret.Seq:
		return "a list, tuple or set", true
	case *interpret.Dict:
		return "a dict", true
	case *interpret.Op:
		switch x.Name {
		case "coroutine":
			return "a coroutine", true
		case "generator":
			return "a generator", true
		case "fstring":
			return "a string", true
		}
	case *interpret.Instance:
		class, ok := x.Class.(*interpret.Class)
		if !ok || interpret.ExternalBase(class) != nil && interpret.DerivesFrom(class, "pydantic.BaseModel", "sqlmodel.SQLModel") == "" {
			return "", false
		}
		if call, _ := class.Lookup("__call__"); call == nil {
			return "a " + class.Def.Name + " object", true
		}
	}
	return "", false
}

// requestFor is a request to the first of some operations without a credential.
func requestFor(list []*fastapi.Operation) string {
	for _, o := range list {
		if o.Kind == fastapi.HTTP && len(o.Methods) > 0 && !strings.Contains(o.Path, "{?}") {
			method := ""
			if o.Methods[0] != "GET" {
				method = "-X " + o.Methods[0] + " "
			}
			return "curl -i " + method + "http://127.0.0.1:8000" + o.Requested()
		}
	}
	return ""
}

// pathWithMounts is the path of an operation with the mounts above its application.
func pathWithMounts(o *fastapi.Operation) string {
	path := o.Path
	for app := o.App; app != nil && app.Parent != nil && len(path) < 500; app = app.Parent {
		path = app.MountPath + path
	}
	return path
}
