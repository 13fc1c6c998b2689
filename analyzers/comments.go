package analyzers

import (
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// mayCarryComments reports whether a file is of a kind that findings stand in
// and whose comments begin with "#".
func mayCarryComments(path source.Path) bool {
	base := strings.ToLower(path.Base())
	for _, suffix := range []string{".py", ".yml", ".yaml", ".toml", ".cfg", ".ini", ".sh", ".conf", ".service"} {
		if strings.HasSuffix(base, suffix) {
			return true
		}
	}
	for _, part := range []string{".env", "dockerfile", "containerfile", "procfile", "makefile", "requirements", "pipfile", ".dockerignore"} {
		if strings.Contains(base, part) {
			return true
		}
	}
	return false
}

// commentsOf returns the comments of a file. Python's are the parser's; in other
// files a comment begins at a "#" that begins a line or follows white space.
func commentsOf(p *fastapi.Project, file *source.File) (spans []source.Span) {
	if strings.HasSuffix(string(file.Path), ".py") {
		if module := moduleOf(p, file.Path); module != nil {
			for _, c := range module.Comments {
				spans = append(spans, c.Span())
			}
		}
		return spans
	}
	for line := range file.LineCount() {
		span := file.Line(line)
		text := file.Slice(span)
		for i := range len(text) {
			if text[i] == '#' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t') {
				spans = append(spans, source.Span{Start: span.Start + i, End: span.End})
				break
			}
		}
	}
	return spans
}

// spokenOf returns the line that a comment at offset speaks of.
func spokenOf(file *source.File, offset int) int {
	line := file.LineOf(offset)
	start := file.Line(line).Start
	if strings.TrimSpace(file.Slice(source.Span{Start: start, End: offset})) != "" {
		return line
	}
	for next := line + 1; next < file.LineCount(); next++ {
		text := strings.TrimSpace(file.Slice(file.Line(next)))
		if text != "" && !strings.HasPrefix(text, "#") {
			return next
		}
	}
	return line
}

// removal returns what to delete with a comment: its whole line when nothing
// else stands there, and otherwise the white space before it.
func removal(file *source.File, at source.Span) source.Span {
	line := file.LineOf(at.Start)
	span := file.Line(line)
	before, after := file.Slice(source.Span{Start: span.Start, End: at.Start}), file.Slice(source.Span{Start: at.End, End: span.End})
	if strings.TrimSpace(before) == "" && strings.TrimSpace(after) == "" && line+1 < file.LineCount() {
		return source.Span{Start: span.Start, End: file.Line(line + 1).Start}
	}
	return source.Span{Start: span.Start + len(strings.TrimRight(before, " \t")), End: at.End}
}

// without returns the edit that leaves only the kept codes in the brackets.
func (s *suppressions) without(c *suppression, kept []string) source.Edit {
	file, err := s.project.Tree.File(c.at.Path)
	if err != nil {
		return source.Edit{Span: c.entry}
	}
	text := file.Slice(c.at.Span)
	open, closing := strings.IndexByte(text, '['), strings.IndexByte(text, ']')
	span := source.Span{Start: c.at.Span.Start + open + 1, End: c.at.Span.Start + closing}
	return source.Edit{Span: span, NewText: strings.Join(kept, ", ")}
}

func (s *suppressions) names() []string {
	names := make([]string, 0, len(s.known))
	for name := range s.known {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
