package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"bearings/internal/report"
)

func newMap(s Streams) *cobra.Command {
	var format, color string
	var noCache bool
	cmd := &cobra.Command{
		Use:   "map [PATH]",
		Short: "Show what FastAPI would build: middleware, schemes, path operations and their guards, keys, token calls",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json", "mermaid", "html"); err != nil {
				return err
			}
			on, err := colored(color, s.Out)
			if err != nil {
				return err
			}
			t, err := single(args)
			if err != nil {
				return err
			}
			t.noCache = noCache
			style := report.Style{Color: on, Width: columns(s.Out)}
			return keeping(cmd, args, s, noCache, append(rootsOf([]target{t}), fmt.Sprint(on)), func(ctx context.Context, to Streams) error {
				return writeMap(ctx, to, t, format, style)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text, json, mermaid or html")
	cacheFlag(cmd, &noCache)
	colorFlag(cmd, &color)
	return cmd
}

func writeMap(ctx context.Context, s Streams, t target, format string, style report.Style) error {
	a, err := analyse(ctx, t, choice{})
	if err != nil {
		return err
	}
	if len(a.project.Apps) == 0 {
		return a.noApplication()
	}
	switch format {
	case "json":
		return report.MapJSON(s.Out, a.project, a.result.Findings)
	case "mermaid":
		return report.Mermaid(s.Out, a.project)
	case "html":
		return report.HTML(s.Out, a.project)
	}
	return report.Map(s.Out, a.project, style)
}

func newEnv(s Streams) *cobra.Command {
	var format, color, path string
	var noCache bool
	cmd := &cobra.Command{
		Use:   "env [KEY]",
		Short: "Show which line gives each key its value in each environment, and what differs",
		Long: `env shows every key and setting in every environment that the files describe: its
state, the line that wins, the lines that have no effect. Equal letters are equal
values; the values themselves are never shown.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json"); err != nil {
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
				return writeEnv(ctx, to, t, strings.Join(args, ""), format, style)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().StringVar(&path, "project", ".", "the project's folder")
	cacheFlag(cmd, &noCache)
	colorFlag(cmd, &color)
	return cmd
}

// writeEnv writes the key of a name, or all keys for "".
func writeEnv(ctx context.Context, s Streams, t target, name, format string, style report.Style) error {
	a, err := analyse(ctx, t, choice{})
	if err != nil {
		return err
	}
	keys := report.Keys(a.project, name)
	if len(keys) == 0 {
		if name == "" {
			return fmt.Errorf("no key or setting found; looked in %d Python files", a.python)
		}
		return fmt.Errorf("no key or setting is named %q; bearings env lists them all", name)
	}
	if format == "json" {
		return report.EnvJSON(s.Out, a.project, keys)
	}
	return report.Env(s.Out, a.project, keys, style)
}
