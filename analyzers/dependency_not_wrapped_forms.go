package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// evidence lists where the dependency is defined and where it is used in the right form.
func (n *notWrapped) evidence(v interpret.Value) (out []Evidence) {
	c := n.p.Callable(v)
	if !c.At.IsZero() {
		out = append(out, Evidence{At: n.p.Header(c), Note: "the dependency"})
	}
	for _, u := range n.p.Uses {
		if u.Callable == c && u.Param != nil {
			return append(out, Evidence{At: u.Param.At, Note: "the form that is used elsewhere"})
		}
	}
	for _, u := range n.p.Uses {
		if u.Callable == c {
			return append(out, Evidence{At: u.At, Note: "the form that is used elsewhere"})
		}
	}
	return out
}

func (n *notWrapped) listInSignature(owner *fastapi.Callable, parameter *fastapi.Parameter) Finding {
	return Finding{
		Certainty: Confirmed, At: parameter.At, Subject: dependencyName(owner) + " " + parameter.Name,
		Message: fmt.Sprintf("the list of Depends stands in the signature of %s, where it is the plain default of a parameter named %s", dependencyName(owner), parameter.Name),
		Effect: Effect{Certainty: Confirmed, Status: []int{200},
			Text: "the checks never run: only a dependencies list of the decorator, the router or the application is resolved"},
		Evidence: []Evidence{{At: parameter.At, Note: "a default value"}, {At: n.p.Header(owner), Note: "its decorator is where the list belongs"}},
		Check:    Check{Say: "Send the request without a credential: it is served"},
		Fixes:    []Fix{describedFix("Move the list into the route decorator: dependencies=[…]")},
	}
}

func (n *notWrapped) asAnnotation(owner *fastapi.Callable, parameter *fastapi.Parameter, param *python.Param, v interpret.Value, name string) Finding {
	at := source.Location{Path: owner.Module, Span: param.Annotation.Span()}
	written := textOr(codeAt(n.p, at), name)
	f := Finding{
		Certainty: Confirmed, At: parameter.At, Subject: dependencyName(owner) + " " + parameter.Name,
		Message:  fmt.Sprintf("%s stands as the type of the parameter %s of %s, without Depends", written, parameter.Name, dependencyName(owner)),
		Effect:   Effect{Certainty: Confirmed, Text: "the application does not start: FastAPI takes it for a type and finds it invalid"},
		Evidence: append([]Evidence{{At: at, Note: "a callable where a type belongs"}}, n.evidence(v)...),
		Check:    Check{Say: "Import the application: FastAPIError names this parameter", Run: "python -c 'import " + dottedName(n.p, owner.Module) + "'"},
	}
	if param.Default == nil {
		fix := n.wrap(at, written)
		end := param.Span().End
		fix.Edits[at.Path][0] = source.Edit{Span: source.Span{Start: param.NameAt.Span().End, End: end}, NewText: "=" + fix.Edits[at.Path][0].NewText}
		f.Fixes = []Fix{fix}
	}
	return f
}

func (n *notWrapped) asMetadata(owner *fastapi.Callable, parameter *fastapi.Parameter, param *python.Param, annotation, v interpret.Value, name string) Finding {
	f := Finding{
		Certainty: Confirmed, At: parameter.At, Subject: dependencyName(owner) + " " + parameter.Name,
		Message: fmt.Sprintf("Annotated holds %s without Depends on the parameter %s of %s, and FastAPI ignores it there", name, parameter.Name, dependencyName(owner)),
		Effect: Effect{Certainty: Confirmed, Status: []int{422},
			Text: fmt.Sprintf("the check never runs: %s is filled from the %s of the request, or 422 says that it is missing", parameter.Name, parameter.In)},
		Evidence: append([]Evidence{{At: parameter.At, Note: "no Depends(…) among the metadata"}}, n.evidence(v)...),
		Check:    Check{Say: fmt.Sprintf("Look at the operation in /docs: %s is a %s parameter", parameter.Name, parameter.In)},
	}
	sub, ok := param.Annotation.(*python.Subscript)
	if at := interpret.OriginOf(annotation).At; !ok && !at.IsZero() {
		f.At, f.Subject = at, textOr(interpret.OriginOf(annotation).Name, codeAt(n.p, source.Location{Path: owner.Module, Span: param.Annotation.Span()}))
		f.Message = fmt.Sprintf("%s is Annotated with %s and not with Depends(%s), and FastAPI ignores it there", f.Subject, name, name)
		f.Evidence[0].Note = "takes the annotation, and no check with it"
		owner = &fastapi.Callable{Module: at.Path}
		sub, ok = expressionAt(n.p, at).(*python.Subscript)
	}
	if !ok {
		return f
	}
	if list, ok := sub.Index.(*python.Sequence); ok {
		for _, e := range list.Elements[1:] {
			if got, is := n.dependency(n.p.Eval(owner.Module, e)); is && got == name {
				at := source.Location{Path: owner.Module, Span: e.Span()}
				f.Fixes = []Fix{n.wrap(at, codeAt(n.p, at))}
			}
		}
	}
	return f
}

// bare reports an entry of a dependencies list that is no Depends(…).
func (n *notWrapped) bare(b fastapi.BareDependency) {
	if b.At.IsZero() || b.Callable == nil {
		return
	}
	written := textOr(codeAt(n.p, b.At), dependencyName(b.Callable))
	f := Finding{
		Certainty: Confirmed, At: b.At, Subject: string(b.Via) + " " + written,
		Message:  fmt.Sprintf("the dependencies list of the %s holds %s and not Depends(%s)", viaText(b.Via), written, written),
		Effect:   Effect{Certainty: Confirmed, Text: "the application does not start: AttributeError, the object has no attribute 'dependency'"},
		Evidence: []Evidence{{At: b.At, Note: "an entry that is no Depends(…)"}},
		Check:    Check{Say: "Import the application: AttributeError names the list", Run: "python -c 'import " + dottedName(n.p, b.At.Path) + "'"},
	}
	if !b.Callable.At.IsZero() {
		f.Evidence = append(f.Evidence, Evidence{At: n.p.Header(b.Callable), Note: "the dependency"})
	}
	if b.Callable.Kind == fastapi.UnknownCallable {
		f.Certainty, f.Effect.Certainty = Hypothesis, Hypothesis
	} else {
		f.Fixes = []Fix{n.wrap(b.At, written)}
	}
	n.pass.Report(f)
}

func viaText(via fastapi.Via) string {
	switch via {
	case fastapi.ViaApp:
		return "application"
	case fastapi.ViaInclude:
		return "include_router call"
	case fastapi.ViaRouter:
		return "router"
	}
	return "route decorator"
}

// expressionAt finds the expression at a place; nil when there is none.
func expressionAt(p *fastapi.Project, at source.Location) (found python.Expr) {
	python.InspectAround(syntaxOf(p, at.Path), at.Span, func(n any) bool {
		if e, ok := n.(python.Expr); ok && e.Span() == at.Span && found == nil {
			found = e
		}
		return found == nil
	})
	return found
}
