package analyzers

import (
	"bytes"
	"regexp"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// clientFile reports whether a file may be the code of a client in another language.
func clientFile(path source.Path) bool {
	base := path.Base()
	if strings.Contains(base, ".min.") || inFolder(path, "node_modules", "dist", "build", "vendor", "static", ".venv", "site-packages") {
		return false
	}
	for _, ext := range []string{".js", ".ts", ".tsx", ".jsx", ".mjs", ".vue", ".svelte", ".dart", ".kt", ".swift"} {
		if strings.HasSuffix(base, ext) && !strings.HasSuffix(base, ".d.ts") && !strings.Contains(base, ".test.") && !strings.Contains(base, ".spec.") {
			return true
		}
	}
	return false
}

// largestClient is the size, in bytes, above which a file is taken for generated.
const largestClient = 400_000

// clientStatus lists the places, at most three, where a client in the tree tests for a status.
func clientStatus(p *fastapi.Project, status string) (out []source.Location) {
	pattern := regexp.MustCompile(`\b(?:status|statusCode|status_code)\b\s*\)?\s*(?:===?|!==?)\s*` + status + `\b`)
	for _, path := range p.Tree.Paths() {
		if !clientFile(path) || len(out) >= 3 {
			continue
		}
		file, err := p.Tree.File(path)
		if err != nil || len(file.Text) > largestClient {
			continue
		}
		if !bytes.Contains(file.Text, []byte(status)) {
			continue
		}
		if at := pattern.FindIndex(file.Text); at != nil {
			out = append(out, source.Location{Path: path, Span: source.Span{Start: at[0], End: at[1]}})
		}
	}
	return out
}
