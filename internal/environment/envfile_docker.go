package environment

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// ParseDockerEnvFile reads an env file as docker run --env-file does (docker/cli
// 28, pkg/kvfile), and compose with format: raw: everything behind "=" is the
// value, with its quotes, comments, dollars and trailing white space. An entry
// with Invalid set is the last one: docker then refuses the whole file.
func ParseDockerEnvFile(file *source.File) []Entry {
	var entries []Entry
	start := 0
	for number := 1; start < len(file.Text); number++ {
		end := len(file.Text)
		next := end
		if i := bytes.IndexByte(file.Text[start:], '\n'); i >= 0 {
			end, next = start+i, start+i+1
		}
		line := bytes.TrimSuffix(file.Text[start:end], []byte("\r"))
		at := start
		start = next
		if number == 1 && bytes.HasPrefix(line, []byte("\xef\xbb\xbf")) {
			line, at = line[3:], at+3
		}
		e, reason := dockerLine(line, at)
		if reason != "" {
			return append(entries, Entry{Span: source.Span{Start: at, End: at + len(line)}, Invalid: "docker refuses the file: " + reason})
		}
		if e.Key != "" {
			entries = append(entries, e)
		}
	}
	return entries
}

func dockerLine(line []byte, at int) (e Entry, reason string) {
	if !utf8.Valid(line) {
		return e, "a line is not UTF-8"
	}
	text := strings.TrimLeftFunc(string(line), unicode.IsSpace)
	at += len(line) - len(text)
	if text == "" || text[0] == '#' {
		return e, ""
	}
	key, value, has := strings.Cut(text, "=")
	if key == "" {
		return e, "a line has no name"
	}
	if strings.ContainsFunc(key, unicode.IsSpace) {
		return e, "a name contains white space"
	}
	e.Key, e.HasValue = key, has
	e.KeySpan = source.Span{Start: at, End: at + len(key)}
	e.Span = source.Span{Start: at, End: at + len(text)}
	e.ValueSpan = source.Span{Start: e.KeySpan.End, End: e.Span.End}
	if has {
		e.ValueSpan.Start++
	}
	e.Raw, e.Value = secret.New(value), secret.New(value)
	if i := strings.Index(value, " #"); i >= 0 {
		e.Comment = source.Span{Start: e.ValueSpan.Start + i + 1, End: e.ValueSpan.End}
	}
	return e, ""
}
