package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// editWithin replaces the one occurrence of a text at a place; false when there is none, or several.
func editWithin(p *fastapi.Project, at source.Location, old, text string) (source.Edit, bool) {
	have := textAt(p, at)
	i := strings.Index(have, old)
	if old == "" || i < 0 || strings.Count(have, old) != 1 {
		return source.Edit{}, false
	}
	start := at.Span.Start + i
	return source.Edit{Span: source.Span{Start: start, End: start + len(old)}, NewText: text}, true
}

// requireVariable makes compose refuse to start where the shell and .env give a
// key no value: ${KEY:-} becomes ${KEY:?}.
func requireVariable(p *fastapi.Project, at source.Location, name string) (Fix, bool) {
	for _, form := range []string{"${" + name + ":-}", "${" + name + "-}", "${" + name + "}"} {
		if edit, ok := editWithin(p, at, form, "${"+name+":?}"); ok {
			return Fix{Title: "Refuse to start without " + name, Edits: map[source.Path][]source.Edit{at.Path: {edit}}}, true
		}
	}
	return Fix{}, false
}

// renameVariable writes the name that is read where a line gives another one.
func renameVariable(p *fastapi.Project, at source.Location, from, to string) (Fix, bool) {
	file, err := p.Tree.File(at.Path)
	if err != nil || !within(p, at) || strings.HasSuffix(string(at.Path), ".py") {
		return Fix{}, false
	}
	line := file.Line(file.LineOf(at.Span.Start))
	text := file.Slice(line)
	i := strings.Index(text, from)
	if i < 0 || i > 0 && !strings.ContainsRune(" \t-\"'", rune(text[i-1])) {
		return Fix{}, false
	}
	after := strings.TrimLeft(text[i+len(from):], " \"'")
	if !strings.HasPrefix(after, "=") && !strings.HasPrefix(after, ":") {
		return Fix{}, false
	}
	span := source.Span{Start: line.Start + i, End: line.Start + i + len(from)}
	return Fix{Title: "Rename the variable to " + to, Edits: map[source.Path][]source.Edit{at.Path: {{Span: span, NewText: to}}}}, true
}

// besideFile builds the path of an env file from __file__, where it is written as
// a text in a module of the tree.
func besideFile(p *fastapi.Project, in keyFaultIn) Fix {
	hint := Fix{Title: "Build the path from __file__"}
	at, target := in.absence.At, in.line.Path
	text := textAt(p, at)
	if len(text) < 2 || text[0] != '"' && text[0] != '\'' || moduleOf(p, at.Path) == nil || target == "" {
		return hint
	}
	if in.env.Kind != environment.Local && in.env.Kind != environment.Process {
		return hint // a container should be given its variables
	}
	dir, up := at.Path.Dir(), 0
	for dir != "" && target.Dir() != dir && !target.Dir().Within(dir) {
		dir = dir.Dir()
		up++
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(string(target), string(dir)), "/")
	name, edits := importName(p, at.Path, "pathlib", "Path")
	place := fmt.Sprintf("%s(__file__).resolve().parents[%d] / %q", name, up, rest)
	if up == 0 {
		place = fmt.Sprintf("%s(__file__).resolve().parent / %q", name, rest)
	}
	edits = append(edits, source.Edit{Span: at.Span, NewText: place})
	return Fix{Title: "Build the path from __file__", Edits: map[source.Path][]source.Edit{at.Path: edits}}
}

// unwrapped takes the text out of an object that hides it, where the key is given.
func unwrapped(p *fastapi.Project, at source.Location, cast string) (Fix, bool) {
	text := textAt(p, at)
	if text == "" || strings.ContainsAny(text, "\n") || !isDottedName(text) {
		return Fix{}, false
	}
	if cast == "Secret" {
		return replaceAt("Take the text of it", false, at, "str("+text+")"), true
	}
	return replaceAt("Take the text of it", false, at, text+".get_secret_value()"), true
}

func isDottedName(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool {
		return r != '.' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
}

// withoutComma takes the comma off that makes a tuple of one text.
func withoutComma(p *fastapi.Project, seq *interpret.Seq) (Fix, bool) {
	m := moduleOf(p, seq.At.Path)
	if m == nil {
		return Fix{}, false
	}
	var inner source.Span
	python.InspectAround(m, seq.At.Span, func(n any) bool {
		if x, ok := n.(*python.Sequence); ok && x.Span() == seq.At.Span && len(x.Elements) == 1 {
			inner = x.Elements[0].Span()
		}
		return inner.End == 0
	})
	text := textAt(p, source.Location{Path: seq.At.Path, Span: inner})
	if inner.End == 0 || strings.ContainsAny(text[:1], `"'`) { // a key in the source is the next thing to mend
		return Fix{}, false
	}
	return replaceAt("Remove the comma", false, seq.At, text), true
}

// orHint is the fix, or the hint where there is none.
func orHint(fix Fix, ok bool, hint string) []Fix {
	if ok {
		return []Fix{fix}
	}
	return []Fix{{Title: hint}}
}
