package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// OverrideNoEffect reports a dependency override that replaces nothing, or that
// cannot stand in for what it replaces.
var OverrideNoEffect = &Analyzer{
	Code: "override-no-effect", Family: Testing, Severity: Warning,
	Requires: fastapi.Routes | fastapi.Dependencies,
	Run:      runOverrideNoEffect,
}

func runOverrideNoEffect(pass *Pass) {
	p := pass.Project
	links := chainLinks(p)
	for _, o := range p.Overrides {
		if f, ok := secondCopy(p, o); ok {
			pass.Report(f)
			continue
		}
		if f, ok := badReplacement(p, o); ok {
			pass.Report(f)
			continue
		}
		if f, ok := typeKey(p, o); ok {
			pass.Report(f)
			continue
		}
		if f, ok := freshKey(p, o, links); ok {
			pass.Report(f)
			continue
		}
		if f, ok := strangerKey(p, o, links); ok {
			pass.Report(f)
			continue
		}
		if f, ok := behindMiddleware(p, o, links); ok {
			pass.Report(f)
		}
	}
}

// badReplacement reports a value that is no callable, or one whose parameters
// FastAPI takes for parameters of the request.
func badReplacement(p *fastapi.Project, o *fastapi.Override) (Finding, bool) {
	v, _ := o.Result.(interpret.Value)
	f := Finding{
		Certainty: Confirmed, At: o.ValueAt, Subject: dependencyName(o.Key) + " value",
		Evidence: []Evidence{{At: o.At, Note: "the override"}},
		Check:    Check{Say: "Run the test, and print the status and body of the response"},
	}
	if written := writtenValue(p, o); !written.IsZero() {
		f.At = written
	} else if o.ValueAt.IsZero() {
		f.At = o.At
	}
	if what, sure := notCallable(v); sure && v != nil {
		f.Message = fmt.Sprintf("the override of %s is %s, where FastAPI needs something to call", dependencyName(o.Key), what)
		f.Effect = Effect{Certainty: Confirmed, Status: []int{500}, Text: "the request fails: TypeError, not a callable object"}
		f.Fixes = []Fix{describedFix("Give a function that returns it: lambda: …")}
		if written := codeAt(p, f.At); written != "" && f.At != o.At && f.At.Path == o.At.Path {
			f.Fixes = []Fix{replaceAt("Wrap it in a lambda", false, f.At, "lambda: "+written)}
		}
		return f, true
	}
	if o.Value == nil {
		return f, false
	}
	if star := starParameter(o); star != nil {
		fn := o.Value.Ref().(*interpret.Func)
		f.At = source.Location{Path: fn.Module.Path, Span: star.Span()}
		f.Message = fmt.Sprintf("the override of %s takes %s, and FastAPI asks the request for a parameter of that name", dependencyName(o.Key), codeAt(p, f.At))
		f.Effect = Effect{Certainty: Confirmed, Status: []int{422}, Text: "422: the query parameter " + star.Name + " is missing"}
		f.Fixes = []Fix{describedFix("Take no parameters")}
		return f, true
	}
	if o.Value.Function == nil || o.Value.Kind != fastapi.FunctionCallable {
		return f, false
	}
	needed := p.RequestParameters(o.Value)
	for _, parameter := range needed {
		if !parameter.Required || parameter.In != fastapi.InQuery || p.KeyTakes(o.Key, parameter.Name) {
			continue
		}
		f.At = parameter.At
		f.Message = fmt.Sprintf("the override of %s has a parameter %s, which FastAPI asks the request for", dependencyName(o.Key), parameter.Name)
		f.Effect = Effect{Certainty: Confirmed, Status: []int{422}, Text: "422: the query parameter " + parameter.Wire + " is missing"}
		f.Fixes = []Fix{describedFix("Take the parameter away: read it from the scope around")}
		return f, true
	}
	return f, false
}

// sameDependency compares callables: the same object, or the same function within
// a factory that was run again for the test.
func sameDependency(a, b *fastapi.Callable) bool {
	if a == nil || b == nil {
		return false
	}
	return a == b || a.Kind == b.Kind && a.Kind != fastapi.ExternalCallable && a.Kind != fastapi.UnknownCallable && !a.At.IsZero() && a.At == b.At ||
		a.Kind == fastapi.ExternalCallable && b.Kind == a.Kind && a.Name == b.Name
}

// consideredKey reports whether the key is a dependency somewhere, or a function
// or scheme of the program that a person would take for one.
func consideredKey(p *fastapi.Project, key *fastapi.Callable, links []*chainLink) bool {
	if slices.ContainsFunc(links, func(l *chainLink) bool { return sameDependency(l.dep.Callable, key) }) {
		return true
	}
	switch v := key.Ref().(type) {
	case *interpret.Func:
		return v.Def != nil
	case *interpret.Instance:
		return true
	}
	return false
}
