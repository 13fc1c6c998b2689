package source

import (
	"fmt"
	"slices"
)

// Edit replaces a span by a new text. An empty span inserts.
type Edit struct {
	Span    Span
	NewText string
}

// Apply returns text with all edits made to it at once. All spans refer to the
// given text. It returns an error, and no text, when edits overlap or lie outside.
func Apply(text []byte, edits []Edit) ([]byte, error) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int {
		if a.Span.Start != b.Span.Start {
			return a.Span.Start - b.Span.Start
		}
		return a.Span.End - b.Span.End
	})
	size := len(text)
	at := 0
	for _, e := range sorted {
		if e.Span.Start < 0 || e.Span.End < e.Span.Start || e.Span.End > len(text) {
			return nil, fmt.Errorf("edit of bytes %d to %d lies outside a text of %d bytes", e.Span.Start, e.Span.End, len(text))
		}
		if e.Span.Start < at {
			return nil, fmt.Errorf("edit at byte %d overlaps the edit before it", e.Span.Start)
		}
		at = e.Span.End
		size += len(e.NewText) - e.Span.Len()
	}
	out := make([]byte, 0, size)
	at = 0
	for _, e := range sorted {
		out = append(out, text[at:e.Span.Start]...)
		out = append(out, e.NewText...)
		at = e.Span.End
	}
	return append(out, text[at:]...), nil
}
