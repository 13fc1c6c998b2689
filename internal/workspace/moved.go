package workspace

import (
	"path"
	"strings"

	"bearings/analyzers"
	"bearings/internal/source"
)

// carry takes over what is known of a snapshot for the one behind it, when a
// single module was edited and means the same as before. It returns nil otherwise.
// The result has the places of the later snapshot, the project those of the earlier one.
func (w *Workspace) carry(before, after *Snapshot, touched map[source.Path]bool) *answers {
	known := before.memo.carried()
	if known == nil || len(touched) != 1 || before.disk != after.disk || len(before.buffers) != len(after.buffers) {
		return nil
	}
	for edited := range touched {
		old, now := before.buffers[edited], after.buffers[edited]
		if ext := path.Ext(string(edited)); old == nil || now == nil || ext != ".py" && ext != ".pyi" {
			return nil
		}
		module := w.facts.module(edited, old.Text)
		s, ok := trivial(module, old.Text, now.Text)
		if !ok || !alike(module, w.facts.module(edited, now.Text), s) {
			return nil
		}
		if moved, ok := moveResult(known.result, edited, s); ok {
			return &answers{project: known.project, result: moved, parts: known.parts}
		}
	}
	return nil
}

// moveResult moves every place of one file. ok is false when a place may belong
// to either side of the change, or when a text names a line of the file.
func moveResult(r analyzers.Result, path source.Path, s shift) (moved analyzers.Result, ok bool) {
	ok = true
	at := func(l source.Location) source.Location {
		if l.Path == path {
			var clear bool
			l.Span, clear = s.span(l.Span)
			ok = ok && clear
		}
		return l
	}
	moved = r
	moved.Findings = make([]analyzers.Finding, len(r.Findings))
	for i, f := range r.Findings {
		moved.Findings[i] = f.Moved(at)
		for text := range f.Texts {
			ok = ok && !strings.Contains(text, path.Base()+":")
		}
	}
	return moved, ok
}
