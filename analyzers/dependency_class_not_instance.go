package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// DependencyClassNotInstance reports a checker that is given to Depends before it
// is made: the class in place of an object of it, a factory in place of its result.
var DependencyClassNotInstance = &Analyzer{
	Code: "dependency-class-not-instance", Family: DependsChain, Severity: Error,
	Run: runDependencyClassNotInstance,
}

func runDependencyClassNotInstance(pass *Pass) {
	p := pass.Project
	seen := map[source.Location]bool{}
	for _, l := range chainLinks(p) {
		c := l.dep.Callable
		if c == nil || seen[l.dep.At] {
			continue
		}
		checker, form, ok := unmadeChecker(p, c)
		if !ok || usesChecker(l) {
			continue
		}
		seen[l.dep.At] = true
		pass.Report(unmade(p, l, checker, form))
	}
}

// unmadeChecker says what would check, had the class or factory been called.
func unmadeChecker(p *fastapi.Project, c *fastapi.Callable) (checker *interpret.Func, form string, ok bool) {
	switch x := c.Ref().(type) {
	case *interpret.Class:
		v, _ := x.Lookup("__call__")
		call, isFunc := v.(*interpret.Func)
		if !isFunc || !isDependable(p, call) {
			return nil, "", false
		}
		init, _ := x.Lookup("__init__")
		if fn, isFunc := init.(*interpret.Func); isFunc && isDependable(p, fn) {
			return nil, "", false // the constructor is a dependency of its own
		}
		return call, "class", true
	case *interpret.Func:
		if isDependable2(p, x) {
			return nil, "", false
		}
		inner, isFunc := p.Result(c).(*interpret.Func)
		if isFunc && inner.Def != nil && inner.Def != x.Def && isDependable(p, inner) && len(x.Params()) > 0 {
			return inner, "factory", true
		}
		if inst, is := p.Result(c).(*interpret.Instance); is && !inst.Assumed && len(x.Params()) > 0 {
			if class, is := inst.Class.(*interpret.Class); is {
				v, _ := class.Lookup("__call__")
				if call, is := v.(*interpret.Func); is && isDependable(p, call) {
					return call, "factory", true
				}
			}
		}
	}
	return nil, "", false
}

// isDependable2 reports whether a function that is given to Depends has
// dependencies or refusals of its own, its use apart.
func isDependable2(p *fastapi.Project, fn *interpret.Func) bool {
	for _, d := range fn.Defaults {
		if isDependsObject(d) || isRequestField(d) {
			return true
		}
	}
	if fn.Def == nil {
		return true
	}
	for _, param := range fn.Def.Params {
		for _, m := range annotationMetadata(p, fn.Module.Path, param) {
			if isDependsObject(m) || isRequestField(m) {
				return true
			}
		}
	}
	return raisesHTTPException(p, fn.Module.Path, fn.Def.Body())
}

// usesChecker reports whether the consumer calls what it is given.
func usesChecker(l *chainLink) bool {
	use, ok := consumerUse(l)
	return ok && (use.called || use.handed || use.returned)
}

func unmade(p *fastapi.Project, l *chainLink, checker *interpret.Func, form string) Finding {
	c := l.dep.Callable
	name := dependencyName(c)
	f := Finding{
		Certainty: Confirmed, At: l.dep.At, Subject: name + " " + string(l.dep.Via) + " " + l.dep.Parameter,
		Operations: idsOf(l.operations),
		Check:      Check{Say: "Send the request without a credential: it is served", Run: requestFor(l.operations)},
		Evidence:   []Evidence{{At: p.Header(p.Callable(checker)), Note: "the check, which is not reached"}},
	}
	if form == "class" {
		f.Message = fmt.Sprintf("%s is given the class %s and not an object of it, so FastAPI runs its constructor and never its __call__", l.dep.Wrapper, name)
	} else {
		f.Message = fmt.Sprintf("%s is given the factory %s itself, so FastAPI calls the factory and drops the check that it makes", l.dep.Wrapper, name)
	}
	f.Effect = Effect{Certainty: Confirmed, Status: []int{200}, Text: "the check never runs" + becomeParameters(l.dep)}
	made := ""
	for _, u := range p.Uses {
		if v, ok := u.Value.(interpret.Value); ok && u.At != l.dep.At && madeBy(v, c, checker) {
			f.Evidence = append(f.Evidence, Evidence{At: u.At, Note: "the form that is used elsewhere"})
			made = codeAt(p, u.Argument)
			break
		}
	}
	if !c.At.IsZero() {
		f.Evidence = append(f.Evidence, Evidence{At: p.Header(c), Note: "the " + form})
	}
	if form != "class" && c.Function != nil {
		for _, r := range ownReturns(c.Function) {
			f.Evidence = append(f.Evidence, Evidence{At: source.Location{Path: c.Module, Span: r.Span()}, Note: "gives the check to whoever calls it, here FastAPI, which takes it for a value"})
		}
	}
	f.Fixes = unmadeFix(p, l, name, made)
	return f
}

// becomeParameters names the parameters that the constructor or factory leaves to the request.
func becomeParameters(d *fastapi.Dependency) string {
	for _, parameter := range d.Parameters {
		if parameter.In != fastapi.InSpecial {
			return fmt.Sprintf("; %s becomes a %s parameter of the request", parameter.Name, parameter.In)
		}
	}
	return ""
}

// madeBy reports whether a value was made by calling the class or factory.
func madeBy(v interpret.Value, c *fastapi.Callable, checker *interpret.Func) bool {
	switch x := v.(type) {
	case *interpret.Instance:
		return x.Class == c.Ref()
	case *interpret.Func:
		return x.Def == checker.Def && x.Def != nil
	}
	return false
}

// unmadeFix calls the class or factory where it needs no argument.
func unmadeFix(p *fastapi.Project, l *chainLink, name, made string) []Fix {
	hint := "Give Depends the result of calling " + name
	if made != "" {
		hint += ", as in " + made
	}
	call := callExpressionAt(p, l.dep.At)
	if call == nil || len(call.Args) == 0 || call.Args[0].Name != "" && call.Args[0].Name != "dependency" {
		return []Fix{describedFix(hint)}
	}
	for _, parameter := range l.dep.Parameters {
		if parameter.Required {
			return []Fix{describedFix(hint)}
		}
	}
	at := placeIn(l.dep.At, call.Args[0].Value)
	return []Fix{replaceAt("Call "+name, false, at, codeAt(p, at)+"()")}
}
