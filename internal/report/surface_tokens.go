package report

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

func tokenSubject(t *fastapi.TokenCall) string {
	return string(t.Operation) + " in " + strings.ReplaceAll(t.Function, ":", ".")
}

// own notes where everything stands that a surface names, so that what is called
// the same in several programs of a repository is told apart.
func (s *surfacing) own() {
	for _, app := range s.project.Apps {
		if !isApplication(app) {
			continue
		}
		s.labels.hold(MiddlewareFact, app.Name, standing(app))
		for _, o := range app.Operations {
			s.labels.hold(OperationFact, subjectOf(o), standing(app))
		}
		for _, c := range app.Schemes {
			s.labels.hold(SchemeFact, c.Name, string(c.At.Path))
		}
	}
	for _, t := range s.project.Tokens {
		s.labels.hold(TokenFact, tokenSubject(t), string(t.At.Path))
	}
	for _, k := range s.project.Keys {
		if weight(k) > 0 {
			s.labels.hold(KeyFact, k.Name, string(k.At.Path))
		}
	}
}

func (s *surfacing) application(app *fastapi.App) string {
	return s.labels.subject(MiddlewareFact, app.Name, standing(app))
}

func (s *surfacing) operationName(o *fastapi.Operation) string {
	return s.labels.subject(OperationFact, subjectOf(o), standing(o.App))
}

func (s *surfacing) schemeName(c *fastapi.Scheme) string {
	return s.labels.subject(SchemeFact, c.Name, string(c.At.Path))
}

func (s *surfacing) tokenName(t *fastapi.TokenCall) string {
	return s.labels.subject(TokenFact, tokenSubject(t), string(t.At.Path))
}

func (s *surfacing) keyName(k *fastapi.Key) string {
	return s.labels.subject(KeyFact, k.Name, string(k.At.Path))
}

func (s *surfacing) tokens() {
	seen := map[string]bool{}
	for _, t := range s.project.Tokens {
		subject := s.tokenName(t)
		if seen[subject] {
			continue // the same function called in another way
		}
		seen[subject] = true
		s.add(TokenFact, subject, "library", t.At, t.Library)
		s.add(TokenFact, subject, "key", t.At, cmp.Or(hideLiterals(keyName(t.Key)), "not known"))
		algs := algorithms(t)
		sort.Strings(algs)
		s.add(TokenFact, subject, "algorithms", t.At, algs...)
		names := claims(t)
		sort.Strings(names)
		s.add(TokenFact, subject, "claims", t.At, names...)
		for aspect, r := range map[string]*fastapi.Resolved{"audience": t.Audience, "issuer": t.Issuer} {
			if r != nil {
				s.add(TokenFact, subject, aspect, r.At, "asked for").hide(r)
			}
		}
		var options []string
		for name, value := range t.Options {
			if b, ok := value.(bool); ok {
				options = append(options, fmt.Sprintf("%s=%t", name, b))
			}
		}
		if sort.Strings(options); len(options) > 0 {
			s.add(TokenFact, subject, "options", t.OptionsAt, options...)
		}
	}
}

// hide keeps a value that is known for comparing.
func (f *Fact) hide(r *fastapi.Resolved) {
	if r.Known {
		v := r.Value
		f.hidden = &v
	}
}

func (s *surfacing) key(k *fastapi.Key) {
	name := s.keyName(k)
	s.add(KeyFact, name, "loader", k.At, k.Loader)
	if len(k.Variables) > 0 {
		s.add(KeyFact, name, "variables", k.At, k.Variables...)
	}
	if list := roles(k.Roles); len(list) > 0 {
		s.add(KeyFact, name, "role", k.At, list...)
	}
	var groups []string
	for _, row := range k.Rows {
		text := string(row.State)
		if !row.Source.IsZero() && row.State != fastapi.StateMissing {
			text += " by " + string(row.Source.Path)
		}
		if hasValue(row.State) && len(row.Value.Properties()) > 0 {
			text += ", " + strings.Join(row.Value.Properties(), ", ")
		}
		f := s.add(KeyFact, name, "in "+row.Environment, row.Source, text)
		if hasValue(row.State) {
			v := row.Value
			f.hidden = &v
		}
		if row.Letter != "" {
			groups = append(groups, row.Letter)
		}
	}
	if len(groups) > 1 {
		slices.Sort(groups)
		agreement := "one value everywhere"
		if n := len(slices.Compact(groups)); n > 1 {
			agreement = itoa(n) + " different values"
		}
		s.add(KeyFact, name, "agreement", k.At, agreement)
	}
}

// link collects what concerns an operation.
func (s *surfacing) link(o *fastapi.Operation) {
	set := map[string]bool{OperationFact + " " + s.operationName(o): true}
	mark := func(kind, subject string) { set[kind+" "+clean(subject)] = true }
	for app, depth := o.App, 0; app != nil && depth < 5; app, depth = app.Parent, depth+1 {
		name := s.application(app)
		mark(MiddlewareFact, name)
		mark(HandlerFact, name)
		for _, m := range app.Middleware {
			mark(MiddlewareFact, afterColon(m.Class)+" of "+name)
		}
	}
	for _, c := range schemesOf(o.Dependencies) {
		mark(SchemeFact, s.schemeName(c))
	}
	calls := map[*fastapi.TokenCall]bool{}
	for _, t := range s.project.Tokens {
		if slices.Contains(t.Operations, o) {
			calls[t] = true
		}
	}
	for _, pair := range s.project.Pairs() {
		if calls[pair.Verify] || calls[pair.Sign] {
			calls[pair.Verify], calls[pair.Sign] = true, true
		}
	}
	if o.Protected && len(calls) == 0 { // a middleware that verifies: which operations it guards is not known
		for _, t := range s.project.Tokens {
			calls[t] = true
		}
	}
	for t := range calls {
		mark(TokenFact, s.tokenName(t))
		if t.Key != nil && t.Key.Key != nil {
			mark(KeyFact, s.keyName(t.Key.Key))
		}
		for _, a := range t.Algorithms {
			if a.Key != nil {
				mark(KeyFact, s.keyName(a.Key))
			}
		}
	}
	for _, f := range s.out.Facts {
		if f.Kind == VersionFact || f.Kind == EnvironmentFact || f.Kind == OverrideFact {
			set[f.Kind+" "+f.Subject] = true
		}
	}
	s.out.links[s.operationName(o)] = set
}

// Concerns reports whether a fact has to do with an operation, as Fact.Subject names it.
func (s *Surface) Concerns(operation string, f Fact) bool {
	return s.links[operation][f.Kind+" "+f.Subject]
}

// Operation returns the handler's name of an operation, "" when there is no such operation.
func (s *Surface) Operation(subject string) (handler string, exists bool) {
	for _, f := range s.Facts {
		if f.Kind == OperationFact && f.Subject == subject {
			exists = true
			if f.Aspect == aspectHandler && len(f.Values) > 0 {
				return f.Values[0], true
			}
		}
	}
	return "", exists
}

// Served returns the operation that a handler serves, with or without its module's name; "" when none does.
func (s *Surface) Served(handler string) string {
	for _, exact := range []bool{true, false} {
		for _, f := range s.Facts {
			if f.Kind == OperationFact && f.Aspect == aspectHandler && len(f.Values) > 0 && handler != "" &&
				(f.Values[0] == handler || !exact && afterColon(f.Values[0]) == afterColon(handler)) {
				return f.Subject
			}
		}
	}
	return ""
}

// Renamed returns the surface with one operation under another name.
func (s *Surface) Renamed(from, to string) *Surface {
	out := &Surface{Facts: slices.Clone(s.Facts), links: map[string]map[string]bool{to: {OperationFact + " " + to: true}}}
	for subject := range s.links[from] {
		out.links[to][subject] = true
	}
	for i := range out.Facts {
		if f := &out.Facts[i]; f.Kind == OperationFact && f.Subject == from {
			f.Subject = to
		}
	}
	return out
}

// Place returns where an operation stands.
func (s *Surface) Place(operation string) (source.Path, int) {
	for _, f := range s.Facts {
		if f.Kind == OperationFact && f.Subject == operation {
			return f.File, f.Line
		}
	}
	return "", 0
}
