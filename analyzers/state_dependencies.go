package analyzers

import (
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// writtenInDependencies notes the containers that the dependencies of some
// operations write, where those of others only look into them: a list of revoked
// tokens. What every reader fills by itself is a cache.
func writtenInDependencies(s *stateSearch) {
	known := map[*python.Function]*stateSearch{}
	var writers []*stateSearch
	readOnly := map[source.Location]bool{}
	for _, app := range s.p.Apps {
		for _, o := range app.Operations {
			var used []*stateSearch
			eachDependency(o, func(d *fastapi.Dependency) {
				if d.Callable == nil || d.Callable.Function == nil {
					return
				}
				found := known[d.Callable.Function]
				if found == nil {
					found = s.both(d.Callable)
					known[d.Callable.Function] = found
					writers = append(writers, found)
				}
				used = append(used, found)
			})
			written := map[source.Location]bool{}
			for _, u := range used {
				for at := range u.writes {
					written[at] = true
				}
			}
			for _, u := range used {
				for at := range u.reads {
					readOnly[at] = readOnly[at] || !written[at]
				}
			}
		}
	}
	for _, w := range writers {
		for _, at := range w.order {
			if use, ok := w.writes[at]; ok && readOnly[at] && s.writes[at].at.IsZero() {
				s.writes[at] = use
			}
		}
	}
}

// both looks at one callable for what it reads and for what it writes.
func (s *stateSearch) both(c *fastapi.Callable) *stateSearch {
	alone := &stateSearch{p: s.p, writes: map[source.Location]stateUse{}, reads: map[source.Location]stateUse{}}
	alone.seen[0], alone.seen[1] = map[*python.Function]bool{}, map[*python.Function]bool{}
	alone.callable(c, 0)
	alone.callable(c, 1)
	return alone
}
