package analyzers

import (
	"fmt"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// EnvTextAltered reports a key whose text one reader of its file changes and another keeps.
var EnvTextAltered = &Analyzer{
	Code: "env-text-altered", Family: EnvDrift, Severity: Error,
	Run: func(pass *Pass) {
		p := pass.Project
		seen := map[source.Location]bool{}
		for _, k := range p.Keys {
			if k.Read == nil || k.Roles&keyRoles == 0 && !namedLikeKey(k) {
				continue
			}
			for _, row := range k.Rows {
				a := row.Assignment
				env := environmentOf(p, row.Environment)
				if env == nil || a == nil || a.Altered == "" || a.AlteredAt.IsZero() || seen[a.AlteredAt] || env.Kind == environment.CI {
					continue
				}
				seen[a.AlteredAt] = true
				pass.Report(textAltered(p, env, k, a))
			}
		}
	},
}

func textAltered(p *fastapi.Project, env *environment.Environment, k *fastapi.Key, a *environment.Assignment) Finding {
	name := keyName(k)
	e := places{project: p}
	e.add(a.AlteredAt, a.Altered)
	e.add(a.Through, "reads the file for "+env.Name)
	f := Finding{
		At: a.AlteredAt, Subject: name + " " + env.Name, Operations: keyOperations(p, k),
		Message: fmt.Sprintf("in %s %s is not the text of the file: %s", env.Name, name, a.Altered),
		Effect:  Effect{Status: []int{401}, Text: "tokens signed with the text of the file are refused in " + env.Name},
		Check:   Check{Say: "Compare the length of the value in the process with that of the file", Run: printenv(env, name)},
		Fixes:   []Fix{alteredFix(a)},
	}
	others := otherReaders(p, env, k, a)
	for _, at := range others {
		e.add(at, "reads the file in another way, and keeps the text as it is meant")
	}
	if len(others) > 0 || env.Kind == environment.Kubernetes {
		f.Certainty = Confirmed
	}
	if fromPage(env) {
		f.Certainty = Hypothesis
	}
	if len(a.Unset) > 0 {
		f.Assumes = []string{"the shell that starts it does not export the name behind the $"}
	}
	e.add(k.At, "reads "+name)
	f.Evidence = e.list
	return f
}

func alteredFix(a *environment.Assignment) Fix {
	switch {
	case len(a.Unset) > 0:
		return Fix{Title: "Put the value in single quotes"}
	case a.Via == "--env-file":
		return Fix{Title: "Leave nothing but the value behind the =: no quotes, and the comment on a line of its own"}
	}
	return Fix{Title: "Write the value so that every reader takes it alike"}
}

// otherReaders finds what reads the same line and gets another text: a row of
// the key, or of another one, or a call of python-dotenv in a script.
func otherReaders(p *fastapi.Project, env *environment.Environment, k *fastapi.Key, a *environment.Assignment) (list []source.Location) {
	add := func(at source.Location) {
		for _, have := range list {
			if have == at {
				return
			}
		}
		if !at.IsZero() && at != a.Through {
			list = append(list, at)
		}
	}
	for _, other := range p.Keys {
		for _, row := range other.Rows {
			if row.Source.Path == a.At.Path && row.State == fastapi.StateSet && (row.Source == a.At || other.Read != nil && takes(other.Read, a.Name)) && !row.Value.Equal(a.Value) {
				add(row.Through)
			}
		}
	}
	for _, at := range dotenvCalls(p, a.At.Path) {
		add(at)
	}
	return list
}

// dotenvCalls finds the calls of python-dotenv that may read a file: those of
// scripts that no application imports as well.
func dotenvCalls(p *fastapi.Project, file source.Path) (list []source.Location) {
	for _, path := range p.Tree.Paths() {
		module := moduleOf(p, path)
		if module == nil {
			continue
		}
		names := dotenvNames(module)
		if len(names) == 0 {
			continue
		}
		python.Inspect(module, func(node any) bool {
			call, ok := node.(*python.Call)
			if !ok || !names[calleeText(call.Func)] {
				return true
			}
			if len(call.Args) == 0 && file.Base() == ".env" && liesIn(file.Dir(), path.Dir()) || len(call.Args) > 0 && namesFile(call.Args[0].Value, file) {
				list = append(list, source.Location{Path: path, Span: call.Span()})
			}
			return true
		})
	}
	return list
}

// liesIn says whether a folder is dir or lies in it.
func liesIn(dir, folder source.Path) bool {
	for at := folder; ; at = at.Dir() {
		if at == dir {
			return true
		}
		if at == "" || at == "." {
			return dir == "" || dir == "."
		}
	}
}

// dotenvNames lists the names under which a module calls python-dotenv's readers.
func dotenvNames(module *python.Module) map[string]bool {
	names := map[string]bool{}
	for _, stmt := range module.Body {
		switch n := stmt.(type) {
		case *python.ImportFrom:
			if n.Module != "dotenv" && n.Module != "dotenv.main" {
				continue
			}
			for _, a := range n.Names {
				if a.Name == "load_dotenv" || a.Name == "dotenv_values" {
					names[boundName(a)] = true
				}
			}
		case *python.Import:
			for _, a := range n.Names {
				if a.Name == "dotenv" {
					names[boundName(a)+".load_dotenv"], names[boundName(a)+".dotenv_values"] = true, true
				}
			}
		}
	}
	return names
}

func boundName(a python.Alias) string {
	if a.As != "" {
		return a.As
	}
	return a.Name
}

func calleeText(x python.Expr) string {
	switch n := x.(type) {
	case *python.Name:
		return n.ID
	case *python.Attribute:
		return calleeText(n.Value) + "." + n.Attr
	}
	return ""
}

// namesFile says whether an argument ends in the file's name.
func namesFile(x python.Expr, file source.Path) (found bool) {
	python.Inspect(x, func(node any) bool {
		if s, ok := node.(*python.String); ok && s.Value != "" && source.Path(s.Value).Base() == file.Base() {
			found = true
		}
		return !found
	})
	return found
}
