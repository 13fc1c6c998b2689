package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// MiddlewareRefusalDropped reports middleware whose answer, or the application's, is lost.
var MiddlewareRefusalDropped = &Analyzer{
	Code: "middleware-refusal-dropped", Family: MiddlewareOrder, Severity: Error,
	Run: runRefusalDropped,
}

func runRefusalDropped(pass *Pass) {
	seen := map[source.Location]bool{}
	for _, app := range pass.Project.Apps {
		for _, m := range app.Middleware {
			if m.Callable == nil || m.Callable.Function == nil || seen[m.Callable.At] {
				continue
			}
			seen[m.Callable.At] = true
			d := &dropped{pass: pass, m: m, path: m.Callable.Module, fn: m.Callable.Function}
			d.unreturned()
			if httpOnly(m) {
				d.unawaited()
				if d.reports == 0 { // what was reported may be why the end is reached
					d.falls()
				}
			} else if m.Kind == fastapi.PureASGI {
				d.eaten()
				d.answersTwice()
			}
		}
	}
}

// dropped looks at one middleware's function.
type dropped struct {
	pass *Pass
	m    *fastapi.Middleware
	path source.Path
	fn   *python.Function

	reports int
}

func (d *dropped) at(n interface{ Span() source.Span }) source.Location {
	return source.Location{Path: d.path, Span: n.Span()}
}

func (d *dropped) report(f Finding) {
	f.Subject, f.Certainty = d.m.Class+f.Subject, addedSometimes(d.m)
	f.Evidence = withPlaceOnce(f.Evidence, d.m.At, shortName(d.m.Class)+" is added here")
	d.reports++
	d.pass.Report(f)
}

// unreturned finds responses and exceptions that are made and dropped.
func (d *dropped) unreturned() {
	used := namesRead(d.fn)
	python.Inspect(d.fn, func(n any) bool {
		var call *python.Call
		var made python.Stmt
		switch st := n.(type) {
		case *python.Function:
			return st == d.fn
		case *python.ExprStmt:
			call, _ = st.X.(*python.Call)
			made = st
		case *python.Assign:
			if len(st.Targets) != 1 {
				return true
			}
			if name, ok := st.Targets[0].(*python.Name); ok && !used[name.ID] {
				call, _ = st.Value.(*python.Call)
				made = st
			}
		}
		if call == nil {
			return true
		}
		switch class := resolvedName(d.pass.Project, d.path, call.Func); {
		case isResponseClass(class):
			d.reportUnreturned(call, made, "response", "return", shortName(class))
		case isExceptionClass(class):
			d.reportUnreturned(call, made, "exception", "raise", shortName(class))
		}
		return true
	})
}

func (d *dropped) reportUnreturned(call *python.Call, st python.Stmt, what, verb, class string) {
	f := Finding{
		At: d.at(call), Subject: " " + what,
		Message: fmt.Sprintf("the %s is built and dropped: nothing %ss it", class, verb),
		Effect:  Effect{Certainty: Confirmed, Status: []int{200}, Text: "the request that was to be refused goes on as if it were allowed"},
		Check:   Check{Say: "Send a request that the middleware is to refuse: it is answered by the route"},
	}
	if !d.m.Flow.CallsNext {
		f.Effect = Effect{Certainty: Hypothesis, Text: "the answer is lost"}
	}
	f.Evidence = []Evidence{{At: d.at(st), Note: "the statement ends here, and the function goes on"}}
	switch {
	case what == "exception":
		f.Fixes = []Fix{{Title: "Return a JSONResponse with that status"}}
	case httpOnly(d.m):
		f.Fixes = []Fix{{Title: "Return it", Edits: map[source.Path][]source.Edit{d.path: {
			{Span: source.Span{Start: st.Span().Start, End: call.Span().Start}, NewText: "return "}}}}}
	default:
		f.Fixes = []Fix{{Title: "Await it with scope, receive and send, and return"}}
	}
	d.report(f)
}

// nextParameter is the name of the parameter that passes the request on; "" when there is none.
func (d *dropped) nextParameter() string {
	params := d.fn.Params
	if d.m.Kind == fastapi.BaseHTTP && len(params) == 3 {
		params = params[1:]
	}
	if len(params) != 2 {
		return ""
	}
	return params[1].Name
}

// unawaited finds call_next(request) that no await takes.
func (d *dropped) unawaited() {
	next := d.nextParameter()
	direct := func(e python.Expr) *python.Call {
		call, ok := e.(*python.Call)
		if !ok {
			return nil
		}
		if name, ok := call.Func.(*python.Name); ok && name.ID == next && next != "" {
			return call
		}
		return nil
	}
	awaited := map[string]bool{}
	python.Inspect(d.fn, func(n any) bool {
		if a, ok := n.(*python.Await); ok {
			python.Inspect(a.X, func(x any) bool {
				if name, ok := x.(*python.Name); ok {
					awaited[name.ID] = true
				}
				return true
			})
		}
		return true
	})
	python.Inspect(d.fn, func(n any) bool {
		var call *python.Call
		switch st := n.(type) {
		case *python.ExprStmt:
			call = direct(st.X)
			if call == nil {
				if a, ok := st.X.(*python.Await); ok && direct(a.X) != nil && !d.answersAfter(st) {
					d.reportNext(direct(a.X), "the answer of the application is dropped: the result of "+next+" is not returned", false)
				}
			}
		case *python.Return:
			call = direct(st.X)
		case *python.Assign:
			if name, ok := st.Targets[0].(*python.Name); ok && !awaited[name.ID] && len(st.Targets) == 1 {
				call = direct(st.Value)
			}
		}
		if call != nil {
			d.reportNext(call, next+" is called without await: its result is a coroutine and no response", true)
		}
		return true
	})
}

// answersAfter says whether a response is returned further down: it is served in
// place of the application's answer, as a profiler's page is.
func (d *dropped) answersAfter(st python.Stmt) (found bool) {
	for _, r := range ownReturns(d.fn) {
		none, ok := r.X.(*python.Constant)
		found = found || r.X != nil && !(ok && none.Kind == python.None) && r.Span().Start > st.Span().End
	}
	return found
}

func (d *dropped) reportNext(call *python.Call, message string, await bool) {
	f := Finding{
		At: d.at(call), Subject: " next", Message: message,
		Effect:   Effect{Certainty: Confirmed, Status: []int{500}, Text: "every request that the middleware lets through ends as 500"},
		Evidence: []Evidence{{At: d.at(d.fn.ParamsAt), Note: "must return a response"}},
		Check:    Check{Say: "Call any route with good credentials: it answers 500"},
	}
	if await && d.fn.Async {
		f.Fixes = []Fix{{Title: "Await it", Edits: map[source.Path][]source.Edit{d.path: {{Span: source.Span{Start: call.Span().Start, End: call.Span().Start}, NewText: "await "}}}}}
	} else if !await {
		f.Fixes = []Fix{{Title: "Return it", Edits: map[source.Path][]source.Edit{d.path: {{Span: source.Span{Start: call.Span().Start - len("await "), End: call.Span().Start}, NewText: "return await "}}}}}
	}
	d.report(f)
}

// falls finds a function that answers on some of its ways and falls off its end on another.
func (d *dropped) falls() {
	if d.m.Flow == nil || !d.m.Flow.CallsNext || alwaysEnds(d.fn.Body()) {
		return
	}
	var last *python.Return
	bare := false
	python.Inspect(d.fn, func(n any) bool {
		switch st := n.(type) {
		case *python.Function:
			return st == d.fn
		case *python.Return:
			if st.X != nil {
				last = st
			}
		case *python.ExprStmt:
			if a, ok := st.X.(*python.Await); ok {
				if c, ok := a.X.(*python.Call); ok {
					if name, ok := c.Func.(*python.Name); ok && name.ID == d.nextParameter() {
						bare = true // unawaited reports it
					}
				}
			}
		}
		return true
	})
	if bare {
		return
	}
	f := Finding{
		Subject:  " end",
		Message:  fmt.Sprintf("%s returns no response when it reaches its end", shortName(d.m.Class)),
		Effect:   Effect{Certainty: Confirmed, Status: []int{500}, Text: "a request on that way ends as 500: TypeError, 'NoneType' object is not callable"},
		Evidence: []Evidence{{At: d.at(d.fn.ParamsAt), Note: "must return a response on every way"}},
		Check:    Check{Say: "Call a route with good credentials: it answers 500"},
		Fixes:    []Fix{{Title: "Return the response on every way"}},
	}
	if last != nil {
		f.At = d.at(last)
		f.Message = fmt.Sprintf("%s returns a response here only; it reaches its end on other ways and returns None", shortName(d.m.Class))
		if fix := dedent(d.pass.Project, d.path, d.fn, last); fix != nil {
			f.Fixes = []Fix{{Title: "Return it on every way", Edits: fix}}
		}
	} else if len(d.m.Flow.Next) > 0 {
		f.At = d.m.Flow.Next[0].At
	}
	d.report(f)
}
