package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// DependencyWithoutCallable reports an empty Depends() on a parameter whose
// annotation is nothing to call, or only the model that a guard returns.
var DependencyWithoutCallable = &Analyzer{
	Code: "dependency-without-callable", Family: DependsChain, Severity: Error,
	Run: runDependencyWithoutCallable,
}

func runDependencyWithoutCallable(pass *Pass) {
	p := pass.Project
	links := chainLinks(p)
	for _, u := range p.Uses {
		if !u.Argument.IsZero() || u.Param == nil || u.Param.Twice || hasArguments(p, u.At) {
			continue
		}
		f, ok := emptyDepends(p, u, links)
		if !ok {
			continue
		}
		for _, l := range links {
			if l.dep.At == u.At {
				for _, id := range idsOf(l.operations) {
					f.Operations = withID(f.Operations, id)
				}
			}
		}
		pass.Report(f)
	}
}

// hasArguments reports whether something is passed on as **kwargs, which may be the callable.
func hasArguments(p *fastapi.Project, at source.Location) bool {
	call := callExpressionAt(p, at)
	if call == nil {
		return true
	}
	for _, a := range call.Args {
		if a.Star > 0 {
			return true
		}
	}
	return false
}

func emptyDepends(p *fastapi.Project, u *fastapi.DependsUse, links []*chainLink) (Finding, bool) {
	f := Finding{
		Certainty: Confirmed, At: u.Param.At, Subject: u.Function + " " + u.Param.Name,
		Evidence: []Evidence{{At: u.At, Note: "no callable between the parentheses"}},
	}
	class, _ := u.Param.Class.(interpret.Value)
	guards, why := intendedGuards(p, u, class, links)
	switch kind := emptyKind(class); {
	case class == nil && u.Param.ClassAt.IsZero():
		f.Message = fmt.Sprintf("%s() on the parameter %s has neither a callable nor an annotation to call", u.Wrapper, u.Param.Name)
		f.Effect = Effect{Certainty: Confirmed, Status: []int{422}, Text: "the check never runs: FastAPI asks for query parameters named args and kwargs"}
		f.Check = Check{Say: "Look at the operation in /docs: it has the query parameters args and kwargs"}
	case kind == "union":
		f.Message = fmt.Sprintf("%s() takes the annotation %s of %s as its callable, and a union cannot be called", u.Wrapper, u.Param.Type, u.Param.Name)
		f.Effect = Effect{Certainty: Confirmed, Text: "the application does not start: TypeError, the union is not a callable object"}
		if base, _ := interpret.Generic(class); base != nil {
			f.Effect = Effect{Status: []int{422},
				Text: "before Python 3.14 FastAPI asks for query parameters named args and kwargs, from 3.14 the application does not start: no check runs"}
		}
		f.Check = Check{Say: "Import the application: the TypeError names the annotation", Run: "python -c 'import " + dottedName(p, u.At.Path) + "'"}
	case kind == "builtin":
		f.Message = fmt.Sprintf("%s() takes the annotation %s of %s as its callable, and %s is a plain type", u.Wrapper, u.Param.Type, u.Param.Name, u.Param.Type)
		f.Effect = Effect{Text: "the application does not start, or the parameter is an empty value: no check runs"}
		f.Check = Check{Say: "Import the application, and look at the operation in /docs", Run: "python -c 'import " + dottedName(p, u.At.Path) + "'"}
	case len(guards) > 0 && kind == "class":
		name := dependencyName(guards[0])
		f.Message = fmt.Sprintf("%s() builds %s for the parameter %s from the request itself; %s, which returns it, is not called", u.Wrapper, u.Param.Type, u.Param.Name, name)
		f.Effect = Effect{Certainty: Confirmed, Status: []int{200, 422}, Text: "the fields of " + u.Param.Type + " become parameters of the request: without them 422, with them anyone is whoever they say"}
		f.Check = Check{Say: "Look at the operation in /docs: it asks for the fields of " + u.Param.Type, Run: ""}
	default:
		return f, false
	}
	if !u.Param.ClassAt.IsZero() {
		f.Evidence = append(f.Evidence, Evidence{At: u.Param.ClassAt, Note: "what is called in its place"})
	}
	for _, g := range guards {
		f.Evidence = append(f.Evidence, Evidence{At: p.Header(g), Note: why})
	}
	f.Fixes = []Fix{describedFix("Name the dependency between the parentheses")}
	if len(guards) == 1 && slices.Contains(namesIn(p, u.At.Path, guards[0]), dependencyName(guards[0])) {
		call := callExpressionAt(p, u.At)
		at := source.Location{Path: u.At.Path, Span: call.ArgsAt.Span()}
		f.Fixes = []Fix{replaceAt("Depend on "+dependencyName(guards[0]), false, at, "("+dependencyName(guards[0])+")")}
	}
	return f, true
}

// emptyKind tells what an empty Depends() would call.
func emptyKind(class interpret.Value) string {
	switch x := class.(type) {
	case *interpret.Class:
		return "class"
	case *interpret.Op:
		if x.Name == "union" {
			return "union"
		}
		base, _ := interpret.Generic(x)
		if e, ok := base.(*interpret.External); ok && (e.Path == "typing.Optional" || e.Path == "typing.Union") {
			return "union"
		}
	case *interpret.External:
		switch x.Path {
		case "builtins.str", "builtins.int", "builtins.dict", "builtins.bool", "builtins.float", "builtins.list", "typing.Any", "builtins.None":
			return "builtin"
		}
	}
	return ""
}

// intendedGuards lists the guards that an empty Depends() was likely meant to
// name, and says why: those that return the annotated type, or, without one,
// those that fill a parameter of the same name elsewhere.
func intendedGuards(p *fastapi.Project, u *fastapi.DependsUse, class interpret.Value, links []*chainLink) (guards []*fastapi.Callable, why string) {
	why = "returns " + u.Param.Type
	wanted := plainClass(class)
	for _, l := range links {
		c := l.dep.Callable
		if c == nil || c.Function == nil || c.Kind == fastapi.ClassCallable || l.dep.At == u.At || slices.Contains(guards, c) || l.dep.Scheme != nil {
			continue
		}
		if wanted == nil {
			why = "fills a parameter of this name elsewhere"
			if l.dep.Parameter == u.Param.Name && u.Param.ClassAt.IsZero() {
				guards = append(guards, c)
			}
			continue
		}
		if (chainGuards(l.dep) || chainReadsCredential(l.dep, 0)) && returnsClass(p, c, wanted) {
			guards = append(guards, c)
		}
	}
	if wanted != nil {
		guards = append(guards, unusedGuards(p, u, wanted, guards)...)
	}
	return guards, why
}

// unusedGuards finds functions that the module of a use knows by name, that
// return the class, and that are dependencies though no operation uses them.
func unusedGuards(p *fastapi.Project, u *fastapi.DependsUse, wanted *interpret.Class, known []*fastapi.Callable) (out []*fastapi.Callable) {
	for _, name := range moduleNames(p, u.At.Path) {
		fn, ok := name.value.(*interpret.Func)
		if !ok || fn.Def == nil || fn.Def.Returns == nil || !isDependable(p, fn) {
			continue
		}
		c := p.Callable(fn)
		if !slices.Contains(known, c) && !slices.Contains(out, c) && returnsClass(p, c, wanted) {
			out = append(out, c)
		}
	}
	return out
}

// plainClass is the class of the program in an annotation, taken out of Optional and unions.
func plainClass(v interpret.Value) *interpret.Class {
	inst, ok := interpret.Assume(v, source.Location{}).(*interpret.Instance)
	if !ok || v == nil {
		return nil
	}
	c, _ := inst.Class.(*interpret.Class)
	return c
}

// returnsClass reports whether a function is annotated to return a class, or was seen to.
func returnsClass(p *fastapi.Project, c *fastapi.Callable, class *interpret.Class) bool {
	if c.Function != nil && c.Function.Returns != nil {
		return plainClass(p.Eval(c.Module, c.Function.Returns)) == class
	}
	for _, o := range interpret.Options(p.Result(c)) {
		if inst, ok := o.Value.(*interpret.Instance); ok && inst.Class == interpret.Value(class) {
			return true
		}
	}
	return false
}
