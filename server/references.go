package server

import (
	"context"

	"go.lsp.dev/protocol"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// References lists the places that mean the same thing: the schemes that send
// clients to a login operation, the uses of a dependency or a scheme, all lines
// and reads of a variable, the counterparts of a token call.
func (s *session) References(ctx context.Context, params *protocol.ReferenceParams) ([]protocol.Location, error) {
	doc, project, entity, err := s.entity(ctx, params.TextDocument.URI, params.Position)
	if err != nil || doc == nil {
		return nil, err
	}
	places := references(project, entity)
	if params.Context.IncludeDeclaration {
		places = append(places, declaration(project, entity))
	}
	return s.toLocations(doc.viewed, uniquePlaces(places)), nil
}

// declaration is the place at which an entity is made.
func declaration(p *fastapi.Project, e fastapi.Entity) source.Location {
	switch {
	case e.Dependency != nil && e.Dependency.Scheme != nil:
		return e.Dependency.Scheme.At
	case e.Dependency != nil && e.Dependency.Callable != nil:
		return callableName(p, e.Dependency.Callable)
	case e.Scheme != nil:
		return e.Scheme.At
	case e.TokenURL != nil:
		return e.TokenURL.At
	case e.Operations != nil:
		return operationSymbol(p, e.Operations[0]).at
	case e.Key != nil:
		return e.Key.At
	case e.Include != nil:
		return e.Include.RouterAt
	}
	return e.At
}

// references returns the uses of an entity.
func references(p *fastapi.Project, e fastapi.Entity) []source.Location {
	switch {
	case e.Operations != nil:
		return operationReferences(p, e.Operations)
	case e.Scheme != nil:
		return dependencyPlaces(p, func(d *fastapi.Dependency) bool { return d.Scheme == e.Scheme })
	case e.TokenURL != nil:
		return operationPlaces(p, serving(p, e.TokenURL))
	case e.Dependency != nil:
		return dependencyPlaces(p, func(d *fastapi.Dependency) bool {
			return sameCallable(d.Callable, e.Dependency.Callable) || d.Scheme != nil && d.Scheme == e.Dependency.Scheme
		})
	case e.Key != nil:
		return keyReferences(p, e.Key)
	case e.Token != nil:
		return counterparts(p, e.Token)
	case e.Include != nil || e.Router != nil:
		return includePlaces(p, e)
	}
	return nil
}

// operationReferences are where operations are registered and included, and the
// token URLs that name them.
func operationReferences(p *fastapi.Project, list []*fastapi.Operation) []source.Location {
	var out []source.Location
	for _, o := range list {
		out = append(out, o.Registered)
		for _, include := range o.Includes {
			out = append(out, include.At)
		}
		for _, s := range p.Schemes {
			for _, served := range serving(p, s) {
				if served == o {
					out = append(out, s.TokenURL.At)
				}
			}
		}
	}
	return out
}

// dependencyPlaces are the Depends(…) of all operations that satisfy a test.
func dependencyPlaces(p *fastapi.Project, test func(*fastapi.Dependency) bool) []source.Location {
	var out []source.Location
	var walk func([]*fastapi.Dependency, int)
	walk = func(list []*fastapi.Dependency, depth int) {
		for _, d := range list {
			if test(d) {
				out = append(out, d.At)
			}
			if depth < deepest {
				walk(d.Dependencies, depth+1)
			}
		}
	}
	for _, app := range p.Apps {
		walk(app.Dependencies, 0)
		for _, o := range app.Operations {
			walk(o.Dependencies, 0)
		}
	}
	return out
}

// keyReferences are all lines that set the variables of a key, all places that
// read them, and the token calls that use it.
func keyReferences(p *fastapi.Project, key *fastapi.Key) []source.Location {
	var out []source.Location
	for _, k := range p.Keys {
		if !sharesVariable(k, key) {
			continue
		}
		out = append(out, k.At)
		for _, row := range k.Rows {
			out = append(out, row.Source)
			for _, shadow := range row.Shadowed {
				out = append(out, shadow.At)
			}
		}
		for _, t := range p.Tokens {
			if t.Key != nil && t.Key.Key == k {
				out = append(out, t.Key.At)
			}
		}
	}
	return out
}

func sharesVariable(a, b *fastapi.Key) bool {
	if a == b {
		return true
	}
	for _, x := range a.Variables {
		for _, y := range b.Variables {
			if x == y {
				return true
			}
		}
	}
	return false
}

// counterparts are the token calls that a token call has to agree with.
func counterparts(p *fastapi.Project, call *fastapi.TokenCall) []source.Location {
	var out []source.Location
	for _, t := range p.Tokens {
		if t == call || (t.Operation == fastapi.Sign) != (call.Operation == fastapi.Sign) {
			out = append(out, t.At)
		}
	}
	return out
}

// includePlaces are the include_router calls of the same router.
func includePlaces(p *fastapi.Project, e fastapi.Entity) []source.Location {
	router := e.Router
	if router == nil {
		router = e.Include
	}
	var out []source.Location
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			for _, include := range o.Includes {
				if include.RouterAt == router.RouterAt {
					out = append(out, include.At)
				}
			}
		}
	}
	return out
}
