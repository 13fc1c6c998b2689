package analyzers

import (
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// Moved returns the finding with every place as at gives it.
func (f Finding) Moved(at func(source.Location) source.Location) Finding {
	f.At = at(f.At)
	f.Evidence = slices.Clone(f.Evidence)
	for i, e := range f.Evidence {
		f.Evidence[i].At = at(e.At)
	}
	f.Gaps = slices.Clone(f.Gaps)
	for i, g := range f.Gaps {
		f.Gaps[i] = fastapi.Gap{At: at(g.At), Reason: g.Reason, Parts: g.Parts}
	}
	f.Fixes = slices.Clone(f.Fixes)
	for i, fix := range f.Fixes {
		if fix.Edits == nil {
			continue
		}
		edits := make(map[source.Path][]source.Edit, len(fix.Edits))
		for path, list := range fix.Edits {
			for _, e := range list {
				edits[path] = append(edits[path], source.Edit{Span: at(source.Location{Path: path, Span: e.Span}).Span, NewText: e.NewText})
			}
		}
		f.Fixes[i].Edits = edits
	}
	return f
}

// Texts calls yield for every text of the finding that people read.
func (f Finding) Texts(yield func(string) bool) {
	texts := []string{f.Message, f.Effect.Text, f.Check.Say, f.Check.Run}
	for _, e := range f.Evidence {
		texts = append(texts, e.Note)
	}
	for _, g := range f.Gaps {
		texts = append(texts, g.Reason)
	}
	for _, fix := range f.Fixes {
		texts = append(texts, fix.Title)
	}
	for _, text := range append(texts, f.Assumes...) {
		if !yield(text) {
			return
		}
	}
}
