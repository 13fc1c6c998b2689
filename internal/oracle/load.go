package oracle

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// skipped are folders that hold no source of the project's.
var skipped = [...]string{".git", "node_modules", "__pycache__", "docs", "tests"}

// Load reads a folder's text files that the model looks at. With only not
// empty, just files below those folders are taken. A requirement that pins
// FastAPI to version is added when it is not "".
func Load(root string, only []string, version string) (source.MapTree, error) {
	texts := map[source.Path]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name := source.Path(filepath.ToSlash(rel))
		if entry.IsDir() {
			if name != "." && slices.Contains(skipped[:], entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || !interesting(entry.Name()) || !below(name, only) {
			return nil
		}
		text, err := os.ReadFile(path)
		texts[name] = string(text)
		return err
	})
	if version != "" {
		texts["requirements.txt"] = "fastapi==" + version + "\n"
	}
	return source.NewMapTree(texts), err
}

func below(name source.Path, folders []string) bool {
	return len(folders) == 0 || slices.ContainsFunc(folders, func(f string) bool { return name.Within(source.Path(f)) })
}

func interesting(base string) bool {
	switch filepath.Ext(base) {
	case ".py", ".toml", ".txt", ".env", ".json", ".yml", ".yaml", ".cfg", ".ini", ".sh":
		return true
	}
	return strings.HasPrefix(base, ".env") || strings.Contains(base, "Dockerfile") || base == "Procfile"
}

// Link computes the model of a tree as the tool does, with entry points named.
func Link(tree source.Tree, entryPoints []string) *fastapi.Project {
	return fastapi.Link(fastapi.Input{
		Tree:         tree,
		Program:      python.NewProgram(tree, python.Options{}),
		Environments: environment.Discover(tree),
		Requirements: requirements.Read(tree),
		EntryPoints:  entryPoints,
	})
}
