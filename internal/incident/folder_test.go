package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/fixture"
	"bearings/internal/report"
	"bearings/internal/source"
)

// service is a program whose tokens never verify: it signs and verifies with two keys.
func service(folder source.Path) map[source.Path]string {
	return map[source.Path]string{
		folder + ".env": "SIGNING=0123456789abcdef0123456789abcdef-a\nVERIFYING=0123456789abcdef0123456789abcdef-" + string(folder) + "b\n",
		folder + "app/main.py": `import os
import jwt
from dotenv import load_dotenv
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
load_dotenv()
app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="token")
def current_user(token: str = Depends(scheme)):
    try:
        return jwt.decode(token, os.environ["VERIFYING"], algorithms=["HS256"])["sub"]
    except jwt.InvalidTokenError:
        raise HTTPException(401, "Could not validate credentials")
@app.post("/token")
def login():
    return {"access_token": jwt.encode({"sub": "1"}, os.environ["SIGNING"], algorithm="HS256"), "token_type": "bearer"}
@app.get("/me")
def me(user: str = Depends(current_user)):
    return user
`,
		folder + "requirements.txt": "fastapi==0.115.0\npyjwt==2.9.0\n",
	}
}

// place is a repository or one of its services as a person looks at it.
type place struct {
	store    *Store
	project  *fastapi.Project
	findings []analyzers.Finding
}

// at looks at a folder of a repository of two services; edit changes the files of billing.
func at(t *testing.T, repository string, folder source.Path, edit func(string) string) place {
	t.Helper()
	texts := map[source.Path]string{}
	for _, name := range []source.Path{"services/billing/", "services/users/"} {
		for path, text := range service(name) {
			if rest, ok := strings.CutPrefix(string(path), string(folder)); ok {
				if name == "services/billing/" {
					text = edit(text)
				}
				texts[source.Path(strings.TrimPrefix(rest, "/"))] = text
			}
		}
	}
	p := fixture.Analyse(texts)
	dir := filepath.Join(repository, filepath.FromSlash(string(folder)))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return place{In(dir), p, analyzers.Run(p, analyzers.All()).Findings}
}

func (a place) open(t *testing.T, question string) *Record {
	t.Helper()
	asked, err := report.Ask(a.project, question, 401)
	if err != nil {
		t.Fatal(err)
	}
	r := New(a.project, a.findings, asked, Begin{At: time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)})
	if err := a.store.Create(r); err != nil {
		t.Fatal(err)
	}
	return r
}

func (a place) status(t *testing.T, id string) *Status {
	t.Helper()
	r, err := a.store.Current(id)
	if err != nil {
		t.Fatal(err)
	}
	return StatusOf(r, a.project, a.findings)
}

func same(s string) string { return s }

// TestOneStoreForARepository holds that an incident that was opened in a service's
// folder and one that was opened at the root are seen in both places, with the
// verdicts, and that what another service does is no change of it.
func TestOneStoreForARepository(t *testing.T) {
	for _, opened := range []struct {
		in, seen source.Path
		question string
	}{{"services/billing", "", "GET /me"}, {"", "services/billing", "GET /me (services/billing)"}, {"services/billing", "services/billing", "GET /me"}, {"", "", "GET /me in services/billing"}} {
		t.Run(string(opened.in)+"→"+string(opened.seen), func(t *testing.T) {
			repository := t.TempDir()
			if err := os.Mkdir(filepath.Join(repository, ".git"), 0o755); err != nil {
				t.Fatal(err)
			}
			here, there := at(t, repository, opened.in, same), at(t, repository, opened.seen, same)
			r := here.open(t, opened.question)
			if _, err := os.Stat(filepath.Join(repository, ".bearings", "incidents", r.ID+".toml")); err != nil {
				t.Error(err)
			}
			s := there.status(t, "")
			if len(s.Changes) != 0 || s.Explanation == nil || !slices.ContainsFunc(s.Confirmed, func(i Item) bool { return i.Finding.Code == "jwt-keys-differ" }) || len(s.Vanished) != 0 {
				t.Fatalf("explained %t, changes %v, confirmed %v, vanished %v", s.Explanation != nil, s.Changes, s.Confirmed, s.Vanished)
			}
			if path := s.Explanation.Operation.App.At.Path; !strings.HasSuffix("services/billing/app/main.py", string(path)) {
				t.Errorf("it is about %s", path)
			}
			i := slices.IndexFunc(s.Confirmed, func(i Item) bool { return i.Finding.Code == "jwt-keys-differ" })
			if _, err := there.store.Update(r.ID, func(r *Record) error {
				_, err := r.Judge(there.project, s.Confirmed[i].Finding, RuledOut, "seen", time.Now())
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if s := here.status(t, ""); len(s.RuledOut) != 1 || s.RuledOut[0].Stale {
				t.Errorf("a verdict of the other folder: %+v", s.RuledOut)
			}
			edit := func(text string) string { return strings.Replace(text, `"HS256"])`, `"HS256", "HS512"])`, 1) }
			changed := at(t, repository, opened.seen, edit)
			s = changed.status(t, "")
			if len(s.Changes) != 1 || !strings.Contains(s.Changes[0].String(), "HS512") {
				t.Errorf("changes: %v", s.Changes)
			}
			if _, err := changed.store.Update(r.ID, func(r *Record) error { r.AddNote(changed.project, "tried", time.Now()); return nil }); err != nil {
				t.Fatal(err)
			}
			if s := at(t, repository, opened.in, edit).status(t, ""); len(s.Changes) != 1 || s.Changes[0].Why != "tried" {
				t.Errorf("the why of a change that was noted in the other folder: %+v", s.Changes)
			}
			if _, err := at(t, repository, "services/users", same).store.Current(""); err == nil || !strings.Contains(err.Error(), "no incident of this folder is open") {
				t.Errorf("the other service takes it for its own: %v", err)
			}
		})
	}
}

// TestFormerFingerprints holds that a verdict of the time when the operations were
// part of every fingerprint is that about the same finding.
func TestFormerFingerprints(t *testing.T) {
	a := at(t, t.TempDir(), "services/billing", same)
	r := a.open(t, "GET /me")
	f := a.findings[slices.IndexFunc(a.findings, func(f analyzers.Finding) bool { return f.Code == "jwt-keys-differ" })]
	sum := sha256.Sum256([]byte("jwt-keys-differ\x00app/main.py\x00" + f.Subject + "\x00GET /me\x00" + `os.environ[""]`))
	former := hex.EncodeToString(sum[:10])
	if former == f.Fingerprint() {
		t.Fatal("the fingerprint is still that of its time")
	}
	r.Verdicts = []Verdict{{Fingerprint: former, Verdict: RuledOut, Because: "seen", Lines: report.Digests(a.project, f, func(p source.Path) source.Path { return p })}}
	if s := StatusOf(r, a.project, a.findings); len(s.RuledOut) != 1 || s.RuledOut[0].Stale || len(s.Gone) != 0 {
		t.Errorf("ruled out %v, gone %v", s.RuledOut, s.Gone)
	}
	if _, err := r.Judge(a.project, f, Confirmed, "seen again", time.Now()); err != nil || len(r.Verdicts) != 1 || r.Verdicts[0].Fingerprint != f.Fingerprint() {
		t.Errorf("%v: %+v", err, r.Verdicts)
	}
}
