package server

import (
	"strings"
	"testing"
)

func TestMoved(t *testing.T) {
	tests := []struct {
		before, now string // "|" is the cursor
		shift       int
		ok          bool
	}{
		{"a\nb\nc\n", "a\n|b\nc\n", 0, true},
		{"a\nb\nc\n", "a\nx\nb\n|c\n", 2, true},
		{"a\nb\nc\n", "|a\nx\nb\nc\n", 0, true},
		{"a\nb\nc\n", "a\nx|b\nc\n", 0, false},
		{"a\nb\nc\n", "a\n|\nc\n", 0, false},
		{"a\nb\nc\n", "a\n|c\n", -2, true},
		{"", "|", 0, true},
		{"", "|a", 0, false},
		{"a", "a|", 0, true},
		{"ab", "a|", 0, false},
		{"a\na\na\n", "a\na\na\n|a\n", 0, false}, // it cannot be told which line is new
	}
	for _, test := range tests {
		offset := strings.IndexByte(test.now, '|')
		shift, ok := moved([]byte(test.before), []byte(strings.Replace(test.now, "|", "", 1)), offset)
		if ok != test.ok || ok && shift != test.shift {
			t.Errorf("%q to %q: %d %v, want %d %v", test.before, test.now, shift, ok, test.shift, test.ok)
		}
	}
}
