package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
)

// Options narrow what a run reports. The zero value reports all of the rules'
// findings about applications, and none about tests and examples.
type Options struct {
	// Known lists rules that exist but are not run, so that a suppression
	// comment that names one is not called unknown.
	Known []*Analyzer
	// Tests and Examples keep findings in the project's tests, and in
	// applications of documentation and examples folders.
	Tests, Examples bool
	// Public says which URL paths the project declares open by intent; nil: none.
	Public func(path string) bool
}

// Result is what the rules have to say about a project.
type Result struct {
	Findings   []Finding // sorted by file, line, column, code
	Suppressed int       // findings hidden by a comment
	Problems   []Problem // faults of the rules themselves
}

// Problem is a fault of a rule: it panicked, or reported a finding that breaks
// the contract. Only that rule's findings, or that finding, are lost.
type Problem struct {
	Code   string
	Reason string
}

// String returns the problem as one line.
func (p Problem) String() string { return "rule " + p.Code + ": " + p.Reason }

// Run runs the rules, in their order, over a project.
func Run(p *fastapi.Project, rules []*Analyzer) Result { return RunWith(p, rules, Options{}) }

// RunWith is Run with options. Its result is a function of its arguments alone.
func RunWith(p *fastapi.Project, rules []*Analyzer, options Options) Result {
	var result Result
	scope := newScope(p)
	comments := newSuppressions(p, rules, options.Known)
	seen := map[string]bool{}
	served := p // what most rules look at: an application of a test says nothing of the program
	if scope.real && !options.Tests {
		served = p.WithoutTests()
	}
	for _, rule := range rules {
		project := served
		if rule.Family == Testing || rule.Family == VersionUpgrade {
			project = p
		}
		found, problems := runRule(project, rule, options)
		result.Problems = append(result.Problems, problems...)
		if len(problems) > 0 {
			comments.spare(rule.Code)
		}
		for _, f := range found {
			if key := identity(f); seen[key] {
				continue
			} else {
				seen[key] = true
			}
			f = scope.ceiling(f, rule.Requires)
			f.apps = scope.about(f)
			hidden := comments.hide(f)
			switch {
			case !scope.shows(f, options):
			case hidden:
				result.Suppressed++
			default:
				result.Findings = append(result.Findings, f)
			}
		}
	}
	if runs(rules, SuppressionUnused.Code) {
		for _, f := range comments.unused() {
			if scope.shows(f, options) {
				result.Findings = append(result.Findings, f)
			}
		}
	}
	order(result.Findings)
	sign(p, result.Findings)
	return result
}

// runRule collects the valid findings of one rule. A panic loses them all, for
// what a broken rule found before it broke cannot be trusted either.
func runRule(p *fastapi.Project, rule *Analyzer, options Options) (found []Finding, problems []Problem) {
	defer func() {
		if reason := recover(); reason != nil {
			found = nil
			problems = []Problem{{rule.Code, fmt.Sprintf("panicked: %v (%s)", reason, panicSite())}}
		}
	}()
	pass := &Pass{Project: p, analyzer: rule, public: options.Public, report: func(f Finding) {
		kept, faults := checkFinding(p, f)
		for _, fault := range faults {
			problems = append(problems, Problem{rule.Code, fault})
		}
		if kept != nil {
			found = append(found, *kept)
		}
	}}
	rule.Run(pass)
	return found, problems
}

// identity tells findings apart: two reports that say the same about the same
// place and subject are one.
func identity(f Finding) string {
	return fmt.Sprintf("%s\x00%s\x00%d\x00%d\x00%s\x00%s", f.Code, f.At.Path, f.At.Span.Start, f.At.Span.End, f.Subject, f.Message)
}

// order sorts findings by file, place and code, and then by what they say, so
// that equal projects print equal reports.
func order(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		switch {
		case a.At.Path != b.At.Path:
			return strings.Compare(string(a.At.Path), string(b.At.Path))
		case a.At.Span.Start != b.At.Span.Start:
			return a.At.Span.Start - b.At.Span.Start
		case a.Code != b.Code:
			return strings.Compare(a.Code, b.Code)
		case a.At.Span.End != b.At.Span.End:
			return a.At.Span.End - b.At.Span.End
		}
		return strings.Compare(a.Subject+"\x00"+a.Message, b.Subject+"\x00"+b.Message)
	})
}

func runs(rules []*Analyzer, code string) bool {
	return slices.ContainsFunc(rules, func(a *Analyzer) bool { return a.Code == code })
}
