package source

import "strings"

// Path names a file or folder relative to the analysed root, with forward
// slashes and without a leading one. The root itself is "." or "".
type Path string

// Base returns the last element of the path.
func (p Path) Base() string {
	return string(p[strings.LastIndexByte(string(p), '/')+1:])
}

// IsEnvFile reports whether a file is named as dotenv files are: ".env",
// ".env.local", "prod.env".
func (p Path) IsEnvFile() bool {
	name := p.Base()
	return name == ".env" || strings.HasPrefix(name, ".env.") || strings.HasSuffix(name, ".env")
}

// Dir returns the folder that holds p; "" is the root.
func (p Path) Dir() Path {
	if i := strings.LastIndexByte(string(p), '/'); i >= 0 {
		return p[:i]
	}
	return ""
}

// Join resolves a slash-separated reference against the folder p, with "." and
// ".." applied. It reports false when the result would lie outside the root.
func (p Path) Join(ref string) (Path, bool) {
	parts := []string{}
	if p != "" && p != "." {
		parts = strings.Split(string(p), "/")
	}
	for part := range strings.SplitSeq(ref, "/") {
		switch part {
		case "", ".":
		case "..":
			if len(parts) == 0 {
				return "", false
			}
			parts = parts[:len(parts)-1]
		default:
			parts = append(parts, part)
		}
	}
	return Path(strings.Join(parts, "/")), true
}

// Within reports whether p is dir itself or lies below it.
func (p Path) Within(dir Path) bool {
	if dir == "" || dir == "." || p == dir {
		return true
	}
	return len(p) > len(dir) && p[len(dir)] == '/' && p[:len(dir)] == dir
}

// Span is a half-open range of byte offsets.
type Span struct{ Start, End int }

// Len returns the number of bytes covered.
func (s Span) Len() int { return s.End - s.Start }

// Contains reports whether offset lies in the span, its end included, so that a
// cursor right behind a name still belongs to it.
func (s Span) Contains(offset int) bool { return s.Start <= offset && offset <= s.End }

// Covers reports whether other lies wholly within s.
func (s Span) Covers(other Span) bool { return s.Start <= other.Start && other.End <= s.End }

// Location is a span of one file. The zero Location is "nowhere".
type Location struct {
	Path Path
	Span Span
}

// IsZero reports whether l is nowhere.
func (l Location) IsZero() bool { return l.Path == "" }

// Before orders locations by file, then start, then end.
func (l Location) Before(other Location) bool {
	if l.Path != other.Path {
		return l.Path < other.Path
	}
	if l.Span.Start != other.Span.Start {
		return l.Span.Start < other.Span.Start
	}
	return l.Span.End < other.Span.End
}
