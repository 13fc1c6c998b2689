package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// AutoErrorOffUnchecked reports a security scheme with auto_error=False whose
// value is used, or thrown away, without a test for None.
var AutoErrorOffUnchecked = &Analyzer{
	Code: "auto-error-off-unchecked", Family: DependsChain, Severity: Error,
	Run: runAutoErrorOffUnchecked,
}

func runAutoErrorOffUnchecked(pass *Pass) {
	told := map[source.Location]bool{}
	links := chainLinks(pass.Project)
	decodedNone(pass, links)
	passedNone(pass, links)
	for _, l := range links {
		s := l.dep.Scheme
		if s == nil || s.AutoError || s.Gap != nil || ownCall(pass.Project, l.dep.Callable) {
			continue
		}
		if f, ok := uncheckedScheme(pass.Project, l); ok && !told[f.At] {
			told[f.At] = true
			pass.Report(f)
		}
	}
}

// ownCall reports whether a scheme is of a class of the program with a __call__ of its own.
func ownCall(p *fastapi.Project, c *fastapi.Callable) bool {
	inst, ok := c.Ref().(*interpret.Instance)
	if !ok {
		return true
	}
	class, ok := inst.Class.(*interpret.Class)
	if !ok {
		return false
	}
	call, _ := class.Lookup("__call__")
	return call != nil
}

func uncheckedScheme(p *fastapi.Project, l *chainLink) (Finding, bool) {
	s := l.dep.Scheme
	f := Finding{
		Certainty: Confirmed, At: l.dep.At, Subject: s.Name + " " + l.dep.Parameter, Operations: idsOf(l.operations),
		Evidence: []Evidence{{At: autoErrorPlace(s), Note: "auto_error=False: without a credential the value is None, and nothing is refused"}},
		Check:    Check{Say: "Send the request without a credential", Run: requestFor(l.operations)},
		Fixes:    []Fix{describedFix("Raise HTTPException(401) when the value is None or empty, or drop auto_error=False")},
	}
	open := unguardedBeside(l)
	if l.consumer == nil {
		if len(open) == 0 {
			return f, false
		}
		f.Operations = idsOf(open)
		f.Message = fmt.Sprintf("%s has auto_error=False, and its value is thrown away in a dependencies list", schemeText(s))
		f.Effect = Effect{Certainty: Confirmed, Status: []int{200}, Text: "the operation is served without a credential: this scheme refuses nobody"}
		return f, true
	}
	use, ok := consumerUse(l)
	if !ok {
		return f, false
	}
	switch {
	case !use.deref.IsZero() && !use.tested && s.Class != "OAuth2PasswordBearer":
		f.Message = fmt.Sprintf("%s takes %s apart without a test, and %s with auto_error=False gives None to a request without a credential", dependencyName(l.consumer), l.dep.Parameter, schemeText(s))
		f.Effect = Effect{Certainty: Confirmed, Status: []int{500}, Text: "500 in place of 401: 'NoneType' object has no attribute"}
		f.Evidence = append(f.Evidence, Evidence{At: use.deref, Note: "raises AttributeError on None"})
		f.At = use.deref
		f.Evidence = append(f.Evidence, Evidence{At: l.dep.At, Note: "the scheme's value"})
	case !use.mentioned && len(open) > 0:
		f.Operations = idsOf(open)
		f.Message = fmt.Sprintf("%s has auto_error=False, and %s never looks at %s", schemeText(s), dependencyName(l.consumer), l.dep.Parameter)
		f.Effect = Effect{Certainty: Confirmed, Status: []int{200}, Text: "the operation is served without a credential: this scheme refuses nobody"}
	case !use.tested && len(open) > 0 && l.consumer.Flow != nil && !refusesAnyhow(l.consumer.Flow) && !use.handed && !use.returned:
		f.Certainty = Hypothesis
		f.Operations = idsOf(open)
		f.Message = fmt.Sprintf("%s uses %s without a test for None, and %s has auto_error=False", dependencyName(l.consumer), l.dep.Parameter, schemeText(s))
		f.Effect = Effect{Status: []int{200, 500}, Text: "a request without a credential is served, or fails with 500"}
	default:
		return f, false
	}
	return f, true
}

// unguardedBeside lists the operations of a link that nothing else guards.
func unguardedBeside(l *chainLink) (open []*fastapi.Operation) {
	for _, o := range l.operations {
		if !refusedByOthers(o) {
			open = append(open, o)
		}
	}
	return open
}

// refusedByOthers reports whether code of the program refuses requests to an
// operation: a dependency, middleware, or the handler itself. A scheme that
// refuses by itself counts as well.
func refusedByOthers(o *fastapi.Operation) bool {
	if mayRefuse(o) || slices.ContainsFunc(o.Dependencies, chainGuards) {
		return true
	}
	for _, m := range o.App.Layers() {
		if m.Flow != nil && m.Flow.Refuses() {
			return true
		}
	}
	return o.Handler != nil && o.Handler.Flow != nil && (o.Handler.Flow.Refuses() || len(o.Handler.Flow.Outcomes) > 0)
}

func schemeText(s *fastapi.Scheme) string {
	if s.Variable != "" {
		return s.Variable
	}
	return s.Name
}

func autoErrorPlace(s *fastapi.Scheme) source.Location {
	if !s.AutoErrorAt.IsZero() {
		return s.AutoErrorAt
	}
	return s.At
}
