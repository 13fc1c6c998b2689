package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bearings/analyzers"
	"bearings/internal/baseline"
	"bearings/internal/report"
)

// checkFlags are the flags of check.
type checkFlags struct {
	format, color, failOn   string
	selected, ignored       []string
	fix, diff, noCache      bool
	baseline, writeBaseline string
}

func newCheck(s Streams) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Say what is wrong: confirmed or a hypothesis, because of which lines, how to check, how to fix",
		Long: `check reads a project and reports what is wrong with its authentication.

PATH is a folder (default: the current one), a file, whose findings alone are then
shown, or FOLDER/... for every project directly below FOLDER.

Exit status: 0 nothing at or above --fail-on, 1 something, 2 could not run.`,
		RunE: func(cmd *cobra.Command, args []string) error { return runCheck(cmd, s, f, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "text", "text, json, sarif, github, junit or markdown")
	flags.StringVar(&f.failOn, "fail-on", "warning", "lowest severity of a confirmed finding for exit status 1: error, warning, information, hint or never;\nwith \":hypothesis\" behind it hypotheses count as well")
	flags.StringSliceVar(&f.selected, "select", nil, "only these rules or families, separated by commas")
	flags.StringSliceVar(&f.ignored, "ignore", nil, "not these rules or families")
	flags.BoolVar(&f.fix, "fix", false, "apply the safe fixes of confirmed findings")
	flags.BoolVar(&f.diff, "diff", false, "show what --fix would change, and change nothing")
	cacheFlag(cmd, &f.noCache)
	flags.StringVar(&f.baseline, "baseline", "", "leave out the findings that this file lists")
	flags.StringVar(&f.writeBaseline, "write-baseline", "", "write the findings of this run to a file, for --baseline")
	colorFlag(cmd, &f.color)
	return cmd
}

func runCheck(cmd *cobra.Command, s Streams, f checkFlags, args []string) error {
	if err := oneOf("format", f.format, "text", "json", "sarif", "github", "junit", "markdown"); err != nil {
		return err
	}
	limit, err := parseFailOn(f.failOn)
	if err != nil {
		return err
	}
	if err := knownRules(slices.Concat(f.selected, f.ignored)); err != nil {
		return err
	}
	color, err := colored(f.color, s.Out)
	if err != nil {
		return err
	}
	known, err := readBaseline(f.baseline)
	if err != nil {
		return err
	}
	list, err := targets(args)
	if err != nil {
		return err
	}
	run := checkRun{flags: f, streams: s, known: known, limit: limit, style: report.Style{Color: color, Width: columns(s.Out)}, several: len(list) > 1 || list[0].listed}
	if f.fix || f.diff || f.baseline != "" || f.writeBaseline != "" {
		return run.projects(cmd.Context(), list)
	}
	return keeping(cmd, args, s, f.noCache, append(rootsOf(list), fmt.Sprint(color)), func(ctx context.Context, to Streams) error {
		run.streams = to
		return run.projects(ctx, list)
	})
}

// projects checks all projects and says whether they are in order.
func (r *checkRun) projects(ctx context.Context, list []target) error {
	for _, t := range list {
		t.noCache = r.flags.noCache
		if err := r.project(ctx, t); err != nil {
			if !r.several {
				return err
			}
			r.failed++
			fmt.Fprintf(r.streams.Err, "bearings: %s: %v\n", t.name, err)
		}
	}
	return r.end()
}

// checkRun is one run of check over all projects.
type checkRun struct {
	flags   checkFlags
	streams Streams
	known   baseline.Baseline
	limit   failOn
	style   report.Style
	several bool
	all     []*report.Findings
	found   bool
	failed  int // projects that could not be looked at
}

// project checks one project and writes its report, unless the format gathers all.
func (r *checkRun) project(ctx context.Context, t target) error {
	a, err := analyse(ctx, t, r.choice())
	if err != nil {
		return err
	}
	if r.flags.fix && !r.flags.diff {
		if a, err = applyFixes(ctx, a, r.choice(), r.streams.Err); err != nil {
			return err
		}
	}
	in := a.findings()
	in.Base = base(a.root)
	fresh, known, _ := r.known.Split(in.Findings)
	in.Findings, in.Stats.Baseline = fresh, len(known)
	if len(a.project.Apps) == 0 && len(in.Findings) == 0 && len(in.Problems) == 0 {
		return a.noApplication()
	}
	r.found = r.found || slices.ContainsFunc(in.Findings, r.limit.reached)
	r.all = append(r.all, in)
	if r.flags.diff {
		return report.Diff(r.streams.Out, a.project, safeEdits(a), r.style)
	}
	if r.several && r.flags.format == "text" {
		if len(r.all) > 1 { // sets the projects apart
			fmt.Fprintln(r.streams.Out)
		}
		if err := report.Header(r.streams.Out, t.name, r.style); err != nil {
			return err
		}
	}
	return write(r.streams.Out, r.flags.format, in, r.style)
}

// write writes one project's report, for the formats that can stand one behind the other.
func write(w io.Writer, format string, in *report.Findings, style report.Style) error {
	switch format {
	case "text":
		return report.Text(w, in, style)
	case "json":
		return report.JSON(w, in)
	case "github":
		return report.GitHub(w, in)
	case "markdown":
		return report.Markdown(w, in)
	}
	return nil
}

// end writes what gathers all projects and decides the exit status.
func (r *checkRun) end() error {
	var err error
	switch {
	case r.flags.diff:
	case r.flags.format == "sarif":
		err = report.SARIF(r.streams.Out, analyzers.All(), r.all...)
	case r.flags.format == "junit":
		err = report.JUnit(r.streams.Out, r.all...)
	case r.flags.format == "text" && len(r.all)+r.failed > 1:
		err = report.Total(r.streams.Out, r.all, r.failed, r.style)
	}
	if err == nil && r.flags.writeBaseline != "" {
		err = writeBaseline(r.flags.writeBaseline, r.all)
	}
	switch {
	case err != nil:
		return err
	case r.failed > 0:
		return told{}
	case r.found:
		return found{}
	}
	return nil
}

// failOn is the limit from which findings lead to exit status 1.
type failOn struct {
	never, hypotheses bool
	severity          analyzers.Severity
}

func parseFailOn(text string) (failOn, error) {
	word, rest, more := strings.Cut(text, ":")
	out := failOn{hypotheses: more && rest == "hypothesis"}
	if more && rest != "hypothesis" {
		return out, fmt.Errorf("--fail-on %q: only \":hypothesis\" may follow the severity", text)
	}
	for _, s := range []analyzers.Severity{analyzers.Hint, analyzers.Information, analyzers.Warning, analyzers.Error} {
		if word == s.String() {
			out.severity = s
			return out, nil
		}
	}
	if word == "never" && !more {
		out.never = true
		return out, nil
	}
	return out, fmt.Errorf("--fail-on %q is none of error, warning, information, hint, never", word)
}

func (l failOn) reached(f analyzers.Finding) bool {
	return !l.never && f.Severity >= l.severity && (l.hypotheses || f.Certainty == analyzers.Confirmed)
}

// choice is what the flags say about rules.
func (r *checkRun) choice() choice {
	return choice{selected: r.flags.selected, ignored: r.flags.ignored}
}

// knownRules returns an error for a name that is neither a rule nor a family.
func knownRules(names []string) error {
	for _, name := range names {
		isRule := slices.ContainsFunc(analyzers.All(), func(a *analyzers.Analyzer) bool { return a.Code == name })
		if !isRule && !slices.Contains(analyzers.Families(), analyzers.Family(name)) {
			return unknownRule(name)
		}
	}
	return nil
}

// base names a project's folder relative to the current one, with slashes; ""
// when it is that, or lies outside.
func base(root string) string {
	here, err := os.Getwd()
	if err != nil {
		return ""
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return ""
	}
	rel, err := filepath.Rel(here, abs)
	if err != nil || rel == "." || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}
