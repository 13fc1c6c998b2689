package requirements

import (
	"regexp"
	"strings"

	"bearings/internal/source"
)

// setupCfg reads install_requires and extras of a setup.cfg, whose lists are
// indented lines.
func (r *reader) setupCfg(file *source.File) {
	section, key := "", ""
	for n := range file.LineCount() {
		line := file.Line(n)
		text := file.Slice(line)
		trimmed := strings.TrimSpace(text)
		indented := trimmed != "" && (text[0] == ' ' || text[0] == '\t')
		start := line.Start + len(text) - len(strings.TrimLeft(text, " \t"))
		switch {
		case trimmed == "", trimmed[0] == '#', trimmed[0] == ';':
			continue
		case trimmed[0] == '[' && !indented:
			section, key = strings.Trim(trimmed, "[]"), ""
			continue
		case !indented:
			at := strings.IndexAny(text, "=:")
			if at < 0 {
				key = ""
				continue
			}
			key = strings.TrimSpace(text[:at])
			rest := text[at+1:]
			trimmed = strings.TrimSpace(rest)
			start = line.Start + at + 1 + len(rest) - len(strings.TrimLeft(rest, " \t"))
		}
		group := ""
		switch {
		case section == "options" && key == "install_requires":
		case section == "options.extras_require":
			group = key
		default:
			continue
		}
		trimmed = strings.TrimSpace(withoutComment(trimmed))
		if trimmed != "" && !strings.HasPrefix(trimmed, "file:") && !r.requirement(file, trimmed, start, Declaration, group) {
			r.gap(source.Location{Path: file.Path, Span: source.Span{Start: start, End: start + len(trimmed)}}, "not a PEP 508 requirement")
		}
	}
}

var (
	installRequires = regexp.MustCompile(`\binstall_requires\s*=\s*([\[(]?)`)
	pythonString    = regexp.MustCompile(`^(?:"([^"\\\n]*)"|'([^'\\\n]*)')`)
)

// setupPy reads install_requires=[…] of a setup.py when it is a list of plain
// strings; anything computed is a gap.
func (r *reader) setupPy(file *source.File) {
	text := string(file.Text)
	m := installRequires.FindStringSubmatchIndex(text)
	if m == nil {
		return
	}
	computed := Gap{At: source.Location{Path: file.Path, Span: file.Line(file.LineOf(m[0]))}, Reason: "install_requires is computed"}
	if m[2] == m[3] {
		r.set.gaps = append(r.set.gaps, computed)
		return
	}
	for at := m[3]; at < len(text); {
		switch c := text[at]; {
		case c == ']' || c == ')':
			return
		case strings.ContainsRune(" \t\r\n,", rune(c)):
			at++
		case c == '#':
			at = file.Line(file.LineOf(at)).End
		default:
			s := pythonString.FindStringSubmatch(text[at:])
			if s == nil {
				r.set.gaps = append(r.set.gaps, computed)
				return
			}
			r.requirement(file, s[1]+s[2], at+1, Declaration, "")
			at += len(s[0])
		}
	}
	r.set.gaps = append(r.set.gaps, computed)
}
