package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bearings/internal/source"
)

// target is one project to look at.
type target struct {
	name string      // as a person names it
	root string      // the folder to open
	file source.Path // when only one file was asked for; "" for the whole project
	// listed: it was found below FOLDER/..., so that its report needs a header.
	listed bool
	// noCache: what earlier runs have learnt is neither read nor kept.
	noCache bool
}

// folder names the project's folder for people.
func (t target) folder() string {
	if t.file == "" {
		return t.name
	}
	return t.root
}

// targets resolves what a person names: a folder, a file of a project, or
// "folder/..." for each project directly below it.
func targets(args []string) ([]target, error) {
	if len(args) == 0 {
		args = []string{"."}
	}
	var out []target
	for _, arg := range args {
		if folder, all := strings.CutSuffix(filepath.ToSlash(arg), "/..."); all || arg == "..." {
			if arg == "..." {
				folder = "."
			}
			below, err := projectsBelow(folder)
			if err != nil {
				return nil, err
			}
			out = append(out, below...)
			continue
		}
		t, err := targetOf(arg)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// single is targets for a command that answers about one project.
func single(args []string) (target, error) {
	list, err := targets(args)
	if err != nil {
		return target{}, err
	}
	if len(list) != 1 {
		return target{}, errors.New("name one project")
	}
	return list[0], nil
}

func targetOf(arg string) (target, error) {
	info, err := os.Stat(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return target{}, fmt.Errorf("%s does not exist", arg)
	case err != nil:
		return target{}, fmt.Errorf("%s: %w", arg, plain(err))
	case info.IsDir():
		return target{name: arg, root: arg}, nil
	case !info.Mode().IsRegular():
		return target{}, fmt.Errorf("%s is neither a folder nor a regular file", arg)
	}
	if err := readable(arg); err != nil {
		return target{}, err
	}
	abs, err := filepath.Abs(arg)
	if err != nil {
		return target{}, fmt.Errorf("%s: %w", arg, err)
	}
	root := projectOf(filepath.Dir(abs))
	rel, err := filepath.Rel(root, abs)
	if err != nil {
		return target{}, fmt.Errorf("%s: %w", arg, err)
	}
	return target{name: arg, root: root, file: source.Path(filepath.ToSlash(rel))}, nil
}

// readable returns an error when the beginning of a file cannot be read or is binary.
func readable(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", name, plain(err))
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 8000)
	n, err := f.Read(head)
	if err != nil && n == 0 && err.Error() != "EOF" {
		return fmt.Errorf("%s cannot be read: %w", name, plain(err))
	}
	if slices.Contains(head[:n], 0) {
		return fmt.Errorf("%s is a binary file", name)
	}
	return nil
}

// manifests mark the folder of a project.
var manifests = [...]string{
	"bearings.toml", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "poetry.lock", "uv.lock", "environment.yml", ".git",
}

// projectOf returns the nearest folder, from dir upwards, that holds a manifest; dir itself when none does.
func projectOf(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		for _, name := range manifests {
			if _, err := os.Lstat(filepath.Join(at, name)); err == nil {
				return at
			}
		}
		if filepath.Dir(at) == at {
			return dir
		}
	}
}

// projectsBelow returns the folders directly below a folder that hold Python.
func projectsBelow(folder string) ([]target, error) {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s does not exist", folder)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", folder, plain(err))
	}
	var out []target
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && holdsPython(filepath.Join(folder, e.Name())) {
			name := filepath.Join(folder, e.Name())
			out = append(out, target{name: name, root: name, listed: true})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no folder below %s holds Python", folder)
	}
	return out, nil
}

// holdsPython reports whether a Python file lies in a folder or below it. Links are not followed.
func holdsPython(folder string) bool {
	hit := false
	_ = filepath.WalkDir(folder, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && strings.HasSuffix(e.Name(), ".py") {
			hit = true
			return fs.SkipAll
		}
		return nil
	})
	return hit
}

// plain strips the operation and the path from a path error.
func plain(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
