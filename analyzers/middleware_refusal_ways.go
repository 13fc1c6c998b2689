package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// namesRead lists the names that a function reads.
func namesRead(fn *python.Function) map[string]bool {
	written := map[source.Span]bool{}
	read := map[string]bool{}
	python.Inspect(fn, func(n any) bool {
		switch x := n.(type) {
		case *python.Assign:
			for _, t := range x.Targets {
				if name, ok := t.(*python.Name); ok {
					written[name.Span()] = true
				}
			}
		case *python.Name:
			if !written[x.Span()] {
				read[x.ID] = true
			}
		}
		return true
	})
	return read
}

// alwaysEnds reports whether a block never reaches its end: it returns or raises on every way.
func alwaysEnds(block []python.Stmt) bool {
	for _, st := range block {
		switch s := st.(type) {
		case *python.Return, *python.Raise, *python.BadStmt:
			return true
		case *python.If:
			if len(s.Else) > 0 && alwaysEnds(s.Body) && alwaysEnds(s.Else) {
				return true
			}
		case *python.With:
			if alwaysEnds(s.Body) {
				return true
			}
		case *python.While:
			if c, ok := s.Test.(*python.Constant); ok && c.Kind == python.True {
				return true
			}
		case *python.Match:
			for _, c := range s.Cases {
				if _, wild := c.Pattern.(*python.Name); wild && c.Guard == nil && alwaysEnds(c.Body) {
					return true // the other cases are not looked at: none is reported in doubt
				}
			}
			if len(s.Cases) > 0 {
				return true
			}
		case *python.Try:
			if endsTry(s) {
				return true
			}
		}
	}
	return false
}

func endsTry(s *python.Try) bool {
	if alwaysEnds(s.Finally) {
		return true
	}
	for _, h := range s.Handlers {
		if !alwaysEnds(h.Body) {
			return false
		}
	}
	return alwaysEnds(s.Body) || len(s.Else) > 0 && alwaysEnds(s.Else)
}

// dedent moves the last statement of the function's last if out of it.
func dedent(p *fastapi.Project, path source.Path, fn *python.Function, last *python.Return) map[source.Path][]source.Edit {
	test, ok := fn.Body()[len(fn.Body())-1].(*python.If)
	if !ok || len(test.Else) > 0 || len(test.Body) < 2 || test.Body[len(test.Body)-1] != python.Stmt(last) {
		return nil
	}
	file, err := p.Tree.File(path)
	if err != nil {
		return nil
	}
	lines, ok := wholeLines(file, last)
	if !ok {
		return nil
	}
	indent := file.Slice(source.Span{Start: file.Line(file.LineOf(test.Span().Start)).Start, End: test.Span().Start})
	if strings.TrimSpace(indent) != "" {
		return nil
	}
	return map[source.Path][]source.Edit{path: {{Span: source.Span{Start: lines.Start, End: last.Span().Start}, NewText: indent}}}
}

// answers reports whether what is called with scope, receive and send is a
// response that the middleware makes itself, and not the application.
func (d *dropped) answers(callee python.Expr) bool {
	switch x := callee.(type) {
	case *python.Call:
		return true
	case *python.Name:
		return bindsName(d.fn.Body(), x.ID)
	}
	return false
}

// eaten finds pure ASGI middleware that reads the body from receive and then hands
// the same receive on: the application waits for a body that never comes.
func (d *dropped) eaten() {
	params := d.fn.Params
	if len(params) != 4 && len(params) != 3 {
		return
	}
	receive := params[len(params)-2].Name
	var read, passed source.Location
	requests := map[string]bool{}
	python.Inspect(d.fn, func(n any) bool {
		switch x := n.(type) {
		case *python.Function:
			return x == d.fn
		case *python.Assign:
			if isNamed(x.Targets[0], receive) {
				passed.Path, read.Path = "", "" // replaced: another callable is handed on
				requests = map[string]bool{receive: true}
			}
			if c, ok := x.Value.(*python.Call); ok && len(x.Targets) == 1 && len(c.Args) > 1 && isNamed(c.Args[1].Value, receive) &&
				resolvedName(d.pass.Project, d.path, c.Func) == "starlette.requests.Request" {
				if name, ok := x.Targets[0].(*python.Name); ok {
					requests[name.ID] = true
				}
			}
		case *python.Await:
			if c, ok := x.X.(*python.Call); ok && !requests[receive] {
				if isNamed(c.Func, receive) || readsBody(c, requests) {
					read = d.at(c)
				} else if len(c.Args) == 3 && isNamed(c.Args[1].Value, receive) && !read.IsZero() && !d.answers(c.Func) {
					passed = d.at(c.Args[1].Value)
				}
			}
		}
		return true
	})
	if read.IsZero() || passed.IsZero() || requests[receive] {
		return
	}
	d.report(Finding{
		At: read, Subject: " body",
		Message:  shortName(d.m.Class) + " takes the body from receive, and then hands the same receive on",
		Effect:   Effect{Certainty: Confirmed, Text: "a request whose route reads a body hangs: the body was taken already"},
		Evidence: []Evidence{{At: passed, Note: "the route reads from it again"}},
		Check:    Check{Say: "Call a route that takes a body, with a time limit", Run: "curl -i -m 5 -X POST -H 'Content-Type: application/json' -d '{}' http://127.0.0.1:8000/"},
		Fixes:    []Fix{{Title: "Hand on a receive that gives the body that was read"}},
	})
}

func isNamed(e python.Expr, id string) bool {
	n, ok := e.(*python.Name)
	return ok && n.ID == id
}

func readsBody(c *python.Call, requests map[string]bool) bool {
	attr, ok := c.Func.(*python.Attribute)
	if !ok {
		return false
	}
	name, ok := attr.Value.(*python.Name)
	return ok && requests[name.ID] && (attr.Attr == "body" || attr.Attr == "json" || attr.Attr == "form")
}

// answersTwice finds pure ASGI middleware that sends its refusal and then goes on
// to the application.
func (d *dropped) answersTwice() {
	if d.m.Flow == nil {
		return
	}
	for i := range d.m.Flow.Outcomes {
		o := &d.m.Flow.Outcomes[i]
		if o.Kind != fastapi.Returns || o.Status < 400 || len(o.Through) > 0 || o.At.Path != d.path || !d.fn.Span().Covers(o.At.Span) {
			continue
		}
		next, ok := d.nextAfter(o.At)
		if !ok {
			continue
		}
		f := Finding{
			At: o.At, Subject: " twice",
			Message:  fmt.Sprintf("%s sends its %d and then goes on to the application", shortName(d.m.Class), o.Status),
			Effect:   Effect{Certainty: Confirmed, Status: []int{o.Status}, Text: "the route runs for a request that was refused, and its answer ends as RuntimeError: the response had begun already"},
			Evidence: []Evidence{{At: next, Note: "is reached after the refusal"}},
			Check:    Check{Say: "Send a request that the middleware refuses: the route runs all the same"},
			Fixes:    []Fix{{Title: "Return after the refusal"}},
		}
		if st, ok := statementAt(d.pass.Project, o.At); ok {
			if file, err := d.pass.Project.Tree.File(d.path); err == nil {
				line := file.Line(file.LineOf(st.stmt().Span().Start))
				indent := file.Slice(source.Span{Start: line.Start, End: st.stmt().Span().Start})
				if end := st.stmt().Span().End; strings.TrimSpace(indent) == "" {
					f.Fixes[0].Edits = map[source.Path][]source.Edit{d.path: {{Span: source.Span{Start: end, End: end}, NewText: "\n" + indent + "return"}}}
				}
			}
		}
		d.report(f)
	}
}

// nextAfter finds a call of the application that is reached after a place.
func (d *dropped) nextAfter(at source.Location) (source.Location, bool) {
	rest, last := restAfter(d.fn, at)
	if alwaysEnds([]python.Stmt{last}) {
		return source.Location{}, false // «return await response(…)» goes nowhere else
	}
	for i := len(rest) - 1; i >= 0; i-- {
		for _, n := range d.m.Flow.Next {
			if n.At.Path == at.Path && coveringIn(rest[i], n.At.Span) >= 0 {
				return n.At, true
			}
		}
		if alwaysEnds(rest[i]) {
			break
		}
	}
	return source.Location{}, false
}

// restAfter lists what follows a place in each block of a function that holds it,
// outermost first, and the innermost statement that holds it.
func restAfter(fn *python.Function, at source.Location) (rest [][]python.Stmt, last python.Stmt) {
	for block := fn.Body(); block != nil; {
		i := coveringIn(block, at.Span)
		if i < 0 {
			break
		}
		rest = append(rest, block[i+1:])
		holder := block[i]
		last, block = holder, nil
		for _, inner := range blocksOf(holder) {
			if coveringIn(inner, at.Span) >= 0 {
				block = inner
			}
		}
	}
	return rest, last
}
