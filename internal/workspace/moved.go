package workspace

import (
	"slices"
	"strings"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// carried are answers of an earlier snapshot in the places of a later one: the
// two differ in nothing that means anything. Its project still has the places of
// the earlier one.
type carried struct {
	project *fastapi.Project
	result  analyzers.Result
	parts   *parts
}

// carry takes over what is known of a snapshot for the one behind it, when a
// single module was edited and means the same as before. It returns nil otherwise.
func (w *Workspace) carry(before, after *Snapshot, touched map[source.Path]bool) *carried {
	known := before.memo.carried()
	if known == nil || len(touched) != 1 || before.disk != after.disk || len(before.buffers) != len(after.buffers) {
		return nil
	}
	for path := range touched {
		old, now := before.buffers[path], after.buffers[path]
		if old == nil || now == nil || !slices.Contains([]string{".py", ".pyi"}, extension(path)) {
			return nil
		}
		module := w.facts.module(path, old.Text)
		s, ok := trivial(module, old.Text, now.Text)
		if !ok || !alike(module, w.facts.module(path, now.Text), s) {
			return nil
		}
		if moved, ok := moveResult(known.result, path, s); ok {
			return &carried{known.project, moved, known.parts}
		}
	}
	return nil
}

func extension(path source.Path) string {
	if name := path.Base(); len(name) > 4 && name[len(name)-4:] == ".pyi" {
		return ".pyi"
	} else if len(name) > 3 {
		return name[len(name)-3:]
	}
	return ""
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
