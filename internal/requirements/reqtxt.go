package requirements

import (
	"regexp"
	"strings"

	"bearings/internal/source"
)

// includePattern is -r and -c of pip's requirement files, in all their forms.
var includePattern = regexp.MustCompile(`^(-r|-c|--requirement|--constraint)\s*=?\s*(\S.*)$`)

// requirements reads a file in pip's format.
func (r *reader) requirements(file *source.File) {
	kind := Declaration
	if strings.HasPrefix(strings.ToLower(file.Path.Base()), "constraints") {
		kind = Constraint
	}
	r.requirementFile(file, kind, groupOf(file.Path), 0)
}

// groupOf tells files of development from those of production by their names.
func groupOf(p source.Path) string {
	words := strings.FieldsFunc(strings.ToLower(p.Base()), func(c rune) bool { return c < 'a' || c > 'z' })
	for _, word := range words {
		switch word {
		case "dev", "develop", "development", "test", "tests", "testing", "lint", "docs", "doc", "ci", "local", "typing":
			return word
		}
	}
	return ""
}

func (r *reader) requirementFile(file *source.File, kind Kind, group string, depth int) {
	key := seenKey{file.Path, kind}
	if r.seen[key] || depth > 20 {
		return
	}
	r.seen[key] = true
	for n := 0; n < file.LineCount(); n++ {
		line := file.Line(n)
		text := file.Slice(line)
		for strings.HasSuffix(text, "\\") && n+1 < file.LineCount() {
			n++
			next := file.Line(n)
			gap := next.Start - line.Start - len(text) + 1
			text = text[:len(text)-1] + strings.Repeat(" ", gap) + file.Slice(next)
		}
		r.requirementLine(file, text, line.Start, kind, group, depth)
	}
}

func (r *reader) requirementLine(file *source.File, text string, start int, kind Kind, group string, depth int) {
	if strings.HasPrefix(text, "\ufeff") {
		text, start = text[len("\ufeff"):], start+len("\ufeff")
	}
	text = withoutComment(text)
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return
	}
	at := source.Location{Path: file.Path, Span: source.Span{Start: start, End: start + len(strings.TrimRight(text, " \t"))}}
	if m := includePattern.FindStringSubmatch(trimmed); m != nil {
		if m[1] == "-c" || m[1] == "--constraint" {
			kind = Constraint
		}
		r.include(file, at, strings.TrimSpace(m[2]), kind, group, depth)
		return
	}
	if trimmed[0] == '-' || trimmed[0] == '.' || trimmed[0] == '/' || strings.Contains(firstWord(trimmed), "://") {
		return // an option, a path, or a link without a name
	}
	if i := strings.Index(text, " --"); i >= 0 {
		text = text[:i]
	}
	if !r.requirement(file, text, start, kind, group) {
		r.gap(at, "not a requirement that pip would read")
	}
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

// withoutComment cuts a comment as pip does: at a "#" that starts the line or follows white space.
func withoutComment(text string) string {
	for i := range len(text) {
		if text[i] == '#' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t') {
			return text[:i]
		}
	}
	return text
}

func (r *reader) include(file *source.File, at source.Location, ref string, kind Kind, group string, depth int) {
	if strings.Contains(ref, "://") {
		r.gap(at, "a requirement file on the network is not read")
		return
	}
	target, ok := file.Path.Dir().Join(ref)
	if !ok {
		r.gap(at, "the included file lies outside the analysed folder")
		return
	}
	included, err := r.tree.File(target)
	if err != nil {
		r.gap(at, "the included file cannot be read")
		return
	}
	if groupOf(target) == "" && isRequirementFile(target) {
		group = "" // it is read as production's in any case
	}
	r.requirementFile(included, kind, group, depth+1)
}
