package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// inactiveSection: a configuration file has the key in a section that is not the
// active one in an environment that is deployed.
func (d *keyDiagnosis) inactiveSection(in keyFaultIn) bool {
	s := d.key.Read.Sections
	if s == nil || !deployed(in.env) {
		return false
	}
	active, by := s.In(in.env)
	if active == "" || s.Of(active) != nil { // it has a key of its own
		return false
	}
	given := likelySection(s, active, by != nil)
	if given == nil {
		return false
	}
	in.section = given
	if by != nil {
		in.argument = *by
	}
	d.add("key-name-mismatch", in)
	return true
}

// likelySection is the section that is meant: one whose name begins like the one
// that is asked for, where that is in no file; where nothing asks for one, that of production.
func likelySection(s *fastapi.Sections, active string, asked bool) *fastapi.SectionValue {
	exists := slices.ContainsFunc(s.Names, func(n string) bool { return strings.EqualFold(n, active) })
	for i := range s.Given {
		name, want := strings.ToLower(s.Given[i].Section), strings.ToLower(active)
		switch {
		case name == "default" || name == "global" || name == want:
		case asked && !exists && (strings.HasPrefix(name, want) || strings.HasPrefix(want, name) || distance(name, want) <= 2):
			return &s.Given[i]
		case !asked && strings.HasPrefix(name, "prod"):
			return &s.Given[i]
		}
	}
	return nil
}

// sectionFault is the finding about a section that is not active.
func sectionFault(p *fastapi.Project, fault *keyFault) Finding {
	in, k := fault.in[0], fault.key
	name, s := keyName(k), k.Read.Sections
	active, by := s.In(in.env)
	e := places{project: p}
	f := Finding{
		Certainty: Confirmed, Subject: name, Operations: keyOperations(p, k), At: in.section.At,
		Assumes: []string{"nothing outside these files sets " + s.Switch + " or " + name},
		Message: fmt.Sprintf("nothing sets %s in %s, so [%s] is active, and the key stands in [%s] of %s", s.Switch, fault.environments(), active, in.section.Section, in.section.File),
		Effect:  keyEffect(p, k, in.row),
		Check:   Check{Say: "See which section the process takes", Run: printenv(in.env, s.Switch)},
		Fixes:   []Fix{{Title: fmt.Sprintf("Set %s=%s", s.Switch, in.section.Section)}},
	}
	if by == nil {
		e.add(in.section.At, "has the key, in a section that is not active")
		if in.env.Kind == environment.Image || in.row.State != fastapi.StateMissing {
			f.Certainty, f.Severity = Hypothesis, Warning // whoever starts the container may set it, and it may be meant for development
		}
		e.add(in.env.At, "sets no "+s.Switch)
	} else {
		f.At = by.At
		f.Assumes = []string{"nothing outside these files sets " + name}
		f.Message = fmt.Sprintf("%s is %s in %s, and %s has no such section: the key stands in [%s]", s.Switch, active, fault.environments(), in.section.File, in.section.Section)
		if edit, ok := editWithin(p, by.At, active, in.section.Section); ok {
			f.Fixes[0].Edits = map[source.Path][]source.Edit{by.At.Path: {edit}}
		}
		e.add(by.At, "asks for a section that is not there")
		e.add(in.section.At, "has the key")
	}
	e.add(in.row.Source, "what is used instead")
	e.add(k.At, "reads it")
	f.Evidence = e.list
	return f
}
