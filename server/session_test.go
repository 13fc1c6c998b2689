package server

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestASession(t *testing.T) {
	root := project(t, map[string]string{"app/main.py": "x = 1\n", "app/other.py": "BAD\n", ".env": "KEY=BAD\n"})
	c := connect(t, wordRules)
	c.start(root, maximal(), nil)
	main := "file://" + root + "/app/main.py"

	// Files that nobody has opened are diagnosed too.
	env, _ := c.diagnostics(0, "file://"+root+"/.env", 0)
	if len(env.Diagnostics) != 1 || env.Version != nil {
		t.Fatalf("%+v", env)
	}

	// Japanese text and an emoji before the place: columns count UTF-16 code units.
	c.open(main, 1, "s = '鍵🔑' + BAD\nMAYBE = 1\n")
	p, from := c.diagnostics(0, main, 1)
	if len(p.Diagnostics) != 2 {
		t.Fatalf("%+v", p)
	}
	bad, maybe := p.Diagnostics[0], p.Diagnostics[1]
	if bad.Range.String() != "0:12-0:15" || bad.Severity != 1 || bad.Code != "word" || bad.Source != "bearings" {
		t.Errorf("confirmed: %+v", bad)
	}
	if maybe.Severity != 3 || !strings.HasPrefix(maybe.Message, "Hypothesis: ") {
		t.Errorf("a hypothesis of an error must be an information: %+v", maybe)
	}
	if len(bad.RelatedInformation) != 1 || bad.RelatedInformation[0].Location.URI != main || !strings.Contains(string(bad.Data), "fingerprint") {
		t.Errorf("related %+v, data %s", bad.RelatedInformation, bad.Data)
	}

	// An edit behind the emoji: remove BAD.
	c.change(main, 2, edit(0, 12, 0, 15, "fine"))
	p, from = c.diagnostics(from, main, 2)
	if len(p.Diagnostics) != 1 {
		t.Fatalf("after the edit: %+v", p)
	}

	// Several changes in one notification build on each other.
	c.change(main, 3, edit(1, 0, 2, 0, ""), edit(0, 0, 0, 0, "BAD\r\n"), edit(0, 3, 1, 0, "🔑BAD\n"))
	p, from = c.diagnostics(from, main, 3)
	if len(p.Diagnostics) != 2 || p.Diagnostics[1].Range.String() != "0:5-0:8" {
		t.Fatalf("after three changes: %+v", p)
	}

	// The whole text at once, and closing: what is on disk counts again.
	c.change(main, 4, whole("BAD BAD BAD"))
	p, from = c.diagnostics(from, main, 4)
	if len(p.Diagnostics) != 3 {
		t.Fatalf("after a whole text: %+v", p)
	}
	c.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": main}})
	p, _ = c.diagnostics(from, main, 0)
	if len(p.Diagnostics) != 0 {
		t.Errorf("closing did not clear: %+v", p)
	}
	if err := c.end(); err != nil {
		t.Errorf("Serve returned %v after an orderly shutdown", err)
	}
}

func TestEncodings(t *testing.T) {
	for offered, want := range map[string]string{"": "0:12-0:15", "utf-16": "0:12-0:15", "utf-32,utf-16": "0:11-0:14", "utf-16,utf-8": "0:16-0:19", "klingon": "0:12-0:15"} {
		root := project(t, map[string]string{"a.py": ""})
		c := connect(t, wordRules)
		capabilities := maximal()
		capabilities["general"] = map[string]any{}
		if offered != "" {
			capabilities["general"] = map[string]any{"positionEncodings": strings.Split(offered, ",")}
		}
		c.start(root, capabilities, nil)
		uri := "file://" + root + "/a.py"
		c.open(uri, 1, "s = '鍵🔑' + BAD\n")
		p, _ := c.diagnostics(0, uri, 1)
		if len(p.Diagnostics) != 1 || p.Diagnostics[0].Range.String() != want {
			t.Errorf("offered %q: %+v, want %s", offered, p.Diagnostics, want)
		}
	}
}

// TestManyEditsInOrder types a text of a thousand characters, each edit
// depending on all earlier ones, mixed with questions.
func TestManyEditsInOrder(t *testing.T) {
	root := project(t, map[string]string{"a.py": ""})
	c := connect(t, wordRules)
	c.start(root, maximal(), nil)
	uri := "file://" + root + "/a.py"
	c.open(uri, 1, "")
	text := strings.Repeat("BAD 鍵🔑 ", 125)
	column, version := 0, 1
	var answers []chan reply
	for _, r := range text {
		version++
		c.change(uri, version, edit(0, column, 0, column, string(r)))
		column++
		if r > 0xffff {
			column++
		}
		if version%50 == 0 {
			_, answer := c.begin("textDocument/hover", at(uri, 0, column))
			answers = append(answers, answer)
		}
	}
	p, _ := c.diagnostics(0, uri, version)
	if len(p.Diagnostics) != 125 {
		t.Errorf("after %d edits there are %d findings, want 125", version-1, len(p.Diagnostics))
	}
	for _, answer := range answers {
		if r := c.reply(answer); r.Error != nil {
			t.Errorf("%+v", r.Error)
		}
	}
	versions := 0
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.seen {
		var p publishedJSON
		if n.Method == "textDocument/publishDiagnostics" && json.Unmarshal(n.Params, &p) == nil && p.URI == uri && p.Version != nil {
			if *p.Version < versions {
				t.Fatalf("version %d was published after %d", *p.Version, versions)
			}
			versions = *p.Version
		}
	}
}

func TestOnlyChangedFilesArePublished(t *testing.T) {
	root := project(t, map[string]string{"a.py": "BAD\n", "b.py": "BAD\n"})
	c := connect(t, wordRules)
	c.start(root, maximal(), nil)
	a, b := "file://"+root+"/a.py", "file://"+root+"/b.py"
	c.diagnostics(0, b, 0)
	from := c.mark()
	c.open(a, 1, "BAD BAD\n")
	c.diagnostics(from, a, 1)
	c.change(a, 2, whole("BAD\n"))
	c.diagnostics(from, a, 2)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.seen[from:] {
		if n.Method == "textDocument/publishDiagnostics" && strings.Contains(string(n.Params), b) {
			t.Errorf("b.py was published again: %s", n.Params)
		}
	}
}

func TestWatchedFiles(t *testing.T) {
	root := project(t, map[string]string{"a.py": "fine\n"})
	c := connect(t, wordRules)
	c.start(root, maximal(), nil)
	n, _ := c.wait(0, "a registration", func(n note) bool {
		return n.Method == "client/registerCapability" && strings.Contains(string(n.Params), "didChangeWatchedFiles")
	})
	if !strings.Contains(string(n.Params), "**/*") {
		t.Errorf("registered %s", n.Params)
	}
	c.wait(0, "the end of the scan", func(n note) bool {
		return n.Method == "window/logMessage" && strings.Contains(string(n.Params), "read a folder")
	})
	writeFile(t, root, "b.py", "BAD\n")
	uri := "file://" + root + "/b.py"
	event := func(kind int) {
		c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": uri, "type": kind}}})
	}
	event(1)
	p, from := c.diagnostics(0, uri, 0)
	if len(p.Diagnostics) != 1 {
		t.Fatalf("%+v", p)
	}
	removeFile(t, root, "b.py")
	event(3)
	if p, _ = c.diagnostics(from, uri, 0); len(p.Diagnostics) != 0 {
		t.Errorf("a deleted file keeps %+v", p)
	}
}

func TestFoldersComeAndGo(t *testing.T) {
	one, two := project(t, map[string]string{"a.py": "BAD"}), project(t, map[string]string{"b.py": "BAD"})
	c := connect(t, wordRules)
	c.start(one, maximal(), nil)
	c.diagnostics(0, "file://"+one+"/a.py", 0)
	from := c.mark()
	folders := func(root string) []any { return []any{map[string]any{"uri": "file://" + root, "name": "x"}} }
	c.notify("workspace/didChangeWorkspaceFolders", map[string]any{"event": map[string]any{"added": folders(two), "removed": folders(one)}})
	if p, _ := c.diagnostics(from, "file://"+two+"/b.py", 0); len(p.Diagnostics) != 1 {
		t.Errorf("%+v", p)
	}
	if p, _ := c.diagnostics(from, "file://"+one+"/a.py", 0); len(p.Diagnostics) != 0 {
		t.Errorf("a removed folder keeps %+v", p)
	}
}

func TestADocumentOutsideOfAllFolders(t *testing.T) {
	root := project(t, map[string]string{"pyproject.toml": "", "app/main.py": "", "app/other.py": "BAD"})
	c := connect(t, wordRules)
	c.start("", maximal(), nil)
	uri := "file://" + root + "/app/main.py"
	c.open(uri, 1, "BAD")
	if p, _ := c.diagnostics(0, uri, 1); len(p.Diagnostics) != 1 {
		t.Errorf("%+v", p)
	}
	if p, _ := c.diagnostics(0, "file://"+root+"/app/other.py", 0); len(p.Diagnostics) != 1 {
		t.Errorf("the project around it: %+v", p)
	}
	c.open("untitled:Untitled-1", 1, "BAD")
	c.change("untitled:Untitled-1", 2, edit(0, 0, 0, 3, ""))
	if code := c.code("textDocument/hover", at("untitled:Untitled-1", 0, 0)); code != 0 {
		t.Errorf("hover in a document without a place: %d", code)
	}
}

func TestSettings(t *testing.T) {
	root := project(t, map[string]string{"a.py": "BAD\nMAYBE\n"})
	c := connect(t, wordRules)
	c.start(root, maximal(), map[string]any{"hypotheses": false})
	uri := "file://" + root + "/a.py"
	p, from := c.diagnostics(0, uri, 0)
	if len(p.Diagnostics) != 1 {
		t.Fatalf("without hypotheses: %+v", p)
	}
	c.mu.Lock()
	c.answers["workspace/configuration"] = []any{map[string]any{"hypotheses": true}}
	c.mu.Unlock()
	c.notify("workspace/didChangeConfiguration", map[string]any{"settings": nil})
	if p, from = c.diagnostics(from, uri, 0); len(p.Diagnostics) != 2 {
		t.Fatalf("with hypotheses: %+v", p)
	}
	c.notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"bearings": map[string]any{"ignore": []string{"word"}}}})
	if p, _ = c.diagnostics(from, uri, 0); len(p.Diagnostics) != 0 {
		t.Errorf("with the rule ignored: %+v", p)
	}
}

func TestPulling(t *testing.T) {
	root := project(t, map[string]string{"a.py": "BAD", "b.py": "fine"})
	c := connect(t, wordRules)
	capabilities := maximal()
	capabilities["textDocument"].(map[string]any)["diagnostic"] = map[string]any{}
	result := c.start(root, capabilities, nil)
	if !strings.Contains(string(result), `"workspaceDiagnostics":true`) {
		t.Errorf("pull is not offered: %s", result)
	}
	uri := "file://" + root + "/a.py"
	type reportJSON struct {
		Kind     string
		ResultID string
		Items    []diagnosticJSON
	}
	var r reportJSON
	document := map[string]any{"textDocument": map[string]any{"uri": uri}}
	c.call("textDocument/diagnostic", document, &r) // also before the scan is done
	if r.Kind != "full" || len(r.Items) != 1 || r.ResultID == "" {
		t.Fatalf("%+v", r)
	}
	again := reportJSON{}
	document["previousResultId"] = r.ResultID
	c.call("textDocument/diagnostic", document, &again)
	if again.Kind != "unchanged" || again.ResultID != r.ResultID {
		t.Errorf("%+v", again)
	}
	var w struct {
		Items []struct {
			reportJSON
			URI string
		}
	}
	c.call("workspace/diagnostic", map[string]any{"previousResultIds": []any{}}, &w)
	if len(w.Items) != 1 || w.Items[0].URI != uri || len(w.Items[0].Items) != 1 {
		t.Errorf("%+v", w)
	}
	from := c.mark()
	c.open(uri, 1, "fine")
	c.wait(from, "a refresh", func(n note) bool { return n.Method == "workspace/diagnostic/refresh" })
	previous := []any{map[string]any{"uri": uri, "value": r.ResultID}}
	w.Items = nil
	c.call("workspace/diagnostic", map[string]any{"previousResultIds": previous}, &w)
	if len(w.Items) != 1 || len(w.Items[0].Items) != 0 {
		t.Errorf("a mended file must be reported as empty: %+v", w)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.seen {
		if n.Method == "textDocument/publishDiagnostics" {
			t.Errorf("a client that pulls got a push: %s", n.Params)
		}
	}
}

func TestAMinimalClient(t *testing.T) {
	root := project(t, map[string]string{"a.py": "BAD"})
	c := connect(t, wordRules)
	c.start(root, map[string]any{}, nil)
	uri := "file://" + root + "/a.py"
	c.open(uri, 1, "BAD")
	p, _ := c.diagnostics(0, uri, 0)
	d := p.Diagnostics[0]
	if d.RelatedInformation != nil || d.CodeDescription.Href != "" || d.Data != nil || p.Version != nil {
		t.Errorf("what the client cannot take was sent: %+v", d)
	}
	if !strings.Contains(d.Message, "because: the first line") {
		t.Errorf("the evidence is missing: %q", d.Message)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.seen {
		switch n.Method {
		case "textDocument/publishDiagnostics", "window/logMessage":
		default:
			t.Errorf("the server asked for %s, which the client did not declare", n.Method)
		}
	}
}

// TestAddressesAreEchoed: a client knows its document by the text of its address.
func TestAddressesAreEchoed(t *testing.T) {
	root := project(t, map[string]string{"a=b/鍵 c.py": "", "a=b/other.py": "BAD"})
	c := connect(t, wordRules)
	c.start(root, maximal(), nil)
	for version, name := range []string{"/a=b/%E9%8D%B5%20c.py", "/a%3Db/%e9%8d%b5%20c.py"} {
		uri := "file://" + root + name
		c.open(uri, version+1, "BAD")
		if p, _ := c.diagnostics(0, uri, version+1); len(p.Diagnostics) != 1 {
			t.Errorf("%+v", p)
		}
		c.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": uri}})
	}
}
