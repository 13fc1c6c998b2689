package analyzers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// Fingerprint names a finding for baselines and for talk between programs. It is
// made of the code, the file, the subject and the normalised source text, and of
// no line number, so that it survives edits elsewhere. The operations concerned
// count only among findings that are the same otherwise: which those are changes
// with every operation that is added. It holds no part of any string literal or variable's value, not even as a
// hash. A finding that no run has returned has only its code, file and subject to go by.
func (f Finding) Fingerprint() string {
	if f.fingerprint != "" {
		return f.fingerprint
	}
	return fingerprint(f, "", "", 0)
}

// sign gives sorted findings their fingerprints. Findings that would have the
// same one are counted in the order of their places.
func sign(p *fastapi.Project, findings []Finding) {
	alike := map[string]int{}
	texts := make([]string, len(findings))
	for i := range findings {
		texts[i] = spannedText(p, findings[i].At)
		findings[i].fingerprint = fingerprint(findings[i], texts[i], "", 0)
		alike[findings[i].fingerprint]++
	}
	seen := map[string]int{}
	for i := range findings {
		plain := findings[i].fingerprint
		if alike[plain] == 1 {
			continue
		}
		operations := strings.Join(findings[i].Operations, "\x01")
		apart := plain + operations
		findings[i].fingerprint = fingerprint(findings[i], texts[i], operations, seen[apart])
		seen[apart]++
	}
}

func fingerprint(f Finding, text, operations string, ordinal int) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\x00%s\x00%s\x00%s\x00%s", f.Code, f.At.Path, f.Subject, operations, text)
	if ordinal > 0 {
		fmt.Fprintf(hash, "\x00%d", ordinal)
	}
	return hex.EncodeToString(hash.Sum(nil)[:10])
}

var (
	pythonString = regexp.MustCompile(`(?s)"""(\\.|[^\\])*?"""|'''(\\.|[^\\])*?'''|"(\\.|[^"\\\n])*"|'(\\.|[^'\\\n])*'`)
	variableName = regexp.MustCompile(`^\s*(?:-\s*)?(?:export\s+|ENV\s+|ARG\s+)?["']?([A-Za-z_][A-Za-z0-9_.-]*)["']?\s*[:= ]`)
)

// spannedText returns the source under a location, white space and string
// contents left out. Outside Python, where a value needs no quotes, it is only
// the name that the line sets.
func spannedText(p *fastapi.Project, at source.Location) string {
	file, err := p.Tree.File(at.Path)
	if err != nil {
		return ""
	}
	if !strings.HasSuffix(string(at.Path), ".py") {
		line := file.Slice(file.Line(file.LineOf(at.Span.Start)))
		if m := variableName.FindStringSubmatch(line); m != nil {
			return m[1]
		}
		return ""
	}
	text := pythonString.ReplaceAllString(file.Slice(at.Span), `""`)
	return strings.Join(strings.Fields(text), " ")
}
