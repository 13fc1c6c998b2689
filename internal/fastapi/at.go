package fastapi

import (
	"slices"

	"bearings/internal/source"
)

// Entity is something of the model that stands at a place. Exactly one of the
// fields behind At is set, but for Operations, which has all operations that one
// handler serves, and Middleware, which comes with its App.
type Entity struct {
	At source.Location // the text that stands for it

	Operations []*Operation
	Dependency *Dependency
	Use        *DependsUse // a Depends(…) that builds nothing
	Scheme     *Scheme
	TokenURL   *Scheme // the tokenUrl argument of the scheme
	Middleware *Middleware
	App        *App
	Include    *Include
	Router     *Include // the APIRouter(…) call, with one of the includes that lead to it
	Handler    *ExceptionHandler
	Key        *Key
	Token      *TokenCall
	Override   *Override
}

// At returns what stands at a place: of everything whose text covers the offset,
// what has the shortest text. False when there is nothing.
func (p *Project) At(path source.Path, offset int) (Entity, bool) {
	var best Entity
	found := false
	p.Each(path, func(e Entity) {
		if e.At.Span.Contains(offset) && (!found || e.At.Span.Len() < best.At.Span.Len()) {
			best, found = e, true
		}
	})
	return best, found
}

// Each calls yield for every entity that stands in a file, in no order. One
// entity may stand at several places, and several entities at one.
func (p *Project) Each(path source.Path, yield func(Entity)) {
	v := &visitor{project: p, path: path, yield: yield, seen: map[*Dependency]bool{}}
	for _, app := range p.Apps {
		v.app(app)
	}
	for _, s := range p.Schemes {
		v.scheme(s)
	}
	for _, k := range p.Keys {
		v.key(k)
	}
	for _, t := range p.Tokens {
		v.at(t.At, Entity{Token: t})
		if t.Key != nil && t.Key.Key != nil {
			v.at(t.Key.At, Entity{Key: t.Key.Key})
		}
	}
	for _, u := range p.Uses {
		v.at(u.At, Entity{Use: u})
	}
	for _, o := range p.Overrides {
		v.at(o.At, Entity{Override: o})
	}
}

// visitor finds the places of entities in one file.
type visitor struct {
	project *Project
	path    source.Path
	yield   func(Entity)
	seen    map[*Dependency]bool
}

func (v *visitor) at(l source.Location, e Entity) {
	if l.Path == v.path && !l.IsZero() {
		e.At = l
		v.yield(e)
	}
}

func (v *visitor) app(app *App) {
	for _, o := range app.Operations {
		for _, d := range o.Dependencies {
			v.dependency(d)
		}
		for _, i := range o.Includes {
			v.at(i.At, Entity{Include: i})
			v.at(i.RouterAt, Entity{Router: i})
		}
	}
	for _, d := range app.Dependencies {
		v.dependency(d)
	}
	v.operations(app)
	for _, m := range app.Middleware {
		v.at(m.At, Entity{Middleware: m, App: app})
		v.callable(m.Callable, Entity{Middleware: m, App: app})
	}
	for _, h := range app.Handlers {
		v.at(h.At, Entity{Handler: h})
		v.callable(h.Callable, Entity{Handler: h})
	}
	v.at(app.At, Entity{App: app})
}

// operations groups the operations of an application by the place of their
// handler, and by the place where they are registered.
func (v *visitor) operations(app *App) {
	byHandler, byPlace := map[source.Location][]*Operation{}, map[source.Location][]*Operation{}
	for _, o := range app.Operations {
		if o.Handler != nil && o.Handler.At.Path == v.path && o.Kind != MountKind {
			at := v.header(o.Handler)
			byHandler[at] = append(byHandler[at], o)
		}
		if o.Registered.Path == v.path {
			byPlace[o.Registered] = append(byPlace[o.Registered], o)
		}
	}
	for at, list := range byHandler {
		v.at(at, Entity{Operations: list})
	}
	for at, list := range byPlace {
		if !slices.ContainsFunc(list, func(o *Operation) bool { return o.Handler != nil && v.header(o.Handler) == at }) {
			v.at(at, Entity{Operations: list})
		}
	}
}

func (v *visitor) dependency(d *Dependency) {
	if v.seen[d] {
		return
	}
	v.seen[d] = true
	v.at(d.At, Entity{Dependency: d})
	if d.Scheme == nil {
		v.callable(d.Callable, Entity{Dependency: d})
	}
	for _, sub := range d.Dependencies {
		v.dependency(sub)
	}
}

func (v *visitor) scheme(s *Scheme) {
	v.at(s.At, Entity{Scheme: s})
	if s.TokenURL != nil {
		v.at(s.TokenURL.At, Entity{TokenURL: s})
	}
}

func (v *visitor) key(k *Key) {
	v.at(k.At, Entity{Key: k})
	for _, row := range k.Rows {
		v.at(row.Source, Entity{Key: k})
		for _, shadow := range row.Shadowed {
			v.at(shadow.At, Entity{Key: k})
		}
	}
}

func (v *visitor) callable(c *Callable, e Entity) {
	if c != nil && c.At.Path == v.path {
		v.at(v.header(c), e)
	}
}

// header is the part of a callable that stands for it: a function up to the end
// of its parameters, anything else on its first line.
func (v *visitor) header(c *Callable) source.Location {
	at := c.At
	if c.Kind == FunctionCallable && c.Function != nil && c.Function.Span() == at.Span {
		at.Span.End = c.Function.ParamsAt.Span().End
		return at
	}
	if v.project.Tree == nil {
		return at
	}
	if file, err := v.project.Tree.File(at.Path); err == nil {
		at.Span.End = min(at.Span.End, file.Line(file.LineOf(at.Span.Start)).End)
	}
	return at
}

// Header returns the part of a callable's text that stands for it: a function up
// to the end of its parameters, a class or an instance on its first line.
func (p *Project) Header(c *Callable) source.Location {
	v := &visitor{project: p}
	return v.header(c)
}
