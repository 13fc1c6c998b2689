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
	extract func(*source.File) *python.Module

	mu    sync.Mutex
	paths map[source.Path][]*fact // the most recently used first
}

type fact struct {
	file   *source.File
	module func() *python.Module
}

func newFacts() *facts { return &facts{extract: extract, paths: map[source.Path][]*fact{}} }

// module returns the facts of a file, extracting them if need be. Two callers
// that ask for the same text at once share one extraction.
func (c *facts) module(f *source.File) *python.Module {
	c.mu.Lock()
	list := c.paths[f.Path]
	at := -1
	for i, known := range list {
		if known.file == f || bytes.Equal(known.file.Text, f.Text) {
			at = i
			break
		}
	}
	var found *fact
	if at >= 0 {
		found = list[at]
		copy(list[1:at+1], list[:at])
		list[0] = found
	} else {
		found = &fact{file: f, module: sync.OnceValue(func() *python.Module { return c.extract(f) })}
		if len(list) == remembered {
			list = list[:remembered-1]
		}
		list = append([]*fact{found}, list...)
	}
	c.paths[f.Path] = list
	c.mu.Unlock()
	return found.module()
}
