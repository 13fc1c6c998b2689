package analyzers

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// SuppressionUnused reports a comment that hides nothing. It is the driver's
// own: what a comment hides is known only when all rules have run.
var SuppressionUnused = &Analyzer{
	Code: "suppression-unused", Family: Housekeeping, Severity: Information,
	Run: func(*Pass) {},
}

// suppression is one comment "# bearings: ignore[code, code] reason".
type suppression struct {
	at     source.Location // the comment from its "#"
	entry  source.Span     // what goes when the comment goes
	line   int             // zero-based: the line that it speaks of
	codes  []string
	used   map[string]bool
	malign bool // no list of codes
}

// suppressions are the comments of a project, by file.
type suppressions struct {
	project *fastapi.Project
	byFile  map[source.Path][]*suppression
	known   map[string]bool // codes that exist
	judged  map[string]bool // codes whose rules ran to their end
}

// comment matches a suppression within a comment's text.
var comment = regexp.MustCompile(`#\s*bearings:\s*ignore\b(?:\s*\[([^\]\n]*)\])?[^#\n]*`)

func newSuppressions(p *fastapi.Project, rules, others []*Analyzer) *suppressions {
	s := &suppressions{
		project: p, byFile: map[source.Path][]*suppression{}, known: map[string]bool{}, judged: map[string]bool{},
	}
	for _, rule := range slices.Concat(rules, others, All()) {
		s.known[rule.Code] = true
	}
	for _, rule := range rules {
		s.judged[rule.Code] = true
	}
	for _, path := range p.Tree.Paths() {
		if !mayCarryComments(path) {
			continue
		}
		file, err := p.Tree.File(path)
		if err != nil || !bytes.Contains(file.Text, []byte("bearings:")) {
			continue
		}
		for _, span := range commentsOf(p, file) {
			s.read(file, span)
		}
	}
	return s
}

// read keeps the suppressions that a comment holds. A comment that has its line
// for itself speaks of the next line that is no comment, any other of its own.
func (s *suppressions) read(file *source.File, span source.Span) {
	text := file.Slice(span)
	for _, m := range comment.FindAllStringSubmatchIndex(text, -1) {
		at := source.Span{Start: span.Start + m[0], End: span.Start + len(strings.TrimRight(text[:m[1]], " \t\r"))}
		found := &suppression{
			at: source.Location{Path: file.Path, Span: at}, entry: removal(file, at),
			line: spokenOf(file, at.Start), used: map[string]bool{}, malign: m[2] < 0,
		}
		if m[2] >= 0 {
			for code := range strings.SplitSeq(text[m[2]:m[3]], ",") {
				if code = strings.TrimSpace(code); code != "" {
					found.codes = append(found.codes, code)
				}
			}
		}
		s.byFile[file.Path] = append(s.byFile[file.Path], found)
	}
}

// hide reports whether a comment hides the finding: one that speaks of a line of
// the finding's own text.
func (s *suppressions) hide(f Finding) bool {
	file, err := s.project.Tree.File(f.At.Path)
	if err != nil {
		return false
	}
	first, last := file.LineOf(f.At.Span.Start), file.LineOf(max(f.At.Span.Start, f.At.Span.End-1))
	hidden := false
	for _, c := range s.byFile[f.At.Path] {
		if first <= c.line && c.line <= last && slices.Contains(c.codes, f.Code) {
			c.used[f.Code] = true
			hidden = true
		}
	}
	return hidden
}

// spare keeps the comments about a rule that failed from being called unused.
func (s *suppressions) spare(code string) { delete(s.judged, code) }

// unused returns the findings about comments that hide nothing.
func (s *suppressions) unused() (out []Finding) {
	for _, path := range s.project.Tree.Paths() {
		for _, c := range s.byFile[path] {
			out = append(out, s.complaints(c)...)
		}
	}
	return out
}

func (s *suppressions) complaints(c *suppression) (out []Finding) {
	if c.malign || len(c.codes) == 0 {
		return []Finding{s.finding(c, "", "this comment names no rule and hides nothing", "write ignore[code] with the code of the rule")}
	}
	for i, code := range c.codes {
		switch {
		case slices.Contains(c.codes[:i], code):
		case !s.known[code]:
			message := fmt.Sprintf("there is no rule %q to ignore", code)
			if near := Nearest(code, s.names()); near != "" {
				message += fmt.Sprintf("; the nearest name is %q", near)
			}
			out = append(out, s.finding(c, code, message, "no rule has this code"))
		case s.judged[code] && !c.used[code]:
			out = append(out, s.finding(c, code, fmt.Sprintf("nothing on this line is hidden by ignoring %q", code),
				"the rule "+code+" finds nothing on the line that this comment speaks of"))
		}
	}
	return out
}

func (s *suppressions) finding(c *suppression, code, message, because string) Finding {
	kept := slices.DeleteFunc(slices.Clone(c.codes), func(other string) bool { return other == code })
	edit, title := source.Edit{Span: c.entry}, "Remove the comment"
	if len(kept) > 0 {
		edit, title = s.without(c, kept), "Remove "+code+" from the comment"
	}
	return Finding{
		Code: SuppressionUnused.Code, Family: Housekeeping, Severity: SuppressionUnused.Severity, Certainty: Confirmed,
		At: c.at, Message: message, Subject: code,
		Effect:   Effect{Certainty: Confirmed, Text: "none on a request; a finding that appears here later would be hidden unseen"},
		Evidence: []Evidence{{At: c.at, Note: because}},
		Check:    Check{Say: "Remove the comment and run the check again: the same findings are shown"},
		Fixes:    []Fix{{Title: title, Safe: true, Edits: map[source.Path][]source.Edit{c.at.Path: {edit}}}},
	}
}
