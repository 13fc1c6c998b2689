package environment

import (
	"strings"

	"bearings/internal/source"
)

// iniLine is "key = value" of an ini file, with continuation lines that are
// indented joined by line breaks.
type iniLine struct {
	section, key, value string
	at                  source.Location // from the key to the end of the value
	valueAt             int             // offset of the value
	parts               []iniPart       // the value line by line
}

type iniPart struct {
	text string
	at   source.Location
}

// parseINI reads an ini file as Python's configparser and systemd do: comments
// begin a line with # or ;, and, with inline, also stand behind " ;" (supervisord).
// A line that ends in a backslash goes on in the next one when folded is set (systemd).
func parseINI(file *source.File, inline, folded bool) []iniLine {
	var out []iniLine
	section := ""
	for n := 0; n < file.LineCount(); n++ {
		span := file.Line(n)
		line := file.Slice(span)
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
			continue
		case trimmed[0] == '[' && strings.HasSuffix(trimmed, "]"):
			section = trimmed[1 : len(trimmed)-1]
			continue
		case (line[0] == ' ' || line[0] == '\t') && len(out) > 0 && out[len(out)-1].section == section:
			last := &out[len(out)-1]
			last.add(trimmed, file, span)
			continue
		}
		sep := strings.IndexAny(line, "=:")
		if sep < 0 {
			continue
		}
		key := strings.TrimSpace(line[:sep])
		value := line[sep+1:]
		start := span.Start + sep + 1 + len(value) - len(strings.TrimLeft(value, " \t"))
		for folded && strings.HasSuffix(value, `\`) && n+1 < file.LineCount() {
			n++
			value = strings.TrimSuffix(value, `\`) + " " + strings.TrimLeft(file.Slice(file.Line(n)), " \t")
			span.End = file.Line(n).End
		}
		if inline {
			value, _, _ = strings.Cut(value, " ;")
		}
		begin := span.Start + strings.Index(line, key)
		at := source.Location{Path: file.Path, Span: source.Span{Start: begin, End: span.End}}
		l := iniLine{section: section, key: key, at: at, valueAt: start}
		l.add(strings.TrimSpace(value), file, source.Span{Start: start, End: span.End})
		out = append(out, l)
	}
	for i := range out {
		texts := make([]string, len(out[i].parts))
		for j, p := range out[i].parts {
			texts[j] = p.text
		}
		out[i].value = strings.Join(texts, "\n")
	}
	return out
}

// add appends one line of the value, which stands within span.
func (l *iniLine) add(text string, file *source.File, span source.Span) {
	start := max(span.Start, 0)
	if i := strings.Index(file.Slice(span), text); i > 0 {
		start += i
	}
	at := source.Location{Path: file.Path, Span: source.Span{Start: start, End: min(start+len(text), len(file.Text))}}
	l.parts = append(l.parts, iniPart{text, at})
	l.at.Span.End = span.End
}
