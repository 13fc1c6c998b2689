package report

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// places turns locations into what people read: a file, a line, a column.
type places struct {
	project *fastapi.Project
	tree    source.Tree
	files   map[source.Path]*source.File
}

func newPlaces(p *fastapi.Project) *places {
	return &places{project: p, tree: p.Tree, files: map[source.Path]*source.File{}}
}

// file returns the file at path, nil when it cannot be read.
func (p *places) file(path source.Path) *source.File {
	if f, ok := p.files[path]; ok {
		return f
	}
	var f *source.File
	if p.tree != nil {
		if read, err := p.tree.File(path); err == nil {
			f = read
		}
	}
	p.files[path] = f
	return f
}

// line is the one-based line of a location, 1 when its file cannot be read.
func (p *places) line(at source.Location) int {
	if f := p.file(at.Path); f != nil {
		return f.LineNumber(at.Span.Start)
	}
	return 1
}

// position is a one-based place, the column in code points.
type position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

func (p *places) position(path source.Path, offset int) position {
	if f := p.file(path); f != nil {
		at := f.Position(offset, source.UTF32)
		return position{at.Line + 1, at.Column + 1}
	}
	return position{1, 1}
}

// short names a place as "file:line"; a location that is nowhere is "".
func (p *places) short(at source.Location) string {
	if at.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s:%d", at.Path, p.line(at))
}

// full names a place as "file:line:column".
func (p *places) full(at source.Location) string {
	if at.IsZero() {
		return ""
	}
	start := p.position(at.Path, at.Span.Start)
	return fmt.Sprintf("%s:%d:%d", at.Path, start.Line, start.Column)
}
