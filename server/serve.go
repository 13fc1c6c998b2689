package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"bearings/analyzers"
)

// Options say how a session is served. The zero value serves all rules and logs nothing.
type Options struct {
	Version string                // of the program, shown to clients
	Rules   []*analyzers.Analyzer // nil: all
	// Log gets what the server says about itself, besides what clients are told
	// with window/logMessage. Nil: nothing.
	Log *slog.Logger
	// Trace gets every message as one line of JSON, {"from": "client", "msg": …}.
	Trace io.Writer
	// PagesDir is the folder into which rule pages are written, so that
	// diagnostics can link to them. Empty: the user's cache folder.
	PagesDir string
	// CacheDir is the folder in which facts are kept between sessions. Empty: none are.
	CacheDir string
	// Debounce is how long the server waits after an edit before it computes
	// diagnostics. Zero: 150 ms. A project that takes longer to compute waits longer.
	Debounce time.Duration
}

// ErrNoShutdown is returned by Serve when the session ended without the client
// having sent shutdown. The protocol wants exit status 1 then.
var ErrNoShutdown = errors.New("the client left without shutdown")

// linger is how long the end of a session waits for handlers that are still at work.
const linger = 2 * time.Second

// session is one connection to one client.
type session struct {
	protocol.UnimplementedServer
	options  Options
	log      *slog.Logger
	outbox   *outbox
	conn     jsonrpc2.Conn
	client   protocol.Client
	base     context.Context // ends with the session
	phase    atomic.Int32
	exit     func()         // ends the session; may be called several times
	tasks    sync.WaitGroup // requests and background work
	starting sync.Mutex     // held while a task is added: none is once base has ended
	bars     atomic.Int64   // counts progress bars

	cancels   cancels
	addresses addresses
	can       *abilities // of the client; set by initialize
	folders   folders
	settings  atomic.Pointer[settings]
	publisher *publisher
	pages     pages
}

// Serve speaks with one client until it sends exit, closes its end, or ctx ends.
// It returns nil after an orderly shutdown, and ErrNoShutdown or the error of
// the connection otherwise. It closes in and out when they can be closed.
func Serve(ctx context.Context, in io.Reader, out io.Writer, options Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pipe := newStream(in, out, options.Trace)
	s := newSession(ctx, pipe, options)
	ended := make(chan struct{})
	s.exit = sync.OnceFunc(func() { close(ended) })
	s.conn.Go(ctx, s.handler())
	select {
	case <-s.conn.Done():
	case <-ended:
	case <-pipe.ended:
	case <-ctx.Done():
	}
	cancel()
	_ = pipe.Close()
	s.wait()
	switch {
	case s.phase.Load() == stopped:
		return nil
	case pipe.failure() != nil:
		return pipe.failure()
	}
	return ErrNoShutdown
}

func newSession(ctx context.Context, pipe *stream, options Options) *session {
	s := &session{options: options, base: ctx}
	s.conn = jsonrpc2.NewConn(pipe, jsonrpc2.WithCodec(codec{}))
	s.client = protocol.ClientDispatcher(s.conn)
	s.outbox = newOutbox(ctx, s.conn)
	s.log = newLogger(options.Log, s.outbox)
	s.can = &abilities{}
	s.settings.Store(&settings{})
	s.publisher = newPublisher(s)
	s.pages.dir = options.PagesDir
	return s
}

// wait gives handlers and tasks a moment to end.
func (s *session) wait() {
	done := make(chan struct{})
	go func() {
		s.folders.stop()
		// whoever starts a task now sees that base has ended
		s.starting.Lock()
		//lint:ignore SA2001 the lock is a barrier
		s.starting.Unlock()
		s.tasks.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(linger):
	}
}

// answering counts a request as work of the session until the returned function
// is called. It fails when the session has ended.
func (s *session) answering() (func(), error) {
	s.starting.Lock()
	defer s.starting.Unlock()
	if s.base.Err() != nil {
		return nil, errShutDown
	}
	s.tasks.Add(1)
	return s.tasks.Done, nil
}

// task runs a function in the background. It ends with the session; a panic is
// logged and ends only the task.
func (s *session) task(name string, run func(ctx context.Context)) {
	s.starting.Lock()
	defer s.starting.Unlock()
	if s.base.Err() != nil {
		return
	}
	s.tasks.Go(func() {
		defer s.recovered(name)
		run(s.base)
	})
}
