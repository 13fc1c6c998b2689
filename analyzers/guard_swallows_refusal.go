package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// GuardSwallowsRefusal reports an except clause that takes the HTTPException of a
// refusal and does not raise it again: around the yield of a dependency, or around
// the refusal itself.
var GuardSwallowsRefusal = &Analyzer{
	Code: "guard-swallows-refusal", Family: DependsChain, Severity: Error,
	Run: runGuardSwallowsRefusal,
}

func runGuardSwallowsRefusal(pass *Pass) {
	p := pass.Project
	links := chainLinks(p)
	seen := map[source.Location]bool{}
	for _, l := range links {
		c := l.dep.Callable
		if c == nil || c.Function == nil || seen[c.At] {
			continue
		}
		seen[c.At] = true
		if c.Generator {
			for _, h := range swallowingHandlers(p, c) {
				if f, ok := swallowedAtYield(p, c, h, links); ok {
					pass.Report(f)
				}
			}
			continue
		}
		if c.Flow != nil && l.dep.Scheme == nil {
			swallowedRefusals(pass, c, l)
		}
	}
}

// swallowingHandlers lists the except clauses around a function's yield that take
// an HTTPException and do not pass it on: they raise nothing, or always another exception.
func swallowingHandlers(p *fastapi.Project, c *fastapi.Callable) (out []*python.Handler) {
	inspectOwn(c.Function.Body(), func(n any) bool {
		t, ok := n.(*python.Try)
		if !ok || !holdsYield(t.Body) {
			return true
		}
		for _, h := range t.Handlers {
			if !takesHTTPException(p, c.Module, h) {
				continue
			}
			if !holdsRaise(h.Body) || replacement(h) != nil {
				out = append(out, h)
			}
			break // the first clause that fits takes it
		}
		return true
	})
	return out
}

// replacement is the statement by which an except clause always raises another
// exception than the one that it took; nil when there is none, or where any branch
// passes that one on.
func replacement(h *python.Handler) (always *python.Raise) {
	passes := false
	inspectOwn(h.Body, func(n any) bool {
		if r, ok := n.(*python.Raise); ok {
			passes = passes || r.X == nil || h.Name != "" && isNamed(r.X, h.Name)
		}
		return !passes
	})
	for _, st := range h.Body {
		if r, ok := st.(*python.Raise); ok && !passes {
			always = r
		}
	}
	return always
}

// raisedStatus is the status with which a raise statement ends: that of an
// HTTPException that is given as a number, or 500.
func raisedStatus(p *fastapi.Project, path source.Path, r *python.Raise) int {
	call, ok := r.X.(*python.Call)
	if !ok || !isHTTPExceptionExpr(p, path, r.X) {
		return 500
	}
	for i, a := range call.Args {
		if a.Name == "status_code" || a.Name == "" && i == 0 {
			if status, ok := fastapi.StatusNumber(p.Eval(path, a.Value)); ok {
				return status
			}
		}
	}
	return 500
}

func holdsYield(body []python.Stmt) (found bool) {
	inspectOwn(body, func(n any) bool {
		_, is := n.(*python.Yield)
		found = found || is
		return !found
	})
	return found
}

func holdsRaise(body []python.Stmt) (found bool) {
	inspectOwn(body, func(n any) bool {
		_, is := n.(*python.Raise)
		found = found || is
		return !found
	})
	return found
}

// takesHTTPException reports whether an except clause takes an HTTPException.
func takesHTTPException(p *fastapi.Project, path source.Path, h *python.Handler) bool {
	if h.Types == nil {
		return true
	}
	types := []python.Expr{h.Types}
	if list, ok := h.Types.(*python.Sequence); ok {
		types = list.Elements
	}
	return slices.ContainsFunc(types, func(e python.Expr) bool {
		external, ok := p.Eval(path, e).(*interpret.External)
		if !ok {
			return false
		}
		switch external.Path {
		case "builtins.Exception", "builtins.BaseException", "fastapi.HTTPException", "starlette.exceptions.HTTPException":
			return true
		}
		return false
	})
}

// swallowedAtYield reports a clause around a yield, if an operation that enters
// the dependency refuses afterwards.
func swallowedAtYield(p *fastapi.Project, c *fastapi.Callable, h *python.Handler, links []*chainLink) (Finding, bool) {
	var lost []Evidence
	var operations []*fastapi.Operation
	for _, o := range operationsOf(links, c) {
		after := refusalsAfter(o, c)
		if len(after) == 0 {
			continue
		}
		operations = append(operations, o)
		for _, e := range after {
			if len(lost) < 6 && !slices.ContainsFunc(lost, func(have Evidence) bool { return have.At == e.At }) {
				lost = append(lost, e)
			}
		}
	}
	if len(operations) == 0 {
		return Finding{}, false
	}
	at := handlerHead(c.Module, h)
	says, status := "does not raise it again", 500
	if r := replacement(h); r != nil {
		says, status = "raises another exception in its place", raisedStatus(p, c.Module, r)
	}
	evidence := []Evidence{{At: p.Header(c), Note: "what is raised after it was entered comes out of its yield"}}
	for _, l := range links {
		if l.dep.Callable == c && slices.Contains(l.operations, operations[0]) {
			evidence = append(evidence, Evidence{At: l.dep.At, Note: "entered here"})
			break
		}
	}
	return Finding{
		Certainty: Confirmed, At: at, Subject: dependencyName(c) + " yield", Operations: idsOf(operations),
		Message: fmt.Sprintf("%s catches what is raised at its yield and %s, HTTPException included", dependencyName(c), says),
		Effect: Effect{Certainty: Confirmed, Status: []int{status},
			Text: fmt.Sprintf("a refusal that is raised after %s was entered is lost, and the client gets %d in its place", dependencyName(c), status)},
		Evidence: append(evidence, lost...),
		Check:    Check{Say: fmt.Sprintf("Send a request that is refused: %d in place of 401 or 403", status), Run: requestFor(operations)},
		Fixes:    []Fix{describedFix("End the except clause with raise")},
	}, true
}

// handlerHead is an except clause up to its colon.
func handlerHead(path source.Path, h *python.Handler) source.Location {
	end := h.Span().Start + len("except")
	if h.Types != nil {
		end = h.Types.Span().End
	}
	return source.Location{Path: path, Span: source.Span{Start: h.Span().Start, End: end}}
}

// operationsOf lists the operations that a callable takes part in.
func operationsOf(links []*chainLink, c *fastapi.Callable) (list []*fastapi.Operation) {
	for _, l := range links {
		if l.dep.Callable != c {
			continue
		}
		for _, o := range l.operations {
			if !slices.Contains(list, o) {
				list = append(list, o)
			}
		}
	}
	return list
}

// refusalsAfter lists the refusals of an operation that come after a dependency
// was entered, in the order in which FastAPI solves dependencies.
func refusalsAfter(o *fastapi.Operation, c *fastapi.Callable) (out []Evidence) {
	entered := false
	seen := map[*fastapi.Callable]bool{}
	var walk func(d *fastapi.Dependency, depth int)
	walk = func(d *fastapi.Dependency, depth int) {
		if d.Callable == nil || depth > 30 {
			return
		}
		for _, sub := range d.Dependencies {
			walk(sub, depth+1)
		}
		if seen[d.Callable] {
			return
		}
		seen[d.Callable] = true
		switch {
		case d.Callable == c:
			entered = true
		case entered && d.Callable.Flow != nil:
			out = append(out, refusalPlaces(d.Callable.Flow)...)
		}
	}
	for _, d := range o.Dependencies {
		walk(d, 0)
	}
	if entered && o.Handler != nil && o.Handler.Flow != nil {
		out = append(out, refusalPlaces(o.Handler.Flow)...)
	}
	return out
}

func refusalPlaces(f *fastapi.Flow) (out []Evidence) {
	for _, outcome := range f.Outcomes {
		if outcome.Kind == fastapi.Raises && outcome.HTTP && !outcome.Caught {
			out = append(out, Evidence{At: outcome.At, Note: statusWord(outcome.Status) + "is raised here, and lost"})
		}
	}
	return out
}

// swallowedRefusals reports refusals that a guard raises and catches itself.
func swallowedRefusals(pass *Pass, c *fastapi.Callable, l *chainLink) {
	p := pass.Project
	told := map[source.Location]bool{}
	for _, o := range c.Flow.Outcomes {
		if o.Kind != fastapi.Raises || !o.HTTP || o.CaughtBy.IsZero() || (o.Status != 401 && o.Status != 403) || told[o.CaughtBy] {
			continue
		}
		h := clauseAt(p, o.CaughtBy)
		if h == nil || namesHTTPException(p, o.CaughtBy.Path, h) {
			continue // by name: it is meant
		}
		answer, raises := answerOf(c.Flow, o.CaughtBy)
		if raises && (answer == 0 || answer == 401 || answer == 403) || !raises && (len(o.Through) > 0 || holdsRaise(h.Body)) {
			continue
		}
		told[o.CaughtBy] = true
		f := Finding{
			Certainty: Confirmed, At: handlerHead(o.CaughtBy.Path, h), Subject: fmt.Sprintf("%s %d", dependencyName(c), o.Status), Operations: idsOf(l.operations),
			Evidence: []Evidence{{At: o.At, Note: fmt.Sprintf("raises %d within the try", o.Status)}, {At: l.dep.At, Note: "the guard"}},
			Check:    Check{Say: fmt.Sprintf("Send a request that should get %d", o.Status), Run: requestFor(l.operations)},
			Fixes:    []Fix{describedFix("Let it pass: except HTTPException: raise, before this clause")},
		}
		if raises {
			f.Message = fmt.Sprintf("the except clause takes the %d that is raised in its own try and answers %d", o.Status, answer)
			f.Effect = Effect{Certainty: Confirmed, Status: []int{answer}, Text: fmt.Sprintf("whoever should get %d gets %d", o.Status, answer)}
		} else {
			f.Message = fmt.Sprintf("the except clause takes the %d that is raised in its own try, and nothing raises it again", o.Status)
			f.Effect = Effect{Certainty: Confirmed, Status: []int{200, 500}, Text: dependencyName(c) + " goes on as if nothing had been refused"}
		}
		pass.Report(f)
	}
}

// clauseAt finds an except clause by its place.
func clauseAt(p *fastapi.Project, at source.Location) (found *python.Handler) {
	python.InspectAround(syntaxOf(p, at.Path), at.Span, func(n any) bool {
		if h, ok := n.(*python.Handler); ok && h.Span() == at.Span {
			found = h
		}
		_, isExpr := n.(python.Expr)
		return found == nil && !isExpr
	})
	return found
}

// namesHTTPException reports whether a clause takes HTTPException by its name.
func namesHTTPException(p *fastapi.Project, path source.Path, h *python.Handler) bool {
	if h.Types == nil {
		return false
	}
	types := []python.Expr{h.Types}
	if list, ok := h.Types.(*python.Sequence); ok {
		types = list.Elements
	}
	return slices.ContainsFunc(types, func(e python.Expr) bool { return isHTTPExceptionExpr(p, path, e) })
}

// answerOf says which status an except clause raises; 0 when it is not known.
func answerOf(f *fastapi.Flow, handler source.Location) (status int, raises bool) {
	for _, o := range f.Outcomes {
		if o.Handling == handler && o.Kind == fastapi.Raises && !o.Caught {
			if o.Status == 401 || o.Status == 403 {
				return o.Status, true
			}
			status, raises = o.Status, true
		}
	}
	return status, raises
}
