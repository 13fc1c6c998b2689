package environment

import (
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// ParsePlainEnv reads an env file as starlette.config.Config (Starlette 1.10)
// and python-decouple 3.8 both do: line by line, the text behind the first "="
// without white space around it and without one pair of equal quotes. They know
// no export, no comment behind a value, no escapes and no interpolation.
// Starlette below 0.47 or so takes any number of quotes of either kind away.
// Files that are not UTF-8 stop both readers; the caller must look for that.
func ParsePlainEnv(file *source.File) []Entry {
	var out []Entry
	for n := range file.LineCount() {
		span := file.Line(n)
		line := strings.TrimFunc(file.Slice(span), isPythonSpace)
		name, value, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		start := span.Start + strings.Index(file.Slice(span), line)
		e := Entry{Key: strings.TrimFunc(name, isPythonSpace), HasValue: true, Span: source.Span{Start: start, End: start + len(line)}}
		e.KeySpan = source.Span{Start: start, End: start + len(e.Key)}
		trimmed := strings.TrimFunc(value, isPythonSpace)
		e.ValueSpan = source.Span{Start: e.Span.End - len(trimmed), End: e.Span.End}
		e.Raw, e.Value = secret.New(trimmed), secret.New(trimmed)
		if len(trimmed) >= 2 && (trimmed[0] == '"' || trimmed[0] == '\'') && trimmed[0] == trimmed[len(trimmed)-1] {
			e.Quote, e.Value = trimmed[0], secret.New(trimmed[1:len(trimmed)-1])
		} else if i := strings.Index(trimmed, " #"); i >= 0 {
			e.Comment = source.Span{Start: e.ValueSpan.Start + i + 1, End: e.Span.End}
		}
		out = append(out, e)
	}
	return out
}
