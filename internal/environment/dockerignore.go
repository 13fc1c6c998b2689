package environment

import (
	"bytes"
	"path"
	"strings"

	"bearings/internal/source"

	"github.com/moby/patternmatcher"
)

// ignoreRules are the lines of a .dockerignore, read as moby's ignorefile does
// and matched by moby/patternmatcher 0.6, which Docker itself uses.
type ignoreRules struct {
	file     *source.File
	lines    []ignoreLine
	matchers []*patternmatcher.PatternMatcher // of each line alone, without "!"
}

const maxIgnoreLines = 2000

type ignoreLine struct {
	at   source.Span
	keep bool // the line begins with "!"
}

// dockerignore finds the rules for a Dockerfile: NAME.dockerignore beside it
// wins over .dockerignore at the root of the build context.
func dockerignore(tree source.Tree, dockerfile, context source.Path) *ignoreRules {
	for _, p := range []source.Path{dockerfile + ".dockerignore", joined(context, ".dockerignore")} {
		if file, reason := readConfig(tree, p); reason == "" {
			return parseIgnore(file)
		}
	}
	return nil
}

func parseIgnore(file *source.File) *ignoreRules {
	r := &ignoreRules{file: file}
	for n := range min(file.LineCount(), maxIgnoreLines) {
		span := file.Line(n)
		text := string(bytes.TrimPrefix([]byte(file.Slice(span)), []byte("\xef\xbb\xbf")))
		if strings.HasPrefix(text, "#") {
			continue
		}
		pattern := strings.TrimSpace(text)
		keep := strings.HasPrefix(pattern, "!")
		pattern = strings.TrimSpace(strings.TrimPrefix(pattern, "!"))
		if pattern == "" {
			continue
		}
		pattern = path.Clean(pattern)
		if len(pattern) > 1 && pattern[0] == '/' {
			pattern = pattern[1:]
		}
		m, err := patternmatcher.New([]string{pattern})
		if err != nil {
			continue
		}
		r.lines = append(r.lines, ignoreLine{span, keep})
		r.matchers = append(r.matchers, m)
	}
	return r
}

// ignored reports whether rel, relative to the context, is left out of the
// build, and the line that decides: the last one that matches.
func (r *ignoreRules) ignored(rel string) (bool, source.Location) {
	if r == nil {
		return false, source.Location{}
	}
	for i := len(r.lines) - 1; i >= 0; i-- {
		if ok, err := r.matchers[i].MatchesOrParentMatches(rel); err == nil && ok {
			return !r.lines[i].keep, source.Location{Path: r.file.Path, Span: r.lines[i].at}
		}
	}
	return false, source.Location{}
}
