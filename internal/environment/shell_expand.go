package environment

import (
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// shellEnviron lets mvdan's expansion look variables up in a shellRun and notes
// what it asked for.
type shellEnviron struct {
	s       *shellRun
	unset   []string // names that nothing sets
	assumed []string // names that the surroundings may set otherwise
	unknown bool     // a value that is not known came in
	size    int      // bytes handed out
	from    source.Location
}

// Get implements expand.Environ.
func (e *shellEnviron) Get(name string) expand.Variable {
	text := func(s string) expand.Variable { return expand.Variable{Set: true, Kind: expand.String, Str: s} }
	switch {
	case name == "@" || name == "*":
		return expand.Variable{Set: true, Kind: expand.Indexed, List: e.s.params}
	case name == "#":
		return text(strconv.Itoa(len(e.s.params)))
	case name == "0" || name == "BASH_SOURCE":
		return text(e.s.name)
	case name == "IFS":
		return text(" \t\n")
	case name == "PWD": // the expansion itself asks for it, so that it must not count as unknown
		return text(".")
	case name == "HOME" || strings.HasPrefix(name, "HOME "):
		e.unknown = true
		return text("/home/nobody")
	case name == "?" || name == "$" || name == "PPID" || name == "RANDOM" || name == "LINENO":
		e.unknown = true
		return text("0")
	}
	if n, err := strconv.Atoi(name); err == nil {
		if n <= len(e.s.params) && n > 0 {
			return text(e.s.params[n-1])
		}
		e.unset = append(e.unset, name)
		return expand.Variable{}
	}
	return e.named(name)
}

func (e *shellEnviron) named(name string) expand.Variable {
	history := e.s.given[name]
	if v, ok := e.s.vars[name]; ok {
		history = nil
		if v != nil {
			history = v.history
		}
	} else {
		e.assumed = append(e.assumed, name)
	}
	if len(history) == 0 {
		e.unset = append(e.unset, name)
		return expand.Variable{}
	}
	a := history[0]
	e.unknown = e.unknown || !a.Known
	e.from = a.At
	if e.size += a.Value.Len(); e.size > maxExpanded {
		e.unknown = true
		return expand.Variable{}
	}
	return expand.Variable{Set: true, Kind: expand.String, Str: a.Value.Expose()}
}

// Each implements expand.Environ.
func (e *shellEnviron) Each(func(string, expand.Variable) bool) {}

// Set implements expand.WriteEnviron, for ${X:=default}.
func (e *shellEnviron) Set(name string, v expand.Variable) error {
	at := e.s.src.locate(0, 0)
	e.s.assign(Assignment{Name: name, Value: secret.New(v.Str), Known: true, At: at, Via: "${…:=…}", Assumes: []string{name}}, false)
	return nil
}

func (s *shellRun) config() (*expand.Config, *shellEnviron) {
	env := &shellEnviron{s: s}
	return &expand.Config{Env: env, CmdSubst: func(w io.Writer, c *syntax.CmdSubst) error {
		out, ok := s.substitute(c)
		env.unknown = env.unknown || !ok
		_, err := io.WriteString(w, out)
		return err
	}, ProcSubst: func(*syntax.ProcSubst) (string, error) { // the name of a pipe, such as /dev/fd/63
		env.unknown = true
		return "/dev/fd", nil
	}}, env
}

// hasBraces reports whether a word has a brace expansion, which is left as it
// stands: {1..999999999} must not be carried out.
func hasBraces(w *syntax.Word) bool {
	for _, p := range w.Parts {
		if lit, ok := p.(*syntax.Lit); ok && strings.Contains(lit.Value, "{") && (strings.Contains(lit.Value, "..") || strings.Contains(lit.Value, ",")) {
			return true
		}
	}
	return false
}

// literal expands a word to one text; ok is false when it is not all known.
func (s *shellRun) literal(w *syntax.Word) (string, bool) {
	text, env := s.expandWord(w)
	return text, env != nil && !env.unknown && len(env.unset) == 0
}

// expandWord expands the right side of an assignment. env is nil when the
// expansion fails.
func (s *shellRun) expandWord(w *syntax.Word) (string, *shellEnviron) {
	if w == nil {
		return "", &shellEnviron{s: s}
	}
	cfg, env := s.config()
	text, err := expand.Literal(cfg, unescaped(w))
	if err != nil {
		return "", nil
	}
	return text, env
}

// unescaped takes the backslashes outside quotes away, which expand.Literal
// (mvdan.cc/sh 3.14) leaves in place.
func unescaped(w *syntax.Word) *syntax.Word {
	out := &syntax.Word{}
	for _, p := range w.Parts {
		lit, ok := p.(*syntax.Lit)
		if !ok || !strings.Contains(lit.Value, `\`) {
			out.Parts = append(out.Parts, p)
			continue
		}
		var text strings.Builder
		for i := 0; i < len(lit.Value); i++ {
			if lit.Value[i] == '\\' && i+1 < len(lit.Value) {
				if i++; lit.Value[i] == '\n' {
					continue
				}
			}
			text.WriteByte(lit.Value[i])
		}
		out.Parts = append(out.Parts, &syntax.SglQuoted{Value: text.String()})
	}
	return out
}

// fields expands words to arguments; complete is false when a part is not known.
func (s *shellRun) fields(words []*syntax.Word) (out []string, complete bool) {
	complete = true
	s.lastDoubts = nil
	for _, w := range words {
		for len(s.lastDoubts) < len(out) {
			s.lastDoubts = append(s.lastDoubts, false)
		}
		if hasBraces(w) {
			out = append(out, rawWord(s.src.text, w))
			continue
		}
		cfg, env := s.config()
		list, err := expand.Fields(cfg, w)
		if err != nil {
			out, complete = append(out, rawWord(s.src.text, w)), false
			continue
		}
		if env.unknown || len(env.unset) > 0 && !hasDefault(w) {
			complete = false
			s.lastDoubts = append(s.lastDoubts, true)
			if len(list) == 0 || strings.Join(list, "") == "" || env.unknown {
				list = []string{rawWord(s.src.text, w)}
			}
		}
		out = append(out, list...)
	}
	s.lastDoubts = append(s.lastDoubts, make([]bool, len(out)-min(len(out), len(s.lastDoubts)))...)
	return out, complete
}

// hasDefault reports whether every variable of a word has a default.
func hasDefault(w *syntax.Word) bool {
	all := true
	syntax.Walk(w, func(n syntax.Node) bool {
		if p, ok := n.(*syntax.ParamExp); ok {
			all = all && p.Exp != nil
			return false
		}
		return true
	})
	return all
}

func rawWord(text string, w *syntax.Word) string {
	start, end := int(w.Pos().Offset()), int(w.End().Offset())
	if start > end || end > len(text) {
		return ""
	}
	return text[start:end]
}

// substitute computes $(…) for the two forms by which start scripts find their
// folder: dirname of the script, also with cd and pwd around it, and pwd.
func (s *shellRun) substitute(c *syntax.CmdSubst) (string, bool) {
	raw := s.src.text[min(int(c.Pos().Offset()), len(s.src.text)):min(int(c.End().Offset()), len(s.src.text))]
	if strings.Contains(raw, "dirname") && (strings.Contains(raw, "$0") || strings.Contains(raw, "BASH_SOURCE")) {
		if _, local := s.fs.(treeFS); local {
			return s.scriptDir(), s.name != ""
		}
		return path.Dir(path.Join("/", s.name)), s.name != ""
	}
	if len(c.Stmts) != 1 {
		return "", false
	}
	call, ok := c.Stmts[0].Cmd.(*syntax.CallExpr)
	return ".", ok && len(call.Args) == 1 && call.Args[0].Lit() == "pwd" && s.dir.Known
}

// scriptDir is the folder of the script relative to the working directory, when
// that is at or above it; a script that is run from elsewhere changes there itself.
func (s *shellRun) scriptDir() string {
	dir := string(source.Path(s.name).Dir())
	if !s.dir.Known || s.dir.Path == "" || s.dir.Path == "." {
		s.dir.Known, s.dir.Path = true, ""
		if dir == "" {
			return "."
		}
		return dir
	}
	up := strings.Repeat("../", strings.Count(s.dir.Path, "/")+1)
	return up + dir
}

// endsInReturn adds the carriage return that stands behind an assignment: the
// shell takes it for a part of the value. It reports false when a carriage
// return stands elsewhere, so that the value cannot be told.
func (s *shellRun) endsInReturn(as *syntax.Assign, text *string) bool {
	if strings.Count(s.src.text, "\r") != strings.Count(s.src.text, "\r\n") {
		return false
	}
	end := min(int(as.End().Offset()), len(s.src.text))
	line, _, _ := strings.Cut(s.src.text[end:], "\n")
	switch strings.Count(line, "\r") {
	case 0:
		return true
	case 1:
		if strings.HasPrefix(line, "\r") && len(line) == 1 {
			*text += "\r"
			return true
		}
		return strings.HasSuffix(line, "\r")
	}
	return false
}

// assignmentOf makes an assignment of "NAME=word" in a script.
func (s *shellRun) assignmentOf(as *syntax.Assign, via string) Assignment {
	a := Assignment{Name: as.Name.Value, At: s.at(as), Via: via}
	if as.Value == nil {
		a.Known = as.Array == nil
		return a
	}
	a.Raw = secret.New(rawWord(s.src.text, as.Value))
	text, env := s.expandWord(as.Value)
	if env == nil {
		a.Reason = "the shell computes the value"
		return a
	}
	if prior := s.vars[a.Name]; as.Append && prior != nil && len(prior.history) > 0 {
		text = prior.history[0].Value.Expose() + text
		env.unknown = env.unknown || !prior.history[0].Known
	}
	a.From = env.from
	if s.src.returns && (strings.Contains(a.Raw.Expose(), "\r") || !s.endsInReturn(as, &text)) {
		env.unknown = true
	}
	if !env.unknown {
		a.Value = secret.New(text)
	}
	for _, name := range env.assumed {
		if !slices.Contains(a.Assumes, name) {
			a.Assumes = append(a.Assumes, name)
		}
	}
	whole := len(env.unset) > 0 && text == "" && !hasDefault(as.Value)
	a.Known = !env.unknown && !whole
	if !hasDefault(as.Value) {
		a.Unset = env.unset
	}
	if !a.Known {
		a.Reason = "the value is computed when the script runs, or is that of the shell that starts it"
	}
	return a
}
