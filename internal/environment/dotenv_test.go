package environment

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"bearings/internal/source"
)

// dotenvTexts are env files, of which many come from python-dotenv's own tests.
var dotenvTexts = []string{
	"a=b", "a=b\nc=d\n", "export a=b", "export\ta=b", "exporta=b", "export = x", "a = b", " a =b ", "'a'=b", "'a b'=c", "''=x", "a", "export a", "a=", "a= ", "=b", "# c\na=b",
	"a=b # c", "a=b# c", "a=b\t# c", "a=#c", "a= #c", "a=  # c\nb=1", "a=b #c #d", "a='b' # c", "a='b'#c", `a="b" # c`, `a="b"c`, "a='b'c\nd=e",
	`a="b\nc"`, `a='b\nc'`, `a="\x \q \\ \" \' \a\b\f\r\t\v"`, `a='it\'s'`, `a="it\"s"`, "a=\"b\nc\"\nd=e", "a='b\nc'\nd=e", "a=\"b\nc=d", "a='x\nb=y\n", `a="b\\"`, `a="b\\" # c`,
	"a=b\r\nc=d\r\n", "a=b\rc=d", "a=\"x\r\ny\"\r\nb=1", "a=b\n\n\n  c=d", "a b=c", "a=b c", "a=b\vc", "a=\u00a0b\u00a0", "a=b\u2003# c", "ключ=значение", "a=é # ü", "\ufeffa=b\nc=d",
	"a=$b", "b=1\na=${b}", "b=1\na=$b", "a=${b}", "a=${b:-def}", "a=${b-def}", "a=${b:-}", "a=${b", "a=x${b}y${c:-z}w", "a='${b:-q}'", `b="1"` + "\n" + `a="${b}2"`, "a=1\na=${a}2", "a=${a}", "b\na=${b}x", "a=${:-x}",
	"a=${HOME_X}", "a=kT7$Zq8-x", "a=Gx4n$7h", "a=p@ss#word", "a=p@ss #word", "a='p@ss #word'", "a=\"multi\n# not a comment\nline\"\nb=2", "a==b", "a=b=c", "a:b", "a: b", "a\nb=c",
	"a=\"\"", "a=''", "a=\"'\"", "a='\"'", "a=\\", "a=\\n", "a=\"\\\"", "a='\\'", "%=x\n!=y", "a.b-c=d", "a=\x0cb", "\x0ca=b", "a=b\n#", "#a=b", "  # x", "a=b;c=d", "\"a\"=b", "a=\"b\" \"c\"", "a=\u0085b", "a=b\u2028c=d",
	"SECRET_KEY=\"-----BEGIN KEY-----\nAAA\nBBB=\n-----END KEY-----\"\nX=1", "SECRET_KEY=-----BEGIN KEY-----\\nAAA", "A=1\nB=${A}\nA=2\nC=${A}${B}",
}

// TestDotenvParity compares ParseDotenv and ResolveDotenv with the real python-dotenv.
func TestDotenvParity(t *testing.T) {
	python := pythonWithDotenv(t)
	process := map[string]string{"c": "from-process", "HOME_X": "hx"}
	const program = `
import io, json, os, sys, logging
logging.disable(logging.CRITICAL)
import dotenv
from dotenv.main import DotEnv
texts, process = json.load(sys.stdin)
os.environ.clear(); os.environ.update(process)
out = []
for text in texts:
    for override in (True, False):
        stream = io.StringIO(io.TextIOWrapper(io.BytesIO(text.encode("utf-8")), encoding="utf-8").read())
        out.append(DotEnv(None, stream=stream, override=override).dict())
json.dump(out, sys.stdout)
`
	input, err := json.Marshal([]any{dotenvTexts, process})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", program)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	answer, err := cmd.Output()
	if err != nil {
		t.Fatalf("python-dotenv failed: %v\n%s", err, stderr.String())
	}
	var want []map[string]*string
	if err := json.Unmarshal(answer, &want); err != nil {
		t.Fatal(err)
	}
	for i, text := range dotenvTexts {
		for j, override := range []bool{true, false} {
			got := map[string]*string{}
			file := source.NewFile(".env", []byte(text))
			opts := DotenvOptions{ProcessFirst: !override, Process: func(name string) (string, source.Location, bool) {
				v, ok := process[name]
				return v, source.Location{}, ok
			}}
			for _, b := range ResolveDotenv(file, ParseDotenv(file), opts) {
				got[b.Key] = nil
				if b.HasValue {
					v := b.Final.Expose()
					got[b.Key] = &v
				}
			}
			compareMaps(t, text, got, want[2*i+j])
		}
	}
}

func compareMaps(t *testing.T, text string, got, want map[string]*string) {
	t.Helper()
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if !bytes.Equal(g, w) {
		t.Errorf("%q:\n got %s\nwant %s", text, g, w)
	}
}

// pythonWithDotenv returns a Python with the current python-dotenv, in a virtual
// environment that is made once for each machine.
func pythonWithDotenv(t *testing.T) string {
	t.Helper()
	skip := func(reason string) {
		if os.Getenv("BEARINGS_TEST_ALL") != "" {
			t.Fatal(reason)
		}
		t.Skip("skipped the comparison with python-dotenv: " + reason)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		skip("there is no cache folder")
	}
	folder := filepath.Join(cache, "bearings-test", "dotenv-1.2.4")
	python := filepath.Join(folder, "bin", "python")
	if runtime.GOOS == "windows" {
		python = filepath.Join(folder, "Scripts", "python.exe")
	}
	if exec.Command(python, "-c", "import dotenv.main").Run() == nil {
		return python
	}
	base, err := exec.LookPath("python3")
	if err != nil {
		skip("python3 is not installed")
	}
	if out, err := exec.Command(base, "-m", "venv", folder).CombinedOutput(); err != nil {
		skip("python3 -m venv fails: " + string(out))
	}
	if out, err := exec.Command(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "python-dotenv==1.2.4").CombinedOutput(); err != nil {
		skip("python-dotenv 1.2.4 cannot be installed: " + string(out))
	}
	return python
}

// TestDotenvSpans checks that places cover what they say.
func TestDotenvSpans(t *testing.T) {
	file := source.NewFile(".env", []byte("# c\nexport A = 'x y' # why\nB=plain # because\n\n'C'=\"m\nn\"\nbad line\nD\n"))
	want := []struct{ key, value, comment, invalid string }{
		{"A", "'x y'", "# why", ""}, {"B", "plain", "# because", ""}, {"C", "\"m\nn\"", "", ""}, {"", "", "", "python-dotenv cannot parse the line"}, {"D", "", "", ""},
	}
	got := ParseDotenv(file)
	if len(got) != len(want) {
		t.Fatalf("got %d entries, want %d", len(got), len(want))
	}
	for i, w := range want {
		e := got[i]
		if e.Key != w.key || file.Slice(e.KeySpan) != w.key && w.key != "" || file.Slice(e.ValueSpan) != w.value || file.Slice(e.Comment) != w.comment || e.Invalid != w.invalid {
			t.Errorf("entry %d: key %q value %q comment %q invalid %q", i, e.Key, file.Slice(e.ValueSpan), file.Slice(e.Comment), e.Invalid)
		}
	}
}
