package analyzers_test

import (
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/fixture"
	"bearings/internal/source"
)

// at returns the place of the first occurrence of a text in a file.
func at(t *testing.T, p *fastapi.Project, path source.Path, text string) source.Location {
	t.Helper()
	file, err := p.Tree.File(path)
	if err != nil {
		t.Fatal(err)
	}
	i := strings.Index(string(file.Text), text)
	if i < 0 {
		t.Fatalf("%s has no %q", path, text)
	}
	return source.Location{Path: path, Span: source.Span{Start: i, End: i + len(text)}}
}

// found returns a finding that keeps the contract.
func found(at source.Location) analyzers.Finding {
	return analyzers.Finding{
		At: at, Certainty: analyzers.Confirmed, Message: "this is so", Check: analyzers.Check{Say: "look"},
		Evidence: []analyzers.Evidence{{At: at, Note: "here"}},
	}
}

func rule(code string, run func(*analyzers.Pass)) *analyzers.Analyzer {
	return &analyzers.Analyzer{Code: code, Family: analyzers.SecretKey, Severity: analyzers.Warning, Run: run}
}

func reporting(code string, findings ...analyzers.Finding) *analyzers.Analyzer {
	return rule(code, func(p *analyzers.Pass) {
		for _, f := range findings {
			p.Report(f)
		}
	})
}

func codes(findings []analyzers.Finding) string {
	var out []string
	for _, f := range findings {
		out = append(out, f.Code)
	}
	return strings.Join(out, " ")
}

func TestRunLosesOnlyThePanickingRule(t *testing.T) {
	p := fixture.Analyse(map[source.Path]string{"main.py": "a = 1\n"})
	f := found(at(t, p, "main.py", "a"))
	broken := rule("rule-broken", func(pass *analyzers.Pass) {
		pass.Report(f)
		var none []int
		none[len(p.Apps)] = 1
	})
	got := analyzers.Run(p, []*analyzers.Analyzer{broken, reporting("rule-good", f)})
	if codes(got.Findings) != "rule-good" {
		t.Errorf("findings of %q, want only rule-good", codes(got.Findings))
	}
	if len(got.Problems) != 1 || got.Problems[0].Code != "rule-broken" || !strings.Contains(got.Problems[0].Reason, "run_test.go:") {
		t.Errorf("problems %v, want one of rule-broken that names the line", got.Problems)
	}
}

func TestRunRefusesFindingsThatBreakTheContract(t *testing.T) {
	p := fixture.Analyse(map[source.Path]string{"main.py": "a = 1\n"})
	here := at(t, p, "main.py", "a")
	for name, spoil := range map[string]func(*analyzers.Finding){
		"has no evidence":          func(f *analyzers.Finding) { f.Evidence = nil },
		"has no check":             func(f *analyzers.Finding) { f.Check.Say = "" },
		"says nothing":             func(f *analyzers.Finding) { f.Message = "" },
		"is nowhere":               func(f *analyzers.Finding) { f.At = source.Location{} },
		"lies outside":             func(f *analyzers.Finding) { f.At.Span.End = 99 },
		"without a place":          func(f *analyzers.Finding) { f.Evidence[0].Note = "" },
		"lies outside of its file": func(f *analyzers.Finding) { f.At.Path = "other.py" },
	} {
		f := found(here)
		spoil(&f)
		got := analyzers.Run(p, []*analyzers.Analyzer{reporting("rule-bad", f)})
		if len(got.Findings) != 0 || len(got.Problems) != 1 || !strings.Contains(got.Problems[0].Reason, name) {
			t.Errorf("%s: findings %v, problems %v", name, got.Findings, got.Problems)
		}
	}
}

func TestRunDropsAFixWhoseEditsOverlap(t *testing.T) {
	p := fixture.Analyse(map[source.Path]string{"main.py": "a = 1\n"})
	f := found(at(t, p, "main.py", "a"))
	edit := source.Edit{Span: source.Span{Start: 0, End: 3}}
	f.Fixes = []analyzers.Fix{
		{Title: "Do it twice", Edits: map[source.Path][]source.Edit{"main.py": {edit, edit}}},
		{Title: "Do it once", Edits: map[source.Path][]source.Edit{"main.py": {edit}}},
		{Title: "Think"},
	}
	got := analyzers.Run(p, []*analyzers.Analyzer{reporting("rule-fix", f)})
	if len(got.Findings) != 1 || len(got.Findings[0].Fixes) != 2 || len(got.Problems) != 1 {
		t.Errorf("findings %v, problems %v; want one finding with two fixes, and one problem", got.Findings, got.Problems)
	}
}

func TestRunSortsAndMergesEqualFindings(t *testing.T) {
	p := fixture.Analyse(map[source.Path]string{"a.py": "x = y = 1\n", "b.py": "x = 1\n"})
	x, y, b := found(at(t, p, "a.py", "x")), found(at(t, p, "a.py", "y")), found(at(t, p, "b.py", "x"))
	got := analyzers.Run(p, []*analyzers.Analyzer{reporting("rule-two", b, y, y, x), reporting("rule-one", y)})
	var places []string
	for _, f := range got.Findings {
		places = append(places, f.Code+" "+fixture.Place(p, f.At))
	}
	want := "rule-two a.py:1, rule-one a.py:1, rule-two a.py:1, rule-two b.py:1"
	if strings.Join(places, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(places, ", "), want)
	}
}

func TestRunKeepsTestsAndExamplesApart(t *testing.T) {
	texts := map[source.Path]string{
		"app/main.py": "key = 1\n", "tests/test_login.py": "key = 1\n", "conftest.py": "key = 1\n",
		"docs/demo.py": "key = 1\n", "app/tests_helper.py": "key = 1\n", "shop/testing/app.py": "key = 1\n",
	}
	p := fixture.Analyse(texts)
	p.Apps = []*fastapi.App{
		{Name: "app.main:app", At: at(t, p, "app/main.py", "key"), Role: fastapi.Application},
		{Name: "shop.testing.app:app", At: at(t, p, "shop/testing/app.py", "key"), Role: fastapi.Application},
	}
	var all []analyzers.Finding
	for path := range texts {
		all = append(all, found(at(t, p, path, "key")))
	}
	paths := func(options analyzers.Options, family analyzers.Family) string {
		r := reporting("rule-any", all...)
		r.Family = family
		var out []string
		for _, f := range analyzers.RunWith(p, []*analyzers.Analyzer{r}, options).Findings {
			out = append(out, string(f.At.Path))
		}
		return strings.Join(out, " ")
	}
	real := "app/main.py app/tests_helper.py"
	for _, c := range []struct {
		name, got, want string
	}{
		{"neither", paths(analyzers.Options{}, analyzers.SecretKey), real + " shop/testing/app.py"},
		{"tests", paths(analyzers.Options{Tests: true}, analyzers.SecretKey), real + " conftest.py shop/testing/app.py tests/test_login.py"},
		{"examples", paths(analyzers.Options{Examples: true}, analyzers.SecretKey), real + " docs/demo.py shop/testing/app.py"},
		{"a rule about tests", paths(analyzers.Options{}, analyzers.Testing), real + " conftest.py shop/testing/app.py tests/test_login.py"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
}
