package report

import (
	"slices"
	"strconv"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// completed returns a step with what it may answer besides what the walk is sure
// of, as hypotheses: an explanation that leaves a place out sends people elsewhere.
func completed(o *fastapi.Operation, s fastapi.Step) fastapi.Step {
	s.Answers = slices.Clone(s.Answers)
	switch {
	case s.Dependency != nil && s.Dependency.Scheme == nil:
		c := s.Dependency.Callable
		if !followed(c) && !fastapiForm(c) {
			s.Answers = append(s.Answers, fastapi.Answer{When: "it is not known what this dependency does", At: s.Dependency.At})
		}
		s.Answers = append(s.Answers, unfollowed(c, s.Answers)...)
	case s.Middleware != nil:
		s.Answers = append(s.Answers, passedOn(s.Middleware)...)
	case s.Layer == fastapi.LayerHandler:
		s.Answers = append(s.Answers, unfollowed(o.Handler, s.Answers)...)
	}
	if s.Middleware == nil && o.App != nil {
		s.Answers = unhandled(o.App, s.Answers)
	}
	return s
}

// unfollowed finds the raise statements of a function with a status in plain
// sight that the walk did not come by: it took their conditions for impossible,
// which values that change while the program runs may refute.
func unfollowed(c *fastapi.Callable, known []fastapi.Answer) []fastapi.Answer {
	if c == nil || c.Function == nil {
		return nil
	}
	var out []fastapi.Answer
	python.Inspect(c.Function, func(n any) bool {
		raise, ok := n.(*python.Raise)
		if !ok {
			return true
		}
		status := raisedStatus(raise.X)
		at := source.Location{Path: c.Module, Span: raise.Span()}
		if status != 0 && !told(c.Flow, known, at) {
			out = append(out, fastapi.Answer{Status: status, When: "the code comes to this line, which could not be followed", At: at, Intended: status < 500})
		}
		return false
	})
	return out
}

// told reports whether a place is among the outcomes of a flow or the answers that are known.
func told(f *fastapi.Flow, known []fastapi.Answer, at source.Location) bool {
	meets := func(other source.Location) bool {
		return other.Path == at.Path && other.Span.Start < at.Span.End && at.Span.Start < other.Span.End
	}
	if f != nil && slices.ContainsFunc(f.Outcomes, func(o fastapi.Outcome) bool { return meets(o.At) }) {
		return true
	}
	return slices.ContainsFunc(known, func(a fastapi.Answer) bool { return meets(a.At) })
}

// raisedStatus reads the status of HTTPException(…) when it is a number or a
// name of starlette.status, which carries it; 0 otherwise.
func raisedStatus(x python.Expr) int {
	call, ok := x.(*python.Call)
	if !ok {
		return 0
	}
	if !strings.HasSuffix(calledName(call), "HTTPException") {
		return 0
	}
	for i, a := range call.Args {
		if a.Name != "status_code" && (a.Name != "" || i > 0) {
			continue
		}
		switch v := a.Value.(type) {
		case *python.Number:
			n, _ := strconv.Atoi(v.Text)
			return n
		case *python.Attribute:
			for part := range strings.SplitSeq(v.Attr, "_") {
				if n, err := strconv.Atoi(part); err == nil && n >= 100 {
					return n
				}
			}
		}
	}
	return 0
}

// passedOn finds the refusals that a middleware catches and answers with the
// status of what it caught: JSONResponse(…, status_code=error.status_code).
func passedOn(m *fastapi.Middleware) []fastapi.Answer {
	if m.Flow == nil {
		return nil
	}
	var out []fastapi.Answer
	for _, back := range m.Flow.Outcomes {
		if back.Kind != fastapi.Returns || fixedStatus(back.Raw) {
			continue
		}
		for _, o := range m.Flow.Outcomes {
			if o.Caught && o.HTTP && o.Status != 0 && o.CaughtBy.Path == back.At.Path && o.CaughtBy.Span.Covers(back.At.Span) {
				out = append(out, fastapi.Answer{
					Status: o.Status, Detail: o.Detail, At: o.At, Through: o.Through, Intended: o.Status < 500, When: conditions(o.When), Outcome: &o,
				})
			}
		}
	}
	return out
}

func conditions(list []fastapi.Condition) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = c.Text
	}
	return strings.Join(words, ", and ")
}

// fixedStatus reports whether a response object has a status of its own, rather than another object's.
func fixedStatus(raw any) bool {
	inst, ok := raw.(*interpret.Instance)
	if !ok {
		return true
	}
	switch inst.Attrs["status_code"].(type) {
	case nil, *interpret.None, *interpret.Num, *interpret.External, *interpret.Instance:
		return true
	}
	return false
}

// unhandled adds the status that was raised where the application's exception
// handler changes it only under a condition, or hands the exception's own on.
func unhandled(app *fastapi.App, list []fastapi.Answer) []fastapi.Answer {
	var out []fastapi.Answer
	for _, a := range list {
		out = append(out, a)
		if a.Raised == 0 || a.Raised == a.Status || !maybeUnchanged(app, a.Status) {
			continue
		}
		a.Status, a.Raised, a.Confirmed = a.Raised, 0, false
		a.Intended = a.Status >= 400 && a.Status < 500
		out = append(out, a)
	}
	return out
}

// maybeUnchanged reports whether the handler that answers a status leaves others as they are.
func maybeUnchanged(app *fastapi.App, status int) bool {
	for _, h := range app.Handlers {
		if h.Flow == nil {
			continue
		}
		always := false
		for _, o := range h.Flow.Outcomes {
			if o.Kind == fastapi.Returns && o.Status == status {
				if !fixedStatus(o.Raw) {
					return true
				}
				always = always || len(o.When) == 0
			}
		}
		if !always && slices.ContainsFunc(h.Flow.Outcomes, func(o fastapi.Outcome) bool { return o.Status == status }) {
			return true
		}
	}
	return false
}
