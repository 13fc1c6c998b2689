package workspace

import (
	"context"
	"fmt"
	"path"
	"runtime"
	"runtime/debug"
	"sync"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// parts are the pieces of a project that outlive an edit elsewhere.
type parts struct {
}

// compute answers for a tree. It returns nil when ctx ended before the parts
// that can be given up were done. A panic of the engine costs the answers and is
// reported as a problem.
func (w *Workspace) compute(ctx context.Context, tree source.Tree, before *parts) (out *answers) {
	defer func() {
		if reason := recover(); reason != nil {
			problem := analyzers.Problem{Code: "engine", Reason: fmt.Sprintf("panicked: %v\n%s", reason, debug.Stack())}
			out = &answers{project: &fastapi.Project{Tree: tree}, parts: before, result: analyzers.Result{Problems: []analyzers.Problem{problem}}}
		}
	}()
	if !w.extractAll(ctx, tree, func(int, int) {}) {
		return nil
	}
	now := &parts{}
	project := fastapi.Link(fastapi.Input{Tree: tree})
	if ctx.Err() != nil {
		return nil
	}
	return &answers{project: project, parts: now, result: analyzers.Run(project, w.rules)}
}

// extractAll extracts the facts of all Python files, on all processors, and
// tells how far it is. It returns false when ctx ended first.
func (w *Workspace) extractAll(ctx context.Context, tree source.Tree, progress func(done, total int)) bool {
	var files []source.Path
	for _, p := range tree.Paths() {
		if path.Ext(string(p)) == ".py" {
			files = append(files, p)
		}
	}
	var mu sync.Mutex
	next, done := 0, 0
	take := func() (source.Path, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == len(files) || ctx.Err() != nil {
			return "", false
		}
		next++
		return files[next-1], true
	}
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		workers.Go(func() {
			for p, ok := take(); ok; p, ok = take() {
				if f, err := tree.File(p); err == nil {
					w.facts.module(f)
				}
				mu.Lock()
				done++
				progress(done, len(files))
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return ctx.Err() == nil
}

func extract(f *source.File) *python.Module { return python.Extract(f.Path, f.Text) }
