package analyzers

import (
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
)

// DependencyCalled reports Depends(f()), where f is the dependency itself and not
// a factory that makes one.
var DependencyCalled = &Analyzer{
	Code: "dependency-called", Family: DependsChain, Severity: Error,
	Run: runDependencyCalled,
}

func runDependencyCalled(pass *Pass) {
	p := pass.Project
	for _, u := range p.Uses {
		if u.Argument.IsZero() {
			continue
		}
		call := callExpressionAt(p, u.Argument)
		value, _ := u.Value.(interpret.Value)
		if call == nil || value == nil {
			continue
		}
		callee, _ := p.Eval(u.Argument.Path, call.Func).(*interpret.Func)
		what, sure := notCallable(value)
		if !sure && (callee == nil || !isDependable(p, callee) || !isUnclearResult(value)) {
			continue
		}
		pass.Report(dependencyCalled(p, u, call, callee, what, sure))
	}
}

// isUnclearResult reports whether a call's value may be anything, a callable included.
func isUnclearResult(v interpret.Value) bool {
	switch v.(type) {
	case *interpret.Unknown, *interpret.Op, *interpret.Symbol, *interpret.Never:
		return true
	}
	return false
}

func dependencyCalled(p *fastapi.Project, u *fastapi.DependsUse, call *python.Call, callee *interpret.Func, what string, sure bool) Finding {
	written := codeAt(p, u.Argument)
	name := codeAt(p, placeIn(u.Argument, call.Func))
	f := Finding{
		Certainty: Confirmed, At: u.Argument, Subject: name + " " + u.Function,
		Message: u.Wrapper + " is given " + what + ", the result of " + written + ", where it needs the function " + name + " itself",
		Effect:  Effect{Certainty: Confirmed, Text: "the application does not start: TypeError, " + what + " is not a callable object"},
		Check:   Check{Say: "Import the application: the TypeError names this parameter", Run: "python -c 'import " + dottedName(p, u.At.Path) + "'"},
	}
	switch {
	case !sure:
		f.Certainty = Hypothesis
		f.Message = u.Wrapper + " is given the result of " + written + ", and " + name + " is a dependency itself, not a factory of dependencies"
		f.Effect = Effect{Text: "the check runs once, while the module is imported, or the application does not start"}
	case what == "None":
		f.Effect = Effect{Certainty: Confirmed, Text: "the check never runs: an empty " + u.Wrapper + " takes the parameter's annotation, and in a dependencies list the application does not start"}
	}
	f.Evidence = []Evidence{{At: u.Argument, Note: "called while the module is imported"}}
	if callee != nil {
		c := p.Callable(callee)
		note := "the function that is called"
		if c.Async {
			note = "async: a call gives a coroutine"
		}
		f.Evidence = append(f.Evidence, Evidence{At: p.Header(c), Note: note})
	}
	f.Fixes = []Fix{replaceAt("Give "+name+" without calling it", sure && len(call.Args) == 0, u.Argument, name)}
	return f
}
