package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
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

// operationPlace is the def of the handler, or the registration where there is none.
func operationPlace(o *fastapi.Operation) source.Location {
	if o.Handler != nil && !o.Handler.At.IsZero() {
		return o.Handler.At
	}
	return o.Registered
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
	for _, h := range app.Handlers {
		name := ""
		if h.Callable != nil {
			name = callableName(h.Callable)
		}
		t.row(4, afterColon(h.For), t.places.short(h.At), name)
	}
	t.flush()
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

// flush writes the rows in columns. A note that finds no room beside its row stands below it.
func (t *mapText) flush() {
	names, places := 0, 0
	for _, r := range t.rows {
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
		if used+textCells(r.note) <= t.style.columns() {
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

func (t *mapText) operations(app *fastapi.App) {
	if len(app.Operations) == 0 {
		t.line("  no path operations")
		return
	}
	guarded, open := guardedAndOpen(app)
	t.line("  %s  %s guarded %s, %s open %s", t.style.bold("path operations"), guardedMark, itoa(guarded), openMark, itoa(open))
	var before []*fastapi.Include
	for _, o := range app.Operations {
		t.includes(before, o.Includes)
		before = o.Includes
		t.operation(o, 4+2*len(o.Includes))
	}
	t.flush()
}

// guardedAndOpen counts the operations of an application; a mount is neither.
func guardedAndOpen(app *fastapi.App) (guarded, open int) {
	for _, o := range app.Operations {
		switch {
		case o.Kind == fastapi.MountKind:
		case o.Protected:
			guarded++
		default:
			open++
		}
	}
	return guarded, open
}

// includes writes the include hops that the last operation did not stand under.
func (t *mapText) includes(before, now []*fastapi.Include) {
	common := 0
	for common < len(before) && common < len(now) && before[common].At == now[common].At && before[common].Prefix == now[common].Prefix {
		common++
	}
	for i := common; i < len(now); i++ {
		note := ""
		if g := guardNames(now[i].Dependencies); g != "" {
			note = "guards all with " + g
		}
		t.row(4+2*i, strings.TrimSpace(now[i].Prefix+" ← "+now[i].Router), t.places.short(now[i].At), note)
	}
}

func (t *mapText) operation(o *fastapi.Operation, indent int) {
	mark, name := openMark, "open"
	if o.Protected {
		mark, name = guardedMark, ""
	}
	switch {
	case o.Kind == fastapi.MountKind && o.Mounted != nil:
		mark, name = mountMark, o.Mounted.Name
	case o.Kind == fastapi.MountKind:
		mark, name = mountMark, ""
	case o.Protected:
		name = guards(o)
	}
	t.row(indent, mark+" "+operationName(o), t.places.short(operationPlace(o)), name)
}

// guards says how an operation is guarded: each dependency that leads to a
// scheme with it, "get_current_user ← OAuth2PasswordBearer", else the model's own words.
func guards(o *fastapi.Operation) string {
	if s := guardNames(o.Dependencies); s != "" {
		for _, m := range o.Means {
			if strings.HasPrefix(m, "middleware") {
				s += "; " + m
			}
		}
		return s
	}
	return strings.Join(o.Means, "; ")
}

// guardNames names those dependencies whose chain reaches a security scheme.
func guardNames(list []*fastapi.Dependency) string {
	var out []string
	for _, d := range list {
		if s := guardName(d); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, "; ")
}

func guardName(d *fastapi.Dependency) string {
	if d.Scheme != nil {
		return d.Scheme.Name
	}
	for _, sub := range d.Dependencies {
		if s := guardName(sub); s != "" {
			return callableName(d.Callable) + " ← " + s
		}
	}
	return ""
}

// callableName is a callable's name without its module.
func callableName(c *fastapi.Callable) string {
	if c == nil || c.Name == "" {
		return "(not resolved)"
	}
	return afterColon(c.Name)
}

func (t *mapText) keys() {
	if len(t.project.Keys) == 0 {
		return
	}
	t.line("%s", t.style.bold("keys and settings")+t.style.dim("  equal letters: equal values"))
	for _, k := range t.project.Keys {
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
