// Package editors holds the clients: they start the server and show what it
// says. Its only Go code is the test that runs the suite in Neovim.
package editors

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestNeovim runs the suite inside Neovim, as editors/test/run.sh neovim does.
// It needs Neovim 0.11 or newer, of which BEARINGS_NVIM can name the program.
func TestNeovim(t *testing.T) {
	nvim := neovim(t)
	dir := t.TempDir()
	server := filepath.Join(dir, "bearings")
	run(t, exec.Command("go", "build", "-o", server, ".."))
	project := filepath.Join(dir, "project")
	if err := os.CopyFS(project, os.DirFS("test/project")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nvim, "--clean", "--headless", "-l", "test/neovim/test.lua", server, project)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	run(t, cmd)
}

// neovim finds a Neovim that is new enough, or skips the test.
func neovim(t *testing.T) string {
	t.Helper()
	cache := os.Getenv("BEARINGS_EDITORS")
	if home, err := os.UserHomeDir(); cache == "" && err == nil {
		cache = filepath.Join(home, ".cache/bearings-editors")
	}
	candidates := []string{os.Getenv("BEARINGS_NVIM"), "nvim", filepath.Join(cache, "forky/run/nvim")}
	for _, c := range candidates {
		path, err := exec.LookPath(c)
		if c == "" || err != nil {
			continue
		}
		if exec.Command(path, "--clean", "--headless", "--cmd", `exe has("nvim-0.11") ? "q" : "cq"`).Run() == nil {
			return path
		}
	}
	const reason = "no Neovim 0.11 or newer on PATH, in $BEARINGS_NVIM or in the editors' cache; editors/test/run.sh neovim installs one"
	if os.Getenv("BEARINGS_TEST_ALL") != "" {
		t.Fatal(reason)
	}
	t.Skip(reason)
	return ""
}

func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
}
