package incident

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"bearings/internal/fastapi"
	"bearings/internal/report"
)

// hidden stands where a value was.
const hidden = "•••"

// shortest is the length, in bytes, from which on a value of an env file is
// taken for one that nobody writes by chance.
const shortest = 8

// Scrub takes out of what a person wrote what must not be kept: the values of
// the project's secrets, those of its env files, whether a program reads them
// or not, and tokens.
func Scrub(p *fastapi.Project, text string) string {
	text = report.NewRedactor(p).Text(text)
	values := envValues(p)
	for _, value := range values {
		text = strings.ReplaceAll(text, value, hidden)
	}
	text = regexp.MustCompile(`[A-Za-z0-9_+/=-]{6,}`).ReplaceAllStringFunc(text, func(word string) string {
		if mixed(word) && slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, word) }) {
			return hidden // a piece of a value
		}
		return word
	})
	token := regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){0,4}`)
	return token.ReplaceAllString(text, hidden)
}

// mixed reports whether a word is of letters and digits, as those of secrets are and those of sentences are not.
func mixed(word string) bool {
	return strings.ContainsAny(word, "0123456789") && strings.ContainsFunc(word, unicode.IsLetter)
}

// envValues lists the longer values of all env files.
func envValues(p *fastapi.Project) []string {
	var out []string
	if p.Tree == nil {
		return nil
	}
	for _, path := range p.Tree.Paths() {
		if !path.IsEnvFile() {
			continue
		}
		f, err := p.Tree.File(path)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(f.Text)) {
			_, value, ok := strings.Cut(line, "=")
			value = strings.Trim(strings.TrimSpace(value), `"'`)
			if ok && len(value) >= shortest && !strings.HasPrefix(strings.TrimSpace(line), "#") {
				out = append(out, value)
			}
		}
	}
	return out
}
