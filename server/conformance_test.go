package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"bearings/internal/testkit"
)

// serveVariable makes the test's own program the server, for clients that start one.
const serveVariable = "BEARINGS_TEST_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) == "" {
		os.Exit(m.Run())
	}
	err := Serve(context.Background(), os.Stdin, os.Stdout, Options{PagesDir: os.Getenv(serveVariable)})
	if err != nil && !errors.Is(err, ErrNoShutdown) {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil {
		os.Exit(1)
	}
}

func lsprotocol(t *testing.T) string {
	t.Helper()
	list, err := os.ReadFile(filepath.Join("testdata", "conformance", "requirements.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return testkit.Python(t, "lsp", string(list))
}

// recorder is a trace that may be read while it is written.
type recorder struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.Write(p)
}

// TestMessagesAreConformant records sessions of a maximal and a minimal client
// that ask for everything, and has each message of the server checked against
// the protocol by lsprotocol.
func TestMessagesAreConformant(t *testing.T) {
	python := lsprotocol(t)
	var record recorder
	for _, capabilities := range []map[string]any{maximal(), {}, pulling()} {
		askEverything(t, capabilities, &record)
	}
	name := filepath.Join(t.TempDir(), "session.jsonl")
	if err := os.WriteFile(name, record.out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, filepath.Join("testdata", "conformance", "validate.py"), name).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "invalid: 0") {
		t.Errorf("%s", out)
	}

	// The judge can say no.
	broken := strings.Replace(record.out.String(), `"severity":`, `"severty":`, 1)
	if err := os.WriteFile(name, []byte(broken), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(python, filepath.Join("testdata", "conformance", "validate.py"), name).CombinedOutput(); err == nil {
		t.Errorf("a misspelt field was not noticed: %s", out)
	}
}

func pulling() map[string]any {
	capabilities := maximal()
	capabilities["textDocument"].(map[string]any)["diagnostic"] = map[string]any{}
	return capabilities
}

// askEverything asks for all that the server answers.
func askEverything(t *testing.T, capabilities map[string]any, record *recorder) {
	t.Helper()
	root := project(t, shop)
	c := connect(t, Options{Trace: record})
	c.start(root, capabilities, map[string]any{"inlayHints": true})
	c.wait(0, "the end of the scan", func(n note) bool {
		return n.Method == "window/logMessage" && strings.Contains(string(n.Params), "read a folder")
	})
	users, deps := "file://"+root+"/app/users.py", "file://"+root+"/app/deps.py"
	c.open(users, 1, "# 鍵🔑\n"+shop["app/users.py"])
	c.open(deps, 1, shop["app/deps.py"]+"x = 1  # bearings: ignore[no-such-rule] reason\n")
	document := map[string]any{"uri": deps}
	all := rangeJSON{End: positionJSON{99, 0}}
	for line := range 20 {
		for _, method := range []string{"hover", "definition", "prepareCallHierarchy", "completion"} {
			c.call("textDocument/"+method, at(deps, line, 20), nil)
		}
		params := at(deps, line, 20)
		params["context"] = map[string]any{"includeDeclaration": true}
		c.call("textDocument/references", params, nil)
		var actions []map[string]any
		c.call("textDocument/codeAction", map[string]any{"textDocument": document, "range": rangeJSON{positionJSON{line, 0}, positionJSON{line, 0}}, "context": map[string]any{"diagnostics": []any{}}}, &actions)
		for _, action := range actions {
			if action["data"] != nil {
				c.call("codeAction/resolve", action, nil)
			}
		}
	}
	for _, method := range []string{"codeLens", "documentSymbol", "documentLink", "diagnostic"} {
		for _, uri := range []string{users, deps} {
			c.call("textDocument/"+method, map[string]any{"textDocument": map[string]any{"uri": uri}}, nil)
		}
	}
	c.call("textDocument/inlayHint", map[string]any{"textDocument": map[string]any{"uri": users}, "range": all}, nil)
	c.call("workspace/symbol", map[string]any{"query": ""}, nil)
	c.call("workspace/diagnostic", map[string]any{"previousResultIds": []any{}}, nil)
	var items []map[string]any
	c.call("textDocument/prepareCallHierarchy", place(t, root, "app/deps.py", "def current_user", 5), &items)
	for _, item := range items {
		c.call("callHierarchy/outgoingCalls", map[string]any{"item": item}, nil)
		c.call("callHierarchy/incomingCalls", map[string]any{"item": item}, nil)
	}
	c.code("no/such", map[string]any{})
	c.change(deps, 2, whole("x = 1\n"))
	c.notify("textDocument/didClose", map[string]any{"textDocument": document})
	if err := c.end(); err != nil {
		t.Error(err)
	}
}

// TestIndependentClients has pytest-lsp hold a session with the capabilities of
// Neovim, Emacs and VS Code.
func TestIndependentClients(t *testing.T) {
	python := lsprotocol(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", filepath.Join("testdata", "conformance"))
	run.Env = append(os.Environ(), serveVariable+"="+t.TempDir(), "SERVER="+self, "PROJECT="+project(t, shop), "PYTHONDONTWRITEBYTECODE=1")
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
