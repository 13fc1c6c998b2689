package server

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for the server before it gives up.
const patience = 20 * time.Second

// rawClient speaks JSON-RPC without any of the server's libraries.
type rawClient struct {
	t     *testing.T
	conn  net.Conn
	ended chan error // the result of Serve

	mu       sync.Mutex
	next     int
	waiting  map[int]chan reply
	seen     []note // notifications and requests of the server, in order
	arrived  chan struct{}
	answers  map[string]any // what the client answers the server's requests with
	log      []string
	closed   chan struct{}
	readOnce sync.Once
}

type reply struct {
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

type note struct {
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// connect serves a session over a pipe. The client reads until the test ends.
func connect(t *testing.T, options Options) *rawClient {
	t.Helper()
	c := connectSilent(t, options)
	c.listen()
	return c
}

// connectSilent is connect without reading.
func connectSilent(t *testing.T, options Options) *rawClient {
	t.Helper()
	if options.PagesDir == "" {
		options.PagesDir = t.TempDir()
	}
	if options.Debounce == 0 {
		options.Debounce = time.Millisecond
	}
	near, far := net.Pipe()
	c := &rawClient{t: t, conn: near, ended: make(chan error, 1), waiting: map[int]chan reply{}, arrived: make(chan struct{}, 1), closed: make(chan struct{}), answers: map[string]any{}}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { c.ended <- Serve(ctx, far, far, options) }()
	t.Cleanup(func() {
		cancel()
		_ = near.Close()
		select {
		case err := <-c.ended:
			c.ended <- err
		case <-time.After(patience):
			t.Error("the session did not end")
		}
	})
	return c
}

func (c *rawClient) listen() {
	c.readOnce.Do(func() {
		go func() {
			defer close(c.closed)
			in := bufio.NewReader(c.conn)
			for {
				body, err := readFrame(in)
				if err != nil {
					return
				}
				c.take(body)
			}
		}()
	})
}

func readFrame(in *bufio.Reader) ([]byte, error) {
	length := 0
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line = strings.TrimSpace(line); line == "" {
			break
		}
		if value, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length, _ = strconv.Atoi(value)
		}
	}
	body := make([]byte, length)
	_, err := io.ReadFull(in, body)
	return body, err
}

func (c *rawClient) take(body []byte) {
	var m struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Params json.RawMessage `json:"params"`
		reply
	}
	if err := json.Unmarshal(body, &m); err != nil {
		c.t.Errorf("the server sent no JSON: %v: %s", err, body)
		return
	}
	c.mu.Lock()
	c.log = append(c.log, string(body))
	if m.Method == "" {
		id, _ := strconv.Atoi(string(m.ID))
		w := c.waiting[id]
		delete(c.waiting, id)
		c.mu.Unlock()
		if w != nil {
			w <- m.reply
		} else if string(m.ID) == "null" {
			c.keep(note{Method: "null reply", Params: body})
		}
		return
	}
	answer, known := c.answers[m.Method]
	c.mu.Unlock()
	if len(m.ID) > 0 {
		response := map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": nil}
		if known {
			response["result"] = answer
		}
		go c.write(response)
	}
	c.keep(note{m.Method, m.Params})
}

func (c *rawClient) keep(n note) {
	c.mu.Lock()
	c.seen = append(c.seen, n)
	c.mu.Unlock()
	select {
	case c.arrived <- struct{}{}:
	default:
	}
}

func (c *rawClient) write(message any) {
	body, err := json.Marshal(message)
	if err != nil {
		c.t.Error(err)
		return
	}
	c.writeRaw(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
}

func (c *rawClient) writeRaw(text string) { _, _ = io.WriteString(c.conn, text) }

func (c *rawClient) notify(method string, params any) {
	c.write(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
}

// begin sends a request and returns where the answer will come.
func (c *rawClient) begin(method string, params any) (int, chan reply) {
	c.mu.Lock()
	c.next++
	id, answer := c.next, make(chan reply, 1)
	c.waiting[id] = answer
	c.mu.Unlock()
	message := map[string]any{"jsonrpc": "2.0", "id": id, "method": method}
	if params != nil {
		message["params"] = params
	}
	c.write(message)
	return id, answer
}

// reply waits for an answer.
func (c *rawClient) reply(answer chan reply) reply {
	c.t.Helper()
	select {
	case r := <-answer:
		return r
	case <-time.After(patience):
		c.t.Fatal("no answer")
		return reply{}
	}
}

// call sends a request, expects success and decodes the result into out.
func (c *rawClient) call(method string, params, out any) {
	c.t.Helper()
	_, answer := c.begin(method, params)
	r := c.reply(answer)
	if r.Error != nil {
		c.t.Fatalf("%s: error %d: %s", method, r.Error.Code, r.Error.Message)
	}
	if out != nil {
		if err := json.Unmarshal(r.Result, out); err != nil {
			c.t.Fatalf("%s: %v: %s", method, err, r.Result)
		}
	}
}

// code sends a request and returns the code of its error, 0 for none.
func (c *rawClient) code(method string, params any) int {
	c.t.Helper()
	_, answer := c.begin(method, params)
	if r := c.reply(answer); r.Error != nil {
		return r.Error.Code
	}
	return 0
}

// wait returns the first notification that matches, from the one at index on,
// and the index behind it.
func (c *rawClient) wait(from int, what string, match func(note) bool) (note, int) {
	c.t.Helper()
	deadline := time.After(patience)
	for {
		c.mu.Lock()
		for i := from; i < len(c.seen); i++ {
			if n := c.seen[i]; match(n) {
				c.mu.Unlock()
				return n, i + 1
			}
		}
		c.mu.Unlock()
		select {
		case <-c.arrived:
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			c.mu.Lock()
			defer c.mu.Unlock()
			c.t.Fatalf("the server did not send %s; it sent %d messages, the last: %.2000s", what, len(c.log), strings.Join(c.log[max(0, len(c.log)-5):], "\n"))
		}
	}
}

// diagnostics waits for the diagnostics of a document, at a version if that is
// not 0, and returns them.
func (c *rawClient) diagnostics(from int, uri string, version int) (publishedJSON, int) {
	c.t.Helper()
	var p publishedJSON
	_, next := c.wait(from, fmt.Sprintf("diagnostics of %s, version %d", uri, version), func(n note) bool {
		if n.Method != "textDocument/publishDiagnostics" {
			return false
		}
		p = publishedJSON{}
		if err := json.Unmarshal(n.Params, &p); err != nil {
			c.t.Errorf("%v: %s", err, n.Params)
		}
		return p.URI == uri && (version == 0 || p.Version != nil && *p.Version == version)
	})
	return p, next
}

// mark is the index behind everything that has arrived.
func (c *rawClient) mark() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.seen)
}

// maximal are the capabilities of a client that can do everything, except that
// it does not pull diagnostics.
func maximal() map[string]any {
	yes := true
	return map[string]any{
		"general": map[string]any{"positionEncodings": []string{"utf-16"}},
		"window":  map[string]any{"workDoneProgress": yes},
		"workspace": map[string]any{
			"applyEdit": yes, "configuration": yes, "workspaceFolders": yes,
			"workspaceEdit":          map[string]any{"documentChanges": yes},
			"didChangeWatchedFiles":  map[string]any{"dynamicRegistration": yes},
			"didChangeConfiguration": map[string]any{"dynamicRegistration": yes},
			"codeLens":               map[string]any{"refreshSupport": yes},
			"diagnostics":            map[string]any{"refreshSupport": yes},
		},
		"textDocument": map[string]any{
			"publishDiagnostics": map[string]any{"relatedInformation": yes, "versionSupport": yes, "codeDescriptionSupport": yes, "dataSupport": yes,
				"tagSupport": map[string]any{"valueSet": []int{1, 2}}},
			"hover": map[string]any{"contentFormat": []string{"markdown", "plaintext"}},
			"codeAction": map[string]any{"dataSupport": yes, "isPreferredSupport": yes, "resolveSupport": map[string]any{"properties": []string{"edit"}},
				"codeActionLiteralSupport": map[string]any{"codeActionKind": map[string]any{"valueSet": []string{"quickfix", "source"}}}},
			"documentSymbol": map[string]any{"hierarchicalDocumentSymbolSupport": yes},
			"definition":     map[string]any{"linkSupport": yes},
			"completion":     map[string]any{"completionItem": map[string]any{"documentationFormat": []string{"markdown"}}},
		},
	}
}

// start initializes a session in a folder.
func (c *rawClient) start(root string, capabilities map[string]any, options any) json.RawMessage {
	c.t.Helper()
	params := map[string]any{"processId": nil, "capabilities": capabilities, "rootUri": nil}
	if root != "" {
		params["workspaceFolders"] = []any{map[string]any{"uri": "file://" + root, "name": "work"}}
	}
	if options != nil {
		params["initializationOptions"] = options
	}
	var result json.RawMessage
	c.call("initialize", params, &result)
	c.notify("initialized", map[string]any{})
	return result
}

func (c *rawClient) open(uri string, version int, text string) {
	c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "python", "version": version, "text": text}})
}

func (c *rawClient) change(uri string, version int, changes ...any) {
	c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": version}, "contentChanges": changes})
}

func whole(text string) any { return map[string]any{"text": text} }

func edit(line, start, endLine, end int, text string) any {
	return map[string]any{"range": map[string]any{"start": positionJSON{line, start}, "end": positionJSON{endLine, end}}, "text": text}
}

func at(uri string, line, character int) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": uri}, "position": positionJSON{line, character}}
}

// end shuts the session down and returns what Serve returned.
func (c *rawClient) end() error {
	c.t.Helper()
	c.call("shutdown", nil, nil)
	c.notify("exit", nil)
	select {
	case err := <-c.ended:
		c.ended <- err
		return err
	case <-time.After(patience):
		c.t.Fatal("the session did not end")
		return nil
	}
}
