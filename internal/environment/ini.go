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
			last.value += "\n" + trimmed
			last.at.Span.End = span.End
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
		out = append(out, iniLine{section, key, strings.TrimSpace(value), source.Location{Path: file.Path, Span: source.Span{Start: begin, End: span.End}}, start})
	}
	return out
}
