package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// dynaconf is what Dynaconf(…) was told (dynaconf 3).
type dynaconf struct {
	files        []FileRef
	prefix       string
	environments bool
	env          string
	switcher     string // the variable that names the active section
	reads        map[string]*EnvRead
}

// Sections says how the active section of configuration files is chosen, and
// what each of them gives a read.
type Sections struct {
	Switch string // the variable that names the section
	Active string // the section where nothing sets the variable
	Given  []SectionValue
	Names  []string // all sections of the files
}

// SectionValue is what one section of a configuration file gives.
type SectionValue struct {
	Section string
	File    source.Path
	At      source.Location
	Value   interpret.Value
}

// Of returns what a section gives; nil when it gives nothing. A later file wins.
func (s *Sections) Of(section string) (found *SectionValue) {
	for i := range s.Given {
		if strings.EqualFold(s.Given[i].Section, section) {
			found = &s.Given[i]
		}
	}
	return found
}

// holds says whether a value is what one of the sections gives.
func (s *Sections) holds(v interpret.Value) bool {
	return s != nil && v != nil && slices.ContainsFunc(s.Given, func(g SectionValue) bool { return g.Value == v })
}

// In returns the section that is active in an environment, and the assignment
// that chooses it; nil when none does. It is "" when the files do not say.
func (s *Sections) In(e *environment.Environment) (string, *environment.Assignment) {
	a, _, ok := e.Lookup(s.Switch)
	switch {
	case !ok:
		return s.Active, nil
	case !a.Known:
		return "", &a
	}
	return a.Value.Expose(), &a
}

func (l *linker) newDynaconf(args *interpret.Args) *dynaconf {
	d := &dynaconf{prefix: "DYNACONF", env: "development", switcher: "ENV_FOR_DYNACONF", reads: map[string]*EnvRead{}}
	text := func(name string) (string, bool) {
		t, ok := l.constant(orNone(args.Value(-1, name)))
		return t, ok && t != "None"
	}
	if t, ok := text("envvar_prefix"); ok {
		d.prefix = t
	}
	if v, ok := args.Get(-1, "envvar_prefix"); ok {
		if b, isBool := v.Value.(*interpret.Bool); isBool && !b.Value {
			d.prefix = ""
		}
	}
	if v := args.Value(-1, "environments"); v != nil {
		d.environments, _ = interpret.Truth(v)
	}
	if t, ok := text("env"); ok {
		d.env = t
	}
	if t, ok := text("env_switcher"); ok {
		d.switcher = t
	}
	for _, name := range []string{"settings_files", "settings_file"} {
		if a, ok := args.Get(-1, name); ok {
			for _, i := range itemsOrSelf(a.Value) {
				if t, ok := l.constant(i); ok {
					d.files = append(d.files, FileRef{Path: t, At: interpret.OriginOf(i).At})
				}
			}
		}
	}
	return d
}

func itemsOrSelf(v interpret.Value) []interpret.Value {
	if s, ok := v.(*interpret.Seq); ok {
		return s.Items
	}
	return []interpret.Value{v}
}

// dynaconfRead is settings.NAME: PREFIX_NAME of the process, then the files'
// [default] and active section, or their top level without environments.
func (l *linker) dynaconfRead(f *interpret.Frame, d *dynaconf, name string, at source.Location, deflt interpret.Value) interpret.Value {
	variable := upper(name)
	if d.prefix != "" {
		variable = d.prefix + "_" + variable
	}
	if have := d.reads[variable]; have != nil && deflt == nil {
		return &interpret.Symbol{Origin: interpret.Origin{At: at}, Data: have}
	}
	r := &EnvRead{At: at, NameAt: at, Names: []string{variable}, Loader: "dynaconf", Module: at.Path, Required: true, Field: upper(name)}
	found := l.dynaconfFile(d, r, name)
	if found == nil && d.environments {
		l.dynaconfMiss(d, name, at, deflt)
	}
	if found != nil {
		r.Default, r.DefaultAt, r.Required = found, interpret.OriginOf(found).At, false
	} else if deflt != nil {
		r.Default, r.DefaultAt, r.Required = deflt, interpret.OriginOf(deflt).At, false
	}
	if deflt == nil {
		d.reads[variable] = r
	}
	return l.read(r)
}

// dynaconfMiss notes a key that a file has in none of the sections that count.
func (l *linker) dynaconfMiss(d *dynaconf, name string, at source.Location, deflt interpret.Value) {
	for _, data := range l.dynaconfData(d) {
		for _, e := range data.Entries {
			section, _ := e.Value.(*interpret.Dict)
			if section == nil {
				continue
			}
			if key, _ := entryOf(section, name); key != "" {
				l.fileMisses = append(l.fileMisses, FileMiss{File: source.Path(data.File), Section: []string{d.env}, Key: key, At: at, Default: deflt})
				return
			}
		}
	}
}

// dynaconfData reads the settings files, in order.
func (l *linker) dynaconfData(d *dynaconf) (list []*interpret.Dict) {
	for _, file := range d.files {
		path, ok := source.Path("").Join(file.Path)
		if !ok {
			continue
		}
		if data := l.parseFile(path); data != nil {
			list = append(list, data)
		}
	}
	return list
}

func entryOf(d *interpret.Dict, name string) (key string, v interpret.Value) {
	for _, e := range d.Entries {
		if t, ok := interpret.Text(e.Key); ok && strings.EqualFold(t, name) {
			key, v = t, e.Value
		}
	}
	return key, v
}

// dynaconfFile is what the files give a name where no variable chooses a section;
// with sections, the read gets what each of them gives.
func (l *linker) dynaconfFile(d *dynaconf, r *EnvRead, name string) (found interpret.Value) {
	if d.environments {
		r.Sections = &Sections{Switch: d.switcher, Active: d.env}
	}
	for _, data := range l.dynaconfData(d) {
		if !d.environments {
			if _, v := entryOf(data, name); v != nil {
				found = v
			}
			continue
		}
		for _, e := range data.Entries {
			section, _ := interpret.Text(e.Key)
			inner, ok := e.Value.(*interpret.Dict)
			if !ok {
				continue
			}
			r.Sections.Names = append(r.Sections.Names, section)
			if _, v := entryOf(inner, name); v != nil {
				r.Sections.Given = append(r.Sections.Given, SectionValue{Section: section, File: source.Path(data.File), At: interpret.OriginOf(v).At, Value: v})
			}
		}
	}
	if r.Sections != nil {
		for _, section := range []string{"global", d.env, "default"} {
			if given := r.Sections.Of(section); given != nil {
				return given.Value
			}
		}
	}
	return found
}

// sectionRow is what the active section of an environment gives a read; false
// when it gives nothing of its own.
func (l *linker) sectionRow(e *environment.Environment, r *EnvRead, row KeyRow) (KeyRow, bool) {
	if r.Sections == nil {
		return row, false
	}
	section, _ := r.Sections.In(e)
	given := r.Sections.Of("global")
	if given == nil && section != "" {
		given = r.Sections.Of(section)
	}
	switch {
	case section == "" && len(r.Sections.Given) > 0:
		row.State, row.Reason = StateUnknown, "the section is chosen by a variable that the files do not give"
		return row, true
	case given != nil && !strings.EqualFold(given.Section, "default"):
		return l.sectionValue(row, given, StateSet), true
	}
	if given = r.Sections.Of("default"); given != nil {
		return l.sectionValue(row, given, StateDefault), true
	}
	return row, false
}

func (l *linker) sectionValue(row KeyRow, given *SectionValue, state KeyState) KeyRow {
	text, ok := textOrBytes(given.Value)
	row.State, row.Source, row.Via, row.Value = state, given.At, "["+given.Section+"] of "+given.File.Base(), secretOf(text)
	switch {
	case !ok:
		row.State, row.Reason = StateUnknown, "the value is no text"
	case text == "":
		row.State = StateEmpty
	}
	return row
}
