package workspace

import (
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"bearings/internal/source"
)

// ignorer decides which files belong to a project: those that git would not
// ignore, without virtual environments, caches and installed packages. Files
// named like a .env belong to it even when git ignores them, because they
// usually are ignored and are just what a program reads.
//
// It reads the .gitignore files below the root and .git/info/exclude, and not
// what the user's own configuration adds: the answer is the same on every machine.
type ignorer struct {
	disk *disk

	mu   sync.Mutex
	dirs map[source.Path]*dirRules
}

// dirRules is what is known of one folder.
type dirRules struct {
	skipped  bool
	patterns []gitignore.Pattern // of the folder and all above it, the strongest last
}

func newIgnorer(d *disk) *ignorer { return &ignorer{disk: d, dirs: map[source.Path]*dirRules{}} }

// skipsDir reports whether nothing in the folder belongs to the project.
func (g *ignorer) skipsDir(path source.Path) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.dir(path).skipped
}

// skipsFile reports whether a file is ignored, itself or with a folder above it.
func (g *ignorer) skipsFile(path source.Path) bool {
	return g.skipsDir(path.Dir()) || g.matchesFile(path)
}

// matchesFile reports whether a file is ignored, given that its folder is not.
func (g *ignorer) matchesFile(path source.Path) bool {
	if path.IsEnvFile() {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return matches(g.dir(path.Dir()).patterns, path, false)
}

// dir computes the rules of a folder from those of its parent. g.mu is held.
func (g *ignorer) dir(path source.Path) *dirRules {
	if r, ok := g.dirs[path]; ok {
		return r
	}
	r := &dirRules{}
	if path == "" {
		r.patterns = g.read(nil, filepath.Join(g.disk.root, ".git", "info", "exclude"), "")
	} else {
		parent := g.dir(path.Dir())
		r.patterns = parent.patterns
		r.skipped = parent.skipped || g.isForeign(path) || matches(parent.patterns, path, true)
	}
	if !r.skipped {
		r.patterns = g.read(r.patterns, filepath.Join(g.disk.name(path), ".gitignore"), path)
	}
	g.dirs[path] = r
	return r
}

// read appends the patterns of one file.
func (g *ignorer) read(patterns []gitignore.Pattern, name string, dir source.Path) []gitignore.Pattern {
	info, err := os.Lstat(name)
	if rel, inside := filepath.Rel(g.disk.root, name); inside == nil {
		g.disk.stamps.note(source.Path(filepath.ToSlash(rel)), true, info, err)
	}
	if err != nil || !info.Mode().IsRegular() || info.Size() > configLimit { // git does not follow a linked .gitignore either
		return patterns
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return patterns
	}
	patterns = patterns[:len(patterns):len(patterns)]
	for line := range strings.SplitSeq(string(text), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		patterns = append(patterns, gitignore.ParsePattern(line, split(dir)))
	}
	return patterns
}

func matches(patterns []gitignore.Pattern, path source.Path, isDir bool) bool {
	if len(patterns) == 0 {
		return false
	}
	return gitignore.NewMatcher(patterns).Match(split(path), isDir)
}

func split(path source.Path) []string {
	if path == "" {
		return nil
	}
	return strings.Split(string(path), "/")
}

// isForeign reports whether a folder holds no text of the project whatever git
// says: version control, installed packages, caches, virtual environments.
func (g *ignorer) isForeign(path source.Path) bool {
	switch path.Base() {
	case ".git", ".hg", ".svn", ".jj", "node_modules", "bower_components", "site-packages", "__pycache__", "__pypackages__",
		".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".pytype", ".hypothesis", ".tox", ".nox", ".eggs", ".cache", ".direnv":
		return true
	case "venv", "env", "virtualenv":
		if g.has(path, "bin/python") || g.has(path, "Scripts/python.exe") {
			return true
		}
	}
	return g.has(path, "pyvenv.cfg") || g.has(path, "conda-meta")
}

func (g *ignorer) has(dir source.Path, name string) bool {
	info, err := os.Lstat(filepath.Join(g.disk.name(dir), filepath.FromSlash(name)))
	if strings.Contains(name, "/") { // the folder's own stamp tells of what lies right in it
		g.disk.stamps.note(join(dir, name), true, info, err)
	}
	return err == nil
}
