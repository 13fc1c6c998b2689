package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// StatusFlattened reports handlers and returns that change or hide the status of a refusal.
var StatusFlattened = &Analyzer{
	Code: "status-flattened", Family: Status, Severity: Error,
	Run: runStatusFlattened,
}

func runStatusFlattened(pass *Pass) {
	for _, app := range pass.Project.Apps {
		for _, h := range app.Handlers {
			if h.Flow != nil && handlesRefusals(app, h) {
				flattens(pass, app, h)
			}
		}
	}
	reportTuples(pass)
}

// handlesRefusals reports whether an exception handler answers what guards raise.
func handlesRefusals(app *fastapi.App, h *fastapi.ExceptionHandler) bool {
	if isExceptionClass(h.Canonical) || h.Status == 401 || h.Status == 403 {
		return true
	}
	raised := false
	for _, o := range app.Operations {
		eachCallable(o, func(c *fastapi.Callable) {
			if c.Flow == nil || c == o.Handler {
				return
			}
			for _, out := range c.Flow.Outcomes {
				raised = raised || out.Kind == fastapi.Raises && !out.Caught && out.Exception == h.Canonical && (!out.HTTP || out.Status == 401 || out.Status == 403)
			}
		})
	}
	return raised
}

// flattens looks at what a handler answers.
func flattens(pass *Pass, app *fastapi.App, h *fastapi.ExceptionHandler) {
	var fixed, following []*fastapi.Outcome
	for i := range h.Flow.Outcomes {
		o := &h.Flow.Outcomes[i]
		inst, ok := o.Raw.(*interpret.Instance)
		if o.Kind != fastapi.Returns || !ok {
			continue
		}
		switch inst.Attrs["status_code"].(type) {
		case *interpret.Num, *interpret.External, *interpret.None, nil:
			fixed = append(fixed, o)
		default:
			following = append(following, o)
		}
	}
	for _, o := range fixed {
		class := libraryName(o.Raw.(*interpret.Instance).Class)
		page := shortName(class) != "JSONResponse" && shortName(class) != "ORJSONResponse" && shortName(class) != "UJSONResponse"
		switch {
		case o.Status >= 200 && o.Status < 300 && !page:
			reportFlattened(pass, h, o)
		case o.Status >= 400 && len(following) == 0 && len(fixed) == 1 && isExceptionClass(h.Canonical) && len(o.When) == 0:
			reportFlattened(pass, h, o)
		}
	}
	if isExceptionClass(h.Canonical) && len(fixed) == 0 && len(following) == 1 && !mentions(h.Callable, "headers") && challenges(app) {
		reportLostHeaders(pass, h, following[0])
	}
}

func reportFlattened(pass *Pass, h *fastapi.ExceptionHandler, o *fastapi.Outcome) {
	what := "every " + h.For
	if !isExceptionClass(h.Canonical) && h.Status == 0 {
		what = "every " + shortName(h.For)
	}
	if h.Status != 0 {
		what = fmt.Sprintf("every %d", h.Status)
	}
	f := Finding{
		At: o.At, Certainty: Confirmed, Subject: shortName(h.Callable.Name),
		Message: fmt.Sprintf("the handler answers %s with the status %d", what, o.Status),
		Effect:  Effect{Certainty: Confirmed, Status: []int{o.Status}, Text: fmt.Sprintf("clients see %d where a refusal was raised, and take it for something else", o.Status)},
		Check:   Check{Say: "Call a protected route without credentials, and look at the status line", Run: "curl -i http://127.0.0.1:8000/"},
		Fixes:   []Fix{{Title: "Pass status_code=exc.status_code and headers=exc.headers"}},
	}
	if o.Status < 300 {
		f.Effect.Text += ": monitoring, caches and token refresh do not notice a refusal"
	}
	inst := o.Raw.(*interpret.Instance)
	if status := inst.Attrs["status_code"]; status == nil || isNoneValue(status) {
		f.Message = fmt.Sprintf("the handler answers %s without a status, and so with %d", what, o.Status)
		if fix := followStatus(pass.Project, h, inst); fix != nil {
			f.Fixes = []Fix{{Title: "Pass the status and the headers of the exception", Edits: fix}}
		}
	}
	f.Evidence = withPlaceOnce(f.Evidence, h.At, "replaces the default handler of "+h.For)
	pass.Report(f)
}

// followStatus adds the exception's status and headers to the response's arguments.
func followStatus(p *fastapi.Project, h *fastapi.ExceptionHandler, inst *interpret.Instance) map[source.Path][]source.Edit {
	fn := h.Callable.Function
	if fn == nil || len(fn.Params) != 2 || !isExceptionClass(h.Canonical) {
		return nil
	}
	call := callAt(p, inst.At)
	if call == nil || len(call.Args) == 0 || openArguments(call) || callArgument(call, 1, "status_code") != nil {
		return nil
	}
	exc := fn.Params[1].Name
	end := call.Args[len(call.Args)-1].Span().End
	text := ", status_code=" + exc + ".status_code"
	if callArgument(call, 2, "headers") == nil {
		text += ", headers=" + exc + ".headers"
	}
	return map[source.Path][]source.Edit{inst.At.Path: {{Span: source.Span{Start: end, End: end}, NewText: text}}}
}

func reportLostHeaders(pass *Pass, h *fastapi.ExceptionHandler, o *fastapi.Outcome) {
	f := Finding{
		At: o.At, Certainty: Confirmed, Severity: Information, Subject: shortName(h.Callable.Name) + " headers",
		Message: fmt.Sprintf("the handler for %s answers without the headers of the exception", h.For),
		Effect:  Effect{Certainty: Confirmed, Status: []int{401}, Text: "a 401 reaches the client without WWW-Authenticate: a browser shows no login for Basic, and strict clients do not log in again"},
		Check:   Check{Say: "Call a protected route without credentials, and look for WWW-Authenticate", Run: "curl -i http://127.0.0.1:8000/"},
		Fixes:   []Fix{{Title: "Pass headers=exc.headers"}},
	}
	f.Evidence = withPlaceOnce(f.Evidence, h.At, "replaces the default handler, which passes them on")
	if inst, ok := o.Raw.(*interpret.Instance); ok {
		call, fn := callAt(pass.Project, inst.At), h.Callable.Function
		if call != nil && len(call.Args) > 0 && !openArguments(call) && fn != nil && len(fn.Params) == 2 {
			end := call.Args[len(call.Args)-1].Span().End
			f.Fixes = []Fix{{Title: "Pass the headers of the exception", Safe: true, Edits: map[source.Path][]source.Edit{
				inst.At.Path: {{Span: source.Span{Start: end, End: end}, NewText: ", headers=" + fn.Params[1].Name + ".headers"}}}}}
		}
	}
	pass.Report(f)
}
