package analyzers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/fixture"
)

// measure is one of the questions that a case answers.
type measure string

// The measures, with the share of cases that must answer well in the end.
const (
	isFound   measure = "found"     // the primary fault, on its line, by a rule that may name it
	isCertain measure = "certainty" // as sure as the files allow
	isBecause measure = "evidence"  // each related line is named
	isSilent  measure = "silent"    // nothing of it in the mended project
	isQuiet   measure = "quiet"     // nothing tempting, and nothing confirmed, in a sound project
)

var goals = []struct {
	measure
	percent float64
}{{isFound, 97}, {isCertain, 97}, {isBecause, 95}, {isSilent, 100}, {isQuiet, 100}}

// answer is one question's answer for one case.
type answer struct {
	measure
	subject string // "" or the related line
	good    bool
	why     string // what was seen instead
}

// score asks a case all of its questions.
func (i *incident) score(t *testing.T) []answer {
	t.Helper()
	if i.quiet() {
		return []answer{i.scoreQuiet(i.analyse(t, "project"))}
	}
	return i.scoreBroken(i.analyse(t, "broken"), i.analyse(t, "fixed"))
}

// scoreBroken compares what was found in the two trees of a broken case.
func (i *incident) scoreBroken(broken, fixed outcome) []answer {
	primary, found := i.primary(broken)
	answers := []answer{{isFound, "", found, i.seenInstead(broken)}}
	certain := answer{isCertain, "", found && primary.Certainty.String() == i.Certainty, "the primary fault is not found"}
	if found {
		certain.why = fmt.Sprintf("certainty is %s, want %s:\n%s", primary.Certainty, i.Certainty, fixture.Describe(broken.project, primary))
	}
	answers = append(answers, certain)
	for _, place := range i.Related {
		a := answer{isBecause, fmt.Sprintf("%s:%d", place.File, place.Line), false, "the primary fault is not found"}
		if found {
			a.good = broken.names(primary, place)
			a.why = fmt.Sprintf("`%s` (%s) is not among the evidence of\n%s", place.Text, place.Note, fixture.Describe(broken.project, primary))
		}
		answers = append(answers, a)
	}
	return append(answers, i.scoreFixed(fixed))
}

// primary returns the finding on the primary line by a rule that may name it:
// the one of the right certainty and with the most related lines, if there are several.
func (i *incident) primary(o outcome) (best analyzers.Finding, found bool) {
	most := -1
	for _, f := range o.findings {
		if f.At.Path != i.Findings[0].File || o.line(f.At) != i.Findings[0].Line || !slices.Contains(i.codes, f.Code) {
			continue
		}
		points := 0
		if f.Certainty.String() == i.Certainty {
			points += 100
		}
		for _, place := range i.Related {
			if o.names(f, place) {
				points++
			}
		}
		if points > most {
			best, found, most = f, true, points
		}
	}
	return best, found
}

// names reports whether a finding stands on a place or has evidence there.
func (o outcome) names(f analyzers.Finding, place incidentPlace) bool {
	if o.on(f.At, place) {
		return true
	}
	return slices.ContainsFunc(f.Evidence, func(e analyzers.Evidence) bool { return o.on(e.At, place) })
}

// seenInstead tells what was found where the primary fault was not.
func (i *incident) seenInstead(o outcome) string {
	want := i.Findings[0]
	var b strings.Builder
	fmt.Fprintf(&b, "want %s:%d `%s` (%s) by %s\n", want.File, want.Line, want.Text, want.Note, strings.Join(i.codes, " or "))
	for _, near := range []struct {
		say  string
		does func(analyzers.Finding) bool
	}{
		{"by its rules, elsewhere", func(f analyzers.Finding) bool { return slices.Contains(i.codes, f.Code) }},
		{"on its line, by others", func(f analyzers.Finding) bool { return o.on(f.At, want) }},
	} {
		for _, f := range o.findings {
			if near.does(f) {
				fmt.Fprintf(&b, "    %s: %s %s: %s\n", near.say, fixture.Place(o.project, f.At), f.Code, f.Message)
			}
		}
	}
	for _, problem := range o.problems {
		fmt.Fprintf(&b, "    %s\n", problem)
	}
	return strings.TrimRight(b.String(), "\n")
}

// scoreFixed asks whether the mended project is silent about the fault: nothing
// by the case's rules, and nothing on the mended line.
func (i *incident) scoreFixed(o outcome) answer {
	var loud []string
	for _, f := range o.findings {
		if o.excused(f, i.Also) {
			continue
		}
		if slices.Contains(i.codes, f.Code) || o.on(f.At, i.Findings[0]) {
			loud = append(loud, fixture.Describe(o.project, f))
		}
	}
	return answer{isSilent, "", len(loud) == 0, "found in fixed/:\n" + strings.Join(loud, "\n")}
}

// scoreQuiet asks whether a sound project is left alone.
func (i *incident) scoreQuiet(o outcome) answer {
	var loud []string
	for _, f := range o.findings {
		tempting := slices.ContainsFunc(i.Tempting, func(place incidentPlace) bool { return o.on(f.At, place) })
		if (tempting || f.Certainty == analyzers.Confirmed) && !o.excused(f, i.Also) {
			loud = append(loud, fixture.Describe(o.project, f))
		}
	}
	return answer{isQuiet, "", len(loud) == 0, "trap: " + i.Trap + i.WhyQuiet + "\n" + strings.Join(loud, "\n")}
}
