package server

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// outbox sends notifications that nobody waits for. It never blocks its
// callers: when the client does not read, what does not fit is dropped.
type outbox struct {
	queue chan message
}

type message struct {
	method string
	params any
}

// queued is how many notifications wait for a slow client.
const queued = 128

func newOutbox(ctx context.Context, conn jsonrpc2.Conn) *outbox {
	o := &outbox{queue: make(chan message, queued)}
	go func() {
		for {
			select {
			case m := <-o.queue:
				_ = conn.Notify(ctx, m.method, m.params)
			case <-ctx.Done():
				return
			}
		}
	}()
	return o
}

// send queues a notification and reports whether there was room.
func (o *outbox) send(method string, params any) bool {
	select {
	case o.queue <- message{method, params}:
		return true
	default:
		return false
	}
}

// newLogger returns a logger that writes to base and tells the client what is
// worth a person's attention.
func newLogger(base *slog.Logger, o *outbox) *slog.Logger {
	h := &clientLog{outbox: o}
	if base != nil {
		h.base = base.Handler()
	}
	return slog.New(h)
}

// clientLog is a slog.Handler that copies records to window/logMessage.
type clientLog struct {
	outbox *outbox
	base   slog.Handler // nil: none
	attrs  []slog.Attr
}

// Enabled implements slog.Handler.
func (h *clientLog) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo || h.base != nil && h.base.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h *clientLog) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelInfo {
		h.outbox.send(protocol.MethodWindowLogMessage, &protocol.LogMessageParams{Type: messageType(r.Level), Message: h.line(r)})
	}
	if h.base != nil && h.base.Enabled(ctx, r.Level) {
		return h.base.Handle(ctx, r)
	}
	return nil
}

// line writes a record as people read it in an editor's output.
func (h *clientLog) line(r slog.Record) string {
	var out strings.Builder
	out.WriteString(r.Message)
	write := func(a slog.Attr) bool {
		_, _ = fmt.Fprintf(&out, " %s=%v", a.Key, a.Value)
		return true
	}
	for _, a := range h.attrs {
		write(a)
	}
	r.Attrs(write)
	return out.String()
}

// WithAttrs implements slog.Handler.
func (h *clientLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	next.attrs = append(h.attrs[:len(h.attrs):len(h.attrs)], attrs...)
	if h.base != nil {
		next.base = h.base.WithAttrs(attrs)
	}
	return &next
}

// WithGroup implements slog.Handler. Groups are not shown to clients.
func (h *clientLog) WithGroup(name string) slog.Handler {
	next := *h
	if h.base != nil {
		next.base = h.base.WithGroup(name)
	}
	return &next
}

func messageType(level slog.Level) protocol.MessageType {
	switch {
	case level >= slog.LevelError:
		return protocol.MessageTypeError
	case level >= slog.LevelWarn:
		return protocol.MessageTypeWarning
	}
	return protocol.MessageTypeInfo
}
