package analyzers

import (
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// ceiling turns a confirmed finding into a hypothesis where the model has a gap
// in a part that its rule requires, and shows those gaps with it. Gaps of
// applications that the finding is not about do not count.
func (s *scope) ceiling(f Finding, requires fastapi.Part) Finding {
	if requires == 0 {
		return f
	}
	f.Gaps = slices.Clone(f.Gaps)
	open := false
	for _, gap := range s.gaps(f) {
		if gap.Parts&requires == 0 {
			continue
		}
		open = true
		if !slices.ContainsFunc(f.Gaps, func(g fastapi.Gap) bool { return g.At == gap.At && g.Reason == gap.Reason }) {
			f.Gaps = append(f.Gaps, gap)
		}
	}
	if open {
		f.Certainty = Hypothesis
	}
	return f
}

// gaps returns what is open about the applications that a finding is about: the
// project's gaps, except those in files in which only other applications take
// part; the applications' own; and those of single operations, which count for
// all findings that name no operation and for those that name this one.
func (s *scope) gaps(f Finding) (gaps []fastapi.Gap) {
	apps := s.concerned(f)
	for _, gap := range s.project.Gaps {
		if s.belongs(gap.At, apps) {
			gaps = append(gaps, gap)
		}
	}
	for _, app := range apps {
		gaps = append(gaps, app.Gaps...)
		for _, m := range app.Middleware {
			if m.Gap != nil {
				gaps = append(gaps, *m.Gap)
			}
			if m.Flow != nil {
				gaps = append(gaps, m.Flow.Gaps...)
			}
		}
		for _, o := range app.Operations {
			if len(f.Operations) == 0 || slices.Contains(f.Operations, o.ID()) {
				gaps = append(gaps, o.Gaps...)
				gaps = appendDependencyGaps(gaps, o.Dependencies)
			}
		}
	}
	return gaps
}

func appendDependencyGaps(gaps []fastapi.Gap, list []*fastapi.Dependency) []fastapi.Gap {
	for _, d := range list {
		if d.Gap != nil {
			gaps = append(gaps, *d.Gap)
		}
		if d.Scheme != nil && d.Scheme.Gap != nil {
			gaps = append(gaps, *d.Scheme.Gap)
		}
		gaps = appendDependencyGaps(gaps, d.Dependencies)
	}
	return gaps
}

// belongs reports whether a gap of the project may matter to these applications.
func (s *scope) belongs(at source.Location, apps []*fastapi.App) bool {
	taken := false
	for app, f := range s.files {
		if !f[at.Path] {
			continue
		}
		if slices.Contains(apps, app) {
			return true
		}
		taken = true
	}
	return !taken
}
