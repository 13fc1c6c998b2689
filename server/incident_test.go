package server

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// incidentReply is what a client reads of an answer to bearings/incident.
type incidentReply struct {
	Incident *struct {
		ID, Symptom, Outcome string
		Closed               *string
		Changes              []struct{ Words, Why string }
		Confirmed            []itemReply
		RuledOut             []itemReply
		Next                 *struct {
			Say  string
			Item *itemReply
		}
	}
	List []struct{ ID, Closed string }
}

type itemReply struct {
	Finding struct{ Code, Fingerprint string }
	Verdict *struct{ Verdict, Because string }
	Stale   bool
}

// brokenShop is shop with a token URL that nothing serves.
func brokenShop(t *testing.T) string {
	files := map[string]string{}
	for name, text := range shop {
		files[name] = strings.Replace(text, `tokenUrl="auth/token"`, `tokenUrl="token"`, 1)
	}
	return project(t, files)
}

// unrouted is the diagnostic about the token URL, once its message has a text.
func unrouted(t *testing.T, c *rawClient, from int, uri, text string) (diagnosticJSON, int) {
	t.Helper()
	for {
		var p publishedJSON
		p, from = c.diagnostics(from, uri, 0)
		for _, d := range p.Diagnostics {
			if d.Code == "token-url-unrouted" && strings.Contains(d.Message, text) {
				return d, from
			}
		}
	}
}

func TestIncident(t *testing.T) {
	root := brokenShop(t)
	c := connect(t, Options{})
	c.start(root, maximal(), map[string]any{"incidents": true})
	uri := "file://" + root + "/app/deps.py"
	d, from := unrouted(t, c, 0, uri, "")
	var data findingData
	if err := json.Unmarshal(d.Data, &data); err != nil || data.Verdict != "" {
		t.Fatalf("%v: %s", err, d.Data)
	}

	var reply incidentReply
	c.call("bearings/incident", nil, &reply)
	if reply.Incident != nil || len(reply.List) != 0 {
		t.Errorf("there is an incident before one was opened: %+v", reply)
	}
	if titles := actionTitles(c, uri, d.Range); strings.Contains(titles, "Mark as checked") {
		t.Errorf("a verdict is offered without an incident: %s", titles)
	}
	c.call("bearings/incident/open", map[string]any{"operation": "GET /api/me", "status": 401, "symptom": "refused with correct-horse-battery"}, &reply)
	if reply.Incident == nil || strings.Contains(reply.Incident.Symptom, "horse") {
		t.Fatalf("%+v", reply.Incident)
	}
	c.wait(0, "that an incident is open", func(n note) bool {
		return n.Method == "bearings/incidentChanged" && strings.Contains(string(n.Params), reply.Incident.ID)
	})

	// The code action's command, as a client without own dialogues sends it.
	titles := actionTitles(c, uri, d.Range)
	for _, want := range []string{"Mark as checked: ruled out (token-url-unrouted)", "Mark as checked: confirmed (token-url-unrouted)"} {
		if !strings.Contains(titles, want) {
			t.Errorf("no action %q in %s", want, titles)
		}
	}
	if strings.Contains(titles, "Take the verdict back") {
		t.Errorf("there is no verdict to take back: %s", titles)
	}
	c.call("workspace/executeCommand", map[string]any{"command": commandVerdict, "arguments": []any{
		verdictParams{URI: uri, Fingerprint: data.Fingerprint, Verdict: "ruled-out", Because: "nobody uses Authorize"},
	}}, nil)
	d, from = unrouted(t, c, from, uri, "Ruled out (nobody uses Authorize)")
	if d.Severity < 3 || len(d.Tags) != 1 {
		t.Errorf("what is ruled out is as loud as before: %+v", d)
	}
	if titles := actionTitles(c, uri, d.Range); !strings.Contains(titles, "Take the verdict back") || strings.Contains(titles, ": ruled out") {
		t.Errorf("the verdict that holds is offered again, or cannot be taken back: %s", titles)
	}

	// Its line changes: the verdict is stale, and the client is told that a change has no why.
	text := strings.Replace(shop["app/deps.py"], `tokenUrl="auth/token"`, `tokenUrl="token", auto_error=False`, 1)
	c.open(uri, 1, text)
	_, from = unrouted(t, c, from, uri, "Check again, its lines have changed since it was ruled out")
	c.wait(0, "the question for the why", func(n note) bool {
		return n.Method == "bearings/incidentChanged" && strings.Contains(string(n.Params), "auto_error")
	})
	c.call("bearings/incident/note", map[string]any{"text": "shorter"}, &reply)
	if len(reply.Incident.Changes) == 0 || reply.Incident.Changes[0].Why != "shorter" {
		t.Errorf("the note says nothing of the change: %+v", reply.Incident.Changes)
	}
	c.wait(0, "that the why is known", func(n note) bool {
		return n.Method == "bearings/incidentChanged" && strings.Contains(string(n.Params), `"uncovered":[]`)
	})
	c.call("bearings/incident/verdict", map[string]any{"fingerprint": data.Fingerprint[:8], "verdict": "confirmed", "because": "404 in the browser"}, &reply)
	if items := reply.Incident.Confirmed; len(items) == 0 || items[len(items)-1].Stale {
		t.Errorf("%+v", items)
	}
	_, from = unrouted(t, c, from, uri, "Confirmed by a check (404 in the browser)")

	// Another program writes the record.
	file := filepath.Join(root, ".bearings", "incidents", reply.Incident.ID+".toml")
	record, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(record), "404 in the browser", "404 with curl")), 0o600); err != nil {
		t.Fatal(err)
	}
	c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": "file://" + file, "type": 2}}})
	unrouted(t, c, from, uri, "404 with curl")

	var told struct{ Markdown string }
	c.call("bearings/incident/report", nil, &told)
	if !strings.Contains(told.Markdown, "# Incident: GET /api/me → 401") {
		t.Errorf("the report: %.300s", told.Markdown)
	}
	c.call("bearings/incident/close", map[string]any{"because": "the URL is right again"}, &reply)
	if reply.Incident.Closed == nil || reply.Incident.Next != nil {
		t.Errorf("not closed: %+v", reply.Incident)
	}
	c.call("bearings/incident", nil, &reply)
	if reply.Incident != nil || len(reply.List) != 1 || reply.List[0].Closed == "" {
		t.Errorf("%+v", reply)
	}
	if strings.Contains(strings.Join(c.log, "\n"), "correct-horse") {
		t.Error("a secret was sent")
	}
}

// actionTitles are the titles of the actions at a range, and checks that commands name their diagnostics.
func actionTitles(c *rawClient, uri string, at rangeJSON) string {
	c.t.Helper()
	var list []actionJSON
	c.call("textDocument/codeAction", map[string]any{"textDocument": map[string]any{"uri": uri}, "range": at, "context": map[string]any{"diagnostics": []any{}}}, &list)
	var titles []string
	for _, a := range list {
		titles = append(titles, a.Title)
		if a.Command != nil && len(a.Diagnostics) != 1 {
			c.t.Errorf("%s is about no diagnostic", a.Title)
		}
	}
	return strings.Join(titles, "\n")
}

func TestIncidentErrors(t *testing.T) {
	root := brokenShop(t)
	c := connect(t, Options{})
	c.start(root, maximal(), nil)
	for method, params := range map[string]map[string]any{
		"bearings/incident/open":    {"operation": "GET /nowhere"},
		"bearings/incident/note":    {"text": "no incident"},
		"bearings/incident/close":   {"because": "x"},
		"bearings/incident/report":  {},
		"bearings/incident/verdict": {"fingerprint": "12345678", "verdict": "confirmed", "because": "x"},
		"bearings/incident":         {"id": "../../etc"},
	} {
		if code := c.code(method, params); code != -32602 {
			t.Errorf("%s %v: error %d, want -32602", method, params, code)
		}
	}
	c.call("bearings/incident/open", map[string]any{"operation": "GET /api/me"}, nil)
	for _, params := range []map[string]any{
		{"fingerprint": "12345678", "verdict": "confirmed", "because": "x"},
		{"fingerprint": "token-url-unrouted", "verdict": "maybe", "because": "x"},
		{"fingerprint": "token-url-unrouted", "verdict": "confirmed", "because": " "},
	} {
		if code := c.code("bearings/incident/verdict", params); code != -32602 {
			t.Errorf("%v: error %d, want -32602", params, code)
		}
	}
	if code := c.code("bearings/incident/nothing", nil); code != -32601 {
		t.Errorf("an unknown request: error %d", code)
	}
}

func TestSettingsProblems(t *testing.T) {
	files := map[string]string{"bearings.toml": "select = [\n  \"key-hardcode\",\n]\ninclude-test = true\n"}
	for name, text := range shop {
		files[name] = text
	}
	root := project(t, files)
	c := connect(t, Options{})
	c.start(root, maximal(), nil)
	uri := "file://" + root + "/bearings.toml"
	p, from := c.diagnostics(0, uri, 0)
	if len(p.Diagnostics) != 2 || p.Diagnostics[0].Range.Start.Line+p.Diagnostics[1].Range.Start.Line != 4 ||
		!strings.Contains(p.Diagnostics[0].Message+p.Diagnostics[1].Message, `did you mean "key-hardcoded"?`) {
		t.Errorf("%+v", p.Diagnostics)
	}
	c.open(uri, 1, "include-tests = true\n")
	if p, _ = c.diagnostics(from, uri, 1); len(p.Diagnostics) != 0 {
		t.Errorf("the settings are right, and there is %+v", p.Diagnostics)
	}
}
