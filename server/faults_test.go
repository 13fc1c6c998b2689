package server

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestVersionsOutOfOrderAndPositionsOutside(t *testing.T) {
	root := project(t, map[string]string{"a.py": ""})
	c := connect(t, wordRules)
	c.start(root, maximal(), nil)
	uri := "file://" + root + "/a.py"
	c.open(uri, 10, "BAD\n")
	c.diagnostics(0, uri, 10)
	c.change(uri, 5, edit(900, 900, 901, 2, " BAD"), edit(0, 3, 0, 1, "!"))
	if p, _ := c.diagnostics(0, uri, 5); len(p.Diagnostics) != 2 {
		t.Errorf("%+v", p)
	}
	for _, place := range [][2]int{{900, 0}, {0, 900}, {4294967, 4294967}} {
		if code := c.code("textDocument/hover", at(uri, place[0], place[1])); code != 0 {
			t.Errorf("hover at %v: error %d", place, code)
		}
	}
	if code := c.code("textDocument/hover", map[string]any{"textDocument": map[string]any{"uri": uri}, "position": map[string]any{"line": -1, "character": 0}}); code != -32602 {
		t.Errorf("a negative line: error %d, want -32602", code)
	}
}

func TestPhases(t *testing.T) {
	root := project(t, map[string]string{"a.py": ""})
	c := connect(t, wordRules)
	uri := "file://" + root + "/a.py"
	if code := c.code("textDocument/hover", at(uri, 0, 0)); code != -32002 {
		t.Errorf("before initialize: %d", code)
	}
	c.open(uri, 1, "BAD") // dropped
	c.start(root, maximal(), nil)
	if code := c.code("initialize", map[string]any{"capabilities": map[string]any{}, "processId": nil, "rootUri": nil}); code != -32600 {
		t.Errorf("a second initialize: %d", code)
	}
	for method, want := range map[string]int{"no/such": -32601, "textDocument/formatting": -32601, "$/no/such": -32601, "textDocument/rename": -32601} {
		params := map[string]any{"textDocument": map[string]any{"uri": uri}, "position": positionJSON{}, "newName": "x", "options": map[string]any{"tabSize": 1, "insertSpaces": true}}
		if code := c.code(method, params); code != want {
			t.Errorf("%s: %d, want %d", method, code, want)
		}
	}
	if code := c.code("no/such", nil); code != -32601 {
		t.Errorf("an unknown method without parameters: %d", code)
	}
	if code := c.code("textDocument/hover", nil); code != -32602 {
		t.Errorf("missing parameters: %d", code)
	}
	if code := c.code("textDocument/hover", map[string]any{"position": "here"}); code != -32602 {
		t.Errorf("wrong parameters: %d", code)
	}
	c.notify("no/such", nil)
	c.notify("$/no/such", map[string]any{"x": 1})
	c.notify("$/cancelRequest", map[string]any{"id": []int{1}})
	c.notify("textDocument/didChange", 7)
	c.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": "file:///never/opened.py"}})
	c.call("shutdown", nil, nil)
	if code := c.code("textDocument/hover", at(uri, 0, 0)); code != -32600 {
		t.Errorf("after shutdown: %d", code)
	}
	c.notify("exit", nil)
	select {
	case err := <-c.ended:
		c.ended <- err
		if err != nil {
			t.Errorf("Serve returned %v", err)
		}
	case <-time.After(patience):
		t.Fatal("exit did not end the session")
	}
}

func TestGarbage(t *testing.T) {
	root := project(t, map[string]string{"a.py": "BAD"})
	c := connect(t, wordRules)
	c.start(root, maximal(), nil)
	for body, want := range map[string]string{`{"jsonrpc": "2.0", "id": `: "-32700", `garbage`: "-32700", `[]`: "-32600", `{"jsonrpc":"2.0"}`: "-3", ``: "-32700", `{"jsonrpc":"2.0","id":{},"method":"x"}`: "-3"} {
		from := c.mark()
		c.writeRaw(fmt.Sprintf("content-length: %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n%s", len(body), body))
		n, _ := c.wait(from, "an error for "+body, func(n note) bool { return n.Method == "null reply" })
		if !strings.Contains(string(n.Params), `"code":`+want) {
			t.Errorf("%q was answered with %s", body, n.Params)
		}
	}
	if code := c.code("textDocument/hover", at("file://"+root+"/a.py", 0, 0)); code != 0 {
		t.Errorf("the session did not survive: %d", code)
	}
}

func TestBrokenFramesEndTheSession(t *testing.T) {
	for _, frame := range []string{"Content-Length: -1\r\n\r\n", "Content-Length: x\r\n\r\n", "Content-Length: 99999999999\r\n\r\n", "Hello\r\n\r\n", "\r\n", "X: " + strings.Repeat("x", 2*maxHeader), "Content-Type: x\r\n\r\n{}"} {
		c := connect(t, wordRules)
		c.start(project(t, nil), maximal(), nil)
		go c.writeRaw(frame)
		select {
		case err := <-c.ended:
			c.ended <- err
			if err == nil || errors.Is(err, ErrNoShutdown) {
				t.Errorf("%.30q: Serve returned %v", frame, err)
			}
		case <-time.After(patience):
			t.Fatalf("%.30q did not end the session", frame)
		}
	}
}

func TestTheClientLeaves(t *testing.T) {
	for _, shutdown := range []bool{false, true} {
		c := connect(t, wordRules)
		c.start(project(t, map[string]string{"a.py": "BAD"}), maximal(), nil)
		if shutdown {
			c.call("shutdown", nil, nil)
		}
		_ = c.conn.Close()
		select {
		case err := <-c.ended:
			c.ended <- err
			if shutdown != (err == nil) || !shutdown && !errors.Is(err, ErrNoShutdown) {
				t.Errorf("shutdown %v: Serve returned %v", shutdown, err)
			}
		case <-time.After(patience):
			t.Fatal("the session did not end")
		}
	}
}

// TestAClientThatStopsReading sends requests and never reads an answer: the
// server stops reading in turn, and its memory stays bounded.
func TestAClientThatStopsReading(t *testing.T) {
	root := project(t, map[string]string{"a.py": "BAD"})
	c := connectSilent(t, wordRules)
	sent := make(chan int, 1)
	go func() {
		n := 0
		c.write(map[string]any{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": map[string]any{"processId": nil, "rootUri": "file://" + root, "capabilities": map[string]any{}}})
		_ = c.conn.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
		for ; n < 100_000; n++ {
			body := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"textDocument/hover","params":{"textDocument":{"uri":"file://%s/a.py"},"position":{"line":0,"character":0}}}`, n+1, root)
			if _, err := fmt.Fprintf(c.conn, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
				break
			}
		}
		sent <- n
	}()
	if n := <-sent; n > 10*maxUnanswered {
		t.Errorf("the server took %d requests without an answer being read", n)
	}
	_ = c.conn.Close()
	select {
	case err := <-c.ended:
		c.ended <- err
	case <-time.After(patience):
		t.Fatal("the session did not end")
	}
}
