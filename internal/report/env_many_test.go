package report_test

import (
	"fmt"
	"strings"
	"testing"

	"bearings/internal/fixture"
	"bearings/internal/report"
	"bearings/internal/source"
)

// TestEnvOfManySettings holds that settings with nothing to compare take one line each where there are many, and that none is lost.
func TestEnvOfManySettings(t *testing.T) {
	var text strings.Builder
	text.WriteString("import os\nfrom fastapi import FastAPI\napp = FastAPI()\nSECRET_KEY = os.getenv('SECRET_KEY')\n")
	for i := range 25 {
		fmt.Fprintf(&text, "OPTION_%02d = os.getenv('OPTION_%02d', 'x')\n", i, i)
	}
	p := fixture.Analyse(map[source.Path]string{"main.py": text.String()})
	var out strings.Builder
	if err := report.Env(&out, p, p.Keys, report.Style{}); err != nil {
		t.Fatal(err)
	}
	for i := range 25 {
		if name := fmt.Sprintf("  OPTION_%02d  local default", i); strings.Count(out.String(), name) != 1 {
			t.Fatalf("no one line for %q:\n%s", name, out.String())
		}
	}
	if lines := strings.Count(out.String(), "\n"); lines > 40 || !strings.HasPrefix(out.String(), "SECRET_KEY  main.py:4") {
		t.Errorf("%d lines, which begin with %.40q", lines, out.String())
	}
}
