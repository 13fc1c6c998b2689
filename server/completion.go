package server

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// Completion offers, within a string, what the project knows that belongs there:
// paths for tokenUrl, scopes, names of environment variables.
func (s *session) Completion(ctx context.Context, params *protocol.CompletionParams) (protocol.CompletionResult, error) {
	doc := s.document(ctx, params.TextDocument.URI)
	if doc == nil {
		return nil, nil
	}
	offset := s.fromPosition(doc.file, params.Position)
	if path.Ext(string(doc.path)) != ".py" {
		return s.completeName(ctx, doc, offset)
	}
	literal, ok := python.StringAt(doc.file.Text, offset)
	if !ok || literal.Format {
		return nil, nil
	}
	project, err := doc.snapshot.Project(ctx)
	if err != nil {
		return nil, err
	}
	items := protocol.CompletionItemSlice{}
	place := s.toRange(doc.file, literal.Content.Span())
	for _, offer := range offers(project, wantedAt(doc.file, literal.Span().Start)) {
		items = append(items, protocol.CompletionItem{
			Label: offer.text, Detail: protocol.NewOptional(offer.detail), Kind: offer.kind,
			TextEdit: &protocol.TextEdit{Range: place, NewText: offer.text},
		})
	}
	return items, nil
}

// wanted is what a string is meant to be.
type wanted uint8

const (
	nothing wanted = iota
	tokenURL
	scope
	variable
)

// wantedAt looks at the text before a string: a keyword, or the call or
// subscript that it is the first argument of. The text may be half typed, so no
// facts are asked.
func wantedAt(file *source.File, start int) wanted {
	line := file.LineOf(start)
	from := file.Line(max(0, line-3)).Start
	before := strings.TrimRight(string(file.Text[from:start]), " \t\r\n")
	squeezed := strings.ReplaceAll(strings.ReplaceAll(before, " ", ""), "\n", "")
	list := squeezed[strings.LastIndexAny(squeezed, "([")+1:]
	head := squeezed[:len(squeezed)-len(list)]
	switch {
	case strings.HasSuffix(squeezed, "tokenUrl="), strings.HasSuffix(squeezed, "refreshUrl="):
		return tokenURL
	case strings.HasSuffix(head, "scopes=["):
		return scope
	case list == "" && (strings.HasSuffix(head, "environ[") || strings.HasSuffix(head, "environ.get(") || strings.HasSuffix(head, "getenv(")),
		strings.HasSuffix(squeezed, "alias="), strings.HasSuffix(squeezed, "env="):
		return variable
	}
	return nothing
}

// offer is one completion.
type offer struct {
	text, detail string
	kind         protocol.CompletionItemKind
}

func offers(p *fastapi.Project, what wanted) []offer {
	found := map[string]offer{}
	switch what {
	case tokenURL:
		for _, app := range p.Apps {
			for _, o := range app.Operations {
				if o.Kind == fastapi.HTTP && slices.Contains(o.Methods, "POST") {
					text := strings.TrimPrefix(o.Path, "/")
					found[text] = offer{text, o.ID() + " · " + shortName(o.Handler), protocol.CompletionItemKindValue}
				}
			}
		}
	case scope:
		for _, s := range p.Schemes {
			for name, description := range s.Scopes {
				found[name] = offer{name, description, protocol.CompletionItemKindEnumMember}
			}
		}
	case variable:
		for name, where := range variables(p) {
			found[name] = offer{name, strings.Join(unique(where), ", "), protocol.CompletionItemKindVariable}
		}
	}
	names := slices.Sorted(maps.Keys(found))
	out := make([]offer, 0, len(names))
	for _, name := range names {
		out = append(out, found[name])
	}
	return out
}

// variables lists the names of environment variables, with the environments, or
// the files that a program can load, that set them. Values are not looked at.
func variables(p *fastapi.Project) map[string][]string {
	out := map[string][]string{}
	for _, e := range p.Environments {
		for name := range e.Variables {
			out[name] = append(out[name], e.Name)
		}
	}
	for _, at := range p.Tree.Paths() {
		if !at.IsEnvFile() {
			continue
		}
		if file, err := p.Tree.File(at); err == nil {
			for _, entry := range environment.ParseDotenv(file) {
				out[entry.Key] = append(out[entry.Key], string(at))
			}
		}
	}
	delete(out, "")
	return out
}
