package server

import (
	"context"

	"go.lsp.dev/protocol"
)

// Hover says what stands under the cursor.
func (s *session) Hover(ctx context.Context, params *protocol.HoverParams) (*protocol.Hover, error) {
	doc := s.document(ctx, params.TextDocument.URI)
	if doc == nil {
		return nil, nil
	}
	return nil, nil
}
