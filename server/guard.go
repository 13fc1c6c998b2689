package server

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// The phases of a session.
const (
	starting int32 = iota // before initialize
	running
	stopped // after shutdown
)

// errNotInitialized and errShutDown are what requests outside the running phase get.
var (
	errNotInitialized = jsonrpc2.NewError(-32002, "the server has not been initialized")
	errShutDown       = jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the server has been shut down")
	errInitialized    = jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the server has been initialized already")
)

// handler is the chain that every message goes through.
func (s *session) handler() jsonrpc2.Handler {
	return s.contain(s.order(s.own(protocol.ServerHandler(s, jsonrpc2.MethodNotFoundHandler))))
}

// own answers the server's own requests, which may come without parameters; the
// library would call that a parse error.
func (s *session) own(next jsonrpc2.Handler) jsonrpc2.Handler {
	return func(ctx context.Context, request *jsonrpc2.Request) (any, error) {
		if request.IsCall() && strings.HasPrefix(request.Method(), ownPrefix) {
			return s.Request(ctx, request.Method(), protocol.LSPAny(request.Params()))
		}
		return next(ctx, request)
	}
}

// ownPrefix begins the names of the methods that are not of the protocol.
const ownPrefix = "bearings/"

// contain keeps the session alive: panics of handlers and errors of
// notifications, both of which would close the connection, become log entries.
func (s *session) contain(next jsonrpc2.Handler) jsonrpc2.Handler {
	return func(ctx context.Context, request *jsonrpc2.Request) (result any, err error) {
		method, isCall := strings.Clone(request.Method()), request.IsCall()
		defer func() {
			if reason := recover(); reason != nil {
				s.log.Error("a handler panicked", "method", method, "reason", fmt.Sprint(reason), "stack", string(debug.Stack()))
				result, err = nil, jsonrpc2.Errorf(jsonrpc2.InternalError, "internal error in %s", method)
			}
			if err != nil && !isCall {
				s.log.Warn("a notification could not be handled", "method", method, "error", err)
				err = nil
			}
			err = replyError(err)
		}()
		if isCall && len(request.Params()) == 0 && !takesNothing(method) {
			return nil, fmt.Errorf("%q: %w", method, jsonrpc2.ErrMethodNotFound)
		}
		return next(ctx, request)
	}
}

// order refuses what does not fit the phase of the session and starts messages
// in the order of the wire: notifications are handled before the next message is
// read, requests take their view before it is.
func (s *session) order(next jsonrpc2.Handler) jsonrpc2.Handler {
	return func(ctx context.Context, request *jsonrpc2.Request) (any, error) {
		method, isCall := request.Method(), request.IsCall()
		if err := s.admit(method, isCall); err != nil {
			return nil, err
		}
		switch {
		case method == protocol.MethodCancelRequest:
			return nil, s.cancels.cancel(request.Params())
		case !isCall && s.phase.Load() == starting && method != protocol.MethodExit:
			return nil, nil // the protocol wants notifications before initialize dropped
		case !isCall:
			if method == protocol.MethodTextDocumentDidOpen {
				s.addresses.note(request.Params())
			}
			return next(jsonrpc2.DetachContext(ctx), request)
		case method == protocol.MethodInitialize || method == protocol.MethodShutdown:
			return next(jsonrpc2.DetachContext(ctx), request)
		}
		finished, err := s.answering()
		if err != nil {
			return nil, err
		}
		defer finished()
		own, done := s.cancels.begin(ctx, request.ID())
		defer done()
		own = s.withView(own)
		jsonrpc2.Async(ctx)
		return next(own, request)
	}
}

// takesNothing reports whether a request may come without parameters. Of the
// protocol's own only shutdown may; the library calls the others a parse error,
// whether it knows them or not.
func takesNothing(method string) bool {
	return method == protocol.MethodShutdown || strings.HasPrefix(method, ownPrefix) || knownMethods[method]
}

// knownMethods are the requests that are answered, for which missing parameters
// are invalid parameters; any other method is not found.
var knownMethods = map[string]bool{
	protocol.MethodInitialize: true, protocol.MethodTextDocumentHover: true, protocol.MethodTextDocumentCodeAction: true,
	protocol.MethodCodeActionResolve: true, protocol.MethodTextDocumentCodeLens: true, protocol.MethodTextDocumentInlayHint: true,
	protocol.MethodTextDocumentDocumentSymbol: true, protocol.MethodWorkspaceSymbol: true, protocol.MethodTextDocumentDefinition: true,
	protocol.MethodTextDocumentReferences: true, protocol.MethodTextDocumentPrepareCallHierarchy: true,
	protocol.MethodCallHierarchyIncomingCalls: true, protocol.MethodCallHierarchyOutgoingCalls: true,
	protocol.MethodTextDocumentCompletion: true, protocol.MethodTextDocumentDocumentLink: true,
	protocol.MethodWorkspaceExecuteCommand: true, protocol.MethodTextDocumentDiagnostic: true, protocol.MethodWorkspaceDiagnostic: true,
}

// admit says whether a request fits the phase of the session.
func (s *session) admit(method string, isCall bool) error {
	switch phase := s.phase.Load(); {
	case !isCall:
		return nil
	case phase == starting && method != protocol.MethodInitialize:
		return errNotInitialized
	case phase == running && method == protocol.MethodInitialize:
		return errInitialized
	case phase == stopped:
		return errShutDown
	}
	return nil
}

// replyError gives an error the code that the protocol has for it.
func replyError(err error) error {
	var coded *jsonrpc2.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return protocol.ErrRequestCancelled
	case errors.Is(err, jsonrpc2.ErrParse): // the message was JSON, the parameters were not what the method takes
		return jsonrpc2.NewError(jsonrpc2.InvalidParams, err.Error())
	case errors.As(err, &coded):
		return err
	}
	return jsonrpc2.NewError(jsonrpc2.InternalError, err.Error())
}

// recovered is deferred by background work.
func (s *session) recovered(what string) {
	if reason := recover(); reason != nil {
		s.log.Error("background work panicked", "what", what, "reason", fmt.Sprint(reason), "stack", string(debug.Stack()))
	}
}
