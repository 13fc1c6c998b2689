package report

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"

	"bearings/internal/source"
)

// fileKind says by which rules a line of a file may be shown.
type fileKind uint8

const (
	otherFile fileKind = iota
	pythonFile
	dotenvFile     // NAME=value on every line
	yamlFile       // compose files, Kubernetes manifests, workflows
	dockerFile     // Dockerfile, shell scripts, Procfile, units: NAME=value within a line
	propertiesFile // ini, toml, cfg, json
)

// kindOf tells the kind of a file by its name.
func kindOf(path source.Path) fileKind {
	base := strings.ToLower(path.Base())
	switch {
	case strings.HasSuffix(base, ".py") || strings.HasSuffix(base, ".pyi"):
		return pythonFile
	case base == ".env" || base == "env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env") || base == ".envrc":
		return dotenvFile
	case strings.HasSuffix(base, ".yml") || strings.HasSuffix(base, ".yaml"):
		return yamlFile
	case strings.Contains(base, "dockerfile") || strings.Contains(base, "containerfile") || base == "procfile" || base == "makefile" ||
		strings.HasSuffix(base, ".sh") || strings.HasSuffix(base, ".service"):
		return dockerFile
	case strings.HasSuffix(base, ".ini") || strings.HasSuffix(base, ".toml") || strings.HasSuffix(base, ".cfg") || strings.HasSuffix(base, ".json"):
		return propertiesFile
	}
	return otherFile
}

// patterns are compiled when a line of such a file is shown for the first time.
var patterns = sync.OnceValue(func() (p struct{ assign, yamlPair, property, dockerPair *regexp.Regexp }) {
	p.assign = regexp.MustCompile(`\b([A-Za-z_][A-Za-z0-9_]*)=("(?:[^"\\]|\\.)*"?|'[^']*'?|\S+)`)
	p.yamlPair = regexp.MustCompile(`^\s*(?:-\s*)?["']?([A-Za-z_][A-Za-z0-9_.\-]*)["']?\s*(?::\s+|=)(\S.*?)\s*$`)
	p.property = regexp.MustCompile(`^\s*["']?([A-Za-z_][A-Za-z0-9_.\-]*)["']?\s*[:=]\s*(\S.*?)\s*$`)
	p.dockerPair = regexp.MustCompile(`^\s*(?i:ENV|ARG)\s+([A-Za-z_][A-Za-z0-9_]*)\s+(\S.*)$`)
	return p
})

// lineMasks returns the parts of a line that hide a value, as offsets into the
// line. whole is the text of the file.
func lineMasks(kind fileKind, line, whole []byte) []source.Span {
	var out []source.Span
	add := func(m []int, group int) { out = append(out, source.Span{Start: m[2*group], End: m[2*group+1]}) }
	switch kind {
	case dotenvFile:
		trimmed := bytes.TrimSpace(line)
		if len(trimmed) == 0 {
			return nil
		}
		if i := bytes.IndexByte(line, '='); i >= 0 {
			if rest := bytes.TrimSpace(line[i+1:]); len(rest) > 0 {
				out = append(out, source.Span{Start: bytes.Index(line[i+1:], rest) + i + 1, End: i + 1 + bytes.Index(line[i+1:], rest) + len(rest)})
			}
		} else if trimmed[0] != '#' {
			// The continuation of a value over several lines.
			out = append(out, source.Span{Start: bytes.Index(line, trimmed), End: bytes.Index(line, trimmed) + len(trimmed)})
		}
	case yamlFile:
		if m := patterns().yamlPair.FindSubmatchIndex(line); m != nil && yamlHides(string(line[m[2]:m[3]]), whole) {
			add(m, 2)
		}
	case dockerFile:
		if m := patterns().dockerPair.FindSubmatchIndex(line); m != nil && !bytes.Contains(line[m[2]:m[3]], []byte("=")) {
			add(m, 2)
		}
		for _, m := range patterns().assign.FindAllSubmatchIndex(line, -1) {
			add(m, 2)
		}
	case propertiesFile:
		if m := patterns().property.FindSubmatchIndex(line); m != nil && hidesByName(string(line[m[2]:m[3]])) {
			add(m, 2)
		}
	}
	return out
}

// yamlHides reports whether the value of a YAML key may be secret: variables,
// and everything but the frame of a Kubernetes Secret.
func yamlHides(key string, whole []byte) bool {
	switch key {
	case "apiVersion", "kind", "name", "namespace", "type", "key", "image", "env_file", "command", "secretName":
		return false
	case "value", "stringData", "data":
		return true
	}
	return strings.ToUpper(key) == key || hidesByName(key) || bytes.Contains(whole, []byte("kind: Secret"))
}

func hidesByName(key string) bool {
	return secretName(strings.NewReplacer("-", "_", ".", "_").Replace(key)) || strings.Contains(strings.ToLower(key), "key")
}

// literals returns the insides of the Python string literals in a span of text,
// prefixes and quotes left out. A literal that is not closed reaches to the span's end.
func literals(text []byte, within source.Span) []source.Span {
	end := min(within.End, len(text))
	var out []source.Span
	for i := max(within.Start, 0); i < end; i++ {
		switch c := text[i]; c {
		case '#':
			for i < end && text[i] != '\n' {
				i++
			}
		case '"', '\'':
			quote := []byte{c}
			if i+2 < end && text[i+1] == c && text[i+2] == c {
				quote = []byte{c, c, c}
			}
			start := i + len(quote)
			stop := start
			for stop < end && !bytes.HasPrefix(text[stop:], quote) && (len(quote) == 3 || text[stop] != '\n') {
				if text[stop] == '\\' {
					stop++
				}
				stop++
			}
			stop = min(stop, end)
			if stop > start {
				out = append(out, source.Span{Start: start, End: stop})
			}
			i = stop + len(quote) - 1
		}
	}
	return out
}

// harmlessLiteral reports whether a literal beside a key is a name rather than a
// value: an environment variable's, an env file's, an algorithm's.
func harmlessLiteral(text string) bool {
	switch {
	case len(text) < 2, strings.HasPrefix(text, ".env"), strings.HasSuffix(text, ".env"), text == "utf-8":
		return true
	case isAlgorithm(text), strings.HasPrefix(text, "verify_"), strings.HasPrefix(text, "require_"):
		return true
	case slices.Contains([]string{"require", "audience", "issuer", "algorithms", "algorithm", "options", "leeway", "payload", "subject"}, text):
		return true
	}
	upper := strings.ToUpper(text) == text && strings.Contains(text, "_")
	return upper && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// isAlgorithm reports whether text names a signing algorithm of RFC 7518 or RFC 8037.
func isAlgorithm(text string) bool {
	return slices.Contains([]string{
		"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES256K", "ES384", "ES512",
		"PS256", "PS384", "PS512", "EdDSA", "Ed25519", "none",
	}, text)
}
