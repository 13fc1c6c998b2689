package report

import (
	"fmt"
	"io"
	"slices"
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
	keys = weighty(keys)
	var quiet []*fastapi.Key
	for _, k := range keys {
		if weight(k) == 0 && len(k.Rows) == 1 && len(k.Rows[0].Shadowed) == 0 && len(keys) > manyKeys {
			quiet = append(quiet, k)
			continue
		}
		t.key(k)
	}
	t.quiet(quiet)
	t.outside(keys)
	t.line("%s", style.dim("equal letters: equal values · "+differMark+" differs from most · values are never shown"))
	if gaps := project.GapsIn(fastapi.Settings | fastapi.Environments); len(gaps) > 0 {
		t.line("")
		t.gaps("", gaps)
	}
	return emit(w, t.redactor, t.out.String())
}

// weighty returns the keys with those first that sign or verify, then other secrets.
func weighty(keys []*fastapi.Key) []*fastapi.Key {
	out := slices.Clone(keys)
	slices.SortStableFunc(out, func(a, b *fastapi.Key) int { return weight(b) - weight(a) })
	return out
}

func weight(k *fastapi.Key) int {
	switch {
	case k.Roles != 0:
		return 2
	case k.Secret:
		return 1
	}
	return 0
}

// differMark marks the rows that differ from most.
const differMark = "≠"

type envText struct{ mapText }

// manyKeys is from how many keys on settings with nothing to compare get one line each.
const manyKeys = 20

// quiet lists settings that are no secrets and stand in one environment only, a line for each.
func (t *envText) quiet(keys []*fastapi.Key) {
	if len(keys) == 0 {
		return
	}
	t.line("%s", t.style.bold("further settings")+t.style.dim("  in one environment only"))
	names, states := 0, 0
	said := func(k *fastapi.Key) string { return k.Rows[0].Environment + " " + stateText(k.Rows[0]) }
	for _, k := range keys {
		names, states = max(names, min(textCells(k.Name), 40)), max(states, textCells(said(k)))
	}
	for _, k := range keys {
		t.line("  %s  %s  %s", pad(k.Name, names), pad(said(k), states), t.style.cyan(t.places.short(k.Rows[0].Source)))
	}
	t.line("")
}

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
	head := t.style.bold(k.Name) + "  " + t.style.cyan(t.places.short(k.At))
	used := textCells(k.Name) + 4 + textCells(t.places.short(k.At))
	if note := strings.Join(facts, ", "); used+textCells(note) <= t.style.columns() {
		t.line("%s  %s", head, note)
	} else {
		t.line("%s", head)
		t.below(4, note)
	}
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
		t.beside(head, 10+names+states+sources, rowFacts(row, false))
		for _, s := range row.Shadowed {
			t.below(8, t.shadow(s))
		}
	}
	t.line("")
}

// beside writes the facts of a row beside it, or below it where there is no room.
func (t *envText) beside(head string, used int, note string) {
	note = clean(t.redactor.Text(note))
	if used+textCells(note) <= t.style.columns() {
		t.line("%s  %s", head, note)
		return
	}
	t.line("%s", head)
	t.below(8, note)
}

// below writes a text on lines of its own.
func (t *envText) below(indent int, text string) {
	for _, part := range wrap(clean(t.redactor.Text(text)), t.style.columns()-indent) {
		t.line("%s%s", strings.Repeat(" ", indent), part)
	}
}

// outside says once for each environment who else could set its variables.
func (t *envText) outside(keys []*fastapi.Key) {
	for _, text := range outsiders(keys) {
		t.below(0, text)
	}
}

// outsiders says once for each environment who else could set its variables.
func outsiders(keys []*fastapi.Key) (out []string) {
	for _, k := range keys {
		for _, row := range k.Rows {
			if text := row.Environment + " may also get values from " + row.Outside; row.Outside != "" && !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}

// rowFacts says what is noteworthy about a row, without the value; outside adds
// who else could set it.
func rowFacts(row fastapi.KeyRow, outside bool) string {
	var notes []string
	if row.Via != "" && row.Via != "default" {
		notes = append(notes, "by "+row.Via)
	}
	if row.State == fastapi.StateSet || row.State == fastapi.StateDefault {
		notes = append(notes, described(row.Value)...)
	}
	if row.Reason != "" {
		notes = append(notes, row.Reason)
	}
	if outside && row.Outside != "" {
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
