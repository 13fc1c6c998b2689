package requirements

import "strings"

// parsePoetryRange reads a constraint of Poetry: PEP 440 clauses, "^", "~",
// wildcards, bare versions, and alternatives joined by "||".
func parsePoetryRange(text string) Range {
	out := Range{text: strings.TrimSpace(text)}
	for alternative := range strings.SplitSeq(strings.ReplaceAll(text, "||", "|"), "|") {
		r := Range{}
		for part := range strings.SplitSeq(strings.ReplaceAll(alternative, " ", ","), ",") {
			if part = strings.TrimSpace(part); part != "" {
				r = r.intersect(parsePoetryPart(part))
			}
		}
		if r.IsAny() {
			return Range{text: out.text, opaque: r.opaque}
		}
		out.alternatives = append(out.alternatives, r.alternatives...)
	}
	return out
}

func parsePoetryPart(part string) Range {
	switch {
	case part == "*":
		return Range{}
	case strings.HasPrefix(part, "~="):
		return parseRange(part)
	case strings.HasPrefix(part, "^"):
		return caret(strings.TrimPrefix(part, "^"))
	case strings.HasPrefix(part, "~"):
		return tilde(strings.TrimPrefix(part, "~"))
	case strings.ContainsAny(part[:1], "<>=!"):
		if len(part) > 1 && part[0] == '=' && part[1] != '=' {
			part = "=" + part
		}
		return parseRange(part)
	}
	return parseRange("==" + part)
}

// caret allows changes that do not raise the leftmost number that is not zero.
func caret(text string) Range {
	v, ok := parseVersion(text)
	if !ok {
		return Range{text: text, opaque: true}
	}
	at := 0
	for at < len(v.numbers)-1 && v.numbers[at] == "0" {
		at++
	}
	return between(v, v.bump(at), text)
}

// tilde allows changes of the patch level, or of the minor level when only a
// major one is written.
func tilde(text string) Range {
	v, ok := parseVersion(text)
	if !ok {
		return Range{text: text, opaque: true}
	}
	return between(v, v.bump(min(1, len(v.numbers)-1)), text)
}

func between(low, high release, text string) Range {
	return Range{text: text, alternatives: [][]clause{{
		{op: ">=", version: low, text: text}, {op: "<", version: high},
	}}}
}
