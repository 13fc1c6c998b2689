package environment

import (
	"path"
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// systemd reads a unit: Environment=, EnvironmentFile=, WorkingDirectory= and
// ExecStart= (systemd.exec(5), 257). Settings of EnvironmentFile win over those of Environment.
func (d *discovery) systemd(file *source.File) []*Environment {
	e := d.newProcess("systemd:"+file.Path.Base(), "other settings of the service manager (drop-ins)", file, source.Location{Path: file.Path, Span: file.Line(0)})
	u := &systemdUnit{d: d, file: file, env: e, dir: Dir{Path: "/", Why: "no WorkingDirectory is set"}}
	var starts, files []iniLine
	for _, l := range parseINI(file, false, true) {
		if l.section != "Service" {
			continue
		}
		switch l.key {
		case "Environment":
			u.environment(l)
		case "EnvironmentFile":
			files = append(files, l)
		case "WorkingDirectory":
			u.workingDirectory(l)
		case "PassEnvironment":
			for name := range strings.FieldsSeq(l.value) {
				e.underlay(Assignment{Name: name, At: l.at, Via: "PassEnvironment", Passed: true, Reason: "the variable of the service manager is handed on"})
			}
		case "ExecStart":
			starts = append(starts, l)
		}
	}
	for _, l := range files {
		u.environmentFile(l)
	}
	for _, l := range starts {
		u.start(l)
	}
	if len(e.Commands) == 0 {
		return nil
	}
	return []*Environment{e}
}

type systemdUnit struct {
	d    *discovery
	file *source.File
	env  *Environment
	dir  Dir
	base string // the folder of the deployed machine that the tree is taken to be
}

// environment reads Environment="A=b" C=d.
func (u *systemdUnit) environment(l iniLine) {
	for _, word := range systemdWords(l.value) {
		if name, value, ok := strings.Cut(word, "="); ok {
			known := !strings.Contains(strings.ReplaceAll(value, "%%", ""), "%")
			u.env.set(Assignment{Name: name, Value: secret.New(strings.ReplaceAll(value, "%%", "%")), Raw: secret.New(value), Known: known,
				Reason: "a % specifier is expanded by systemd", At: l.at, Via: "Environment="})
		}
	}
}

// systemdWords splits at white space and takes quotes away; C-style escapes
// that matter are those of quotes and backslashes.
func systemdWords(s string) []string {
	var words []string
	var word strings.Builder
	var quote byte
	open := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			word.WriteByte(s[i])
			open = true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, open = c, true
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n'):
			if open {
				words = append(words, word.String())
			}
			word.Reset()
			open = false
		default:
			word.WriteByte(c)
			open = true
		}
	}
	if open {
		words = append(words, word.String())
	}
	return words
}

func (u *systemdUnit) workingDirectory(l iniLine) {
	text := strings.Trim(strings.TrimPrefix(l.value, "-"), `"`)
	u.dir = Dir{Path: path.Clean(text), At: l.at, Why: "the unit names a folder of the deployed machine"}
	u.base = u.dir.Path
	if found, ok := u.inTree(u.dir.Path); ok {
		u.dir.Candidates = []source.Path{found}
	} else {
		u.dir.Candidates = []source.Path{"."}
	}
}

// inTree maps a path of the deployed machine to the tree: the longest tail of
// it that exists there as a folder or file.
func (u *systemdUnit) inTree(p string) (source.Path, bool) {
	parts := strings.Split(strings.Trim(path.Clean(p), "/"), "/")
	for i := range parts {
		candidate := source.Path(strings.Join(parts[i:], "/"))
		if u.d.exists(candidate) {
			return candidate, true
		}
	}
	return "", false
}

// environmentFile reads an EnvironmentFile; a leading "-" makes it optional.
func (u *systemdUnit) environmentFile(l iniLine) {
	ref := strings.TrimPrefix(l.value, "-")
	p, ok := u.inTree(ref)
	if strings.HasPrefix(ref, u.base+"/") && u.base != "" {
		if inner := joined("", strings.TrimPrefix(ref, u.base)); u.d.exists(inner) {
			p, ok = inner, true
		}
	}
	if !ok {
		if !strings.HasPrefix(l.value, "-") {
			u.env.gap(l.at, "the EnvironmentFile is not in the tree")
		} else {
			u.env.gap(l.at, "the optional EnvironmentFile is not in the tree")
		}
		return
	}
	file, reason := readConfig(u.d.tree, p)
	if reason != "" {
		u.env.gap(l.at, "the EnvironmentFile: "+reason)
		return
	}
	for _, a := range systemdAssignments(file) {
		a.Through = l.at
		u.env.set(a)
	}
}

// systemdAssignments reads an EnvironmentFile: quotes are taken away, a
// backslash outside single quotes escapes, comments stand only at the start of
// a line (# or ;), and nothing is interpolated.
func systemdAssignments(file *source.File) []Assignment {
	var out []Assignment
	for n := range file.LineCount() {
		span := file.Line(n)
		line := file.Slice(span)
		trimmed := strings.TrimLeft(line, " \t")
		name, value, ok := strings.Cut(trimmed, "=")
		if !ok || trimmed[0] == '#' || trimmed[0] == ';' {
			continue
		}
		start := span.Start + len(line) - len(trimmed)
		at := source.Location{Path: file.Path, Span: source.Span{Start: start, End: span.End}}
		a := Assignment{Name: strings.TrimSpace(name), Raw: secret.New(value), Known: true, At: at, Via: "EnvironmentFile="}
		text := strings.TrimSpace(value)
		if words := systemdWords(text); strings.ContainsAny(text, `"'\`) && len(words) > 0 {
			text = strings.Join(words, " ")
		}
		a.Value = secret.New(text)
		if i := strings.Index(value, " #"); i >= 0 && !strings.ContainsAny(value[:1], `"'`) {
			a.Altered = "systemd keeps the comment as part of the value"
			a.AlteredAt = source.Location{Path: file.Path, Span: source.Span{Start: span.End - len(value) + i + 1, End: span.End}}
		}
		if strings.HasPrefix(name, "export ") {
			a.Name, a.Known, a.Reason = strings.TrimSpace(strings.TrimPrefix(name, "export ")), false, "systemd refuses a line that begins with export"
		}
		out = append(out, a)
	}
	return out
}

// start reads ExecStart, which is no shell: it splits words and expands $NAME itself.
func (u *systemdUnit) start(l iniLine) {
	words := systemdWords(strings.TrimLeft(l.value, "-@:+!"))
	if len(words) == 0 {
		return
	}
	for i, w := range words {
		if strings.HasPrefix(w, u.base+"/") && u.base != "" {
			words[i] = strings.TrimPrefix(w, u.base+"/")
		}
	}
	u.beside(words)
	dir := u.dir
	if len(dir.Candidates) > 0 { // the tree is taken for what is deployed
		dir = Dir{Path: strings.TrimPrefix(string(dir.Candidates[0]), "."), Known: true, At: dir.At}
	}
	s := newShell(u.d, treeFS{u.d.tree}, dir, u.env.Variables)
	name := path.Base(words[0])
	if name == "sh" || name == "bash" || name == "env" {
		words[0] = name
	}
	s.command(words, true, l.at)
	u.env.Gaps = append(u.env.Gaps, *s.gaps...)
	u.d.started(u.env, *s.out)
	u.env.WorkDir = dir
}

// beside corrects the guess where the working directory lies in the tree: the
// module that the server starts, package.module:app, is imported from there.
func (u *systemdUnit) beside(words []string) {
	if len(u.dir.Candidates) == 0 {
		return
	}
	for _, w := range words {
		name, app, ok := strings.Cut(w, ":")
		if !ok || app == "" || name == "" || strings.ContainsAny(name, "/-=") {
			continue
		}
		file := strings.ReplaceAll(name, ".", "/")
		holds := func(dir string) bool {
			place := source.Path(strings.TrimPrefix(path.Join(dir, file), "./"))
			return u.d.exists(place+".py") || u.d.exists(place+"/__init__.py")
		}
		if !holds(string(u.dir.Candidates[0])) && holds(".") {
			u.dir.Candidates = []source.Path{"."}
		}
		return
	}
}

// supervisord reads the programs of a supervisord configuration (supervisor 4).
func (d *discovery) supervisord(file *source.File) []*Environment {
	lines := parseINI(file, true, false)
	get := func(section, key string) (iniLine, bool) {
		for _, l := range lines {
			if l.section == section && l.key == key {
				return l, true
			}
		}
		return iniLine{}, false
	}
	var out []*Environment
	for _, l := range lines {
		name, ok := strings.CutPrefix(l.section, "program:")
		if !ok || l.key != "command" {
			continue
		}
		e := d.newProcess("supervisord:"+name, "the shell that starts supervisord", file, l.at)
		for _, section := range []string{"supervisord", l.section} {
			if env, ok := get(section, "environment"); ok {
				supervisordEnvironment(e, env)
			}
		}
		dir := root()
		if folder, ok := get(l.section, "directory"); ok {
			u := &systemdUnit{d: d}
			dir = Dir{Path: folder.value, At: folder.at, Why: "the configuration names a folder of the deployed machine"}
			if p, found := u.inTree(folder.value); found {
				dir = Dir{Path: string(p), Known: true, At: folder.at}
			}
		}
		if n, ok := get(l.section, "numprocs"); ok {
			e.Replicas = Count{N: count(n.value), At: n.at}
		}
		list := d.read(e, placedScript(l.value, file.Path, l.valueAt), dir)
		if len(list) > 0 {
			d.started(e, list)
			out = append(out, e)
		}
	}
	return out
}

// supervisordEnvironment reads KEY="value",KEY2="value2", where % must be doubled.
func supervisordEnvironment(e *Environment, l iniLine) {
	rest := l.value
	for rest != "" {
		name, tail, ok := strings.Cut(rest, "=")
		if !ok {
			return
		}
		value, after := tail, ""
		if len(tail) > 0 && (tail[0] == '"' || tail[0] == '\'') {
			n := quotedLen(tail, tail[0])
			value, after = strings.Trim(tail[:n], tail[:1]), tail[n:]
			_, after, _ = strings.Cut(after, ",")
		} else {
			value, after, _ = strings.Cut(tail, ",")
		}
		known := !strings.Contains(value, "%(")
		e.set(Assignment{Name: strings.Trim(name, " \t\n,"), Value: secret.New(strings.ReplaceAll(strings.TrimSpace(value), "%%", "%")), Raw: secret.New(value),
			Known: known, Reason: "supervisord expands the value", At: l.at, Via: "environment="})
		rest = after
	}
}
