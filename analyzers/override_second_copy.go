package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// secondCopy reports a key that the test imports under another module name than
// the application does: Python then runs the file twice, and the key is a second
// function that no route uses.
func secondCopy(p *fastapi.Project, o *fastapi.Override) (Finding, bool) {
	if !o.InTest || o.Key == nil || o.App == nil {
		return Finding{}, false
	}
	key := o.Key
	imp, file := keyImport(p, o)
	if imp == nil {
		return Finding{}, false
	}
	rootOfTest, ok := impliedRoot(file, imp.Module)
	if !ok {
		return Finding{}, false
	}
	use, same := applicationImport(p, file, rootOfTest)
	if same || use.IsZero() {
		return Finding{}, false
	}
	real, name := dottedName(p, file), dependencyName(key)
	at := source.Location{Path: o.At.Path, Span: imp.Span()}
	f := Finding{
		Certainty: Confirmed, At: at, Subject: imp.Module,
		Assumes: []string{"both names can be imported when the tests run"},
		Message: fmt.Sprintf("the test imports %s from %s and the application from %s: two copies of one file, and the override replaces the one that no route uses",
			name, imp.Module, real),
		Effect: Effect{Certainty: Confirmed, Status: []int{401, 403}, Text: "the override has no effect: the real dependency runs in the test"},
		Evidence: []Evidence{
			{At: use, Note: "the application's import"},
			{At: o.KeyAt, Note: "a key that matches no route"},
		},
		Check: Check{Say: fmt.Sprintf("Print %s.__module__ in the test and in the module with the route", name)},
		Fixes: []Fix{replaceAt("Import it from "+real, false, source.Location{Path: at.Path, Span: imp.ModuleAt.Span()}, real)},
	}
	path, listed := pythonPath(p, rootOfTest)
	if !path.IsZero() {
		f.Evidence = append(f.Evidence, Evidence{At: path, Note: "makes both names dottedName"})
	}
	if !listed {
		f.Certainty, f.Effect.Certainty = Hypothesis, Hypothesis
	}
	return f, true
}

// keyImport finds the import by which a test knows the key, and the file of the
// program that it leads to: where the analysis itself finds it, or, where the
// import leads nowhere, the one file that could be meant.
func keyImport(p *fastapi.Project, o *fastapi.Override) (*python.ImportFrom, source.Path) {
	if o.Key.Function != nil {
		imp, _ := absoluteImport(p, o.At.Path, o.Key.Module, o.Key.Function.Name)
		return imp, o.Key.Module
	}
	if o.Key.Kind != fastapi.ExternalCallable {
		return nil, ""
	}
	dotted, name, _ := strings.Cut(o.Key.Name, ":")
	var found source.Path
	for _, path := range p.Modules() {
		if _, ok := impliedRoot(path, dotted); ok && !isTestFile(path) && definesFunction(p, path, name) {
			if found != "" {
				return nil, ""
			}
			found = path
		}
	}
	for _, st := range syntaxOf(p, o.At.Path).Body {
		if imp, ok := st.(*python.ImportFrom); ok && imp.Level == 0 && imp.Module == dotted && found != "" {
			return imp, found
		}
	}
	return nil, ""
}

func definesFunction(p *fastapi.Project, path source.Path, name string) bool {
	for _, st := range syntaxOf(p, path).Body {
		if fn, ok := st.(*python.Function); ok && fn.Name == name {
			return true
		}
	}
	return false
}

// absoluteImport finds the import of a name by which a module knows a file.
func absoluteImport(p *fastapi.Project, path, file source.Path, name string) (*python.ImportFrom, string) {
	for _, st := range syntaxOf(p, path).Body {
		imp, ok := st.(*python.ImportFrom)
		if !ok || imp.Level > 0 || imp.Star {
			continue
		}
		for _, alias := range imp.Names {
			if alias.Name == name && p.Program.Find(path, 0, imp.Module).Path == file {
				return imp, imp.Module
			}
		}
	}
	return nil, ""
}

// impliedRoot is the folder that must be on Python's path for a file to be
// dottedName under a dotted name.
func impliedRoot(file source.Path, dotted string) (source.Path, bool) {
	tail := strings.ReplaceAll(dotted, ".", "/")
	text := string(file)
	for _, end := range []string{"/__init__.py", ".py"} {
		if rest, ok := strings.CutSuffix(text, tail+end); ok && (rest == "" || strings.HasSuffix(rest, "/")) {
			return source.Path(strings.TrimSuffix(rest, "/")), true
		}
	}
	return "", false
}

// applicationImport finds how code that is no test imports a file. Same is true
// when some of it may do so from the given root. A relative import has the name of
// the package that it stands in.
func applicationImport(p *fastapi.Project, file, root source.Path) (use source.Location, same bool) {
	for _, path := range p.Modules() {
		if isTestFile(path) || path == file {
			continue
		}
		python.InspectHolding(syntaxOf(p, path), python.AnyOf("import"), func(n any) bool {
			switch imp := n.(type) {
			case *python.Import:
				for _, alias := range imp.Names {
					if p.Program.Find(path, 0, alias.Name).Path == file {
						r, ok := impliedRoot(file, alias.Name)
						same = same || !ok || r == root
						use = firstPlace(use, path, imp.Span())
					}
				}
			case *python.ImportFrom:
				if !importsFile(p, path, imp, file) {
					return true
				}
				r, ok := impliedRoot(file, imp.Module)
				if imp.Level > 0 {
					r, ok = rootOfPackage(p, path)
				}
				same = same || !ok || r == root
				use = firstPlace(use, path, imp.Span())
			case python.Expr:
				return false
			}
			return true
		})
	}
	return use, same
}

func importsFile(p *fastapi.Project, path source.Path, imp *python.ImportFrom, file source.Path) bool {
	if p.Program.Find(path, imp.Level, imp.Module).Path == file {
		return true
	}
	for _, alias := range imp.Names {
		if p.Program.Find(path, imp.Level, strings.TrimPrefix(imp.Module+"."+alias.Name, ".")).Path == file {
			return true
		}
	}
	return false
}

// rootOfPackage is the folder from which a module's own dotted name counts.
func rootOfPackage(p *fastapi.Project, path source.Path) (source.Path, bool) {
	return impliedRoot(path, dottedName(p, path))
}

func firstPlace(have source.Location, path source.Path, span source.Span) source.Location {
	if have.IsZero() {
		return source.Location{Path: path, Span: span}
	}
	return have
}

// pythonPath finds the setting that puts folders on Python's path for the tests,
// and says whether it lists a folder.
func pythonPath(p *fastapi.Project, root source.Path) (at source.Location, listed bool) {
	for _, name := range []source.Path{"pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini"} {
		file, err := p.Tree.File(name)
		if err != nil {
			continue
		}
		for line := range file.LineCount() {
			span := file.Line(line)
			setting, folders, ok := strings.Cut(file.Slice(span), "=")
			if !ok || strings.TrimSpace(setting) != "pythonpath" {
				continue
			}
			words := strings.FieldsFunc(folders, func(r rune) bool { return strings.ContainsRune(" \t[]\"',", r) })
			return source.Location{Path: name, Span: span}, slices.ContainsFunc(words, func(w string) bool {
				return source.Path(strings.Trim(strings.TrimPrefix(w, "./"), "/")) == root || w == "." && root == ""
			})
		}
	}
	return source.Location{}, false
}

// hasDependencies reports whether a callable declares dependencies of its own.
func hasDependencies(p *fastapi.Project, c *fastapi.Callable) bool {
	fn, ok := c.Ref().(*interpret.Func)
	return ok && fn.Def != nil && isDependable2(p, fn)
}
