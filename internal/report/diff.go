package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	udiff "github.com/aymanbagabas/go-udiff"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// Edits gathers edits of several fixes, by file.
type Edits map[source.Path][]source.Edit

// Add takes the edits of one fix, all or, when one of them overlaps an edit that
// is already there, none. It reports whether it took them.
func (e Edits) Add(fix map[source.Path][]source.Edit) bool {
	for path, edits := range fix {
		for _, edit := range edits {
			for _, other := range e[path] {
				if edit == other || overlap(edit.Span, other.Span) {
					return false
				}
			}
		}
	}
	for path, edits := range fix {
		e[path] = append(e[path], edits...)
	}
	return true
}

// overlap reports whether two spans share a byte, or are insertions at one place.
func overlap(a, b source.Span) bool {
	if a.Start == b.Start {
		return true
	}
	return a.Start < b.End && b.Start < a.End
}

// Diff writes what edits would change, as a unified diff.
func Diff(w io.Writer, project *fastapi.Project, edits Edits, style Style) error {
	r := NewRedactor(project)
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(edits)) {
		file, err := project.Tree.File(path)
		if err != nil {
			return fmt.Errorf("diff %s: %w", path, err)
		}
		after, err := source.Apply(file.Text, edits[path])
		if err != nil {
			return fmt.Errorf("diff %s: %w", path, err)
		}
		text := udiff.Unified("a/"+string(path), "b/"+string(path), string(file.Text), string(after))
		for line := range strings.Lines(r.diffText(path, text)) {
			b.WriteString(paintDiff(style, line))
		}
	}
	return emit(w, r, b.String())
}

// diffText masks the values in the lines of a diff.
func (r *Redactor) diffText(path source.Path, text string) string {
	kind := kindOf(path)
	if kind == pythonFile {
		return r.Text(text)
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if len(line) < 2 || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "+++") || line[0] == '@' {
			b.WriteString(line)
			continue
		}
		body := strings.TrimRight(line[1:], "\r\n")
		shown := draw([]byte(body), 0, source.Span{}, lineMasks(kind, []byte(body), []byte(text)))
		b.WriteString(line[:1] + shown.text + "\n")
	}
	return r.Text(b.String())
}

func paintDiff(style Style, line string) string {
	body := strings.TrimRight(line, "\n")
	end := line[len(body):]
	switch {
	case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
		return style.bold(body) + end
	case strings.HasPrefix(line, "+"):
		return style.paint("32", body) + end
	case strings.HasPrefix(line, "-"):
		return style.paint("31", body) + end
	case strings.HasPrefix(line, "@@"):
		return style.cyan(body) + end
	}
	return line
}
