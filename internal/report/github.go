package report

import (
	"fmt"
	"io"
	"strings"

	"bearings/analyzers"
)

// GitHub writes findings as workflow commands that annotate a pull request
// (docs.github.com, "Workflow commands for GitHub Actions").
func GitHub(w io.Writer, in *Findings) error {
	p, r := newPlaces(in.Project), NewRedactor(in.Project)
	var b strings.Builder
	for _, f := range isolated(in.Findings) {
		start, end := p.position(f.At.Path, f.At.Span.Start), p.position(f.At.Path, f.At.Span.End)
		columns := fmt.Sprintf("col=%d", start.Column)
		if end.Line == start.Line {
			columns += fmt.Sprintf(",endColumn=%d", end.Column)
		}
		text := f.Certainty.String() + ": " + f.Message
		for _, e := range f.Evidence {
			text += "\nbecause " + strings.TrimSpace(p.short(e.At)+" "+e.Note)
		}
		if f.Effect.Text != "" {
			text += "\neffect: " + effectText(f.Effect)
		}
		if f.Check.Say != "" {
			text += "\ncheck: " + f.Check.Say
		}
		fmt.Fprintf(&b, "::%s file=%s,line=%d,endLine=%d,%s,title=%s::%s\n", command(f), githubProperty(in.named(f.At.Path)),
			start.Line, end.Line, columns, githubProperty(f.Code), githubData(r.Text(text)))
	}
	return emit(w, r, b.String())
}

// command is the annotation's level: a hypothesis is never more than a notice.
func command(f analyzers.Finding) string {
	switch {
	case f.Certainty == analyzers.Hypothesis || f.Severity < analyzers.Warning:
		return "notice"
	case f.Severity == analyzers.Error:
		return "error"
	}
	return "warning"
}

func githubData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func githubProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
