package requirements

import (
	"regexp"
	"strings"

	"bearings/internal/source"
)

var (
	pipInstall = regexp.MustCompile(`\b(?:pip3?(?:\.\d+)?|uv\s+pip)\s+install\b`)
	shellWord  = regexp.MustCompile(`^(?:"[^"\n]*"|'[^'\n]*'|[^\s"'&|;]+)+`)
)

// pipValues are options of pip install that take the next word as their value.
var pipValues = map[string]bool{
	"-r": true, "--requirement": true, "-c": true, "--constraint": true, "-i": true, "--index-url": true,
	"--extra-index-url": true, "-f": true, "--find-links": true, "-t": true, "--target": true, "--prefix": true,
	"--trusted-host": true, "-e": true, "--editable": true, "--timeout": true, "--retries": true, "--root": true,
	"--platform": true, "--python-version": true, "--proxy": true, "--cert": true, "--python": true,
}

// dockerfile reads the packages that RUN pip install names on its command line.
func (r *reader) dockerfile(file *source.File) {
	text := string(file.Text)
	for _, m := range pipInstall.FindAllStringIndex(text, -1) {
		line := file.Line(file.LineOf(m[0]))
		if strings.HasPrefix(strings.TrimSpace(file.Slice(line)), "#") {
			continue
		}
		r.pipWords(file, text, m[1])
	}
}

// pipWords reads the words of one command, up to its end. A backslash before a
// line end continues it; comment lines within it are skipped, as Docker does.
func (r *reader) pipWords(file *source.File, text string, at int) {
	skip := false
	for at < len(text) {
		rest := text[at:]
		switch {
		case rest[0] == ' ' || rest[0] == '\t':
			at++
		case strings.HasPrefix(rest, "\\\n"), strings.HasPrefix(rest, "\\\r\n"):
			at += strings.IndexByte(rest, '\n') + 1
			for line := file.Line(file.LineOf(at)); strings.HasPrefix(strings.TrimSpace(file.Slice(line)), "#"); {
				next := file.Line(file.LineOf(at) + 1)
				if next.Start <= at {
					return
				}
				at, line = next.Start, next
			}
		default:
			word := shellWord.FindString(rest)
			if word == "" {
				return
			}
			if !skip {
				r.pipWord(file, word, at)
			}
			skip = pipValues[word]
			at += len(word)
		}
	}
}

func (r *reader) pipWord(file *source.File, word string, at int) {
	if len(word) >= 2 && (word[0] == '"' || word[0] == '\'') && word[len(word)-1] == word[0] {
		word, at = word[1:len(word)-1], at+1
	}
	if word == "" || strings.ContainsAny(word, "$\"'/\\>") && !strings.Contains(word, ">=") || word[0] == '-' || word[0] == '.' {
		return
	}
	r.requirement(file, word, at, Declaration, "")
}
