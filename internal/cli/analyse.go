package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/report"
	"bearings/internal/source"
	"bearings/internal/workspace"
)

// answer is what one project has to say.
type answer struct {
	target
	workspace *workspace.Workspace
	project   *fastapi.Project
	result    analyzers.Result
	took      time.Duration
	timed     bool // took is shown; otherwise a mark that is replaced later
	python    int  // Python files looked at
}

// choice says which rules run, besides what the project's configuration says.
type choice struct {
	selected []string // in place of the configuration's, unless empty
	ignored  []string // besides the configuration's
}

// analyse opens a project and computes the model and what the rules say about it.
func analyse(ctx context.Context, t target, rules choice) (*answer, error) {
	begin := time.Now()
	w, err := workspace.Open(t.root, workspace.Options{Cache: cacheFolder(t.noCache)})
	if err != nil {
		return nil, err
	}
	a := &answer{target: t, workspace: w, timed: !follow(ctx, w)}
	snapshot := w.Snapshot()
	if a.python = pythonFiles(snapshot.Tree()); a.python == 0 {
		return nil, fmt.Errorf("%s holds no Python file", t.folder())
	}
	if t.file != "" && !slices.Contains(snapshot.Tree().Paths(), t.file) {
		return nil, fmt.Errorf("%s is not read: the project at %s ignores it", t.name, t.folder())
	}
	if a.project, err = snapshot.Project(ctx); err != nil {
		return nil, err
	}
	settings, problem, err := snapshot.Config(ctx)
	if err == nil && problem != nil {
		err = errors.New(strings.ReplaceAll(problem.Error(), "\n", "; "))
	}
	if err != nil {
		return nil, err
	}
	if a.result, err = snapshot.Result(ctx); err != nil {
		return nil, err
	}
	for _, p := range a.result.Problems {
		if p.Code == "engine" {
			return nil, fmt.Errorf("%s: the analysis failed, which is a fault of bearings: %s", t.name, firstLine(p.Reason))
		}
	}
	if len(rules.selected)+len(rules.ignored) > 0 {
		if len(rules.selected) > 0 {
			settings.Select = rules.selected
		}
		settings.Ignore = slices.Concat(settings.Ignore, rules.ignored)
		a.result = settings.Run(a.project, analyzers.All())
	}
	a.project = withUnread(a.project)
	a.took = time.Since(begin)
	return a, nil
}

func pythonFiles(tree source.Tree) int {
	n := 0
	for _, p := range tree.Paths() {
		if path.Ext(string(p)) == ".py" {
			n++
		}
	}
	return n
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// noApplication is the error for Python in which nothing builds a FastAPI application.
func (a *answer) noApplication() error {
	files := fmt.Sprintf("%d Python files", a.python)
	if a.python == 1 {
		files = "1 Python file"
	}
	return fmt.Errorf("no FastAPI application found; looked in %s; name one with entry-points in bearings.toml", files)
}

// findings returns the report of an answer, narrowed to the file that was asked for.
func (a *answer) findings() *report.Findings {
	out := &report.Findings{Project: a.project, Findings: a.result.Findings}
	for _, p := range a.result.Problems {
		out.Problems = append(out.Problems, firstLine(p.String()))
	}
	if a.file != "" {
		kept := []analyzers.Finding{}
		for _, f := range a.result.Findings {
			if f.At.Path == a.file {
				kept = append(kept, f)
			}
		}
		out.Findings = kept
	}
	out.Stats = report.Stats{Suppressed: a.result.Suppressed, Milliseconds: a.milliseconds()}.Count(a.project)
	return out
}

func (a *answer) milliseconds() int64 {
	if !a.timed {
		return elapsedMark
	}
	return a.took.Milliseconds()
}

// withUnread returns the project with a gap for every Python file that could not
// be read, where the model has none: silence is not an answer.
func withUnread(p *fastapi.Project) *fastapi.Project {
	var gaps []fastapi.Gap
	for _, name := range p.Tree.Paths() {
		if path.Ext(string(name)) != ".py" {
			continue
		}
		_, err := p.Tree.File(name)
		if err == nil || slices.ContainsFunc(p.Gaps, func(g fastapi.Gap) bool { return g.At.Path == name }) {
			continue
		}
		gaps = append(gaps, fastapi.Gap{At: source.Location{Path: name}, Reason: "the file is not read: " + unreadReason(err), Parts: ^fastapi.Part(0)})
	}
	if len(gaps) == 0 {
		return p
	}
	with := *p
	with.Gaps = append(slices.Clone(p.Gaps), gaps...)
	return &with
}

func unreadReason(err error) string {
	for _, known := range []error{source.ErrTooLarge, source.ErrNotText, source.ErrOutside, fs.ErrPermission} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return plain(err).Error()
}
