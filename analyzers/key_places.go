package analyzers

import (
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// places collects evidence, each place once and none that is nowhere.
type places struct {
	project *fastapi.Project
	list    []Evidence
}

func (e *places) add(at source.Location, note string) {
	if at.IsZero() || note == "" || !within(e.project, at) || slices.ContainsFunc(e.list, func(x Evidence) bool {
		return x.At == at || x.Note == note && x.At.Path == at.Path && overlap(x.At.Span, at.Span)
	}) {
		return
	}
	e.list = append(e.list, Evidence{At: at, Note: note})
}

func overlap(a, b source.Span) bool { return a.Start < b.End && b.Start < a.End }

// keyName is how people write the variable of a key: SECRET_KEY.
func keyName(k *fastapi.Key) string {
	if k.Read == nil || len(k.Read.Names) == 0 {
		return k.Name
	}
	name := k.Read.Names[0]
	if k.Read.Fold {
		return strings.ToUpper(name)
	}
	return name
}

// keyPlace is the text that stands for a key: the name that is read, or the place of its read.
func keyPlace(k *fastapi.Key) source.Location {
	if k.Read != nil && !k.Read.NameAt.IsZero() {
		return k.Read.NameAt
	}
	return k.At
}

// keyCalls lists the token calls that take a key.
func keyCalls(p *fastapi.Project, k *fastapi.Key) (calls []*fastapi.TokenCall) {
	for _, t := range p.Tokens {
		if t.Key != nil && t.Key.Key == k {
			calls = append(calls, t)
		}
	}
	return calls
}

// keyOperations lists the operations on whose way a key signs or verifies.
func keyOperations(p *fastapi.Project, k *fastapi.Key) (ids []string) {
	for _, t := range keyCalls(p, k) {
		for _, o := range t.Operations {
			if id := o.ID(); !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// keySubject says what a key does: "signs the tokens".
func keyDoes(k *fastapi.Key) string {
	switch {
	case k.Roles&fastapi.Signs != 0:
		return "signs the tokens"
	case k.Roles&fastapi.Verifies != 0:
		return "verifies the tokens"
	case k.Roles&fastapi.SignsSession != 0:
		return "signs the session cookies"
	}
	return "is a secret of the application"
}

const keyRoles = fastapi.Signs | fastapi.Verifies | fastapi.SignsSession

// authKeys lists the keys that sign or verify.
func authKeys(p *fastapi.Project) (keys []*fastapi.Key) {
	for _, k := range p.Keys {
		if k.Roles&keyRoles != 0 {
			keys = append(keys, k)
		}
	}
	return keys
}

// namedLikeKey says whether a setting that no known call takes is named like a
// key that signs, and not like the credentials of another service.
func namedLikeKey(k *fastapi.Key) bool {
	if !k.Secret || k.Read == nil || k.Roles&keyRoles != 0 {
		return false
	}
	n := strings.ToUpper(k.Name)
	for _, w := range []string{"AWS", "S3", "MINIO", "STRIPE", "CLIENT", "OPENAI", "API_KEY", "APIKEY", "PASSWORD", "WEBHOOK", "POSTGRES", "REDIS", "DB", "SMTP", "SLACK", "GITHUB", "GOOGLE"} {
		if strings.Contains(n, w) {
			return false
		}
	}
	for _, w := range []string{"SECRET_KEY", "JWT", "SIGNING", "SESSION", "AUTH", "TOKEN_SECRET", "APP_SECRET", "TOKEN_KEY"} {
		if strings.Contains(n, w) {
			return true
		}
	}
	return false
}

// environmentOf finds an environment by its name.
func environmentOf(p *fastapi.Project, name string) *environment.Environment {
	for _, e := range p.Environments {
		if e.Name == name {
			return e
		}
	}
	return nil
}

// fromPage says whether only a page of documentation describes an environment.
func fromPage(e *environment.Environment) bool {
	return len(e.Described) > 0 && (strings.HasSuffix(string(e.Described[0]), ".md") || strings.HasSuffix(string(e.Described[0]), ".rst"))
}

// serves says whether an environment starts an application server.
func serves(e *environment.Environment) bool {
	for _, c := range e.Commands {
		if c.Server != "" && c.Server != "python" || c.Server == "python" && c.App != "" {
			return true
		}
	}
	return false
}

// deployed says whether an environment is one in which the application is run
// for others, and not only the base of another one.
func deployed(e *environment.Environment) bool {
	switch e.Kind {
	case environment.Compose, environment.Kubernetes, environment.Process:
		return serves(e)
	case environment.Image:
		return len(e.UsedBy) == 0 && serves(e)
	}
	return false
}

// throughOf finds what makes the file of a line be read in an environment.
func throughOf(p *fastapi.Project, e *environment.Environment, r *fastapi.EnvRead, line source.Location) source.Location {
	if r == nil {
		return source.Location{}
	}
	for _, list := range e.Variables {
		for _, a := range list {
			if a.At == line && !a.Through.IsZero() {
				return a.Through
			}
		}
	}
	offers, _ := p.Offers(e, r)
	for _, o := range offers {
		if o.At == line {
			return o.Through
		}
	}
	return source.Location{}
}

// enclosingHandler is the first statement of the except clause that answers for a
// missing variable: what is returned or assigned instead of the read.
func enclosingHandler(p *fastapi.Project, at source.Location) source.Location {
	module := moduleOf(p, at.Path)
	if module == nil {
		return source.Location{}
	}
	var found source.Location
	python.InspectAround(module, at.Span, func(node any) bool {
		try, ok := node.(*python.Try)
		if !ok || len(try.Body) == 0 || len(try.Handlers) == 0 {
			return true
		}
		last := try.Body[len(try.Body)-1].Span()
		if try.Body[0].Span().Start <= at.Span.Start && at.Span.End <= last.End {
			if body := try.Handlers[0].Body; len(body) > 0 {
				found = source.Location{Path: at.Path, Span: body[len(body)-1].Span()}
			}
		}
		return true
	})
	return found
}

// namedElsewhere lists the places in Python at which a variable's name stands as
// a string, other than the one given.
func namedElsewhere(p *fastapi.Project, name string, but source.Location) (list []source.Location) {
	for _, k := range p.Keys {
		if k.Read == nil || k.At == but || k.Read.NameAt == but {
			continue
		}
		for _, n := range k.Read.Names {
			if n == name || k.Read.Fold && strings.EqualFold(n, name) {
				list = append(list, k.At)
			}
		}
	}
	return list
}
