package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// functionOf is the bare name of the function in which a token call stands.
func functionOf(t *fastapi.TokenCall) string {
	name := t.Function[strings.LastIndexByte(t.Function, ':')+1:]
	if name == "" {
		return "the module"
	}
	return name
}

// issuerOf names the function that a program calls to make this token.
func issuerOf(t *fastapi.TokenCall, m *fastapi.Made) string {
	for _, hop := range slices.Backward(m.Chain) {
		if name, ok := strings.CutPrefix(hop.Note, "calls "); ok && !strings.Contains(name, ".") && !strings.HasPrefix(name, "_") {
			return name
		}
	}
	return functionOf(t)
}

// withPlace appends a place, unless it is nowhere or already there.
func withPlace(list []Evidence, at source.Location, note string) []Evidence {
	if at.IsZero() || note == "" || slices.ContainsFunc(list, func(e Evidence) bool { return e.At == at }) {
		return list
	}
	return append(list, Evidence{At: at, Note: note})
}

// sourceAt returns the source at a place; "" when there is none.
func sourceAt(p *fastapi.Project, at source.Location) string {
	file, err := p.Tree.File(at.Path)
	if err != nil || !within(p, at) {
		return ""
	}
	return file.Slice(at.Span)
}

// withKeyword widens an argument's place to the keyword before it, "algorithms=…".
func withKeyword(p *fastapi.Project, at source.Location, name string) source.Location {
	file, err := p.Tree.File(at.Path)
	if err != nil || !within(p, at) {
		return at
	}
	before := string(file.Text[:at.Span.Start])
	trimmed := strings.TrimRight(before, " \t")
	if rest, ok := strings.CutSuffix(trimmed, "="); ok {
		if rest = strings.TrimRight(rest, " \t"); strings.HasSuffix(rest, name) {
			at.Span.Start = len(rest) - len(name)
		}
	}
	return at
}

// servedBy lists the operations whose way reaches any of the calls.
func servedBy(calls ...*fastapi.TokenCall) (ids []string) {
	for _, t := range calls {
		for _, o := range t.Operations {
			if id := o.ID(); !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// refusalStatus is what a request with a refused token is answered: the statuses
// raised where the verification's error is caught, 500 where nothing catches it.
func refusalStatus(t *fastapi.TokenCall) (statuses []int) {
	if t.CaughtBy.IsZero() {
		if len(t.Operations) == 0 {
			return nil
		}
		return []int{500}
	}
	add := func(f *fastapi.Flow) {
		if f == nil {
			return
		}
		for _, o := range f.Outcomes {
			if o.Handling == t.CaughtBy && o.Status != 0 && !slices.Contains(statuses, o.Status) {
				statuses = append(statuses, o.Status)
			}
		}
	}
	var walk func(list []*fastapi.Dependency, depth int)
	walk = func(list []*fastapi.Dependency, depth int) {
		for _, d := range list {
			if d.Callable != nil {
				add(d.Callable.Flow)
			}
			if depth < 20 {
				walk(d.Dependencies, depth+1)
			}
		}
	}
	for _, o := range t.Operations {
		walk(o.Dependencies, 0)
		if o.Handler != nil {
			add(o.Handler.Flow)
		}
		for _, m := range o.App.Layers() {
			add(m.Flow)
		}
	}
	slices.Sort(statuses)
	return statuses
}

// refused is the effect of a verification that refuses every token of a signing.
func refused(t *fastapi.TokenCall, certainty Certainty, because string) Effect {
	e := Effect{Certainty: certainty, Status: refusalStatus(t)}
	switch {
	case len(e.Status) == 0:
		e.Certainty = Hypothesis
		e.Text = "a freshly issued token is refused: " + because
	case e.Status[0] == 500:
		e.Text = "a request with a freshly issued token ends as 500: " + because + ", and nothing catches it"
	default:
		e.Text = fmt.Sprintf("a request with a freshly issued token gets %d: %s", e.Status[0], because)
	}
	return e
}

// inWords lists names as people read them: a, b and c.
func inWords(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// inRequests says whether a token call is part of an application: on the way of
// one of its operations.
func inRequests(t *fastapi.TokenCall) bool { return len(t.Operations) > 0 }
