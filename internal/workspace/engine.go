package workspace

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"bearings/analyzers"
	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// parts are the pieces of a project that outlive an edit elsewhere.
type parts struct {
	environments *derived[[]*environment.Environment]
	requirements *derived[*requirements.Set]
}

// words are what a file that can matter for authentication holds at least one
// of. They choose the files that are read ahead on all processors; what else is
// imported is read when it is needed.
var words = []string{"FastAPI(", "APIRouter", "fastapi"}

// compute answers for a tree. It returns nil when ctx ended before everything
// was done. A panic of the engine costs the answers and is reported as a problem.
func (w *Workspace) compute(ctx context.Context, tree source.Tree, before *parts, progress func(done, total int)) (out *answers) {
	defer func() {
		if reason := recover(); reason != nil {
			problem := analyzers.Problem{Code: "engine", Reason: fmt.Sprintf("panicked: %v\n%s", reason, debug.Stack())}
			out = &answers{project: &fastapi.Project{Tree: tree}, parts: before, result: analyzers.Result{Problems: []analyzers.Problem{problem}}}
		}
	}()
	program := python.NewProgram(tree, python.Options{Extract: w.facts.module})
	if !readAhead(ctx, program, progress) {
		return nil
	}
	now := w.parts(tree, before)
	if ctx.Err() != nil {
		return nil
	}
	project := fastapi.Link(fastapi.Input{
		Tree:         tree,
		Program:      program,
		Environments: now.environments.value,
		Requirements: now.requirements.value,
	})
	if ctx.Err() != nil {
		return nil
	}
	return &answers{project: project, parts: now, result: analyzers.Run(project, w.rules)}
}

// parts returns the parts for a tree, former ones where nothing that they rest on has changed.
func (w *Workspace) parts(tree source.Tree, before *parts) *parts {
	if before == nil {
		before = &parts{}
	}
	return &parts{
		environments: derive(before.environments, tree, environment.Discover),
		requirements: derive(before.requirements, tree, requirements.Read),
	}
}

// readAhead extracts the facts of the files that matter, on all processors, and
// tells how far it is. It returns false when ctx ended first.
func readAhead(ctx context.Context, program *python.Program, progress func(done, total int)) bool {
	files := program.Candidates(words...)
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
				program.Module(p)
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
