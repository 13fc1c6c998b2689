package report

import (
	"fmt"
	"html"
	"io"
	"strings"

	"bearings/internal/fastapi"
)

// Document is a text in parts, which is written for a terminal, as Markdown and
// as HTML alike. Every part is redacted when it is written.
type Document struct{ parts []part }

type partKind uint8

const (
	headingPart partKind = iota
	paragraphPart
	itemPart
	tablePart
	codePart
)

type part struct {
	kind  partKind
	level int // of a heading or an item
	text  string
	facts string // said after it, less loudly
	lang  string
	rows  [][]string // the first is the header
}

// Heading begins a section; level 1 is the title.
func (d *Document) Heading(level int, text string) {
	d.parts = append(d.parts, part{kind: headingPart, level: level, text: text})
}

// Say adds a paragraph. Nothing is added for "".
func (d *Document) Say(text string) {
	if text != "" {
		d.parts = append(d.parts, part{kind: paragraphPart, text: text})
	}
}

// Item adds an entry of a list, with facts that say less.
func (d *Document) Item(level int, text string, facts ...string) {
	var kept []string
	for _, f := range facts {
		if f != "" {
			kept = append(kept, f)
		}
	}
	d.parts = append(d.parts, part{kind: itemPart, level: level, text: text, facts: strings.Join(kept, " · ")})
}

// Table adds a table; its first row is the header. Nothing is added without a second row.
func (d *Document) Table(rows [][]string) {
	if len(rows) > 1 {
		d.parts = append(d.parts, part{kind: tablePart, rows: rows})
	}
}

// Code adds a block of code in a language: "sh", "mermaid".
func (d *Document) Code(lang, text string) {
	if text != "" {
		d.parts = append(d.parts, part{kind: codePart, lang: lang, text: strings.TrimRight(text, "\n")})
	}
}

// WriteText writes a document for a terminal.
func (d *Document) WriteText(w io.Writer, p *fastapi.Project, style Style) error {
	r := NewRedactor(p)
	t := &surfaceText{style: style}
	for i, x := range d.parts {
		text := clean(r.Text(x.text))
		switch x.kind {
		case headingPart:
			if i > 0 {
				t.line("")
			}
			t.line(style.bold(text))
		case paragraphPart:
			for _, l := range wrap(text, style.columns()-2) {
				t.line("  " + l)
			}
		case itemPart:
			t.item(x.level, text, clean(r.Text(x.facts)))
		case tablePart:
			t.table(x.rows, r)
		case codePart:
			for l := range strings.SplitSeq(r.Text(x.text), "\n") {
				t.line("      " + clean(l))
			}
		}
	}
	return t.write(w)
}

func (t *surfaceText) item(level int, text, facts string) {
	indent := strings.Repeat("  ", level+1)
	for i, l := range wrap(text, t.style.columns()-len(indent)-2) {
		t.line(indent + strings.Repeat(" ", 2*min(i, 1)) + l)
	}
	if facts != "" {
		for _, l := range wrap(facts, t.style.columns()-len(indent)-4) {
			t.line(indent + "    " + t.style.dim(l))
		}
	}
}

func (t *surfaceText) table(rows [][]string, r *Redactor) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], textCells(clean(r.Text(cell))))
		}
	}
	for n, row := range rows {
		line := "  "
		for i, cell := range row {
			line += pad(clean(r.Text(cell)), widths[i]+2)
		}
		if n == 0 {
			line = t.style.bold(line)
		}
		t.line(line)
	}
}

// WriteMarkdown writes a document as Markdown.
func (d *Document) WriteMarkdown(w io.Writer, p *fastapi.Project) error {
	r := NewRedactor(p)
	var b strings.Builder
	before := partKind(255)
	for _, x := range d.parts {
		if before != 255 && (x.kind != itemPart || before != itemPart) {
			b.WriteByte('\n')
		}
		before = x.kind
		switch x.kind {
		case headingPart:
			fmt.Fprintf(&b, "%s %s\n", strings.Repeat("#", x.level), escapeMarkdown(r.Text(x.text)))
		case paragraphPart:
			b.WriteString(escapeMarkdown(r.Text(x.text)) + "\n")
		case itemPart:
			fmt.Fprintf(&b, "%s- %s", strings.Repeat("  ", x.level), escapeMarkdown(r.Text(x.text)))
			if x.facts != "" {
				b.WriteString(" · " + escapeMarkdown(r.Text(x.facts)))
			}
			b.WriteByte('\n')
		case tablePart:
			for i, row := range x.rows {
				for _, cell := range row {
					b.WriteString("| " + escapeMarkdown(r.Text(cell)) + " ")
				}
				b.WriteString("|\n")
				if i == 0 {
					b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
				}
			}
		case codePart:
			fmt.Fprintf(&b, "```%s\n%s\n```\n", x.lang, strings.ReplaceAll(r.Text(x.text), "```", "'''"))
		}
	}
	return emit(w, r, b.String())
}

const documentHead = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>%s</title>
<style>
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 25%%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1.25rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
summary { cursor: pointer; } li { margin: .15rem 0; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); }
table { border-collapse: collapse; } td, th { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; }
small { opacity: .8; } ul { padding-left: 1.3rem; }
</style>
</head>
<body>
`

// WriteHTML writes a document as one HTML page that loads nothing.
func (d *Document) WriteHTML(w io.Writer, p *fastapi.Project, title string) error {
	r := NewRedactor(p)
	esc := func(s string) string { return html.EscapeString(clean(r.Text(s))) }
	var b strings.Builder
	fmt.Fprintf(&b, documentHead, esc(title))
	depth := 0
	lists := func(to int) {
		for ; depth < to; depth++ {
			b.WriteString("<ul>\n")
		}
		for ; depth > to; depth-- {
			b.WriteString("</ul>\n")
		}
	}
	for _, x := range d.parts {
		if x.kind == itemPart {
			lists(x.level + 1)
			b.WriteString("<li>" + esc(x.text))
			if x.facts != "" {
				b.WriteString(" <small>" + esc(x.facts) + "</small>")
			}
			b.WriteString("</li>\n")
			continue
		}
		lists(0)
		switch x.kind {
		case headingPart:
			fmt.Fprintf(&b, "<h%d>%s</h%d>\n", x.level, esc(x.text), x.level)
		case paragraphPart:
			b.WriteString("<p>" + esc(x.text) + "</p>\n")
		case tablePart:
			b.WriteString("<div style=\"overflow-x: auto\">")
			writeTable(&b, x.rows, esc)
			b.WriteString("</div>\n")
		case codePart:
			code := fmt.Sprintf("<pre class=\"%s\">%s</pre>\n", esc(x.lang), html.EscapeString(r.Text(x.text)))
			if x.lang == "mermaid" { // nothing draws it here, and the list above says the same
				code = "<details><summary>The same as a Mermaid diagram, to paste elsewhere</summary>\n" + code + "</details>\n"
			}
			b.WriteString(code)
		}
	}
	lists(0)
	b.WriteString("</body>\n</html>\n")
	return emit(w, r, b.String())
}

func writeTable(b *strings.Builder, rows [][]string, esc func(string) string) {
	b.WriteString("<table>\n")
	for i, row := range rows {
		tag := []string{"th", "td"}[min(i, 1)]
		b.WriteString("<tr>")
		for _, cell := range row {
			fmt.Fprintf(b, "<%s>%s</%s>", tag, esc(cell), tag)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table>\n")
}
