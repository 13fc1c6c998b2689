package editors

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"bearings/internal/config"
)

// TestSchemaNamesEverySetting holds the schema of bearings.toml, which editors
// use to complete and check it, to the settings that are read.
func TestSchemaNamesEverySetting(t *testing.T) {
	text, err := os.ReadFile("vscode/schemas/bearings.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]struct{ Description string }
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(schema.Properties)), config.Keys(); !slices.Equal(got, want) {
		t.Errorf("the schema has the settings\n%q\nbearings reads\n%q", got, want)
	}
	for name, p := range schema.Properties {
		if p.Description == "" {
			t.Errorf("%s has no description", name)
		}
	}
}
