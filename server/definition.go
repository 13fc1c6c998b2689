package server

import (
	"context"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// Definition goes where other tools for Python cannot follow: from a tokenUrl to
// the operation that answers it, from a read of a variable to the line that sets
// it and back, from Depends(…) to what it calls.
func (s *session) Definition(ctx context.Context, params *protocol.DefinitionParams) (protocol.DefinitionResult, error) {
	doc, project, entity, err := s.entity(ctx, params.TextDocument.URI, params.Position)
	if err != nil || doc == nil {
		return nil, err
	}
	targets := s.toLocations(doc.viewed, definitions(project, entity, doc.path))
	if len(targets) == 0 {
		return nil, nil
	}
	if !s.can.definitionLinks {
		return protocol.LocationSlice(targets), nil
	}
	origin := s.toRange(doc.file, entity.At.Span)
	links := protocol.DefinitionLinkSlice{}
	for _, target := range targets {
		links = append(links, protocol.DefinitionLink{
			OriginSelectionRange: &origin, TargetURI: target.URI, TargetRange: target.Range, TargetSelectionRange: target.Range,
		})
	}
	return links, nil
}

// definitions returns where an entity that stands in a file is defined.
func definitions(p *fastapi.Project, e fastapi.Entity, in source.Path) []source.Location {
	switch {
	case e.TokenURL != nil:
		return operationPlaces(p, serving(p, e.TokenURL))
	case e.Operations != nil && !isHandler(p, e.Operations[0], e.At):
		return operationPlaces(p, e.Operations)
	case e.Dependency != nil && e.Dependency.Scheme != nil:
		return []source.Location{e.Dependency.Scheme.At}
	case e.Dependency != nil && e.Dependency.Callable != nil && e.At == e.Dependency.At:
		return []source.Location{callableName(p, e.Dependency.Callable)}
	case e.Use != nil && e.Use.Callable != nil:
		return []source.Location{callableName(p, e.Use.Callable)}
	case e.Include != nil:
		return []source.Location{e.Include.RouterAt}
	case e.Middleware != nil && e.Middleware.Callable != nil && e.At == e.Middleware.At:
		return []source.Location{callableName(p, e.Middleware.Callable)}
	case e.Handler != nil && e.Handler.Callable != nil && e.At == e.Handler.At:
		return []source.Location{callableName(p, e.Handler.Callable)}
	case e.Key != nil:
		return keyDefinitions(e.Key, e.At, in)
	}
	return nil
}

// keyDefinitions goes from where a key is used to where it is read, from there
// to the lines that set it, and from those back to where it is read.
func keyDefinitions(k *fastapi.Key, at source.Location, in source.Path) []source.Location {
	if at != k.At {
		return []source.Location{k.At}
	}
	var out []source.Location
	for _, row := range k.Rows {
		if !row.Source.IsZero() && row.Source != k.At {
			out = append(out, row.Source)
		}
	}
	return uniquePlaces(out)
}

// operationPlaces returns the names of the functions of operations.
func operationPlaces(p *fastapi.Project, list []*fastapi.Operation) []source.Location {
	var out []source.Location
	for _, o := range list {
		out = append(out, operationSymbol(p, o).at)
	}
	return uniquePlaces(out)
}

// entity returns what stands at a position. The document is nil when there is nothing.
func (s *session) entity(ctx context.Context, address uri.URI, position protocol.Position) (*document, *fastapi.Project, fastapi.Entity, error) {
	doc := s.document(ctx, address)
	if doc == nil {
		return nil, nil, fastapi.Entity{}, nil
	}
	project, err := doc.snapshot.Project(ctx)
	if err != nil {
		return nil, nil, fastapi.Entity{}, err
	}
	entity, ok := entityAt(project, doc.file, s.fromPosition(doc.file, position))
	if !ok {
		return nil, nil, entity, nil
	}
	return doc, project, entity, nil
}

// uniquePlaces returns places in their order in the files, each once.
func uniquePlaces(list []source.Location) []source.Location {
	seen := map[source.Location]bool{}
	for _, at := range list {
		if !at.IsZero() {
			seen[at] = true
		}
	}
	return sortedPlaces(seen)
}
