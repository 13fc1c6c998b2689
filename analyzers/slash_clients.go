package analyzers

import (
	"regexp"
	"slices"
	"strings"

	"bearings/internal/source"
)

// clientCall is a path that client code in the tree requests.
type clientCall struct {
	at   source.Location // the literal
	path string          // as it is called, each inserted value as {}
	base bool            // it follows a base URL that is not known and may hold a prefix
}

// reaches reports whether the call may be one of a path, of which each parameter is {}.
func (c clientCall) reaches(path string) bool {
	if c.path == path {
		return true
	}
	return c.base && strings.Count(c.path, "/") >= 1 && len(c.path) > 1 && strings.HasSuffix(path, c.path)
}

// requestWords are parts of lines that send a request.
var requestWords = []string{"fetch(", "axios", ".get(", ".post(", ".put(", ".patch(", ".delete(", "request("}

// calls reads the calls of clients in other languages: literals and templates
// that hold a path, on lines that send a request.
func (c *clients) calls() (out []clientCall) {
	literal := regexp.MustCompile("([\"'`])((?:\\$\\{[^}`]*\\}|\\$[A-Za-z_]+|https?://[^\"'`/\\s]+)?)(/[^\"'`?#\\s]*)(?:[?#][^\"'`]*)?[\"'`]")
	inserted := regexp.MustCompile(`\$\{[^}]*\}|\$[A-Za-z_]+`)
	pythonLiteral := regexp.MustCompile("([\"'])((?:\\{[^}\"']*\\}|https?://[^\"'/\\s]+)?)(/[^\"'?#\\s]*)(?:[?#][^\"']*)?[\"']")
	pythonInserted := regexp.MustCompile(`\{[^}]*\}`)
	for _, file := range append(slices.Clone(c.list()), c.inPython()...) {
		if strings.HasSuffix(string(file.Path), ".py") { // they come last
			literal, inserted = pythonLiteral, pythonInserted
		}
		for line := range file.LineCount() {
			span := file.Line(line)
			text := file.Slice(span)
			if len(text) > 2000 || !sendsRequest(text) {
				continue
			}
			for _, m := range literal.FindAllStringSubmatchIndex(text, 20) {
				call := clientCall{path: inserted.ReplaceAllString(text[m[6]:m[7]], "{}"), base: strings.HasPrefix(text[m[4]:m[5]], "$") || strings.HasPrefix(text[m[4]:m[5]], "{")}
				call.at = source.Location{Path: file.Path, Span: source.Span{Start: span.Start + m[0], End: span.Start + m[1]}}
				out = append(out, call)
			}
		}
	}
	return out
}

// inPython lists the client code in Python: programs in folders of clients and
// tools that import a library that sends requests. Code of a service may call
// other services, so that it is left alone.
func (c *clients) inPython() (out []*source.File) {
	for _, path := range c.p.Program.Candidates("requests", "httpx", "aiohttp") {
		if !inFolder(path, "client", "clients", "sdk", "cli", "scripts", "tools", "mobile", "frontend", "ui", "bot") || isTestFile(path) {
			continue
		}
		if file, err := c.p.Tree.File(path); err == nil && len(file.Text) <= largestClient {
			out = append(out, file)
		}
	}
	return out
}

func sendsRequest(line string) bool {
	for _, w := range requestWords {
		if strings.Contains(line, w) {
			return true
		}
	}
	return false
}
