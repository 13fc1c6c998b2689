package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Revision names one state of a project for people and programs.
type Revision struct {
	Name    string `json:"name"` // "HEAD", "working tree", "v1.2"
	Hash    string `json:"hash"` // "" for the working tree
	Author  string `json:"author"`
	Date    string `json:"date"`
	Subject string `json:"subject"`
}

func (r Revision) words() string {
	if r.Hash == "" {
		return r.Name
	}
	out := r.Hash[:min(10, len(r.Hash))]
	if r.Name != "" && !strings.HasPrefix(r.Hash, r.Name) {
		out = r.Name + " (" + out + ")"
	}
	return out
}

// Comparison is what differs between two revisions.
type Comparison struct {
	Schema      string       `json:"schema"`
	Before      Revision     `json:"before"`
	After       Revision     `json:"after"`
	Differences []Difference `json:"differences"`
	Notes       []string     `json:"notes"`
}

// Past is the history of one operation's authentication.
type Past struct {
	Schema      string       `json:"schema"`
	Operation   string       `json:"operation"`
	Since       *Revision    `json:"since"`
	Uncommitted []Difference `json:"uncommitted"`
	Commits     []PastCommit `json:"commits"` // newest first
	Examined    int          `json:"examined"`
	Verdict     string       `json:"verdict"` // what the files say about the suspects
	Notes       []string     `json:"notes"`
}

// PastCommit is one commit of a Past.
type PastCommit struct {
	Revision
	Differences []Difference `json:"differences"`
}

// PlainJSON writes a document that holds facts of surfaces, which are redacted already.
func PlainJSON(w io.Writer, doc any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// surfaceText collects text about surfaces.
type surfaceText struct {
	out   strings.Builder
	style Style
}

func (t *surfaceText) line(text string) {
	t.out.WriteString(strings.TrimRight(text, " "))
	t.out.WriteByte('\n')
}

func (t *surfaceText) write(w io.Writer) error {
	if _, err := io.WriteString(w, t.out.String()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// differences lists differences with their place, each kind under a heading where headed.
func (t *surfaceText) differences(list []Difference, indent string, headed bool) {
	kind := ""
	for _, d := range gathered(list) {
		if d.Kind != kind && headed {
			kind = d.Kind
			t.line(indent + t.style.bold(heading(kind)))
		}
		text := clean(d.String())
		mark := map[string]string{"added": "+ ", "removed": "- ", "changed": "~ "}[d.Change]
		place := ""
		if d.File != "" {
			place = fmt.Sprintf("  %s:%d", d.File, max(d.Line, 1))
		}
		for i, part := range wrap(text, t.style.columns()-len(indent)-4) {
			if i > 0 {
				mark = "    "
			}
			t.line(indent + "  " + mark + part)
		}
		if place != "" {
			t.line(indent + "    " + t.style.cyan(strings.TrimSpace(place)))
		}
	}
}

// gathered are differences as people read them: what is the same of several operations is said once.
func gathered(list []Difference) []Difference {
	type same struct{ kind, aspect, change, words string }
	at := map[same]int{}
	var out []Difference
	var others [][]string
	for _, d := range list {
		key := same{d.Kind, d.Aspect, d.Change, d.Words}
		i, known := at[key]
		if !known || d.Kind != OperationFact {
			at[key] = len(out)
			out, others = append(out, d), append(others, nil)
			continue
		}
		others[i] = append(others[i], d.Subject)
	}
	for i, more := range others {
		switch {
		case len(more) > 3:
			out[i].Subject += ", " + strings.Join(more[:2], ", ") + fmt.Sprintf(" and %d more", len(more)-2)
		case len(more) > 0:
			out[i].Subject += ", " + strings.Join(more, ", ")
		}
	}
	return out
}

func heading(kind string) string {
	switch kind {
	case OperationFact:
		return "path operations"
	case MiddlewareFact, HandlerFact, OverrideFact:
		return kind
	}
	return kind + "s"
}

func (t *surfaceText) notes(notes []string) {
	for _, n := range notes {
		for i, part := range wrap("note: "+clean(n), t.style.columns()) {
			t.line(strings.Repeat(" ", 2*min(i, 1)) + part)
		}
	}
}

// DiffText writes a comparison for a person.
func DiffText(w io.Writer, c *Comparison, style Style) error {
	t := &surfaceText{style: style}
	t.line(t.style.bold("authentication surface") + "  " + c.Before.words() + " → " + c.After.words())
	t.line("")
	if len(c.Differences) == 0 {
		t.line("Nothing differs that has to do with authentication.")
	}
	t.differences(c.Differences, "", true)
	if n := len(c.Differences); n > 0 {
		t.line("")
		t.line(count(n, "difference", "differences"))
	}
	t.notes(c.Notes)
	return t.write(w)
}

// DiffMarkdown writes a comparison for a pull request.
func DiffMarkdown(w io.Writer, c *Comparison) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Authentication surface: %s → %s\n\n", escapeMarkdown(c.Before.words()), escapeMarkdown(c.After.words()))
	if len(c.Differences) == 0 {
		b.WriteString("Nothing differs that has to do with authentication.\n")
	}
	writeDifferences(&b, c.Differences)
	for _, n := range c.Notes {
		fmt.Fprintf(&b, "\n> %s\n", escapeMarkdown(n))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeDifferences(b *strings.Builder, list []Difference) {
	for _, d := range gathered(list) {
		place := ""
		if d.File != "" {
			place = " · " + code(fmt.Sprintf("%s:%d", d.File, max(d.Line, 1)))
		}
		fmt.Fprintf(b, "- %s%s\n", escapeMarkdown(d.String()), place)
	}
}

// HistoryText writes the history of an operation for a person.
func HistoryText(w io.Writer, p *Past, style Style) error {
	t := &surfaceText{style: style}
	title := "history of the authentication of " + p.Operation
	if p.Since != nil {
		title += ", since it worked at " + p.Since.words()
	}
	t.line(t.style.bold(title))
	t.line("")
	if len(p.Uncommitted) > 0 {
		t.line(t.style.bold("not committed"))
		t.differences(p.Uncommitted, "", false)
		t.line("")
	}
	for _, c := range p.Commits {
		t.line(t.style.paint("33", c.Hash[:min(10, len(c.Hash))]) + "  " + day(c.Date) + "  " + clean(c.Author) + "  " + t.style.bold(clean(c.Subject)))
		t.differences(c.Differences, "", false)
		t.line("")
	}
	for _, part := range wrap(p.Verdict, t.style.columns()) {
		t.line(part)
	}
	t.notes(p.Notes)
	return t.write(w)
}

// day is the date of a time in RFC 3339.
func day(date string) string {
	day, _, _ := strings.Cut(date, "T")
	return day
}

// HistoryMarkdown writes the history of an operation for a colleague.
func HistoryMarkdown(w io.Writer, p *Past) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# History of the authentication of %s\n\n", escapeMarkdown(p.Operation))
	if len(p.Uncommitted) > 0 {
		b.WriteString("## Not committed\n\n")
		writeDifferences(&b, p.Uncommitted)
		b.WriteString("\n")
	}
	for _, c := range p.Commits {
		fmt.Fprintf(&b, "## %s %s\n\n%s, %s\n\n", code(c.Hash[:min(10, len(c.Hash))]), escapeMarkdown(c.Subject), escapeMarkdown(c.Author), day(c.Date))
		writeDifferences(&b, c.Differences)
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "%s\n", escapeMarkdown(p.Verdict))
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "\n> %s\n", escapeMarkdown(n))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
