package python

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"bearings/internal/source"
)

// wordIndex remembers which Python files hold which words.
type wordIndex struct {
	mu   sync.Mutex
	held map[string][]bool // word -> for each of the layout's files, whether it holds the word
}

// Candidates returns the Python files whose bytes hold at least one of words,
// sorted. Files are read in parallel, each at most once for a word; files that
// are absent, unreadable, no text or too large are no candidates.
func (p *Program) Candidates(words ...string) []source.Path {
	p.words.mu.Lock()
	defer p.words.mu.Unlock()
	if p.words.held == nil {
		p.words.held = map[string][]bool{}
	}
	var unknown []string
	for _, word := range words {
		if _, ok := p.words.held[word]; !ok {
			p.words.held[word] = make([]bool, len(p.layout.python))
			unknown = append(unknown, word)
		}
	}
	if len(unknown) > 0 {
		p.scan(unknown)
	}
	var out []source.Path
	for i, path := range p.layout.python {
		for _, word := range words {
			if p.words.held[word][i] {
				out = append(out, path)
				break
			}
		}
	}
	return out
}

// Calling returns the Python files whose text may call something that has one of
// names as its last name, sorted. However many names there are, a file is gone
// through once.
func (p *Program) Calling(names ...string) []source.Path {
	question := "a call of " + strings.Join(names, " ") // Candidates is asked for no such word
	calls := AnyCall(names...)
	held := make([]bool, len(p.layout.python))
	p.eachText(func(i int, known *heldWords) { held[i] = known.answer(question, calls) })
	var out []source.Path
	for i, path := range p.layout.python {
		if held[i] {
			out = append(out, path)
		}
	}
	return out
}

// scan looks for words in all files. Each goroutine writes to places of its own.
func (p *Program) scan(words []string) {
	held := make([][]bool, len(words))
	for k, word := range words {
		held[k] = p.words.held[word]
	}
	p.eachText(func(i int, known *heldWords) {
		for k, word := range words {
			held[k][i] = known.answer(word, AnyOf(word))
		}
	})
}

// eachText calls look, on all processors, with each file that can be read, by its
// place in the layout.
func (p *Program) eachText(look func(i int, known *heldWords)) {
	files := p.layout.python
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(files)); i = next.Add(1) - 1 {
				text, err := p.read(files[i])
				if err != nil {
					continue
				}
				look(int(i), p.texts.in(files[i], text))
			}
		})
	}
	workers.Wait()
}
