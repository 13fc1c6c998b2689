package cli

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"bearings/analyzers"
	"bearings/internal/incident"
	"bearings/internal/mcp"
	"bearings/internal/report"
)

func newMCP(version string, s Streams) *cobra.Command {
	var path string
	var noCache bool
	cmd := &cobra.Command{
		Use:   "mcp",
		Short: "Serve map, explain, env, findings, history, diff and incident status to an assistant",
		Long: `mcp speaks the Model Context Protocol on standard input and output, so that an
assistant argues from what the files prove. Its tools only read. A client starts it
as: bearings mcp --project FOLDER`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := single([]string{path}); err != nil {
				return err
			}
			return mcp.Serve(cmd.Context(), mcp.New(version, answersFor(path, noCache)), s.In, s.Out)
		},
	}
	cmd.Flags().StringVar(&path, "project", ".", "the project's folder")
	cacheFlag(cmd, &noCache)
	return cmd
}

// answersFor answers about the project as it is when a tool is called.
func answersFor(path string, noCache bool) mcp.Answers {
	fresh := func(ctx context.Context) (*answer, error) {
		t, err := single([]string{path})
		if err != nil {
			return nil, err
		}
		t.noCache = noCache
		a, err := analyse(ctx, t, choice{})
		if err == nil && len(a.project.Apps) == 0 {
			err = a.noApplication()
		}
		return a, err
	}
	return mcp.Answers{
		Map: func(ctx context.Context, w io.Writer, _ mcp.Nothing) error {
			a, err := fresh(ctx)
			if err != nil {
				return err
			}
			return report.MapJSON(w, a.project, a.result.Findings)
		},
		Env: func(ctx context.Context, w io.Writer, in mcp.Key) error {
			a, err := fresh(ctx)
			if err != nil {
				return err
			}
			return report.EnvJSON(w, a.project, report.Keys(a.project, in.Key))
		},
		Explain: func(ctx context.Context, w io.Writer, in mcp.Operation) error {
			a, err := fresh(ctx)
			if err != nil {
				return err
			}
			asked, err := report.Ask(a.project, in.Operation, in.Status)
			if err != nil {
				return err
			}
			return writeExplanation(Streams{Out: w}, a, asked, "json", report.Style{})
		},
		Findings: func(ctx context.Context, w io.Writer, in mcp.Findings) error {
			a, err := fresh(ctx)
			if err != nil {
				return err
			}
			return chosenFindings(w, a, in)
		},
		History: func(ctx context.Context, w io.Writer, in mcp.Past) error {
			p, err := pastOf(ctx, path, noCache, in.Operation, in.SinceWorked)
			if err != nil {
				return err
			}
			return report.PlainJSON(w, p)
		},
		Diff: func(ctx context.Context, w io.Writer, in mcp.Diff) error {
			revs := []string{}
			if in.Before != "" || in.After != "" {
				revs = append(revs, or(in.Before, "HEAD"))
			}
			if in.After != "" {
				revs = append(revs, in.After)
			}
			c, err := compare(ctx, path, noCache, revs)
			if err != nil {
				return err
			}
			return report.PlainJSON(w, c)
		},
		Incident: func(ctx context.Context, w io.Writer, in mcp.Incident) error {
			i, r, err := openRecord(ctx, path, in.ID, noCache, (*incident.Store).Current)
			if err != nil {
				return err
			}
			return i.status(r).WriteJSON(w)
		},
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func chosenFindings(w io.Writer, a *answer, in mcp.Findings) error {
	if in.Certainty != "" && in.Certainty != analyzers.Confirmed.String() && in.Certainty != analyzers.Hypothesis.String() {
		return errors.New("certainty is confirmed or hypothesis")
	}
	concerns := func(analyzers.Finding) bool { return true }
	if in.Operation != "" {
		asked, err := report.Ask(a.project, in.Operation, 0)
		if err != nil {
			return err
		}
		if asked.Operation == nil {
			return errors.New("operation is a path operation, as in GET /me")
		}
		concerns = func(f analyzers.Finding) bool { return f.Concerns(asked.Operation.App, asked.Operation.ID()) }
	}
	out := a.findings()
	out.Findings = slices.DeleteFunc(slices.Clone(out.Findings), func(f analyzers.Finding) bool {
		return in.Certainty != "" && f.Certainty.String() != in.Certainty || !concerns(f)
	})
	return report.JSON(w, out)
}
