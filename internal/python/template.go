package python

import "bytes"

// isTemplate reports whether a text is a template that makes Python, by Jinja's
// block tags (Jinja 3.1, "List of Control Structures") where no string holds
// them: on lines that the parser could not read, or in comments. Both branches of
// such a tag stand in the text, so that nothing in it can be taken at its word.
func isTemplate(text []byte, m *Module) bool {
	for _, c := range m.Comments {
		if isTag(bytes.TrimLeft([]byte(c.Text), "#")) {
			return true
		}
	}
	for _, r := range m.broken {
		start := bytes.LastIndexByte(text[:r.Start], '\n') + 1
		end := min(int(r.End)+1, len(text))
		for line := range bytes.Lines(text[start:end]) {
			if isTag(line) {
				return true
			}
		}
	}
	return false
}

// isTag reports whether a line begins with a block tag.
func isTag(line []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimLeft(line, " \t"), []byte("{%"))
	if !ok {
		return false
	}
	rest = bytes.TrimLeft(rest, "-+ \t")
	for _, word := range []string{"if", "elif", "else", "endif", "for", "endfor", "raw", "endraw", "set", "block", "endblock", "include", "import", "from", "macro", "extends"} {
		if after, ok := bytes.CutPrefix(rest, []byte(word)); ok && (len(after) == 0 || bytes.ContainsAny(after[:1], " \t\r\n-+%")) {
			return true
		}
	}
	return false
}
