package requirements

import (
	"regexp"
	"strings"

	"bearings/internal/source"
)

// condaItem is a list item of the dependencies of an environment.yml.
var condaItem = regexp.MustCompile(`^(\s*)-\s+["']?([^"'#]*[^"'#\s:])(:?)["']?\s*(?:#.*)?$`)

// conda reads the dependencies of a conda environment, its pip section included.
func (r *reader) conda(file *source.File) {
	inside := false
	pip := -1 // the indentation of "- pip:", or -1
	for n := range file.LineCount() {
		line := file.Line(n)
		text := file.Slice(line)
		if text != "" && text[0] != ' ' && text[0] != '-' && text[0] != '#' {
			inside, pip = strings.HasPrefix(text, "dependencies:"), -1
			continue
		}
		m := condaItem.FindStringSubmatchIndex(text)
		if !inside || m == nil {
			continue
		}
		indent, item, start := m[3]-m[2], text[m[4]:m[5]], line.Start+m[4]
		if pip >= 0 && indent <= pip {
			pip = -1
		}
		switch {
		case m[6] != m[7] && item == "pip":
			pip = indent
		case pip >= 0:
			r.requirementLine(file, item, start, Declaration, "", 0)
		default:
			r.condaPackage(file, item, start)
		}
	}
}

// condaPackage adds one conda specification. "=1.2" means 1.2 and what starts
// with it; three numbers are taken as one version.
func (r *reader) condaPackage(file *source.File, item string, start int) {
	name, rest := item, ""
	if i := strings.Index(name, "::"); i >= 0 {
		name, start = name[i+2:], start+i+2
	}
	item = name
	if i := strings.IndexAny(item, "=<>!~ "); i >= 0 {
		name, rest = item[:i], item[i:]
	}
	if name == "" {
		return
	}
	spec := strings.TrimSpace(rest)
	place := Place{Kind: Declaration}
	switch {
	case strings.HasPrefix(spec, "="):
		version, _, _ := strings.Cut(strings.TrimLeft(spec, "="), "=") // cuts the build
		switch {
		case strings.HasSuffix(version, "*") || strings.HasPrefix(spec, "==") || strings.Count(version, ".") >= 2:
			place.Range = parseRange("==" + version)
		default:
			place.Range = parseRange("==" + version + ".*")
		}
	case strings.ContainsAny(spec, "<>!~"):
		place.Range = parseRange(spec)
	}
	at := start + len(item) - len(strings.TrimLeft(rest, "= "))
	r.add(file, place, source.Span{Start: start, End: start + len(name)}, source.Span{Start: at, End: start + len(item)})
}
