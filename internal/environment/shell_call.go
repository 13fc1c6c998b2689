package environment

import (
	"regexp"
	"slices"
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"

	"mvdan.cc/sh/v3/syntax"
)

// call reads a simple command, or assignments alone.
func (s *shellRun) call(c *syntax.CallExpr) {
	if len(c.Args) == 0 {
		for _, as := range c.Assigns {
			if as.Name != nil {
				s.assign(s.altered(as, s.assignmentOf(as, s.via("NAME=value"))), false)
			}
		}
		return
	}
	words, complete := s.fields(c.Args)
	if len(words) == 0 {
		return
	}
	inner := s
	defer func(old []bool) { s.doubts = old }(s.doubts)
	s.doubts = s.lastDoubts
	if len(c.Assigns) > 0 {
		inner = s.sub()
		for _, as := range c.Assigns {
			if as.Name != nil {
				inner.assign(s.assignmentOf(as, "NAME=value before the command"), true)
			}
		}
		if s.sourcing() {
			s.gap(s.at(c), "the shell takes what stands behind a space for a command, so that the variable is not set")
		}
	}
	inner.command(words, complete, s.at(c))
	if inner != s && (words[0] == "cd") {
		s.dir = inner.dir
	}
}

// sourcing reports whether the script at hand is an env file that is being sourced.
func (s *shellRun) sourcing() bool { return isEnvFileName(source.Path(s.src.name).Base()) }

func (s *shellRun) via(plain string) string {
	if s.sourcing() {
		return "source"
	}
	return plain
}

// isEnvFileName reports whether a file is named like an env file rather than a script.
func isEnvFileName(name string) bool {
	return strings.HasPrefix(name, ".env") || strings.HasSuffix(name, ".env") || strings.Contains(name, ".env.")
}

// altered notes where a shell reads a line of an env file otherwise than python-dotenv does.
func (s *shellRun) altered(as *syntax.Assign, a Assignment) Assignment {
	if !s.sourcing() || as.Value == nil {
		return a
	}
	first, _ := slices.BinarySearchFunc(s.src.lines, a.At.Span.Start, func(e Entry, at int) int { return e.Span.Start - at })
	for _, e := range s.src.lines[first:min(first+1, len(s.src.lines))] {
		if e.Key != a.Name || e.Span.Start != a.At.Span.Start || e.Value.Equal(a.Value) {
			continue
		}
		a.At.Span.End = max(a.At.Span.End, e.Span.End)
		a.Altered, a.AlteredAt = "the shell reads the value otherwise than python-dotenv does", source.Location{Path: a.At.Path, Span: e.ValueSpan}
		syntax.Walk(as.Value, func(n syntax.Node) bool {
			if p, ok := n.(*syntax.ParamExp); ok {
				a.Altered, a.AlteredAt = "the shell took a $ and what stands behind it for a variable", s.at(p)
				if !a.Known && a.Value.Len() > 0 {
					a.Known, a.Reason = true, ""
				}
			}
			return true
		})
	}
	return a
}

// declare reads export, declare -x, local, readonly.
func (s *shellRun) declare(c *syntax.DeclClause) {
	export := c.Variant.Value == "export"
	for _, as := range c.Args {
		switch {
		case as.Name == nil && as.Value != nil:
			raw := rawWord(s.src.text, as.Value)
			if strings.HasPrefix(raw, "-") {
				export = export || strings.Contains(raw, "x")
			} else if export {
				s.exportOutput(as.Value, raw)
			}
		case as.Name != nil && as.Naked:
			if v := s.vars[as.Name.Value]; v != nil && export {
				v.exported = true
			}
		case as.Name != nil:
			s.assign(s.altered(as, s.assignmentOf(as, s.via(c.Variant.Value))), export)
		}
	}
}

var envFileInPipe = regexp.MustCompile(`(?:cat|<|grep(?:\s+-\S+)*(?:\s+(?:'[^']*'|"[^"]*"|\^\S+))?|egrep(?:\s+-\S+)*(?:\s+(?:'[^']*'|"[^"]*"))?|sed(?:\s+-\S+)*(?:\s+(?:'[^']*'|"[^"]*"))?|xargs\s+<)\s*["']?([\w./-]+)`)

// exportOutput reads export $(cat .env | xargs) and its relatives: the shell
// splits the text of the file at white space and keeps quotes, unless xargs
// takes them away. Neither expands variables.
func (s *shellRun) exportOutput(w *syntax.Word, raw string) {
	m := envFileInPipe.FindStringSubmatch(raw)
	if m == nil {
		if strings.Contains(raw, "$(") || strings.Contains(raw, "`") {
			s.gap(s.at(w), "what is exported is computed when the script runs")
		}
		return
	}
	found := s.fs.Lookup(s.dir, m[1])
	if found.State != Present {
		s.gap(s.at(w), "the exported env file: "+found.Why)
		return
	}
	file, reason := readConfig(s.tree, found.Path)
	if reason != "" {
		s.gap(s.at(w), "the exported env file: "+reason)
		return
	}
	xargs := strings.Contains(raw, "xargs")
	list, gaps := splitAssignments(file, xargs)
	*s.gaps = append(*s.gaps, gaps...)
	for _, a := range list {
		s.assign(a, true)
	}
}

// splitAssignments reads an env file as the words of export $(…).
func splitAssignments(file *source.File, xargs bool) (out []Assignment, gaps []Gap) {
	for n := range file.LineCount() {
		span := file.Line(n)
		line := file.Slice(span)
		trimmed := strings.TrimLeft(line, " \t")
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		start := span.Start + len(line) - len(trimmed)
		name, value, ok := strings.Cut(trimmed, "=")
		if !ok {
			continue
		}
		at := source.Location{Path: file.Path, Span: source.Span{Start: start, End: span.End}}
		a := Assignment{Name: name, Raw: secret.New(value), Known: true, At: at, Via: "export $(…)"}
		word := value
		if xargs {
			word = xargsWord(value)
		} else if i := strings.IndexAny(value, " \t"); i >= 0 {
			word = value[:i]
		}
		if strings.ContainsAny(name, " \t") {
			gaps = append(gaps, Gap{at, "the shell splits the line at its white space"})
			continue
		}
		a.Value = secret.New(word)
		if word != strings.TrimSpace(value) {
			a.Altered, a.AlteredAt = "the shell cut the value at its first white space or took its quotes away", at
		} else if len(word) > 1 && (word[0] == '"' || word[0] == '\'') {
			a.Altered, a.AlteredAt = "the quotes stay part of the value", at
		}
		out = append(out, a)
	}
	return out, gaps
}

// xargsWord is the first word of a text as xargs prints it, split again by the shell.
func xargsWord(s string) string {
	var out strings.Builder
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == 0 && c == '\\' && i+1 < len(s):
			i++
			out.WriteByte(s[i])
		case c == ' ' || c == '\t': // the shell splits quoted blanks too
			return out.String()
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// callFunction reads the body of a function of the script.
func (s *shellRun) callFunction(body *syntax.Stmt, args []string) {
	s.budget.depth++
	old := s.params
	s.params = args
	s.stmt(body)
	s.params = old
	s.budget.depth--
}

// source reads another file in this shell.
func (s *shellRun) source(ref string, at source.Location) {
	found := s.fs.Lookup(s.dir, ref)
	if found.State != Present {
		if !strings.Contains(ref, "activate") {
			s.gap(at, "the sourced file: "+found.Why)
		}
		return
	}
	file, reason := readConfig(s.tree, found.Path)
	if reason != "" {
		s.gap(at, "the sourced file: "+reason)
		return
	}
	old := s.through
	s.through = at
	s.run(fileScript(file), s.params)
	s.through = old
}
