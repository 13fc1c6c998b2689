package server

import (
	"context"
	"sync"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// running requests can be cancelled by their client. The library's own handler
// for this derives contexts from request contexts that are recycled, which ends
// the process when a request is answered without having been released.
type cancels struct {
	mu  sync.Mutex
	all map[jsonrpc2.ID]context.CancelFunc
}

// begin returns the context of a request, which ends with the connection or when
// the client cancels, and what to call when the request has been answered.
func (c *cancels) begin(ctx context.Context, id jsonrpc2.ID) (context.Context, func()) {
	ctx, cancel := context.WithCancel(jsonrpc2.DetachContext(ctx))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[jsonrpc2.ID]context.CancelFunc{}
	}
	c.all[id] = cancel
	return ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.all, id)
		cancel()
	}
}

// cancel handles $/cancelRequest. A request that has been answered, or never
// was, is none of its concern.
func (c *cancels) cancel(raw jsonrpc2.RawMessage) error {
	var params protocol.CancelParams
	if err := protocol.Unmarshal(raw, &params); err != nil {
		return err
	}
	var id jsonrpc2.ID
	switch v := params.ID.(type) {
	case protocol.Integer:
		id = jsonrpc2.NewNumberID(int64(v))
	case protocol.String:
		id = jsonrpc2.NewStringID(string(v))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel, ok := c.all[id]; ok {
		cancel()
	}
	return nil
}
