package workspace

import (
	"context"
	"sync/atomic"

	"bearings/analyzers"
	"bearings/internal/config"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// Snapshot is a workspace at one moment. It never changes; what is computed from
// it is computed once, when it is first asked for.
type Snapshot struct {
	owner    *Workspace
	sequence int64
	disk     *diskState
	buffers  map[source.Path]*source.File
	tree     *tree
	memo     *memo
	former   atomic.Pointer[Snapshot] // see Former; nil again once a later snapshot has taken its place
}

// memo holds the answers of a snapshot. Snapshots that read the same share one.
type memo struct {
	tree   *tree
	before *parts // of an earlier snapshot, to take over what still holds
	done   atomic.Pointer[answers]
	early  atomic.Pointer[answers] // what is known before done; nil when nothing is
}

// carried returns what is known of the findings; nil when nothing is yet.
func (m *memo) carried() *answers {
	if a := m.done.Load(); a != nil {
		return a
	}
	return m.early.Load()
}

// answers are what the engine says about a tree.
type answers struct {
	project *fastapi.Project
	result  analyzers.Result
	parts   *parts
}

// snapshot returns the next snapshot of the workspace. w.mu is held, or w is not shared yet.
func (w *Workspace) snapshot(state *diskState, buffers map[source.Path]*source.File, ready *answers) *Snapshot {
	w.sequence++
	s := &Snapshot{owner: w, sequence: w.sequence, disk: state, buffers: buffers, tree: newTree(state, buffers)}
	s.memo = &memo{tree: s.tree}
	if ready != nil {
		s.memo.done.Store(ready)
	}
	if before := w.current.Load(); before != nil {
		s.memo.before = before.memo.latest()
		if before.Ready() {
			s.former.Store(before)
			before.former.Store(nil) // no chain of all that ever was
		} else {
			s.former.Store(before.former.Load())
		}
	}
	return s
}

// Former returns the last snapshot before this one for which answers were
// computed, or nil. It is for readers to whom a slightly old answer is worth more
// than a late one.
func (s *Snapshot) Former() *Snapshot { return s.former.Load() }

// latest returns the parts of the newest computed answers up to this memo.
func (m *memo) latest() *parts {
	if a := m.done.Load(); a != nil {
		return a.parts
	}
	if c := m.early.Load(); c != nil {
		return c.parts
	}
	return m.before
}

// Sequence counts the snapshots of a workspace; a later one is greater.
func (s *Snapshot) Sequence() int64 { return s.sequence }

// Partial reports whether the folder has not been listed yet: answers rest on
// the open buffers and on what they name.
func (s *Snapshot) Partial() bool { return !s.disk.listed }

// Same reports whether both snapshots read the same, so that all answers are equal.
func (s *Snapshot) Same(other *Snapshot) bool { return other != nil && s.memo == other.memo }

// Tree returns the files. Buffers hide what stands on disk.
func (s *Snapshot) Tree() source.Tree { return s.tree }

// Buffer returns the text that an editor shows for path, or nil when it shows none.
func (s *Snapshot) Buffer(path source.Path) *source.File { return s.buffers[path] }

// Buffers returns the paths that an editor shows, in no order.
func (s *Snapshot) Buffers() []source.Path {
	out := make([]source.Path, 0, len(s.buffers))
	for path := range s.buffers {
		out = append(out, path)
	}
	return out
}

// Module returns what a Python file says, or nil when it cannot be read.
func (s *Snapshot) Module(path source.Path) *python.Module {
	f, err := s.tree.File(path)
	if err != nil {
		return nil
	}
	return s.owner.facts.module(f.Path, f.Text)
}

// Ready reports whether Project and Findings answer without computing anything.
func (s *Snapshot) Ready() bool { return s.memo.done.Load() != nil }

// Known reports whether Result answers without computing anything.
func (s *Snapshot) Known() bool { return s.memo.carried() != nil }

// Project returns the model of the snapshot. It fails only when ctx ends first.
func (s *Snapshot) Project(ctx context.Context) (*fastapi.Project, error) {
	a, err := s.answers(ctx)
	if err != nil {
		return nil, err
	}
	return a.project, nil
}

// Findings returns what the rules say about the snapshot, without suppressed
// findings. It fails only when ctx ends first.
func (s *Snapshot) Findings(ctx context.Context) ([]analyzers.Finding, error) {
	r, err := s.Result(ctx)
	return r.Findings, err
}

// Result is Findings with the count of what was suppressed and with the faults
// of the rules themselves.
func (s *Snapshot) Result(ctx context.Context) (analyzers.Result, error) {
	if c := s.memo.carried(); c != nil {
		return c.result, nil
	}
	a, err := s.answers(ctx)
	if err != nil {
		return analyzers.Result{}, err
	}
	return a.result, nil
}

// Secrets returns a project that knows the secrets of the snapshot. Its places may
// be those of an earlier one: it is for redacting what Result says, and comes as
// fast. It fails only when ctx ends first.
func (s *Snapshot) Secrets(ctx context.Context) (*fastapi.Project, error) {
	if c := s.memo.carried(); c != nil {
		return c.project, nil
	}
	return s.Project(ctx)
}

// Config returns what the project says about its analysis. The second result is
// what is wrong with that, and joins errors that may be *config.Error. It fails
// only when ctx ends first.
func (s *Snapshot) Config(ctx context.Context) (config.Config, error, error) {
	c := s.memo.carried()
	if c == nil {
		if _, err := s.answers(ctx); err != nil {
			return config.Config{}, nil, err
		}
		c = s.memo.carried()
	}
	if c.parts == nil || c.parts.settings == nil {
		return config.Config{}, nil, nil
	}
	return c.parts.settings.value.config, c.parts.settings.value.problem, nil
}

// answers computes, or waits for whoever computes. One project of a workspace is
// computed at a time; a snapshot that nobody waits for any more is not begun.
func (s *Snapshot) answers(ctx context.Context) (*answers, error) {
	if a := s.memo.done.Load(); a != nil {
		return a, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case s.owner.work <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if a := s.memo.done.Load(); a != nil {
		<-s.owner.work
		return a, nil
	}
	done := make(chan struct{})
	go func() {
		defer func() { <-s.owner.work; close(done) }()
		if a := s.owner.compute(ctx, s.memo.tree, s.memo.before, func(int, int) {}); a != nil {
			s.memo.done.Store(a)
			s.memo.early.Store(nil)
			if !s.Partial() {
				s.owner.saveFacts()
			}
		}
	}()
	select {
	case <-done:
		if a := s.memo.done.Load(); a != nil {
			return a, nil
		}
		return nil, context.Cause(ctx)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
