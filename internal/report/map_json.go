package report

import (
	"io"
	"maps"
	"slices"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/secret"
	"bearings/internal/source"
)

// The types below are map/1 of docs/formats.md, field by field.
type (
	mapJSON struct {
		Schema string      `json:"schema" redact:"no"`
		Apps   []appJSON   `json:"apps"`
		Keys   []keyJSON   `json:"keys"`
		Tokens []tokenJSON `json:"tokens"`
		Gaps   []gapJSON   `json:"gaps"`
	}
	appJSON struct {
		Name       string             `json:"name" redact:"no"`
		File       source.Path        `json:"file" redact:"no"`
		Line       int                `json:"line"`
		Role       string             `json:"role" redact:"no"`
		Parent     *string            `json:"parent"`
		MountPath  string             `json:"mountPath" redact:"no"`
		RootPath   string             `json:"rootPath" redact:"no"`
		DocsURL    *string            `json:"docsUrl"`
		Middleware []middlewareJSON   `json:"middleware"`
		Handlers   []handlerJSON      `json:"exceptionHandlers"`
		Schemes    []schemeJSON       `json:"securitySchemes"`
		Operations []mapOperationJSON `json:"operations"`
		Gaps       []gapJSON          `json:"gaps"`
	}
	middlewareJSON struct {
		Class   string         `json:"class" redact:"no"`
		File    source.Path    `json:"file" redact:"no"`
		Line    int            `json:"line"`
		Options map[string]any `json:"options"`
	}
	handlerJSON struct {
		For  string      `json:"for" redact:"no"`
		Name string      `json:"name" redact:"no"`
		File source.Path `json:"file" redact:"no"`
		Line int         `json:"line"`
	}
	schemeJSON struct {
		Name      string            `json:"name" redact:"no"`
		Class     string            `json:"class" redact:"no"`
		File      source.Path       `json:"file" redact:"no"`
		Line      int               `json:"line"`
		TokenURL  *string           `json:"tokenUrl"`
		In        *string           `json:"in"`
		Parameter *string           `json:"parameter"`
		Scopes    map[string]string `json:"scopes"`
		AutoError bool              `json:"autoError"`
	}
	mapOperationJSON struct {
		Kind         string           `json:"kind" redact:"no"`
		Methods      []string         `json:"methods"`
		Path         string           `json:"path" redact:"no"`
		Name         *string          `json:"name" redact:"no"`
		File         *source.Path     `json:"file" redact:"no"`
		Line         *int             `json:"line"`
		Registered   *lineJSON        `json:"registered"`
		Dependencies []dependencyJSON `json:"dependencies"`
		Protected    bool             `json:"protected"`
		Means        []string         `json:"means"`
		Includes     []includeJSON    `json:"includes"`
		Question     string           `json:"question,omitempty"` // how to ask about it, where its method and path do not tell it from others
		Findings     *[]string        `json:"findings,omitempty"` // fingerprints; absent where none were computed
		Gaps         []gapJSON        `json:"gaps"`
	}
	includeJSON struct {
		Router string      `json:"router" redact:"no"`
		Prefix string      `json:"prefix" redact:"no"`
		File   source.Path `json:"file" redact:"no"`
		Line   int         `json:"line"`
	}
	dependencyJSON struct {
		Name         *string          `json:"name" redact:"no"`
		File         *source.Path     `json:"file" redact:"no"`
		Line         *int             `json:"line"`
		Via          string           `json:"via" redact:"no"`
		Parameter    *string          `json:"parameter" redact:"no"`
		Wrapper      string           `json:"wrapper" redact:"no"`
		Scopes       []string         `json:"scopes"`
		UseCache     bool             `json:"useCache"`
		Scheme       *string          `json:"scheme" redact:"no"`
		Dependencies []dependencyJSON `json:"dependencies"`
	}
	tokenJSON struct {
		Operation  string      `json:"operation" redact:"no"`
		File       source.Path `json:"file" redact:"no"`
		Line       int         `json:"line"`
		Library    string      `json:"library" redact:"no"`
		Key        *string     `json:"key"`
		Algorithms []string    `json:"algorithms"`
		Claims     []string    `json:"claims"`
	}
)

// MapJSON writes what FastAPI would build as map/1. Findings are named at the
// operations that they concern.
func MapJSON(w io.Writer, project *fastapi.Project, findings []analyzers.Finding) error {
	p := newPlaces(project)
	doc := mapJSON{Schema: "bearings.map/1", Apps: []appJSON{}, Keys: []keyJSON{}, Tokens: []tokenJSON{}, Gaps: p.gaps(project.Gaps)}
	for _, app := range project.Apps {
		out := p.app(app)
		for i, o := range app.Operations {
			list := []string{}
			for _, f := range findings {
				if len(f.Operations) > 0 && f.Concerns(app, o.ID()) {
					list = append(list, f.Fingerprint())
				}
			}
			out.Operations[i].Findings = &list
		}
		doc.Apps = append(doc.Apps, out)
	}
	for _, k := range project.Keys {
		doc.Keys = append(doc.Keys, p.key(k))
	}
	for _, t := range project.Tokens {
		doc.Tokens = append(doc.Tokens, p.token(t))
	}
	return writeJSON(w, NewRedactor(project), &doc)
}

// OperationJSON returns an operation as map/1 writes it, for other formats to embed.
func OperationJSON(project *fastapi.Project, o *fastapi.Operation) any {
	doc := newPlaces(project).operation(o)
	NewRedactor(project).Struct(&doc)
	return doc
}

func (p *places) app(app *fastapi.App) appJSON {
	out := appJSON{
		Name: app.Name, File: app.At.Path, Line: p.line(app.At), Role: string(app.Role), MountPath: app.MountPath,
		RootPath: app.RootPath, DocsURL: orNull(app.DocsURL),
		Middleware: []middlewareJSON{}, Handlers: []handlerJSON{}, Schemes: []schemeJSON{}, Operations: []mapOperationJSON{},
		Gaps: p.gaps(app.Gaps),
	}
	if app.Parent != nil {
		out.Parent = orNull(app.Parent.Name)
	}
	for _, m := range app.Middleware {
		options := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(m.Options)) {
			options[name] = optionValue(name, m.Options[name])
		}
		out.Middleware = append(out.Middleware, middlewareJSON{m.Class, m.At.Path, p.line(m.At), options})
	}
	for _, h := range app.Handlers {
		line := handlerJSON{For: h.For, File: h.At.Path, Line: p.line(h.At)}
		if h.Callable != nil {
			line.Name = h.Callable.Name
			if !h.Callable.At.IsZero() {
				line.File, line.Line = h.Callable.At.Path, p.line(h.Callable.At)
			}
		}
		out.Handlers = append(out.Handlers, line)
	}
	for _, s := range app.Schemes {
		out.Schemes = append(out.Schemes, p.scheme(s))
	}
	for _, o := range app.Operations {
		out.Operations = append(out.Operations, p.operation(o))
	}
	return out
}

func (p *places) scheme(s *fastapi.Scheme) schemeJSON {
	out := schemeJSON{
		Name: s.Name, Class: s.Class, File: s.At.Path, Line: p.line(s.At),
		In: orNull(s.In), Parameter: orNull(s.Parameter), Scopes: map[string]string{}, AutoError: s.AutoError,
	}
	maps.Copy(out.Scopes, s.Scopes)
	if s.TokenURL != nil && s.TokenURL.Known {
		url := s.TokenURL.Value
		out.TokenURL = &url
	}
	return out
}

func (p *places) operation(o *fastapi.Operation) mapOperationJSON {
	out := mapOperationJSON{
		Kind: operationKind(o), Methods: orEmpty(o.Methods), Path: o.Path, Registered: p.lineOf(o.Registered),
		Dependencies: p.dependencies(o.Dependencies), Protected: o.Protected, Means: orEmpty(o.Means), Includes: []includeJSON{}, Gaps: p.gaps(o.Gaps),
	}
	for _, i := range o.Includes {
		out.Includes = append(out.Includes, includeJSON{i.Router, i.Prefix, i.At.Path, p.line(i.At)})
	}
	out.Name, out.File, out.Line = p.callable(o.Handler)
	if name := NameOf(p.project, o); name != o.ID() {
		out.Question = name
	}
	return out
}

// callable names a callable by the place of its definition; all null when it is not the project's own or not known.
func (p *places) callable(c *fastapi.Callable) (name *string, file *source.Path, line *int) {
	if c == nil {
		return nil, nil, nil
	}
	if !c.At.IsZero() {
		n := p.line(c.At)
		path := c.At.Path
		file, line = &path, &n
	}
	return orNull(c.Name), file, line
}

func (p *places) dependencies(list []*fastapi.Dependency) []dependencyJSON {
	out := make([]dependencyJSON, 0, len(list))
	for _, d := range list {
		line := dependencyJSON{
			Via: string(d.Via), Parameter: orNull(d.Parameter), Wrapper: d.Wrapper, Scopes: orEmpty(d.Scopes), UseCache: d.UseCache,
			Dependencies: p.dependencies(d.Dependencies),
		}
		line.Name, line.File, line.Line = p.callable(d.Callable)
		if d.Scheme != nil {
			line.Scheme = orNull(d.Scheme.Name)
		}
		out = append(out, line)
	}
	return out
}

func (p *places) token(t *fastapi.TokenCall) tokenJSON {
	out := tokenJSON{
		Operation: string(t.Operation), File: t.At.Path, Line: p.line(t.At), Library: t.Library,
		Key: orNull(keyName(t.Key)), Algorithms: algorithms(t), Claims: claims(t),
	}
	return out
}

// keyName names the key of a token call, as the setting it comes from or as it is written.
func keyName(k *fastapi.Resolved) string {
	switch {
	case k == nil:
		return ""
	case k.Key != nil:
		return k.Key.Name
	case isLiteral(k.Text):
		return "(literal)"
	}
	return k.Text
}

// algorithms lists those that are known by name; an expression stands as it is written.
func algorithms(t *fastapi.TokenCall) []string {
	out := []string{}
	for _, a := range t.Algorithms {
		if name := algorithmName(a.Value); a.Known && name != "" {
			out = append(out, name)
		} else if !isLiteral(a.Text) {
			out = append(out, a.Text)
		}
	}
	return out
}

// algorithmName returns the name of a public algorithm, and nothing for any other text.
func algorithmName(v secret.Value) string {
	if name := v.Expose(); isAlgorithm(name) {
		return name
	}
	return ""
}

func claims(t *fastapi.TokenCall) []string {
	out := []string{}
	for _, c := range t.Claims {
		if !slices.Contains(out, c.Name) {
			out = append(out, c.Name)
		}
	}
	return out
}

// orNull returns a pointer to a copy of s, nil when it is empty.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// operationKind names the kind of an operation: a mount that a host decides is "host".
func operationKind(o *fastapi.Operation) string {
	if o.Host != "" {
		return "host"
	}
	return string(o.Kind)
}
