package history

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"

	"bearings/internal/report"
)

// Entry is a commit in which something about an operation's authentication changed.
type Entry struct {
	Commit      *Commit
	Operation   string // as it was named after the commit
	Differences []report.Difference
}

// Log is the history of one operation.
type Log struct {
	Entries []Entry // newest first
	Commits int     // that were looked at
	Notes   []string
}

// Query says what to look for.
type Query struct {
	From      *Commit
	Since     *Commit // nil: to the beginning; commits that it contains are left out
	Operation string  // the subject of the operation's facts at From; "" for everything
}

// Log finds the commits in which anything about an operation's authentication
// changed, newest first. An operation that another path or prefix was given is
// followed by its handler's name. A merge counts where it differs from all that it merges.
func (s *Surfaces) Log(ctx context.Context, q Query) (*Log, error) {
	out := &Log{}
	commits, err := s.commits(q, out)
	if err != nil {
		return nil, err
	}
	out.Commits = len(commits)
	if err := s.ahead(ctx, commits); err != nil {
		return nil, err
	}
	names := map[plumbing.Hash]string{q.From.object.Hash: q.Operation}
	for _, c := range commits {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		entry, err := s.entry(c, names)
		if err != nil {
			return nil, err
		}
		if len(entry.Differences) > 0 {
			out.Entries = append(out.Entries, entry)
		}
	}
	return out, nil
}

// entry compares a commit with its parents, and hands the operation's name on to them.
func (s *Surfaces) entry(c *object.Commit, names map[plumbing.Hash]string) (Entry, error) {
	entry := Entry{Commit: newCommit(c), Operation: names[c.Hash]}
	now, err := s.At(entry.Commit)
	if err != nil {
		return entry, err
	}
	if len(c.ParentHashes) == 0 {
		entry.Differences = between(&report.Surface{}, now, entry.Operation, entry.Operation)
		return entry, nil
	}
	for i, hash := range c.ParentHashes {
		before, err := s.parent(c, i)
		if err != nil {
			return entry, err
		}
		if before == nil { // cut off
			entry.Differences = nil
			return entry, nil
		}
		name := earlier(before, now, entry.Operation)
		if _, set := names[hash]; !set || names[hash] == "" {
			names[hash] = name
		}
		list := between(before, now, name, entry.Operation)
		if i == 0 || len(list) == 0 {
			entry.Differences = list
		}
		if len(list) == 0 { // one side of a merge is the same: the change was made in another commit
			s.nameOthers(c, names, entry.Operation, now)
			return entry, nil
		}
	}
	return entry, nil
}

// nameOthers hands the name on to all parents of a merge.
func (s *Surfaces) nameOthers(c *object.Commit, names map[plumbing.Hash]string, operation string, now *report.Surface) {
	for i, hash := range c.ParentHashes {
		if names[hash] != "" {
			continue
		}
		if before, err := s.parent(c, i); err == nil && before != nil {
			names[hash] = earlier(before, now, operation)
		}
	}
}

// parent returns the surface of a parent, nil when the clone does not hold it.
func (s *Surfaces) parent(c *object.Commit, i int) (*report.Surface, error) {
	p, err := c.Parent(i)
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the parent of %s: %w", c.Hash, err)
	}
	return s.At(newCommit(p))
}

// earlier is the name of an operation in an earlier surface: the same, or that of the same handler.
func earlier(before, now *report.Surface, operation string) string {
	if operation == "" {
		return ""
	}
	if _, ok := before.Operation(operation); ok {
		return operation
	}
	handler, _ := now.Operation(operation)
	if former := before.Served(handler); former != "" {
		return former
	}
	return operation
}

// between compares what concerns an operation, which may have had another name before.
func between(before, now *report.Surface, was, is string) []report.Difference {
	if is == "" {
		return report.CompareAll(before, now)
	}
	if was != is {
		before = before.Renamed(was, is)
	}
	out := report.CompareSurfaces(before, now, func(f report.Fact) bool {
		return f.Kind == report.OperationFact && f.Subject == is || before.Concerns(is, f) || now.Concerns(is, f)
	})
	if _, existed := before.Operation(is); existed && was != is {
		file, line := now.Place(is)
		out = slices.Insert(out, 0, report.Difference{
			Kind: report.OperationFact, Subject: is, Aspect: "path", Change: "changed", Before: []string{was}, After: []string{is},
			Words: "was " + was + " before", File: file, Line: line,
		})
	}
	return out
}

// Between compares two surfaces in what concerns an operation; in everything for "".
func Between(before, now *report.Surface, operation string) []report.Difference {
	return between(before, now, earlier(before, now, operation), operation)
}

// byTime is a heap of commits, the newest first.
type byTime []*object.Commit

func (b byTime) Len() int { return len(b) }
func (b byTime) Less(i, j int) bool {
	if !b[i].Committer.When.Equal(b[j].Committer.When) {
		return b[i].Committer.When.After(b[j].Committer.When)
	}
	return b[i].Hash.String() > b[j].Hash.String()
}
func (b byTime) Swap(i, j int) { b[i], b[j] = b[j], b[i] }

// Push implements heap.Interface.
func (b *byTime) Push(x any) { *b = append(*b, x.(*object.Commit)) }

// Pop implements heap.Interface.
func (b *byTime) Pop() any {
	last := (*b)[len(*b)-1]
	*b = (*b)[:len(*b)-1]
	return last
}

// commits lists what From contains and Since does not, each commit before its
// parents, by time where that leaves a choice.
func (s *Surfaces) commits(q Query, out *Log) ([]*object.Commit, error) {
	without := map[plumbing.Hash]bool{}
	if q.Since != nil {
		list, _, err := s.reachable(q.Since.object, nil)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			without[c.Hash] = true
		}
	}
	list, cut, err := s.reachable(q.From.object, without)
	if err != nil {
		return nil, err
	}
	if cut {
		out.Notes = append(out.Notes, "the clone is shallow: what happened before its oldest commit is not here; git fetch --unshallow gets it")
	}
	return topological(list), nil
}

// reachable lists all commits that one contains, but those in without. cut says
// that the clone does not hold all of them.
func (s *Surfaces) reachable(from *object.Commit, without map[plumbing.Hash]bool) (list []*object.Commit, cut bool, err error) {
	seen := map[plumbing.Hash]bool{}
	stack := []*object.Commit{from}
	for len(stack) > 0 {
		c := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[c.Hash] || without[c.Hash] {
			continue
		}
		seen[c.Hash] = true
		list = append(list, c)
		for i := range c.ParentHashes {
			p, err := c.Parent(i)
			switch {
			case errors.Is(err, plumbing.ErrObjectNotFound):
				cut = true
			case err != nil:
				return nil, false, fmt.Errorf("read the parent of %s: %w", c.Hash, err)
			default:
				stack = append(stack, p)
			}
		}
	}
	return list, cut, nil
}

// topological orders commits so that each stands before its parents.
func topological(list []*object.Commit) []*object.Commit {
	byHash := make(map[plumbing.Hash]*object.Commit, len(list))
	children := make(map[plumbing.Hash]int, len(list))
	for _, c := range list {
		byHash[c.Hash] = c
	}
	for _, c := range list {
		for _, p := range c.ParentHashes {
			children[p]++
		}
	}
	ready := &byTime{}
	for _, c := range list {
		if children[c.Hash] == 0 {
			heap.Push(ready, c)
		}
	}
	out := make([]*object.Commit, 0, len(list))
	for ready.Len() > 0 {
		c := heap.Pop(ready).(*object.Commit)
		out = append(out, c)
		for _, p := range c.ParentHashes {
			if children[p]--; children[p] == 0 && byHash[p] != nil {
				heap.Push(ready, byHash[p])
			}
		}
	}
	return out
}

// ahead computes the surfaces that the commits need, on all processors.
func (s *Surfaces) ahead(ctx context.Context, commits []*object.Commit) error {
	seen := map[uint64]bool{}
	var list []*listing
	for _, c := range slices.Backward(commits) { // oldest first: what comes later takes over from it
		l, err := s.repo.store.listing(c.TreeHash)
		if err != nil {
			return err
		}
		if !seen[l.key] {
			seen[l.key] = true
			list = append(list, l)
		}
	}
	s.prepare(ctx, list)
	return ctx.Err()
}
