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

// longestLine is the length, in bytes, of a first line above which a file is taken for a bundle.
const longestLine = 1000

// clients reads the client code of a tree, once.
type clients struct {
	p     *fastapi.Project
	read  bool
	files []*source.File
}

func (c *clients) list() []*source.File {
	if c.read {
		return c.files
	}
	c.read = true
	for _, path := range c.p.Tree.Paths() {
		if !clientFile(path) {
			continue
		}
		file, err := c.p.Tree.File(path)
		if err != nil || len(file.Text) > largestClient || file.Line(0).Len() > longestLine {
			continue
		}
		c.files = append(c.files, file)
	}
	return c.files
}

// status lists the places, at most three, where a client tests for a status.
func (c *clients) status(status string) (out []source.Location) {
	pattern := regexp.MustCompile(`\b(?:status|statusCode|status_code)\b\s*\)?\s*(?:===?|!==?)\s*` + status + `\b`)
	for _, file := range c.list() {
		if len(out) == 3 || !bytes.Contains(file.Text, []byte(status)) {
			continue
		}
		if at := pattern.FindIndex(file.Text); at != nil {
			out = append(out, source.Location{Path: file.Path, Span: source.Span{Start: at[0], End: at[1]}})
		}
	}
	return out
}
