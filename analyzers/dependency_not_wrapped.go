package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// DependencyNotWrapped reports a dependency that stands where Depends(…) is
// missing: as a default, in an annotation, in a dependencies list.
var DependencyNotWrapped = &Analyzer{
	Code: "dependency-not-wrapped", Family: DependsChain, Severity: Error,
	Run: runDependencyNotWrapped,
}

func runDependencyNotWrapped(pass *Pass) {
	n := &notWrapped{pass: pass, p: pass.Project, seen: map[source.Location]int{}, alias: map[source.Location]int{}}
	for _, app := range n.p.Apps {
		for _, o := range app.Operations {
			n.parameters(o.Handler, o.Parameters, o)
			n.dependencies(o.Dependencies, o, 0)
		}
	}
	for _, f := range n.found {
		pass.Report(f)
	}
	for _, bare := range n.p.Bare {
		n.bare(bare)
	}
}

type notWrapped struct {
	pass  *Pass
	p     *fastapi.Project
	seen  map[source.Location]int // the finding about a parameter
	alias map[source.Location]int // the finding about an annotation that several parameters share
	found []Finding
}

func (n *notWrapped) dependencies(list []*fastapi.Dependency, o *fastapi.Operation, depth int) {
	for _, d := range list {
		if d.Callable == nil || d.Scheme != nil || depth > 30 {
			continue
		}
		n.parameters(d.Callable, d.Parameters, o)
		n.dependencies(d.Dependencies, o, depth+1)
	}
}

func (n *notWrapped) parameters(owner *fastapi.Callable, list []*fastapi.Parameter, o *fastapi.Operation) {
	if owner == nil || owner.Function == nil {
		return
	}
	for _, parameter := range list {
		if i, ok := n.seen[parameter.At]; ok {
			if i >= 0 {
				n.found[i].Operations = withID(n.found[i].Operations, o.ID())
			}
			continue
		}
		n.seen[parameter.At] = -1
		f, ok := n.parameter(owner, parameter)
		if !ok {
			continue
		}
		if i, told := n.alias[f.At]; told {
			n.seen[parameter.At] = i
			n.found[i].Operations = withID(n.found[i].Operations, o.ID())
			continue
		}
		if f.At != parameter.At {
			n.alias[f.At] = len(n.found)
		}
		f.Operations = []string{o.ID()}
		if f.Check.Run == "" {
			f.Check.Run = requestFor([]*fastapi.Operation{o})
		}
		n.seen[parameter.At] = len(n.found)
		n.found = append(n.found, f)
	}
}

func withID(ids []string, id string) []string {
	for _, have := range ids {
		if have == id {
			return ids
		}
	}
	return append(ids, id)
}

func (n *notWrapped) parameter(owner *fastapi.Callable, parameter *fastapi.Parameter) (Finding, bool) {
	if parameter.DefaultAt.IsZero() && parameter.Value != nil {
		v, _ := parameter.Value.(interpret.Value)
		if name, ok := n.dependency(v); ok {
			return n.asDefault(owner, parameter, v, name), true
		}
		if seq, ok := v.(*interpret.Seq); ok && len(seq.Items) > 0 && isDependsObject(seq.Items[0]) {
			return n.listInSignature(owner, parameter), true
		}
	}
	for _, param := range owner.Function.Params {
		if param.Name != parameter.Name || param.Annotation == nil {
			continue
		}
		v := n.p.Eval(owner.Module, param.Annotation)
		if name, ok := n.dependency(v); ok {
			return n.asAnnotation(owner, parameter, param, v, name), true
		}
		for _, m := range annotationMetadata(n.p, owner.Module, param) {
			if name, ok := n.dependency(m); ok && parameter.DefaultAt.IsZero() {
				return n.asMetadata(owner, parameter, param, v, m, name), true
			}
		}
	}
	return Finding{}, false
}

// dependency names a value that is a dependency: a function written as one, a
// security scheme, an object that checks when it is called.
func (n *notWrapped) dependency(v interpret.Value) (string, bool) {
	switch x := v.(type) {
	case *interpret.Func:
		return x.Name(), isDependable(n.p, x)
	case *interpret.Instance:
		for _, s := range n.p.Schemes {
			if s.At == x.At && s.Class != "" && interpret.ExternalBase(x.Class) != nil {
				return interpret.OriginOf(x).Name, true
			}
		}
		if class, ok := x.Class.(*interpret.Class); ok && !x.Assumed {
			if call, _ := class.Lookup("__call__"); call != nil {
				if fn, ok := call.(*interpret.Func); ok {
					return interpret.OriginOf(x).Name, isDependable(n.p, fn)
				}
			}
		}
	}
	return "", false
}

func (n *notWrapped) asDefault(owner *fastapi.Callable, parameter *fastapi.Parameter, v interpret.Value, name string) Finding {
	expr, at := defaultOf(owner, parameter)
	written := codeAt(n.p, at)
	f := Finding{
		Certainty: Confirmed, At: parameter.At, Subject: dependencyName(owner) + " " + parameter.Name,
		Message:  fmt.Sprintf("%s is the plain default of the parameter %s of %s, without Depends, so nothing calls it", textOr(written, name), parameter.Name, dependencyName(owner)),
		Effect:   Effect{Certainty: Confirmed, Status: []int{200}, Text: "the check never runs: " + dependencyName(owner) + " gets the object itself, which counts as true wherever it is asked, and " + parameter.Name + " becomes a " + string(parameter.In) + " parameter"},
		Evidence: []Evidence{{At: parameter.At, Note: "a dependency object as the default value"}},
		Check:    Check{Say: "Send the request without a credential: it is served; /docs shows a parameter named " + parameter.Name},
	}
	f.Evidence = append(f.Evidence, n.evidence(v)...)
	if expr != nil {
		f.Fixes = []Fix{n.wrap(at, written)}
	}
	return f
}

func textOr(written, name string) string {
	if written == "" {
		return name
	}
	return written
}

// defaultOf finds the default of a parameter in its function.
func defaultOf(owner *fastapi.Callable, parameter *fastapi.Parameter) (python.Expr, source.Location) {
	for _, param := range owner.Function.Params {
		if param.Name == parameter.Name && param.Default != nil {
			return param.Default, source.Location{Path: owner.Module, Span: param.Default.Span()}
		}
	}
	return nil, source.Location{}
}

// wrap is the edit that puts Depends(…) around an expression.
func (n *notWrapped) wrap(at source.Location, written string) Fix {
	name, add := n.dependsName(at.Path)
	edits := append([]source.Edit{{Span: at.Span, NewText: name + "(" + written + ")"}}, add...)
	return Fix{Title: "Wrap it in Depends", Edits: map[source.Path][]source.Edit{at.Path: edits}}
}

// dependsName is what a module calls Depends, with the edit that imports it where it does not.
func (n *notWrapped) dependsName(path source.Path) (string, []source.Edit) {
	m := moduleOf(n.p, path)
	if m == nil {
		return "Depends", nil
	}
	var last *python.ImportFrom
	for _, st := range m.Body {
		imp, ok := st.(*python.ImportFrom)
		if !ok || imp.Level != 0 || imp.Module != "fastapi" || imp.Star {
			continue
		}
		last = imp
		for _, alias := range imp.Names {
			if alias.Name == "Depends" {
				return textOr(alias.As, "Depends"), nil
			}
		}
	}
	if last != nil && len(last.Names) > 0 {
		end := last.Names[len(last.Names)-1].Span().End
		return "Depends", []source.Edit{{Span: source.Span{Start: end, End: end}, NewText: ", Depends"}}
	}
	start := 0
	if len(m.Body) > 0 {
		start = m.Body[0].Span().Start
		for _, st := range m.Body {
			switch st.(type) {
			case *python.Import, *python.ImportFrom:
				if imp, ok := st.(*python.ImportFrom); ok && imp.Module == "__future__" {
					continue
				}
				return "Depends", []source.Edit{{Span: source.Span{Start: st.Span().Start, End: st.Span().Start}, NewText: "from fastapi import Depends\n"}}
			}
		}
	}
	return "Depends", []source.Edit{{Span: source.Span{Start: start, End: start}, NewText: "from fastapi import Depends\n"}}
}
