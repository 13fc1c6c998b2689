package environment

import (
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// ParseSettingsIni reads the section [settings] of a file as python-decouple 3.8
// does by RepositoryIni, which is configparser: "=" or ":" ends a name, white
// space around a value goes, quotes stay, a line that begins with "#" or ";" is
// a comment. Names are compared without regard to case; they are kept as they are
// written. Values over several lines are cut to their first.
func ParseSettingsIni(file *source.File) []Entry {
	var out []Entry
	inside := false
	for n := range file.LineCount() {
		span := file.Line(n)
		whole := file.Slice(span)
		line := strings.TrimFunc(whole, isPythonSpace)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
			continue
		case line[0] == '[':
			inside = strings.TrimSuffix(line[1:], "]") == "settings"
			continue
		}
		at := strings.IndexAny(line, "=:")
		if !inside || at <= 0 || isPythonSpace(rune(whole[0])) {
			continue
		}
		start := span.Start
		e := Entry{Key: strings.TrimFunc(line[:at], isPythonSpace), HasValue: true, Span: source.Span{Start: start, End: start + len(line)}}
		e.KeySpan = source.Span{Start: start, End: start + len(e.Key)}
		value := strings.TrimFunc(line[at+1:], isPythonSpace)
		e.ValueSpan = source.Span{Start: e.Span.End - len(value), End: e.Span.End}
		e.Raw, e.Value = secret.New(value), secret.New(value)
		out = append(out, e)
	}
	return out
}
