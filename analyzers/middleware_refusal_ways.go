package analyzers

import (
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
	test, ok := fn.Body[len(fn.Body)-1].(*python.If)
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
				} else if len(c.Args) == 3 && isNamed(c.Args[1].Value, receive) && !read.IsZero() {
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
