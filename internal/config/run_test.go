package config

import (
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/fixture"
	"bearings/internal/source"
)

func TestRun(t *testing.T) {
	p := fixture.Analyse(map[source.Path]string{"app/main.py": "a = 1\n", "scripts/run.py": "a = 1\n"})
	for _, c := range []struct {
		name   string
		config Config
		want   string
	}{
		{"all", Config{}, "key-hardcoded error, token-url-unrouted warning, cors-inside-auth warning"},
		{"a family", Config{Select: []string{"secret-key"}}, "key-hardcoded error"},
		{"without one", Config{Ignore: []string{"key-hardcoded"}}, "token-url-unrouted warning, cors-inside-auth warning"},
		{"without one in some files", Config{PathIgnores: []PathIgnore{{"app/*", []string{"secret-key"}}}}, "token-url-unrouted warning, cors-inside-auth warning"},
		{"not in other files", Config{PathIgnores: []PathIgnore{{"app/*", []string{"cors-inside-auth"}}}}, "key-hardcoded error, token-url-unrouted warning, cors-inside-auth warning"},
		{"severities", Config{Severity: map[string]analyzers.Severity{"secret-key": analyzers.Hint, "cors-inside-auth": analyzers.Error}},
			"key-hardcoded hint, token-url-unrouted warning, cors-inside-auth error"},
	} {
		var got []string
		for _, f := range c.config.Run(p, ruleSet()).Findings {
			got = append(got, f.Code+" "+f.Severity.String())
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %s, want %s", c.name, strings.Join(got, ", "), c.want)
		}
	}
}
