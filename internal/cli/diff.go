package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"bearings/internal/history"
	"bearings/internal/report"
)

// workingTree is what a person calls the files as they stand.
const workingTree = "working tree"

func newDiff(s Streams) *cobra.Command {
	var format, color, path string
	var noCache bool
	cmd := &cobra.Command{
		Use:   "diff [REV] [REV]",
		Short: "Compare the authentication surface of two revisions: what became open, what refuses now, which keys and versions differ",
		Long: `diff compares what the files mean for authentication, not their text: operations
that became open or guarded, chains, schemes, token URLs, middleware order, keys,
algorithms, claims, versions, environments. Without revisions it compares HEAD with
the working tree; with one, that with the working tree.`,
		Example: `  bearings diff                 what your uncommitted changes do
  bearings diff v1.4            since a release
  bearings diff main feature    a branch`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json", "markdown"); err != nil {
				return err
			}
			on, err := colored(color, s.Out)
			if err != nil {
				return err
			}
			c, err := compare(cmd.Context(), path, noCache, revisions(args))
			if err != nil {
				return err
			}
			switch format {
			case "json":
				return report.PlainJSON(s.Out, c)
			case "markdown":
				return report.DiffMarkdown(s.Out, c)
			}
			return report.DiffText(s.Out, c, report.Style{Color: on, Width: columns(s.Out)})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json or markdown")
	cmd.Flags().StringVar(&path, "project", ".", "the project's folder")
	cacheFlag(cmd, &noCache)
	colorFlag(cmd, &color)
	return cmd
}

// revisions reads the arguments of diff: also "a..b".
func revisions(args []string) []string {
	if len(args) == 1 {
		if a, b, ok := strings.Cut(args[0], ".."); ok && !strings.HasPrefix(b, ".") {
			if a == "" {
				a = "HEAD"
			}
			if b == "" {
				b = "HEAD"
			}
			return []string{a, b}
		}
	}
	return args
}

// past is a project with its repository.
type past struct {
	*answer
	repo     *history.Repo
	surfaces *history.Surfaces
	now      *report.Surface // of the working tree
	notes    []string
}

// openPast analyses the working tree of a project and opens its repository.
func openPast(ctx context.Context, path string, noCache bool) (*past, error) {
	t, err := single([]string{path})
	if err != nil {
		return nil, err
	}
	t.noCache = noCache
	repo, err := history.Open(t.root)
	if err != nil {
		return nil, err
	}
	a, err := analyse(ctx, t, choice{})
	if err != nil {
		return nil, err
	}
	p := &past{answer: a, repo: repo, now: report.NewSurface(a.project)}
	kept := repo.Kept(a.workspace.Snapshot().Tree())
	p.surfaces = repo.Surfaces(kept)
	for _, name := range sortedPaths(kept) {
		p.notes = append(p.notes, fmt.Sprintf("%s is not in git: it is taken to have been the same at every revision", name))
	}
	if head, branch, err := repo.Head(); err == nil {
		if branch == "" {
			p.notes = append(p.notes, "HEAD is detached at "+head.Short())
		}
		for _, m := range repo.Submodules(head) {
			p.notes = append(p.notes, fmt.Sprintf("%s is a submodule: its files are those of another repository and are not compared", m))
		}
	}
	return p, nil
}

// at returns the surface of a revision, of the working tree for "".
func (p *past) at(rev string) (report.Revision, *report.Surface, error) {
	if rev == "" {
		return report.Revision{Name: workingTree}, p.now, nil
	}
	c, err := p.repo.Resolve(rev)
	if err != nil {
		return report.Revision{}, nil, err
	}
	surface, err := p.surfaces.At(c)
	if err != nil {
		return report.Revision{}, nil, fmt.Errorf("%s: %w", rev, err)
	}
	return revision(rev, c), surface, nil
}

func revision(name string, c *history.Commit) report.Revision {
	return report.Revision{Name: name, Hash: c.Hash, Author: c.Author, Date: c.Date, Subject: c.Subject}
}

func compare(ctx context.Context, path string, noCache bool, revs []string) (*report.Comparison, error) {
	p, err := openPast(ctx, path, noCache)
	if err != nil {
		return nil, err
	}
	from, to := "HEAD", ""
	if len(revs) > 0 {
		from = revs[0]
	}
	if len(revs) > 1 {
		to = revs[1]
	}
	before, was, err := p.at(from)
	if err != nil {
		return nil, err
	}
	after, is, err := p.at(to)
	if err != nil {
		return nil, err
	}
	if len(was.Facts) == 0 && len(is.Facts) == 0 {
		return nil, errors.New("neither revision holds a FastAPI application")
	}
	return &report.Comparison{
		Schema: "bearings.diff/1", Before: before, After: after, Notes: append([]string{}, p.notes...),
		Differences: append([]report.Difference{}, report.CompareAll(was, is)...),
	}, nil
}
