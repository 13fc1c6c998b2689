package history

import (
	"context"
	"errors"
	"strings"
	"testing"

	"bearings/internal/source"
)

const openApp = "from fastapi import FastAPI\napp = FastAPI()\n@app.get(\"/me\")\ndef me():\n    return 1\n"

const guardedApp = "from fastapi import Depends, FastAPI\nfrom fastapi.security import OAuth2PasswordBearer\napp = FastAPI()\n" +
	"@app.get(\"/me\")\ndef me(token: str = Depends(OAuth2PasswordBearer(tokenUrl=\"t\"))):\n    return 1\n"

// project is a repository in which GET /me became guarded.
func project(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	run(t, folder, nil, "git", "init", "-q", "-b", "main")
	write(t, folder, "service/main.py", openApp)
	run(t, folder, nil, "git", "add", "-A")
	run(t, folder, nil, "git", "commit", "-qm", "Begin")
	write(t, folder, "service/main.py", guardedApp)
	run(t, folder, nil, "git", "commit", "-qam", "Guard it\n\nand say why")
	return folder
}

func openRepo(t *testing.T, folder string) (*Repo, *Commit) {
	t.Helper()
	r, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	head, _, err := r.Head()
	if err != nil {
		t.Fatal(err)
	}
	return r, head
}

func history(t *testing.T, folder string) *Log {
	t.Helper()
	r, head := openRepo(t, folder)
	log, err := r.Surfaces(nil).Log(context.Background(), Query{From: head, Operation: "GET /me"})
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func TestSubfolder(t *testing.T) {
	log := history(t, project(t)+"/service")
	if len(log.Entries) != 2 || !strings.Contains(sentences(log.Entries[0].Differences), "GET /me: became guarded by OAuth2PasswordBearer (was open)") {
		t.Errorf("%d entries: %s", len(log.Entries), said(log))
	}
	if first := log.Entries[0]; first.Differences[len(first.Differences)-1].File != "main.py" || first.Commit.Subject != "Guard it" || first.Commit.Author != "Ada" {
		t.Errorf("%+v", first.Commit)
	}
}

func TestNoGit(t *testing.T) {
	_, err := Open(t.TempDir())
	if !errors.Is(err, ErrNoGit) || !strings.Contains(err.Error(), "not in a git repository") {
		t.Error(err)
	}
}

func TestNoCommit(t *testing.T) {
	folder := t.TempDir()
	run(t, folder, nil, "git", "init", "-q")
	r, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Head(); err == nil || !strings.Contains(err.Error(), "no commit yet") {
		t.Error(err)
	}
}

func TestShallow(t *testing.T) {
	folder, clone := project(t), t.TempDir()
	run(t, clone, nil, "git", "clone", "-q", "--depth=1", "file://"+folder, "clone")
	r, _ := openRepo(t, clone+"/clone")
	if !r.Shallow() {
		t.Error("not known to be shallow")
	}
	log := history(t, clone+"/clone/service")
	if len(log.Entries) != 0 || len(log.Notes) != 1 || !strings.Contains(log.Notes[0], "git fetch --unshallow") {
		t.Errorf("%v %v", said(log), log.Notes)
	}
	if _, err := r.Resolve("HEAD~1"); err == nil || !strings.Contains(err.Error(), "shallow") {
		t.Error(err)
	}
}

func TestDetachedHead(t *testing.T) {
	folder := project(t)
	run(t, folder, nil, "git", "checkout", "-q", "HEAD~1")
	r, head := openRepo(t, folder)
	if _, branch, err := r.Head(); branch != "" || err != nil {
		t.Error(branch, err)
	}
	if head.Subject != "Begin" {
		t.Error(head.Subject)
	}
}

func TestResolve(t *testing.T) {
	folder := project(t)
	run(t, folder, nil, "git", "tag", "-a", "v1", "-m", "one", "HEAD~1")
	r, head := openRepo(t, folder)
	for name, subject := range map[string]string{"HEAD": "Guard it", "main": "Guard it", "HEAD~1": "Begin", "v1": "Begin", head.Short(): "Guard it"} {
		if c, err := r.Resolve(name); err != nil || c.Subject != subject {
			t.Errorf("%s: %v %v", name, c, err)
		}
	}
	if _, err := r.Resolve("nowhere"); err == nil || err.Error() != `no revision is named "nowhere"` {
		t.Error(err)
	}
}

// TestMerge tells of a change on a branch once, where it was made, and of a
// merge only where it makes something that neither side had.
func TestMerge(t *testing.T) {
	folder := project(t)
	run(t, folder, nil, "git", "checkout", "-q", "-b", "side", "HEAD~1")
	write(t, folder, "service/requirements.txt", "fastapi==0.115.0\n")
	run(t, folder, nil, "git", "add", "-A")
	run(t, folder, nil, "git", "commit", "-qm", "Pin")
	run(t, folder, nil, "git", "merge", "-q", "--no-ff", "main", "-m", "Merge main")
	log := history(t, folder+"/service")
	if got := strings.Join(subjects(log), ", "); got != "Merge main, Pin, Guard it, Begin" && got != "Pin, Guard it, Begin" && got != "Guard it, Pin, Begin" && got != "Merge main, Guard it, Pin, Begin" {
		t.Error(got)
	}
	run(t, folder, nil, "git", "checkout", "-q", "main")
	run(t, folder, nil, "git", "checkout", "-q", "-b", "other", "HEAD~1")
	write(t, folder, "service/notes.py", "x = 1\n")
	run(t, folder, nil, "git", "add", "-A")
	run(t, folder, nil, "git", "commit", "-qm", "Note")
	run(t, folder, nil, "git", "merge", "-q", "--no-ff", "main", "-m", "Merge main again")
	if got := strings.Join(subjects(history(t, folder+"/service")), ", "); got != "Guard it, Begin" {
		t.Error(got)
	}
}

func subjects(log *Log) []string {
	var out []string
	for _, e := range log.Entries {
		out = append(out, e.Commit.Subject)
	}
	return out
}

// TestRenamed follows an operation through a renamed file and another prefix.
func TestRenamed(t *testing.T) {
	folder := project(t)
	run(t, folder, nil, "git", "mv", "service/main.py", "service/api.py")
	run(t, folder, nil, "git", "commit", "-qm", "Rename the file")
	write(t, folder, "service/api.py", strings.Replace(guardedApp, "\"/me\"", "\"/users/me\"", 1))
	run(t, folder, nil, "git", "commit", "-qam", "Move it")
	r, head := openRepo(t, folder+"/service")
	log, err := r.Surfaces(nil).Log(context.Background(), Query{From: head, Operation: "GET /users/me"})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(subjects(log), ", "); got != "Move it, Rename the file, Guard it, Begin" && got != "Move it, Guard it, Begin" {
		t.Error(got, said(log))
	}
	if !strings.Contains(sentences(log.Entries[0].Differences), "was GET /me before") {
		t.Error(said(log))
	}
}

func TestSubmodule(t *testing.T) {
	folder, other := project(t), project(t)
	run(t, folder, nil, "git", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "service/vendored")
	run(t, folder, nil, "git", "commit", "-qm", "Vendor")
	r, head := openRepo(t, folder+"/service")
	if list := r.Submodules(head); len(list) != 1 || list[0] != "vendored" {
		t.Error(list)
	}
	if log := history(t, folder+"/service"); len(log.Entries) != 2 {
		t.Error(said(log))
	}
}

// TestKept compares with env files that git does not keep as they are now.
func TestKept(t *testing.T) {
	folder := project(t)
	write(t, folder, ".env", "SECRET_KEY=never-in-git\n")
	write(t, folder, "prod.env", "A=1\n")
	run(t, folder, nil, "git", "add", "prod.env")
	r, head := openRepo(t, folder)
	working := source.NewMapTree(map[source.Path]string{".env": "SECRET_KEY=never-in-git\n", "prod.env": "A=1\n", "new.py": ""})
	kept := r.Kept(working)
	if len(kept) != 1 || kept[".env"] == nil {
		t.Error(kept)
	}
	if _, err := r.Surfaces(kept).At(head); err != nil {
		t.Error(err)
	}
}

// TestHiddenValues tells that a value changed without telling which it is.
func TestHiddenValues(t *testing.T) {
	folder := project(t)
	app := "import os\nimport jwt\nfrom fastapi import FastAPI\napp = FastAPI()\n@app.get(\"/me\")\ndef me(t: str):\n    return jwt.decode(t, os.environ[\"SECRET_KEY\"], algorithms=[\"HS256\"])\n"
	for i, value := range []string{"first-value-of-the-key", "other-value-of-the-key"} {
		write(t, folder, "service/main.py", app)
		write(t, folder, "service/docker-compose.yml", "services:\n  api:\n    build: .\n    environment:\n      SECRET_KEY: "+value+"\n")
		write(t, folder, "service/Dockerfile", "FROM python:3.12\nWORKDIR /code\nCOPY . .\nCMD [\"uvicorn\", \"main:app\"]\n")
		run(t, folder, nil, "git", "add", "-A")
		run(t, folder, nil, "git", "commit", "-qm", []string{"Decode", "Turn the key"}[i])
	}
	log := history(t, folder+"/service")
	got := sentences(log.Entries[0].Differences)
	if log.Entries[0].Commit.Subject != "Turn the key" || !strings.Contains(got, "the value changed") || strings.Contains(got, "value-of-the-key") {
		t.Error(said(log))
	}
}
