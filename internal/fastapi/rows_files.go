package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/interpret"
	"bearings/internal/secret"
	"bearings/internal/source"
)

type fromFile struct {
	given
	over bool // load_dotenv(override=True)
}

// fileSources lists what env files give, in the order in which the loader's rules rank them.
func (l *linker) fileSources(e *environment.Environment, r *EnvRead) []fromFile {
	var out []fromFile
	for i := len(l.loads) - 1; i >= 0; i-- { // override: the last load wins
		if ld := l.loads[i]; ld.Override && ld.Seq < r.Seq && !r.NoProcess && l.together(ld.Module, r.Module) {
			out = append(out, l.loaded(e, r, ld, true)...)
		}
	}
	if !r.NoProcess {
		for _, ld := range l.loads { // otherwise the first one
			if !ld.Override && ld.Seq < r.Seq && l.together(ld.Module, r.Module) {
				out = append(out, l.loaded(e, r, ld, false)...)
			}
		}
	}
	if r.Config != nil {
		for i := len(r.Config.EnvFiles) - 1; i >= 0; i-- { // a later file wins
			f := r.Config.EnvFiles[i]
			if !f.Known {
				continue
			}
			if path, ok := l.findFile(e, f.Value, r.Module); ok {
				out = append(out, l.inFile(e, r, path, f.At, "env_file "+base(f.Value), false, false)...)
			}
		}
	}
	for _, f := range r.Files {
		path, ok := l.findFile(e, f.Path, r.Module)
		switch {
		case ok && r.Whole:
			out = append(out, l.wholeFile(path, f.At)...)
		case ok:
			out = append(out, l.inOwnFile(e, r, path, f.At, base(f.Path))...)
		}
	}
	if path, ok := l.foundAbove(e, r); ok {
		return append(out, l.inOwnFile(e, r, path, source.Location{}, path.Base())...)
	}
	return out
}

// wholeFile is the text of a file as a value.
func (l *linker) wholeFile(path source.Path, through source.Location) []fromFile {
	file, err := l.in.Tree.File(path)
	if err != nil {
		return nil
	}
	text := string(file.Text)
	return []fromFile{{given{at: source.Location{Path: path, Span: source.Span{End: len(file.Text)}}, through: through, via: "file " + path.Base(), value: secret.New(text), known: true, empty: text == ""}, false}}
}

func base(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }

func (l *linker) loaded(e *environment.Environment, r *EnvRead, ld *EnvLoad, over bool) []fromFile {
	path, ok := l.loadPath(e, ld)
	if !ok {
		return nil
	}
	return l.inFile(e, r, path, ld.At, ld.Loader+" "+path.Base(), over, !over)
}

// loadPath finds the file that a load reads in an environment.
func (l *linker) loadPath(e *environment.Environment, ld *EnvLoad) (source.Path, bool) {
	if !ld.PathKnown {
		return "", false
	}
	if ld.FromRoot {
		return l.present(e, source.Path(ld.Path))
	}
	if ld.Path == "" { // python-dotenv 1.x find_dotenv: from the calling file's folder upwards
		for dir := ld.Module.Dir(); ; dir = dir.Dir() {
			if p, ok := l.present(e, join(dir, ".env")); ok {
				return p, true
			}
			if dir == "" {
				return "", false
			}
		}
	}
	return l.findFile(e, ld.Path, ld.Module)
}

func join(dir source.Path, name string) source.Path {
	if dir == "" {
		return source.Path(name)
	}
	return dir + "/" + source.Path(name)
}

// present says whether a file of the tree is there in an environment.
func (l *linker) present(e *environment.Environment, p source.Path) (source.Path, bool) {
	if e.Files == nil {
		_, err := l.in.Tree.File(p)
		return p, err == nil
	}
	_, ok, _, _ := e.Files.Locate(p)
	return p, ok
}

// findFile resolves a path as a process of the environment does.
func (l *linker) findFile(e *environment.Environment, path string, module source.Path) (source.Path, bool) {
	if p, in := interpret.InRoot(path); in {
		return l.present(e, p)
	}
	dir := l.workDir(e, module)
	if e.Files != nil && (dir.Known || strings.HasPrefix(path, "/")) {
		f := e.Files.Lookup(dir, path)
		return f.Path, f.State == environment.Present
	}
	if strings.HasPrefix(path, "/") {
		return "", false
	}
	candidates := append([]source.Path{}, dir.Candidates...)
	candidates = append(candidates, "")
	for d := module.Dir(); d != ""; d = d.Dir() {
		candidates = append(candidates, d)
	}
	for _, c := range candidates {
		if p, ok := c.Join(path); ok && (c == "." || c == "" || l.serves(p, module)) { // and not another program's
			if _, err := l.in.Tree.File(p); err == nil {
				return p, true
			}
		}
	}
	return "", false
}

// workDir is where the process of an environment runs that a module belongs to:
// its command's folder, if it says one.
func (l *linker) workDir(e *environment.Environment, module source.Path) environment.Dir {
	for _, c := range e.Commands {
		if c.WorkDir.Known && (e.Kind != environment.Local || l.runs(c, module)) {
			return c.WorkDir
		}
	}
	return e.WorkDir
}

// inFile lists what one env file gives a read. The last line of a name counts.
func (l *linker) inFile(e *environment.Environment, r *EnvRead, path source.Path, through source.Location, via string, over, processFirst bool) []fromFile {
	file, err := l.in.Tree.File(path)
	if err != nil {
		return nil
	}
	process := func(name string) (string, source.Location, bool) {
		a, _, ok := e.Lookup(name)
		if !ok || !a.Known {
			return "", source.Location{}, false
		}
		return a.Value.Expose(), a.At, true
	}
	var out []fromFile
	bindings := environment.ResolveDotenv(file, l.dotenv(file), environment.DotenvOptions{Process: process, ProcessFirst: processFirst})
	for i := len(bindings) - 1; i >= 0; i-- {
		b := bindings[i]
		if !r.named(b.Key) || !b.HasValue {
			continue
		}
		out = append(out, fromFile{given{at: source.Location{Path: path, Span: b.Span}, through: through, via: via, value: b.Final, known: true, empty: b.Final.IsEmpty()}, over})
	}
	return out
}

// inOwnFile lists what a file gives that the reader itself opens: Starlette and
// decouple read it by rules of their own, and the last line of a name counts.
func (l *linker) inOwnFile(e *environment.Environment, r *EnvRead, path source.Path, through source.Location, via string) (out []fromFile) {
	if r.Loader != "starlette-config" && r.Loader != "decouple" {
		return l.inFile(e, r, path, through, via, false, false)
	}
	file, err := l.in.Tree.File(path)
	if err != nil {
		return nil
	}
	lines, named := environment.ParsePlainEnv(file), r.named
	if isSettingsIni(r, path) {
		lines = environment.ParseSettingsIni(file)
		named = func(key string) bool {
			return slices.ContainsFunc(r.Names, func(n string) bool { return strings.EqualFold(n, key) })
		}
	}
	for _, line := range slices.Backward(lines) {
		if named(line.Key) {
			out = append(out, fromFile{given{at: source.Location{Path: path, Span: line.Span}, through: through, via: via, value: line.Value, known: true, empty: line.Value.IsEmpty()}, false})
		}
	}
	return out
}

// foundAbove finds the file that decouple's AutoConfig and dotenv_values take from
// the folders above the module: decouple 3.8 asks in each for settings.ini first.
func (l *linker) foundAbove(e *environment.Environment, r *EnvRead) (source.Path, bool) {
	if !r.FindUp {
		return "", false
	}
	for dir := r.Module.Dir(); ; dir = dir.Dir() {
		if r.Loader == "decouple" {
			if path, ok := l.present(e, join(dir, "settings.ini")); ok {
				return path, true
			}
		}
		if path, ok := l.present(e, join(dir, ".env")); ok {
			return path, true
		}
		if dir == "" {
			return "", false
		}
	}
}

// isSettingsIni says whether decouple reads a file by configparser.
func isSettingsIni(r *EnvRead, path source.Path) bool {
	return r.Loader == "decouple" && strings.HasSuffix(string(path), ".ini")
}

// linesFor are the lines of a file that a read looks into.
func (l *linker) linesFor(r *EnvRead, file *source.File) []environment.Entry {
	if isSettingsIni(r, file.Path) {
		return environment.ParseSettingsIni(file)
	}
	return l.dotenv(file)
}

// dotenv parses an env file once.
func (l *linker) dotenv(file *source.File) []environment.Entry {
	if have, ok := l.dotenvs[file.Path]; ok {
		return have
	}
	if l.dotenvs == nil {
		l.dotenvs = map[source.Path][]environment.Entry{}
	}
	entries := environment.ParseDotenv(file)
	l.dotenvs[file.Path] = entries
	return entries
}

// absences says which env files the read looks for and does not find in an environment.
func (l *linker) absences(e *environment.Environment, r *EnvRead) []Absence {
	var out []Absence
	add := func(path string, at source.Location) {
		if _, ok := l.findFile(e, path, r.Module); ok {
			return
		}
		a := Absence{At: at, Path: base(path), Why: "there is no such file in the working directory", Deciding: l.workDir(e, r.Module).At}
		if e.Files != nil {
			f := e.Files.Lookup(l.workDir(e, r.Module), path)
			a.Why = f.Why
			if !f.At.IsZero() {
				a.Deciding = f.At
			}
			a.Unknown = f.State == environment.Unknowable
			if tail := strings.TrimLeft(path, "./"); a.Unknown && strings.HasPrefix(path, "../") && l.workDir(e, r.Module).Known {
				_, err := l.in.Tree.File(source.Path(tail))
				a.Beyond = err == nil
			}
			a.Excluded = strings.Contains(f.Why, ".dockerignore")
			a.Elsewhere = strings.HasPrefix(f.Why, "in the image the file stands at")
		}
		out = append(out, a)
	}
	if r.Config != nil {
		for _, f := range r.Config.EnvFiles {
			if f.Known {
				add(f.Value, f.At)
			}
		}
	}
	for _, ld := range l.loads {
		if ld.Seq < r.Seq && ld.PathKnown && ld.Path != "" && !ld.FromRoot && !r.NoProcess && l.together(ld.Module, r.Module) {
			add(ld.Path, ld.At)
		}
	}
	for _, f := range r.Files {
		add(f.Path, f.At)
	}
	for _, ld := range l.loads {
		if ld.Seq < r.Seq && ld.PathKnown && ld.Path == "" && !r.NoProcess && l.together(ld.Module, r.Module) {
			out = l.leftOut(e, ld.Module, ld.At, out)
		}
	}
	if r.FindUp {
		out = l.leftOut(e, r.Module, r.At, out)
	}
	return out
}

// leftOut adds the .env that the search from a module upwards finds in the tree and not in the environment.
func (l *linker) leftOut(e *environment.Environment, module source.Path, at source.Location, out []Absence) []Absence {
	if e.Files == nil {
		return out
	}
	for dir := module.Dir(); ; dir = dir.Dir() {
		path := join(dir, ".env")
		if _, err := l.in.Tree.File(path); err == nil {
			_, there, why, deciding := e.Files.Locate(path)
			if !there && why != "" {
				out = append(out, Absence{At: at, Path: ".env", Why: why, Deciding: deciding, Excluded: strings.Contains(why, ".dockerignore")})
			}
			return out
		}
		if dir == "" {
			return out
		}
	}
}
