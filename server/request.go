package server

import (
	"context"
	"fmt"

	"go.lsp.dev/jsonrpc2"
)

// Request answers the methods that are not of the protocol.
func (s *session) Request(_ context.Context, method string, _ any) (any, error) {
	return nil, fmt.Errorf("%q: %w", method, jsonrpc2.ErrMethodNotFound)
}
