package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"bearings/internal/fastapi"
)

// Marks of the tree for people.
const (
	guardedMark = "●"
	openMark    = "○"
	mountMark   = "→"
)

// Map writes what FastAPI would build as a tree for people: each application
// with its middleware, schemes, path operations and their guards, then the keys
// and token calls of the project, then what could not be resolved.
func Map(w io.Writer, project *fastapi.Project, style Style) error {
	t := &mapText{style: style, places: newPlaces(project), project: project, redactor: NewRedactor(project)}
	for _, app := range project.Apps {
		t.app(app)
	}
	t.keys()
	t.tokens()
	t.gaps("", project.Gaps)
	return emit(w, t.redactor, t.out.String())
}

type mapText struct {
	out      strings.Builder
	style    Style
	places   *places
	project  *fastapi.Project
	redactor *Redactor
	rows     []textRow
}

func (t *mapText) line(format string, args ...any) {
	t.out.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	t.out.WriteByte('\n')
}

func (t *mapText) app(app *fastapi.App) {
	name := app.Name
	if app.Role != "" && app.Role != fastapi.Application {
		name += " (" + string(app.Role) + ")"
	}
	facts := []string{t.style.cyan(t.places.short(app.At))}
	if exact, at := version(t.project); exact != "" {
		facts = append(facts, "FastAPI "+exact+" ("+t.places.short(at)+")")
	}
	if app.RootPath != "" {
		facts = append(facts, "root_path "+app.RootPath)
	}
	t.line("%s  %s", t.style.bold(name), strings.Join(facts, "  "))
	if app.Parent != nil {
		t.line("  mounted at %s of %s", app.MountPath, app.Parent.Name)
	}
	t.middleware(app)
	t.handlers(app)
	t.schemes(app)
	t.operations(app)
	t.gaps("  ", app.Gaps)
	t.line("")
}

func (t *mapText) middleware(app *fastapi.App) {
	if len(app.Middleware) == 0 {
		return
	}
	t.line("  %s", t.style.bold("middleware, outermost first"))
	for i, m := range app.Middleware {
		var notes []string
		for _, name := range slices.Sorted(maps.Keys(m.Options)) {
			notes = append(notes, optionText(name, m.Options[name]))
		}
		if s := middlewareAnswers(m); s != "" {
			notes = append([]string{"can answer " + s}, notes...)
		}
		t.row(4, fmt.Sprintf("%d. %s", i+1, afterColon(m.Class)), t.places.short(m.At), strings.Join(notes, "  "))
	}
	t.flush()
}

// middlewareAnswers lists the statuses with which a middleware can answer by
// itself. What it raises stands outside Starlette's ExceptionMiddleware, so that
// the client gets 500, and what it returns from call_next is not its own.
func middlewareAnswers(m *fastapi.Middleware) string {
	if m.Flow == nil {
		return ""
	}
	return answers(&fastapi.Flow{Outcomes: ownOutcomes(m)})
}

// ownOutcomes are the outcomes of a middleware as the client gets them.
func ownOutcomes(m *fastapi.Middleware) []fastapi.Outcome {
	var out []fastapi.Outcome
	for _, o := range m.Flow.Outcomes {
		if o.Kind == fastapi.Returns && o.HTTP {
			continue
		}
		if o.Kind == fastapi.Raises && m.Kind != fastapi.LibraryMiddleware {
			o.Status, o.Intended = 500, false
		}
		out = append(out, o)
	}
	return out
}

// answers lists the statuses with which a piece of code can answer by itself.
func answers(f *fastapi.Flow) string {
	if f == nil {
		return ""
	}
	var statuses []int
	unknown := false
	for _, o := range f.Outcomes {
		switch {
		case o.Caught:
		case o.Status == 0:
			unknown = true
		case !slices.Contains(statuses, o.Status):
			statuses = append(statuses, o.Status)
		}
	}
	slices.Sort(statuses)
	words := make([]string, 0, len(statuses)+1)
	for _, s := range statuses {
		words = append(words, itoa(s))
	}
	if unknown && len(words) == 0 {
		words = append(words, "by itself")
	}
	return strings.Join(words, ", ")
}

func (t *mapText) handlers(app *fastapi.App) {
	if len(app.Handlers) == 0 {
		return
	}
	t.line("  %s", t.style.bold("exception handlers"))
	for i := 0; i < len(app.Handlers); {
		h, same := app.Handlers[i], 1
		for i+same < len(app.Handlers) && sameHandler(h, app.Handlers[i+same]) {
			same++
		}
		name := afterColon(h.For)
		if same > 1 {
			name += fmt.Sprintf(" and %d more", same-1)
		}
		t.row(4, name, t.places.short(h.At), handlerName(h))
		i += same
	}
	t.flush()
}

// sameHandler reports whether two registrations stand at one place for one function.
func sameHandler(a, b *fastapi.ExceptionHandler) bool {
	return a.At == b.At && handlerName(a) == handlerName(b)
}

func handlerName(h *fastapi.ExceptionHandler) string {
	if h.Callable == nil {
		return ""
	}
	return callableName(h.Callable)
}

func (t *mapText) schemes(app *fastapi.App) {
	if len(app.Schemes) == 0 {
		return
	}
	t.line("  %s", t.style.bold("security schemes"))
	for _, s := range app.Schemes {
		t.row(4, s.Name, t.places.short(s.At), schemeFacts(s))
	}
	t.flush()
}

// schemeFacts says in a line what a scheme asks of the client.
func schemeFacts(s *fastapi.Scheme) string {
	var notes []string
	if s.Class != s.Name {
		notes = append(notes, s.Class)
	}
	if s.TokenURL != nil {
		if s.TokenURL.Known {
			notes = append(notes, fmt.Sprintf("tokenUrl %q", s.TokenURL.Value))
		} else {
			notes = append(notes, "tokenUrl not resolved")
		}
	}
	if s.Parameter != "" {
		notes = append(notes, s.In+" "+s.Parameter)
	}
	if !s.AutoError {
		notes = append(notes, "auto_error=False")
	}
	return strings.Join(notes, ", ")
}

// textRow is a name, a place and a note in a section of aligned rows.
type textRow struct {
	indent            int
	name, place, note string
}

// row adds a row to the section that flush writes.
func (t *mapText) row(indent int, name, place, note string) {
	t.rows = append(t.rows, textRow{indent, clean(t.redactor.Text(name)), place, clean(t.redactor.Text(note))})
}

// briefNote is the length of a note that always stands beside its row.
const briefNote = 8

// flush writes the rows in columns. A note that finds no room beside its row stands below it.
func (t *mapText) flush() {
	names, places := 0, 0
	for _, r := range t.rows {
		if r.place == "" && r.note == "" {
			continue
		}
		names = max(names, min(r.indent+textCells(r.name), t.style.columns()/2))
		places = max(places, min(textCells(r.place), t.style.columns()/3))
	}
	for _, r := range t.rows {
		head := strings.Repeat(" ", r.indent) + pad(r.name, names-r.indent) + "  "
		if places == 0 {
			t.line("%s%s", head, r.note)
			continue
		}
		used := max(names, r.indent+textCells(r.name)) + 4 + max(places, textCells(r.place))
		if textCells(r.note) <= briefNote || used+textCells(r.note) <= t.style.columns() {
			t.line("%s%s  %s", head, t.style.cyan(pad(r.place, places)), r.note)
			continue
		}
		t.line("%s%s", head, t.style.cyan(r.place))
		if r.note == "" {
			continue
		}
		for _, part := range wrap(r.note, t.style.columns()-r.indent-6) {
			t.line("%s%s", strings.Repeat(" ", r.indent+6), part)
		}
	}
	t.rows = nil
}

// shownSecrets is how many secrets the map lists that sign and verify nothing
// and are the same everywhere; a large project has hundreds.
const shownSecrets = 12

func (t *mapText) keys() {
	if len(t.project.Keys) == 0 {
		return
	}
	t.line("%s", t.style.bold("keys and settings")+t.style.dim("  equal letters: equal values"))
	others, quiet := 0, 0
	for _, k := range weighty(t.project.Keys) {
		if k.Roles == 0 && !slices.Contains(oddRows(k), true) {
			if quiet++; weight(k) == 0 || quiet > shownSecrets {
				others++
				continue
			}
		}
		t.row(2, k.Name, t.places.short(k.At), strings.Join(append([]string{k.Loader}, roles(k.Roles)...), ", "))
		t.flush()
		var cells []string
		for _, row := range k.Rows {
			cells = append(cells, row.Environment+" "+stateText(row))
		}
		if len(cells) == 0 {
			continue
		}
		for _, part := range wrap(strings.Join(cells, " · "), t.style.columns()-6) {
			t.line("      %s", part)
		}
	}
	if others > 0 {
		t.line("  %s", t.style.dim(count(others, "further setting", "further settings")+": bearings env lists all"))
	}
	t.line("")
}

// stateText is a state with the letter of its value.
func stateText(row fastapi.KeyRow) string {
	if row.Letter == "" {
		return string(row.State)
	}
	return string(row.State) + " " + row.Letter
}

func (t *mapText) tokens() {
	if len(t.project.Tokens) == 0 {
		return
	}
	t.line("%s", t.style.bold("token calls"))
	for _, c := range t.project.Tokens {
		t.row(2, string(c.Operation)+" in "+afterColon(c.Function), t.places.short(c.At), tokenFacts(c))
	}
	t.flush()
	t.line("")
}

// tokenFacts says in a line with what a token call works.
func tokenFacts(c *fastapi.TokenCall) string {
	notes := []string{c.Library}
	if name := keyName(c.Key); name != "" {
		notes = append(notes, "key "+name)
	}
	if list := algorithms(c); len(list) > 0 {
		notes = append(notes, strings.Join(list, " "))
	}
	if list := claims(c); len(list) > 0 {
		notes = append(notes, "claims "+strings.Join(list, " "))
	}
	return strings.Join(notes, ", ")
}

func (t *mapText) gaps(indent string, gaps []fastapi.Gap) {
	if len(gaps) == 0 {
		return
	}
	t.line("%s%s", indent, t.style.bold("could not be resolved"))
	for _, g := range sortedGaps(gaps) {
		for i, part := range wrap(strings.TrimSpace(t.places.short(g.At)+"  "+clean(t.redactor.Text(g.Reason))), t.style.columns()-len(indent)-4) {
			if i > 0 {
				part = "  " + part
			}
			t.line("%s  %s", indent, part)
		}
	}
}
