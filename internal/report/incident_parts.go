package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// PlaceOf names a location as "file:line"; a location that is nowhere is "".
func PlaceOf(p *fastapi.Project, at source.Location) string { return newPlaces(p).short(at) }

// Isolated returns findings in the order in which a person looks at them.
func Isolated(findings []analyzers.Finding) []analyzers.Finding { return isolated(findings) }

// Question is what a family of findings asks, in the words of an incident.
func Question(f analyzers.Family) string { return question(f) }

// Version returns the FastAPI version that the files fix; "" when none does.
func Version(p *fastapi.Project) string {
	exact, _ := version(p)
	return exact
}

// Digests names the lines on which a finding rests so that a change of one is
// noticed: the line of the finding, and those of its evidence. Secrets are
// masked before; of a masked line only its length counts. name gives a file the
// name that it has where the digests are kept.
func Digests(p *fastapi.Project, f analyzers.Finding, name func(source.Path) source.Path) []string {
	places, r := newPlaces(p), NewRedactor(p)
	var out []string
	for _, at := range append([]source.Location{f.At}, evidencePlaces(f)...) {
		e, ok := r.excerptAt(places, at, 0)
		if !ok {
			continue
		}
		file := places.file(at.Path)
		length := file.Line(file.LineOf(at.Span.Start)).Len()
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", name(at.Path), e.text, length))
		out = append(out, string(name(at.Path))+" "+hex.EncodeToString(sum[:6]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func evidencePlaces(f analyzers.Finding) []source.Location {
	var out []source.Location
	for _, e := range f.Evidence {
		if !e.At.IsZero() {
			out = append(out, e.At)
		}
	}
	return out
}

// AddFinding tells a finding in a document: its fact, its reasons, effect, check and fixes.
func (d *Document) AddFinding(p *fastapi.Project, f analyzers.Finding, facts ...string) {
	places := newPlaces(p)
	d.Item(0, f.Message, append([]string{f.Severity.String() + ", " + f.Certainty.String(), f.Code, places.short(f.At), f.Fingerprint()[:min(8, len(f.Fingerprint()))]}, facts...)...)
	for _, e := range f.Evidence {
		d.Item(1, "because "+e.Note, places.short(e.At))
	}
	if f.Effect.Text != "" {
		d.Item(1, "effect: "+effectText(f.Effect))
	}
	for _, a := range f.Assumes {
		d.Item(1, "assumes: "+a)
	}
	if f.Check.Say != "" || f.Check.Run != "" {
		d.Item(1, "check: "+f.Check.Say)
		d.Code("sh", f.Check.Run)
	}
}

// AddRuledOut tells what the files exclude.
func (d *Document) AddRuledOut(p *fastapi.Project, list []RuledOut) {
	places := newPlaces(p)
	for _, r := range list {
		var at []string
		for _, e := range r.Evidence {
			at = append(at, places.short(e.At))
		}
		d.Item(0, r.Cause, "no, because "+r.Because, strings.Join(slices.Compact(at), ", "))
	}
}

// AddWay tells the way of the request of an explanation, and who can answer what is asked about.
func (d *Document) AddWay(e *Explanation) {
	places := newPlaces(e.Project)
	for _, s := range e.Steps {
		name := afterColon(s.Name)
		if name == string(s.Layer) {
			name = ""
		}
		d.Item(0, strings.TrimSpace(string(s.Layer)+" "+name), places.short(s.At), s.Note)
		for _, a := range answersOf(s, e.Status) {
			head, rest := places.answerFacts(a)
			d.Item(1, head, rest, places.short(a.At))
		}
	}
	d.Say(e.said())
}

// AddKeys tells in a table which keys matter in which environment. Equal letters are equal values.
func (d *Document) AddKeys(p *fastapi.Project) {
	var keys []*fastapi.Key
	for _, k := range weighty(p.Keys) {
		if weight(k) > 0 {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return
	}
	rows := [][]string{{"environment"}}
	for _, k := range keys {
		rows[0] = append(rows[0], k.Name)
	}
	places := newPlaces(p)
	for _, e := range p.Environments {
		row, known := []string{e.Name}, false
		for _, k := range keys {
			cell := ""
			for _, r := range k.Rows {
				if r.Environment == e.Name {
					cell, known = strings.TrimSpace(stateText(r)+" "+places.short(r.Source)), true
				}
			}
			row = append(row, cell)
		}
		if known {
			rows = append(rows, row)
		}
	}
	d.Table(rows)
}

// WayMermaid draws the way of a request as a Mermaid flowchart: each step, and
// an edge to each status that it can answer.
func WayMermaid(e *Explanation) string {
	m := &mermaid{ids: map[string]string{}, edges: map[string]bool{}, redactor: NewRedactor(e.Project)}
	m.line("flowchart TD")
	last := m.node("request", e.title(), "([", "])", "")
	for i, s := range e.Steps {
		if s.Layer == fastapi.LayerException {
			continue
		}
		label := string(s.Layer)
		if name := afterColon(s.Name); name != "" && name != label {
			label += ": " + name
		}
		id := m.node(fmt.Sprintf("step %d", i), label, "[", "]", "")
		m.edge(last, id, "")
		for _, a := range answersOf(s, e.Status) {
			if a.Status == 0 {
				continue
			}
			text := itoa(a.Status)
			if a.Detail != "" {
				text += " " + a.Detail
			}
			answer := m.node("answer "+text+fmt.Sprint(a.Intended), text, "((", "))", map[bool]string{true: "intended", false: "fault"}[a.Intended])
			m.edge(id, answer, shorten(newPlaces(e.Project).when(a), 60))
		}
		last = id
	}
	m.line("  classDef intended stroke-dasharray: 4 3")
	m.line("  classDef fault stroke-width: 3px")
	return m.redactor.Text(m.out.String())
}

func shorten(s string, cells int) string {
	if textCells(s) <= cells {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:cells-1])) + "…"
}
