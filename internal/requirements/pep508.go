package requirements

import (
	"regexp"
	"strings"

	"bearings/internal/source"
)

// requirement is one PEP 508 requirement; spans are offsets in its text.
type requirement struct {
	name, spec   source.Span
	extras       []string
	marker, link string
}

var (
	namePattern   = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?`)
	extrasPattern = regexp.MustCompile(`^\s*\[([^\]]*)\]`)
	separators    = regexp.MustCompile(`[-_.]+`)
	wheelPattern  = regexp.MustCompile(`/[A-Za-z0-9_.]+-([^-/]+)-[^/]*\.whl(?:[#?]|$)`)
)

// Normalise returns a package name by PEP 503.
func Normalise(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}

// parseRequirement reads a PEP 508 requirement without comments or options.
func parseRequirement(text string) (requirement, bool) {
	at := len(text) - len(strings.TrimLeft(text, " \t"))
	name := namePattern.FindString(text[at:])
	if name == "" {
		return requirement{}, false
	}
	r := requirement{name: source.Span{Start: at, End: at + len(name)}}
	at = r.name.End
	if m := extrasPattern.FindStringSubmatch(text[at:]); m != nil {
		for extra := range strings.SplitSeq(m[1], ",") {
			if extra = Normalise(strings.TrimSpace(extra)); extra != "" {
				r.extras = append(r.extras, extra)
			}
		}
		at += len(m[0])
	}
	rest := text[at:]
	if trimmed := strings.TrimSpace(rest); strings.HasPrefix(trimmed, "@") {
		link := strings.TrimSpace(trimmed[1:])
		link, r.marker, _ = strings.Cut(link, " ;")
		r.link, r.marker = strings.TrimSpace(link), strings.TrimSpace(r.marker)
		start := at + strings.Index(rest, r.link)
		r.spec = source.Span{Start: start, End: start + len(r.link)}
		return r, r.link != ""
	}
	spec, marker, _ := strings.Cut(rest, ";")
	r.marker = strings.TrimSpace(marker)
	trimmed := strings.TrimSpace(spec)
	if trimmed != "" && !strings.ContainsAny(trimmed[:1], "=<>!~(") {
		return requirement{}, false
	}
	start := at + strings.Index(spec, trimmed)
	r.spec = source.Span{Start: start, End: start + len(trimmed)}
	return r, true
}

// versionSpan narrows a specifier to its version when it is a single exact one.
func versionSpan(spec string, span source.Span) source.Span {
	if strings.Contains(spec, ",") {
		return span
	}
	plain := strings.TrimLeft(spec, "= ")
	if plain == spec || strings.ContainsAny(plain, "<>!~*()") {
		return span
	}
	return source.Span{Start: span.Start + len(spec) - len(plain), End: span.End}
}
