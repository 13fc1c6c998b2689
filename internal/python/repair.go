package python

import (
	"bytes"
	"cmp"
	"slices"

	"bearings/internal/python/flat"
)

// A parser that recovers from a half-typed line may take the lines below into
// it: an open bracket swallows the rest of the file. So, where an error reaches
// beyond its own logical line, that line is taken out and the text parsed again;
// a line loses only itself then. Offsets stay what they were.

const (
	maxRepaired  = 512 << 10 // bytes: larger texts are not repaired
	repairRounds = 5         // at four parses each, mostly two
	maxOpen      = 50        // lines with an open bracket: with more, it is no text that somebody is typing
)

// repair returns a tree of text in which lines that the parser could not place
// are blank, and the ranges of these lines. The given tree is released when
// another one is returned.
func repair(text []byte, tree *flat.Tree) (*flat.Tree, []Range) {
	if len(text) > maxRepaired || bytes.Contains(text, []byte("{%")) || bytes.Contains(text, []byte("{{cookiecutter")) {
		return tree, nil
	}
	r := &repairer{text: text, tree: tree, lines: logicalLines(text)}
	r.blanked = make([]bool, len(r.lines))
	var open []int
	for i, line := range r.lines {
		if line.open {
			open = append(open, i)
		}
	}
	if len(open) > maxOpen {
		return tree, nil
	}
	r.try(open)
	for range repairRounds {
		at, ok := r.stray()
		if !ok {
			break
		}
		i := r.lineAt(int(at.Start))
		if i < 0 || !r.tryEither(i-1, i) {
			break
		}
	}
	var gone []Range
	for i, line := range r.lines {
		if r.blanked[i] {
			gone = append(gone, Range{uint32(line.start), uint32(line.end)})
		}
	}
	return r.tree, gone
}

type repairer struct {
	text    []byte
	tree    *flat.Tree
	lines   []line
	blanked []bool
}

// attempt is a text with some more lines taken out.
type attempt struct {
	text  []byte
	tree  *flat.Tree
	lines []int
}

func (r *repairer) attempt(plain bool, lines ...int) *attempt {
	a := &attempt{lines: lines, text: bytes.Clone(r.text)}
	for _, i := range lines {
		r.blank(a.text, i, plain)
	}
	if a.tree = flat.Parse(a.text); a.tree == nil {
		return nil
	}
	return a
}

// accept takes a over when it is better than what there is.
func (r *repairer) accept(a *attempt) bool {
	if a == nil {
		return false
	}
	if r.damage(a.tree) >= r.damage(r.tree) {
		a.tree.Release()
		return false
	}
	r.tree.Release()
	r.text, r.tree = a.text, a.tree
	for _, i := range a.lines {
		r.blanked[i] = true
	}
	return true
}

func (r *repairer) try(lines []int) {
	if len(lines) == 0 {
		return
	}
	if _, stray := r.stray(); stray {
		r.accept(r.attempt(false, lines...))
	}
}

// tryEither takes out the better one of two neighbouring lines. A clause without
// a statement to belong to must leave no clause, so both ways are tried.
func (r *repairer) tryEither(i, k int) bool {
	var best *attempt
	for n, line := range []int{i, k, i, k} {
		plain := n >= 2
		if line < 0 || r.blanked[line] || plain && !r.isClause(line) {
			continue
		}
		a := r.attempt(plain, line)
		switch {
		case a == nil:
		case best == nil || r.damage(a.tree) < r.damage(best.tree):
			if best != nil {
				best.tree.Release()
			}
			best = a
		default:
			a.tree.Release()
		}
	}
	return r.accept(best)
}

// damage weighs the errors of a tree, and the simple statements that reach into
// the line below: "x = a." takes the next line for an attribute without an error.
func (r *repairer) damage(tree *flat.Tree) int {
	sum := 0
	for i := 0; i < len(tree.Nodes); i++ {
		n := tree.Nodes[i]
		switch {
		case n.Kind == flat.Error || n.Missing:
			sum += 20 + int(n.End-n.Start)
			i = int(n.Next) - 1
		case isSimple(n.Kind) && r.crosses(Range{n.Start, n.End}):
			sum += 20
		}
	}
	return sum
}

// crosses reports whether a range reaches beyond the logical line it begins in.
func (r *repairer) crosses(at Range) bool {
	k := r.lineAt(int(at.Start))
	return k < 0 || int(at.End) > r.lines[k].end && k+1 < len(r.lines) && int(at.End) > r.lines[k+1].start
}

// lineAt returns the last line that begins at or before offset, or -1.
func (r *repairer) lineAt(offset int) int {
	i, found := slices.BinarySearchFunc(r.lines, offset, func(l line, offset int) int { return cmp.Compare(l.start, offset) })
	if found {
		return i
	}
	return i - 1
}

// strays reports whether something in tree reaches beyond its logical line.
func strays(text []byte, tree *flat.Tree) bool {
	_, is := (&repairer{text: text, tree: tree, lines: logicalLines(text)}).stray()
	return is
}

// stray returns the first error or simple statement that reaches beyond its
// logical line, or the error that lies in such a statement.
func (r *repairer) stray() (Range, bool) {
	nodes := r.tree.Nodes
	statement := -1 // the last simple statement that crosses lines
	for i := 0; i < len(nodes); i++ {
		n := nodes[i]
		at := Range{n.Start, n.End}
		if statement >= 0 && i >= int(nodes[statement].Next) {
			return r.secondLine(nodes[statement]), true
		}
		switch {
		case n.Kind == flat.Error || n.Missing:
			if statement >= 0 || r.crosses(at) {
				return at, true
			}
			i = int(n.Next) - 1
		case statement < 0 && isSimple(n.Kind) && r.crosses(at):
			statement = i
		}
	}
	if statement >= 0 {
		return r.secondLine(nodes[statement]), true
	}
	return Range{}, false
}

// secondLine returns where the line below the one that n begins in starts.
func (r *repairer) secondLine(n flat.Node) Range {
	k := min(r.lineAt(int(n.Start))+1, len(r.lines)-1)
	return Range{uint32(r.lines[k].start), uint32(r.lines[k].start)}
}

// dangles reports whether a line of text looks like a statement that ends as no
// complete statement does, with a name below it: the parser may have read on
// there without an error. It is a cheap guess; logical lines decide.
func dangles(text []byte) bool {
	for at := 0; at < len(text); {
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			return false
		}
		line := text[at : at+end]
		at += end + 1
		if endsOpen(line) && looksComplete(line) {
			indent := len(line) - len(bytes.TrimLeft(line, " \t"))
			below := text[at:]
			word := bytes.TrimLeft(below, " \t\r\n")
			under := len(below) - len(word) - 1 - bytes.LastIndexByte(below[:len(below)-len(word)], '\n')
			if under <= indent && startsOperand(word) {
				return true
			}
		}
	}
	return false
}

// endsOpen reports whether a line ends in an operator, a dot or a word that
// wants more.
func endsOpen(line []byte) bool {
	line = bytes.TrimRight(line, " \t\r")
	if len(line) == 0 {
		return false
	}
	switch c := line[len(line)-1]; c {
	case '.', '=', '+', '-', '*', '/', '%', '&', '|', '^', '<', '>', '~', '@':
		return true
	default:
		return 'a' <= c && c <= 'z' && joins(lastWord(line))
	}
}

// looksComplete reports whether a line looks like a statement of its own rather
// than prose or the middle of an expression.
func looksComplete(line []byte) bool {
	line = bytes.TrimSpace(line)
	if len(line) == 0 || line[0] == '#' {
		return false
	}
	switch firstWord(line) {
	case "return", "raise", "yield", "await", "assert", "import", "from", "del", "if", "elif", "while", "for", "with":
		return true
	}
	return bytes.IndexByte(line, '=') >= 0 || bytes.IndexByte(line, ' ') < 0
}

// lastWord returns the letters that b ends with.
func lastWord(b []byte) string {
	n := len(b)
	for n > 0 && 'a' <= b[n-1] && b[n-1] <= 'z' {
		n--
	}
	return string(b[n:])
}

func isSimple(kind flat.Kind) bool {
	switch kind {
	case flat.ExpressionStatement, flat.ReturnStatement, flat.RaiseStatement, flat.ImportStatement, flat.ImportFrom,
		flat.AssertStatement, flat.DeleteStatement, flat.GlobalStatement, flat.NonlocalStatement, flat.TypeAliasStatement,
		flat.PrintStatement, flat.ExecStatement, flat.FutureImport, flat.Decorator:
		return true
	}
	return false
}

// isClause reports whether line i begins a clause of a compound statement.
func (r *repairer) isClause(i int) bool {
	switch firstWord(r.text[r.lines[i].start:r.lines[i].end]) {
	case "elif", "else", "except", "finally", "case", "try", "def", "class", "async":
		return true
	}
	return false
}

// blank replaces line i in text by what keeps the lines around it in place;
// plain leaves no clause or definition there.
func (r *repairer) blank(text []byte, i int, plain bool) {
	line := r.lines[i]
	deeper := i+1 < len(r.lines) && r.lines[i+1].indent > line.indent
	stands := placeholder(text[line.start:line.end], deeper)
	if plain {
		stands = placeholder([]byte("x"), deeper)
	}
	for at := line.start; at < line.end; at++ {
		if text[at] != '\n' && text[at] != '\r' {
			text[at] = ' '
		}
	}
	first := text[line.start:line.end]
	if end := bytes.IndexAny(first, "\r\n"); end >= 0 {
		first = first[:end]
	}
	if len(stands) <= len(first) {
		copy(first, stands)
	}
}

// placeholder returns a statement that may stand for a broken line: a definition
// keeps its name, the head of a block stays one.
func placeholder(b []byte, deeper bool) string {
	word := firstWord(b)
	switch word {
	case "":
		if len(b) > 0 && b[0] == '@' {
			return ""
		}
	case "def", "class", "async":
		at := 0
		for _, part := range []string{"async", "def", "class"} {
			if firstWord(b[at:]) == part {
				at += len(part)
				at += len(b[at:]) - len(bytes.TrimLeft(b[at:], " \t"))
			}
		}
		name := firstWord(b[at:])
		if name == "" {
			break
		}
		head := string(b[:at+len(name)])
		if word == "class" {
			return head + ":"
		}
		return head + "():"
	case "elif":
		return "elif 1:"
	case "case":
		return "case _:"
	case "else", "except", "finally", "try":
		return word + ":"
	}
	if deeper {
		return "if 1:"
	}
	return "pass"
}
