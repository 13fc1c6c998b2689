package environment

import (
	"fmt"
	"path"
	"strings"

	"bearings/internal/source"
)

// local is the developer's machine: a shell whose variables nobody knows, in
// a folder that nobody knows.
func (d *discovery) local() *Environment {
	return &Environment{Name: "local", Kind: Local, Variables: map[string][]Assignment{}, Outside: "the shell that starts it",
		WorkDir: Dir{Path: ".", Why: "it is the folder from which the program is started"}, Files: treeFS{d.tree}}
}

// refineLocal adds the start commands that pages of the tree tell people to
// type, and the folders from which the program is likely started.
func (d *discovery) refineLocal(local *Environment, processes []*Environment) {
	for _, st := range d.localCommands {
		scratch := &Environment{Files: local.Files}
		d.addCommand(scratch, st)
		local.Commands = append(local.Commands, scratch.Commands...)
	}
	seen := map[source.Path]bool{}
	add := func(p string) {
		clean := source.Path(strings.TrimPrefix(path.Clean(p), "./"))
		if clean == "" {
			clean = "."
		}
		if !seen[clean] {
			seen[clean] = true
			local.WorkDir.Candidates = append(local.WorkDir.Candidates, clean)
		}
	}
	for _, c := range local.Commands {
		if c.WorkDir.Known {
			add(c.WorkDir.Path)
		}
	}
	for _, e := range processes {
		for _, c := range e.Commands {
			if c.WorkDir.Known {
				add(c.WorkDir.Path)
			}
		}
	}
	add(".")
	for _, p := range d.tree.Paths() {
		if base := p.Base(); base == ".env" || base == "main.py" || base == "pyproject.toml" || base == "requirements.txt" {
			add(string(p.Dir()))
		}
	}
}

// processes returns the start commands outside containers: scripts, Procfile,
// Makefile, systemd units, supervisord, editors' launch files. It also notes
// what the commands of all these, of pages and of workflows say of docker.
func (d *discovery) processes() []*Environment {
	var out, scripts []*Environment
	for _, p := range d.tree.Paths() {
		file := d.processFile(p)
		if file == nil {
			continue
		}
		base := p.Base()
		switch ext := path.Ext(base); {
		case ext == ".sh" || ext == ".bash":
			if e := d.scriptEnvironment(file); e != nil {
				scripts = append(scripts, e)
			}
		case base == "Procfile" || strings.HasPrefix(base, "Procfile."):
			out = append(out, d.procfile(file)...)
		case base == "Makefile" || base == "makefile" || base == "GNUmakefile" || ext == ".mk":
			out = append(out, d.makefile(file)...)
		case ext == ".service":
			out = append(out, d.systemd(file)...)
		case strings.HasPrefix(base, "supervisord") || ext == ".conf" && strings.Contains(string(file.Text), "[program:"):
			out = append(out, d.supervisord(file)...)
		case base == "launch.json":
			out = append(out, d.launchJSON(file)...)
		case ext == ".md" || ext == ".rst":
			d.page(file)
		}
	}
	for _, e := range scripts { // a script that another command calls is part of that
		if len(d.calledScripts[e.Described[0]]) == 0 {
			out = append(out, e)
		}
	}
	return out
}

// processFile reads a file that may hold start commands; nil for all others.
func (d *discovery) processFile(p source.Path) *source.File {
	base := p.Base()
	ext := path.Ext(base)
	switch {
	case ext == ".sh", ext == ".bash", ext == ".service", ext == ".conf", ext == ".md", ext == ".rst", ext == ".mk", ext == ".ini" && strings.HasPrefix(base, "supervisord"):
	case strings.HasPrefix(base, "Procfile"), base == "Makefile", base == "makefile", base == "GNUmakefile":
	case base == "launch.json" && p.Dir().Base() == ".vscode":
	default:
		return nil
	}
	file, reason := readConfig(d.tree, p)
	if reason != "" {
		return nil
	}
	return file
}

// root is the working directory of a command at the root of the tree.
func root() Dir { return Dir{Path: "", Known: true} }

// read runs a script for a process environment and returns what it starts.
func (d *discovery) read(e *Environment, src script, dir Dir) []started {
	s := newShell(d, treeFS{d.tree}, dir, e.Variables)
	s.run(src, nil)
	e.Gaps = append(e.Gaps, *s.gaps...)
	return *s.out
}

func (d *discovery) newProcess(name, outside string, file *source.File, at source.Location) *Environment {
	return &Environment{Name: name, Kind: Process, At: at, Variables: map[string][]Assignment{}, Outside: outside,
		WorkDir: root(), Files: treeFS{d.tree}, Described: []source.Path{file.Path}}
}

// scriptEnvironment is a shell script that starts the program; nil when it does not.
func (d *discovery) scriptEnvironment(file *source.File) *Environment {
	e := d.newProcess(string(file.Path), "the shell that starts it", file, source.Location{Path: file.Path, Span: file.Line(0)})
	list := d.read(e, fileScript(file), Dir{Path: string(d.programFolder(file)), Known: true})
	if len(list) == 0 {
		return nil
	}
	d.started(e, list)
	return e
}

// programFolder is the folder from which a script is taken to be started: its own
// when what it names lies there and not at the root, else the nearest one above it
// in which a program is installed, or the root.
func (d *discovery) programFolder(script *source.File) source.Path {
	own := script.Path.Dir()
	if own == "" {
		return ""
	}
	for _, word := range strings.FieldsFunc(string(script.Text), func(r rune) bool { return strings.ContainsRune(" \t\r\n\"';&|()", r) }) {
		module, _, _ := strings.Cut(word, ":")
		names := []string{strings.TrimPrefix(word, "./"), strings.ReplaceAll(module, ".", "/") + ".py"}
		for _, name := range names {
			here, ok := own.Join(name)
			there, _ := source.Path("").Join(name)
			if ok && here != own && d.exists(here) && !d.exists(there) {
				return own
			}
		}
	}
	for dir := own; dir != ""; dir = dir.Dir() {
		for _, name := range []string{"pyproject.toml", "requirements.txt", "setup.py", "Pipfile", "uv.lock", "poetry.lock"} {
			if d.exists(dir + "/" + source.Path(name)) {
				return dir
			}
		}
	}
	return ""
}

// started gives an environment the commands that were found for it.
func (d *discovery) started(e *Environment, list []started) {
	for _, st := range list {
		d.addCommand(e, st)
		e.At = st.at
		if n := len(e.Commands); n > 0 {
			e.WorkDir = e.Commands[n-1].WorkDir
		}
	}
}

// procfile reads "name: command" lines as Heroku and honcho do.
func (d *discovery) procfile(file *source.File) []*Environment {
	var out []*Environment
	for n := range file.LineCount() {
		span := file.Line(n)
		name, command, ok := strings.Cut(file.Slice(span), ":")
		if !ok || strings.HasPrefix(strings.TrimSpace(name), "#") {
			continue
		}
		offset := span.Start + len(name) + 1
		e := d.newProcess(fmt.Sprintf("%s:%s", file.Path, strings.TrimSpace(name)), "the platform that runs the Procfile", file, source.Location{Path: file.Path, Span: span})
		dir := Dir{Path: string(file.Path.Dir()), Known: true}
		list := d.read(e, placedScript(command, file.Path, offset), dir)
		if len(list) == 0 {
			continue
		}
		d.started(e, list)
		out = append(out, e)
	}
	return out
}
