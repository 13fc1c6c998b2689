package server

import (
	"os"
	"path/filepath"
	"sync"

	"go.lsp.dev/uri"

	"bearings/analyzers"
)

// pages are the rules' pages as files, so that an editor can open the page that
// a diagnostic links to, without a network.
type pages struct {
	dir string // "": a folder in the user's cache

	mu    sync.Mutex
	known map[string]uri.URI // "" where there is no page
}

// address returns the address of a rule's page, writing the page first if need
// be, or "" when there is none or it cannot be written.
func (p *pages) address(code string) uri.URI {
	p.mu.Lock()
	defer p.mu.Unlock()
	if u, ok := p.known[code]; ok {
		return u
	}
	if p.known == nil {
		p.known = map[string]uri.URI{}
	}
	p.known[code] = p.write(code)
	return p.known[code]
}

func (p *pages) write(code string) uri.URI {
	text, ok := analyzers.Page(code)
	if !ok {
		return ""
	}
	dir := p.dir
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(cache, "bearings", "rules")
	}
	name := filepath.Join(dir, code+".md")
	if old, err := os.ReadFile(name); err == nil && string(old) == text {
		return toURI(name)
	}
	if os.MkdirAll(dir, 0o755) != nil {
		return ""
	}
	temporary, err := os.CreateTemp(dir, code+".*")
	if err != nil {
		return ""
	}
	_, err = temporary.WriteString(text)
	if closeErr := temporary.Close(); err != nil || closeErr != nil || os.Rename(temporary.Name(), name) != nil {
		_ = os.Remove(temporary.Name())
		return ""
	}
	return toURI(name)
}
