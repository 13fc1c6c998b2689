package workspace

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/source"
)

// contentRule reports every line of every file that holds the word KEY, outside
// of Python's comments, so that a stale text or a stale listing shows in the findings.
var contentRule = &analyzers.Analyzer{Code: "content", Family: analyzers.SecretKey, Severity: analyzers.Warning, Run: func(p *analyzers.Pass) {
	for _, path := range p.Project.Tree.Paths() {
		f, err := p.Project.Tree.File(path)
		if err != nil {
			continue
		}
		for line := range f.LineCount() {
			if span := f.Line(line); strings.Contains(f.Slice(span), "KEY") && !(path.Base() != ".env" && strings.HasPrefix(f.Slice(span), "#")) {
				at := source.Location{Path: path, Span: span}
				p.Report(analyzers.Finding{At: at, Message: f.Slice(span), Subject: fmt.Sprint(line),
					Effect:   analyzers.Effect{Text: "none"},
					Evidence: []analyzers.Evidence{{At: at, Note: "here"}}, Check: analyzers.Check{Say: "look"}})
			}
		}
	}
}}

// session edits a folder and a workspace at random, as an editor, a shell and a
// version control system would.
type session struct {
	t      *testing.T
	random *rand.Rand
	root   string
	w      *Workspace
	open   map[source.Path]int32
}

var sessionFiles = map[string][]string{
	"app/main.py": {
		"from fastapi import FastAPI\nfrom app import auth\napp = FastAPI()\napp.include_router(auth.router, prefix=\"/api\")\n",
		"import os\nKEY = os.environ[\"SECRET_KEY\"]\n", "KEY = \"changeme\"\n", ""},
	"app/auth.py": {
		"from fastapi import APIRouter, Depends\nfrom fastapi.security import OAuth2PasswordBearer\nscheme = OAuth2PasswordBearer(tokenUrl=\"token\")\nrouter = APIRouter()\n\n@router.get(\"/me\")\ndef me(token: str = Depends(scheme)):\n    return token\n",
		"from fastapi import APIRouter\nrouter = APIRouter()\n", "def broken(:\n"},
	"app/__init__.py":    {""},
	"app/sub/deps.py":    {"import jwt\nKEY = \"k\"\n\ndef user(token):\n    return jwt.decode(token, KEY, algorithms=[\"HS256\"])\n"},
	".env":               {"SECRET_KEY=one\n", "SECRET_KEY=\n", "OTHER=1\nSECRET_KEY=two\n"},
	"deploy/prod.env":    {"SECRET_KEY=prod\n"},
	"docker-compose.yml": {"services:\n  api:\n    build: .\n    environment:\n      SECRET_KEY: composed\n", "services: {}\n", "services:\n  api:\n   - KEY\n"},
	"Dockerfile":         {"FROM python:3.12\nENV SECRET_KEY=image\nCMD uvicorn app.main:app\n"},
	"requirements.txt":   {"fastapi==0.115.0\n", "fastapi\npyjwt==2.8.0\n"},
	".gitignore":         {"deploy/\n", "*.env\n", "app/sub/\n", "\n"},
}

func (s *session) any() source.Path {
	names := make([]string, 0, len(sessionFiles))
	for name := range sessionFiles {
		names = append(names, name)
	}
	slices.Sort(names)
	return source.Path(names[s.random.IntN(len(names))])
}

func (s *session) text(path source.Path) string {
	texts := sessionFiles[string(path)]
	text := texts[s.random.IntN(len(texts))]
	if s.random.IntN(3) == 0 {
		text += fmt.Sprintf("# KEY %d\n", s.random.IntN(100))
	}
	return text
}

func (s *session) write(path source.Path, text string) {
	write(s.t, s.root, string(path), text)
}

// step makes one random change and returns its name.
func (s *session) step() string {
	path := s.any()
	version, isOpen := s.open[path]
	switch n := s.random.IntN(12); {
	case n < 5: // open or edit
		s.open[path] = version + 1
		s.w.Apply(SetBuffer(path, version+1, []byte(s.text(path))))
		return "edit " + string(path)
	case n < 7 && isOpen: // save
		f := s.w.Snapshot().Buffer(path)
		s.write(path, string(f.Text))
		s.w.Apply(DiskChanged(path))
		return "save " + string(path)
	case n < 8 && isOpen:
		delete(s.open, path)
		s.w.Apply(CloseBuffer(path))
		return "close " + string(path)
	case n < 9:
		_ = os.Remove(filepath.Join(s.root, string(path)))
		s.w.Apply(DiskChanged(path))
		return "delete " + string(path)
	case n < 10: // a folder moves away and perhaps back
		from, to := "app", "moved"
		if s.random.IntN(2) == 0 {
			from, to = to, from
		}
		_ = os.RemoveAll(filepath.Join(s.root, to))
		_ = os.Rename(filepath.Join(s.root, from), filepath.Join(s.root, to))
		s.w.Apply(DiskChanged(source.Path(from)), DiskChanged(source.Path(to)))
		return "move " + from + " to " + to
	case n < 11: // a checkout: several files at once, told as a rescan
		for range 3 {
			p := s.any()
			s.write(p, s.text(p))
		}
		s.w.Apply(Rescan())
		return "checkout"
	default:
		s.write(path, s.text(path))
		s.w.Apply(DiskChanged(path))
		return "write " + string(path)
	}
}

// describe is everything that a snapshot says.
func describe(t *testing.T, s *Snapshot) string {
	t.Helper()
	var out bytes.Buffer
	for _, path := range s.Tree().Paths() {
		f, err := s.Tree().File(path)
		if err != nil {
			fmt.Fprintf(&out, "%s: %v\n", path, err)
			continue
		}
		fmt.Fprintf(&out, "%s: %q\n", path, f.Text)
	}
	r, err := s.Result(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&out, "%+v %s\n", f, f.Fingerprint())
	}
	fmt.Fprintf(&out, "suppressed %d, problems %v\n", r.Suppressed, r.Problems)
	return out.String()
}

func TestIncrementalEqualsFresh(t *testing.T) {
	sequences, steps := 20, 60
	if testing.Short() {
		sequences = 4
	}
	rules := append(slices.Clone(analyzers.All()), contentRule)
	for seed := range sequences {
		s := &session{t: t, random: rand.New(rand.NewPCG(uint64(seed), 7)), root: t.TempDir(), open: map[source.Path]int32{}}
		for name, texts := range sessionFiles {
			s.write(source.Path(name), texts[0])
		}
		var err error
		if s.w, err = Open(s.root, Options{Rules: rules}); err != nil {
			t.Fatal(err)
		}
		var done []string
		for step := range steps {
			done = append(done, s.step())
			if s.random.IntN(2) == 0 { // answers are not asked for after every change
				continue
			}
			fresh, err := Open(s.root, Options{Rules: rules})
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range s.w.Snapshot().Buffers() {
				f := s.w.Snapshot().Buffer(path)
				fresh.Apply(SetBuffer(path, f.Version, f.Text))
			}
			got, want := describe(t, s.w.Snapshot()), describe(t, fresh.Snapshot())
			if got != want {
				t.Fatalf("seed %d, step %d: the edited workspace differs from a fresh one\nchanges: %s\n--- edited\n%s--- fresh\n%s",
					seed, step, strings.Join(done, ", "), got, want)
			}
		}
	}
}

func TestScanEqualsOpen(t *testing.T) {
	root := t.TempDir()
	for name, texts := range sessionFiles {
		write(t, root, name, texts[0])
	}
	w, err := Open(root, Options{Rules: []*analyzers.Analyzer{contentRule}, Unscanned: true})
	if err != nil {
		t.Fatal(err)
	}
	w.Apply(SetBuffer("app/main.py", 1, []byte("KEY = 1\n")))
	early := w.Snapshot()
	if !early.Partial() || !strings.Contains(describe(t, early), "Code:content") {
		t.Errorf("before the scan, open buffers must be answered for:\n%s", describe(t, early))
	}
	last := [2]int{}
	after, err := w.Scan(context.Background(), func(done, total int) { last = [2]int{done, total} })
	if err != nil {
		t.Fatal(err)
	}
	if after.Partial() || !after.Ready() || last[0] == 0 || last[0] != last[1] {
		t.Errorf("after the scan: partial %v, ready %v, progress %v", after.Partial(), after.Ready(), last)
	}
	fresh, err := Open(root, Options{Rules: []*analyzers.Analyzer{contentRule}})
	if err != nil {
		t.Fatal(err)
	}
	fresh.Apply(SetBuffer("app/main.py", 1, []byte("KEY = 1\n")))
	if got, want := describe(t, after), describe(t, fresh.Snapshot()); got != want {
		t.Errorf("scanned\n%s--- opened\n%s", got, want)
	}
}

func TestCancelledAnswers(t *testing.T) {
	w := open(t, folder(t, map[string]string{"a.py": "x = 1\n"}))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.Snapshot().Findings(ctx); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := w.Snapshot().Findings(context.Background()); err != nil {
		t.Errorf("a cancelled question must not spoil the next: %v", err)
	}
}

func TestAnEditThatIsTakenBack(t *testing.T) {
	w := open(t, folder(t, map[string]string{"a.py": "KEY = 1\n"}))
	w.Apply(SetBuffer("a.py", 1, []byte("KEY = 1\n")))
	first := w.Snapshot()
	describe(t, first)
	describe(t, w.Apply(SetBuffer("a.py", 2, []byte("KEY = 2\n"))))
	if back := w.Apply(SetBuffer("a.py", 3, []byte("KEY = 1\n"))); !back.Ready() || describe(t, back) != describe(t, first) {
		t.Error("the answers of the same text are not known any more")
	}
	if back := w.Apply(SetBuffer("b.py", 1, []byte("KEY = 1\n"))); back.Ready() {
		t.Error("another file is open, and the answers are those without it")
	}
}

func TestAnEngineThatPanics(t *testing.T) {
	broken := &analyzers.Analyzer{Code: "broken", Run: func(*analyzers.Pass) { panic("on purpose") }}
	w, err := Open(folder(t, map[string]string{"a.py": "KEY = 1\n"}), Options{Rules: []*analyzers.Analyzer{broken, contentRule}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Snapshot().Result(context.Background())
	if err != nil || len(r.Problems) != 1 || r.Problems[0].Code != "broken" || len(r.Findings) != 1 {
		t.Errorf("%v %+v", err, r)
	}
}
