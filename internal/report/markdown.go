package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"bearings/analyzers"
)

// Markdown writes findings for an issue, a pull request or a colleague.
func Markdown(w io.Writer, in *Findings) error {
	p, r := newPlaces(in.Project), NewRedactor(in.Project)
	body := &card{project: in.Project, places: p, redactor: r}
	var b strings.Builder
	confirmed, hypotheses := tally(in.Findings)
	fmt.Fprintf(&b, "# bearings\n\n%d confirmed, %s. Read %s, %d of them Python; %s.\n", confirmed, count(hypotheses, "hypothesis", "hypotheses"),
		count(in.Stats.Files, "file", "files"), in.Stats.Parsed, count(in.Stats.Operations, "path operation", "path operations"))
	var family analyzers.Family
	for _, f := range isolated(in.Findings) {
		if f.Family != family {
			family = f.Family
			fmt.Fprintf(&b, "\n## %s\n", strings.TrimSuffix(string(family)+": "+question(family), ": "))
		}
		fmt.Fprintf(&b, "\n### %s\n\n", escapeMarkdown(f.Message))
		b.WriteString(body.findingBody(f))
	}
	if gaps := allGaps(in.Project); len(gaps) > 0 {
		b.WriteString("\n## Could not be resolved\n\n")
		for _, g := range gaps {
			fmt.Fprintf(&b, "- %s %s\n", code(p.short(g.At)), escapeMarkdown(g.Reason))
		}
	}
	return emit(w, r, b.String())
}

// findingBody is a finding below its title.
func (c *card) findingBody(f analyzers.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s, %s** · %s · %s\n\n", f.Severity, f.Certainty, code(f.Code), c.at(f.At))
	if e, ok := c.redactor.excerptAt(c.places, f.At, 120); ok && e.text != "" {
		fmt.Fprintf(&b, "```text\n%5d │ %s\n      │ %s\n```\n\n", e.number, strings.ReplaceAll(e.text, "```", "'''"), e.carets())
	}
	for _, e := range f.Evidence {
		fmt.Fprintf(&b, "- because %s\n", strings.TrimSpace(c.at(e.At)+" "+escapeMarkdown(e.Note)))
	}
	if f.Effect.Text != "" {
		fmt.Fprintf(&b, "- effect: %s\n", escapeMarkdown(effectText(f.Effect)))
	}
	for _, a := range f.Assumes {
		fmt.Fprintf(&b, "- assumes: %s\n", escapeMarkdown(a))
	}
	for _, g := range f.Gaps {
		fmt.Fprintf(&b, "- could not be resolved: %s %s\n", c.at(g.At), escapeMarkdown(g.Reason))
	}
	if f.Check.Say != "" {
		fmt.Fprintf(&b, "- check: %s\n", escapeMarkdown(f.Check.Say))
	}
	for _, fix := range f.Fixes {
		fmt.Fprintf(&b, "- fix: %s\n", escapeMarkdown(fixText(fix)))
	}
	if f.Check.Run != "" {
		fmt.Fprintf(&b, "\n```sh\n%s\n```\n", strings.ReplaceAll(strings.TrimSpace(f.Check.Run), "```", "'''"))
	}
	return b.String()
}

// EscapeMarkdown keeps a text from being read as markup, HTML or a link.
func EscapeMarkdown(s string) string { return escapeMarkdown(s) }

// escapeMarkdown keeps a text from being read as markup, HTML or a link. It is also
// read as it stands, in terminals and mails: underscores within a word, which
// CommonMark takes for what they are, stay alone.
func escapeMarkdown(s string) string {
	var b strings.Builder
	text := []rune(clean(s))
	for i, ch := range text {
		if strings.ContainsRune("\\`*_[]<>#|~!&", ch) && !(ch == '_' && withinWord(text, i)) && !(ch == '!' && (i+1 == len(text) || text[i+1] != '[')) {
			b.WriteByte('\\')
		}
		b.WriteRune(ch)
	}
	return b.String()
}

// withinWord reports whether the underscores around an index stand between letters or digits.
func withinWord(text []rune, i int) bool {
	before, after := i, i
	for before > 0 && text[before] == '_' {
		before--
	}
	for after < len(text)-1 && text[after] == '_' {
		after++
	}
	isWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return isWord(text[before]) && isWord(text[after])
}

// code writes a text as inline code, whatever it holds.
func code(s string) string {
	s = clean(s)
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}
