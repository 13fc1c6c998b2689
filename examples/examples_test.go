// Package examples holds broken projects to try the program on. Its only Go code
// is the test that their READMEs say what the program says.
package examples

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bearings/internal/cli"
)

// want is a finding that a newcomer must see: where, and words of its message and
// effect. The wording around them may change.
type want struct {
	code, severity, certainty string
	file, text                string // what is underlined begins with text
	words                     []string
}

var wants = map[string][]want{
	"me-answers-401": {
		{"jwt-keys-differ", "error", "confirmed", "app/api/deps.py", "settings.jwt_secret_key", []string{"settings.jwt_secret_key", "settings.secret_key", "401"}},
	},
	"works-here-not-in-docker": {
		{"key-default-used", "warning", "hypothesis", "docker-compose.yml", "SECRET_KEY", []string{"compose:orders", "placeholder"}},
		{"env-value-differs", "warning", "confirmed", "docker-compose.yml", "SECRET_KEY", []string{"compose:accounts", "compose:orders", "refused by orders"}},
	},
	"only-in-the-browser": {
		{"auth-outside-openapi", "hint", "confirmed", "api/main.py", "app.add_middleware(TokenMiddleware)", []string{"scheme", "Authorize"}},
		{"cors-inside-auth", "warning", "confirmed", "api/main.py", "app.add_middleware(TokenMiddleware)", []string{"TokenMiddleware", "CORS", "401"}},
	},
	"open-by-accident": {
		{"dependency-class-not-instance", "error", "confirmed", "clinic/routers/admin.py", "Depends(require_role)", []string{"require_role", "never runs"}},
		{"dependency-not-wrapped", "error", "confirmed", "clinic/routers/patients.py", "member=current_member", []string{"current_member", "without Depends"}},
		{"operation-unguarded", "warning", "hypothesis", "clinic/routers/reports.py", "def publish_report", []string{"POST /reports/{report}/publish"}},
	},
}

// document is what is read here of the format "bearings.findings/1".
type document struct {
	Findings []struct {
		Code, Severity, Certainty, Message, File string
		Effect                                   struct{ Text string }
		Range                                    struct{ Start struct{ Line, Column int } }
		Evidence                                 []struct{ File string }
		Check                                    json.RawMessage
	}
}

// TestExamples holds each example to exactly the findings of which its README tells.
func TestExamples(t *testing.T) {
	for _, name := range projects(t) {
		t.Run(name, func(t *testing.T) {
			var got document
			if err := json.Unmarshal([]byte(bearings(t, 0, "check", "--fail-on", "never", "--format", "json", name)), &got); err != nil {
				t.Fatal(err)
			}
			missing := slices.Clone(wants[name])
			for _, f := range got.Findings {
				line := lineOf(t, filepath.Join(name, f.File), f.Range.Start.Line)
				i := slices.IndexFunc(missing, func(w want) bool {
					return w.code == f.Code && w.file == f.File && strings.HasPrefix(line[f.Range.Start.Column-1:], w.text)
				})
				if i < 0 {
					t.Errorf("%s:%d: unexpected %s: %s", f.File, f.Range.Start.Line, f.Code, f.Message)
					continue
				}
				w := missing[i]
				missing = slices.Delete(missing, i, i+1)
				if f.Severity != w.severity || f.Certainty != w.certainty {
					t.Errorf("%s: %s, %s; want %s, %s", f.Code, f.Severity, f.Certainty, w.severity, w.certainty)
				}
				for _, word := range w.words {
					if !strings.Contains(f.Message+" "+f.Effect.Text, word) {
						t.Errorf("%s: %q is not in %q nor in %q", f.Code, word, f.Message, f.Effect.Text)
					}
				}
				if len(f.Evidence) == 0 || len(f.Check) == 0 {
					t.Errorf("%s: no evidence or no check", f.Code)
				}
			}
			for _, w := range missing {
				t.Errorf("%s is not found in %s at %q", w.code, w.file, w.text)
			}
		})
	}
}

// TestAll runs the command of the README: a header for each project, exit status 1,
// and no value of a key.
func TestAll(t *testing.T) {
	text := bearings(t, 1, "check", "--color", "never", "./...")
	at := 0
	for _, name := range projects(t) {
		i := strings.Index(text[at:], "== "+name+"\n")
		if i < 0 {
			t.Fatalf("no header for %s, or not in the order of the names:\n%s", name, text)
		}
		at += i
		for _, w := range wants[name] {
			if !strings.Contains(text[at:], w.code) {
				t.Errorf("%s does not follow the header of %s", w.code, name)
			}
		}
	}
	files, err := filepath.Glob("*/.env")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d env files, %v", len(files), err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^\w*KEY=(.+)$`).FindAllSubmatch(content, -1) {
			if strings.Contains(text, string(m[1][:12])) {
				t.Errorf("%s: a key's value is printed", file)
			}
		}
	}
}

// TestReadmes runs the commands that the READMEs name.
func TestReadmes(t *testing.T) {
	command := regexp.MustCompile(`(?m)^    bearings (.+)$`)
	for _, name := range projects(t) {
		text, err := os.ReadFile(filepath.Join(name, "README.md"))
		if err != nil {
			t.Fatal(err)
		}
		commands := command.FindAllStringSubmatch(string(text), -1)
		if len(commands) < 2 {
			t.Errorf("%s: %d commands", name, len(commands))
		}
		for _, c := range commands {
			t.Run(name+" "+c[1], func(t *testing.T) {
				var args []string
				for _, quoted := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(c[1], -1) {
					args = append(args, quoted[1]+quoted[2])
				}
				status := 0
				if args[0] == "check" {
					status = 1
				}
				t.Chdir(name)
				if out := bearings(t, status, args...); len(out) < 200 {
					t.Errorf("says little: %q", out)
				}
			})
		}
	}
}

// projects lists the folders here, each of which must have its wants.
func projects(t *testing.T) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
			if len(wants[e.Name()]) == 0 {
				t.Errorf("nothing says what must be found in %s", e.Name())
			}
		}
	}
	if len(names) != len(wants) {
		t.Errorf("%d folders, but wants for %d", len(names), len(wants))
	}
	return names
}

// bearings runs the program and returns what it prints.
func bearings(t *testing.T, status int, args ...string) string {
	t.Helper()
	var out, problems bytes.Buffer
	got := cli.Main(t.Context(), "test", args, cli.Streams{In: strings.NewReader(""), Out: &out, Err: &problems})
	if got != status {
		t.Fatalf("bearings %s: exit status %d, want %d\n%s%s", strings.Join(args, " "), got, status, out.String(), problems.String())
	}
	if problems.Len() > 0 {
		t.Errorf("bearings %s: %s", strings.Join(args, " "), problems.String())
	}
	return out.String()
}

// lineOf returns a line of a file, counted from one.
func lineOf(t *testing.T, name string, line int) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")[line-1]
}

// TestExcerpt holds the answer in the repository's README to what is printed, where
// it is more than wording: the heads of the lines, the places, the excerpts of code.
func TestExcerpt(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	answer := bearings(t, 1, "check", "--color", "never", "me-answers-401")
	_, rest, found := strings.Cut(string(readme), "    error, confirmed: ")
	excerpt, _, closed := strings.Cut(rest, "\n\n")
	if !found || !closed {
		t.Fatal("the README shows no finding")
	}
	facts := regexp.MustCompile(`(?m)│.*$|[\w./]+:\d+(:\d+)?|^ +(because|effect|assumes|check|fix) |jwt-[a-z-]+`).FindAllString(excerpt, -1)
	if len(facts) < 12 {
		t.Errorf("only %d places and names in the README's answer", len(facts))
	}
	for _, fact := range facts {
		if !strings.Contains(answer, strings.TrimSpace(fact)) {
			t.Errorf("the README shows %q, which is not printed any more", fact)
		}
	}
}
