package environment

import (
	"fmt"
	"regexp"
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"
)

var (
	makeTarget     = regexp.MustCompile(`^([A-Za-z0-9_][\w./ %-]*?)\s*::?(?:[^=]|$)`)
	makeAssignment = regexp.MustCompile(`^(export\s+)?([A-Za-z_]\w*)\s*(\?=|:=|::=|=|\+=)\s*(.*)$`)
	makeInclude    = regexp.MustCompile(`^-?s?include\s+(\S+)\s*$`)
	makeVariable   = regexp.MustCompile(`\$[({]([A-Za-z_]\w*)[)}]`)
)

// makeReader reads what a Makefile exports and the recipes of its targets (GNU make 4).
type makeReader struct {
	d      *discovery
	file   *source.File
	vars   map[string]Assignment
	export map[string]bool
	all    bool
	gaps   []Gap
	given  map[string][]Assignment // what recipes find, made once
	count  int
	bytes  int // of all values
}

const maxRecipeLines = 2000

// makefile returns one environment for each target that starts the program. Each
// line of a recipe is a shell of its own, as make runs it.
func (d *discovery) makefile(file *source.File) []*Environment {
	m := &makeReader{d: d, file: file, vars: map[string]Assignment{}, export: map[string]bool{}}
	m.read(file, 0)
	var out []*Environment
	target, depth := "", 0
	var e *Environment
	for n := 0; n < file.LineCount(); n++ {
		span := file.Line(n)
		line := file.Slice(span)
		if !strings.HasPrefix(line, "\t") {
			if t := makeTarget.FindStringSubmatch(line); t != nil {
				target, depth = strings.TrimSpace(t[1]), depth+1
				e = nil
			} else if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
				target = ""
			}
			continue
		}
		for strings.HasSuffix(line, `\`) && n+1 < file.LineCount() {
			n++
			span.End = file.Line(n).End
			line = file.Slice(file.Line(n))
		}
		if target == "" {
			continue
		}
		if e == nil {
			e = d.newProcess(fmt.Sprintf("%s:%s", file.Path, target), "the shell that runs make", file, source.Location{Path: file.Path, Span: span})
		}
		if m.recipe(e, span) && (len(out) == 0 || out[len(out)-1] != e) {
			out = append(out, e)
		}
	}
	return out
}

// recipe reads one line of a recipe; it reports whether the line starts the program.
func (m *makeReader) recipe(e *Environment, span source.Span) bool {
	raw := m.file.Slice(span)
	start := len(raw) - len(strings.TrimLeft(raw, "\t @-+"))
	text := raw[start:]
	at := source.Location{Path: m.file.Path, Span: source.Span{Start: span.Start + start, End: span.End}}
	expanded, known := m.expand(text)
	src := placedScript(text, m.file.Path, at.Span.Start)
	if expanded != text {
		src = lineScript(expanded, at)
	}
	if m.count++; m.count > maxRecipeLines {
		return false
	}
	if m.given == nil {
		m.given = map[string][]Assignment{}
		for name, a := range m.vars {
			if m.all || m.export[name] {
				m.given[name] = []Assignment{a}
			}
		}
	}
	scratch := &Environment{Variables: m.given}
	list := m.d.read(scratch, src, Dir{Path: string(m.file.Path.Dir()), Known: true})
	if len(list) == 0 {
		return false
	}
	e.Gaps = append(append(e.Gaps, scratch.Gaps...), m.gaps...)
	if !known {
		e.gap(at, "a variable of make in the command is not known")
	}
	m.d.started(e, list)
	return true
}

// expand replaces $(NAME) and ${NAME} by variables of the Makefile and $$ by $.
func (m *makeReader) expand(text string) (string, bool) {
	known, size := true, 0
	text = makeVariable.ReplaceAllStringFunc(text, func(ref string) string {
		a, ok := m.vars[ref[2:len(ref)-1]]
		if !ok {
			return "${" + ref[2:len(ref)-1] + "}" // perhaps of the environment
		}
		size += a.Value.Len()
		if known = known && a.Known && size <= maxExpanded; size > maxExpanded {
			return ""
		}
		return a.Value.Expose()
	})
	return strings.ReplaceAll(text, "$$", "$"), known
}

// read collects assignments, exports and includes.
func (m *makeReader) read(file *source.File, depth int) {
	for n := range file.LineCount() {
		span := file.Line(n)
		line := file.Slice(span)
		at := source.Location{Path: file.Path, Span: span}
		switch {
		case strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "#"):
		case strings.TrimSpace(line) == "export" || strings.TrimSpace(line) == ".EXPORT_ALL_VARIABLES:":
			m.all = true
		case makeAssignment.MatchString(line):
			m.assign(makeAssignment.FindStringSubmatch(line), at)
		case strings.HasPrefix(line, "export "):
			m.exports(line)
		case makeInclude.MatchString(line):
			m.include(makeInclude.FindStringSubmatch(line)[1], at, depth)
		}
	}
}

func (m *makeReader) exports(line string) {
	for _, name := range strings.Fields(strings.TrimPrefix(line, "export ")) {
		if strings.Contains(name, "$(shell") || name == "sed" { // export $(shell sed 's/=.*//' .env)
			m.all = true
			return
		}
		m.export[name] = true
	}
}

// assign reads one assignment: make keeps quotes, cuts comments at "#", and
// takes $ for a variable of its own.
func (m *makeReader) assign(parts []string, at source.Location) {
	value, _, _ := strings.Cut(parts[4], "#")
	value = strings.TrimRight(value, " \t")
	a := Assignment{Name: parts[2], Raw: secret.New(parts[4]), At: at, Via: "make"}
	text, known := m.expandValue(value)
	a.Value, a.Known = secret.New(text), known
	if !known {
		a.Reason = "make computes the value"
	}
	if parts[3] == "?=" {
		a.Assumes = []string{parts[2]}
	}
	switch {
	case text != value:
		a.Altered, a.AlteredAt = "make took a $ in the value for a variable of its own", at
	case len(text) > 1 && (text[0] == '"' || text[0] == '\''):
		a.Altered, a.AlteredAt = "make keeps the quotes as part of the value", at
	}
	if parts[1] != "" {
		m.export[a.Name] = true
	}
	if m.bytes += a.Value.Len(); m.bytes > maxValues {
		a.Value, a.Known, a.Reason = secret.Value{}, false, "the values of the Makefile grow too long"
	}
	m.vars[a.Name] = a
}

// expandValue expands a right side: $(X), ${X}, $c and $$.
func (m *makeReader) expandValue(s string) (string, bool) {
	known := true
	var out strings.Builder
	for i := 0; i < len(s) && out.Len() <= maxExpanded; i++ {
		if s[i] != '$' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		switch {
		case s[i] == '$':
			out.WriteByte('$')
		case s[i] == '(' || s[i] == '{':
			end := strings.IndexAny(s[i:], ")}")
			if end < 0 {
				return s, false
			}
			a, ok := m.vars[s[i+1:i+end]]
			known = known && ok && a.Known
			out.WriteString(a.Value.Expose())
			i += end
		default: // $x is the variable x, which is seldom set
			a := m.vars[s[i:i+1]]
			out.WriteString(a.Value.Expose())
		}
	}
	return out.String(), known && out.Len() <= maxExpanded
}

func (m *makeReader) include(ref string, at source.Location, depth int) {
	p, ok := m.file.Path.Dir().Join(ref)
	if !ok || depth > 5 {
		return
	}
	file, reason := readConfig(m.d.tree, p)
	if reason != "" {
		m.gaps = append(m.gaps, Gap{at, "the file that the Makefile includes: " + reason})
		return
	}
	m.read(file, depth+1)
}
