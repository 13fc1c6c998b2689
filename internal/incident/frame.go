package incident

import (
	"path/filepath"
	"slices"
	"strings"

	"bearings/internal/report"
	"bearings/internal/source"
)

// frame says how a project that is looked at lies to the folder that a record is
// about: an editor may have a whole repository open while the terminal stands in
// one of its services. One of both parts is empty; the zero frame is the same folder.
type frame struct {
	down source.Path // the record's folder, seen from the project
	up   source.Path // the project, seen from the record's folder
}

// frameOf is the frame of a project's folder for a record's; false when neither holds the other.
func frameOf(project, record string) (frame, bool) {
	if rel, err := filepath.Rel(project, record); err == nil && filepath.IsLocal(rel) {
		if rel == "." {
			return frame{}, true
		}
		return frame{down: source.Path(filepath.ToSlash(rel))}, true
	}
	if rel, err := filepath.Rel(record, project); err == nil && filepath.IsLocal(rel) {
		return frame{up: source.Path(filepath.ToSlash(rel))}, true
	}
	return frame{}, false
}

// record is a path of the project as the record writes it; false when the record's folder does not hold it.
func (f frame) record(p source.Path) (source.Path, bool) { return moved(p, f.down, f.up) }

// project is a path of the record as the project names it; false when the project does not hold it.
func (f frame) project(p source.Path) (source.Path, bool) { return moved(p, f.up, f.down) }

// moved takes one folder off a path, and puts another before it.
func moved(p, off, on source.Path) (source.Path, bool) {
	if off != "" {
		if !p.Within(off) || p == off {
			return "", false
		}
		p = p[len(off)+1:]
	}
	if on != "" {
		p = on + "/" + p
	}
	return p, true
}

// surface is a surface of the project as the record would have written it: what
// lies outside of its folder is left out, and so is what the files of another
// folder say of the keys.
func (f frame) surface(s *report.Surface, environments []string) *report.Surface {
	if f == (frame{}) {
		return s
	}
	out := &report.Surface{}
	for _, fact := range s.Facts {
		path, ok := f.record(fact.File)
		name, of := strings.CutPrefix(fact.Aspect, "in ")
		if fact.File == "" || !ok || fact.Kind == report.KeyFact && (fact.Aspect == "agreement" || of && !slices.Contains(environments, name)) {
			continue
		}
		from := string(fact.File)
		fact.File, fact.Values, fact.Subject = path, slices.Clone(fact.Values), report.Relabelled(fact.Subject, f.label)
		for i, v := range fact.Values {
			fact.Values[i] = strings.ReplaceAll(v, " by "+from, " by "+string(path))
		}
		out.Facts = append(out.Facts, fact)
	}
	return out
}

// label is the label of a subject as the record would have it: none where it only
// tells the record's folder from others.
func (f frame) label(s string) string {
	if f.down != "" && (source.Path(s) == f.down || f.down.Within(source.Path(s))) {
		return ""
	}
	if path, ok := f.record(source.Path(s)); ok {
		return string(path)
	}
	return s
}

// tells reports whether a difference is one, and not merely what the files of
// another folder say besides: which versions are installed, and what is started.
func (f frame) tells(d report.Difference) bool {
	return f == (frame{}) || d.Change == "changed" || d.Kind != report.VersionFact && d.Kind != report.EnvironmentFact
}

// kept reports whether a fact of the record is among those that the project can be compared in.
func (f frame) kept(fact report.Fact) bool {
	if f == (frame{}) {
		return true
	}
	_, ok := f.project(fact.File)
	return ok && fact.File != "" && (fact.Kind != report.KeyFact || fact.Aspect != "agreement")
}

// difference is a difference as the record knows it, with its place as the project names it.
func (f frame) difference(d report.Difference) report.Difference {
	if path, ok := f.project(d.File); ok && d.File != "" {
		d.File = path
	}
	return d
}

// place is a place of the record, "app/main.py:3", as the project names it.
func (f frame) place(s string) string {
	if path, ok := f.project(source.Path(s)); ok && s != "" {
		return string(path)
	}
	return s
}
