package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// Layer says where on the way of a request a step stands.
type Layer string

// The layers, outermost first.
const (
	LayerMiddleware Layer = "middleware"
	LayerRouting    Layer = "routing"
	LayerDependency Layer = "dependency"
	LayerValidation Layer = "validation"
	LayerHandler    Layer = "handler"
	LayerException  Layer = "exception-handler"
)

// Step is one place on the way of a request.
type Step struct {
	Layer      Layer
	Name       string
	At         source.Location
	Note       string // what it does, when there is something to say: "adds CORS headers"
	Answers    []Answer
	Dependency *Dependency
	Middleware *Middleware
}

// Answer is one way in which a step can end the request.
type Answer struct {
	Status    int // 0: not known
	When      string
	Detail    string
	At        source.Location
	Confirmed bool // the status follows from the files
	Intended  bool // a refusal that is there on purpose
	Through   []Hop
	Version   string // a gate that decides the status, "403 below FastAPI 0.122.0"
	Raised    int    // the status that was raised, when an exception handler changed it
	Outcome   *Outcome
}

// Walk gives the way of a request to an operation, outermost first, with every
// place that can answer it other than by the operation's own result.
func (p *Project) Walk(o *Operation) []Step {
	w := &walker{p: p, app: o.App, op: o}
	var steps []Step
	for _, m := range o.App.Layers() {
		if s, ok := w.middleware(m); ok {
			steps = append(steps, s)
		}
	}
	steps = append(steps, w.routing())
	seen := map[callKey]bool{}
	for _, d := range o.Dependencies {
		w.dependency(d, seen, &steps, 0)
	}
	if s, ok := w.validation(); ok {
		steps = append(steps, s)
	}
	steps = append(steps, w.handler())
	for _, h := range o.App.Handlers {
		steps = append(steps, Step{Layer: LayerException, Name: h.Callable.Name, At: h.Callable.At, Note: "answers " + h.For})
	}
	return steps
}

// Statuses lists the statuses that the way can answer, other than the operation's own result.
func Statuses(steps []Step) []int {
	seen := map[int]bool{}
	var out []int
	for _, s := range steps {
		for _, a := range s.Answers {
			if a.Status != 0 && !seen[a.Status] {
				seen[a.Status] = true
				out = append(out, a.Status)
			}
		}
	}
	return out
}

type walker struct {
	p   *Project
	app *App
	op  *Operation
}

// below says whether the operation's FastAPI is older than a version: yes, no, or not known.
func (w *walker) below(gate string) (yes, known bool) { return w.library("fastapi", gate) }

func (w *walker) library(name, gate string) (yes, known bool) {
	if w.p.Requirements == nil {
		return false, false
	}
	switch w.p.Requirements.For(w.app.At.Path.Dir()).Version(name).Compare(gate) {
	case requirements.Below:
		return true, true
	case requirements.AtLeast:
		return false, true
	}
	return false, false
}

// middleware describes what one middleware can answer. HTTP-only middleware lets websockets through.
func (w *walker) middleware(m *Middleware) (Step, bool) {
	s := Step{Layer: LayerMiddleware, Name: m.Class, At: m.At, Middleware: m}
	if w.op.Kind == WebSocket && (m.Kind == HTTPFunction || m.Kind == BaseHTTP) {
		s.Note = "does not see websockets"
		return s, true
	}
	if m.Flow == nil {
		s.Answers, s.Note = libraryMiddleware(m)
		return s, true
	}
	for i := range m.Flow.Outcomes {
		o := &m.Flow.Outcomes[i]
		if o.Caught || o.Kind == Returns && o.HTTP {
			continue
		}
		a := w.answer(o)
		if o.Kind == Raises && (m.Kind == HTTPFunction || m.Kind == BaseHTTP || m.Kind == PureASGI) {
			a.Raised, a.Status, a.Intended = o.Status, 500, false // outside ExceptionMiddleware
		}
		if o.Kind == Returns && o.Status < 300 && o.Status > 0 {
			a.Intended = true
		}
		s.Answers = append(s.Answers, a)
	}
	for _, r := range m.Flow.Reads {
		if r.Subscript && !r.Caught && r.What == "header" {
			s.Answers = append(s.Answers, Answer{Status: 500, When: "the request has no " + r.Name + " header", At: r.At, Confirmed: true})
		}
	}
	return s, true
}

// libraryMiddleware says what Starlette's own middleware can answer (Starlette 0.38 to 1.10).
func libraryMiddleware(m *Middleware) ([]Answer, string) {
	at := m.At
	switch m.Canonical {
	case "starlette.middleware.cors.CORSMiddleware":
		return []Answer{{Status: 400, When: "a preflight (OPTIONS with Origin and Access-Control-Request-Method) asks for an origin, method or header that is not allowed", At: at, Confirmed: true, Intended: true, Detail: "Disallowed CORS …"}}, "answers preflights itself, adds CORS headers to what comes back"
	case "starlette.middleware.trustedhost.TrustedHostMiddleware":
		return []Answer{{Status: 400, When: "the Host header is not allowed", Detail: "Invalid host header", At: at, Confirmed: true, Intended: true}}, ""
	case "starlette.middleware.httpsredirect.HTTPSRedirectMiddleware":
		return []Answer{{Status: 307, When: "the request came over http", At: at, Confirmed: true, Intended: true}}, ""
	case "starlette.middleware.authentication.AuthenticationMiddleware":
		return []Answer{{Status: 400, When: "the backend raises AuthenticationError", At: at, Confirmed: false, Intended: true}}, "sets request.user and request.auth"
	case "starlette.middleware.sessions.SessionMiddleware":
		return nil, "provides request.session"
	}
	return nil, ""
}

// routing says which earlier operation takes the path, and what no match gives.
func (w *walker) routing() Step {
	s := Step{Layer: LayerRouting, Name: "routing", At: w.op.Registered}
	for _, other := range w.app.Operations {
		if other == w.op {
			break
		}
		if Shadows(other, w.op) {
			s.Answers = append(s.Answers, Answer{When: other.ID() + " is registered before and takes this path", At: other.Registered, Confirmed: true})
		}
	}
	if w.op.Kind != HTTP {
		return s
	}
	with := "with"
	if strings.HasSuffix(w.op.Path, "/") && w.op.Path != "/" {
		with = "without"
	}
	if w.op.Path != "/" {
		s.Answers = append(s.Answers, Answer{Status: 307, When: "the client calls the path " + with + " the trailing slash", At: w.op.Registered, Confirmed: true, Intended: true})
	}
	s.Answers = append(s.Answers, Answer{Status: 405, When: "the client uses another method", Detail: "Method Not Allowed", At: w.op.Registered, Confirmed: true, Intended: true})
	return s
}

func (w *walker) dependency(d *Dependency, seen map[callKey]bool, steps *[]Step, depth int) {
	if depth > 30 || d.Callable == nil {
		return
	}
	for _, sub := range d.Dependencies {
		w.dependency(sub, seen, steps, depth+1)
	}
	if v, ok := d.Callable.ref.(interpret.Value); ok {
		k := keyOf(v)
		if seen[k] {
			return
		}
		seen[k] = true
	}
	s := Step{Layer: LayerDependency, Name: d.Callable.Name, At: d.Callable.At, Dependency: d}
	if d.Scheme != nil {
		s.Answers = w.scheme(d.Scheme)
	} else if d.Callable.Flow != nil {
		s.Answers = w.flow(d.Callable.Flow)
	}
	*steps = append(*steps, s)
}

// scheme says what a security scheme of FastAPI answers by itself. From 0.122.0
// all answer 401; before, all but OAuth2PasswordBearer and HTTPBasic answer 403.
func (w *walker) scheme(s *Scheme) []Answer {
	if w.op.Kind == WebSocket && s.In == "" {
		if old, known := w.below("0.144.0"); old || !known {
			return []Answer{{Status: 500, When: "any connection: the scheme takes an HTTP request", At: s.At, Confirmed: known, Version: "TypeError below FastAPI 0.144.0"}}
		}
	}
	if !s.AutoError {
		return nil
	}
	what := map[string]string{"header": "no " + s.Parameter + " header", "query": "no " + s.Parameter + " query parameter", "cookie": "no " + s.Parameter + " cookie"}[s.In]
	if what == "" {
		what = "no Authorization header, or another scheme than Bearer"
		if s.Class == "HTTPBasic" {
			what = "no Authorization header, another scheme than Basic, or bad base64"
		}
		if s.Class == "HTTPDigest" {
			what = "no Authorization header, or another scheme than Digest"
		}
		if s.Class == "OAuth2" || s.Class == "OpenIdConnect" || s.Class == "HTTPBase" {
			what = "no Authorization header"
		}
	}
	a := Answer{Status: 401, When: what, Detail: "Not authenticated", At: s.At, Confirmed: true, Intended: true}
	switch s.Class {
	case "OAuth2PasswordBearer", "OAuth2AuthorizationCodeBearer", "HTTPBasic":
		return []Answer{a}
	}
	old, known := w.below("0.122.0")
	switch {
	case known && old:
		a.Status = 403
	case !known:
		b := a
		b.Status, b.Confirmed, b.Version = 403, false, "403 below FastAPI 0.122.0"
		a.Confirmed, a.Version = false, "401 from FastAPI 0.122.0"
		return []Answer{a, b}
	}
	return []Answer{a}
}

func (w *walker) flow(f *Flow) []Answer {
	var out []Answer
	for i := range f.Outcomes {
		o := &f.Outcomes[i]
		if o.Caught || o.Kind == Returns {
			continue
		}
		out = append(out, w.answer(o))
	}
	for _, m := range f.missing {
		out = append(out, Answer{Status: 500, When: "the token has no claim " + m.name + " (KeyError)", At: m.at, Confirmed: true})
	}
	for _, r := range f.Reads {
		if r.Subscript && !r.Caught && (r.What == "header" || r.What == "cookie") {
			out = append(out, Answer{Status: 500, When: "the request has no " + r.Name + " " + r.What, At: r.At, Confirmed: true})
		}
	}
	return out
}

// answer turns an outcome into what the client gets, exception handlers applied.
func (w *walker) answer(o *Outcome) Answer {
	a := Answer{Status: o.Status, Detail: o.Detail, At: o.At, Through: o.Through, Confirmed: o.Status != 0, When: whenText(o.When), Outcome: o}
	a.Intended = o.Status == 401 || o.Status == 403 || (o.HTTP && o.Status >= 400 && o.Status < 500)
	if o.Kind == Returns {
		return a
	}
	if !o.HTTP {
		a.Status, a.Intended, a.Confirmed = 500, false, o.Kind == Raises
		if o.Kind == Library {
			a.When = strings.TrimPrefix(a.When+", the library raises "+o.Exception, ", ")
		}
	}
	if h := w.handlerFor(o); h != nil {
		w.handled(&a, o, h)
	}
	return a
}

// handlerFor finds the application's handler for what is raised: by status, then by class, nearest first.
func (w *walker) handlerFor(o *Outcome) *ExceptionHandler {
	for _, h := range w.app.Handlers {
		if h.Status != 0 && o.HTTP && h.Status == o.Status {
			return h
		}
	}
	inst, ok := o.Raw.(*interpret.Instance)
	var order []interpret.Value
	if ok {
		order = interpret.MRO(inst.Class)
	}
	for _, m := range order {
		names := []string{}
		if e, ok := m.(*interpret.External); ok {
			names = exceptionBases(e.Path)
		}
		for _, h := range w.app.Handlers {
			if h.class != nil && h.class == any(m) {
				return h
			}
			for _, n := range names {
				if h.Canonical == n {
					return h
				}
			}
		}
	}
	return nil
}

// handled applies what an exception handler answers.
func (w *walker) handled(a *Answer, o *Outcome, h *ExceptionHandler) {
	status, known := 0, false
	if w.p.linker != nil {
		status, known = w.p.linker.answered(h, o)
	}
	if !known {
		a.Confirmed = a.Confirmed && o.HTTP && h.Flow != nil
		return
	}
	if o.HTTP && status == o.Status {
		return
	}
	a.Raised, a.Status, a.Confirmed = o.Status, status, true
	a.Intended = status >= 400 && status < 500
}

func whenText(conds []Condition) string {
	var parts []string
	for _, c := range conds {
		parts = append(parts, c.Text)
	}
	return strings.Join(parts, ", and ")
}

// validation says whether FastAPI can answer 422.
func (w *walker) validation() (Step, bool) {
	s := Step{Layer: LayerValidation, Name: "validation", At: w.op.Registered}
	add := func(params []*Parameter, of string) {
		for _, p := range params {
			if p.In == InSpecial {
				continue
			}
			when := string(p.In) + " parameter " + p.Wire + " has the wrong type"
			if p.Required {
				when = string(p.In) + " parameter " + p.Wire + " is missing or has the wrong type"
			}
			s.Answers = append(s.Answers, Answer{Status: 422, When: when, At: p.At, Confirmed: true, Intended: true, Detail: of})
		}
	}
	add(w.op.Parameters, "")
	var walk func(d *Dependency, depth int)
	walk = func(d *Dependency, depth int) {
		if d.Scheme == nil {
			add(d.Parameters, "")
			if d.Callable != nil && strings.HasPrefix(d.Callable.Name, "fastapi.security:OAuth2PasswordRequestForm") {
				s.Answers = append(s.Answers, Answer{Status: 422, When: "the body is no form with username and password", At: d.At, Confirmed: true, Intended: true})
			}
		}
		if depth < 30 {
			for _, sub := range d.Dependencies {
				walk(sub, depth+1)
			}
		}
	}
	for _, d := range w.op.Dependencies {
		walk(d, 0)
	}
	return s, len(s.Answers) > 0
}

func (w *walker) handler() Step {
	s := Step{Layer: LayerHandler, At: w.op.Registered}
	if h := w.op.Handler; h != nil {
		s.Name, s.At = h.Name, h.At
		if h.Flow != nil {
			s.Answers = w.flow(h.Flow)
			for i := range h.Flow.Outcomes {
				if o := &h.Flow.Outcomes[i]; o.Kind == Returns && !o.HTTP && o.Status >= 300 {
					s.Answers = append(s.Answers, w.answer(o))
				}
			}
		}
	}
	return s
}
