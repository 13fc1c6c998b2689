package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// GuardNameRebound reports a guard's name that a star import or a later
// definition has bound to another function before Depends takes it.
var GuardNameRebound = &Analyzer{
	Code: "guard-name-rebound", Family: DependsChain, Severity: Warning,
	Run: runGuardNameRebound,
}

func runGuardNameRebound(pass *Pass) {
	p := pass.Project
	told := map[source.Location]bool{}
	found := map[source.Location]int{}
	var findings []Finding
	for _, l := range chainLinks(p) {
		call := callExpressionAt(p, l.dep.At)
		if call == nil || len(call.Args) == 0 || told[l.dep.At] {
			continue
		}
		name, ok := call.Args[0].Value.(*python.Name)
		if !ok {
			continue
		}
		told[l.dep.At] = true
		list := p.Bindings(l.dep.At.Path, name.ID)
		for i := 0; i+1 < len(list); i++ {
			f, ok := rebound(p, l, name, list[i], list[i+1])
			if !ok {
				continue
			}
			if n, again := found[f.At]; again {
				for _, id := range f.Operations {
					findings[n].Operations = withID(findings[n].Operations, id)
				}
				findings[n].Severity = max(findings[n].Severity, f.Severity)
			} else {
				found[f.At] = len(findings)
				findings = append(findings, f)
			}
			break
		}
	}
	for _, f := range findings {
		pass.Report(f)
	}
}

// rebound compares what Depends was given with what the name stood for before.
func rebound(p *fastapi.Project, l *chainLink, name *python.Name, now, before fastapi.NameBinding) (Finding, bool) {
	used, ok := l.dep.Callable.Ref().(*interpret.Func)
	current, same := now.Value.(*interpret.Func)
	former, known := before.Value.(*interpret.Func)
	if !ok || !same || !known || used.Def == nil || used.Def != current.Def || former.Def == nil || former.Def == current.Def {
		return Finding{}, false
	}
	if !isDependable2(p, former) || !now.At.Span.Covers(source.Span{Start: now.At.Span.Start, End: now.At.Span.Start}) || l.dep.At.Path == now.At.Path && l.dep.At.Span.Start < now.At.Span.Start {
		return Finding{}, false
	}
	at := placeIn(l.dep.At, name)
	place := now.At
	if c := l.dep.Callable; c.At.Path == place.Path && place.Span.Covers(c.At.Span) {
		place = p.Header(c)
	}
	weaker := raisesHTTPException(p, former.Module.Path, former.Def.Body()) && !chainGuards(l.dep)
	f := Finding{
		Certainty: Confirmed, At: place, Subject: name.ID, Operations: idsOf(l.operations),
		Message: fmt.Sprintf("%s is bound again here, to %s, and Depends(%s) takes that one", name.ID, dottedName(p, current.Module.Path)+"."+current.Name(), name.ID),
		Effect:  Effect{Certainty: Confirmed, Text: "another function than the one that is imported by name decides about these requests"},
		Evidence: []Evidence{
			{At: before.At, Note: "bound first to " + dottedName(p, former.Module.Path) + "." + former.Name()},
			{At: at, Note: "takes the second one"},
			{At: p.Header(l.dep.Callable), Note: "what runs"},
		},
		Check: Check{Say: "Print " + name.ID + ".__module__ in the module with the route"},
		Fixes: []Fix{describedFix("Import the names one by one, or give one of the functions another name")},
	}
	if weaker {
		f.Severity = Error
		f.Effect = Effect{Certainty: Confirmed, Status: []int{200}, Text: "nothing is refused: what runs has no check, unlike the function that was bound first"}
	}
	return f, true
}
