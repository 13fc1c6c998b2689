package source

import (
	"bytes"
	"sort"
	"sync"
)

// File is one immutable version of a text.
type File struct {
	Path    Path
	Text    []byte
	Version int32 // as an editor counts it; 0: read from disk or from a revision

	once  sync.Once
	lines []int // byte offset of the start of each line
}

// NewFile returns a file with the given text, which must not be changed afterwards.
func NewFile(path Path, text []byte) *File { return &File{Path: path, Text: text} }

// starts returns the offsets at which lines begin. A line ends in "\n", "\r\n"
// or a lone "\r", as the Language Server Protocol and Python both count.
func (f *File) starts() []int {
	f.once.Do(func() {
		lines := make([]int, 1, 1+bytes.Count(f.Text, []byte{'\n'}))
		for i := 0; i < len(f.Text); i++ {
			switch f.Text[i] {
			case '\r':
				if i+1 < len(f.Text) && f.Text[i+1] == '\n' {
					i++
				}
				lines = append(lines, i+1)
			case '\n':
				lines = append(lines, i+1)
			}
		}
		f.lines = lines
	})
	return f.lines
}

// LineCount returns the number of lines; an empty text has one.
func (f *File) LineCount() int { return len(f.starts()) }

// LineOf returns the zero-based line that holds offset, which is clamped to the text.
func (f *File) LineOf(offset int) int {
	starts := f.starts()
	return sort.Search(len(starts), func(i int) bool { return starts[i] > offset }) - 1
}

// Line returns the span of a zero-based line without its line ending. A line
// beyond the text gives an empty span at its end.
func (f *File) Line(line int) Span {
	starts := f.starts()
	if line < 0 {
		line = 0
	}
	if line >= len(starts) {
		return Span{len(f.Text), len(f.Text)}
	}
	end := len(f.Text)
	if line+1 < len(starts) {
		end = starts[line+1]
	}
	start := starts[line]
	for end > start && (f.Text[end-1] == '\n' || f.Text[end-1] == '\r') {
		end--
	}
	return Span{start, end}
}

// Slice returns the text of a span, clamped to the file.
func (f *File) Slice(s Span) string {
	start, end := clamp(s.Start, len(f.Text)), clamp(s.End, len(f.Text))
	if end < start {
		end = start
	}
	return string(f.Text[start:end])
}

// LineNumber returns the one-based line of an offset, as people and the JSON formats count.
func (f *File) LineNumber(offset int) int { return f.LineOf(clamp(offset, len(f.Text))) + 1 }

func clamp(n, limit int) int { return max(0, min(n, limit)) }
