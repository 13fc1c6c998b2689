package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	"sync"

	"bearings/internal/fastapi"
)

//go:embed map.html
var mapPage string

//go:embed map.css
var mapStyle string

//go:embed map.js
var mapScript string

// The types below are what the page shows; every text in them is redacted, and
// escaped by html/template.
type (
	pageView struct {
		Title, Version        string
		StyleHash, ScriptHash string
		Style                 template.CSS
		Script                template.JS
		Apps                  []appView
		Keys                  []keyView // those that sign, verify or are secret
		Settings              []keyView // the others
		Outside               []string
		Tokens                []rowView
		Gaps                  []rowView
	}
	appView struct {
		Name, Place, Note             string
		Guarded, Open                 int
		Middleware, Schemes, Handlers []rowView
		Operations                    []operationView
		Gaps                          []rowView
	}
	rowView       struct{ Name, Place, Note string }
	operationView struct {
		Method, Path, Name, Place, Guards, Search string
		Mark, Kind                                string // "●" and "guarded", "○" and "open", "→" and "mount"
		Chain                                     []chainView
		Includes                                  []rowView
	}
	chainView struct {
		Name, Place, Note string
		Below             []chainView
	}
	keyView struct {
		Name, Place, Note, Search string
		Rows                      []keyRowView
	}
	keyRowView struct {
		Environment, State, Place, Note string
		Odd                             bool
	}
)

// HTML writes the map as one page that needs nothing else: no file, no network.
// It is searched and filtered by keyboard and follows the reader's colour scheme.
func HTML(w io.Writer, project *fastapi.Project) error {
	p := newPlaces(project)
	view := pageView{Title: "Authentication map", Style: template.CSS(mapStyle), Script: template.JS(mapScript), StyleHash: hashOf(mapStyle), ScriptHash: hashOf(mapScript)}
	view.Version, _ = version(project)
	for _, app := range project.Apps {
		view.Apps = append(view.Apps, p.appView(app))
	}
	for _, k := range weighty(project.Keys) {
		if weight(k) > 0 {
			view.Keys = append(view.Keys, p.keyView(k))
		} else {
			view.Settings = append(view.Settings, p.keyView(k))
		}
	}
	view.Outside = outsiders(project.Keys)
	for _, t := range project.Tokens {
		view.Tokens = append(view.Tokens, rowView{string(t.Operation) + " in " + t.Function, p.short(t.At), tokenFacts(t)})
	}
	view.Gaps = p.gapViews(project.Gaps)
	r := NewRedactor(project)
	r.Struct(&view.Apps)
	r.Struct(&view.Keys)
	r.Struct(&view.Settings)
	r.Struct(&view.Tokens)
	r.Struct(&view.Gaps)
	page, err := template.New("map").Parse(mapPage)
	if err != nil {
		return fmt.Errorf("the page's template: %w", err)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, view); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// hashOf names a text for a content security policy.
func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (p *places) appView(app *fastapi.App) appView {
	out := appView{Name: app.Name, Place: p.short(app.At), Gaps: p.gapViews(app.Gaps)}
	if app.Parent != nil {
		out.Note = "mounted at " + app.MountPath + " of " + app.Parent.Name
	}
	for _, m := range app.Middleware {
		note := ""
		if s := middlewareAnswers(m); s != "" {
			note = "can answer " + s
		}
		out.Middleware = append(out.Middleware, rowView{m.Class, p.short(m.At), note})
	}
	for _, s := range app.Schemes {
		out.Schemes = append(out.Schemes, rowView{s.Name, p.short(s.At), schemeFacts(s)})
	}
	for _, h := range app.Handlers {
		name := ""
		if h.Callable != nil {
			name = h.Callable.Name
		}
		out.Handlers = append(out.Handlers, rowView{h.For, p.short(h.At), name})
	}
	for _, o := range app.Operations {
		out.Operations = append(out.Operations, p.operationView(o))
	}
	out.Guarded, out.Open = guardedAndOpen(app)
	return out
}

func (p *places) operationView(o *fastapi.Operation) operationView {
	method, path, _ := strings.Cut(o.ID(), " ")
	if len(o.Methods) > 1 {
		method = strings.Join(o.Methods, " ")
	}
	out := operationView{Method: method, Path: path, Place: p.short(o.Registered), Guards: shortNames(guards(o)), Chain: p.chain(o.Dependencies)}
	switch {
	case o.Kind == fastapi.MountKind:
		out.Mark, out.Kind = mountMark, "mount"
	case o.Protected:
		out.Mark, out.Kind = guardedMark, "guarded"
	default:
		out.Mark, out.Kind, out.Guards = openMark, "open", "open"
	}
	if o.Handler != nil {
		out.Name = o.Handler.Name
	}
	if o.Mounted != nil {
		out.Guards = "mounts " + o.Mounted.Name
	}
	for _, include := range o.Includes {
		out.Includes = append(out.Includes, rowView{include.Prefix, p.short(include.At), include.Router})
	}
	out.Search = strings.ToLower(strings.Join([]string{method, path, out.Name, out.Place, out.Guards}, " "))
	return out
}

func (p *places) chain(list []*fastapi.Dependency) []chainView {
	var out []chainView
	for _, d := range list {
		view := chainView{Name: callableName(d.Callable), Note: dependencyFacts(d), Below: p.chain(d.Dependencies)}
		if d.Callable != nil {
			view.Place = p.short(d.Callable.At)
		}
		if view.Place == "" {
			view.Place = p.short(d.At)
		}
		out = append(out, view)
	}
	return out
}

// shortNames leaves the modules' names out of a text: "app.auth:check" is check.
func shortNames(text string) string {
	return moduleName().ReplaceAllString(text, "$1")
}

var moduleName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[\w.]+:(\w)`) })

// dependencyFacts says where a dependency is declared and what it demands.
func dependencyFacts(d *fastapi.Dependency) string {
	notes := []string{viaWords(d.Via)}
	if d.Scheme != nil {
		notes = append(notes, "security scheme "+d.Scheme.Name)
	}
	if len(d.Scopes) > 0 {
		notes = append(notes, "scopes "+strings.Join(d.Scopes, " "))
	}
	if !d.UseCache {
		notes = append(notes, "use_cache=False")
	}
	if d.Gap != nil {
		notes = append(notes, "not resolved: "+d.Gap.Reason)
	}
	return strings.Join(notes, ", ")
}

// viaWords says where a dependency is declared.
func viaWords(via fastapi.Via) string {
	switch via {
	case fastapi.ViaApp:
		return "on the application"
	case fastapi.ViaInclude:
		return "at include_router"
	case fastapi.ViaRouter:
		return "on the router"
	case fastapi.ViaDecorator:
		return "in the decorator"
	case fastapi.ViaParameter:
		return "as a parameter"
	}
	return string(via)
}

func (p *places) keyView(k *fastapi.Key) keyView {
	out := keyView{Name: k.Name, Place: p.short(k.At), Note: strings.Join(append([]string{k.Loader}, roles(k.Roles)...), ", ")}
	odd := oddRows(k)
	for i, row := range k.Rows {
		out.Rows = append(out.Rows, keyRowView{row.Environment, stateText(row), p.short(row.Source), rowFacts(row, false), odd[i]})
	}
	out.Search = strings.ToLower(strings.Join([]string{out.Name, out.Place, out.Note}, " "))
	return out
}

func (p *places) gapViews(gaps []fastapi.Gap) []rowView {
	var out []rowView
	for _, g := range sortedGaps(gaps) {
		out = append(out, rowView{Place: p.short(g.At), Note: g.Reason})
	}
	return out
}
