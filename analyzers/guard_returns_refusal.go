package analyzers

import (
	"bytes"
	"fmt"
	"unicode"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// GuardReturnsRefusal reports a guard that says no by its value, which nobody
// looks at: an exception returned or built and dropped, False or None.
var GuardReturnsRefusal = &Analyzer{
	Code: "guard-returns-refusal", Family: DependsChain, Severity: Error,
	Run: runGuardReturnsRefusal,
}

func runGuardReturnsRefusal(pass *Pass) {
	g := &returnsRefusal{pass: pass, p: pass.Project, links: map[*fastapi.Callable][]*chainLink{}}
	for _, l := range chainLinks(g.p) {
		c := l.dep.Callable
		if c == nil || c.Function == nil || l.dep.Scheme != nil || c.Kind == fastapi.ClassCallable {
			continue
		}
		if g.links[c] == nil {
			g.order = append(g.order, c)
		}
		g.links[c] = append(g.links[c], l)
	}
	for _, c := range g.order {
		if g.exceptions(c) || g.verdict(c) {
			continue
		}
		g.nothing(c)
		g.lookups(c)
	}
	g.dropped()
}

type returnsRefusal struct {
	pass  *Pass
	p     *fastapi.Project
	links map[*fastapi.Callable][]*chainLink
	order []*fastapi.Callable
}

// operations are those that a guard serves.
func (g *returnsRefusal) operations(c *fastapi.Callable) (list []*fastapi.Operation) {
	seen := map[*fastapi.Operation]bool{}
	for _, l := range g.links[c] {
		for _, o := range l.operations {
			if !seen[o] {
				seen[o] = true
				list = append(list, o)
			}
		}
	}
	return list
}

// discarded reports whether every use of the guard throws its value away: in a
// dependencies list, or as a parameter that its consumer never mentions.
func (g *returnsRefusal) discarded(c *fastapi.Callable) bool {
	for _, l := range g.links[c] {
		if l.dep.Via != fastapi.ViaParameter {
			continue
		}
		if use, ok := consumerUse(l); !ok || use.mentioned {
			return false
		}
	}
	return true
}

// untested reports whether no consumer tests the guard's value or hands it on.
func (g *returnsRefusal) untested(c *fastapi.Callable) bool {
	for _, l := range g.links[c] {
		if l.dep.Via != fastapi.ViaParameter {
			continue
		}
		if use, ok := consumerUse(l); !ok || use.tested {
			return false
		}
	}
	return true
}

// places lists where the guard is used, for evidence: at most three.
func (g *returnsRefusal) places(c *fastapi.Callable, note string) (out []Evidence) {
	for _, l := range g.links[c] {
		if len(out) < 3 {
			out = append(out, Evidence{At: l.dep.At, Note: note})
		}
	}
	return out
}

// exceptions reports the HTTPExceptions that a guard returns.
func (g *returnsRefusal) exceptions(c *fastapi.Callable) (found bool) {
	if c.Flow == nil || !g.untested(c) {
		return false
	}
	for _, o := range c.Flow.Outcomes {
		if o.Kind != fastapi.Returns || !o.HTTP {
			continue
		}
		found = true
		operations := g.operations(c)
		f := Finding{
			Certainty: Confirmed, At: o.At, Subject: dependencyName(c) + " " + fmt.Sprint(o.Status), Operations: idsOf(operations),
			Message: fmt.Sprintf("%s returns its %sHTTPException, and only a raised one refuses the request", dependencyName(c), statusWord(o.Status)),
			Effect: Effect{Certainty: Confirmed, Status: []int{200},
				Text: "the request goes on: the exception object is the dependency's value, and nothing tests it"},
			Evidence: append([]Evidence{{At: o.At, Note: "returned, not raised"}}, g.places(c, "the guard, which stops nobody")...),
			Check:    Check{Say: "Send a request that " + dependencyName(c) + " should refuse: it is served", Run: requestFor(operations)},
		}
		for _, when := range o.When {
			f.Evidence = append(f.Evidence, Evidence{At: when.At, Note: "the case in which it is returned"})
		}
		if r := returnStatementAt(g.p, o.At); r != nil && r.X != nil {
			at := source.Location{Path: o.At.Path, Span: source.Span{Start: r.Span().Start, End: r.X.Span().Start}}
			f.Fixes = []Fix{replaceAt("Raise it", false, at, "raise ")}
		}
		g.pass.Report(f)
	}
	return found
}

func statusWord(status int) string {
	if status == 0 {
		return ""
	}
	return fmt.Sprintf("%d ", status)
}

// returnStatementAt finds a return statement at a place.
func returnStatementAt(p *fastapi.Project, at source.Location) (found *python.Return) {
	python.InspectAround(syntaxOf(p, at.Path), at.Span, func(n any) bool {
		if r, ok := n.(*python.Return); ok && r.Span() == at.Span {
			found = r
		}
		_, isExpr := n.(python.Expr)
		return found == nil && !isExpr
	})
	return found
}

func syntaxOf(p *fastapi.Project, path source.Path) *python.Module {
	if m := moduleOf(p, path); m != nil {
		return m
	}
	return &python.Module{}
}

// dropped reports exceptions that are built and neither raised, returned nor kept.
func (g *returnsRefusal) dropped() {
	for _, path := range g.p.Modules() {
		m := moduleOf(g.p, path)
		if m == nil {
			continue
		}
		python.InspectHolding(m, callsClassAlone, func(n any) bool {
			st, ok := n.(*python.ExprStmt)
			if !ok {
				_, isExpr := n.(python.Expr)
				return !isExpr
			}
			call, ok := st.X.(*python.Call)
			if ok && isHTTPExceptionExpr(g.p, path, call) && isClassName(g.p, path, call.Func) {
				g.built(source.Location{Path: path, Span: st.Span()}, call)
			}
			return false
		})
	}
}

// callsClassAlone reports whether a statement in text may be nothing but a call of
// a class: a line that no other goes on with begins with a capital name and a parenthesis.
func callsClassAlone(text []byte) bool {
	inside := false // of brackets, by the look of the line before
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		name := bytes.TrimRightFunc(line[:max(0, bytes.IndexByte(line, '('))], unicode.IsSpace)
		last := name[bytes.LastIndexByte(name, '.')+1:]
		if !inside && len(last) > 0 && unicode.IsUpper(rune(last[0])) && !bytes.ContainsAny(name, " =[{#'\"") {
			return true
		}
		inside = bytes.IndexByte([]byte("([{,=\\"), line[len(line)-1]) >= 0
	}
	return false
}

func (g *returnsRefusal) built(at source.Location, call *python.Call) {
	start := source.Location{Path: at.Path, Span: source.Span{Start: at.Span.Start, End: at.Span.Start}}
	g.pass.Report(Finding{
		Certainty: Confirmed, At: at, Subject: "built " + codeAt(g.p, placeIn(at, call.Func)),
		Message:  fmt.Sprintf("%s is built here and not raised", codeAt(g.p, placeIn(at, call.Func))),
		Effect:   Effect{Certainty: Confirmed, Text: "nobody is refused at this line: the code goes on with the next statement"},
		Evidence: []Evidence{{At: at, Note: "an expression whose value is dropped"}},
		Check:    Check{Say: "Send a request that this line should refuse"},
		Fixes:    []Fix{replaceAt("Raise it", false, start, "raise ")},
	})
}
