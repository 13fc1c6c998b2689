package workspace

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"bearings/internal/source"
)

// Stamp is what tells without reading whether a file or folder is what it was.
// Times are in nanoseconds since 1970.
type Stamp struct {
	Path source.Path
	// Link: what stands at the path itself counts, not what it links to.
	Link     bool
	Absent   bool
	Size     int64
	Modified int64
	Changed  int64 // 0 where the system does not tell
	Node     uint64
}

// stamps are what a disk looked at, each as it was before it was looked at.
type stamps struct {
	mu   sync.Mutex
	seen map[stampKey]Stamp
}

type stampKey struct {
	path source.Path
	link bool
}

// note keeps the first look at a path.
func (s *stamps) note(path source.Path, link bool, info fs.FileInfo, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[stampKey]Stamp{}
	}
	if _, ok := s.seen[stampKey{path, link}]; !ok {
		s.seen[stampKey{path, link}] = stampOf(path, link, info, err)
	}
}

func stampOf(path source.Path, link bool, info fs.FileInfo, err error) Stamp {
	s := Stamp{Path: path, Link: link, Absent: err != nil}
	if err == nil {
		s.Size, s.Modified = info.Size(), info.ModTime().UnixNano()
		s.Changed, s.Node = identity(info)
	}
	return s
}

func look(root string, path source.Path, link bool) Stamp {
	name := filepath.Join(root, filepath.FromSlash(string(path)))
	stat := os.Stat
	if link {
		stat = os.Lstat
	}
	info, err := stat(name)
	return stampOf(path, link, info, err)
}

// settledAfter is how old a change has to be, so that a later one is certain to
// show in the times that the system keeps.
const settledAfter = 2 * time.Second

// Seen returns stamps of all that the answers so far rest on, sorted by path: the
// folders that were listed, the files that were read, and what was looked for.
// ok is false when something changed so short before now that a later change
// might leave the stamps as they are.
func (w *Workspace) Seen(now time.Time) (list []Stamp, ok bool) {
	s := &w.disk.stamps
	s.mu.Lock()
	defer s.mu.Unlock()
	list = slices.SortedFunc(maps.Values(s.seen), func(a, b Stamp) int {
		if a.Path != b.Path {
			if a.Path < b.Path {
				return -1
			}
			return 1
		}
		if a.Link == b.Link {
			return 0
		}
		if a.Link {
			return -1
		}
		return 1
	})
	limit := now.Add(-settledAfter).UnixNano()
	return list, !slices.ContainsFunc(list, func(s Stamp) bool { return max(s.Modified, s.Changed) > limit })
}

// Unchanged reports whether everything below root is as the stamps say. It reads no file.
func Unchanged(root string, list []Stamp) bool {
	return !slices.ContainsFunc(list, func(s Stamp) bool { return look(root, s.Path, s.Link) != s })
}
