// Package secret holds values that must never be printed. A Value can be
// compared, measured and described, but its String, Format and Marshal methods
// give only its state. The package knows nothing of where values come from.
package secret

import (
	"fmt"
	"strings"
	"unicode"
)

// Value is a text that may be secret. The zero Value is the empty text.
type Value struct{ text string }

// New wraps a text.
func New(text string) Value { return Value{text} }

// Expose returns the text. It is for computing with the value in memory (to
// compare, to sign, to parse a number) and never for output.
func (v Value) Expose() string { return v.text }

// Len returns the length in bytes.
func (v Value) Len() int { return len(v.text) }

// IsEmpty reports whether the text is empty.
func (v Value) IsEmpty() bool { return v.text == "" }

// Equal reports whether both texts are the same.
func (v Value) Equal(other Value) bool { return v.text == other.text }

// String describes the state of the value.
func (v Value) String() string {
	if v.text == "" {
		return "empty"
	}
	return fmt.Sprintf("set, %d characters", len([]rune(v.text)))
}

// Format implements fmt.Formatter, so that no verb prints the text.
func (v Value) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(v.String())) }

// MarshalText implements encoding.TextMarshaler with the state.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// GobEncode refuses: a secret does not go to disk.
func (v Value) GobEncode() ([]byte, error) {
	return nil, fmt.Errorf("a secret value cannot be encoded")
}

// Properties lists what is noteworthy about the text without giving it away,
// in a fixed order: "ends in a newline", "has an unescaped $", and so on.
func (v Value) Properties() []string {
	var out []string
	add := func(is bool, what string) {
		if is {
			out = append(out, what)
		}
	}
	t := v.text
	add(t != "" && strings.TrimSpace(t) == "", "is only white space")
	add(strings.HasSuffix(t, "\n"), "ends in a newline")
	add(!strings.HasSuffix(t, "\n") && t != strings.TrimSpace(t) && strings.TrimSpace(t) != "", "has white space at an end")
	add(len(t) >= 2 && (t[0] == '"' || t[0] == '\'') && t[len(t)-1] == t[0], "is wrapped in quotes")
	add(strings.Contains(t, "$"), "has a $")
	add(strings.Contains(t, `\n`) && strings.Contains(t, "-----BEGIN"), "has escaped newlines in a PEM block")
	add(t != "" && strings.Trim(t, "*") == "", "is only asterisks")
	add(v.IsPlaceholder(), "is a placeholder")
	add(strings.IndexFunc(t, func(r rune) bool { return r > unicode.MaxASCII }) >= 0, "has non-ASCII characters")
	return out
}

// placeholders are texts, lower-cased and without separators, that templates
// ship as a value to be replaced.
var placeholders = []string{
	"changeme", "changethis", "changeit", "changemeplease", "pleasechange", "replaceme", "replacethis", "yoursecretkey",
	"yoursecret", "yoursecrethere", "yoursecretkeyhere", "yourkeyhere", "secretkey", "mysecretkey", "mysecret",
	"supersecret", "supersecretkey", "topsecret", "todo", "fixme", "placeholder", "insecure", "notsecret", "notasecret",
	"devsecret", "devkey", "testsecret", "defaultsecret", "defaultkey", "secret", "password", "example",
}

// markers are words that show, inside a longer text, that it is meant to be replaced.
var markers = []string{
	"changeme", "changethis", "changeit", "change-me", "change_me", "change-this", "change_this", "change-in-production",
	"change_in_production", "please-change", "please_change", "replace-me", "replace_me", "replace-this", "replace_this",
	"your-secret", "your_secret", "yoursecret", "your-key", "your_key", "insecure", "placeholder", "do-not-use",
	"do_not_use", "not-for-production", "not_for_production", "dev-only", "dev_only", "development-only", "example-key",
	"default-key", "default-secret", "default_key", "default_secret", "dev-secret", "dev_secret",
}

// IsPlaceholder reports whether the text reads like one that a template ships to be replaced.
func (v Value) IsPlaceholder() bool {
	lower := strings.ToLower(strings.TrimSpace(v.text))
	if lower == "" {
		return false
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, lower)
	for _, p := range placeholders {
		if plain == p {
			return true
		}
	}
	for _, m := range markers {
		if strings.Contains(lower, m) {
			return true
		}
	}
	return (strings.HasPrefix(lower, "<") && strings.HasSuffix(lower, ">")) || strings.Trim(lower, "x") == ""
}
