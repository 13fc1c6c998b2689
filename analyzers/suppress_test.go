package analyzers_test

import (
	"testing"

	"bearings/analyzers"
	"bearings/internal/fixture"
	"bearings/internal/source"
)

// TestSuppression asserts where a comment hides a finding that stands at "KEY".
func TestSuppression(t *testing.T) {
	for _, c := range []struct {
		name string
		path source.Path
		text string
		hide bool
	}{
		{"on the line", "main.py", "KEY = 1  # bearings: ignore[rule-key] a demo\n", true},
		{"above", "main.py", "# bearings: ignore[rule-key]\nKEY = 1\n", true},
		{"above, with another comment between", "main.py", "# bearings: ignore[rule-key] since\n# it is so\nKEY = 1\n", true},
		{"after another comment", "main.py", "KEY = 1  # noqa: S105 # bearings: ignore[rule-key]\n", true},
		{"among others", "main.py", "KEY = 1  # bearings: ignore[rule-other, rule-key]\n", true},
		{"in CRLF", "main.py", "# bearings: ignore[rule-key]\r\nKEY = 1\r\n", true},
		{"another rule", "main.py", "KEY = 1  # bearings: ignore[rule-other]\n", false},
		{"without a list", "main.py", "KEY = 1  # bearings: ignore\n", false},
		{"on the line before, behind code", "main.py", "a = 1  # bearings: ignore[rule-key]\nKEY = 1\n", false},
		{"in a string", "main.py", "a = '''\n# bearings: ignore[rule-key]\n'''; KEY = 1\n", false},
		{"in an env file, above", ".env", "# bearings: ignore[rule-key] throw-away\nKEY=1\n", true},
		{"in compose", "compose.yaml", "x:\n  KEY: 1 # bearings: ignore[rule-key]\n", true},
		{"in a Dockerfile", "Dockerfile", "# bearings: ignore[rule-key]\nENV KEY=1\n", true},
		{"inside a value", ".env", "KEY=1#bearings: ignore[rule-key]\n", false},
	} {
		p := fixture.Analyse(map[source.Path]string{c.path: c.text})
		rules := []*analyzers.Analyzer{reporting("rule-key", found(at(t, p, c.path, "KEY"))), reporting("rule-other")}
		got := analyzers.Run(p, rules)
		if (got.Suppressed == 1) != c.hide || (len(got.Findings) == 0) != c.hide {
			t.Errorf("%s: %d hidden and %d shown, want hidden: %t", c.name, got.Suppressed, len(got.Findings), c.hide)
		}
	}
}

// TestSuppressionSpeaksOfEveryLineOfTheFinding has a comment at the end of a call.
func TestSuppressionSpeaksOfEveryLineOfTheFinding(t *testing.T) {
	p := fixture.Analyse(map[source.Path]string{"main.py": "f(\n    1,\n)  # bearings: ignore[rule-call]\n"})
	got := analyzers.Run(p, []*analyzers.Analyzer{reporting("rule-call", found(at(t, p, "main.py", "f(\n    1,\n)")))})
	if got.Suppressed != 1 {
		t.Errorf("hidden %d, want 1", got.Suppressed)
	}
}

// TestSuppressionOfRulesThatDidNotRun keeps what cannot be judged from being called unused.
func TestSuppressionOfRulesThatDidNotRun(t *testing.T) {
	p := fixture.Analyse(map[source.Path]string{"main.py": "a = 1  # bearings: ignore[rule-off, rule-broken]\n"})
	broken := rule("rule-broken", func(*analyzers.Pass) { panic("broken") })
	off := reporting("rule-off")
	got := analyzers.RunWith(p, []*analyzers.Analyzer{broken, analyzers.SuppressionUnused}, analyzers.Options{Known: []*analyzers.Analyzer{off}})
	if len(got.Findings) != 0 {
		t.Errorf("found %v, want nothing", got.Findings)
	}
}
