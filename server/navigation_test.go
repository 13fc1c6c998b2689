package server

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// places writes locations as "app/deps.py:11", sorted.
func places(t *testing.T, root string, list []locationJSON) string {
	t.Helper()
	var out []string
	for _, l := range list {
		name, ok := strings.CutPrefix(l.URI, "file://"+root+"/")
		if !ok {
			t.Errorf("a place outside: %s", l.URI)
		}
		out = append(out, fmt.Sprintf("%s:%d", name, l.Range.Start.Line+1))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestDefinition(t *testing.T) {
	c, root := settled(t, Options{})
	tests := []struct {
		file, text string
		n          int
		want       string
	}{
		{"app/deps.py", `"auth/token"`, 3, "app/auth.py:10"},
		{"app/deps.py", `os.environ["SECRET_KEY"]`, 3, ".env:2"},
		{".env", "SECRET_KEY", 3, "app/deps.py:9"},
		{"app/users.py", "Depends(current_user)", 3, "app/deps.py:13"},
		{"app/users.py", `"/me"`, 2, "app/users.py:9"},
		{"app/main.py", "app.include_router(users", 5, "app/users.py:5"},
		{"app/deps.py", "Depends(scheme)", 3, "app/deps.py:10"},
	}
	for _, test := range tests {
		var links []struct {
			OriginSelectionRange *rangeJSON
			TargetURI            string `json:"targetUri"`
			TargetRange          rangeJSON
			TargetSelectionRange rangeJSON
		}
		c.call("textDocument/definition", place(t, root, test.file, test.text, test.n), &links)
		var list []locationJSON
		for _, l := range links {
			list = append(list, locationJSON{l.TargetURI, l.TargetRange})
		}
		if got := places(t, root, list); got != test.want {
			t.Errorf("%s at %s: %s, want %s", test.file, test.text, got, test.want)
		}
	}
}

func TestReferences(t *testing.T) {
	c, root := settled(t, Options{})
	tests := []struct {
		file, text string
		n          int
		want       string
	}{
		{"app/auth.py", "def login", 5, "app/auth.py:9 app/deps.py:10 app/main.py:8"},
		{"app/deps.py", "def current_user", 5, "app/users.py:9"},
		{"app/deps.py", "OAuth2PasswordBearer(", 3, "app/deps.py:13"},
		{"app/deps.py", `os.environ["SECRET_KEY"]`, 3, ".env:2 app/auth.py:11 app/deps.py:15 app/deps.py:9"},
		{"app/deps.py", "jwt.decode(", 3, "app/auth.py:11 app/deps.py:15"},
	}
	for _, test := range tests {
		params := place(t, root, test.file, test.text, test.n)
		params["context"] = map[string]any{"includeDeclaration": false}
		var list []locationJSON
		c.call("textDocument/references", params, &list)
		if got := places(t, root, list); got != test.want {
			t.Errorf("%s at %s: %s, want %s", test.file, test.text, got, test.want)
		}
	}
}

func TestCallHierarchy(t *testing.T) {
	c, root := settled(t, Options{})
	var items []map[string]json.RawMessage
	c.call("textDocument/prepareCallHierarchy", place(t, root, "app/users.py", "def me", 5), &items)
	if len(items) != 1 || string(items[0]["name"]) != `"GET /api/me"` {
		t.Fatalf("%v", items)
	}
	down := func(item map[string]json.RawMessage) (map[string]json.RawMessage, []rangeJSON) {
		var calls []struct {
			To         map[string]json.RawMessage
			FromRanges []rangeJSON
		}
		c.call("callHierarchy/outgoingCalls", map[string]any{"item": item}, &calls)
		if len(calls) != 1 {
			t.Fatalf("from %s: %+v", item["name"], calls)
		}
		return calls[0].To, calls[0].FromRanges
	}
	user, ranges := down(items[0])
	if string(user["name"]) != `"current_user"` || len(ranges) != 1 || ranges[0].Start.Line != 8 {
		t.Errorf("%s at %v", user["name"], ranges)
	}
	scheme, _ := down(user)
	if string(scheme["name"]) != `"OAuth2PasswordBearer"` {
		t.Errorf("%s", scheme["name"])
	}
	up := func(item map[string]json.RawMessage) map[string]json.RawMessage {
		var calls []struct{ From map[string]json.RawMessage }
		c.call("callHierarchy/incomingCalls", map[string]any{"item": item}, &calls)
		if len(calls) != 1 {
			t.Fatalf("to %s: %+v", item["name"], calls)
		}
		return calls[0].From
	}
	if back := up(up(scheme)); string(back["name"]) != `"GET /api/me"` {
		t.Errorf("back at %s", back["name"])
	}
}

func TestLensesAndHints(t *testing.T) {
	c, root := settled(t, Options{})
	lensesOf := func(file string) string {
		var lenses []struct {
			Range   rangeJSON
			Command struct {
				Title, Command string
				Arguments      []string
			}
		}
		c.call("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": "file://" + root + "/" + file}}, &lenses)
		var out []string
		for _, l := range lenses {
			out = append(out, fmt.Sprintf("%d %s (%s %s)", l.Range.Start.Line+1, l.Command.Title, l.Command.Command, strings.Join(l.Command.Arguments, ",")))
		}
		return strings.Join(out, "\n")
	}
	want := "8 GET /api/me · current_user ← OAuth2PasswordBearer · 401 (bearings.explain GET /api/me)\n13 GET /api/health · open (bearings.explain GET /api/health)"
	if got := lensesOf("app/users.py"); got != want {
		t.Errorf("lenses:\n%s\nwant\n%s", got, want)
	}
	got := lensesOf("app/deps.py")
	if !strings.Contains(got, "13 used by 1 path operation") || !strings.Contains(got, "9 SECRET_KEY: local set A") {
		t.Errorf("lenses:\n%s", got)
	}
	var hints []struct {
		Position positionJSON
		Label    string
	}
	c.call("textDocument/inlayHint", map[string]any{"textDocument": map[string]any{"uri": "file://" + root + "/app/users.py"}, "range": rangeJSON{End: positionJSON{100, 0}}}, &hints)
	if len(hints) != 2 || hints[0].Label != "→ /api/me" || hints[0].Position != (positionJSON{7, 17}) {
		t.Errorf("hints: %+v", hints)
	}
}

func TestSymbols(t *testing.T) {
	c, root := settled(t, Options{})
	var document []struct {
		Name, Detail          string
		Range, SelectionRange rangeJSON
	}
	c.call("textDocument/documentSymbol", map[string]any{"textDocument": map[string]any{"uri": "file://" + root + "/app/users.py"}}, &document)
	if len(document) != 2 || document[0].Name != "GET /api/me" || document[0].SelectionRange.String() != "8:4-8:6" || document[0].Range.Start.Line != 7 {
		t.Errorf("%+v", document)
	}
	for query, want := range map[string]string{"GET /api": "GET /api/health GET /api/me", "secret": "SECRET_KEY", "tok": "POST /auth/token", "zzz": ""} {
		var found []struct {
			Name     string
			Location locationJSON
		}
		c.call("workspace/symbol", map[string]any{"query": query}, &found)
		var names []string
		for _, f := range found {
			names = append(names, f.Name)
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func TestCompletion(t *testing.T) {
	c, root := settled(t, Options{})
	uri := "file://" + root + "/app/new.py"
	tests := []struct{ text, want string }{
		{"scheme = OAuth2PasswordBearer(tokenUrl=\"|\")\n", "auth/token"},
		{"scheme = OAuth2PasswordBearer(\n    tokenUrl = '|a'\n", "auth/token"},
		{"import os\nx = os.environ[\"S|\"]\n", "OTHER SECRET_KEY"},
		{"import os\nx = os.getenv('|')\n", "OTHER SECRET_KEY"},
		{"import os\nx = os.getenv('A', '|')\n", ""},
		{"x = '|'\n", ""},
		{"x = |\n", ""},
	}
	for version, test := range tests {
		before, after, _ := strings.Cut(test.text, "|")
		c.open(uri, version+1, before+after)
		line := strings.Count(before, "\n")
		var items []struct {
			Label    string
			TextEdit textEditJSON
		}
		c.call("textDocument/completion", at(uri, line, len(before)-strings.LastIndex(before, "\n")-1), &items)
		var labels []string
		for _, item := range items {
			labels = append(labels, item.Label)
		}
		if got := strings.Join(labels, " "); got != test.want {
			t.Errorf("%s: %q, want %q", test.text, got, test.want)
		}
		c.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": uri}})
	}
}

func TestCompletionOfNames(t *testing.T) {
	c, root := settled(t, Options{})
	for _, test := range []struct{ file, text, want string }{
		{"new.env", "A=1\nSEC|", "SECRET_KEY"},
		{"new.env", "A=SEC|", ""},
		{"compose.yaml", "services:\n  api:\n    environment:\n      |\n", "SECRET_KEY"},
		{"compose.yaml", "services:\n  api:\n    environment:\n      A: 1\n      - S|\n", "SECRET_KEY"},
		{"compose.yaml", "services:\n  api:\n    environment:\n      A: 1\n    im|\n", ""},
		{"compose.yaml", "serv|\n", ""},
	} {
		before, after, _ := strings.Cut(test.text, "|")
		uri := "file://" + root + "/" + test.file
		c.open(uri, 1, before+after)
		var items []struct{ Label string }
		c.call("textDocument/completion", at(uri, strings.Count(before, "\n"), len(before)-strings.LastIndex(before, "\n")-1), &items)
		var labels []string
		for _, item := range items {
			labels = append(labels, item.Label)
		}
		if got := strings.Join(labels, " "); got != test.want {
			t.Errorf("%s %q: %q, want %q", test.file, test.text, got, test.want)
		}
		c.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": uri}})
	}
}

func TestDocumentLinks(t *testing.T) {
	c, root := settled(t, Options{})
	uri := "file://" + root + "/app/deps.py"
	c.open(uri, 1, shop["app/deps.py"]+"x = 1  # bearings: ignore[suppression-unused, no-such-rule] reason\n")
	var links []struct {
		Range  rangeJSON
		Target string
	}
	c.call("textDocument/documentLink", map[string]any{"textDocument": map[string]any{"uri": uri}}, &links)
	if len(links) != 2 || links[0].Target != "file://"+root+"/app/auth.py#L10" || !strings.HasSuffix(links[1].Target, "/suppression-unused.md") {
		t.Errorf("%+v", links)
	}
}
