package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"bearings/analyzers"
)

type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr" redact:"no"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr" redact:"no"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr" redact:"no"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr" redact:"no"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr,omitempty" redact:"no"`
		Line    int           `xml:"line,attr,omitempty"`
		Failure *junitFailure `xml:"failure"`
		Skipped *junitSkipped `xml:"skipped"`
	}
	junitFailure struct {
		Type    string `xml:"type,attr" redact:"no"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

// JUnit writes findings as JUnit XML, one suite for each project. A confirmed
// finding is a failed test; a hypothesis is a skipped one, since nothing has
// failed yet; a project without findings is one test that passed.
func JUnit(w io.Writer, projects ...*Findings) error {
	doc := junitSuites{Name: "bearings"}
	for _, in := range projects {
		suite := junitSuiteOf(in)
		NewRedactor(in.Project).Struct(&suite)
		doc.Tests += suite.Tests
		doc.Failures += suite.Failures
		doc.Suites = append(doc.Suites, suite)
	}
	text, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	if _, err := fmt.Fprintf(w, "%s%s\n", xml.Header, text); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func junitSuiteOf(in *Findings) junitSuite {
	p := newPlaces(in.Project)
	suite := junitSuite{Name: "bearings", Time: fmt.Sprintf("%.3f", float64(in.Stats.Milliseconds)/1000)}
	if in.Base != "" {
		suite.Name = in.Base
	}
	for _, f := range isolated(in.Findings) {
		place := p.full(f.At)
		c := junitCase{Class: string(f.Family), Name: f.Code + " at " + place, File: in.named(f.At.Path), Line: p.line(f.At)}
		if f.Certainty == analyzers.Confirmed {
			c.Failure = &junitFailure{Type: f.Severity.String(), Message: f.Message, Text: plainFinding(p, f)}
			suite.Failures++
		} else {
			c.Skipped = &junitSkipped{Message: "hypothesis: " + f.Message}
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, c)
	}
	if len(suite.Cases) == 0 {
		suite.Cases = append(suite.Cases, junitCase{Class: "bearings", Name: "no findings"})
	}
	suite.Tests = len(suite.Cases)
	return suite
}

// plainFinding is a finding in a few lines without source text.
func plainFinding(p *places, f analyzers.Finding) string {
	lines := []string{p.full(f.At) + " " + f.Message}
	for _, e := range f.Evidence {
		lines = append(lines, "because "+strings.TrimSpace(p.short(e.At)+" "+e.Note))
	}
	if f.Effect.Text != "" {
		lines = append(lines, "effect: "+effectText(f.Effect))
	}
	for _, g := range f.Gaps {
		lines = append(lines, "could not be resolved: "+strings.TrimSpace(p.short(g.At)+" "+g.Reason))
	}
	if f.Check.Say != "" {
		lines = append(lines, "check: "+strings.TrimSpace(f.Check.Say+"\n"+f.Check.Run))
	}
	for _, fix := range f.Fixes {
		lines = append(lines, "fix: "+fixText(fix))
	}
	return strings.Join(lines, "\n")
}
