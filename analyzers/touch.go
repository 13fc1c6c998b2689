package analyzers

import (
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// files collects the files that take part in an application.
type files map[source.Path]bool

// filesOf returns the files in which the application, its operations, their
// dependencies, its middleware and its handlers are written.
func filesOf(app *fastapi.App) files {
	f := files{}
	f.add(app.At)
	for _, m := range app.Middleware {
		f.add(m.At)
		f.callable(m.Callable)
		f.flow(m.Flow)
	}
	for _, h := range app.Handlers {
		f.add(h.At)
		f.callable(h.Callable)
		f.flow(h.Flow)
	}
	for _, s := range app.Schemes {
		f.add(s.At)
	}
	f.dependencies(app.Dependencies)
	for _, o := range app.Operations {
		f.add(o.Registered)
		f.callable(o.Handler)
		f.dependencies(o.Dependencies)
		for _, include := range o.Includes {
			f.add(include.At)
			f.add(include.RouterAt)
		}
	}
	return f
}

func (f files) add(at source.Location) {
	if !at.IsZero() {
		f[at.Path] = true
	}
}

func (f files) callable(c *fastapi.Callable) {
	if c != nil {
		f.add(c.At)
	}
}

func (f files) flow(flow *fastapi.Flow) {
	if flow == nil {
		return
	}
	for _, o := range flow.Outcomes {
		f.add(o.At)
		for _, hop := range o.Through {
			f.add(hop.At)
		}
	}
}

func (f files) dependencies(list []*fastapi.Dependency) {
	for _, d := range list {
		f.add(d.At)
		f.callable(d.Callable)
		if d.Scheme != nil {
			f.add(d.Scheme.At)
		}
		f.dependencies(d.Dependencies)
	}
}
