package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/secret"
	"bearings/internal/source"
)

// Surface is the authentication surface of a project: everything on which it
// depends who may do what, as plain facts that can be compared with those of
// another revision and kept in a file. No fact holds a secret's value.
type Surface struct {
	Facts []Fact
	links map[string]map[string]bool // by operation: "kind subject" of what concerns it
}

// Fact is one statement of a surface.
type Fact struct {
	Kind    string      `json:"kind"`
	Subject string      `json:"subject"`
	Aspect  string      `json:"aspect"`
	Values  []string    `json:"values"`
	File    source.Path `json:"file"`
	Line    int         `json:"line"`

	hidden *secret.Value // compared, never written
}

// The kinds of fact, in the order in which they are told.
const (
	OperationFact   = "operation"
	MiddlewareFact  = "middleware"
	SchemeFact      = "scheme"
	HandlerFact     = "exception handlers"
	OverrideFact    = "overrides"
	TokenFact       = "token call"
	KeyFact         = "key"
	EnvironmentFact = "environment"
	VersionFact     = "version"
)

var kindOrder = [...]string{OperationFact, MiddlewareFact, SchemeFact, HandlerFact, OverrideFact, TokenFact, KeyFact, EnvironmentFact, VersionFact}

// The aspects that are compared in a way of their own.
const (
	aspectGuard    = "guard"
	aspectChain    = "chain"
	aspectRefusals = "refusals"
	aspectHandler  = "handler" // names the operation in other revisions; no change by itself
	aspectOrder    = "order"
)

// watched are the packages whose version changes how authentication works.
var watched = [...]string{
	"fastapi", "starlette", "pyjwt", "python-jose", "authlib", "joserfc", "passlib", "bcrypt", "argon2-cffi", "pwdlib", "pydantic",
	"pydantic-settings", "python-dotenv", "python-multipart", "python-decouple", "dynaconf", "environs", "itsdangerous", "cryptography",
	"fastapi-users", "fastapi-login", "fastapi-jwt-auth", "fastapi-sso", "uvicorn", "gunicorn", "hypercorn",
}

type surfacing struct {
	project *fastapi.Project
	places  *places
	redact  *Redactor
	out     *Surface
	labels  labels
}

// NewSurface computes the authentication surface of a project. Applications of tests and examples are left out.
func NewSurface(p *fastapi.Project) *Surface {
	s := &surfacing{project: p, places: newPlaces(p), redact: NewRedactor(p), out: &Surface{links: map[string]map[string]bool{}}, labels: labels{}}
	s.own()
	for _, app := range p.Apps {
		if isApplication(app) {
			s.app(app)
		}
	}
	s.tokens()
	for _, k := range p.Keys {
		if weight(k) > 0 {
			s.key(k)
		}
	}
	s.environments()
	s.versions()
	s.overrides()
	for _, app := range p.Apps {
		if !isApplication(app) {
			continue
		}
		for _, o := range app.Operations {
			s.link(o)
		}
	}
	slices.SortStableFunc(s.out.Facts, compareFacts)
	return s.out
}

func compareFacts(a, b Fact) int {
	return cmp.Or(cmp.Compare(slices.Index(kindOrder[:], a.Kind), slices.Index(kindOrder[:], b.Kind)), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Aspect, b.Aspect))
}

func (s *surfacing) add(kind, subject, aspect string, at source.Location, values ...string) *Fact {
	values = slices.Clone(values) // they may be the model's own
	for i, v := range values {
		values[i] = s.redact.Text(clean(v))
	}
	f := Fact{Kind: kind, Subject: clean(subject), Aspect: aspect, Values: values, File: at.Path}
	if !at.IsZero() {
		f.Line = s.places.line(at)
	}
	s.out.Facts = append(s.out.Facts, f)
	return &s.out.Facts[len(s.out.Facts)-1]
}

func (s *surfacing) app(app *fastapi.App) {
	var order []string
	name := s.application(app)
	for _, m := range app.Middleware {
		order = append(order, middlewareFacts(m))
		if list := answerWords(stepAnswers(s.project, app, m)); len(list) > 0 {
			s.add(MiddlewareFact, afterColon(m.Class)+" of "+name, aspectRefusals, m.At, list...)
		}
	}
	s.add(MiddlewareFact, name, aspectOrder, app.At, order...)
	if app.RootPath != "" {
		s.add(MiddlewareFact, name, "root_path", app.RootPathAt, app.RootPath)
	}
	for _, c := range app.Schemes {
		s.scheme(c)
	}
	var handlers []string
	for _, h := range app.Handlers {
		handlers = append(handlers, strings.TrimSpace(afterColon(h.For)+" "+answersTo(h)))
	}
	if len(handlers) > 0 {
		s.add(HandlerFact, name, "handlers", app.Handlers[0].At, handlers...)
	}
	for _, o := range app.Operations {
		if o.Kind != fastapi.MountKind {
			s.operation(o)
		}
	}
}

// middlewareFacts is a middleware with its options that are written as literals or names.
func middlewareFacts(m *fastapi.Middleware) string {
	var options []string
	for name, o := range m.Options {
		if strings.HasPrefix(name, "allow_") || strings.Contains(name, "https") || strings.Contains(name, "same_site") || strings.Contains(name, "exempt") || strings.Contains(name, "public") || strings.Contains(name, "exclude") {
			options = append(options, optionText(name, o))
		}
	}
	slices.Sort(options)
	if len(options) == 0 {
		return afterColon(m.Class)
	}
	return afterColon(m.Class) + "(" + strings.Join(options, ", ") + ")"
}

func stepAnswers(p *fastapi.Project, app *fastapi.App, m *fastapi.Middleware) []fastapi.Answer {
	if len(app.Operations) == 0 || m.Flow == nil {
		return nil
	}
	for _, step := range p.Walk(app.Operations[0]) {
		if step.Middleware == m {
			return step.Answers
		}
	}
	return nil
}

func (s *surfacing) operation(o *fastapi.Operation) {
	subject := s.operationName(o)
	guard := "open"
	if o.Protected {
		guard = strings.TrimSuffix("guarded by "+guards(o), " by ")
	}
	at := operationPlace(o)
	s.add(OperationFact, subject, aspectGuard, at, guard)
	if o.Handler != nil {
		s.add(OperationFact, subject, aspectHandler, at, o.Handler.Name)
	}
	if list := chainWords(o.Dependencies, 0); len(list) > 0 {
		s.add(OperationFact, subject, aspectChain, at, list...)
	}
	var refusals []string
	place := source.Location{}
	steps := s.project.Walk(o)
	guarding := guardsAmong(o, steps)
	for _, step := range steps {
		switch step.Layer {
		case fastapi.LayerDependency, fastapi.LayerHandler:
			answers := s.refusing(o, step, guarding)
			refusals = append(refusals, answerWords(answers)...)
			for _, a := range answers {
				if step.Dependency == nil || step.Dependency.Scheme == nil || place.IsZero() {
					place = a.At
				}
			}
		case fastapi.LayerRouting:
			for _, a := range step.Answers {
				if a.Status == 0 {
					s.add(OperationFact, subject, "shadowed", a.At, a.When)
				}
			}
		}
	}
	if len(refusals) > 0 {
		slices.Sort(refusals)
		s.add(OperationFact, subject, aspectRefusals, place, slices.Compact(refusals)...)
	}
}

// guardsAmong are the dependencies of an operation in whose chain a scheme stands
// or something answers 401 or 403.
func guardsAmong(o *fastapi.Operation, steps []fastapi.Step) map[*fastapi.Dependency]bool {
	refuses := map[*fastapi.Dependency]bool{}
	for _, step := range steps {
		if step.Dependency != nil && slices.ContainsFunc(step.Answers, func(a fastapi.Answer) bool { return a.Status == 401 || a.Status == 403 }) {
			refuses[step.Dependency] = true
		}
	}
	out := map[*fastapi.Dependency]bool{}
	var visit func(d *fastapi.Dependency, depth int) bool
	visit = func(d *fastapi.Dependency, depth int) bool {
		guards := d.Scheme != nil || refuses[d]
		for _, sub := range d.Dependencies {
			if depth < 20 && visit(sub, depth+1) {
				guards = true
			}
		}
		out[d] = out[d] || guards
		return guards
	}
	for _, d := range o.Dependencies {
		visit(d, 0)
	}
	return out
}

// refusing are the answers of a step that have to do with authentication: 401 and
// 403 wherever they are, everything in which a guard ends, and the 400 of a handler
// that issues tokens. What else a handler may answer is its own business.
func (s *surfacing) refusing(o *fastapi.Operation, step fastapi.Step, guarding map[*fastapi.Dependency]bool) []fastapi.Answer {
	if step.Dependency != nil && guarding[step.Dependency] {
		return step.Answers
	}
	issues := step.Layer == fastapi.LayerHandler && slices.ContainsFunc(s.project.Tokens, func(t *fastapi.TokenCall) bool {
		return t.Operation == fastapi.Sign && slices.Contains(t.Operations, o)
	})
	return slices.DeleteFunc(slices.Clone(step.Answers), func(a fastapi.Answer) bool {
		return a.Status != 401 && a.Status != 403 && !(issues && a.Status == 400)
	})
}

// chainWords lists dependencies in the order in which they are resolved, their own in parentheses.
func chainWords(list []*fastapi.Dependency, depth int) []string {
	var out []string
	for _, d := range list {
		word := callableName(d.Callable)
		if len(d.Scopes) > 0 {
			word += " with scopes " + strings.Join(d.Scopes, " ")
		}
		if !d.UseCache {
			word += " without cache"
		}
		if depth < 10 {
			if subs := chainWords(d.Dependencies, depth+1); len(subs) > 0 {
				word += "(" + strings.Join(subs, ", ") + ")"
			}
		}
		out = append(out, word)
	}
	return out
}

// answerWords tells the refusals among answers: status, text and condition.
func answerWords(list []fastapi.Answer) []string {
	var out []string
	for _, a := range list {
		if a.Status != 0 && a.Status < 400 {
			continue
		}
		word := "an unknown status"
		if a.Status != 0 {
			word = itoa(a.Status)
		}
		if a.Detail != "" {
			word += ` "` + a.Detail + `"`
		}
		if a.When != "" {
			word += " when " + hideLiterals(a.When)
		}
		if a.Version != "" {
			word += " (" + a.Version + ")"
		}
		out = append(out, word)
	}
	return out
}

// hideLiterals masks the string literals of a condition, which may be anything,
// but for words that conditions about tokens are made of.
func hideLiterals(text string) string {
	spans := literals([]byte(text), source.Span{End: len(text)})
	for _, span := range slices.Backward(spans) {
		if !ordinary(text[span.Start:span.End]) {
			text = text[:span.Start] + "…" + text[span.End:]
		}
	}
	return text
}

func ordinary(word string) bool {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "access", "refresh", "bearer", "basic", "admin", "user", "guest", "member", "active", "inactive", "disabled", "type", "token_type",
		"role", "roles", "scope", "scopes", "sub", "user_id", "username", "email", "authorization", "exp", "iss", "aud", "not authenticated":
		return true
	}
	return len(word) <= 3
}

func (s *surfacing) scheme(c *fastapi.Scheme) {
	facts, name := []string{c.Class}, s.schemeName(c)
	if c.In != "" {
		facts = append(facts, c.In+" "+c.Parameter)
	}
	if !c.AutoError {
		facts = append(facts, "auto_error off")
	}
	s.add(SchemeFact, name, "form", c.At, strings.Join(facts, ", "))
	if c.TokenURL != nil {
		url := "not known"
		if c.TokenURL.Known {
			url = c.TokenURL.Value
		}
		s.add(SchemeFact, name, "tokenUrl", c.At, url)
	}
	var scopes []string
	for scope := range c.Scopes {
		scopes = append(scopes, scope)
	}
	if slices.Sort(scopes); len(scopes) > 0 {
		s.add(SchemeFact, name, "scopes", c.At, scopes...)
	}
}

func (s *surfacing) environments() {
	for _, e := range s.project.Environments {
		s.add(EnvironmentFact, e.Name, "exists", e.At, string(e.Kind))
		var servers []string
		for _, c := range e.Commands {
			words := []string{c.Server, c.App}
			if c.Workers != 0 {
				words = append(words, fmt.Sprintf("workers %d", c.Workers))
			}
			if c.RootPath != "" {
				words = append(words, "root_path "+c.RootPath)
			}
			if c.ForwardedAllowIPs != "" {
				words = append(words, "forwarded-allow-ips "+c.ForwardedAllowIPs)
			}
			servers = append(servers, strings.TrimSpace(strings.Join(words, " ")))
		}
		if len(servers) > 0 {
			s.add(EnvironmentFact, e.Name, "starts", e.At, servers...)
		}
		if e.Replicas.N != 0 {
			s.add(EnvironmentFact, e.Name, "replicas", e.Replicas.At, itoa(e.Replicas.N))
		}
	}
}

func (s *surfacing) versions() {
	if s.project.Requirements == nil {
		return
	}
	for _, name := range watched {
		v := s.project.Requirements.Version(name)
		if v.File == "" && !v.Known {
			continue
		}
		text := v.Exact
		if !v.Known {
			text = "not pinned"
			if f := s.places.file(v.At.Path); f != nil && v.At != v.NameAt {
				text = f.Slice(v.At.Span)
			}
		}
		s.add(VersionFact, name, "version", v.At, text)
	}
}

func (s *surfacing) overrides() {
	for _, o := range s.project.Overrides {
		if !o.InTest && o.Key != nil {
			s.add(OverrideFact, callableName(o.Key), "replaced by", o.At, clean(o.ValueText))
		}
	}
}
