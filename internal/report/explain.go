package report

import (
	"cmp"
	"slices"
	"strings"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// Explanation is the way of a request to one path operation, every place that
// can answer it, and what is confirmed, open and ruled out about it.
type Explanation struct {
	Project   *fastapi.Project
	Operation *fastapi.Operation
	Status    int                  // the status that is asked about; 0 for all
	Others    []*fastapi.Operation // which the question could have meant too
	Note      string               // how the question was understood, "" when as it stands

	Steps      []fastapi.Step
	Confirmed  []analyzers.Finding // in the order of isolation, as Hypotheses
	Hypotheses []analyzers.Finding
	Elsewhere  int // findings about this operation that speak of other statuses
	RuledOut   []RuledOut
	Impossible []int         // statuses that nothing on the way can answer
	Open       []fastapi.Gap // what keeps a status from being called impossible
}

// RuledOut is a cause that the files exclude.
type RuledOut struct {
	Cause    string // completes "it is not that …"
	Because  string // completes "because …"
	Evidence []analyzers.Evidence
}

// Explain answers a question that Ask understood to be about an operation.
func Explain(p *fastapi.Project, findings []analyzers.Finding, asked Asked) *Explanation {
	e := &Explanation{Project: p, Operation: asked.Operation, Status: asked.Status, Others: asked.Others, Note: asked.Note, Steps: wayOf(p, asked.Operation)}
	for _, f := range isolated(findings) {
		switch {
		case f.Family == analyzers.Housekeeping || !concerns(f, asked.Operation):
		case asked.Status != 0 && len(f.Effect.Status) > 0 && !slices.Contains(f.Effect.Status, asked.Status):
			if len(f.Operations) > 0 {
				e.Elsewhere++
			}
		case f.Certainty == analyzers.Confirmed:
			e.Confirmed = append(e.Confirmed, f)
		default:
			e.Hypotheses = append(e.Hypotheses, f)
		}
	}
	e.Confirmed, e.Hypotheses = hintsLast(e.Confirmed), hintsLast(e.Hypotheses)
	e.Open = openOn(p, asked.Operation)
	e.Impossible = impossible(e)
	e.RuledOut = ruledOut(e)
	return e
}

// hintsLast puts what is worth no more than a hint behind the rest.
func hintsLast(list []analyzers.Finding) []analyzers.Finding {
	slices.SortStableFunc(list, func(a, b analyzers.Finding) int {
		return cmp.Compare(min(b.Severity, analyzers.Information), min(a.Severity, analyzers.Information))
	})
	return list
}

// concerns reports whether a finding is about an operation, or about nothing narrower than the project.
func concerns(f analyzers.Finding, o *fastapi.Operation) bool {
	return f.Concerns(o.App, o.ID())
}

// wayOf is Project.Walk with what a request to a mounted application passes
// before: the middleware and the routing of the applications around it.
func wayOf(p *fastapi.Project, o *fastapi.Operation) []fastapi.Step {
	var steps []fastapi.Step
	for app, depth := o.App, 0; app != nil && app.Parent != nil && depth < 5; app, depth = app.Parent, depth+1 {
		outer := mountWay(p, app)
		steps = append(outer, steps...)
	}
	for _, s := range p.Walk(o) {
		if s.Layer == fastapi.LayerRouting && o.Kind == fastapi.HTTP {
			s.Answers = append(slices.Clone(s.Answers), fastapi.Answer{
				Status: 404, When: "the client calls another path than " + fullPath(o), Detail: "Not Found", At: o.Registered, Confirmed: true, Intended: true,
			})
		}
		steps = append(steps, completed(o, s))
	}
	outermost := o.App
	for depth := 0; outermost != nil && outermost.Parent != nil && depth < 5; depth++ {
		outermost = outermost.Parent
	}
	return append(wrappers(p, outermost), steps...)
}

// mountWay returns the middleware around a mounted application and the mount itself.
func mountWay(p *fastapi.Project, app *fastapi.App) []fastapi.Step {
	for _, o := range app.Parent.Operations {
		if o.Kind == fastapi.MountKind && o.Mounted == app {
			return slices.DeleteFunc(p.Walk(o), func(s fastapi.Step) bool {
				return s.Layer != fastapi.LayerMiddleware && s.Layer != fastapi.LayerRouting
			})
		}
	}
	return nil
}

// fullPath is the pattern of an operation as a client sees it, the paths of mounts included.
func fullPath(o *fastapi.Operation) string {
	path := o.Path
	for app, depth := o.App, 0; app != nil && app.Parent != nil && depth < 5; app, depth = app.Parent, depth+1 {
		path = app.MountPath + path
	}
	return path
}

// openOn returns the gaps that leave open what happens on the way to an operation.
func openOn(p *fastapi.Project, o *fastapi.Operation) []fastapi.Gap {
	gaps := slices.Clone(o.Gaps)
	parts := fastapi.MiddlewareStack | fastapi.Dependencies | fastapi.HandlersPart
	for app, depth := o.App, 0; app != nil && depth < 5; app, depth = app.Parent, depth+1 {
		gaps = append(gaps, app.GapsIn(parts)...)
	}
	for _, g := range p.Gaps {
		if g.Parts&parts != 0 {
			gaps = append(gaps, g)
		}
	}
	return sortedGaps(gaps)
}

// refusals are the statuses that people ask about and that a file can exclude. A
// 500 is not among them: whatever raises an exception answers it.
var refusals = [...]int{400, 401, 403, 422}

// impossible lists the refusals that no place on the way can answer. It is
// empty while something on the way could not be followed.
func impossible(e *Explanation) []int {
	if len(e.Open) > 0 || opaque(e) {
		return nil
	}
	can := fastapi.Statuses(e.Steps)
	var out []int
	for _, s := range refusals {
		if !slices.Contains(can, s) {
			out = append(out, s)
		}
	}
	return out
}

// opaque reports whether a step of the way is code that was not followed, or
// answers with a status that is not known.
func opaque(e *Explanation) bool {
	for _, s := range e.Steps {
		if m := s.Middleware; m != nil && m.Flow == nil && !wellKnown(m) || m != nil && m.Flow != nil && len(m.Flow.Gaps) > 0 {
			return true
		}
		if d := s.Dependency; d != nil && d.Scheme == nil && !followed(d.Callable) && !fastapiForm(d.Callable) {
			return true
		}
		for _, a := range s.Answers {
			if a.Status == 0 && s.Layer != fastapi.LayerRouting {
				return true
			}
		}
	}
	return !followed(e.Operation.Handler)
}

// followed says whether it is known how a callable ends a request. A function of
// the project without a Flow mentions nothing that raises or answers.
func followed(c *fastapi.Callable) bool {
	return c != nil && (c.Flow != nil || c.Function != nil)
}

// wellKnown says whether the answers of a library's middleware are known.
func wellKnown(m *fastapi.Middleware) bool {
	switch m.Canonical {
	case "starlette.middleware.cors.CORSMiddleware", "starlette.middleware.trustedhost.TrustedHostMiddleware",
		"starlette.middleware.httpsredirect.HTTPSRedirectMiddleware", "starlette.middleware.sessions.SessionMiddleware",
		"starlette.middleware.gzip.GZipMiddleware":
		return true
	}
	return false
}

// fastapiForm says whether a dependable is a form class of FastAPI, which answers only by validation.
func fastapiForm(c *fastapi.Callable) bool {
	return c != nil && (c.Name == "fastapi.security:OAuth2PasswordRequestForm" || c.Name == "fastapi.security:OAuth2PasswordRequestFormStrict")
}

// answersOf returns the answers of a step that give a status; all of them for 0.
func answersOf(s fastapi.Step, status int) []fastapi.Answer {
	if status == 0 {
		return s.Answers
	}
	var out []fastapi.Answer
	for _, a := range s.Answers {
		if a.Status == status || a.Status == 0 {
			out = append(out, a)
		}
	}
	return out
}

// when says in words under which condition a place answers.
func (p *places) when(a fastapi.Answer) string {
	if a.When == "" && a.Outcome != nil && !a.Outcome.Handling.IsZero() {
		return "the except clause at " + p.short(a.Outcome.Handling) + " takes an error"
	}
	parts := strings.Split(a.When, ", and ")
	for i, part := range parts {
		if class, ok := strings.CutPrefix(part, "except "); ok {
			parts[i] = class + " is caught"
		}
	}
	return strings.Join(parts, ", and ")
}

// because is a place with what it shows, nothing for no place.
func because(at source.Location, note string) []analyzers.Evidence {
	if at.IsZero() {
		return nil
	}
	return []analyzers.Evidence{{At: at, Note: note}}
}
