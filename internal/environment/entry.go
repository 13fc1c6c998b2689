package environment

import (
	"bearings/internal/secret"
	"bearings/internal/source"
)

// Entry is one line, or one quoted group of lines, of an env file, as one of
// the three readers of such files sees it. Interpolation is a later step.
type Entry struct {
	Key     string
	KeySpan source.Span
	// Span covers the entry from its key to the end of its value.
	Span source.Span
	// ValueSpan covers what Raw holds; empty, behind the key, when there is no value.
	ValueSpan source.Span
	// Raw is the text behind "=" as it stands, quotes included and, for readers
	// that cut it off, without the inline comment.
	Raw secret.Value
	// Value is the text after the reader's rules for quotes, escapes and
	// comments, before interpolation.
	Value    secret.Value
	HasValue bool // false: the name alone, without "="
	Quote    byte // the quote character around the value, 0 when there is none
	// Comment covers an inline comment behind the value, with its "#". This
	// reader cuts it off, or (docker run --env-file) has it in the value.
	Comment source.Span
	// Invalid says why the reader does not understand the line; Key is then "".
	Invalid string
}

// Reference is one variable that an interpolated text refers to.
type Reference struct {
	Name string
	Span source.Span // within the text that was interpolated
	// Set: a file gave the variable a value, at From. Otherwise Default tells
	// whether the text has a default for it; if not, it became nothing.
	Set, Default bool
	From         source.Location
}
