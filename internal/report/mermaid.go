package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"bearings/internal/fastapi"
)

// mermaidLimit is the number of path operations of an application from which on
// those with the same router and the same guards share one node.
const mermaidLimit = 40

// Mermaid writes the way of requests as a Mermaid flowchart: the middleware
// stack, the path operations and, behind each, the chain of its dependencies.
func Mermaid(w io.Writer, project *fastapi.Project) error {
	r := NewRedactor(project)
	m := &mermaid{ids: map[string]string{}, edges: map[string]bool{}, redactor: r}
	m.line("flowchart LR")
	for i, app := range project.Apps {
		m.app(app, fmt.Sprintf("app%d", i))
	}
	m.line("  classDef open stroke-dasharray: 4 3")
	m.line("  classDef scheme stroke-width: 3px")
	return emit(w, r, m.out.String())
}

type mermaid struct {
	out      strings.Builder
	ids      map[string]string // node by what it stands for
	edges    map[string]bool
	redactor *Redactor
}

func (m *mermaid) line(format string, args ...any) { fmt.Fprintf(&m.out, format+"\n", args...) }

// node returns the identifier of a thing, writing its node when it is new.
func (m *mermaid) node(key, label, open, closing, class string) string {
	if id, ok := m.ids[key]; ok {
		return id
	}
	id := fmt.Sprintf("n%d", len(m.ids))
	m.ids[key] = id
	if class != "" {
		class = ":::" + class
	}
	m.line("  %s%s\"%s\"%s%s", id, open, m.label(label), closing, class)
	return id
}

// label escapes a text for a quoted Mermaid label by its entity codes.
func (m *mermaid) label(s string) string {
	s = m.redactor.Text(clean(s))
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "`", "#96;", "\\", "#92;").Replace(s)
}

func (m *mermaid) edge(from, to, label string) {
	line := fmt.Sprintf("  %s --> %s", from, to)
	if label != "" {
		line = fmt.Sprintf("  %s -->|\"%s\"| %s", from, m.label(label), to)
	}
	if !m.edges[line] {
		m.edges[line] = true
		m.line("%s", line)
	}
}

func (m *mermaid) app(app *fastapi.App, key string) {
	m.line("  subgraph %s[\"%s\"]", key, m.label(app.Name))
	last := m.node(key, "requests", "([", "])", "")
	for i, mw := range app.Middleware {
		id := m.node(fmt.Sprintf("%s mw %d", key, i), mw.Class, "[[", "]]", "")
		m.edge(last, id, "")
		last = id
	}
	for _, group := range operationGroups(app) {
		m.group(key, last, group)
	}
	m.line("  end")
}

// operationGroups returns the operations one by one, or, when there are many,
// those together that have the same router and the same guards.
func operationGroups(app *fastapi.App) [][]*fastapi.Operation {
	var order []string
	groups := map[string][]*fastapi.Operation{}
	for i, o := range app.Operations {
		key := fmt.Sprint(i)
		if len(app.Operations) > mermaidLimit && o.Kind == fastapi.HTTP {
			key = guards(o) + fmt.Sprint(o.Protected)
			for _, include := range o.Includes {
				key += "|" + include.Prefix + include.Router
			}
		}
		if !slices.Contains(order, key) {
			order = append(order, key)
		}
		groups[key] = append(groups[key], o)
	}
	out := make([][]*fastapi.Operation, 0, len(order))
	for _, key := range order {
		out = append(out, groups[key])
	}
	return out
}

func (m *mermaid) group(app, from string, group []*fastapi.Operation) {
	o := group[0]
	label, class := o.ID(), ""
	if len(group) > 1 {
		label = fmt.Sprintf("%s and %d more", o.ID(), len(group)-1)
	}
	if !o.Protected && o.Kind != fastapi.MountKind {
		class, label = "open", label+" (open)"
	}
	id := m.node(fmt.Sprintf("%s op %p", app, o), label, "[", "]", class)
	m.edge(from, id, "")
	m.dependencies(id, o.Dependencies)
}

func (m *mermaid) dependencies(from string, list []*fastapi.Dependency) {
	for _, d := range list {
		if d.Scheme != nil {
			m.edge(from, m.node(fmt.Sprintf("scheme %p", d.Scheme), d.Scheme.Name, "{{", "}}", "scheme"), strings.Join(d.Scopes, " "))
			continue
		}
		name := callableName(d.Callable)
		key := "dep " + name
		if d.Callable != nil {
			key = fmt.Sprintf("dep %s %v", d.Callable.Name, d.Callable.At)
		}
		id := m.node(key, name, "(", ")", "")
		m.edge(from, id, strings.Join(d.Scopes, " "))
		m.dependencies(id, d.Dependencies)
	}
}
