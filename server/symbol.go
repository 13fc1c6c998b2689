package server

import (
	"context"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// symbol is something of the model that has a name.
type symbol struct {
	name, detail string
	kind         protocol.SymbolKind
	at           source.Location // where its name stands
	whole        source.Span     // all of it, in the same file
}

// DocumentSymbol lists what a file adds to the application.
func (s *session) DocumentSymbol(ctx context.Context, params *protocol.DocumentSymbolParams) (protocol.DocumentSymbolResult, error) {
	doc := s.document(ctx, params.TextDocument.URI)
	if doc == nil {
		return nil, nil
	}
	project, err := doc.snapshot.Project(ctx)
	if err != nil {
		return nil, err
	}
	nested, flat := protocol.DocumentSymbolSlice{}, protocol.SymbolInformationSlice{}
	for _, found := range symbols(project) {
		if found.at.Path != doc.path {
			continue
		}
		nested = append(nested, protocol.DocumentSymbol{
			Name: found.name, Detail: new(found.detail), Kind: found.kind,
			Range: s.toRange(doc.file, found.whole), SelectionRange: s.toRange(doc.file, found.at.Span),
		})
		info := protocol.SymbolInformation{Location: protocol.Location{URI: doc.folder.uriOf(doc.path), Range: s.toRange(doc.file, found.whole)}}
		info.Name, info.Kind = found.name, found.kind
		flat = append(flat, info)
	}
	if s.can.hierarchicalSymbols {
		return nested, nil
	}
	return flat, nil
}

// maxSymbols is how many symbols one answer has at most.
const maxSymbols = 1000

// Symbols finds path operations ("GET /api/me"), schemes and keys by name.
func (s *session) Symbols(ctx context.Context, params *protocol.WorkspaceSymbolParams) (protocol.WorkspaceSymbolResult, error) {
	out := protocol.WorkspaceSymbolSlice{}
	for _, v := range s.seen(ctx) {
		project, err := v.snapshot.Project(ctx)
		if err != nil {
			return nil, err
		}
		for _, found := range symbols(project) {
			if !resembles(found.name+" "+found.detail, params.Query) || len(out) == maxSymbols {
				continue
			}
			if l, ok := s.toLocation(v, found.at); ok {
				symbol := protocol.WorkspaceSymbol{Location: &l}
				symbol.Name, symbol.Kind, symbol.ContainerName = found.name, found.kind, new(found.detail)
				out = append(out, symbol)
			}
		}
	}
	return out, nil
}

// symbols lists the symbols of a project in the order of their places.
func symbols(p *fastapi.Project) []symbol {
	var out []symbol
	for _, app := range p.Apps {
		out = append(out, symbol{app.Name, "FastAPI application", protocol.SymbolKindModule, app.At, app.At.Span})
		for _, o := range app.Operations {
			out = append(out, operationSymbol(p, o))
		}
	}
	for _, scheme := range p.Schemes {
		out = append(out, symbol{scheme.Name, scheme.Class, protocol.SymbolKindObject, scheme.At, scheme.At.Span})
	}
	for _, key := range p.Keys {
		if key.Roles != 0 || key.Secret {
			out = append(out, symbol{key.Name, key.Loader, protocol.SymbolKindKey, key.At, key.At.Span})
		}
	}
	slices.SortStableFunc(out, func(a, b symbol) int {
		switch {
		case a.at.Before(b.at):
			return -1
		case b.at.Before(a.at):
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	return slices.CompactFunc(out, func(a, b symbol) bool { return a == b })
}

// operationSymbol names an operation at its function, or where it is registered
// when the function is not the project's.
func operationSymbol(p *fastapi.Project, o *fastapi.Operation) symbol {
	found := symbol{name: o.ID(), detail: guardText(p, o), kind: protocol.SymbolKindMethod, at: o.Registered, whole: o.Registered.Span}
	if o.Handler == nil || o.Handler.At.IsZero() || o.Kind == fastapi.MountKind {
		return found
	}
	found.at, found.whole = callableName(p, o.Handler), o.Handler.At.Span
	if o.Registered.Path == found.at.Path && o.Registered.Span.Start < found.whole.Start {
		found.whole.Start = o.Registered.Span.Start
	}
	return found
}

// callableName is where the name of a callable stands, as other Python tools give it.
func callableName(p *fastapi.Project, c *fastapi.Callable) source.Location {
	if c.Kind == fastapi.FunctionCallable && c.Function != nil && c.Function.Span() == c.At.Span {
		return source.Location{Path: c.At.Path, Span: c.Function.NameAt.Span()}
	}
	return p.Header(c)
}

// resembles reports whether all letters of a query occur in a name in that order.
func resembles(name, query string) bool {
	rest := strings.ToLower(name)
	for _, r := range strings.ToLower(query) {
		if r == ' ' {
			continue
		}
		i := strings.IndexRune(rest, r)
		if i < 0 {
			return false
		}
		rest = rest[i+len(string(r)):]
	}
	return true
}

// sortedPlaces returns the keys of a map in the order of their places.
func sortedPlaces[T any](m map[source.Location]T) []source.Location {
	out := make([]source.Location, 0, len(m))
	for at := range m {
		out = append(out, at)
	}
	slices.SortFunc(out, func(a, b source.Location) int {
		if a.Before(b) {
			return -1
		}
		return 1
	})
	return out
}

// unique returns the texts, each once, in order.
func unique(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
