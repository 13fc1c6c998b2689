package baseline

import (
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/source"
)

func found(code string, path source.Path, subject string) analyzers.Finding {
	return analyzers.Finding{Code: code, At: source.Location{Path: path}, Subject: subject}
}

func TestSplit(t *testing.T) {
	old, mended, fresh := found("key-empty", "b.py", "KEY"), found("key-empty", "a.py", "KEY"), found("key-short", "b.py", "KEY")
	text := Of([]analyzers.Finding{old, mended}).Format()
	b, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	newer, known, gone := b.Split([]analyzers.Finding{old, fresh})
	if len(newer) != 1 || newer[0].Code != "key-short" || len(known) != 1 || known[0].At.Path != "b.py" || len(gone) != 1 || gone[0].File != "a.py" {
		t.Errorf("new %v, known %v, gone %v", newer, known, gone)
	}
	if again := Of([]analyzers.Finding{mended, old}).Format(); string(again) != string(text) {
		t.Errorf("the order of findings shows:\n%s\n%s", text, again)
	}
}

func TestParseRefusesWhatIsNoBaseline(t *testing.T) {
	for text, want := range map[string]string{
		`{"schema": "bearings.baseline/9"}`: "its schema is",
		`{}`:                                "its schema is",
		`[`:                                 "read the baseline",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
