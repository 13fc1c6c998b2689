package analyzers

import (
	"path"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// ceiling turns a confirmed finding into a hypothesis where the model has a gap
// in a part that its rule requires, and shows those gaps with it. Gaps of
// applications that the finding is not about do not count.
func (s *scope) ceiling(f Finding, requires fastapi.Part) Finding {
	if gap := s.unread(f.At); gap != nil {
		f.Certainty, f.Gaps = Hypothesis, append(slices.Clone(f.Gaps), *gap)
	}
	if requires == 0 {
		return f
	}
	f.Gaps = slices.Clone(f.Gaps)
	for _, gap := range s.gaps(f, requires) {
		f.Certainty = Hypothesis
		if !slices.ContainsFunc(f.Gaps, func(g fastapi.Gap) bool { return sameGap(g, gap) }) {
			f.Gaps = append(f.Gaps, gap)
		}
	}
	return f
}

// unread is a gap where the definition around a place holds something that is no
// Python: what stands beside it may be read wrongly, and Python refuses the file.
func (s *scope) unread(at source.Location) *fastapi.Gap {
	if s.project.Program == nil || path.Ext(string(at.Path)) != ".py" {
		return nil
	}
	module := s.project.Program.Module(at.Path)
	if module == nil {
		return nil
	}
	around := at.Span
	for _, statement := range module.Body {
		if statement.Span().Covers(at.Span) {
			around = statement.Span()
		}
	}
	for _, r := range module.BrokenIn(around) {
		return &fastapi.Gap{At: source.Location{Path: at.Path, Span: r.Span()}, Reason: "this is no Python that could be read"}
	}
	return nil
}

func sameGap(a, b fastapi.Gap) bool { return a.At == b.At && a.Reason == b.Reason }

// gaps returns what is open in these parts about the applications that a finding
// is about: the project's gaps, except those in files in which only other
// applications take part, and the applications' own. Of an operation that a
// finding does not name, although it names others, only what leaves its route open
// counts: a path that is not known may be any path, but the dependencies of one
// operation say nothing about another.
func (s *scope) gaps(f Finding, parts fastapi.Part) (gaps []fastapi.Gap) {
	apps := s.concerned(f)
	add := func(parts fastapi.Part, list ...fastapi.Gap) {
		for _, gap := range list {
			if gap.Parts&parts != 0 {
				gaps = append(gaps, gap)
			}
		}
	}
	for _, gap := range s.project.Gaps {
		if s.belongs(gap.At, apps) {
			add(parts, gap)
		}
	}
	for _, app := range apps {
		var named, others []fastapi.Gap
		for _, o := range app.Operations {
			if len(f.Operations) == 0 || slices.Contains(f.Operations, o.ID()) {
				named = appendDependencyGaps(append(named, o.Gaps...), o.Dependencies)
			} else {
				others = append(others, o.Gaps...)
			}
		}
		add(parts, named...)
		add(parts&fastapi.Routes, others...)
		// An application lists its operations' gaps among its own.
		for _, gap := range app.Gaps {
			if !slices.ContainsFunc(others, func(g fastapi.Gap) bool { return sameGap(g, gap) }) {
				add(parts, gap)
			}
		}
		for _, m := range app.Middleware {
			if m.Gap != nil {
				add(parts, *m.Gap)
			}
			if m.Flow != nil {
				add(parts, m.Flow.Gaps...)
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
