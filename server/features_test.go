package server

import (
	"encoding/json"
	"strings"
	"testing"
)

// shop is a small application in which everything that the server shows occurs.
var shop = map[string]string{
	"app/__init__.py": "",
	"app/main.py": `from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app import auth, users

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])
app.include_router(auth.router, prefix="/auth")
app.include_router(users.router, prefix="/api")
`,
	"app/deps.py": `import os

import jwt
from dotenv import load_dotenv
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

load_dotenv()
SECRET_KEY = os.environ["SECRET_KEY"]
scheme = OAuth2PasswordBearer(tokenUrl="auth/token")


def current_user(token: str = Depends(scheme)):
    try:
        return jwt.decode(token, SECRET_KEY, algorithms=["HS256"])["sub"]
    except jwt.PyJWTError:
        raise HTTPException(status_code=401, detail="no")
`,
	"app/users.py": `from fastapi import APIRouter, Depends

from app.deps import current_user

router = APIRouter()


@router.get("/me")
def me(user: str = Depends(current_user)):
    return user


@router.get("/health")
def health():
    return {}
`,
	"app/auth.py": `import jwt
from fastapi import APIRouter

from app.deps import SECRET_KEY

router = APIRouter()


@router.post("/token")
def login():
    return {"access_token": jwt.encode({"sub": "1"}, SECRET_KEY, algorithm="HS256")}
`,
	".env":             "OTHER=1\nSECRET_KEY=correct-horse-battery\n",
	"requirements.txt": "fastapi==0.115.0\npyjwt==2.9.0\n",
}

// place returns the position of the n-th character of a text in a file of shop.
func place(t *testing.T, root, file, text string, n int) map[string]any {
	t.Helper()
	before, _, ok := strings.Cut(shop[file], text)
	if !ok {
		t.Fatalf("%s does not hold %q", file, text)
	}
	line := strings.Count(before, "\n")
	return at("file://"+root+"/"+file, line, len(before)-strings.LastIndex(before, "\n")-1+n)
}

// settled starts a session in shop and waits until it has been read.
func settled(t *testing.T, options Options) (*rawClient, string) {
	t.Helper()
	root := project(t, shop)
	c := connect(t, options)
	c.start(root, maximal(), map[string]any{"inlayHints": true, "clientCommands": []string{"bearings.explain"}})
	c.wait(0, "the end of the scan", func(n note) bool {
		return n.Method == "window/logMessage" && strings.Contains(string(n.Params), "read a folder")
	})
	return c, root
}

func TestHover(t *testing.T) {
	c, root := settled(t, Options{})
	tests := []struct {
		file, text string
		n          int
		want       []string
	}{
		{"app/users.py", "def me", 5, []string{"GET /api/me", "current_user", "401", "CORSMiddleware"}},
		{"app/users.py", `"/me"`, 2, []string{"GET /api/me"}},
		{"app/users.py", "Depends(current_user)", 3, []string{"current_user", "dependency"}},
		{"app/deps.py", "def current_user", 6, []string{"current_user", "GET /api/me"}},
		{"app/deps.py", "OAuth2PasswordBearer(", 3, []string{"OAuth2PasswordBearer", "auth/token"}},
		{"app/deps.py", `os.environ["SECRET_KEY"]`, 3, []string{"SECRET_KEY", "local", ".env:2"}},
		{"app/deps.py", "jwt.decode", 5, []string{"HS256", "app/auth.py"}},
		{"app/main.py", "app.add_middleware", 6, []string{"CORSMiddleware"}},
		{"app/main.py", `include_router(users`, 3, []string{"/api"}},
		{".env", "SECRET_KEY", 3, []string{"SECRET_KEY", "app/deps.py"}},
	}
	for _, test := range tests {
		var h struct {
			Contents struct{ Kind, Value string }
			Range    *rangeJSON
		}
		c.call("textDocument/hover", place(t, root, test.file, test.text, test.n), &h)
		for _, want := range test.want {
			if !strings.Contains(strings.ReplaceAll(h.Contents.Value, "\\/", "/"), want) && !strings.Contains(h.Contents.Value, strings.ReplaceAll(want, "\\", "")) {
				t.Errorf("%s at %s: no %q in\n%s", test.file, test.text, want, h.Contents.Value)
			}
		}
		if strings.Contains(h.Contents.Value, "correct-horse") {
			t.Errorf("a secret is shown:\n%s", h.Contents.Value)
		}
		if h.Range == nil || h.Contents.Kind != "markdown" {
			t.Errorf("%s at %s: %+v", test.file, test.text, h)
		}
	}
	var nothing json.RawMessage
	c.call("textDocument/hover", place(t, root, "app/users.py", "import", 1), &nothing)
	if string(nothing) != "null" {
		t.Errorf("hover over nothing: %s", nothing)
	}
}

type actionJSON struct {
	Title       string
	Kind        string
	IsPreferred bool
	Edit        *editJSON
	Data        json.RawMessage
	Diagnostics []diagnosticJSON
	Command     *struct {
		Command   string
		Arguments []json.RawMessage
	}
}

type editJSON struct {
	DocumentChanges []struct {
		TextDocument struct {
			URI     string
			Version *int
		}
		Edits []textEditJSON
	}
	Changes map[string][]textEditJSON
}

type textEditJSON struct {
	Range   rangeJSON
	NewText string
}

func TestCodeActions(t *testing.T) {
	root := project(t, map[string]string{"a.py": ""})
	c := connect(t, wordRules)
	c.start(root, maximal(), nil)
	uri := "file://" + root + "/a.py"
	c.open(uri, 7, "x = '🔑' +BAD\n\n    MAYBE BAD\n")
	c.diagnostics(0, uri, 7)
	ask := func(line int, only ...string) []actionJSON {
		// As Neovim asks: an empty range at the beginning of the line, no diagnostics.
		context := map[string]any{"diagnostics": []any{}}
		if only != nil {
			context["only"] = only
		}
		var actions []actionJSON
		c.call("textDocument/codeAction", map[string]any{"textDocument": map[string]any{"uri": uri}, "range": rangeJSON{positionJSON{line, 0}, positionJSON{line, 0}}, "context": context}, &actions)
		return actions
	}
	titles := func(actions []actionJSON) string {
		var out []string
		for _, a := range actions {
			out = append(out, a.Title)
		}
		return strings.Join(out, "; ")
	}
	first := ask(0)
	if got := titles(first); got != "Write GOOD; Show how to check: word; Suppress word with a reason; Fix all safe problems in this file" {
		t.Fatalf("line 0: %s", got)
	}
	if got := titles(ask(1)); got != "Fix all safe problems in this file" {
		t.Errorf("an empty line: %s", got)
	}
	if got := titles(ask(0, "source.fixAll")); got != "Fix all safe problems in this file" {
		t.Errorf("only source.fixAll: %s", got)
	}
	if got := titles(ask(2, "quickfix")); strings.Count(got, "Write GOOD") != 2 || strings.Contains(got, "all safe") {
		t.Errorf("only quickfix on line 2: %s", got)
	}
	if a := first[0]; !a.IsPreferred || a.Edit != nil || len(a.Diagnostics) != 1 || a.Kind != "quickfix" {
		t.Errorf("%+v", a)
	}
	for _, a := range ask(2, "quickfix") {
		if a.IsPreferred && strings.HasPrefix(a.Diagnostics[0].Message, "Hypothesis") {
			t.Error("the fix of a hypothesis must not be preferred")
		}
	}
	resolve := func(a actionJSON) []textEditJSON {
		var out actionJSON
		c.call("codeAction/resolve", map[string]any{"title": a.Title, "kind": a.Kind, "data": a.Data}, &out)
		if out.Edit == nil || len(out.Edit.DocumentChanges) != 1 {
			t.Fatalf("%s was resolved to %+v", a.Title, out)
		}
		change := out.Edit.DocumentChanges[0]
		if change.TextDocument.URI != uri || change.TextDocument.Version == nil || *change.TextDocument.Version != 7 {
			t.Errorf("the edit is for %+v", change.TextDocument)
		}
		return change.Edits
	}
	if e := resolve(first[0]); len(e) != 1 || e[0].NewText != "GOOD" || e[0].Range.String() != "0:10-0:13" {
		t.Errorf("fix: %+v", e)
	}
	if e := resolve(first[2]); e[0].NewText != "# bearings: ignore[word] reason: \n" || e[0].Range.String() != "0:0-0:0" {
		t.Errorf("suppression: %+v", e)
	}
	if e := resolve(first[3]); len(e) != 2 {
		t.Errorf("fix all: %+v", e)
	}
	from := c.mark()
	var check map[string]string
	c.call("workspace/executeCommand", map[string]any{"command": first[1].Command.Command, "arguments": first[1].Command.Arguments}, &check)
	if check["run"] != "grep BAD" {
		t.Errorf("check: %v", check)
	}
	c.wait(from, "a message", func(n note) bool { return n.Method == "window/showMessage" })

	// The text has changed since: the action is void.
	c.change(uri, 8, whole("fine\n"))
	if code := c.code("codeAction/resolve", map[string]any{"title": "x", "data": first[0].Data}); code != -32801 {
		t.Errorf("resolving for a text that is gone: %d", code)
	}
	if code := c.code("workspace/executeCommand", map[string]any{"command": "no.such"}); code != -32602 {
		t.Errorf("an unknown command: %d", code)
	}
}

func TestActionsOfAClientWithoutLiterals(t *testing.T) {
	root := project(t, map[string]string{"a.py": "BAD"})
	c := connect(t, wordRules)
	c.start(root, map[string]any{"workspace": map[string]any{"applyEdit": true}}, nil)
	uri := "file://" + root + "/a.py"
	c.diagnostics(0, uri, 0)
	var commands []struct {
		Title, Command string
		Arguments      []json.RawMessage
	}
	c.call("textDocument/codeAction", map[string]any{"textDocument": map[string]any{"uri": uri}, "range": rangeJSON{}, "context": map[string]any{"diagnostics": []any{}}}, &commands)
	if len(commands) != 4 || commands[0].Command != "bearings.applyFix" {
		t.Fatalf("%+v", commands)
	}
	c.mu.Lock()
	c.answers["workspace/applyEdit"] = map[string]any{"applied": true}
	c.mu.Unlock()
	from := c.mark()
	c.call("workspace/executeCommand", map[string]any{"command": commands[0].Command, "arguments": commands[0].Arguments}, nil)
	n, _ := c.wait(from, "an edit", func(n note) bool { return n.Method == "workspace/applyEdit" })
	if !strings.Contains(string(n.Params), `"changes"`) || !strings.Contains(string(n.Params), "GOOD") {
		t.Errorf("%s", n.Params)
	}
}

func TestOwnRequests(t *testing.T) {
	c, _ := settled(t, Options{Version: "1.2.3"})
	var m struct {
		Schema string
		Apps   []struct{ Operations []struct{ Path string } }
	}
	c.call("bearings/map", map[string]any{}, &m)
	if m.Schema != "bearings.map/1" || len(m.Apps) != 1 || len(m.Apps[0].Operations) != 3 {
		t.Errorf("%+v", m)
	}
	var env struct {
		Schema string
		Keys   []struct{ Name string }
	}
	c.call("bearings/env", map[string]any{"key": "SECRET_KEY"}, &env)
	if env.Schema != "bearings.env/1" || len(env.Keys) != 1 {
		t.Errorf("%+v", env)
	}
	var status statusJSON
	c.call("bearings/status", nil, &status)
	if status.State != "ready" || status.Operations != 3 || status.Version != "1.2.3" || status.Files != 7 {
		t.Errorf("%+v", status)
	}
	if code := c.code("bearings/none", map[string]any{}); code != -32601 {
		t.Errorf("an unknown request of our own: %d", code)
	}
}
