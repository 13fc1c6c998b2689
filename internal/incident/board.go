package incident

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
)

// Board reads the incidents of a project again only when a file of them has
// changed, for programs that ask often. It may be used from several goroutines.
type Board struct {
	Store *Store

	mu      sync.Mutex
	seen    string // names, sizes and times of the files that were read
	records []*Record
	broken  []*CorruptError
}

// NewBoard returns the board of a project's folder.
func NewBoard(folder string) *Board { return &Board{Store: In(folder)} }

// List is Store.List. Callers do not change the records.
func (b *Board) List() ([]*Record, []*CorruptError, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := b.Store.state()
	if seen == b.seen {
		return b.records, b.broken, nil
	}
	records, broken, err := b.Store.List()
	if err != nil {
		return nil, nil, err
	}
	records = slices.DeleteFunc(records, (*Record).Elsewhere)
	b.seen, b.records, b.broken = seen, records, broken
	return records, broken, nil
}

// Open lists the incidents that go on, the one that was opened last at the end.
// Where they cannot be listed there are none.
func (b *Board) Open() []*Record {
	records, _, err := b.List()
	if err != nil {
		return nil
	}
	var out []*Record
	for _, r := range records {
		if r.IsOpen() {
			out = append(out, r)
		}
	}
	return out
}

// state tells whether the files may have changed; "" where there are none.
func (s *Store) state() string {
	var out strings.Builder
	for _, home := range s.homes {
		entries, err := os.ReadDir(records(home))
		if err != nil {
			continue
		}
		for _, e := range entries {
			info, err := e.Info()
			if err == nil && strings.HasSuffix(e.Name(), ".toml") {
				fmt.Fprintf(&out, "%s %d %d\n", e.Name(), info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	return out.String()
}
