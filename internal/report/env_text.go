package report

import (
	"fmt"
	"io"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/secret"
)

type envJSON struct {
	Schema string    `json:"schema" redact:"no"`
	Keys   []keyJSON `json:"keys"`
	Gaps   []gapJSON `json:"gaps"`
}

// EnvJSON writes keys and their environments as env/1.
func EnvJSON(w io.Writer, project *fastapi.Project, keys []*fastapi.Key) error {
	p := newPlaces(project)
	doc := envJSON{Schema: "bearings.env/1", Keys: []keyJSON{}, Gaps: p.gaps(project.GapsIn(fastapi.Settings | fastapi.Environments))}
	for _, k := range keys {
		doc.Keys = append(doc.Keys, p.key(k))
	}
	return writeJSON(w, NewRedactor(project), &doc)
}

// Env writes the matrix of keys and environments for people: the state in each
// environment, the line that wins, what differs, the lines without effect.
func Env(w io.Writer, project *fastapi.Project, keys []*fastapi.Key, style Style) error {
	t := &envText{mapText: mapText{style: style, places: newPlaces(project), project: project, redactor: NewRedactor(project)}}
	for _, k := range keys {
		t.key(k)
	}
	t.line("%s", style.dim("equal letters: equal values · "+differMark+" differs from most · values are never shown"))
	if gaps := project.GapsIn(fastapi.Settings | fastapi.Environments); len(gaps) > 0 {
		t.line("")
		t.gaps("", gaps)
	}
	return emit(w, t.redactor, t.out.String())
}

// differMark marks the rows that differ from most.
const differMark = "≠"

type envText struct{ mapText }

func (t *envText) key(k *fastapi.Key) {
	facts := append([]string{k.Loader}, roles(k.Roles)...)
	if k.Class != "" {
		facts = append(facts, k.Class)
	}
	if len(k.Variables) > 0 && (len(k.Variables) > 1 || k.Variables[0] != k.Name) {
		facts = append(facts, "reads "+strings.Join(k.Variables, ", "))
	}
	if k.Required {
		facts = append(facts, "required")
	}
	t.line("%s  %s  %s", t.style.bold(k.Name), t.style.cyan(t.places.short(k.At)), strings.Join(facts, ", "))
	if len(k.Rows) == 0 {
		t.line("    no environment is known")
	}
	names, states, sources := 0, 0, 0
	for _, row := range k.Rows {
		names = max(names, textCells(row.Environment))
		states = max(states, textCells(stateText(row)))
		sources = max(sources, textCells(t.places.short(row.Source)))
	}
	odd := oddRows(k)
	for i, row := range k.Rows {
		mark := " "
		if odd[i] {
			mark = differMark
		}
		state := pad(stateText(row), states)
		if odd[i] {
			state = t.style.paint("1;33", state)
		}
		head := fmt.Sprintf("  %s %s  %s  %s", mark, pad(row.Environment, names), state, t.style.cyan(pad(t.places.short(row.Source), sources)))
		t.note(head, 10+names+states+sources, rowFacts(row))
		for _, s := range row.Shadowed {
			t.note("", 10+names, t.shadow(s))
		}
	}
	t.line("")
}

// note writes the facts of a row beside it, or below it where there is no room.
func (t *envText) note(head string, used int, note string) {
	note = clean(t.redactor.Text(note))
	room := t.style.columns() - used
	if head != "" && room < 24 && note != "" {
		t.line("%s", head)
		head, used = "", 8
		room = t.style.columns() - used
	}
	for i, part := range wrap(note, room) {
		if i > 0 || head == "" {
			t.line("%s%s", strings.Repeat(" ", used), part)
			continue
		}
		t.line("%s  %s", head, part)
	}
}

// rowFacts says what is noteworthy about a row, without the value.
func rowFacts(row fastapi.KeyRow) string {
	var notes []string
	if row.Via != "" {
		notes = append(notes, "by "+row.Via)
	}
	if row.State == fastapi.StateSet || row.State == fastapi.StateDefault {
		notes = append(notes, described(row.Value)...)
	}
	if row.Reason != "" {
		notes = append(notes, row.Reason)
	}
	if row.Outside != "" {
		notes = append(notes, "may also be set by "+row.Outside)
	}
	return strings.Join(notes, ", ")
}

// described gives a value's length and properties.
func described(v secret.Value) []string {
	return append([]string{count(len([]rune(v.Expose())), "character", "characters")}, properties(v)...)
}

func (t *envText) shadow(s fastapi.Shadow) string {
	same := "another value"
	if s.Same {
		same = "the same value"
	}
	text := "without effect: " + t.places.short(s.At) + " (" + same
	if s.Why != "" {
		text += "; " + s.Why
	}
	return text + ")"
}
