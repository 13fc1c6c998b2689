package analyzers

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// checkFinding holds a finding against the contract: a place in a file of the
// project, a sentence, evidence, and a way to check. It returns nil for one that
// breaks it. A fix whose edits cannot be applied is dropped, and the finding kept.
func checkFinding(p *fastapi.Project, f Finding) (kept *Finding, faults []string) {
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Sprintf("a finding at %s ", placeOf(p, f.At))+fmt.Sprintf(format, args...))
	}
	switch {
	case f.At.IsZero():
		fault("is nowhere")
	case !within(p, f.At):
		fault("lies outside of its file")
	case f.Message == "":
		fault("says nothing")
	case len(f.Evidence) == 0:
		fault("has no evidence: %s", f.Message)
	case f.Check.Say == "":
		fault("has no check: %s", f.Message)
	}
	for _, e := range f.Evidence {
		if e.At.IsZero() || !within(p, e.At) || e.Note == "" {
			fault("has evidence without a place or a note: %q", e.Note)
			break
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	f.Fixes = slices.Clone(f.Fixes)
	f.Fixes = slices.DeleteFunc(f.Fixes, func(fix Fix) bool {
		if err := checkFix(p, fix); err != nil {
			fault("has a fix %q that cannot be applied: %v", fix.Title, err)
			return true
		}
		return false
	})
	return &f, faults
}

// checkFix reports why a fix cannot be applied; a hint, which has no edits, always can.
func checkFix(p *fastapi.Project, fix Fix) error {
	if fix.Title == "" {
		return errors.New("it has no title")
	}
	for path, edits := range fix.Edits {
		if len(edits) == 0 {
			return fmt.Errorf("no edits of %s", path)
		}
		file, err := p.Tree.File(path)
		if err != nil {
			return err
		}
		if _, err := source.Apply(file.Text, edits); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func within(p *fastapi.Project, at source.Location) bool {
	file, err := p.Tree.File(at.Path)
	return err == nil && 0 <= at.Span.Start && at.Span.Start <= at.Span.End && at.Span.End <= len(file.Text)
}

// placeOf names a location as people do, "app/main.py:12".
func placeOf(p *fastapi.Project, at source.Location) string {
	file, err := p.Tree.File(at.Path)
	if err != nil {
		return string(at.Path)
	}
	return fmt.Sprintf("%s:%d", at.Path, file.LineNumber(at.Span.Start))
}

// panicSite names the line of a rule that panicked, as "file.go:12".
func panicSite() string {
	var callers [32]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", frame.File[strings.LastIndexByte(frame.File, '/')+1:], frame.Line)
		}
		if !more {
			return "unknown place"
		}
	}
}

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+$`)

// Validate reports what is wrong with a set of rules: a code that is malformed
// or taken, a rule without a family, a Run function or a page, a page without its headings.
func Validate(rules []*Analyzer) error {
	var errs []error
	taken := map[string]bool{}
	for _, rule := range rules {
		wrong := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("rule %q "+format, append([]any{rule.Code}, args...)...))
		}
		if !codeForm.MatchString(rule.Code) {
			wrong("has a malformed code; write lower-case words with hyphens")
		}
		if taken[rule.Code] {
			wrong("is there twice")
		}
		taken[rule.Code] = true
		if !slices.Contains(Families(), rule.Family) {
			wrong("is of no known family: %q", rule.Family)
		}
		if rule.Run == nil {
			wrong("has no Run function")
		}
		page, ok := Page(rule.Code)
		if !ok {
			wrong("has no page; write analyzers/rules/%s/doc.md", rule.Code)
			continue
		}
		for _, complaint := range checkPage(rule.Code, page) {
			wrong("%s", complaint)
		}
	}
	return errors.Join(errs...)
}
