package fastapi

import (
	"regexp"
	"slices"
	"strings"
)

// Shadows reports whether every request for b's path would be matched by a,
// which is registered before it: one of a's methods is among b's, and a's pattern
// takes b's path.
func Shadows(a, b *Operation) bool {
	if a.Kind != b.Kind || a.Kind == MountKind || strings.Contains(a.Path, "{?}") || strings.Contains(b.Path, "{?}") {
		return false
	}
	if a.Kind == HTTP && !slices.ContainsFunc(a.Methods, func(m string) bool { return slices.Contains(b.Methods, m) }) {
		return false
	}
	if !strings.Contains(a.Path, "{") && a.Path != b.Path {
		return false
	}
	if firstSegment(a.Path) != firstSegment(b.Path) && !strings.Contains(firstSegment(a.Path), "{") {
		return false
	}
	pattern := a.pathPattern()
	return pattern != nil && pattern.MatchString(samplePath(b.Path)) && (a.Path != b.Path || strings.Contains(a.Path, "{") || a.Path == b.Path)
}

// firstSegment is the path up to its second slash.
func firstSegment(path string) string {
	if len(path) < 2 {
		return path
	}
	if i := strings.IndexByte(path[1:], '/'); i >= 0 {
		return path[:i+1]
	}
	return path
}

// pathPattern is the operation's path as a pattern, compiled once; nil when it is none.
func (o *Operation) pathPattern() *regexp.Regexp {
	o.once.Do(func() { o.pattern, _ = pathPattern(o.Path) })
	return o.pattern
}

var pathParameter = regexp.MustCompile(`\{([a-zA-Z_][a-zA-Z0-9_]*)(:[a-zA-Z_][a-zA-Z0-9_]*)?\}`)

// pathPattern compiles a path pattern as starlette.routing.compile_path does (Starlette 0.38 to 1.10).
func pathPattern(path string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString("^")
	last := 0
	for _, m := range pathParameter.FindAllStringSubmatchIndex(path, -1) {
		b.WriteString(regexp.QuoteMeta(path[last:m[0]]))
		kind := ""
		if m[4] >= 0 {
			kind = path[m[4]+1 : m[5]]
		}
		switch kind {
		case "path":
			b.WriteString(".*")
		case "int":
			b.WriteString("[0-9]+")
		case "float":
			b.WriteString(`[0-9]+(\.[0-9]+)?`)
		case "uuid":
			b.WriteString("[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}")
		default:
			b.WriteString("[^/]+")
		}
		last = m[1]
	}
	b.WriteString(regexp.QuoteMeta(path[last:]))
	b.WriteString("$")
	return regexp.Compile(b.String())
}

// samplePath gives a path that a pattern matches, with values that narrow
// converters of another pattern do not take.
func samplePath(path string) string {
	return pathParameter.ReplaceAllStringFunc(path, func(m string) string {
		switch {
		case strings.HasSuffix(m, ":int}"):
			return "7"
		case strings.HasSuffix(m, ":float}"):
			return "7.5"
		case strings.HasSuffix(m, ":uuid}"):
			return "123e4567-e89b-12d3-a456-426614174000"
		case strings.HasSuffix(m, ":path}"):
			return "some~path/to~it"
		}
		return "some~value"
	})
}

// Match finds the operations that a request for a concrete path would meet, in
// the order in which they are tried. Mounted applications are looked into.
func (p *Project) Match(method, path string) []*Operation {
	var out []*Operation
	for _, a := range p.Apps {
		if a.Parent == nil {
			out = append(out, matchIn(a, method, path, 0)...)
		}
	}
	return out
}

func matchIn(a *App, method, path string, depth int) []*Operation {
	var out []*Operation
	for _, o := range a.Operations {
		switch {
		case o.Kind == MountKind && o.Mounted != nil && depth < 5:
			if rest, ok := strings.CutPrefix(path, o.Path); ok {
				out = append(out, matchIn(o.Mounted, method, rest, depth+1)...)
			}
		case o.Kind == HTTP && method != "" && !slices.Contains(o.Methods, method):
		case o.Path == path:
			out = append(out, o)
		default:
			if re := o.pathPattern(); re != nil && re.MatchString(path) {
				out = append(out, o)
			}
		}
	}
	return out
}
