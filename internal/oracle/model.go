package oracle

import (
	"fmt"
	"slices"
	"strconv"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// modeled turns the model of one project into the plain form.
type modeled struct {
	project *fastapi.Project
	lines   map[source.Path]*source.File
}

// Model brings the project's applications into the plain form. Paths of a
// mounted application carry its mount path, as those of the truth do.
func Model(project *fastapi.Project) []App {
	m := &modeled{project: project, lines: map[source.Path]*source.File{}}
	apps := make([]App, 0, len(project.Apps))
	for _, app := range project.Apps {
		apps = append(apps, m.app(app))
	}
	return apps
}

func (m *modeled) app(app *fastapi.App) App {
	out := App{Name: app.Name, At: m.place(app.At), Mount: mountOf(app)}
	gaps := slices.Concat(app.Gaps, m.project.Gaps)
	out.Gaps, out.Open = m.gaps(gaps), opened(gaps)
	for _, o := range app.Operations {
		out.Operations = append(out.Operations, m.operation(o, out.Mount))
	}
	for _, w := range app.Middleware {
		out.Middleware = append(out.Middleware, Middleware{Class: className(w), At: m.place(w.At),
			Conditional: len(w.Conditions) > 0, Open: w.Gap != nil})
	}
	for _, h := range app.Handlers {
		out.Handlers = append(out.Handlers, m.handler(h))
	}
	return out
}

// mountOf returns the full path at which an application is mounted.
func mountOf(app *fastapi.App) string {
	path := ""
	for depth := 0; app != nil && depth < 32; app, depth = app.Parent, depth+1 {
		path = app.MountPath + path
	}
	return path
}

func (m *modeled) operation(o *fastapi.Operation, mount string) Operation {
	out := Operation{Kind: string(o.Kind), Methods: slices.Clone(o.Methods), Path: o.Path,
		Conditional: len(o.Conditions) > 0, Gaps: m.gaps(o.Gaps), Open: opened(o.Gaps)}
	if o.Host != "" {
		out.Kind = "host"
	}
	if mount != "" {
		out.Path = mount + o.Path
	}
	if o.Kind == fastapi.MountKind {
		return out
	}
	out.Handler = m.callable(o.Handler)
	out.Tree = m.nodes(o.Dependencies)
	m.schemes(o.Dependencies, &out.Schemes)
	out.Schemes = sortedSet(out.Schemes)
	return out
}

func (m *modeled) nodes(list []*fastapi.Dependency) []Node {
	var out []Node
	for _, d := range list {
		n := Node{Callable: m.callable(d.Callable), Parameter: d.Parameter, NoCache: !d.UseCache, Open: d.Gap != nil, Deps: m.nodes(d.Dependencies)}
		if len(d.Scopes) > 0 {
			n.Scopes = d.Scopes
		}
		out = append(out, n)
	}
	return out
}

func (m *modeled) schemes(list []*fastapi.Dependency, out *[]string) {
	for _, d := range list {
		if s := d.Scheme; s != nil {
			class := s.Class
			if s.Subclass != "" {
				class = tail(s.Subclass)
			}
			*out = append(*out, fmt.Sprintf("%s %s@%s", s.Name, class, m.place(s.At)))
		}
		m.schemes(d.Dependencies, out)
	}
}

func (m *modeled) callable(c *fastapi.Callable) Callable {
	if c == nil {
		return Callable{Name: "?"}
	}
	return Callable{Name: tail(c.Name), At: m.place(c.At)}
}

func (m *modeled) handler(h *fastapi.ExceptionHandler) Handler {
	out := Handler{For: tail(h.For), At: m.callable(h.Callable)}
	switch {
	case h.Status != 0:
		out.For = strconv.Itoa(h.Status)
	case h.Canonical != "":
		out.For = exceptionName(h.Canonical)
	}
	return out
}

func className(w *fastapi.Middleware) string {
	if w.External && w.Canonical != "" {
		return w.Canonical
	}
	return tail(w.Class)
}

// place returns the line of a location's start.
func (m *modeled) place(at source.Location) Place {
	if at.IsZero() {
		return Place{}
	}
	file, ok := m.lines[at.Path]
	if !ok {
		file, _ = m.project.Tree.File(at.Path)
		m.lines[at.Path] = file
	}
	if file == nil {
		return Place{File: string(at.Path)}
	}
	return Place{File: string(at.Path), Line: file.LineNumber(at.Span.Start)}
}

func (m *modeled) gaps(gaps []fastapi.Gap) []string {
	out := make([]string, 0, len(gaps))
	for _, g := range gaps {
		out = append(out, fmt.Sprintf("%s %s", m.place(g.At), g.Reason))
	}
	return out
}

// opened unites the parts of gaps.
func opened(gaps []fastapi.Gap) Parts {
	var p fastapi.Part
	for _, g := range gaps {
		p |= g.Parts
	}
	return Parts{Routes: p&fastapi.Routes != 0, Dependencies: p&fastapi.Dependencies != 0, Middleware: p&fastapi.MiddlewareStack != 0,
		Schemes: p&fastapi.SchemesPart != 0, Handlers: p&fastapi.HandlersPart != 0}
}
