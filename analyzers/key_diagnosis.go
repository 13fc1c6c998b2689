package analyzers

import (
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// keyFault is one cause that leaves a key without its value, with the
// environments in which it does.
type keyFault struct {
	code string
	key  *fastapi.Key
	in   []keyFaultIn
}

// keyFaultIn is what a fault is in one environment.
type keyFaultIn struct {
	env      *environment.Environment
	row      fastapi.KeyRow // with what the program takes instead of the read
	absence  fastapi.Absence
	offer    fastapi.Offer
	kind     nameKind
	load     *fastapi.EnvLoad
	line     source.Location // of the env file, that would give the value
	argument environment.Assignment
	section  *fastapi.SectionValue
}

// keyFaults finds for each key that signs or verifies, and for each environment
// in which it has not the value that it is meant to have, the one likeliest
// cause: a load that comes too late, a name that differs, a file that is left
// out of the image or looked for in the wrong folder; and otherwise what is used
// instead: a random key, the empty text, a default, nothing.
func keyFaults(p *fastapi.Project, code string) (faults []*keyFault) {
	for _, d := range keyDiagnoses(p) {
		if f := d.faults[code]; f != nil {
			faults = append(faults, f)
		}
	}
	return faults
}

// keyDiagnoses looks at every key once for all rules.
func keyDiagnoses(p *fastapi.Project) []*keyDiagnosis {
	type question struct{}
	return p.Memo(question{}, func() any {
		var out []*keyDiagnosis
		for _, k := range authKeys(p) {
			if k.Read == nil || k.Read.Whole || fastapi.Role(k.At.Path) == fastapi.TestApp {
				continue
			}
			d := &keyDiagnosis{p: p, key: k, faults: map[string]*keyFault{}}
			d.run()
			out = append(out, d)
		}
		return out
	}).([]*keyDiagnosis)
}

type keyDiagnosis struct {
	p      *fastapi.Project
	key    *fastapi.Key
	faults map[string]*keyFault
	guard  *keyGuard
	sound  int // deployed environments in which the key has its value, or gets it from outside
}

func (d *keyDiagnosis) run() {
	type candidate struct {
		env *environment.Environment
		row fastapi.KeyRow
	}
	var local, served []candidate
	for _, row := range d.key.Rows {
		e := environmentOf(d.p, row.Environment)
		if e == nil || e.Kind == environment.CI || e.Kind == environment.Test {
			continue
		}
		row = instead(d.p, e, d.key, row)
		switch {
		case e.Kind == environment.Local:
			local = append(local, candidate{e, row})
		case deployed(e):
			served = append(served, candidate{e, row})
		}
	}
	for _, c := range served {
		if c.row.State == fastapi.StateSet || c.row.State == fastapi.StateUnknown {
			d.sound++
		}
	}
	for _, c := range append(served, local...) {
		d.look(c.env, c.row)
	}
	d.oneCause()
}

// oneCause drops what is merely used instead at a local start where a cause is known elsewhere.
func (d *keyDiagnosis) oneCause() {
	caused := false
	for _, code := range []string{"key-loaded-late", "key-name-mismatch", "env-not-in-image", "env-file-not-found"} {
		caused = caused || d.faults[code] != nil
	}
	for _, code := range []string{"key-default-used", "key-missing", "key-empty", "key-random"} {
		if f := d.faults[code]; caused && f != nil && len(f.in) == 1 && f.in[0].env.Kind == environment.Local {
			delete(d.faults, code)
		}
	}
}

func (d *keyDiagnosis) add(code string, in keyFaultIn) {
	f := d.faults[code]
	if f == nil {
		f = &keyFault{code: code, key: d.key}
		d.faults[code] = f
	}
	f.in = append(f.in, in)
}

// look decides on one environment.
func (d *keyDiagnosis) look(e *environment.Environment, row fastapi.KeyRow) {
	in := keyFaultIn{env: e, row: row}
	if a := row.Assignment; row.State == fastapi.StateUnknown && a != nil && a.Passed && !losingLine(row) && e.Kind == environment.Compose {
		if line, ok := d.lineIn(fastapi.Absence{}); ok {
			in.argument, in.line = *a, line
			d.add("env-not-in-image", in)
		}
		return
	}
	if emptyUnlessSet(row) || row.State == fastapi.StateEmpty && row.Assignment != nil {
		d.empty(in)
		return
	}
	switch row.State {
	case fastapi.StateDefault, fastapi.StateMissing, fastapi.StateRandom, fastapi.StateEmpty:
	default:
		return
	}
	if d.inactiveSection(in) || d.late(in) || d.secretFile(in) || d.otherName(in) || d.leftOut(in) || d.otherSection() {
		return
	}
	d.plain(in)
}

// emptyUnlessSet says whether a value is nothing but a reference to a variable
// that no file sets: ${SECRET_KEY}.
func emptyUnlessSet(row fastapi.KeyRow) bool {
	a := row.Assignment
	return row.State == fastapi.StateUnknown && a != nil && !a.Known && len(a.Unset) > 0 && !a.Required && !a.Passed && a.Value.IsEmpty()
}

// empty is a key that an environment sets to nothing.
func (d *keyDiagnosis) empty(in keyFaultIn) {
	if d.refuses(in.row.State) {
		return
	}
	if in.row.State == fastapi.StateUnknown {
		if losingLine(in.row) {
			return // env-source-shadowed tells it
		}
		if line, ok := d.lineIn(fastapi.Absence{}); ok {
			in.line = line
		} else if !besideDotenv(d.p, in.env) {
			return
		}
	}
	d.add("key-empty", in)
}

// losingLine says whether another line gives the variable a value that does not count.
func losingLine(row fastapi.KeyRow) bool {
	for _, s := range row.Shadowed {
		if !s.Same {
			return true
		}
	}
	return false
}

// besideDotenv says whether there is a .env beside the file that describes the
// environment, from which compose would take the variable.
func besideDotenv(p *fastapi.Project, e *environment.Environment) bool {
	if len(e.Described) == 0 {
		return false
	}
	path, ok := e.Described[0].Dir().Join(".env")
	if !ok {
		return false
	}
	_, err := p.Tree.File(path)
	return err == nil
}

// refuses says whether the program refuses to go on with a key in that state.
func (d *keyDiagnosis) refuses(state fastapi.KeyState) bool {
	if d.guard == nil {
		g := keyGuardOf(d.p, d.key)
		d.guard = &g
	}
	switch state {
	case fastapi.StateMissing:
		return d.guard.none
	case fastapi.StateEmpty, fastapi.StateUnknown:
		return d.guard.empty
	}
	return d.guard.value
}

// late: an env file that has the key is loaded after the key was read.
func (d *keyDiagnosis) late(in keyFaultIn) bool {
	loads, lines := d.p.LateLoads(in.env, d.key.Read)
	for i, ld := range loads {
		if !together(d.p, d.key.At.Path, ld.At.Path) {
			continue
		}
		in.load, in.line = ld, lines[i]
		d.add("key-loaded-late", in)
		return true
	}
	return false
}

// together says whether some application imports both files.
func together(p *fastapi.Project, a, b source.Path) bool {
	for _, set := range appFiles(p) {
		if set[a] && set[b] {
			return true
		}
	}
	return false
}

// appFiles gives, for each application of the project, the files that it imports.
func appFiles(p *fastapi.Project) []files {
	type question struct{}
	return p.Memo(question{}, func() any {
		var out []files
		direct := map[source.Path][]source.Path{}
		for _, app := range p.Apps {
			if app.Role != fastapi.Application {
				continue
			}
			set := files{app.At.Path: true}
			closure(p, set, direct)
			out = append(out, set)
		}
		return out
	}).([]files)
}

// leftOut: the key stands in an env file that is not there, or in a build argument.
func (d *keyDiagnosis) leftOut(in keyFaultIn) bool {
	for _, name := range d.key.Read.Names {
		if a, ok := in.env.BuildArg(name); ok {
			in.argument = a
			d.add("env-not-in-image", in)
			return true
		}
	}
	for _, absence := range in.row.Absent {
		line, ok := d.lineIn(absence)
		if !ok || absence.Unknown && !absence.Beyond {
			continue
		}
		if in.env.Kind == environment.Image && d.sound > 0 {
			return true // what runs the image gives the key by other means
		}
		in.absence, in.line = absence, line
		container := in.env.Kind != environment.Local && in.env.Kind != environment.Process
		if container && (absence.Excluded || !absence.Elsewhere) {
			d.add("env-not-in-image", in)
		} else {
			d.add("env-file-not-found", in)
		}
		return true
	}
	return false
}

// secretFile: the environment names a file that holds the key, in SECRET_KEY_FILE, and the program reads SECRET_KEY.
func (d *keyDiagnosis) secretFile(in keyFaultIn) bool {
	for _, name := range d.key.Read.Names {
		file := name + "_FILE"
		if d.key.Read.Fold {
			file = strings.ToUpper(file)
		}
		a, _, ok := in.env.Lookup(file)
		if !ok || d.readBeside(in.env, file) {
			continue
		}
		in.argument = a
		d.add("env-not-in-image", in)
		return true
	}
	return false
}

// otherSection: a configuration file has the key in another section, which key-name-mismatch tells.
func (d *keyDiagnosis) otherSection() bool {
	for _, miss := range d.p.FileMisses {
		if miss.At == d.key.Read.At {
			return true
		}
	}
	return false
}

// lineIn finds the line of the env file that is meant by a path, or of any, that has the key.
func (d *keyDiagnosis) lineIn(a fastapi.Absence) (source.Location, bool) {
	for _, path := range d.p.Tree.Paths() {
		if path.Base() != a.Path && (a.Path != "" || !envFileName(path)) || !d.p.Serves(path, d.key.At.Path) {
			continue
		}
		for _, entry := range d.p.EnvFile(path) {
			if entry.HasValue && !entry.Value.IsEmpty() && takes(d.key.Read, entry.Key) {
				return source.Location{Path: path, Span: entry.Span}, true
			}
		}
	}
	return source.Location{}, false
}

// plain is what is used where nothing explains why.
func (d *keyDiagnosis) plain(in keyFaultIn) {
	if d.refuses(in.row.State) {
		return
	}
	isLocal := in.env.Kind == environment.Local
	if isLocal && d.sound > 0 {
		return // a default for development, where the others have their value
	}
	if in.env.Kind == environment.Image && d.sound > 0 {
		return
	}
	for _, g := range in.env.Gaps {
		if mayGive(g.Reason) {
			return // a file that may give it is not in the tree
		}
	}
	switch in.row.State {
	case fastapi.StateRandom:
		d.add("key-random", in)
	case fastapi.StateEmpty:
		d.add("key-empty", in)
	case fastapi.StateDefault:
		d.add("key-default-used", in)
	case fastapi.StateMissing:
		if in.env.Kind == environment.Image {
			return // the container is meant to be given its key
		}
		if !isLocal && !startsServer(d.p, in.env) {
			return // a script, of a migration perhaps, that signs nothing
		}
		if _, read := d.p.Offers(in.env, d.key.Read); isLocal && len(read) == 0 {
			line, ok := templateWithout(d.p, d.key)
			if !ok {
				return
			}
			in.line = line
		}
		d.add("key-missing", in)
	}
}

// mayGive says whether a gap of an environment leaves open which variables it has.
func mayGive(reason string) bool {
	for _, part := range []string{"env_file", "env file", "envFile", "EnvironmentFile", "secret store", "sourced file", "GITHUB_ENV", "raw_env", "Helm template", "what is exported"} {
		if strings.Contains(reason, part) {
			return true
		}
	}
	return false
}

// startsServer says whether an environment runs an application server, or a script that imports one.
func startsServer(p *fastapi.Project, e *environment.Environment) bool {
	for _, c := range e.Commands {
		if c.Server != "python" && c.Server != "" {
			return true
		}
		for _, path := range p.Tree.Paths() {
			if c.App == "" || !strings.HasSuffix("/"+string(path), "/"+strings.TrimPrefix(c.App, "./")) {
				continue
			}
			if m := moduleOf(p, path); m != nil && (importsPackage(m, "uvicorn") || importsPackage(m, "hypercorn") || importsPackage(m, "granian")) {
				return true
			}
		}
	}
	return false
}

// templateWithout finds the template of an env file, .env.example, that lists other
// variables of the program and not the key: its first line.
func templateWithout(p *fastapi.Project, k *fastapi.Key) (first source.Location, ok bool) {
	for _, path := range p.Tree.Paths() {
		base := path.Base()
		if !strings.Contains(base, "env") || !strings.Contains(base, "example") && !strings.Contains(base, "sample") && !strings.Contains(base, "template") || !p.Serves(path, k.At.Path) {
			continue
		}
		others := false
		for _, entry := range p.EnvFile(path) {
			if entry.Key == "" {
				continue
			}
			if takes(k.Read, entry.Key) {
				return source.Location{}, false
			}
			if first.IsZero() {
				first = source.Location{Path: path, Span: entry.Span}
			}
			for _, other := range p.Keys {
				others = others || other.Read != nil && takes(other.Read, entry.Key)
			}
		}
		ok = ok || others
	}
	return first, ok
}
