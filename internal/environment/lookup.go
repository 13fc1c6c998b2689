package environment

import (
	"slices"
	"strconv"

	"bearings/internal/source"
)

// Lookup returns the assignment of a variable that wins and those that it
// shadows, in the order in which they would win. ok is false when no file of
// the tree gives the variable a value; Outside may still.
func (e *Environment) Lookup(name string) (winner Assignment, shadowed []Assignment, ok bool) {
	list := e.Variables[name]
	if len(list) == 0 {
		return Assignment{}, nil, false
	}
	return list[0], list[1:], true
}

// Names returns the names of all variables, sorted.
func (e *Environment) Names() []string {
	names := make([]string, 0, len(e.Variables))
	for name := range e.Variables {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// BuildArg returns the build argument of a name. It is not in the environment
// of the running process unless Lookup finds it too.
func (e *Environment) BuildArg(name string) (Assignment, bool) {
	for _, a := range e.BuildArgs {
		if a.Name == name {
			return a, true
		}
	}
	return Assignment{}, false
}

// Altered returns, sorted by place, every winning assignment whose text this
// reader changed in a way that another reader would not.
func (e *Environment) Altered() []Assignment {
	var out []Assignment
	for _, name := range e.Names() {
		if a := e.Variables[name][0]; a.Altered != "" {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b Assignment) int {
		switch {
		case a.At.Before(b.At):
			return -1
		case b.At.Before(a.At):
			return 1
		}
		return 0
	})
	return out
}

// Processes returns how many processes of command c run at once over all
// replicas, as far as the files say: its own workers, WEB_CONCURRENCY, which
// uvicorn 0.x, hypercorn's wrappers and gunicorn 20+ read, and the replicas.
// Each reason is the place of a number greater than one, or not a literal.
// n is 1 when nothing says more, and -1 when a number is not a literal.
func (e *Environment) Processes(c Command) (n int, reasons []source.Location) {
	workers, at := c.Workers, c.WorkersAt
	if workers == 0 && (c.Server == "uvicorn" || c.Server == "gunicorn" || c.Server == "fastapi") {
		if a, _, ok := e.Lookup("WEB_CONCURRENCY"); ok {
			at, workers = a.At, -1
			if v, err := strconv.Atoi(a.Value.Expose()); a.Known && err == nil {
				workers = v
			}
		}
	}
	n = 1
	for _, c := range []Count{{workers, at}, e.Replicas} {
		switch {
		case c.N < 0:
			n = -1
			reasons = append(reasons, c.At)
		case c.N > 1:
			if n > 0 {
				n *= c.N
			}
			reasons = append(reasons, c.At)
		}
	}
	return n, reasons
}

// maxShadowed bounds how many shadowed assignments of one variable are kept.
const maxShadowed = 16

// set puts a in front of what else gives its variable a value.
func (e *Environment) set(a Assignment) {
	if e.Variables == nil {
		e.Variables = map[string][]Assignment{}
	}
	list := e.Variables[a.Name]
	if len(list) > maxShadowed {
		list = list[:maxShadowed]
	}
	e.Variables[a.Name] = append([]Assignment{a}, list...)
}

// underlay puts a behind what else gives its variable a value.
func (e *Environment) underlay(a Assignment) {
	if e.Variables == nil {
		e.Variables = map[string][]Assignment{}
	}
	e.Variables[a.Name] = append(e.Variables[a.Name], a)
}

// gap notes what could not be resolved, once.
func (e *Environment) gap(at source.Location, reason string) {
	g := Gap{At: at, Reason: reason}
	if !slices.Contains(e.Gaps, g) {
		e.Gaps = append(e.Gaps, g)
	}
}
