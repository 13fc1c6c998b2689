package incident

import (
	"regexp"
	"strings"

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
	for _, value := range envValues(p) {
		text = strings.ReplaceAll(text, value, hidden)
	}
	token := regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){0,4}`)
	return token.ReplaceAllString(text, hidden)
}

// envValues lists the longer values of all env files.
func envValues(p *fastapi.Project) []string {
	var out []string
	if p.Tree == nil {
		return nil
	}
	for _, path := range p.Tree.Paths() {
		base := path.Base()
		if base != ".env" && !strings.HasPrefix(base, ".env.") && !strings.HasSuffix(base, ".env") {
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
