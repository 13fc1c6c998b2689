package environment

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bearings/internal/source"
)

// shellTexts are lines that a shell reads otherwise than the readers of env files.
var shellTexts = []string{
	"A=Gx4n$7hQm", "A='x$y'", "A=\"x$B\"\nB=1", "B=1\nA=x${B}y", "A=a\\$b", "A=a\\ b", "A=a b", "A=a;B=b", "A='it'\\''s'", "A=x#y", "A=x #y", "A=\"x\\n\"", "A='x\\n'", "A=$'x\\n'", "A=~/x", "A=${B:-d}", "A=${B-d}${C:+e}",
	"A=\"a\nb\"", "export A=1 B=2", "A=1 # c\n# d\nB=\"2\"", "A=p@ss!word", "A=p%40ss^w*rd", "A=(x y)", "A=x&&B=y", "A=https://u:p@h/d?x=1&y=2", "A={\"k\":1}", "A='{\"k\":1}'", "A=a=b", "A=$$", "A=\"$\"", "A=$", "A=x$", "A=${#B}", "A=\\\\", "A=", "unset B", "readonly A=1", "A+=x", "A=1\nA+=2", "A=é",
	"A=$((1+2))", "A=${B:=def}\nC=$B", "A=a\tb", "A=\"a\tb\"", "A=-----BEGIN\\nX", "A=\"-----BEGIN\\nX\"",
}

// TestSourceParity compares sourcing an env file with what bash really does.
func TestSourceParity(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		if os.Getenv("BEARINGS_TEST_ALL") != "" {
			t.Fatal("bash is not installed")
		}
		t.Skip("skipped the comparison with bash: it is not installed")
	}
	env, err := exec.LookPath("env")
	if err != nil {
		t.Skip("skipped the comparison with bash: there is no env program")
	}
	for _, text := range append(append([]string(nil), shellTexts...), dotenvTexts...) {
		file := filepath.Join(t.TempDir(), "x.env")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(bash, "--norc", "--noprofile", "-c", `set -a; . "$1" >/dev/null 2>&1; exec "$2" -0`, "-", file, env)
		cmd.Env = []string{"PATH=/nonexistent", "HOME=/home/nobody"}
		cmd.Dir = t.TempDir()
		answer, err := cmd.Output()
		if err != nil {
			continue // bash gave the file up
		}
		want := map[string]string{}
		for _, pair := range bytes.Split(bytes.TrimSuffix(answer, []byte{0}), []byte{0}) {
			name, value, _ := strings.Cut(string(pair), "=")
			if name != "PATH" && name != "HOME" && name != "PWD" && name != "OLDPWD" && name != "SHLVL" && name != "_" {
				want[name] = value
			}
		}
		tree := source.NewMapTree(map[source.Path]string{"run.sh": "set -a\n. ./x.env\nuvicorn a:b\n", "x.env": text})
		e := named(t, Discover(tree), "run.sh")
		broken := false
		for _, g := range e.Gaps {
			broken = broken || strings.Contains(g.Reason, "parsed")
		}
		if broken {
			continue
		}
		for _, name := range e.Names() {
			a, _, _ := e.Lookup(name)
			if value, ok := want[name]; a.Known && (!ok || value != a.Value.Expose()) {
				t.Errorf("%q: %s = %q, bash has %q, %v", text, name, a.Value.Expose(), value, ok)
			}
		}
		for name, value := range want {
			if _, _, ok := e.Lookup(name); !ok {
				t.Errorf("%q: bash sets %s = %q", text, name, value)
			}
		}
	}
}

// TestPlainEnvParity compares ParsePlainEnv with Starlette and python-decouple.
func TestPlainEnvParity(t *testing.T) {
	python := pythonWithDotenv(t)
	if exec.Command(python, "-c", "import starlette.config, decouple").Run() != nil {
		if out, err := exec.Command(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "starlette==1.10.0", "python-decouple==3.8").CombinedOutput(); err != nil {
			if os.Getenv("BEARINGS_TEST_ALL") != "" {
				t.Fatalf("starlette and python-decouple cannot be installed: %s", out)
			}
			t.Skip("skipped the comparison with Starlette and python-decouple: they cannot be installed")
		}
	}
	const program = `
import json, os, sys, tempfile
import decouple
from starlette.config import Config
out = []
for text in json.load(sys.stdin):
    with tempfile.NamedTemporaryFile(suffix=".env", delete=False) as f:
        f.write(text.encode("utf-8"))
    out.append([decouple.RepositoryEnv(f.name).data, Config(f.name, environ={}).file_values])
    os.unlink(f.name)
json.dump(out, sys.stdout)
`
	texts := append(append([]string(nil), dotenvTexts...), shellTexts...)
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", program)
	cmd.Stdin = bytes.NewReader(input)
	answer, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want [][2]map[string]*string
	if err := json.Unmarshal(answer, &want); err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		got := map[string]*string{}
		for _, e := range ParsePlainEnv(source.NewFile(".env", []byte(text))) {
			v := e.Value.Expose()
			got[e.Key] = &v
		}
		for _, w := range want[i] {
			compareMaps(t, text, got, w)
		}
	}
}

// TestSettingsIni holds what configparser makes of such a file in Python 3.12,
// where python-decouple 3.8 asks for the options of [settings].
func TestSettingsIni(t *testing.T) {
	file := source.NewFile("settings.ini", []byte("A=0\n[settings]\n# note\n; note\nKey = a b # kept\nQUOTED: 'q'\n[other]\nB=1\n[settings]\nC =\n"))
	var got []string
	for _, e := range ParseSettingsIni(file) {
		got = append(got, e.Key+"="+e.Value.Expose())
	}
	if want := "Key=a b # kept|QUOTED='q'|C="; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", strings.Join(got, "|"), want)
	}
}

// TestDockerEnvFile follows the rules and examples of docker/cli (pkg/kvfile).
func TestDockerEnvFile(t *testing.T) {
	file := source.NewFile("x.env", []byte("\xef\xbb\xbf  A=1 \n# c\nB='q' # c\r\nC\nD=\n\nE==x\n"))
	var got []string
	for _, e := range ParseDockerEnvFile(file) {
		got = append(got, e.Key+"|"+e.Value.Expose()+"|"+file.Slice(e.ValueSpan)+"|"+file.Slice(e.Comment))
	}
	want := []string{"A|1 |1 |", "B|'q' # c|'q' # c|# c", "C|||", "D|||", "E|=x|=x|"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, text := range []string{"A B=1", "=1", "A=\xff", "\tA =1"} {
		entries := ParseDockerEnvFile(source.NewFile("x.env", []byte(text)))
		if len(entries) != 1 || entries[0].Invalid == "" {
			t.Errorf("%q is accepted", text)
		}
	}
}
