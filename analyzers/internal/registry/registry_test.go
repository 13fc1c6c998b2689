package registry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGenerate(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"analyzers/analyzer.go": "package analyzers\n\ntype Family string\n\nconst (\n\tCORS Family = \"cors\"\n\tSecretKey Family = \"secret-key\"\n)\n",
		"analyzers/families.go": "package analyzers\n\nfunc Families() []Family { return []Family{SecretKey, CORS} }\n",
		"analyzers/one.go":      "package analyzers\n\nvar KeyShort = &Analyzer{Code: \"key-short\", Family: SecretKey, Severity: Warning}\n",
		"analyzers/two.go": "package analyzers\n\nvar (\n\tCORSWide = &Analyzer{\n\t\tCode: \"cors-wide\", Family: CORS, Severity: Error,\n\t}\n" +
			"\tother = &Other{Code: \"no-rule\"}\n)\n",
		"analyzers/two_test.go":               "package analyzers\n\nvar Fake = &Analyzer{Code: \"fake-rule\"}\n",
		"analyzers/rules/key-short/doc.md":    "# key-short\n\nA key is\nshort.\n\n## Example\n\n```python\nKEY = 1  # want: key-short confirmed\n# ok: key-short\n```\n",
		"analyzers/rules/index.md":            "## Not visible\n",
		"docs/rules/gone.md":                  generatedMark + " from somewhere -->\n",
		"docs/rules/by-hand.md":               "# By hand\n",
		"analyzers/rules/key-short/one.txtar": "",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := Generate(filepath.Join(root, "analyzers"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 3 {
		t.Errorf("%d files, want all.go, the index and one page", len(files))
	}
	for name, parts := range map[string][]string{
		"analyzers/all.go":        {"\t\tCORSWide,\n\t\tKeyShort,\n\t}"},
		"docs/rules.md":           {"## secret-key", "| [key-short](rules/key-short.md) | warning | A key is short. |", "## cors\n", "## Not visible"},
		"docs/rules/key-short.md": {"Family: secret-key.", "KEY = 1\n```\n"},
	} {
		text := string(files[name])
		for _, part := range parts {
			i := strings.Index(text, part)
			if i < 0 {
				t.Errorf("%s has no %q (in this order):\n%s", name, part, files[name])
				break
			}
			text = text[i:]
		}
	}
	if stale := StalePages(root, files); len(stale) != 1 || stale[0] != "docs/rules/gone.md" {
		t.Errorf("stale %v, want docs/rules/gone.md", stale)
	}
}
