package server

import (
	"context"
	"encoding/json"

	"go.lsp.dev/protocol"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// The call hierarchy follows dependency chains: outgoing from an operation to
// its dependencies and on to security schemes, incoming the other way. FastAPI
// makes these calls, so no other tool for Python sees them.

// link is a node of the hierarchy.
type link struct {
	name   string
	detail string
	kind   protocol.SymbolKind
	at     source.Location // of its name
	whole  source.Span
	calls  []*fastapi.Dependency
}

// linkData finds a node again.
type linkData struct {
	Path  source.Path `json:"path"`
	Start int         `json:"start"`
	Name  string      `json:"name"`
}

func operationLink(p *fastapi.Project, o *fastapi.Operation) link {
	s := operationSymbol(p, o)
	return link{s.name, s.detail, s.kind, s.at, s.whole, o.Dependencies}
}

func dependencyLink(p *fastapi.Project, d *fastapi.Dependency) link {
	if d.Scheme != nil {
		return link{d.Scheme.Name, "security scheme", protocol.SymbolKindObject, d.Scheme.At, d.Scheme.At.Span, nil}
	}
	l := link{name: shortName(d.Callable), detail: "dependency", kind: protocol.SymbolKindFunction, at: d.At, whole: d.At.Span, calls: d.Dependencies}
	if d.Callable != nil && !d.Callable.At.IsZero() {
		l.at, l.whole = callableName(p, d.Callable), d.Callable.At.Span
	}
	return l
}

// PrepareCallHierarchy returns the nodes at a position.
func (s *session) PrepareCallHierarchy(ctx context.Context, params *protocol.CallHierarchyPrepareParams) ([]protocol.CallHierarchyItem, error) {
	doc, project, entity, err := s.entity(ctx, params.TextDocument.URI, params.Position)
	if err != nil || doc == nil {
		return nil, err
	}
	var out []protocol.CallHierarchyItem
	for _, l := range linksOf(project, entity) {
		if item, ok := s.toItem(doc.viewed, l); ok {
			out = append(out, item)
		}
	}
	return out, nil
}

func linksOf(p *fastapi.Project, e fastapi.Entity) []link {
	switch {
	case e.Operations != nil:
		var out []link
		for _, o := range e.Operations {
			out = append(out, operationLink(p, o))
		}
		return out
	case e.Dependency != nil:
		return []link{dependencyLink(p, e.Dependency)}
	case e.Scheme != nil:
		return []link{dependencyLink(p, &fastapi.Dependency{Scheme: e.Scheme})}
	}
	return nil
}

func (s *session) toItem(v viewed, l link) (protocol.CallHierarchyItem, bool) {
	f, err := v.snapshot.Tree().File(l.at.Path)
	if err != nil || l.at.IsZero() {
		return protocol.CallHierarchyItem{}, false
	}
	data, err := json.Marshal(linkData{l.at.Path, l.at.Span.Start, l.name})
	if err != nil {
		return protocol.CallHierarchyItem{}, false
	}
	return protocol.CallHierarchyItem{
		Name: l.name, Kind: l.kind, Detail: new(l.detail), URI: v.folder.uriOf(l.at.Path),
		Range: s.toRange(f, l.whole), SelectionRange: s.toRange(f, l.at.Span), Data: data,
	}, true
}

// node finds the node of an item, as it is now.
func (s *session) node(ctx context.Context, item *protocol.CallHierarchyItem) (*document, *fastapi.Project, link, error) {
	var data linkData
	doc := s.document(ctx, item.URI)
	if doc == nil || json.Unmarshal(item.Data, &data) != nil {
		return nil, nil, link{}, nil
	}
	project, err := doc.snapshot.Project(ctx)
	if err != nil {
		return nil, nil, link{}, err
	}
	entity, ok := project.At(data.Path, data.Start)
	if !ok {
		return nil, nil, link{}, nil
	}
	for _, l := range linksOf(project, entity) {
		if l.name == data.Name {
			return doc, project, l, nil
		}
	}
	return nil, nil, link{}, nil
}

// OutgoingCalls lists what FastAPI resolves for an operation or a dependency.
func (s *session) OutgoingCalls(ctx context.Context, params *protocol.CallHierarchyOutgoingCallsParams) ([]protocol.CallHierarchyOutgoingCall, error) {
	doc, project, from, err := s.node(ctx, &params.Item)
	if err != nil || doc == nil {
		return nil, err
	}
	var out []protocol.CallHierarchyOutgoingCall
	for _, d := range from.calls {
		if item, ok := s.toItem(doc.viewed, dependencyLink(project, d)); ok {
			out = append(out, protocol.CallHierarchyOutgoingCall{To: item, FromRanges: s.callRanges(doc.viewed, d, from)})
		}
	}
	return out, nil
}

// IncomingCalls lists the operations and dependencies that need a dependency or a scheme.
func (s *session) IncomingCalls(ctx context.Context, params *protocol.CallHierarchyIncomingCallsParams) ([]protocol.CallHierarchyIncomingCall, error) {
	doc, project, to, err := s.node(ctx, &params.Item)
	if err != nil || doc == nil {
		return nil, err
	}
	var out []protocol.CallHierarchyIncomingCall
	seen := map[linkData]bool{}
	add := func(from link) {
		key := linkData{from.at.Path, from.at.Span.Start, from.name}
		for _, d := range from.calls {
			if dependencyLink(project, d).at != to.at || seen[key] {
				continue
			}
			seen[key] = true
			if item, ok := s.toItem(doc.viewed, from); ok {
				out = append(out, protocol.CallHierarchyIncomingCall{From: item, FromRanges: s.callRanges(doc.viewed, d, from)})
			}
		}
	}
	for _, app := range project.Apps {
		for _, o := range app.Operations {
			add(operationLink(project, o))
			eachDependency(o.Dependencies, 0, func(d *fastapi.Dependency) { add(dependencyLink(project, d)) })
		}
	}
	return out, nil
}

// callRanges is where a node asks for a dependency. The ranges are in the node's
// file: where an alias in another file asks (Annotated), the node's name stands
// for it, for Neovim shows a line for each range and nothing when there is none.
func (s *session) callRanges(v viewed, d *fastapi.Dependency, from link) []protocol.Range {
	at := d.At
	if at.Path != from.at.Path {
		at = from.at
	}
	f, err := v.snapshot.Tree().File(at.Path)
	if err != nil {
		return []protocol.Range{}
	}
	return []protocol.Range{s.toRange(f, at.Span)}
}

// eachDependency calls yield for dependencies and all below them.
func eachDependency(list []*fastapi.Dependency, depth int, yield func(*fastapi.Dependency)) {
	for _, d := range list {
		yield(d)
		if depth < deepest {
			eachDependency(d.Dependencies, depth+1, yield)
		}
	}
}
