package fastapi

import (
	"bearings/internal/environment"
	"bearings/internal/interpret"
	"bearings/internal/secret"
	"bearings/internal/source"
)

// Offer is a variable that a read could see in an environment, whether or not
// it takes it.
type Offer struct {
	Name    string
	At      source.Location // the line
	Through source.Location // what makes the file of At be read; zero when At itself sets the variable
	Via     string
	Value   secret.Value
	Known   bool
	File    source.Path // the env file; "" for the process's own variables
}

// Offers lists what a read sees in an environment: the process's variables and
// the lines of the env files that its loader reads there. files are these env files.
func (p *Project) Offers(e *environment.Environment, r *EnvRead) (offers []Offer, files []source.Path) {
	if p.linker == nil {
		return nil, nil
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	if !r.NoProcess {
		for _, name := range e.Names() {
			if a, _, ok := e.Lookup(name); ok {
				offers = append(offers, Offer{Name: name, At: a.At, Through: a.Through, Via: a.Via, Value: a.Value, Known: a.Known})
			}
		}
	}
	for _, f := range p.linker.filesRead(e, r) {
		file, err := p.Tree.File(f.path)
		if err != nil {
			continue
		}
		files = append(files, f.path)
		for _, entry := range p.linker.linesFor(r, file) {
			if entry.Key != "" && entry.HasValue {
				offers = append(offers, Offer{Name: entry.Key, At: source.Location{Path: f.path, Span: entry.Span}, Through: f.through, Via: f.via, Value: entry.Value, Known: true, File: f.path})
			}
		}
	}
	return offers, files
}

type fileRead struct {
	path    source.Path
	through source.Location
	via     string
}

// filesRead lists the env files that a read looks into in an environment.
func (l *linker) filesRead(e *environment.Environment, r *EnvRead) (out []fileRead) {
	if !r.NoProcess {
		for _, ld := range l.loads {
			if path, ok := l.loadPath(e, ld); ok && ld.Seq < r.Seq && l.together(ld.Module, r.Module) {
				out = append(out, fileRead{path, ld.At, ld.Loader})
			}
		}
	}
	if r.Config != nil {
		for _, f := range r.Config.EnvFiles {
			if path, ok := l.findFile(e, f.Value, r.Module); f.Known && ok {
				out = append(out, fileRead{path, f.At, "env_file"})
			}
		}
	}
	if r.Whole {
		return out
	}
	for _, f := range r.Files {
		if path, ok := l.findFile(e, f.Path, r.Module); ok {
			out = append(out, fileRead{path, f.At, r.Loader})
		}
	}
	if path, ok := l.foundAbove(e, r); ok {
		out = append(out, fileRead{path, r.At, r.Loader})
	}
	return out
}

// LateLoads lists the loads that run after a read and whose file would give it
// its value in an environment, each with the line that would.
func (p *Project) LateLoads(e *environment.Environment, r *EnvRead) (loads []*EnvLoad, lines []source.Location) {
	if p.linker == nil || r.NoProcess {
		return nil, nil
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	for _, ld := range p.linker.loads {
		if ld.Seq <= r.Seq || !p.linker.together(ld.Module, r.Module) {
			continue
		}
		if found := p.linker.loaded(e, r, ld, ld.Override); len(found) > 0 && !found[0].empty {
			loads, lines = append(loads, ld), append(lines, found[0].at)
		}
	}
	return loads, lines
}

// EnvFile returns the lines of an env file of the tree; nil when it cannot be read.
func (p *Project) EnvFile(path source.Path) []environment.Entry {
	file, err := p.Tree.File(path)
	if err != nil || p.linker == nil {
		return nil
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	return p.linker.dotenv(file)
}

// FilePlaces lists where a configuration file of the tree (TOML, JSON, YAML) has a key, in whatever section.
func (p *Project) FilePlaces(path source.Path, key string) (list []source.Location) {
	if p.linker == nil {
		return nil
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	var walk func(d *interpret.Dict, depth int)
	walk = func(d *interpret.Dict, depth int) {
		if d == nil || depth > 8 {
			return
		}
		for _, e := range d.Entries {
			if text, ok := interpret.Text(e.Key); ok && text == key {
				list = append(list, e.At)
			}
			if inner, ok := e.Value.(*interpret.Dict); ok {
				walk(inner, depth+1)
			}
		}
	}
	walk(p.linker.parseFile(path), 0)
	return list
}
