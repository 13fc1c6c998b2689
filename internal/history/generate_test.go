package history

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bearings/internal/testkit"
)

// state is a small application in the making; each commit changes something about it.
type state struct {
	guarded            map[string]bool
	detail, key, algo  string
	cors               bool
	fastapi            string
	helper             string // the name of a module that is renamed now and then
	noise, readme, env int
	prefix             string
}

func newState() *state {
	return &state{guarded: map[string]bool{"me": true, "items": false, "admin": true}, detail: "Could not validate credentials", key: "SECRET_KEY", algo: "HS256", fastapi: "0.115.0", helper: "helpers", prefix: "/api"}
}

func (s *state) clone() *state {
	c := *s
	c.guarded = maps.Clone(s.guarded)
	return &c
}

// step changes something; most changes have nothing to do with authentication.
func (s *state) step(r *rand.Rand) string {
	switch n := r.IntN(40); {
	case n < 14:
		s.noise++
		return "Compute something else"
	case n < 24:
		s.readme++
		return "Write about it"
	case n < 26:
		name := []string{"me", "items", "admin"}[r.IntN(3)]
		s.guarded[name] = !s.guarded[name]
		return "Touch " + name
	case n < 28:
		s.detail = fmt.Sprintf("Could not validate credentials (%d)", r.IntN(5))
		return "Word the refusal"
	case n < 29:
		s.key = []string{"SECRET_KEY", "JWT_SECRET"}[r.IntN(2)]
		return "Name the key"
	case n < 30:
		s.cors = !s.cors
		return "Let browsers in, or not"
	case n < 31:
		s.fastapi = []string{"0.115.0", "0.136.0", "0.165.0"}[r.IntN(3)]
		return "Upgrade"
	case n < 33:
		s.helper = []string{"helpers", "tools", "util"}[r.IntN(3)]
		return "Rename a module"
	case n < 34:
		s.prefix = []string{"/api", "/v2"}[r.IntN(2)]
		return "Move the routes"
	case n < 35:
		s.algo = []string{"HS256", "HS512"}[r.IntN(2)]
		return "Choose another algorithm"
	}
	s.env++
	return "Configure"
}

func (s *state) files() map[string]string {
	dep := func(name string) string {
		if s.guarded[name] {
			return "user=Depends(current_user)"
		}
		return ""
	}
	cors := ""
	if s.cors {
		cors = "from fastapi.middleware.cors import CORSMiddleware\napp.add_middleware(CORSMiddleware, allow_origins=[\"*\"])\n"
	}
	return map[string]string{
		"README.md":               strings.Repeat("word\n", s.readme),
		"requirements.txt":        "fastapi==" + s.fastapi + "\nPyJWT==2.9.0\n",
		"app/__init__.py":         "",
		"app/" + s.helper + ".py": fmt.Sprintf("def number():\n    return %d\n", s.noise),
		"app/unused.py":           fmt.Sprintf("x = %d\n", s.noise),
		"app/auth.py": "import os\nimport jwt\nfrom fastapi import Depends, HTTPException\nfrom fastapi.security import OAuth2PasswordBearer\nscheme = OAuth2PasswordBearer(tokenUrl=\"token\")\n" +
			"def current_user(token: str = Depends(scheme)):\n    try:\n        return jwt.decode(token, os.environ[\"" + s.key + "\"], algorithms=[\"" + s.algo + "\"])[\"sub\"]\n    except jwt.InvalidTokenError:\n        raise HTTPException(401, \"" + s.detail + "\")\n" +
			"def issue(name):\n    return jwt.encode({\"sub\": name}, os.environ[\"SECRET_KEY\"], algorithm=\"HS256\")\n",
		"app/main.py": "from fastapi import Depends, FastAPI\nfrom app.auth import current_user, issue\nfrom app." + s.helper + " import number\nfrom app.routes import router\napp = FastAPI()\n" + cors + "app.include_router(router, prefix=\"" + s.prefix + "\")\n",
		"app/routes.py": "from fastapi import APIRouter, Depends\nfrom app.auth import current_user, issue\nrouter = APIRouter()\n" +
			"@router.post(\"/token\")\ndef token():\n    return {\"access_token\": issue(\"ada\"), \"token_type\": \"bearer\"}\n" +
			"@router.get(\"/me\")\ndef me(" + dep("me") + "):\n    return 1\n@router.get(\"/items\")\ndef items(" + dep("items") + "):\n    return 1\n@router.get(\"/admin\")\ndef admin(" + dep("admin") + "):\n    return 1\n",
		"Dockerfile":         "FROM python:3.12\nWORKDIR /code\nCOPY . .\nCMD [\"uvicorn\", \"app.main:app\"]\n",
		"docker-compose.yml": fmt.Sprintf("services:\n  api:\n    build: .\n    environment:\n      SECRET_KEY: value-number-%d-that-nobody-guesses\n      JWT_SECRET: other\n", s.env/2),
	}
}

// repository writes a repository of count commits, every tenth or so a merge of a branch.
func repository(t testing.TB, count int) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		testkit.Skip(t, "git is not installed")
	}
	folder := t.TempDir()
	var in bytes.Buffer
	r := rand.New(rand.NewPCG(7, 11))
	s, mark, tip := newState(), 0, 0
	commit := func(s *state, message string, parents ...int) int {
		mark++
		fmt.Fprintf(&in, "commit refs/heads/main\nmark :%d\nauthor Ada <ada@example.com> %d +0000\ncommitter Ada <ada@example.com> %d +0000\ndata %d\n%s\n", mark, 1700000000+mark*60, 1700000000+mark*60, len(message), message)
		for i, p := range parents {
			fmt.Fprintf(&in, "%s :%d\n", []string{"from", "merge"}[min(i, 1)], p)
		}
		in.WriteString("deleteall\n")
		files := s.files()
		for _, name := range slices.Sorted(maps.Keys(files)) {
			fmt.Fprintf(&in, "M 100644 inline %s\ndata %d\n%s\n", name, len(files[name]), files[name])
		}
		return mark
	}
	tip = commit(s, "Begin")
	for mark < count {
		if r.IntN(12) == 0 && mark+3 <= count {
			branch, side := s.clone(), tip
			for range 2 {
				side = commit(branch, branch.step(r)+" on a branch", side)
			}
			merged := commit(branch, "Merge", tip, side)
			s, tip = branch, merged
			continue
		}
		tip = commit(s, s.step(r), tip)
	}
	run(t, folder, nil, "git", "init", "-q", "-b", "main")
	run(t, folder, &in, "git", "fast-import", "--quiet", "--force")
	run(t, folder, nil, "git", "reset", "-q", "--hard", "main")
	return folder
}

func run(t testing.TB, folder string, in *bytes.Buffer, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Dir = folder
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com")
	if in != nil {
		c.Stdin = in
	}
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func write(t testing.TB, folder, name, text string) {
	t.Helper()
	file := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
