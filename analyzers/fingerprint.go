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

// signature is what a fingerprint is made of besides code, file and subject.
type signature struct {
	text       string
	operations string
	ordinal    int
	alike      bool // others would have the same fingerprint without operations and ordinal
}

// FingerprintAt is the fingerprint that the finding has where another folder is
// analysed, and its file has another path.
func (f Finding) FingerprintAt(path source.Path) string {
	if path == f.At.Path {
		return f.Fingerprint()
	}
	f.At.Path = path
	if s := f.signature; s.alike {
		return fingerprint(f, s.text, s.operations, s.ordinal)
	}
	return fingerprint(f, f.signature.text, "", 0)
}

// Is reports whether a fingerprint that was kept is that of this finding, whose
// file had a path when it was: also one of the time when the operations that a
// finding concerns were always part of it.
func (f Finding) Is(kept string, path source.Path) bool {
	if kept == f.FingerprintAt(path) {
		return true
	}
	f.At.Path = path
	return kept == fingerprint(f, f.signature.text, f.signature.operations, f.signature.ordinal)
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
		operations := strings.Join(findings[i].Operations, "\x01")
		apart := plain + operations
		findings[i].signature = signature{text: texts[i], operations: operations, ordinal: seen[apart], alike: alike[plain] > 1}
		if alike[plain] == 1 {
			continue
		}
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
