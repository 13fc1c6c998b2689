package server

import (
	"context"
	"strings"

	"go.lsp.dev/protocol"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// InlayHint shows the full path behind the path of an operation, where prefixes
// make it another one.
func (s *session) InlayHint(ctx context.Context, params *protocol.InlayHintParams) ([]protocol.InlayHint, error) {
	doc := s.document(ctx, params.TextDocument.URI)
	if doc == nil || doc.snapshot.Partial() || !s.settings.Load().InlayHints {
		return nil, nil
	}
	project, err := doc.snapshot.Project(ctx)
	if err != nil {
		return nil, err
	}
	span := s.fromRange(doc.file, params.Range)
	paths := map[source.Location][]string{}
	for _, app := range project.Apps {
		for _, o := range app.Operations {
			if o.PathAt.Path == doc.path && span.Contains(o.PathAt.Span.End) && !written(doc.file, o) {
				paths[o.PathAt] = append(paths[o.PathAt], o.Path)
			}
		}
	}
	var out []protocol.InlayHint
	for _, at := range sortedPlaces(paths) {
		out = append(out, protocol.InlayHint{
			Position:    s.toPosition(doc.file, at.Span.End),
			Label:       protocol.String("→ " + strings.Join(unique(paths[at]), ", ")),
			PaddingLeft: new(true),
		})
	}
	return out, nil
}

// written reports whether the full path of an operation is what its source says.
func written(file *source.File, o *fastapi.Operation) bool {
	return strings.Trim(file.Slice(o.PathAt.Span), "\"'rfRFuU") == o.Path
}
