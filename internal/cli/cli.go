package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// Streams are what a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// The exit statuses.
const (
	statusClean  = 0
	statusFound  = 1
	statusFailed = 2
)

// found ends a command with status 1; everything has been said already.
type found struct{}

func (found) Error() string { return "findings at or above --fail-on" }

// told ends a command with status 2; the reason has been said already.
type told struct{}

func (told) Error() string { return "could not run" }

// Main runs the command line args, without the program's name, and returns the exit status.
func Main(ctx context.Context, version string, args []string, s Streams) int {
	root := newRoot(version, s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return statusClean
	case errors.Is(err, found{}):
		return statusFound
	case !errors.Is(err, told{}):
		fmt.Fprintf(s.Err, "bearings: %v\n", err)
	}
	return statusFailed
}

func newRoot(version string, s Streams) *cobra.Command {
	stdio := false
	root := &cobra.Command{
		Use:   "bearings",
		Short: "Know where you stand before you fix FastAPI authentication",
		Long: `bearings reads a FastAPI project, never runs it, and says what is wrong with its
authentication: what is confirmed, what is a hypothesis, because of which lines,
and how to check.`,
		Example: `  bearings check            what is wrong here
  bearings map              how requests travel and who guards what
  bearings explain "GET /me" 401    who can refuse this request, and what is ruled out
  bearings env SECRET_KEY   which key is loaded, where`,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if stdio {
				return serve(cmd.Context(), version, s, serveFlags{logLevel: "warn"})
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVar(&stdio, "stdio", false, "speak the Language Server Protocol, as serve does")
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(newCheck(s), newMap(s), newEnv(s), newToken(s), newExplain(s), newDiff(s), newHistory(s), newIncident(s), newReport(s), newRules(s), newServe(version, s), newCache(s), newMCP(version, s), newVersion(version, s))
	return root
}

// colorFlag adds --color to a command.
func colorFlag(cmd *cobra.Command, value *string) {
	cmd.Flags().StringVar(value, "color", "auto", "when to colour: auto, always, never")
}

// colored decides whether to write colours: when asked, or on a terminal that
// does not refuse them (https://no-color.org).
func colored(when string, out io.Writer) (bool, error) {
	switch when {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(out), nil
	}
	return false, fmt.Errorf("--color %q is none of auto, always, never", when)
}

func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// columns is the width of the terminal, or what COLUMNS says where there is none; at most 100.
func columns(out io.Writer) int {
	if f, ok := out.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return min(n, 100)
		}
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return min(n, 100)
	}
	return 100
}

// oneOf returns an error that names the choices when value is none of them.
func oneOf(flag, value string, choices ...string) error {
	for _, c := range choices {
		if value == c {
			return nil
		}
	}
	return fmt.Errorf("--%s %q is none of %s", flag, value, join(choices))
}

func join(words []string) string {
	out := ""
	for i, w := range words {
		if i > 0 {
			out += ", "
		}
		out += w
	}
	return out
}
