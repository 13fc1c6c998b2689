package fastapi_test

import (
	"slices"
	"strings"
	"testing"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// large is a tree in which one file is refused for its size.
type large struct {
	source.Tree
	path source.Path
}

func (t large) File(path source.Path) (*source.File, error) {
	if path == t.path {
		return nil, source.ErrTooLarge
	}
	return t.Tree.File(path)
}

// TestUnread holds that what could not be read of the environments is a gap, and
// that a variable which it may give is not called missing.
func TestUnread(t *testing.T) {
	tree := large{source.NewMapTree(map[source.Path]string{
		"main.py":             "import os\nimport jwt\nfrom fastapi import FastAPI\n\nKEY = os.environ[\"KEY\"]\napp = FastAPI()\n\n\n@app.post(\"/token\")\ndef token():\n    return jwt.encode({}, KEY)\n",
		".env":                "",
		"docker-compose.yml":  "services:\n  api:\n    image: x\n    command: uvicorn main:app\n    env_file: ../outside.env\n",
		"other/compose.yaml":  "services: [\n",
		"other/settings.yaml": "services: [\n",
	}), ".env"}
	p := fastapi.Link(fastapi.Input{Tree: tree, Program: python.NewProgram(tree, python.Options{}), Environments: environment.Discover(tree), Requirements: requirements.Read(tree)})
	var got []string
	for _, g := range p.Gaps {
		got = append(got, string(g.At.Path)+": "+g.Reason)
	}
	for _, want := range []string{".env: the file is not read: too large", "other/compose.yaml: no service of the file could be read", "docker-compose.yml: compose:api: the env_file"} {
		if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, want) }) {
			t.Errorf("no gap %q in\n  %s", want, strings.Join(got, "\n  "))
		}
	}
	if slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, "other/settings.yaml") }) {
		t.Errorf("a file that describes no environment is a gap:\n  %s", strings.Join(got, "\n  "))
	}
	for _, row := range p.Keys[0].Rows {
		if row.Environment == "compose:api" && row.State != fastapi.StateUnknown {
			t.Errorf("the key is %s in compose:api, whose env_file is not read", row.State)
		}
	}
}
