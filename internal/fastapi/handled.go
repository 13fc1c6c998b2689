package fastapi

import (
	"slices"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// missingClaim is a claim that is taken out of a payload by payload["name"], where
// nothing makes sure that it is there and nothing catches the KeyError.
type missingClaim struct {
	name string
	at   source.Location
}

// mayMiss reports whether payload["name"] may raise a KeyError that nobody catches:
// the claim was neither demanded nor looked at before, and no test names it.
func (t *tracer) mayMiss(f *interpret.Frame, call *TokenCall, name string) bool {
	if slices.ContainsFunc(call.Claims, func(c Claim) bool { return c.Name == name }) {
		return false
	}
	for _, c := range f.Conditions() {
		if mentionsPath(c.Value, name, 0) {
			return false
		}
	}
	return t.l.caught(f, &interpret.Instance{Class: &interpret.External{Path: "builtins.KeyError"}}).IsZero()
}

// handlers notes for every exception that dependencies and handlers of operations
// raise what the application's exception handler answers.
func (l *linker) handlers(p *Project) {
	for _, a := range p.Apps {
		if len(a.Handlers) == 0 {
			continue
		}
		w := &walker{p: p, app: a}
		seen := map[*Flow]bool{}
		mark := func(c *Callable) {
			if c == nil || c.Flow == nil || seen[c.Flow] {
				return
			}
			seen[c.Flow] = true
			for i := range c.Flow.Outcomes {
				o := &c.Flow.Outcomes[i]
				if o.Kind != Raises || o.Caught || o.HTTP && (o.Status == 401 || o.Status == 403) {
					continue
				}
				if h := w.handlerFor(o); h != nil {
					if status, ok := l.answered(h, o); ok {
						o.Handled = status
					}
				}
			}
		}
		for _, o := range a.Operations {
			mark(o.Handler)
			var walk func(d *Dependency, depth int)
			walk = func(d *Dependency, depth int) {
				mark(d.Callable)
				for i := 0; depth < 30 && i < len(d.Dependencies); i++ {
					walk(d.Dependencies[i], depth+1)
				}
			}
			for _, d := range o.Dependencies {
				walk(d, 0)
			}
		}
	}
}

// answered is the status with which an exception handler answers what is raised:
// the one that its responses are given, or, where they take it from an attribute of
// the exception, what that attribute holds. It is not known when there are several.
func (l *linker) answered(h *ExceptionHandler, o *Outcome) (status int, known bool) {
	if h.Flow == nil {
		return 0, false
	}
	for i := range h.Flow.Outcomes {
		r := &h.Flow.Outcomes[i]
		if r.Kind != Returns || r.HTTP {
			continue
		}
		answer := r.Status
		if attr := followedAttr(h, r); attr != "" {
			answer = l.raisedNumber(o, attr)
		}
		if answer == 0 || known && answer != status {
			return 0, false
		}
		status, known = answer, true
	}
	return status, known
}

// followedAttr names the attribute of its exception from which a handler's response
// takes the status: status_code in JSONResponse(status_code=exc.status_code); "" for none.
func followedAttr(h *ExceptionHandler, r *Outcome) string {
	inst, ok := r.Raw.(*interpret.Instance)
	fn := h.Callable.Function
	if !ok || inst.Site == nil || inst.Site.Call == nil || fn == nil {
		return ""
	}
	params := fn.Params
	if h.Callable.Kind != FunctionCallable && len(params) > 0 {
		params = params[1:]
	}
	if len(params) < 2 {
		return ""
	}
	for i, a := range inst.Site.Call.Args {
		if a.Name != "status_code" && !(a.Name == "" && a.Star == 0 && i == 1) {
			continue
		}
		if attr, ok := a.Value.(*python.Attribute); ok && nameIs(attr.Value, params[len(params)-1].Name) {
			return attr.Attr
		}
	}
	return ""
}

// raisedNumber is a number that an attribute of a raised exception holds; 0 when it is not known.
func (l *linker) raisedNumber(o *Outcome, attr string) int {
	if attr == "status_code" && o.Status != 0 {
		return o.Status
	}
	inst, ok := o.Raw.(*interpret.Instance)
	if !ok {
		return 0
	}
	class, ok := inst.Class.(*interpret.Class)
	if !ok {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	n, _ := l.number(l.machine.FrameOf(class).Attr(inst, attr, inst.At))
	return n
}
