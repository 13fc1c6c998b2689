package oracle

import (
	"os"
	"strings"
	"testing"
)

// A folder of one's own: BEARINGS_ORACLE_FOLDER names it, and
// BEARINGS_ORACLE_VERSION the FastAPI version. Every module that makes an
// application is imported and compared, or those that BEARINGS_ORACLE_APPS lists
// ("package.module:app", "package.module:factory()", separated by spaces).
func TestFolder(t *testing.T) {
	folder := os.Getenv("BEARINGS_ORACLE_FOLDER")
	if folder == "" {
		t.SkipNow() // nothing is left out: the test is a tool
	}
	version := os.Getenv("BEARINGS_ORACLE_VERSION")
	if version == "" {
		version = newest
	}
	what := Import{Batch: strings.Fields(os.Getenv("BEARINGS_ORACLE_APPS")), StubRest: true}
	if len(what.Batch) == 0 {
		what.Scan = []string{"."}
	}
	score, deviations := compareFolder(t, "folder", folder, version, what, nil, version)
	for _, d := range deviations {
		t.Log(d.String())
	}
	conclude(t, folder, []Score{score}, deviations, aim)
}
