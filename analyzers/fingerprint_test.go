package analyzers_test

import (
	"testing"

	"bearings/analyzers"
	"bearings/internal/fixture"
	"bearings/internal/source"
)

func prints(t *testing.T, path source.Path, text, where string, subject string) []string {
	t.Helper()
	p := fixture.Analyse(map[source.Path]string{path: text})
	f := found(at(t, p, path, where))
	f.Subject = subject
	again := f
	again.Message = "and so"
	var out []string
	for _, f := range analyzers.Run(p, []*analyzers.Analyzer{reporting("rule-key", f, again)}).Findings {
		out = append(out, f.Fingerprint())
	}
	return out
}

// TestFingerprintOfOperations holds that another operation makes no new finding,
// and that findings which differ in nothing else are told apart by theirs.
func TestFingerprintOfOperations(t *testing.T) {
	run := func(operations ...[]string) (out []string) {
		p := fixture.Analyse(map[source.Path]string{"main.py": "KEY = 'one'\n"})
		var findings []analyzers.Finding
		for _, o := range operations {
			f := found(at(t, p, "main.py", "KEY = 'one'"))
			f.Operations, f.Message = o, o[0]
			findings = append(findings, f)
		}
		for _, f := range analyzers.Run(p, []*analyzers.Analyzer{reporting("rule-key", findings...)}).Findings {
			out = append(out, f.Fingerprint())
		}
		return out
	}
	if one, more := run([]string{"GET /a"}), run([]string{"GET /a", "GET /b"}); one[0] != more[0] {
		t.Error("one more operation makes it another finding")
	}
	both, other := run([]string{"GET /a"}, []string{"GET /b"}), run([]string{"GET /b"}, []string{"GET /c"})
	if len(both) != 2 || both[0] == both[1] || both[1] != other[0] || both[0] == other[1] {
		t.Errorf("%v and %v: GET /b is the same in both, and no other", both, other)
	}
}

func TestFingerprint(t *testing.T) {
	base := prints(t, "main.py", "KEY = 'one'\n", "KEY = 'one'", "KEY")
	if len(base) != 2 || base[0] == base[1] {
		t.Fatalf("%v, want two that differ", base)
	}
	same := func(name string, got []string, want bool) {
		if (got[0] == base[0]) != want {
			t.Errorf("%s: the same %t, want %t", name, got[0] == base[0], want)
		}
	}
	same("lines move", prints(t, "main.py", "import os\n\n\nKEY = 'one'\n", "KEY = 'one'", "KEY"), true)
	same("white space", prints(t, "main.py", "KEY =  'one'\n", "KEY =  'one'", "KEY"), true)
	same("another secret", prints(t, "main.py", "KEY = 'two and more'\n", "KEY = 'two and more'", "KEY"), true)
	same("another name", prints(t, "main.py", "KEYS = 'one'\n", "KEYS = 'one'", "KEY"), false)
	same("another subject", prints(t, "main.py", "KEY = 'one'\n", "KEY = 'one'", "OTHER"), false)
	same("another file", prints(t, "app.py", "KEY = 'one'\n", "KEY = 'one'", "KEY"), false)
	one, two := prints(t, ".env", "KEY=one\n", "one", ""), prints(t, ".env", "# new\nKEY=two\n", "two", "")
	if one[0] != two[0] {
		t.Error("the value of a variable is part of the fingerprint")
	}
}
