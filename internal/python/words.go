package python

import (
	"sync"

	"bearings/internal/source"
)

// Words remembers which files are text and which words they hold. Programs that
// share one look through a text that has not changed once. It may be used by many goroutines.
type Words struct{ files sync.Map } // source.Path -> *heldWords

type heldWords struct {
	text  []byte
	plain bool // it is text

	mu   sync.Mutex
	held map[string]bool
}

// in returns what is known of a text.
func (w *Words) in(path source.Path, text []byte) *heldWords {
	if known, ok := w.files.Load(path); ok {
		if h := known.(*heldWords); same(h.text, text) {
			return h
		}
	}
	h := &heldWords{text: text, plain: isText(text), held: map[string]bool{}}
	w.files.Store(path, h)
	return h
}

// same reports whether two texts are one piece of memory.
func same(a, b []byte) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

// answer returns what holds says of the text, asked once for each question.
func (h *heldWords) answer(question string, holds func(text []byte) bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	is, ok := h.held[question]
	if !ok {
		is = holds(h.text)
		h.held[question] = is
	}
	return is
}
