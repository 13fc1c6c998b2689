package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bearings/internal/history"
	"bearings/internal/report"
	"bearings/internal/source"
)

func newHistory(s Streams) *cobra.Command {
	var format, color, path, since string
	var noCache bool
	cmd := &cobra.Command{
		Use:   `history "GET /me"`,
		Short: "List the commits in which anything about an operation's authentication changed, and what changed",
		Long: `history lists the commits in which anything changed on which the authentication of
a path operation depends, newest first, with uncommitted changes on top. With
--since-worked it narrows to the suspects since a revision that worked, and says
when nothing in the files can explain the change. Nothing is checked out or run.`,
		Example: `  bearings history "GET /me"
  bearings history "GET /me" --since-worked v1.4`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json", "markdown"); err != nil {
				return err
			}
			on, err := colored(color, s.Out)
			if err != nil {
				return err
			}
			p, err := pastOf(cmd.Context(), path, noCache, strings.Join(args, " "), since)
			if err != nil {
				return err
			}
			switch format {
			case "json":
				return report.PlainJSON(s.Out, p)
			case "markdown":
				return report.HistoryMarkdown(s.Out, p)
			}
			return report.HistoryText(s.Out, p, report.Style{Color: on, Width: columns(s.Out)})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json or markdown")
	cmd.Flags().StringVar(&path, "project", ".", "the project's folder")
	cmd.Flags().StringVar(&since, "since-worked", "", "a revision at which it worked")
	cacheFlag(cmd, &noCache)
	colorFlag(cmd, &color)
	return cmd
}

func sortedPaths(files map[source.Path]*source.File) []source.Path {
	return slices.Sorted(maps.Keys(files))
}

// pastOf computes the history of an operation.
func pastOf(ctx context.Context, path string, noCache bool, question, since string) (*report.Past, error) {
	p, err := openPast(ctx, path, noCache)
	if err != nil {
		return nil, err
	}
	head, _, err := p.repo.Head()
	if err != nil {
		return nil, err
	}
	committed, err := p.surfaces.At(head)
	if err != nil {
		return nil, err
	}
	operation, err := p.subject(question, committed)
	if err != nil {
		return nil, err
	}
	query := history.Query{From: head, Operation: operation}
	out := &report.Past{Schema: "bearings.history/1", Operation: operation, Uncommitted: append([]report.Difference{}, history.Between(committed, p.now, operation)...), Commits: []report.PastCommit{}}
	var worked *report.Surface
	if since != "" {
		rev, surface, err := p.at(since)
		if err != nil {
			return nil, err
		}
		if query.Since, err = p.repo.Resolve(since); err != nil {
			return nil, err
		}
		out.Since, worked = &rev, surface
	}
	if _, exists := committed.Operation(operation); !exists { // it is new: look for its handler's former name
		if handler, _ := p.now.Operation(operation); committed.Served(handler) != "" {
			query.Operation = committed.Served(handler)
		}
	}
	log, err := p.surfaces.Log(ctx, query)
	if err != nil {
		return nil, err
	}
	for _, e := range log.Entries {
		out.Commits = append(out.Commits, report.PastCommit{Revision: revision("", e.Commit), Differences: e.Differences})
	}
	out.Examined, out.Notes = log.Commits, append(append([]string{}, log.Notes...), p.notes...)
	out.Verdict = verdict(out, worked, p.now)
	return out, nil
}

// subject understands the question about an operation of the working tree, or of HEAD.
func (p *past) subject(question string, committed *report.Surface) (string, error) {
	if _, ok := committed.Operation(question); ok {
		return question, nil
	}
	if len(p.project.Apps) == 0 && len(committed.Facts) == 0 {
		return "", p.noApplication()
	}
	asked, err := report.Ask(p.project, question, 0)
	if err != nil {
		return "", err
	}
	if asked.Operation == nil {
		return "", errors.New("name a path operation, as in bearings history \"GET /me\"")
	}
	if err := asked.Certain(p.project); err != nil {
		return "", err
	}
	return report.NameOf(p.project, asked.Operation), nil
}

// verdict says what the files can explain.
func verdict(p *report.Past, worked, now *report.Surface) string {
	n := len(p.Commits)
	looked := fmt.Sprintf("%d of %d commits changed something about it", n, p.Examined)
	if p.Since == nil {
		return looked + "."
	}
	remains := history.Between(worked, now, p.Operation)
	const elsewhere = "Look at what the files do not hold: the environment of the running process, the key's value, the clock, what is deployed, and versions that are not pinned."
	switch {
	case len(remains) == 0 && n == 0 && len(p.Uncommitted) == 0:
		return "Nothing in the files can explain it: " + looked + ". " + elsewhere
	case len(remains) == 0:
		return looked + ", and together they left nothing different from when it worked: nothing in the files can explain it. " + elsewhere
	case n == 0:
		return looked + "; only changes that are not committed are suspects."
	}
	return looked + ": these are the suspects."
}
