package workspace

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"bearings/analyzers"
	"bearings/internal/config"
	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// parts are the pieces of a project that outlive an edit elsewhere.
type parts struct {
	settings     *derived[settings]
	environments *derived[[]*environment.Environment]
	requirements *derived[*requirements.Set]
	tree         source.Tree // what is analysed
}

// settings are what the project itself says about its analysis.
type settings struct {
	config  config.Config
	problem error
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
	now := w.parts(tree, before)
	wanted := now.settings.value.config
	tree = now.tree
	program := python.NewProgram(tree, python.Options{Extract: w.facts.module, Words: w.words, Roots: wanted.Roots})
	if !readAhead(ctx, program, progress) {
		return nil
	}
	project := fastapi.Link(fastapi.Input{
		Tree:         tree,
		Program:      program,
		Environments: now.environments.value,
		Requirements: now.requirements.value,
		EntryPoints:  wanted.EntryPoints,
		Stop:         func() bool { return ctx.Err() != nil },
	})
	if ctx.Err() != nil {
		return nil
	}
	return &answers{project: project, parts: now, result: wanted.Run(project, w.rules)}
}

// parts returns the parts for a tree, former ones where nothing that they rest on has changed.
func (w *Workspace) parts(tree source.Tree, before *parts) *parts {
	if before == nil {
		before = &parts{}
	}
	now := &parts{settings: derive(before.settings, tree, func(t source.Tree) settings {
		c, err := config.Load(t, w.rules)
		return settings{c, err}
	})}
	now.tree = narrowed(tree, now.settings.value.config)
	now.environments = derive(before.environments, now.tree, environment.Discover)
	now.requirements = derive(before.requirements, now.tree, requirements.Read)
	return now
}

// narrow is a tree without the files that the project excludes. They can still be read by name.
type narrow struct {
	source.Tree
	paths []source.Path
}

func narrowed(tree source.Tree, c config.Config) source.Tree {
	if len(c.Exclude) == 0 {
		return tree
	}
	return &narrow{tree, slices.DeleteFunc(slices.Clone(tree.Paths()), c.Excluded)}
}

// Paths implements source.Tree.
func (n *narrow) Paths() []source.Path { return n.paths }

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
