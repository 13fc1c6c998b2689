package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"bearings/internal/report"
)

func newExplain(s Streams) *cobra.Command {
	var format, color, path string
	var noCache bool
	cmd := &cobra.Command{
		Use:   `explain "GET /me" [STATUS]`,
		Short: "Follow a request layer by layer: every place that can answer it, what is confirmed, open and ruled out",
		Long: `explain follows a request to a path operation: routing, middleware, dependencies,
validation, handler, exception handlers. It names every place that can give the
status, tells refusals on purpose from faults, and says what is confirmed, what is
a hypothesis and how to check it, and what is ruled out and why.`,
		Example: `  bearings explain "GET /me" 401
  bearings explain /api/users/7                         a path as a client calls it
  bearings explain https://api.example.com/me 403       a whole URL
  bearings explain read_me                              a handler's name
  bearings explain "Could not validate credentials"     a text from a log`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json", "markdown"); err != nil {
				return err
			}
			on, err := colored(color, s.Out)
			if err != nil {
				return err
			}
			t, err := single([]string{path})
			if err != nil {
				return err
			}
			t.noCache = noCache
			style := report.Style{Color: on, Width: columns(s.Out)}
			return keeping(cmd, args, s, noCache, append(rootsOf([]target{t}), fmt.Sprint(on)), func(ctx context.Context, to Streams) error {
				a, err := analyse(ctx, t, choice{})
				if err != nil {
					return err
				}
				if len(a.project.Apps) == 0 {
					return a.noApplication()
				}
				asked, err := report.Ask(a.project, strings.Join(args, " "), 0)
				if err != nil {
					return err
				}
				return writeExplanation(to, a, asked, format, style)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json or markdown")
	cmd.Flags().StringVar(&path, "project", ".", "the project's folder")
	cacheFlag(cmd, &noCache)
	colorFlag(cmd, &color)
	return cmd
}

func writeExplanation(s Streams, a *answer, asked report.Asked, format string, style report.Style) error {
	if asked.Operation == nil {
		switch format {
		case "json":
			return report.PlacesJSON(s.Out, a.project, asked)
		case "markdown":
			return report.PlacesMarkdown(s.Out, a.project, asked)
		}
		return report.PlacesText(s.Out, a.project, asked, style)
	}
	e := report.Explain(a.project, a.result.Findings, asked)
	switch format {
	case "json":
		return report.ExplainJSON(s.Out, e)
	case "markdown":
		return report.ExplainMarkdown(s.Out, e)
	}
	return report.ExplainText(s.Out, e, style)
}
