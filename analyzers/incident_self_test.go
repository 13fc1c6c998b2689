package analyzers_test

import (
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/fixture"
	"bearings/internal/source"
)

// TestIncidentScore holds the scoring itself against a made-up case.
func TestIncidentScore(t *testing.T) {
	const text = "one\ntwo\nthree\nfour\nfive\n"
	c := &incident{
		name: "family/case", codes: []string{"rule-key"}, Family: "family", Certainty: "confirmed",
		Findings: []incidentPlace{{File: "main.py", Line: 2, Text: "two"}},
		Related:  []incidentPlace{{File: "main.py", Line: 4, Text: "four"}},
		Also:     []incidentPlace{{File: "main.py", Line: 5, Text: "five"}},
	}
	p := fixture.Analyse(map[source.Path]string{"main.py": text})
	moved := fixture.Analyse(map[source.Path]string{"main.py": "new\n" + text})
	f := func(p *fastapi.Project, code, text string, evidence ...string) analyzers.Finding {
		f := found(at(t, p, "main.py", text))
		f.Code, f.Evidence = code, nil
		for _, e := range evidence {
			f.Evidence = append(f.Evidence, analyzers.Evidence{At: at(t, p, "main.py", e), Note: "so"})
		}
		return f
	}
	doubtful := f(p, "rule-key", "two")
	doubtful.Certainty = analyzers.Hypothesis
	for _, test := range []struct {
		name          string
		broken, fixed []analyzers.Finding
		want          string // the good answers
	}{
		{"nothing", nil, nil, "silent"},
		{"all", []analyzers.Finding{f(p, "rule-key", "two", "four")}, nil, "found certainty evidence silent"},
		{"no evidence", []analyzers.Finding{f(p, "rule-key", "two", "five")}, nil, "found certainty silent"},
		{"the evidence is all of the file", []analyzers.Finding{f(p, "rule-key", "two", text)}, nil, "found certainty silent"},
		{"in doubt", []analyzers.Finding{doubtful}, nil, "found silent"},
		{"the best of two", []analyzers.Finding{doubtful, f(p, "rule-key", "two", "four")}, nil, "found certainty evidence silent"},
		{"another line", []analyzers.Finding{f(p, "rule-key", "three", "four")}, nil, "silent"},
		{"another rule", []analyzers.Finding{f(p, "rule-other", "two", "four")}, nil, "silent"},
		{"still there", nil, []analyzers.Finding{f(p, "rule-key", "three")}, ""},
		{"another rule on the mended line", nil, []analyzers.Finding{f(p, "rule-other", "two")}, ""},
		{"another rule elsewhere", nil, []analyzers.Finding{f(p, "rule-other", "three")}, "silent"},
		{"an incidental weakness, moved", nil, []analyzers.Finding{f(moved, "rule-key", "five")}, "silent"},
	} {
		fixed := outcome{project: p, findings: test.fixed}
		if strings.Contains(test.name, "moved") {
			fixed.project = moved
		}
		var good []string
		for _, a := range c.scoreBroken(outcome{project: p, findings: test.broken}, fixed) {
			if a.good {
				good = append(good, string(a.measure))
			}
		}
		if got := strings.Join(good, " "); got != test.want {
			t.Errorf("%s: good at %q, want %q", test.name, got, test.want)
		}
	}
}

// TestIncidentScoreQuiet does the same for a sound project.
func TestIncidentScoreQuiet(t *testing.T) {
	p := fixture.Analyse(map[source.Path]string{"main.py": "one\ntwo\nthree\n"})
	c := &incident{
		Family: "quiet", Tempting: []incidentPlace{{File: "main.py", Line: 2, Text: "two"}},
		Also: []incidentPlace{{File: "main.py", Line: 3, Text: "three"}},
	}
	for _, test := range []struct {
		name, text string
		certainty  analyzers.Certainty
		want       bool
	}{
		{"a hypothesis elsewhere", "one", analyzers.Hypothesis, true},
		{"a confirmed one elsewhere", "one", analyzers.Confirmed, false},
		{"a hypothesis on the tempting line", "two", analyzers.Hypothesis, false},
		{"a confirmed incidental one", "three", analyzers.Confirmed, true},
	} {
		f := found(at(t, p, "main.py", test.text))
		f.Certainty = test.certainty
		if got := c.scoreQuiet(outcome{project: p, findings: []analyzers.Finding{f}}).good; got != test.want {
			t.Errorf("%s: quiet %t, want %t", test.name, got, test.want)
		}
	}
}
