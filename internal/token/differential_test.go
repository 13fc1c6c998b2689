package token

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bearings/internal/secret"
	"bearings/internal/testkit"
)

// pinned are the libraries whose behaviour the verdicts mirror.
var pinned = []string{"PyJWT==2.15.1", "python-jose==3.5.0", "Authlib==1.9.10", "joserfc==1.8.0", "cryptography==50.0.2"}

// pyjwtReleases are older releases at which PyJWT changed what it refuses.
var pyjwtReleases = []string{"2.4.0", "2.5.0", "2.6.0", "2.7.0", "2.8.0", "2.9.0", "2.10.1", "2.11.0", "2.12.1", "2.13.0", "2.14.0"}

type batch struct {
	Now   int64             `json:"now"`
	Keys  map[string]string `json:"keys"`
	Cases []struct {
		Name   string `json:"name"`
		Token  string `json:"token"`
		Decode struct {
			Keys        []string        `json:"keys"`
			Algorithms  []string        `json:"algorithms"`
			Audience    []string        `json:"audience"`
			Issuer      []string        `json:"issuer"`
			Require     []string        `json:"require"`
			Leeway      float64         `json:"leeway"`
			Options     map[string]bool `json:"options"`
			Unvalidated bool            `json:"unvalidated"`
		} `json:"decode"`
	} `json:"cases"`
}

type answers struct {
	Version string `json:"version"`
	Results []struct {
		Name, Class, Message string
	} `json:"results"`
}

// TestVerdictsEqualTheLibraries decodes every token of testdata/tokens.py with
// the real libraries and compares exception and message with the verdict.
func TestVerdictsEqualTheLibraries(t *testing.T) {
	python := libraries(t)
	made := runPython(t, python, "", nil, "make")
	var b batch
	if err := json.Unmarshal(made, &b); err != nil {
		t.Fatal("the tokens cannot be read: " + err.Error())
	}
	compare := func(library, script, path string) {
		var a answers
		if err := json.Unmarshal(runPython(t, python, path, made, "decode", script), &a); err != nil {
			t.Fatal("the answers cannot be read: " + err.Error())
		}
		t.Run(library+" "+a.Version, func(t *testing.T) { compareAll(t, &b, &a, library) })
	}
	for _, release := range pyjwtReleases {
		compare("PyJWT", "pyjwt", filepath.Join(filepath.Dir(filepath.Dir(filepath.Dir(python))), "pyjwt-"+release))
	}
	compare("PyJWT", "pyjwt", "")
	compare("python-jose", "jose", "")
	compare("authlib", "authlib", "")
	compare("joserfc", "joserfc", "")
}

func compareAll(t *testing.T, b *batch, a *answers, library string) {
	if len(a.Results) != len(b.Cases) {
		t.Fatalf("%d answers for %d cases", len(a.Results), len(b.Cases))
	}
	accepted := 0
	for i, c := range b.Cases {
		token, err := Parse(c.Token)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		v := Verification{
			Library: library, Version: a.Version, Algorithms: c.Decode.Algorithms,
			Audience: c.Decode.Audience, AudienceList: len(c.Decode.Audience) > 1, Issuer: c.Decode.Issuer, IssuerList: len(c.Decode.Issuer) > 1,
			Require: c.Decode.Require, Leeway: time.Duration(c.Decode.Leeway * float64(time.Second)),
			Unvalidated: c.Decode.Unvalidated, Options: optionsOf(c.Decode.Options),
		}
		for _, name := range c.Decode.Keys {
			v.Keys = append(v.Keys, Key{Label: name, Value: secret.New(b.Keys[name])})
		}
		verdict := token.Verdict(v, time.Unix(b.Now, 0))
		got := Refusal{Exact: true}
		if verdict.Raised != nil {
			got = *verdict.Raised
		}
		want := a.Results[i]
		if want.Class == "" {
			accepted++
		}
		sameText := !got.Exact || got.Message == want.Message
		if verdict.Outcome == Undecided || got.Class != want.Class || !sameText {
			t.Errorf("%s: %s %q %q, the library: %q %q", c.Name, verdict.Outcome, got.Class, got.Message, want.Class, want.Message)
		}
	}
	t.Logf("%d tokens, %d accepted by the library", len(b.Cases), accepted)
}

func optionsOf(set map[string]bool) Options {
	option := func(name string) *bool {
		if value, ok := set[name]; ok {
			return &value
		}
		return nil
	}
	return Options{
		VerifySignature: option("verify_signature"), VerifyExp: option("verify_exp"), VerifyNbf: option("verify_nbf"),
		VerifyIat: option("verify_iat"), VerifyAud: option("verify_aud"), VerifyIss: option("verify_iss"), VerifySub: option("verify_sub"),
	}
}

// libraries returns a Python with the pinned libraries, made on first use.
func libraries(t *testing.T) string {
	t.Helper()
	base, err := exec.LookPath("python3")
	if err != nil {
		testkit.Skip(t, "python3 is missing: the verdicts are not compared with the real libraries")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		testkit.Skip(t, "there is no cache folder for the Python libraries")
	}
	dir := filepath.Join(cache, "bearings-test", "token")
	python := filepath.Join(dir, "venv", "bin", "python")
	ready := filepath.Join(dir, "ready")
	want := strings.Join(slices.Concat(pinned, pyjwtReleases), " ")
	if have, err := os.ReadFile(ready); err == nil && string(have) == want {
		return python
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	pip := []string{"-m", "pip", "install", "-q", "--disable-pip-version-check"}
	steps := [][]string{{base, "-m", "venv", filepath.Join(dir, "venv")}, slices.Concat([]string{python}, pip, pinned)}
	for _, release := range pyjwtReleases {
		target := filepath.Join(dir, "pyjwt-"+release)
		steps = append(steps, slices.Concat([]string{python}, pip, []string{"--no-deps", "--upgrade", "--target", target, "PyJWT==" + release}))
	}
	for _, step := range steps {
		if said, err := exec.CommandContext(ctx, step[0], step[1:]...).CombinedOutput(); err != nil {
			testkit.Skip(t, fmt.Sprintf("the Python libraries cannot be installed (%v): %.300s", err, said))
		}
	}
	if err := os.WriteFile(ready, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
	return python
}

func runPython(t *testing.T, python, path string, input []byte, args ...string) []byte {
	t.Helper()
	command := exec.CommandContext(t.Context(), python, append([]string{"-W", "ignore", filepath.Join("testdata", "tokens.py")}, args...)...)
	command.Stdin = bytes.NewReader(input)
	command.Env = append(os.Environ(), "PYTHONPATH="+path, "PYTHONDONTWRITEBYTECODE=1")
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		t.Fatalf("tokens.py %v: %v: %.1500s", args, err, said.String())
	}
	return out
}
