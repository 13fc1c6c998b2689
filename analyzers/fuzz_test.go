package analyzers_test

import (
	"path"
	"path/filepath"
	"testing"

	"bearings/analyzers"
	"bearings/internal/fixture"
	"bearings/internal/source"
)

// FuzzCheck links and checks texts that began as modules of the incidents, with
// an env file beside them: whatever they hold, nothing panics and no rule fails.
//
//	go test ./analyzers -run '^$' -fuzz FuzzCheck -fuzztime 10m -fuzzminimizetime 1x
func FuzzCheck(f *testing.F) {
	for _, c := range incidents(f) {
		tree := "broken"
		if c.quiet() {
			tree = "project"
		}
		for name, text := range readTree(f, filepath.Join(incidentFolder, c.name, tree)) {
			if path.Ext(string(name)) == ".py" && len(text) < 4000 {
				f.Add(text, "SECRET_KEY=abc\n")
			}
		}
	}
	f.Fuzz(func(t *testing.T, module, env string) {
		p := fixture.Analyse(map[source.Path]string{"main.py": module, ".env": env, "Procfile": "web: uvicorn main:app --workers 2\n"})
		for _, problem := range analyzers.Run(p, analyzers.All()).Problems {
			t.Error(problem)
		}
	})
}
