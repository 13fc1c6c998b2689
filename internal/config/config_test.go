package config

import (
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/source"
)

func ruleSet() []*analyzers.Analyzer {
	return []*analyzers.Analyzer{
		{Code: "key-hardcoded", Family: analyzers.SecretKey, Severity: analyzers.Error, Run: find("app/main.py")},
		{Code: "cors-inside-auth", Family: analyzers.MiddlewareOrder, Severity: analyzers.Warning, Run: find("scripts/run.py")},
		{Code: "token-url-unrouted", Family: analyzers.OAuth2Scheme, Severity: analyzers.Warning, Run: find("app/main.py")},
	}
}

// find reports one finding at the beginning of a file.
func find(path source.Path) func(*analyzers.Pass) {
	return func(p *analyzers.Pass) {
		at := source.Location{Path: path, Span: source.Span{Start: 0, End: 1}}
		p.Report(analyzers.Finding{At: at, Message: "so", Evidence: []analyzers.Evidence{{At: at, Note: "here"}}, Check: analyzers.Check{Say: "look"}})
	}
}

func TestLoad(t *testing.T) {
	tree := source.NewMapTree(map[source.Path]string{"pyproject.toml": `
[project]
name = "shop"

[tool.bearings]
select = ["secret-key", "cors-inside-auth"]
ignore = ["key-hardcoded"]
entry-points = ["app.main:app"]
roots = ["./src/"]
exclude = ["legacy/**"]
public-paths = ["/health", "/auth/*"]
include-tests = true

[tool.bearings.per-path-ignores]
"scripts/*" = ["middleware-order"]

[tool.bearings.severity]
cors-inside-auth = "error"
`})
	c, err := Load(tree, ruleSet())
	if err != nil {
		t.Fatal(err)
	}
	var run []string
	for _, rule := range c.Rules(ruleSet()) {
		run = append(run, rule.Code)
	}
	if strings.Join(run, " ") != "cors-inside-auth" {
		t.Errorf("runs %v, want cors-inside-auth", run)
	}
	if c.File != "pyproject.toml" || c.EntryPoints[0] != "app.main:app" || c.Roots[0] != "src" || !c.IncludeTests || c.IncludeExamples ||
		c.Severity["cors-inside-auth"] != analyzers.Error {
		t.Errorf("got %+v", c)
	}
	for path, want := range map[string]bool{"/health": true, "/health/": true, "/auth/login": true, "/auth": false, "/auth/a/b": false, "/me": false} {
		if c.Public(path) != want {
			t.Errorf("public %s: %t, want %t", path, !want, want)
		}
	}
	if !c.Excluded("legacy/a/b.py") || c.Excluded("app/legacy.py") {
		t.Error("legacy/a/b.py is excluded, app/legacy.py is not")
	}
}

func TestLoadPrefersItsOwnFile(t *testing.T) {
	tree := source.NewMapTree(map[source.Path]string{
		"bearings.toml": "exclude = [\"a\"]\n", "pyproject.toml": "[tool.bearings]\nexclude = [\"b\"]\n",
	})
	c, err := Load(tree, nil)
	if err != nil || c.File != "bearings.toml" || c.Exclude[0] != "a" {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestLoadWithoutSettings(t *testing.T) {
	for name, text := range map[string]string{"no table": "[project]\nname = 'x'\n", "empty": ""} {
		c, err := Load(source.NewMapTree(map[source.Path]string{"pyproject.toml": text}), nil)
		if err != nil || c.File != "" {
			t.Errorf("%s: got %+v, %v", name, c, err)
		}
	}
}

func TestLoadNamesWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"exclud = []\n", `bearings.toml:1: there is no setting "exclud"; did you mean "exclude"?`},
		{"\npublic_paths = []\n", `bearings.toml:2: there is no setting "public_paths"; did you mean "public-paths"?`},
		{"zzz = 1\n", `bearings.toml:1: there is no setting "zzz"; there are entry-points, exclude, ignore, include-examples`},
		{"ignore = [\n  \"key-hardcode\",\n]\n", `bearings.toml:2: there is no rule or family "key-hardcode"; did you mean "key-hardcoded"?`},
		{"select = \"secret-key\"\n", `bearings.toml:1: select is a list of strings`},
		{"select = [1]\n", `bearings.toml:1: select is a list of strings`},
		{"[severity]\nkey-hardcoded = \"fatal\"\n", `there is no severity "fatal"; there are error, hint, information, warning`},
		{"[severity]\nkey-hardcoded = \"warnin\"\n", `bearings.toml:2: there is no severity "warnin"; did you mean "warning"?`},
		{"entry-points = [\"app.main\"]\n", `bearings.toml:1: "app.main" is no entry point`},
		{"roots = [\"../other\"]\n", `bearings.toml:1: "../other" lies outside of the project`},
		{"public-paths = [\"health\"]\n", `bearings.toml:1: "health" is no URL path`},
		{"include-tests = 1\n", `bearings.toml:1: include-tests is true or false`},
		{"ignore = [\n", `bearings.toml:`},
		{"per-path-ignores = []\n", `bearings.toml:1: per-path-ignores is a table`},
		{"[per-path-ignores]\n\"a/*\" = [\"cors\", \"no\"]\n", `bearings.toml:2: there is no rule or family "no"`},
	} {
		_, err := Load(source.NewMapTree(map[source.Path]string{"bearings.toml": c.text}), ruleSet())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
}

func TestMatchPath(t *testing.T) {
	for _, c := range []struct {
		pattern string
		path    source.Path
		want    bool
	}{
		{"legacy", "legacy/a.py", true},
		{"legacy", "src/legacy/a.py", true},
		{"/legacy", "src/legacy/a.py", false},
		{"src/legacy", "src/legacy/a/b.py", true},
		{"src/legacy/", "src/legacy.py", false},
		{"*.py", "a/b.py", true},
		{"a/*.py", "a/b/c.py", false},
		{"a/**/*.py", "a/b.py", true},
		{"a/**/c.py", "a/b/b/c.py", true},
		{"**/**/**/x", "a/a/a/a/y", false},
		{"a?c", "abc", true},
		{"*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
	} {
		if got := MatchPath(c.pattern, c.path); got != c.want {
			t.Errorf("%s of %s: %t, want %t", c.pattern, c.path, got, c.want)
		}
	}
}
