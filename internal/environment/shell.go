package environment

import (
	"path"
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"

	"mvdan.cc/sh/v3/syntax"
)

// started is one command that a script starts, with what it would find.
type started struct {
	words []string
	at    source.Location
	dir   Dir
	env   map[string][]Assignment // exported variables; the first of a name wins
	// closed: the command was run by env -i, so that nothing else is set.
	closed bool
}

// script is the text of a shell script and where it stands.
type script struct {
	text    string
	name    string // $0
	locate  func(start, end int) source.Location
	returns bool    // the text has carriage returns
	lines   []Entry // of an env file that is sourced: what python-dotenv reads
}

func fileScript(file *source.File) script {
	src := script{text: string(file.Text), name: string(file.Path), locate: func(start, end int) source.Location {
		return source.Location{Path: file.Path, Span: source.Span{Start: start, End: end}}
	}}
	src.returns = strings.Contains(src.text, "\r")
	if isEnvFileName(file.Path.Base()) {
		src.lines = ParseDotenv(file)
	}
	return src
}

// lineScript is a command that stands in another file; its parts are not
// located more finely than at.
func lineScript(text string, at source.Location) script {
	return script{text: text, locate: func(int, int) source.Location { return at }}
}

// placedScript is a command whose text stands unchanged at an offset of a file.
func placedScript(text string, path source.Path, offset int) script {
	return script{text: text, locate: func(start, end int) source.Location {
		return source.Location{Path: path, Span: source.Span{Start: offset + start, End: offset + end}}
	}}
}

// shellVar is a variable of a running script.
type shellVar struct {
	history  []Assignment // the latest first
	exported bool
}

// shellRun reads a script the way a shell would run it, without running
// anything: it follows cd, export, set -a, source, exec, env and sh -c through
// the tree, and notes the commands that it starts. Both branches of a condition
// that the tree does not decide are read.
type shellRun struct {
	d      *discovery
	tree   source.Tree
	fs     FileSystem
	dir    Dir
	vars   map[string]*shellVar
	given  map[string][]Assignment // what the surroundings provide
	params []string
	name   string
	src    script

	allExport   bool
	conditional int
	functions   map[string]*syntax.Stmt

	doubts     []bool          // for the words of the command at hand: the word is not all known
	lastDoubts []bool          // of the last words expanded
	through    source.Location // what sources the file at hand

	budget *shellBudget
	out    *[]started
	gaps   *[]Gap
}

// shellBudget bounds the work over all nested scripts.
type shellBudget struct{ statements, depth, scripts, bytes int }

const (
	maxStatements  = 20_000
	maxScriptDepth = 8
	maxScripts     = 300       // run by one start, nested ones counted
	maxScriptText  = 128 << 10 // bytes
	maxBrackets    = 500       // open at once in a script
	maxShellText   = 64 << 10  // bytes of one expanded value
)

func newShell(d *discovery, fs FileSystem, dir Dir, given map[string][]Assignment) *shellRun {
	return &shellRun{d: d, tree: d.tree, fs: fs, dir: dir, vars: map[string]*shellVar{}, given: given,
		functions: map[string]*syntax.Stmt{}, budget: &shellBudget{}, out: &[]started{}, gaps: &[]Gap{}}
}

// sub is a copy whose changes stay its own, as in a subshell.
func (s *shellRun) sub() *shellRun {
	c := *s
	c.vars = make(map[string]*shellVar, len(s.vars))
	for k, v := range s.vars {
		if v != nil {
			copied := *v
			v = &copied
		}
		c.vars[k] = v
	}
	return &c
}

func (s *shellRun) gap(at source.Location, reason string) { *s.gaps = append(*s.gaps, Gap{at, reason}) }

// run reads a script in this shell.
func (s *shellRun) run(src script, params []string) {
	s.budget.scripts++
	if s.budget.depth >= maxScriptDepth || s.budget.scripts > maxScripts {
		s.gap(src.locate(0, 0), "the scripts call each other too deeply")
		return
	}
	if len(src.text) > maxScriptText || brackets(src.text) > maxBrackets {
		s.gap(src.locate(0, 0), "the script is too large or too deeply nested to be read")
		return
	}
	parsed, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(src.text), "")
	if err != nil {
		at := 0
		var broken syntax.ParseError
		if asError(err, &broken) {
			at = min(int(broken.Pos.Offset()), len(src.text))
		}
		s.gap(src.locate(at, at), "the shell script cannot be parsed")
		if parsed == nil {
			return
		}
	}
	s.budget.depth++
	oldSrc, oldParams, oldName := s.src, s.params, s.name
	s.src, s.params = src, params
	if src.name != "" {
		s.name = src.name
	}
	for _, st := range parsed.Stmts {
		s.stmt(st)
	}
	s.src, s.params, s.name = oldSrc, oldParams, oldName
	s.budget.depth--
}

// brackets returns how many brackets are open at most at one place, about.
func brackets(text string) int {
	open, most := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '{', '`':
			open++
			most = max(most, open)
		case ')', '}':
			open = max(0, open-1)
		case '\n':
			if i > 0 && text[i-1] == '\n' {
				open = 0 // a blank line: most likely not within an expression
			}
		}
	}
	return most
}

func (s *shellRun) at(n syntax.Node) source.Location {
	return s.src.locate(int(n.Pos().Offset()), min(int(n.End().Offset()), len(s.src.text)))
}

func (s *shellRun) stmts(list []*syntax.Stmt) {
	for _, st := range list {
		s.stmt(st)
	}
}

func (s *shellRun) stmt(st *syntax.Stmt) {
	s.budget.statements++
	if s.budget.statements > maxStatements || st == nil || st.Cmd == nil {
		return
	}
	if st.Background { // a shell of its own
		s = s.sub()
	}
	switch c := st.Cmd.(type) {
	case *syntax.CallExpr:
		s.call(c)
	case *syntax.DeclClause:
		s.declare(c)
	case *syntax.BinaryCmd:
		s.binary(c)
	case *syntax.Subshell:
		s.sub().stmts(c.Stmts)
	case *syntax.Block:
		s.stmts(c.Stmts)
	case *syntax.IfClause:
		s.ifClause(c)
	case *syntax.WhileClause:
		s.stmts(c.Cond)
		s.maybe(func() { s.stmts(c.Do) })
	case *syntax.ForClause:
		s.maybe(func() { s.stmts(c.Do) })
	case *syntax.CaseClause:
		for _, item := range c.Items {
			s.maybe(func() { s.stmts(item.Stmts) })
		}
	case *syntax.FuncDecl:
		if c.Name != nil {
			s.functions[c.Name.Value] = c.Body
		}
	case *syntax.TimeClause:
		s.stmt(c.Stmt)
	}
}

// maybe reads what runs only under a condition.
func (s *shellRun) maybe(read func()) {
	s.conditional++
	read()
	s.conditional--
}

func (s *shellRun) binary(c *syntax.BinaryCmd) {
	holds, decided := s.test(c.X)
	if !decided {
		s.stmt(c.X)
	}
	switch {
	case c.Op == syntax.AndStmt && decided && holds, c.Op == syntax.OrStmt && decided && !holds:
		s.stmt(c.Y)
	case decided:
	case c.Op == syntax.OrStmt, c.Op == syntax.AndStmt && isTest(c.X):
		s.maybe(func() { s.stmt(c.Y) })
	default:
		s.stmt(c.Y)
	}
}

func (s *shellRun) ifClause(c *syntax.IfClause) {
	if c == nil {
		return
	}
	if len(c.Cond) == 0 { // else
		s.stmts(c.Then)
		return
	}
	holds, decided := false, false
	if len(c.Cond) == 1 {
		holds, decided = s.test(c.Cond[0])
	}
	switch {
	case decided && holds:
		s.stmts(c.Then)
	case decided:
		s.ifClause(c.Else)
	default:
		s.stmts(c.Cond)
		s.maybe(func() { s.stmts(c.Then); s.ifClause(c.Else) })
	}
}

// isTest reports whether a statement is a [ … ], [[ … ]] or test.
func isTest(st *syntax.Stmt) bool {
	switch c := st.Cmd.(type) {
	case *syntax.TestClause:
		return true
	case *syntax.CallExpr:
		return len(c.Args) > 0 && (c.Args[0].Lit() == "[" || c.Args[0].Lit() == "test")
	}
	return false
}

// test decides "is there a file" where the file system does.
func (s *shellRun) test(st *syntax.Stmt) (holds, decided bool) {
	var op, operand string
	var ok bool
	switch c := st.Cmd.(type) {
	case *syntax.CallExpr:
		if !isTest(st) {
			return false, false
		}
		words, complete := s.fields(c.Args)
		ok = complete && len(words) >= 3
		if ok {
			op, operand = words[1], words[2]
			ok = len(words) == 3 || len(words) == 4 && words[3] == "]"
		}
	case *syntax.TestClause:
		u, unary := c.X.(*syntax.UnaryTest)
		if !unary {
			return false, false
		}
		w, word := u.X.(*syntax.Word)
		if !word {
			return false, false
		}
		op = u.Op.String()
		operand, ok = s.literal(w)
	}
	if !ok || op != "-f" && op != "-e" && op != "-r" && op != "-s" || operand == "" {
		return false, false
	}
	found := s.fs.Lookup(s.dir, operand)
	if found.State == Unknowable || st.Negated {
		return false, false
	}
	return found.State == Present, true
}

// assign sets a variable of the shell.
func (s *shellRun) assign(a Assignment, export bool) {
	if s.budget.bytes += a.Value.Len(); a.Value.Len() > maxShellText || s.budget.bytes > maxValues {
		a.Value, a.Known, a.Reason = secret.Value{}, false, "the value grows too long"
	}
	if s.conditional > 0 && a.Known {
		a.Known, a.Reason = false, "the script sets it only under a condition"
	}
	if a.Through.IsZero() {
		a.Through = s.through
	}
	v := s.vars[a.Name]
	if v == nil {
		v = &shellVar{history: append([]Assignment(nil), s.given[a.Name]...), exported: len(s.given[a.Name]) > 0}
		s.vars[a.Name] = v
	}
	v.history = append([]Assignment{a}, v.history...)
	if len(v.history) > 64 {
		v.history = v.history[:64]
	}
	v.exported = v.exported || export || s.allExport
}

// exportedVars are the variables that a command started now would find.
func (s *shellRun) exportedVars() map[string][]Assignment {
	out := make(map[string][]Assignment, len(s.given)+len(s.vars))
	for name, list := range s.given {
		out[name] = list
	}
	for name, v := range s.vars {
		if v == nil || !v.exported || len(v.history) == 0 {
			delete(out, name)
			continue
		}
		out[name] = v.history
	}
	return out
}

// cd changes the working directory.
func (s *shellRun) cd(to string, known bool, at source.Location) {
	if !known || to == "-" || strings.HasPrefix(to, "~") {
		s.dir = Dir{Why: "the script changes to a folder that is not known", At: at}
		return
	}
	next := Dir{Known: s.dir.Known, At: at, Why: s.dir.Why}
	switch _, local := s.fs.(treeFS); {
	case strings.HasPrefix(to, "/") && !local:
		next.Path, next.Known, next.Why = path.Clean(to), true, ""
	case strings.HasPrefix(to, "/"):
		next.Known, next.Why = false, "the script changes to an absolute folder"
	case !local:
		next.Path = path.Join(s.dir.Path, to)
	default:
		p, inside := source.Path(s.dir.Path).Join(to)
		next.Path, next.Known = string(p), inside && s.dir.Known
		if !inside {
			next.Why = "the script leaves the analysed folder"
		}
	}
	s.dir = next
}
