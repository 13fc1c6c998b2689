package cli

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"bearings/internal/mcp"
	"bearings/internal/testkit"
)

const mcpKey = "kq8-Zp2-never-sent-to-anyone-71"

// shop is a project in a git repository with an open incident.
func shop(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		testkit.Skip(t, "git is not installed")
	}
	folder := t.TempDir()
	for name, text := range map[string]string{
		"docker-compose.yml": "services:\n  api:\n    build: .\n    environment:\n      SECRET_KEY: " + mcpKey + "\n",
		"Dockerfile":         "FROM python:3.12\nWORKDIR /code\nCOPY . .\nCMD [\"uvicorn\", \"main:app\"]\n",
		"requirements.txt":   "fastapi==0.120.0\nPyJWT==2.9.0\n",
		"main.py": "import os\nimport jwt\nfrom fastapi import Depends, FastAPI, HTTPException\nfrom fastapi.security import OAuth2PasswordBearer\napp = FastAPI()\nscheme = OAuth2PasswordBearer(tokenUrl=\"token\")\n" +
			"def current_user(token: str = Depends(scheme)):\n    try:\n        return jwt.decode(token, os.environ[\"SECRET_KEY\"], algorithms=[\"HS256\"])[\"sub\"]\n    except jwt.InvalidTokenError:\n        raise HTTPException(401, \"Could not validate credentials\")\n" +
			"@app.get(\"/me\")\ndef me(user: str = Depends(current_user)):\n    return user\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=Ada", "-c", "user.email=a@example.com", "commit", "-qm", "Begin"}} {
		c := exec.Command("git", args...)
		c.Dir = folder
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
	}
	var out strings.Builder
	if status := Main(context.Background(), "test", []string{"incident", "open", "GET /me", "401", "--project", folder, "--symptom", "refused"}, Streams{Out: &out, Err: &out}); status != 0 {
		t.Fatal(out.String())
	}
	return folder
}

// TestMCP asks every tool with the protocol's own client.
func TestMCP(t *testing.T) {
	folder := shop(t)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	mine, theirs := sdk.NewInMemoryTransports()
	server := mcp.New("test", answersFor(folder, false))
	go func() { _ = server.Run(ctx, theirs) }()
	client, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(ctx, mine, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	tools, err := client.ListTools(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(tools.Tools) != 7 {
		t.Errorf("%d tools", len(tools.Tools))
	}
	for _, tool := range tools.Tools {
		if tool.Annotations == nil || !tool.Annotations.ReadOnlyHint || tool.Description == "" {
			t.Errorf("%s does not say that it only reads", tool.Name)
		}
	}
	if text := client.InitializeResult().Instructions; !strings.Contains(text, "ruledOut") {
		t.Errorf("instructions: %s", text)
	}
	for _, c := range []struct {
		tool      string
		arguments map[string]any
		schema    string
		holds     string
	}{
		{"map", nil, "bearings.map/1", `"path":"/me"`},
		{"explain", map[string]any{"operation": "GET /me", "status": 401}, "bearings.explain/1", `"detail":"Could not validate credentials"`},
		{"explain", map[string]any{"operation": "Could not validate credentials"}, "bearings.explain/1", `"operations":["GET /me"]`},
		{"env", map[string]any{"key": "SECRET_KEY"}, "bearings.env/1", `"environment":"compose:api"`},
		{"findings", map[string]any{"operation": "GET /me"}, "bearings.findings/1", `"findings":[`},
		{"history", map[string]any{"operation": "GET /me"}, "bearings.history/1", `"subject":"Begin"`},
		{"diff", nil, "bearings.diff/1", `"differences":[]`},
		{"incident_status", nil, "bearings.incident/1", `"symptom":"refused"`},
	} {
		result, err := client.CallTool(ctx, &sdk.CallToolParams{Name: c.tool, Arguments: c.arguments})
		if err != nil || result.IsError {
			t.Errorf("%s: %v %v", c.tool, err, said(result))
			continue
		}
		text := said(result)
		var answer struct {
			Certainty, Evidence string
			Answer              struct{ Schema string }
		}
		if err := json.Unmarshal([]byte(text), &answer); err != nil || answer.Certainty == "" || answer.Evidence == "" || answer.Answer.Schema != c.schema {
			t.Errorf("%s: %v %+v", c.tool, err, answer)
		}
		if !strings.Contains(text, c.holds) {
			t.Errorf("%s: no %s in %s", c.tool, c.holds, text)
		}
		if strings.Contains(text, mcpKey) {
			t.Errorf("%s gives the key away", c.tool)
		}
	}
	for tool, arguments := range map[string]map[string]any{"explain": {"operation": "GET /nowhere"}, "history": {"operation": "GET /me", "sinceWorked": "nowhere"}, "incident_status": {"id": "none"}} {
		result, err := client.CallTool(ctx, &sdk.CallToolParams{Name: tool, Arguments: arguments})
		if err != nil || !result.IsError || said(result) == "" {
			t.Errorf("%s: %v %v", tool, err, said(result))
		}
	}
}

func said(r *sdk.CallToolResult) string {
	if r == nil || len(r.Content) == 0 {
		return ""
	}
	text, ok := r.Content[0].(*sdk.TextContent)
	if !ok {
		return ""
	}
	return text.Text
}

// TestMCPProcess speaks to the program as a client starts it.
func TestMCPProcess(t *testing.T) {
	ctx := context.Background()
	transport := &sdk.CommandTransport{Command: exec.Command("bearings", "mcp", "--project", shop(t))}
	client, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(ctx, transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	result, err := client.CallTool(ctx, &sdk.CallToolParams{Name: "explain", Arguments: map[string]any{"operation": "/me", "status": 403}})
	if err != nil || result.IsError || !strings.Contains(said(result), `"impossible":[`) {
		t.Errorf("%v %s", err, said(result))
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}
