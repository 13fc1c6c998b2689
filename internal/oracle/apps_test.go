package oracle

import (
	"strings"
	"testing"
	"time"

	"bearings/internal/testkit"
)

// Real applications, as they are published.
func TestApplications(t *testing.T) {
	var scores []Score
	var all []Deviation
	for _, app := range Applications {
		if !testkit.Whole() && (!app.Light || !testkit.All() && !app.Prepared()) {
			t.Logf("left out: %s; %s=1 fetches and compares it", app.Name, testkit.WholeVariable)
			continue
		}
		root, python, err := app.Prepare(t.Context())
		if err != nil {
			t.Error(err)
			continue
		}
		what := Import{Python: python, Script: script(t), Root: root, Apps: []string{app.App}, SysPath: []string{"."}, Stub: app.Stub, StubRest: app.StubRest}
		temp := t.TempDir()
		for _, e := range app.Env {
			what.Env = append(what.Env, strings.ReplaceAll(e, "{tmp}", temp))
		}
		dump, err := what.Run(within(t, 5*time.Minute))
		if err != nil {
			t.Error(err)
			continue
		}
		tree, err := Load(root, app.Only, app.FastAPI)
		if err != nil {
			t.Fatal(err)
		}
		score, deviations, err := CompareAll(app.Name, dump, Model(Link(tree, nil)))
		if err != nil {
			t.Fatal(err)
		}
		if dump.Meta.FastAPI != app.FastAPI {
			t.Errorf("%s was imported with FastAPI %s, not %s", app.Name, dump.Meta.FastAPI, app.FastAPI)
		}
		scores, all = append(scores, score), append(all, deviations...)
	}
	if len(scores) == 0 {
		testkit.Skip(t, "no application is in the cache")
	}
	conclude(t, "Real applications", scores, all, reachedApplications)
}
