package fastapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"bearings/internal/fastapi"
	"bearings/internal/fixture"
	"bearings/internal/source"
	"bearings/internal/testkit"
)

const settingsLibraries = "pydantic-settings==2.7.1\npython-dotenv==1.0.1\nstarlette==1.10.0\npython-decouple==3.8\nenvirons==11.2.1\n"

// loaders are ways to take a key, each as a module settings that ends with KEY.
var loaders = map[string]string{
	"getenv":           "import os\nKEY = os.getenv(\"APP_KEY\")\n",
	"getenv, default":  "import os\nKEY = os.getenv(\"APP_KEY\", \"fallback-key\")\n",
	"load_dotenv":      "import os\nfrom dotenv import load_dotenv\nload_dotenv()\nKEY = os.environ.get(\"APP_KEY\")\n",
	"load_dotenv over": "import os\nfrom dotenv import load_dotenv\nload_dotenv(override=True)\nKEY = os.getenv(\"APP_KEY\", \"fallback-key\")\n",
	"load_dotenv path": "import os\nfrom pathlib import Path\nfrom dotenv import load_dotenv\nload_dotenv(Path(__file__).parent / \".env.prod\")\nKEY = os.getenv(\"APP_KEY\")\n",
	"pydantic":         "from pydantic_settings import BaseSettings, SettingsConfigDict\nclass S(BaseSettings):\n    model_config = SettingsConfigDict(env_file=\".env\", extra=\"ignore\")\n    app_key: str = \"fallback-key\"\nsettings = S()\nKEY = settings.app_key\n",
	"pydantic, two":    "from pydantic_settings import BaseSettings, SettingsConfigDict\nclass S(BaseSettings):\n    model_config = SettingsConfigDict(env_file=(\".env\", \".env.prod\"), env_prefix=\"APP_\", extra=\"ignore\")\n    key: str = \"fallback-key\"\nKEY = S().key\n",
	"pydantic, strict": "from pydantic import Field\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\nclass S(BaseSettings):\n    model_config = SettingsConfigDict(env_file=\".env\", env_ignore_empty=True, case_sensitive=True, extra=\"ignore\")\n    secret: str = Field(\"fallback-key\", alias=\"APP_KEY\")\nKEY = S().secret\n",
	"starlette":        "from starlette.config import Config\nKEY = Config(\".env\")(\"APP_KEY\", default=\"fallback-key\")\n",
	"environs":         "from environs import Env\nenv = Env()\nenv.read_env()\nKEY = env.str(\"APP_KEY\", \"fallback-key\")\n",
	"decouple":         "from decouple import config\nKEY = config(\"APP_KEY\", default=\"fallback-key\")\n",
}

// states are what the files and the start script give.
var states = map[string]map[source.Path]string{
	"nothing":          {},
	"a line":           {".env": "OTHER=1\nAPP_KEY=from-the-file\n"},
	"quotes":           {".env": "APP_KEY=\"from the file\"  # a note\n"},
	"twice":            {".env": "APP_KEY=first\nAPP_KEY=second\n"},
	"other case":       {".env": "app_key=lower-case\n"},
	"empty":            {".env": "APP_KEY=\n"},
	"two files":        {".env": "APP_KEY=from-the-file\n", ".env.prod": "APP_KEY=from-production\n"},
	"exported":         {"start.sh": "export APP_KEY=from-the-shell\n"},
	"exported, a line": {"start.sh": "export APP_KEY=from-the-shell\n", ".env": "APP_KEY=from-the-file\n"},
	"exported empty":   {"start.sh": "export APP_KEY=\n", ".env": "APP_KEY=from-the-file\n"},
}

type situation struct {
	Name, Folder string
	Exported     map[string]string
	files        map[source.Path]string
}

// TestSituations starts every loader in every state, with exactly the variables
// that the start script exports, and holds what the program then has against the
// row of that script: the state and the value.
func TestSituations(t *testing.T) {
	python := testkit.Python(t, "settings", settingsLibraries)
	var all []situation
	for _, loader := range slices.Sorted(maps.Keys(loaders)) {
		for _, state := range slices.Sorted(maps.Keys(states)) {
			all = append(all, situate(t, loader, state))
		}
	}
	for i, real := range load(t, python, all) {
		got, ok := rowOf(all[i])
		if !ok {
			t.Errorf("%s: no row for start.sh", all[i].Name)
			continue
		}
		want := fastapi.StateSet
		switch {
		case real == nil:
			want = fastapi.StateMissing
		case *real == "":
			want = fastapi.StateEmpty
		case *real == "fallback-key":
			want = fastapi.StateDefault
		}
		if got.State != want || real != nil && got.Value.Expose() != *real {
			t.Errorf("%s: the program has %s, and the row says %s %q by %s of %s", all[i].Name, shown(real), got.State, got.Value.Expose(), got.Via, got.Source.Path)
		}
	}
	t.Logf("%d situations", len(all))
}

func situate(t *testing.T, loader, state string) situation {
	s := situation{Name: loader + "; " + state, Folder: t.TempDir(), Exported: map[string]string{}, files: maps.Clone(states[state])}
	if _, value, ok := bytes.Cut([]byte(s.files["start.sh"]), []byte("APP_KEY=")); ok {
		s.Exported["APP_KEY"] = string(bytes.TrimSpace(value))
	}
	s.files["start.sh"] += "uvicorn main:app\n"
	s.files["settings.py"] = loaders[loader]
	s.files["main.py"] = "import jwt\nfrom fastapi import FastAPI\nfrom settings import KEY\n\napp = FastAPI()\n\n\n@app.post(\"/token\")\ndef token():\n    return {\"access_token\": jwt.encode({\"sub\": \"a\"}, KEY, algorithm=\"HS256\")}\n"
	for name, text := range s.files {
		if err := os.WriteFile(filepath.Join(s.Folder, string(name)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// load runs the module settings of every situation in a process of its own.
func load(t *testing.T, python string, all []situation) []*string {
	t.Helper()
	const program = `
import json, os, runpy, sys
import decouple, dotenv, environs, pydantic_settings, starlette.config
out = []
for s in json.load(sys.stdin):
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.chdir(s["Folder"])
        os.environ.clear()
        os.environ.update(s["Exported"])
        key = runpy.run_path("settings.py")["KEY"]
        os.write(write, json.dumps(key).encode())
        os._exit(0)
    os.close(write)
    out.append(json.loads(os.fdopen(read).read()))
    os.waitpid(pid, 0)
json.dump(out, sys.stdout)
`
	input, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", program)
	cmd.Stdin = bytes.NewReader(input)
	var fault bytes.Buffer
	cmd.Stderr = &fault
	answer, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, fault.String())
	}
	var out []*string
	if err := json.Unmarshal(answer, &out); err != nil || len(out) != len(all) {
		t.Fatalf("%v: %d answers to %d situations", err, len(out), len(all))
	}
	return out
}

// rowOf is what the key of a situation is in its start script.
func rowOf(s situation) (fastapi.KeyRow, bool) {
	p := fixture.Analyse(s.files)
	for _, k := range p.Keys {
		for _, row := range k.Rows {
			if k.Read != nil && row.Environment == "start.sh" {
				return row, true
			}
		}
	}
	return fastapi.KeyRow{}, false
}

func shown(text *string) string {
	if text == nil {
		return "None"
	}
	return fmt.Sprintf("%q", *text)
}
