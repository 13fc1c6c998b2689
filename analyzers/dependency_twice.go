package analyzers

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// DependencyTwice reports a Depends(…) that is declared twice on one parameter, or
// that is used as if it were the value that it stands for.
var DependencyTwice = &Analyzer{
	Code: "dependency-twice", Family: DependsChain, Severity: Error,
	Run: runDependencyTwice,
}

func runDependencyTwice(pass *Pass) {
	p := pass.Project
	for _, u := range p.Uses {
		if u.Param != nil && u.Param.Twice {
			pass.Report(declaredTwice(p, u))
		}
	}
	for _, path := range p.Modules() {
		if m := moduleOf(p, path); m != nil && mentionsFastAPI(m) {
			dependsInBodies(pass, path, m)
		}
	}
	calledDirectly(pass)
}

func declaredTwice(p *fastapi.Project, u *fastapi.DependsUse) Finding {
	return Finding{
		Certainty: Confirmed, At: u.Param.At, Subject: u.Function + " " + u.Param.Name,
		Message: fmt.Sprintf("the parameter %s has a Depends in Annotated and another one as its default", u.Param.Name),
		Effect:  Effect{Certainty: Confirmed, Text: "the application does not start: AssertionError, Depends in Annotated and as the default value together"},
		Evidence: []Evidence{
			{At: u.Param.ClassAt, Note: "the annotation, with a Depends of its own"},
			{At: u.At, Note: "the default"},
		},
		Check: Check{Say: "Import the application: the AssertionError names the parameter", Run: "python -c 'import " + dottedName(p, u.At.Path) + "'"},
		Fixes: []Fix{describedFix("Keep one of the two")},
	}
}

// mentionsFastAPI reports whether a module imports from fastapi, or from a module
// of the project that may pass Depends on.
func mentionsFastAPI(m *python.Module) bool {
	return slices.ContainsFunc(m.Body, func(st python.Stmt) bool {
		switch s := st.(type) {
		case *python.ImportFrom:
			return strings.HasPrefix(s.Module, "fastapi")
		case *python.Import:
			return slices.ContainsFunc(s.Names, func(a python.Alias) bool { return a.Name == "fastapi" })
		}
		return false
	})
}

// dependsNames are the names that Depends may have in a module: its own, and what
// the module imports under another one.
func dependsNames(m *python.Module) []string {
	names := []string{"Depends", "Security"}
	for _, st := range m.Body {
		if imp, ok := st.(*python.ImportFrom); ok {
			for _, n := range imp.Names {
				if n.As != "" {
					names = append(names, n.As)
				}
			}
		}
	}
	return names
}

// functionsNaming lists the functions of a module whose bodies may hold one of names.
func functionsNaming(m *python.Module, names ...string) (list []*python.Function) {
	python.InspectHolding(m, python.AnyOf(names...), func(n any) bool {
		if fn, ok := n.(*python.Function); ok && fn.BodyHolds(names...) {
			list = append(list, fn)
		}
		return true
	})
	return list
}

// dependsInBodies finds x = Depends(…) in functions that then take x apart.
func dependsInBodies(pass *Pass, path source.Path, m *python.Module) {
	for _, fn := range functionsNaming(m, dependsNames(m)...) {
		inspectOwn(fn.Body(), func(n any) bool {
			a, ok := n.(*python.Assign)
			if !ok || len(a.Targets) != 1 {
				_, isExpr := n.(python.Expr)
				return !isExpr
			}
			name, isName := a.Targets[0].(*python.Name)
			call, isCall := a.Value.(*python.Call)
			if isName && isCall && isDependsName(pass.Project, path, call.Func) {
				use := nameUseIn(path, fn.Body(), name.ID)
				if !use.deref.IsZero() || use.called {
					pass.Report(dependsInBody(pass.Project, path, fn, call, name.ID, use))
				}
			}
			return true
		})
	}
}

func isDependsName(p *fastapi.Project, path source.Path, e python.Expr) bool {
	switch e.(type) {
	case *python.Name, *python.Attribute:
	default:
		return false
	}
	external, ok := p.Eval(path, e).(*interpret.External)
	return ok && (external.Path == "fastapi.Depends" || external.Path == "fastapi.Security")
}

func dependsInBody(p *fastapi.Project, path source.Path, fn *python.Function, call *python.Call, name string, use nameUse) Finding {
	at := source.Location{Path: path, Span: call.Span()}
	f := Finding{
		Certainty: Confirmed, At: at, Subject: fn.Name + " " + name,
		Message:  fmt.Sprintf("%s stands in the body of %s, where nothing resolves it: %s is the Depends object itself", codeAt(p, at), fn.Name, name),
		Effect:   Effect{Certainty: Confirmed, Status: []int{500}, Text: "500: 'Depends' object has no such attribute; the dependency never runs"},
		Evidence: []Evidence{{At: at, Note: "resolved in signatures and dependencies lists alone"}},
		Check:    Check{Say: "Call the operation: AttributeError names the Depends object"},
		Fixes:    []Fix{describedFix("Make it a parameter of the path operation or dependency")},
	}
	if !use.deref.IsZero() {
		f.Evidence = append(f.Evidence, Evidence{At: use.deref, Note: "taken for the value"})
	}
	return f
}

// calledDirectly finds plain calls of functions whose parameters have Depends(…)
// as their defaults, which nothing resolves then.
func calledDirectly(pass *Pass) {
	p := pass.Project
	names := functionsWithDepends(p)
	arguments := map[source.Location]bool{}
	for _, u := range p.Uses {
		if !u.Argument.IsZero() {
			arguments[u.Argument] = true
		}
	}
	if len(names) == 0 {
		return
	}
	for _, path := range p.Program.Calling(slices.Sorted(maps.Keys(names))...) {
		if m := moduleOf(p, path); m != nil && !isTestFile(path) {
			for _, call := range python.CallsOf(m, slices.Sorted(maps.Keys(names))...) {
				if _, plain := call.Func.(*python.Name); arguments[source.Location{Path: path, Span: call.Span()}] || plain && isLocal(m, call, python.LastName(call.Func)) {
					continue
				}
				if f, ok := directCall(p, path, call); ok {
					pass.Report(f)
				}
			}
		}
	}
}

// functionsWithDepends names the functions at the top of modules that have a Depends(…) as a default.
func functionsWithDepends(p *fastapi.Project) map[string]bool {
	names := map[string]bool{}
	for _, path := range p.Modules() {
		for _, st := range syntaxOf(p, path).Body {
			fn, ok := st.(*python.Function)
			if ok && slices.ContainsFunc(fn.Params, func(param *python.Param) bool {
				call, ok := param.Default.(*python.Call)
				return ok && isDependsName(p, path, call.Func)
			}) {
				names[fn.Name] = true
			}
		}
	}
	return names
}

// isLocal reports whether a function around a node binds a name: as a parameter,
// by an assignment, an import or a definition.
func isLocal(m *python.Module, node python.Expr, name string) bool {
	found := false
	python.InspectAround(m, node.Span(), func(n any) bool {
		fn, ok := n.(*python.Function)
		if !ok {
			_, isExpr := n.(python.Expr)
			return !isExpr
		}
		if !fn.Span().Covers(node.Span()) {
			return false
		}
		found = found || slices.ContainsFunc(fn.Params, func(p *python.Param) bool { return p.Name == name }) || bindsName(fn.Body(), name)
		return true
	})
	return found
}

// bindsName reports whether a statement of a body binds a name.
func bindsName(body []python.Stmt, name string) bool {
	found := false
	is := func(e python.Expr) bool {
		n, ok := e.(*python.Name)
		return ok && n != nil && n.ID == name
	}
	python.Inspect(body, func(n any) bool {
		switch x := n.(type) {
		case *python.Assign:
			found = found || slices.ContainsFunc(x.Targets, is)
		case *python.For:
			found = found || is(x.Target)
		case *python.WithItem:
			found = found || x.Target != nil && is(x.Target)
		case *python.Walrus:
			found = found || is(x.Name)
		case *python.Function:
			found = found || x.Name == name
		case *python.Alias:
			found = found || x.As == name || x.As == "" && x.Name == name
		}
		return !found
	})
	return found
}

// guardsAt reports whether a Depends(…) object stands for something that authenticates.
func guardsAt(p *fastapi.Project, depends interpret.Value) bool {
	at := interpret.OriginOf(depends).At
	return slices.ContainsFunc(chainLinks(p), func(l *chainLink) bool {
		return l.dep.At == at && (chainGuards(l.dep) || chainReadsCredential(l.dep, 0))
	})
}

// importedCallee evaluates the name of a callee, also in a module that never ran,
// where it is known by its import alone.
func importedCallee(p *fastapi.Project, path source.Path, e python.Expr) interpret.Value {
	if v := p.Eval(path, e); v != nil {
		return v
	}
	for _, st := range syntaxOf(p, path).Body {
		imp, ok := st.(*python.ImportFrom)
		name, isName := e.(*python.Name)
		if !ok || !isName {
			continue
		}
		for _, alias := range imp.Names {
			if alias.As == name.ID || alias.As == "" && alias.Name == name.ID {
				return p.Eval(p.Program.Find(path, imp.Level, imp.Module).Path, &python.Name{Range: name.Range, ID: alias.Name})
			}
		}
	}
	return nil
}

func directCall(p *fastapi.Project, path source.Path, call *python.Call) (Finding, bool) {
	fn, ok := importedCallee(p, path, call.Func).(*interpret.Func)
	if !ok || fn.Def == nil || fn.Self != nil {
		return Finding{}, false
	}
	positional, given := 0, map[string]bool{}
	for _, a := range call.Args {
		switch {
		case a.Star > 0:
			return Finding{}, false
		case a.Name != "":
			given[a.Name] = true
		default:
			positional++
		}
	}
	for i, param := range fn.Params() {
		if i < positional || given[param.Name] || !isDependsObject(fn.Defaults[param.Name]) {
			continue
		}
		use := nameUseIn(fn.Module.Path, fn.Def.Body(), param.Name)
		if use.deref.IsZero() && (!use.handed && !use.returned || len(given) > 0 || !guardsAt(p, fn.Defaults[param.Name])) {
			continue // a caller that gives others by name knows what it leaves out
		}
		at := source.Location{Path: path, Span: call.Span()}
		f := Finding{
			Certainty: Confirmed, At: at, Subject: fn.Name() + " " + param.Name,
			Message:  fmt.Sprintf("%s is called as a plain function, so its parameter %s is the Depends object and not what it stands for", fn.Name(), param.Name),
			Effect:   Effect{Certainty: Confirmed, Status: []int{500}, Text: "500: 'Depends' object has no such attribute"},
			Evidence: []Evidence{{At: source.Location{Path: fn.Module.Path, Span: param.Span()}, Note: "resolved only when FastAPI calls the function"}},
			Check:    Check{Say: "Run the code: AttributeError names the Depends object"},
			Fixes:    []Fix{describedFix("Pass " + param.Name + ", or move what both need into a function without Depends")},
		}
		if use.deref.IsZero() {
			f.Effect = Effect{Certainty: Hypothesis, Text: "what " + fn.Name() + " does with it fails or refuses everybody: it is no " + param.Name}
			f.Check.Say = "Run the code, and print type(" + param.Name + ") in " + fn.Name()
		} else {
			f.Evidence = append(f.Evidence, Evidence{At: use.deref, Note: "takes the Depends object apart"})
		}
		return f, true
	}
	return Finding{}, false
}
