package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"bearings/internal/report"
	"bearings/internal/token"
)

// tokenLimit is how many bytes are read at most: headers larger than this are refused by servers.
const tokenLimit = 1 << 20

func newToken(s Streams) *cobra.Command {
	var format, color, path string
	var noCache bool
	cmd := &cobra.Command{
		Use:   "token [FILE|-]",
		Short: "Read a JWT and say which key of the project signed it, and which verification would refuse it",
		Long: `token reads a JSON Web Token from a file, from standard input (-) or from a hidden
prompt, never from the command line, so that no shell history keeps it. It asks no
network and prints neither the token nor a key.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json"); err != nil {
				return err
			}
			on, err := colored(color, s.Out)
			if err != nil {
				return err
			}
			text, err := readToken(s, args)
			if err != nil {
				return err
			}
			bare, removed := token.Clean(text)
			parsed, err := token.Parse(bare)
			if err != nil {
				return fmt.Errorf("no token: %w", err)
			}
			view := &report.Token{Token: parsed, Removed: removed, Now: time.Now()}
			if err := judge(cmd.Context(), view, path, noCache); err != nil {
				return err
			}
			if format == "json" {
				return report.TokenJSON(s.Out, view)
			}
			return report.TokenText(s.Out, view, report.Style{Color: on, Width: columns(s.Out)})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().StringVar(&path, "project", ".", "the project's folder")
	cacheFlag(cmd, &noCache)
	colorFlag(cmd, &color)
	return cmd
}

// judge adds to a token what the project makes of it. A folder without Python adds nothing.
func judge(ctx context.Context, view *report.Token, path string, noCache bool) error {
	t, err := single([]string{path})
	if err != nil {
		return err
	}
	t.noCache = noCache
	a, err := analyse(ctx, t, choice{})
	if err != nil {
		view.Alone = err.Error()
		return nil
	}
	view.Project = a.project
	view.Signed = view.Token.SignedBy(projectKeys(a.project))
	for _, v := range verifications(a.project) {
		v.Verdict = view.Token.Verdict(v.Verification, view.Now)
		view.Verdicts = append(view.Verdicts, v)
	}
	return nil
}

// readToken reads the token's text. No error holds any of it.
func readToken(s Streams, args []string) (string, error) {
	if len(args) == 0 {
		if f, ok := s.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			_, _ = fmt.Fprint(s.Err, "token (hidden): ")
			text, err := term.ReadPassword(int(f.Fd()))
			_, _ = fmt.Fprintln(s.Err)
			return string(text), err
		}
		args = []string{"-"}
	}
	in := s.In
	if args[0] != "-" {
		if looksLikeToken(args[0]) {
			return "", errors.New("a token on the command line stays in the shell's history: give it on standard input, or in a file; consider this one known to others")
		}
		if err := readable(args[0]); err != nil {
			return "", err
		}
		file, err := os.Open(args[0])
		if err != nil {
			return "", fmt.Errorf("%s cannot be read: %w", args[0], plain(err))
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, tokenLimit+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("read the token: %w", plain(err))
	case len(text) > tokenLimit:
		return "", errors.New("no token: the text is longer than 1 MB")
	case strings.TrimSpace(string(text)) == "":
		return "", errors.New("no token: the text is empty")
	}
	return string(text), nil
}

// looksLikeToken reports whether an argument is a token rather than a file's name.
func looksLikeToken(arg string) bool {
	return strings.Count(arg, ".") >= 2 && strings.Contains(arg, "eyJ") && len(arg) > 30
}
