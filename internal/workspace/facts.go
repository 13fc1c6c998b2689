package workspace

import (
	"bytes"
	"sync"

	"bearings/internal/python"
	"bearings/internal/source"
)

// remembered is how many texts of one path keep their facts: the one on disk
// and the one in the editor, with one to go back to.
const remembered = 3

// facts keeps what a file says for as long as its text is around. It is keyed by
// path and content: an edit costs the extraction of that one file.
type facts struct {
	extract func(source.Path, []byte) *python.Module

	mu    sync.Mutex
	paths map[source.Path][]*fact // the most recently used first
}

type fact struct {
	text   []byte
	module func() *python.Module
}

func newFacts() *facts { return &facts{extract: python.Extract, paths: map[source.Path][]*fact{}} }

// module returns the facts of a text, extracting them if need be. Two callers
// that ask for the same text at once share one extraction.
func (c *facts) module(path source.Path, text []byte) *python.Module {
	return c.find(path, text).module()
}

// find returns the entry of a text and makes it the most recently used one.
func (c *facts) find(path source.Path, text []byte) *fact {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.paths[path]
	for i, known := range list {
		if sameBytes(known.text, text) {
			copy(list[1:i+1], list[:i])
			list[0] = known
			return known
		}
	}
	found := &fact{text: text, module: sync.OnceValue(func() *python.Module { return c.extract(path, text) })}
	c.paths[path] = append([]*fact{found}, list[:min(len(list), remembered-1)]...)
	return found
}

// sameBytes is bytes.Equal, at once for what is the same piece of memory.
func sameBytes(a, b []byte) bool {
	if len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) {
		return true
	}
	return bytes.Equal(a, b)
}
