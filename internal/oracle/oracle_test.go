package oracle

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bearings/internal/testkit"
)

// script is the dumper, found from this package's folder.
func script(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../testdata/oracle/dump_app.py")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// interpreter returns a Python with that FastAPI. It is made where every test
// must run; elsewhere a missing one skips the test.
func interpreter(t *testing.T, version string) string {
	t.Helper()
	if !Ready("fastapi-"+version) && !testkit.All() {
		testkit.Skip(t, "no virtual environment with FastAPI "+version+"; "+testkit.AllVariable+"=1 makes it")
	}
	python, err := Python(t.Context(), version)
	if err != nil {
		testkit.Skip(t, "no virtual environment with FastAPI "+version+": "+err.Error())
	}
	return python
}

// conclude logs the table, appends it and the deviations to the files that
// BEARINGS_ORACLE_TABLE and BEARINGS_ORACLE_DEVIATIONS name, and holds the
// result against the bar.
func conclude(t *testing.T, title string, scores []Score, deviations []Deviation, bar Bar) {
	t.Helper()
	table := Table(scores)
	t.Logf("%s\n%s", title, table)
	var text strings.Builder
	for _, d := range deviations {
		text.WriteString(d.String() + "\n")
	}
	appendTo(t, "BEARINGS_ORACLE_TABLE", "### "+title+"\n\n"+table+"\n")
	appendTo(t, "BEARINGS_ORACLE_DEVIATIONS", text.String())
	total := Score{}
	for _, s := range scores {
		total.Add(s)
	}
	for _, complaint := range bar.Missed(total) {
		t.Error(complaint)
	}
	if t.Failed() {
		shown := 0
		for _, d := range deviations {
			if d.Silent() && shown < 10 {
				t.Log(d.String())
				shown++
			}
		}
	}
}

func appendTo(t *testing.T, variable, text string) {
	t.Helper()
	name := os.Getenv(variable)
	if name == "" {
		return
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// within bounds what a test spends on one import.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
