package oracle

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bearings/internal/source"
	"bearings/internal/testkit"
)

// newest is the version for which most material is compared; old is one with
// eager includes.
const (
	newest = "0.165.0"
	old    = "0.115.0"
)

// incidentSettings are values for settings that some projects insist on. They
// decide nothing about what is built.
var incidentSettings = []string{"SECRET_KEY=only-for-the-import", "AUTH_KEY=only-for-the-import", "JWT_SECRET=only-for-the-import",
	"APP_KEY=only-for-the-import", "SHARED_PASSWORD=only-for-the-import"}

// Every incident's project, as FastAPI builds it; a fifth of them unless the whole
// material is asked for, because each is a process of its own.
func TestIncidents(t *testing.T) {
	total, all := Score{Project: "incident projects"}, []Deviation(nil)
	for i, tree := range incidentTrees(t) {
		if i%5 != 0 && !testkit.Whole() {
			continue
		}
		version := newest
		if strings.Contains(tree, "router-included-before-routes") {
			version = old
		}
		name, err := filepath.Rel("../../testdata/incidents", tree)
		if err != nil {
			t.Fatal(err)
		}
		score, deviations := compareFolder(t, name, tree, version, Import{Scan: []string{"."}, Env: incidentSettings, SysPath: folders(t, tree)}, nil, "")
		total.Add(score)
		all = append(all, deviations...)
	}
	conclude(t, "Incident projects", []Score{total}, all, aim)
}

// folders lists the folders directly below root.
func folders(t *testing.T, root string) []string {
	t.Helper()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, e.Name())
		}
	}
	return out
}

func incidentTrees(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, name := range []string{"broken", "fixed", "project"} {
		found, err := filepath.Glob("../../testdata/incidents/*/*/" + name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, found...)
	}
	if len(out) < 100 {
		t.Fatalf("only %d incident projects", len(out))
	}
	return out
}

// The examples of FastAPI's documentation, by version: the last with eager
// includes, with the newest where every test must run, or all of them.
func TestDocumentationExamples(t *testing.T) {
	var scores []Score
	var all []Deviation
	for _, version := range Versions {
		if version != old && !testkit.Whole() && (version != newest || !testkit.All()) {
			continue
		}
		interpreter(t, version)
		root, err := Examples(t.Context(), version)
		if err != nil {
			testkit.Skip(t, "no examples of FastAPI "+version+": "+err.Error())
		}
		score, deviations := compareFolder(t, "docs_src "+version, root, version, Import{Scan: []string{"docs_src"}, Env: []string{"ADMIN_EMAIL=a@example.com"}, StubRest: true}, []string{"docs_src"}, version)
		scores = append(scores, score)
		all = append(all, deviations...)
	}
	conclude(t, "Examples of FastAPI's documentation", scores, all, reachedExamples)
}

// compareFolder imports the applications of a folder and compares them with the
// model of the same files.
func compareFolder(t *testing.T, name, root, version string, what Import, only []string, pin string) (Score, []Deviation) {
	t.Helper()
	root, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	what.Python, what.Script, what.Root = interpreter(t, version), script(t), root
	what.SysPath = append(what.SysPath, ".")
	dump, err := what.Run(within(t, 5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := Load(root, only, pin)
	if err != nil {
		t.Fatal(err)
	}
	return compareMany(t, name, dump, tree)
}

func compareMany(t *testing.T, name string, dump *Dump, tree source.Tree) (Score, []Deviation) {
	t.Helper()
	many, err := dump.Many()
	if err != nil {
		t.Fatal(err)
	}
	models := Model(Link(tree, nil))
	total, all := Score{Project: name}, []Deviation(nil)
	for _, d := range many {
		if d.Error != "" {
			total.Unimported++
			if os.Getenv("BEARINGS_ORACLE_VERBOSE") != "" {
				t.Logf("%s: %s is not imported: %s", name, d.Module, d.Error)
			}
			continue
		}
		if len(d.Apps) == 0 {
			continue
		}
		score, deviations, err := CompareAll(name+": "+d.Module, d, models)
		if err != nil {
			t.Fatal(err)
		}
		total.Add(score)
		all = append(all, deviations...)
	}
	return total, all
}
