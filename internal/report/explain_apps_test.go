package report_test

import (
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/fixture"
	"bearings/internal/report"
	"bearings/internal/source"
)

// service is an application that serves GET /me, with an expression for its key.
func service(key string) string {
	return `import os
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
KEY = ` + key + `
scheme = OAuth2PasswordBearer(tokenUrl="token")

def user(token: str = Depends(scheme)):
    try:
        return jwt.decode(token, KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(status_code=401)

@app.post("/token")
def login():
    return {"access_token": jwt.encode({"sub": "1"}, KEY, algorithm="HS256"), "token_type": "bearer"}

@app.get("/me")
def me(user=Depends(user)):
    return user
`
}

// TestExplainKeepsApplicationsApart holds that what is wrong in one service is not said of an operation of another that is called the same.
func TestExplainKeepsApplicationsApart(t *testing.T) {
	p := fixture.Analyse(map[source.Path]string{
		"one/main.py": service(`"not-a-real-key-0123456789-0123456789"`), "two/main.py": service(`os.environ["KEY"]`), "requirements.txt": "fastapi==0.115.0\npyjwt==2.9.0\n",
	})
	findings := analyzers.Run(p, analyzers.All()).Findings
	count := func(question string) (n int) {
		asked, err := report.Ask(p, question, 0)
		if err != nil {
			t.Fatal(err)
		}
		e := report.Explain(p, findings, asked)
		for _, f := range append(e.Confirmed, e.Hypotheses...) {
			if f.Code == "key-hardcoded" {
				n++
			}
		}
		return n
	}
	if one, two := count("one.main:me"), count("two.main:me"); one != 1 || two != 0 {
		t.Errorf("the key in the source of one is told of one %d times, and of two %d times", one, two)
	}
	asked, err := report.Ask(p, "GET /me", 401)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := report.ExplainText(&out, report.Explain(p, findings, asked), report.Style{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "not this one: GET /me (two)") {
		t.Errorf("the other GET /me cannot be asked about:\n%s", out.String())
	}
}

// TestApplicationsAreNamed holds that operations of one name in several
// applications can be asked about and compared, each for itself.
func TestApplicationsAreNamed(t *testing.T) {
	files := func(changed bool) map[source.Path]string {
		two := service(`os.environ["KEY"]`)
		if changed {
			two = strings.Replace(two, "def me(user=Depends(user)):", "def me(user=1):", 1)
		}
		return map[source.Path]string{"services/one/app/main.py": service(`os.environ["KEY"]`), "services/two/app/main.py": two, "requirements.txt": "fastapi==0.115.0\n"}
	}
	p, later := fixture.Analyse(files(false)), fixture.Analyse(files(true))
	for question, want := range map[string]string{
		"GET /me (services/two) 401": "services/two", "GET /me in services/one 401": "services/one", "me in services/two": "services/two",
		"/me in services/two/app/main.py": "services/two", "GET /me (services/one/app/main.py:app)": "services/one",
	} {
		asked, err := report.Ask(p, question, 0)
		if err != nil {
			t.Errorf("%s: %v", question, err)
			continue
		}
		if at := asked.Operation.App.At.Path; !at.Within(source.Path(want)) || asked.Certain(p) != nil {
			t.Errorf("%s is about %s (%v), want %s", question, at, asked.Certain(p), want)
		}
	}
	asked, err := report.Ask(p, "GET /me", 401)
	if err != nil {
		t.Fatal(err)
	}
	if err := asked.Certain(p); err == nil || !strings.Contains(err.Error(), `"GET /me (services/one)", "GET /me (services/two)"`) {
		t.Errorf("which of both is meant is not asked: %v", err)
	}
	var said []string
	for _, d := range report.CompareAll(report.NewSurface(p), report.NewSurface(later)) {
		said = append(said, d.String())
	}
	if len(said) == 0 || !strings.HasPrefix(said[0], "GET /me (services/two): ") || strings.Contains(strings.Join(said, "\n"), "services/one") {
		t.Errorf("one service became open, and it says: %q", said)
	}
	alone := files(false)
	delete(alone, "services/one/app/main.py")
	for _, d := range report.CompareAll(report.NewSurface(fixture.Analyse(alone)), report.NewSurface(p)) {
		if strings.Contains(d.String(), "services/two") {
			t.Errorf("a second service comes, and of the first it says: %s", d)
		}
	}
}
