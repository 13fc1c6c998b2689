package analyzers

import (
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// scope answers which applications a finding is about. It is computed once for
// each run and then only read.
type scope struct {
	project *fastapi.Project
	files   map[*fastapi.App]files // those that take part, by writing or by import
	real    bool                   // an application that is neither test nor example exists
}

func newScope(p *fastapi.Project) *scope {
	s := &scope{project: p, files: map[*fastapi.App]files{}}
	direct := map[source.Path][]source.Path{}
	for _, app := range p.Apps {
		f := filesOf(app)
		closure(p, f, direct)
		s.files[app] = f
		s.real = s.real || app.Role == fastapi.Application || app.Role == ""
	}
	return s
}

// concerned returns the applications that a finding is about: those that serve
// the operations it names and take part in its file, or else those that take
// part in its file, or else all. Applications that mount one another count as
// one, because middleware and paths of one decide about the other.
func (s *scope) concerned(f Finding) []*fastapi.App {
	serving := s.pick(func(app *fastapi.App) bool {
		return slices.ContainsFunc(app.Operations, func(o *fastapi.Operation) bool {
			return slices.Contains(f.Operations, o.ID())
		})
	})
	touching := s.pick(func(app *fastapi.App) bool { return s.files[app][f.At.Path] })
	apps := slices.DeleteFunc(slices.Clone(serving), func(app *fastapi.App) bool { return !slices.Contains(touching, app) })
	for _, wider := range [][]*fastapi.App{serving, touching, s.project.Apps} {
		if len(apps) == 0 {
			apps = wider
		}
	}
	roots := map[*fastapi.App]bool{}
	for _, app := range apps {
		roots[root(app)] = true
	}
	return s.pick(func(app *fastapi.App) bool { return roots[root(app)] })
}

// about names the applications that a finding tells something about: those that
// are concerned, and of these only such as its places lie in, where there are any.
func (s *scope) about(f Finding) (names []string) {
	apps := s.concerned(f)
	in := slices.DeleteFunc(slices.Clone(apps), func(app *fastapi.App) bool {
		return !s.files[app][f.At.Path] && !slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return s.files[app][e.At.Path] })
	})
	if len(in) > 0 {
		apps = in
	}
	for _, app := range apps {
		names = append(names, appKey(app))
	}
	return names
}

func (s *scope) pick(keep func(*fastapi.App) bool) (apps []*fastapi.App) {
	for _, app := range s.project.Apps {
		if keep(app) {
			apps = append(apps, app)
		}
	}
	return apps
}

func root(app *fastapi.App) *fastapi.App {
	for hops := 0; app.Parent != nil && hops < 100; hops++ {
		app = app.Parent
	}
	return app
}

// shows reports whether a finding is to be seen: findings in tests and examples
// are not, unless they are asked for. A rule of the Testing family is about tests,
// and an upgrade of a library shows in them first.
func (s *scope) shows(f Finding, options Options) bool {
	role := s.role(f.At.Path)
	switch {
	case role == fastapi.TestApp:
		return options.Tests || f.Family == Testing || f.Family == VersionUpgrade
	case role == fastapi.ExampleApp:
		return options.Examples
	}
	return true
}

// role says what a file is for. A file that takes part in a real application is
// never a test or an example; one that takes part in others only is what they
// are; any other is judged by its folder, where a real application stands beside it.
func (s *scope) role(path source.Path) fastapi.AppRole {
	role := fastapi.AppRole("")
	for _, app := range s.project.Apps {
		if !s.files[app][path] {
			continue
		}
		if app.Role == fastapi.Application || app.Role == "" {
			return fastapi.Application
		}
		if role != fastapi.TestApp {
			role = app.Role
		}
	}
	switch {
	case role == fastapi.TestApp || role == fastapi.ExampleApp && s.real:
		return role
	case isTestFile(path):
		return fastapi.TestApp
	case s.real && inFolder(path, "docs", "doc", "docs_src", "examples", "example", "samples"):
		return fastapi.ExampleApp
	}
	return fastapi.Application
}

func isTestFile(path source.Path) bool {
	base := path.Base()
	return inFolder(path, "tests", "test", "testing", "e2e", "__tests__") || base == "conftest.py" ||
		strings.HasSuffix(base, ".py") && (strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test.py"))
}

func inFolder(path source.Path, names ...string) bool {
	for folder := range strings.SplitSeq(string(path.Dir()), "/") {
		if slices.Contains(names, folder) {
			return true
		}
	}
	return false
}
