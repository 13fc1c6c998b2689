package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"bearings/internal/testkit"
)

// TestWalkthroughs runs what the pages of docs/walkthroughs show, as a person
// would type it, and wants what they show: blocks of four backticks, in which a line "…" stands for any lines.
// UPDATE_WALKTHROUGHS=1 writes what differs.
func TestWalkthroughs(t *testing.T) {
	for _, tool := range []string{"git", "sh", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			testkit.Skip(t, tool+" is not installed")
		}
	}
	pages, err := filepath.Glob(filepath.Join(testkit.Root(t), "docs", "walkthroughs", "*.md"))
	if err != nil || len(pages) < 3 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, page := range pages {
		t.Run(strings.TrimSuffix(filepath.Base(page), ".md"), func(t *testing.T) { walk(t, page) })
	}
}

// walk runs one page.
func walk(t *testing.T, page string) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := txtar.ParseFile(strings.TrimSuffix(page, ".md") + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "project")
	for _, f := range archive.Files {
		name := filepath.Join(folder, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out []string
	update := false
	lines := strings.Split(string(text), "\n")
	for i := 0; i < len(lines); i++ {
		out = append(out, lines[i])
		switch {
		case strings.HasPrefix(lines[i], "<!-- setup"):
			end := i + 1 + slices.Index(lines[i+1:], "-->")
			shell(t, folder, "set -e\n"+strings.Join(lines[i+1:end], "\n"))
		case strings.HasPrefix(lines[i], "$ "):
			end := i + 1
			for end < len(lines) && !strings.HasPrefix(lines[end], "$ ") && lines[end] != "````" {
				end++
			}
			got, want := shell(t, folder, strings.TrimPrefix(lines[i], "$ ")), lines[i+1:end]
			if strings.Contains(lines[i], "incident open") {
				time.Sleep(1100 * time.Millisecond) // records count seconds: what follows is later, as it is for a person
			}
			if problem := shows(want, got); problem != "" {
				if os.Getenv("UPDATE_WALKTHROUGHS") == "" {
					t.Errorf("%s: %s\n%s\nit answers\n%s\nUPDATE_WALKTHROUGHS=1 writes that", lines[i], problem, strings.Join(want, "\n"), strings.Join(got, "\n"))
				}
				want, update = got, true
			}
			out = append(out, want...)
			i = end - 1
		}
	}
	if update && os.Getenv("UPDATE_WALKTHROUGHS") != "" {
		if err := os.WriteFile(page, []byte(strings.Join(out, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// moments are what differs from run to run: times and the names made of them.
var moments = regexp.MustCompile(`\d{4}-\d\d-\d\d( \d\d:\d\d UTC)?`)

// shell runs a command and returns its output in lines, both streams together, as of one day.
func shell(t *testing.T, folder, command string) []string {
	t.Helper()
	c := exec.Command("sh", "-c", command)
	c.Dir = folder
	c.Env = append(os.Environ(), "NO_COLOR=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com", "GIT_AUTHOR_DATE=2026-05-04T09:00:00+00:00", "GIT_COMMITTER_DATE=2026-05-04T09:00:00+00:00")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out.String())
	}
	text := moments.ReplaceAllStringFunc(strings.TrimRight(out.String(), "\n"), func(found string) string {
		if strings.Contains(found, ":") {
			return "2026-05-04 09:30 UTC"
		}
		return "2026-05-04"
	})
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// shows returns "" when the output holds the shown lines in order, and what is missing otherwise.
func shows(want, got []string) string {
	if !slices.Contains(want, "…") {
		if slices.Equal(want, got) {
			return ""
		}
		return "the output is another"
	}
	at, anywhere := 0, false
	for _, line := range want {
		if line == "…" {
			anywhere = true
			continue
		}
		found := at
		for found < len(got) && got[found] != line && anywhere {
			found++
		}
		if found >= len(got) || got[found] != line {
			return fmt.Sprintf("no line %q", line)
		}
		at, anywhere = found+1, false
	}
	if !anywhere && at != len(got) {
		return "the output goes on"
	}
	return ""
}
