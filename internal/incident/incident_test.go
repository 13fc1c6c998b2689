package incident

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/fixture"
	"bearings/internal/report"
	"bearings/internal/source"
)

const keyValue = "kq8-Zp2-never-in-a-record-71"

var files = map[source.Path]string{
	".env": "SECRET_KEY=" + keyValue + "\n",
	"main.py": `import os
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="token")
def current_user(token: str = Depends(scheme)):
    try:
        return jwt.decode(token, os.environ["SECRET_KEY"], algorithms=["HS256"])["sub"]
    except jwt.InvalidTokenError:
        raise HTTPException(401, "Could not validate credentials")
@app.get("/me")
def me(user: str = Depends(current_user)):
    return user
`,
}

// analysed is a project and what the rules say about it; edit changes its files before.
func analysed(edit map[source.Path]string) (*fastapi.Project, []analyzers.Finding) {
	texts := map[source.Path]string{}
	for path, text := range files {
		texts[path] = text
	}
	for path, text := range edit {
		texts[path] = text
	}
	p := fixture.Analyse(texts)
	return p, analyzers.Run(p, analyzers.All()).Findings
}

func opened(t *testing.T, folder string) (*Store, *Record) {
	t.Helper()
	p, findings := analysed(nil)
	asked, err := report.Ask(p, "GET /me", 401)
	if err != nil {
		t.Fatal(err)
	}
	r := New(p, findings, asked, Begin{Symptom: "refused with the key " + keyValue, Before: "cut after Zp2-never, sent eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", At: time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)})
	s := In(folder)
	if err := s.Create(r); err != nil {
		t.Fatal(err)
	}
	return s, r
}

func TestRecordHoldsNoSecret(t *testing.T) {
	folder := t.TempDir()
	s, r := opened(t, folder)
	text, err := os.ReadFile(filepath.Join(folder, ".bearings", "incidents", r.ID+".toml"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte(keyValue)) || bytes.Contains(text, []byte("eyJ")) || bytes.Contains(text, []byte("Zp2-")) || !bytes.Contains(text, []byte("refused with the key •••")) {
		t.Errorf("%s", text)
	}
	if r.ID != "2026-05-04-get-me-401" {
		t.Error(r.ID)
	}
	again, err := s.Load(r.ID)
	if err != nil || again.Operation != "GET /me" || len(again.Initial.Facts) != len(r.Initial.Facts) || !again.IsOpen() {
		t.Error(again, err)
	}
	p, _ := analysed(nil)
	if d := again.Differences(report.NewSurface(p)); len(d) != 0 {
		t.Errorf("an unchanged project differs: %v", d)
	}
}

// TestNames gives two incidents of one day two files.
func TestNames(t *testing.T) {
	folder := t.TempDir()
	opened(t, folder)
	if _, r := opened(t, folder); r.ID != "2026-05-04-get-me-401-2" {
		t.Error(r.ID)
	}
	if _, err := In(folder).Current(""); err == nil || !strings.Contains(err.Error(), "2 incidents are open: name one with --id") {
		t.Error(err)
	}
}

// TestCorrupt leaves a record that cannot be read as it is.
func TestCorrupt(t *testing.T) {
	for text, want := range map[string]string{
		"schema = 'bearings.incident/1'\nid = [broken\n": "line 2 is no TOML",
		"schema = 'bearings.incident/9'\n":               `its schema is "bearings.incident/9"`,
		"":                                               `its schema is ""`,
	} {
		folder := t.TempDir()
		s, r := opened(t, folder)
		name := filepath.Join(folder, ".bearings", "incidents", r.ID+".toml")
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := s.Update(r.ID, func(*Record) error { return nil })
		var corrupt *CorruptError
		if !errors.As(err, &corrupt) || !strings.Contains(err.Error(), want) {
			t.Error(err)
		}
		if _, err := s.Current(""); !errors.As(err, &corrupt) {
			t.Error(err)
		}
		if _, second := opened(t, folder); second.ID != r.ID+"-2" {
			t.Errorf("%s took the broken record's name", second.ID)
		}
		if after, _ := os.ReadFile(name); string(after) != text {
			t.Errorf("the broken record was changed to %q", after)
		}
		list, broken, err := s.List()
		if len(list) != 1 || len(broken) != 1 || err != nil {
			t.Error(list, broken, err)
		}
	}
}

// TestManyWriters keeps what several programs write at once.
func TestManyWriters(t *testing.T) {
	folder := t.TempDir()
	_, r := opened(t, folder)
	const writers, each = 4, 10
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			s := In(folder) // a program of its own
			for n := range each {
				if _, err := s.Update(r.ID, func(r *Record) error {
					r.Notes = append(r.Notes, Note{At: time.Now(), Text: fmt.Sprintf("%d-%d", w, n)})
					return nil
				}); err != nil {
					t.Error(err)
				}
				if _, err := s.Load(r.ID); err != nil { // never half a file
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	now, err := In(folder).Load(r.ID)
	if err != nil || len(now.Notes) != writers*each {
		t.Errorf("%d notes, %v", len(now.Notes), err)
	}
	rest, _ := filepath.Glob(filepath.Join(folder, ".bearings", "incidents", ".*"))
	if len(rest) != 0 {
		t.Errorf("left behind: %v", rest)
	}
}

func TestFailedChangeWritesNothing(t *testing.T) {
	folder := t.TempDir()
	s, r := opened(t, folder)
	if _, err := s.Update(r.ID, func(r *Record) error { r.Symptom = "other"; return errors.New("no") }); err == nil {
		t.Error("no error")
	}
	if now, _ := s.Load(r.ID); now.Symptom != r.Symptom {
		t.Error(now.Symptom)
	}
	if _, err := s.Load("../evil"); err == nil {
		t.Error("a name may leave the folder")
	}
}

// TestVerdicts follows a finding from open to ruled out, to stale, and away.
func TestVerdicts(t *testing.T) {
	wrong := strings.Replace(files["main.py"], `algorithms=["HS256"]`, `algorithms=["HS256"], audience="shop"`, 1)
	issued := "import os\nimport jwt\nfrom main import app\n@app.post(\"/token\")\ndef token():\n    return {\"access_token\": jwt.encode({\"sub\": \"a\"}, os.environ[\"SECRET_KEY\"], algorithm=\"HS256\"), \"token_type\": \"bearer\"}\n"
	broken := map[source.Path]string{"main.py": wrong + "import issue\n", "issue.py": issued}
	p, findings := analysed(broken)
	_, r := opened(t, t.TempDir())
	s := StatusOf(r, p, findings)
	if len(s.Confirmed)+len(s.Hypotheses) == 0 {
		t.Skip("no rule tells of this project yet")
	}
	item := append(s.Confirmed, s.Hypotheses...)[0]
	f, err := Find(findings, item.Finding.Fingerprint()[:8])
	if err != nil {
		t.Fatal(err)
	}
	r.SetVerdict(Verdict{Fingerprint: f.Fingerprint(), Verdict: RuledOut, Because: "seen", Lines: report.Digests(p, f, func(p source.Path) source.Path { return p })})
	if s := StatusOf(r, p, findings); len(s.RuledOut) != 1 {
		t.Errorf("ruled out: %v", s.RuledOut)
	}
	lines := append([]string{}, r.Verdicts[0].Lines...)
	r.Verdicts[0].Lines = append(lines, "main.py 000000000000")
	stale := StatusOf(r, p, findings)
	if len(stale.RuledOut) != 0 || !strings.Contains(text(t, stale), "STALE verdict") {
		t.Errorf("not stale:\n%s", text(t, stale))
	}
	mended, left := analysed(nil)
	if s := StatusOf(r, mended, left); len(s.Gone) != 1 || !strings.Contains(text(t, s), "No longer found") {
		t.Errorf("%+v", s.Gone)
	}
	r.SetVerdict(Verdict{Fingerprint: f.Fingerprint(), Verdict: Open})
	if len(r.Verdicts) != 0 {
		t.Error(r.Verdicts)
	}
}

func text(t *testing.T, s *Status) string {
	t.Helper()
	var b strings.Builder
	if err := s.Document().WriteText(&b, s.Project, report.Style{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestNotesCoverChanges says why of what had changed when the note was made.
func TestNotesCoverChanges(t *testing.T) {
	_, r := opened(t, t.TempDir())
	p, findings := analysed(map[source.Path]string{"main.py": strings.Replace(files["main.py"], "HS256", "HS512", 1)})
	now := report.NewSurface(p)
	if got := text(t, StatusOf(r, p, findings)); !strings.Contains(got, "no note says why") || !strings.Contains(got, "algorithms: HS512 (was HS256)") {
		t.Error(got)
	}
	r.Notes = append(r.Notes, Note{Text: "stronger", Covers: r.Uncovered(now)})
	if len(r.Uncovered(now)) != 0 {
		t.Error(r.Uncovered(now))
	}
	if got := text(t, StatusOf(r, p, findings)); !strings.Contains(got, "why: stronger") {
		t.Error(got)
	}
}

// TestReportIsDeterministic writes the same report twice, in three forms, without a secret.
func TestReportIsDeterministic(t *testing.T) {
	_, r := opened(t, t.TempDir())
	write := func() string {
		p, findings := analysed(map[source.Path]string{"main.py": strings.Replace(files["main.py"], "HS256", "HS512", 1)})
		s := StatusOf(r, p, findings)
		var b strings.Builder
		for _, err := range []error{s.Report().WriteMarkdown(&b, p), s.Report().WriteHTML(&b, p, "x"), s.Report().WriteText(&b, p, report.Style{})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return b.String()
	}
	first := write()
	if first != write() {
		t.Error("two reports differ")
	}
	for _, want := range []string{"```mermaid\nflowchart TD", "## 4. Layer", "## 10. Repair plan", "<h2>7. Ruled out</h2>", "| environment | SECRET"} {
		if !strings.Contains(first, want) {
			t.Errorf("no %q in the report", want)
		}
	}
	if strings.Contains(first, keyValue) {
		t.Error("the report holds the key")
	}
}
