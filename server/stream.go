package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"go.lsp.dev/jsonrpc2"
)

const (
	// maxMessage is the size in bytes of the largest message that is read: a
	// didOpen of a file far above what is analysed, JSON escapes included.
	maxMessage = 64 << 20
	// maxHeader is the size in bytes of the largest header line.
	maxHeader = 8 << 10
	// maxUnanswered is how many requests a client may have open. When it sends
	// more without reading answers, we stop reading until it does.
	maxUnanswered = 256
)

// stream is the framing of the base protocol. It differs from the library's own
// in what a client can do to it: a message that is no JSON is answered with a
// parse error and skipped, since the frame around it is intact, and a client
// that does not read its answers is not read from either.
type stream struct {
	in    *bufio.Reader
	out   io.Writer
	ends  []io.Closer
	trace *tracer

	body       []byte // of the last message, reused
	unanswered chan struct{}
	ended      chan struct{} // closed when nothing more will be read
	close      func() error

	mu      sync.Mutex // serialises writes
	frame   []byte
	problem struct {
		sync.Mutex
		err error
	}
}

func newStream(in io.Reader, out io.Writer, trace io.Writer) *stream {
	s := &stream{in: bufio.NewReaderSize(in, maxHeader), out: out, trace: newTracer(trace),
		unanswered: make(chan struct{}, maxUnanswered), ended: make(chan struct{})}
	for _, end := range []any{in, out} {
		if c, ok := end.(io.Closer); ok {
			s.ends = append(s.ends, c)
		}
	}
	finish := sync.OnceFunc(func() { close(s.ended) })
	s.close = sync.OnceValue(func() error {
		finish()
		var errs []error
		for _, c := range s.ends {
			errs = append(errs, c.Close())
		}
		return errors.Join(errs...)
	})
	return s
}

// Close implements jsonrpc2.Stream.
func (s *stream) Close() error { return s.close() }

// failure returns why reading ended, or nil when the client simply left.
func (s *stream) failure() error {
	s.problem.Lock()
	defer s.problem.Unlock()
	return s.problem.err
}

// Read implements jsonrpc2.Stream.
func (s *stream) Read(context.Context) (jsonrpc2.Message, int64, error) {
	for {
		body, err := s.readFrame()
		if err != nil {
			return nil, 0, s.end(err)
		}
		message, err := jsonrpc2.DecodeMessage(body)
		if err != nil {
			s.trace.write("client", []byte(strconv.Quote(string(body))))
			if err := s.writeBody(jsonrpc2.AppendResponse(nil, jsonrpc2.ID{}, nil, decodeError(err))); err != nil {
				return nil, 0, s.end(err)
			}
			continue
		}
		s.trace.write("client", body)
		if _, isCall := message.(*jsonrpc2.Call); isCall {
			select {
			case s.unanswered <- struct{}{}:
			case <-s.ended:
				return nil, 0, io.EOF
			}
		}
		return message, int64(len(body)), nil
	}
}

// decodeError classifies what DecodeMessage refused.
func decodeError(err error) error {
	if errors.Is(err, jsonrpc2.ErrInvalidRequest) {
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the message is neither a request nor a response")
	}
	return jsonrpc2.NewError(jsonrpc2.ParseError, "the message is not JSON")
}

// end notes why reading ended and wakes Serve.
func (s *stream) end(err error) error {
	select {
	case <-s.ended: // closed by us: whatever reading says now is no news
		return io.EOF
	default:
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrClosedPipe) {
		s.problem.Lock()
		s.problem.err = err
		s.problem.Unlock()
	}
	_ = s.Close()
	return err
}

// readFrame reads one header block and the body that it announces.
func (s *stream) readFrame() ([]byte, error) {
	length := -1
	for first := true; ; first = false {
		line, err := s.in.ReadSlice('\n')
		if err != nil {
			if errors.Is(err, bufio.ErrBufferFull) {
				return nil, errors.New("a header line is too long")
			}
			if errors.Is(err, io.EOF) && first && len(line) == 0 {
				return nil, io.EOF
			}
			return nil, unexpected(err)
		}
		name, value, ok := strings.Cut(strings.TrimRight(string(line), "\r\n"), ":")
		if !ok && name == "" {
			break
		}
		if !ok {
			return nil, fmt.Errorf("a header line without a colon: %.40q", name)
		}
		if strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			length, err = strconv.Atoi(strings.TrimSpace(value))
			if err != nil || length < 0 || length > maxMessage {
				return nil, fmt.Errorf("a message cannot be %.20q bytes long", strings.TrimSpace(value))
			}
		}
	}
	if length < 0 {
		return nil, errors.New("a message without Content-Length")
	}
	if cap(s.body) < length || cap(s.body) > 1<<20 && length < 1<<16 {
		s.body = make([]byte, length)
	}
	s.body = s.body[:length]
	if _, err := io.ReadFull(s.in, s.body); err != nil {
		return nil, unexpected(err)
	}
	return s.body, nil
}

// unexpected is the end of the stream within a message.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Write implements jsonrpc2.Stream. It writes even when ctx has ended: a
// cancelled request is answered too.
func (s *stream) Write(_ context.Context, message jsonrpc2.Message) (int64, error) {
	body := jsonrpc2.AppendMessage(nil, message)
	err := s.writeBody(body)
	if !bytes.HasPrefix(body, []byte(`{"jsonrpc":"2.0","method":`)) { // the library's response type is not exported
		select {
		case <-s.unanswered:
		default:
		}
	}
	return int64(len(body)), err
}

func (s *stream) writeBody(body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frame = append(s.frame[:0], "Content-Length: "...)
	s.frame = strconv.AppendInt(s.frame, int64(len(body)), 10)
	s.frame = append(append(s.frame, "\r\n\r\n"...), body...)
	_, err := s.out.Write(s.frame)
	if cap(s.frame) > 1<<20 {
		s.frame = nil
	}
	s.trace.write("server", body)
	return err
}

// tracer records messages for people who look for the fault of a session.
type tracer struct {
	mu  sync.Mutex
	out io.Writer
}

func newTracer(out io.Writer) *tracer {
	if out == nil {
		return nil
	}
	return &tracer{out: out}
}

func (t *tracer) write(from string, body []byte) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = fmt.Fprintf(t.out, "{\"from\":%q,\"msg\":%s}\n", from, bytes.ReplaceAll(body, []byte("\n"), []byte(" ")))
}
