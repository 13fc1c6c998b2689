package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/interpret"
	"bearings/internal/secret"
	"bearings/internal/source"
)

// fillRows computes what a key is in each environment.
func (l *linker) fillRows(p *Project, k *Key, letters *secret.Letters) {
	for _, e := range l.in.Environments {
		if !l.runsProgram(e, k) {
			continue
		}
		var row KeyRow
		switch {
		case k.Read != nil:
			row = l.row(e, k.Read, 0)
		case k.Loader == "random":
			row = KeyRow{State: StateRandom, Source: k.At, Via: "literal"}
		default:
			v, _ := k.Value.(interpret.Value)
			row = KeyRow{State: StateSet, Source: k.At, Via: "literal"}
			text, ok := textOrBytes(v)
			if !ok {
				row.State, row.Reason = StateUnknown, reason(v)
			}
			row.Value = secret.New(text)
			if ok && text == "" {
				row.State = StateEmpty
			}
		}
		row.Environment = e.Name
		switch row.State {
		case StateSet, StateDefault, StateEmpty:
			row.Letter = letters.Of(row.Value)
		}
		k.Rows = append(k.Rows, row)
	}
}

// runsProgram says whether the program that takes a key runs in an environment:
// not in the container of a database, and in continuous integration only where
// its variables are given.
func (l *linker) runsProgram(e *environment.Environment, k *Key) bool {
	switch e.Kind {
	case environment.CI, environment.Test:
		return gives(e, k)
	}
	return l.runsIn(e, k.At.Path) || e.Kind == environment.Compose && k.Secret && k.Roles != 0 && !built(e) && gives(e, k) && l.describes(e, k.At.Path)
}

// built says whether the tree has the Dockerfile of an environment's image, which
// then shows what is in it.
func built(e *environment.Environment) bool {
	return slices.ContainsFunc(e.Described, func(p source.Path) bool {
		name := strings.ToLower(p.Base())
		return strings.Contains(name, "dockerfile") || strings.Contains(name, "containerfile")
	})
}

// gives says whether an environment gives a key's variable.
func gives(e *environment.Environment, k *Key) bool {
	return slices.ContainsFunc(k.Variables, func(n string) bool {
		_, _, ok := e.Lookup(n)
		return ok
	})
}

// startsProgram says whether a command of an environment names a module of the
// program that a file belongs to, though the image is none that the tree describes.
func (l *linker) startsProgram(e *environment.Environment, program source.Path) bool {
	return slices.ContainsFunc(e.Commands, func(c environment.Command) bool {
		name, _, _ := strings.Cut(c.App, ":")
		if name == "" || strings.HasSuffix(name, ".py") {
			return false
		}
		file := "/" + strings.ReplaceAll(name, ".", "/")
		return slices.ContainsFunc(l.in.Tree.Paths(), func(p source.Path) bool {
			at := "/" + string(p)
			named := strings.HasSuffix(at, file+".py") || strings.HasSuffix(at, file+"/__init__.py")
			return named && l.describes(e, p) && (l.describes(e, program) || l.imported(p, program))
		})
	})
}

func textOrBytes(v interpret.Value) (string, bool) {
	if b, ok := v.(*interpret.Bytes); ok {
		return b.Text, true
	}
	if v == nil {
		return "", false
	}
	return interpret.Text(v)
}

// row computes what a read finds in one environment: the process's own variables,
// then env files by the loader's rules, then the default.
func (l *linker) row(e *environment.Environment, r *EnvRead, depth int) KeyRow {
	if !l.settled { // while modules run, later loads of env files are still to come
		return l.computeRow(e, r, depth)
	}
	k := rowKey{e, r}
	if have, ok := l.rows[k]; ok {
		return have
	}
	row := l.computeRow(e, r, depth)
	if depth == 0 {
		l.rows[k] = row
	}
	return row
}

type rowKey struct {
	environment *environment.Environment
	read        *EnvRead
}

func (l *linker) computeRow(e *environment.Environment, r *EnvRead, depth int) KeyRow {
	row := KeyRow{Environment: e.Name, Outside: e.Outside}
	if r.Outer != "" { // a whole model given as JSON, in pydantic-settings 2
		outer := *r
		outer.Names, outer.Outer = []string{r.Outer}, ""
		if given := l.sources(e, &outer); len(given) > 0 {
			row.State, row.Source, row.Via, row.Reason = StateUnknown, given[0].at, given[0].via, "the variable holds the whole model as JSON"
			return row
		}
	}
	found := l.sources(e, r)
	for i, s := range found {
		if s.empty && r.Config != nil && r.Config.IgnoreEmpty {
			continue
		}
		row.State, row.Source, row.Via, row.Value, row.Reason, row.Through = StateSet, s.at, s.via, s.value, s.reason, s.through
		row.Assignment = s.assignment
		switch {
		case s.random:
			row.State = StateRandom
		case !s.known:
			row.State = StateUnknown
			if s.passed {
				row.Reason = "it is handed on from outside"
			}
		case s.empty:
			row.State = StateEmpty
		}
		for _, other := range found[i+1:] {
			if other.at == s.at {
				continue // one line, read twice
			}
			row.Shadowed = append(row.Shadowed, Shadow{At: other.at, Why: s.via + " wins over " + other.via, Same: s.known && other.known && s.value.Equal(other.value), Via: other.via})
		}
		return row
	}
	return l.defaultRow(e, r, row, depth)
}

func (l *linker) defaultRow(e *environment.Environment, r *EnvRead, row KeyRow, depth int) KeyRow {
	row.Source, row.Via = r.At, "default"
	if !r.DefaultAt.IsZero() {
		row.Source = r.DefaultAt
	}
	row.Absent = l.absences(e, r)
	if r.Opened && slices.ContainsFunc(row.Absent, func(a Absence) bool { return !a.Unknown || a.Beyond }) {
		row.State, row.Via, row.Reason = StateMissing, "", "the file is opened when the module is imported, and is not there"
		return row
	}
	if given, ok := l.sectionRow(e, r, row); ok {
		return given
	}
	if r.Sections.holds(r.Default) {
		row.State, row.Via, row.Reason = StateMissing, "", "the active section does not have it"
		return row
	}
	if r.Default == nil {
		row.State, row.Via, row.Reason = StateMissing, "", "nothing gives it a value and it has no default"
		if slices.ContainsFunc(e.Gaps, func(g environment.Gap) bool { return strings.Contains(g.Reason, "env_file") }) {
			row.State, row.Reason = StateUnknown, "an env_file that may give it could not be read"
		}
		return row
	}
	if containsRandom(r.Default, 0) {
		row.State = StateRandom
		return row
	}
	v, ok := l.valueIn(e, r.Default, depth+1)
	if !ok {
		row.State, row.Reason = StateUnknown, reason(r.Default)
		return row
	}
	switch x := v.(type) {
	case *interpret.None:
		row.State, row.Via, row.Reason = StateMissing, "default", "the default is None"
		if r.DefaultAt.IsZero() {
			row.Via, row.Reason = "", "nothing gives it a value, and without one the read gives None"
		}
		return row
	default:
		text, known := textOrBytes(x)
		if !known {
			row.State, row.Reason = StateUnknown, "the default is computed"
			return row
		}
		row.State, row.Value = StateDefault, secret.New(text)
		if text == "" {
			row.State = StateEmpty
		}
	}
	return row
}

// ValueIn computes a value, as kept in Resolved.Raw and the like, in one
// environment: its constant, or false when the files do not say.
func (p *Project) ValueIn(e *environment.Environment, raw any) (KeyRow, bool) {
	v, ok := raw.(interpret.Value)
	if !ok || p.linker == nil {
		return KeyRow{}, false
	}
	p.linker.mu.Lock()
	defer p.linker.mu.Unlock()
	if reads := readsOf(v); len(reads) > 0 {
		if s, isSymbol := v.(*interpret.Symbol); isSymbol {
			if r, isRead := s.Data.(*EnvRead); isRead {
				row := p.linker.row(e, r, 0)
				return row, true
			}
		}
	}
	if containsRandom(v, 0) && !hasRead(v) {
		return KeyRow{Environment: e.Name, State: StateRandom, Source: interpret.OriginOf(v).At}, true
	}
	got, ok := p.linker.valueIn(e, v, 0)
	if !ok {
		for _, r := range readsOf(v) { // a read that is missing decides what is made of it
			row := p.linker.row(e, r, 0)
			if row.State == StateMissing || row.State == StateRandom {
				return row, true
			}
		}
		return KeyRow{Environment: e.Name, State: StateUnknown, Reason: reason(v), Source: interpret.OriginOf(v).At}, false
	}
	row := KeyRow{Environment: e.Name, State: StateSet, Source: interpret.OriginOf(v).At, Via: "computed"}
	if rs := readsOf(v); len(rs) > 0 {
		inner := p.linker.row(e, rs[0], 0)
		row.Source, row.Via, row.State = inner.Source, inner.Via, inner.State
	}
	if _, none := got.(*interpret.None); none {
		row.State = StateMissing
		return row, true
	}
	text, ok := textOrBytes(got)
	if !ok {
		return KeyRow{Environment: e.Name, State: StateUnknown, Reason: "it is computed"}, false
	}
	row.Value = secret.New(text)
	if text == "" {
		row.State = StateEmpty
	} else if row.State == StateEmpty || row.State == StateMissing {
		row.State = StateDefault
	}
	return row, true
}

func hasRead(v interpret.Value) bool { return len(readsOf(v)) > 0 }

// valueIn reduces a value with what one environment says.
func (l *linker) valueIn(e *environment.Environment, v interpret.Value, depth int) (interpret.Value, bool) {
	if depth > 12 {
		return nil, false
	}
	saved := l.env
	l.env = e
	got := l.reduce(v, depth)
	l.env = saved
	return got, got != nil
}

// localValue gives what a read finds in the environment that is being looked
// at: by default the local one.
func (l *linker) localValue(r *EnvRead) (interpret.Value, bool) {
	e := l.env
	if e == nil {
		for _, c := range l.in.Environments {
			if c.Kind == environment.Local {
				e = c
			}
		}
	}
	if e == nil {
		return nil, false
	}
	row := l.row(e, r, 0)
	switch row.State {
	case StateSet, StateEmpty, StateDefault:
		if row.Via == "default" {
			return nil, false // reduced by the caller, which keeps its type
		}
		return castText(r.Cast, row.Value.Expose(), row.Source), true
	case StateMissing:
		if r.Required || r.Default == nil {
			return nil, false
		}
	}
	return nil, false
}

// castText makes of a variable's text what its reader does.
func castText(cast, text string, at source.Location) interpret.Value {
	o := interpret.Origin{At: at}
	switch {
	case strings.Contains(cast, "bool"):
		switch strings.ToLower(strings.TrimSpace(text)) {
		case "1", "true", "yes", "on", "t", "y":
			return &interpret.Bool{Origin: o, Value: true}
		}
		return &interpret.Bool{Origin: o}
	case strings.Contains(cast, "int") || strings.Contains(cast, "float"):
		if n := interpret.Number(text, o); n != nil {
			return n
		}
	}
	return &interpret.Str{Origin: o, Text: text}
}

// given is one place that gives a variable a value.
type given struct {
	at, through source.Location
	via         string
	value       secret.Value
	known       bool
	empty       bool
	passed      bool
	random      bool
	reason      string
	assignment  *environment.Assignment
}

// sources lists what gives a read its value in an environment; the first wins.
func (l *linker) sources(e *environment.Environment, r *EnvRead) []given {
	process := l.processSources(e, r)
	files := l.fileSources(e, r)
	var out []given
	for _, s := range l.environSets { // os.environ["X"] = … of the program itself
		if s.Seq < r.Seq && r.named(s.Name) {
			g := given{at: s.At, via: "os.environ[…] = …"}
			if v, ok := l.valueIn(e, s.Value, 1); ok {
				if t, ok := textOrBytes(v); ok {
					g.value, g.known, g.empty = secret.New(t), true, t == ""
				}
			}
			g.random = containsRandom(s.Value, 0)
			out = append(out, g)
		}
	}
	for _, f := range files {
		if f.over {
			out = append(out, f.given)
		}
	}
	out = append(out, process...)
	for _, f := range files {
		if !f.over {
			out = append(out, f.given)
		}
	}
	return out
}

// named says whether a variable's name is one that the read takes.
func (r *EnvRead) named(name string) bool {
	for _, n := range r.Names {
		if n == name || (r.Fold && strings.EqualFold(n, name)) {
			return true
		}
	}
	return false
}

func (l *linker) processSources(e *environment.Environment, r *EnvRead) []given {
	var out []given
	if r.NoProcess {
		return nil
	}
	for _, n := range r.Names {
		for _, name := range e.Names() {
			if name != n && !(r.Fold && strings.EqualFold(n, name)) {
				continue
			}
			win, shadowed, ok := e.Lookup(name)
			if !ok {
				continue
			}
			for _, a := range append([]environment.Assignment{win}, shadowed...) {
				out = append(out, fromAssignment(a))
			}
		}
	}
	return out
}

func fromAssignment(a environment.Assignment) given {
	return given{at: a.At, through: a.Through, via: a.Via, value: a.Value, known: a.Known, empty: a.Known && a.Value.IsEmpty(), passed: a.Passed, reason: a.Reason, assignment: &a}
}
