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

// SettingsCached reports a test that changes the environment for a key which the
// application has read and kept by then.
var SettingsCached = &Analyzer{
	Code: "settings-cached", Family: Testing, Severity: Information,
	Run: runSettingsCached,
}

func runSettingsCached(pass *Pass) {
	p := pass.Project
	for _, path := range p.Program.Candidates("setenv", "environ") {
		if !isTestFile(path) {
			continue
		}
		m := moduleOf(p, path)
		if m == nil || clearsCaches(m) || afterImport(p, path, m) == nil {
			continue
		}
		look := func(body []python.Stmt, where string) {
			inspectOwn(body, func(n any) bool {
				if name, at := environmentChange(path, n); name != "" {
					if k := cachedKey(p, name); k != nil {
						pass.Report(keptSetting(p, k, name, at, where))
					}
				}
				return true
			})
		}
		look(afterImport(p, path, m), path.Base())
		python.Inspect(m, func(n any) bool {
			if fn, ok := n.(*python.Function); ok && fn.BodyHolds("setenv", "environ") {
				look(fn.Body(), fn.Name)
			}
			return true
		})
	}
}

// environmentChange recognises monkeypatch.setenv("X", …) and os.environ["X"] = ….
func environmentChange(path source.Path, n any) (name string, at source.Location) {
	switch x := n.(type) {
	case *python.Call:
		if a, ok := x.Func.(*python.Attribute); ok && a.Attr == "setenv" && len(x.Args) > 1 {
			if s, ok := x.Args[0].Value.(*python.String); ok {
				return s.Value, source.Location{Path: path, Span: x.Span()}
			}
		}
	case *python.Assign:
		for _, t := range x.Targets {
			sub, ok := t.(*python.Subscript)
			if !ok || python.LastName(sub.Value) != "environ" {
				continue
			}
			if s, ok := sub.Index.(*python.String); ok {
				return s.Value, source.Location{Path: path, Span: x.Span()}
			}
		}
	}
	return "", source.Location{}
}

// clearsCaches reports whether a test module takes care of what was read before.
func clearsCaches(m *python.Module) bool {
	found := false
	python.Inspect(m, func(n any) bool {
		switch x := n.(type) {
		case *python.Attribute:
			found = found || x.Attr == "cache_clear" || x.Attr == "reload" || x.Attr == "dependency_overrides" || x.Attr == "modules"
		case *python.Name:
			found = found || x.ID == "reload"
		}
		return !found
	})
	return found
}

// afterImport is what follows, at the top of a test module, the first import of code
// of the program; nil when it imports none there.
func afterImport(p *fastapi.Project, path source.Path, m *python.Module) []python.Stmt {
	i := slices.IndexFunc(m.Body, func(st python.Stmt) bool {
		imp, ok := st.(*python.ImportFrom)
		if !ok {
			return false
		}
		found := p.Program.Find(path, imp.Level, imp.Module)
		return (found.Kind == python.ModuleFile || found.Kind == python.Package) && !isTestFile(found.Path)
	})
	if i < 0 {
		return nil
	}
	return m.Body[i:]
}

// cachedKey finds the key that signs or verifies, that a variable gives, and that
// the program keeps: read at import, or by a function with a cache.
func cachedKey(p *fastapi.Project, variable string) *fastapi.Key {
	for _, k := range p.Keys {
		if !slices.ContainsFunc(k.Variables, func(name string) bool { return strings.EqualFold(name, variable) }) || k.Roles&(fastapi.Signs|fastapi.Verifies|fastapi.Algorithm) == 0 {
			continue
		}
		if isTestFile(k.At.Path) || !keptAt(p, k) {
			continue
		}
		return k
	}
	return nil
}

// keptAt reports whether a key is read once: outside of any function, or for an
// object that a cached function or a module keeps.
func keptAt(p *fastapi.Project, k *fastapi.Key) bool {
	if r := k.Read; r != nil && r.Class != nil {
		return madeOnce(p, r.Class)
	}
	inFunction := false
	python.InspectAround(syntaxOf(p, k.At.Path), k.At.Span, func(n any) bool {
		if fn, ok := n.(*python.Function); ok && fn.Span().Covers(k.At.Span) {
			inFunction = true
			if v, ok := p.Eval(k.At.Path, &python.Name{Range: fn.NameAt, ID: fn.Name}).(*interpret.Func); ok && v.Cached {
				inFunction = false
			}
			return false
		}
		return true
	})
	return !inFunction
}

// madeOnce reports whether every object of a settings class is made at import or by
// a function with a cache.
func madeOnce(p *fastapi.Project, class *interpret.Class) bool {
	made, once := false, true
	for _, path := range p.Modules() {
		if isTestFile(path) {
			continue
		}
		var walk func(node any, cached bool)
		walk = func(node any, cached bool) {
			python.InspectHolding(node, python.AnyOf(class.Def.Name), func(n any) bool {
				switch x := n.(type) {
				case *python.Function:
					if !x.BodyHolds(class.Def.Name) {
						return false
					}
					v, ok := p.Eval(path, &python.Name{Range: x.NameAt, ID: x.Name}).(*interpret.Func)
					walk(x.Body(), ok && v.Cached)
					return false
				case *python.Call:
					if name := python.LastName(x.Func); name == class.Def.Name && p.Eval(path, x.Func) == interpret.Value(class) {
						made, once = true, once && cached
					}
				}
				return true
			})
		}
		walk(syntaxOf(p, path), true)
	}
	return made && once
}

// keepers lists what keeps a key: functions with a cache that read it or make its
// settings object, and such calls at the top of modules.
func keepers(p *fastapi.Project, k *fastapi.Key) (out []Evidence) {
	var class *interpret.Class
	if k.Read != nil {
		class = k.Read.Class
	}
	made := "" // what a function names that may make the object: without a class, anything
	if class != nil {
		made = class.Def.Name
	}
	for _, path := range p.Modules() {
		if isTestFile(path) || class == nil && path != k.At.Path {
			continue
		}
		for _, fn := range functionsNaming(syntaxOf(p, path), made) {
			v, ok := p.Eval(path, &python.Name{Range: fn.NameAt, ID: fn.Name}).(*interpret.Func)
			if !ok || !v.Cached || len(fn.Decorators) == 0 || class == nil && !fn.Span().Covers(k.At.Span) || class != nil && !makes(p, path, fn.Body(), class) {
				continue
			}
			span := source.Span{Start: fn.Decorators[0].Span().Start, End: fn.NameAt.Span().End}
			out = append(out, Evidence{At: source.Location{Path: path, Span: span}, Note: "gives the same object at every call"})
		}
		for _, st := range syntaxOf(p, path).Body {
			if a, ok := st.(*python.Assign); ok && class != nil && a.Value != nil && makes(p, path, a.Value, class) {
				out = append(out, Evidence{At: source.Location{Path: path, Span: a.Span()}, Note: "made once, at import"})
			}
		}
	}
	return out
}

// makes reports whether code calls a settings class.
func makes(p *fastapi.Project, path source.Path, node any, class *interpret.Class) bool {
	found := false
	python.Inspect(node, func(n any) bool {
		if call, ok := n.(*python.Call); ok && python.LastName(call.Func) == class.Def.Name {
			found = found || p.Eval(path, call.Func) == interpret.Value(class)
		}
		return !found
	})
	return found
}

func keptSetting(p *fastapi.Project, k *fastapi.Key, variable string, at source.Location, test string) Finding {
	return Finding{
		Certainty: Hypothesis, At: at, Subject: test + " " + variable,
		Message:  fmt.Sprintf("%s is set in %s, and the application has read it by then and keeps what it read", variable, test),
		Effect:   Effect{Status: []int{401}, Text: "the test signs with one key and the application verifies with another, in an order that depends on which test runs first"},
		Evidence: append([]Evidence{{At: k.At, Note: "read once and kept"}}, keepers(p, k)...),
		Check:    Check{Say: "Print the key at both ends in the test; run the test alone and with the others"},
		Fixes:    []Fix{describedFix("Set the variable before the application is imported, or clear the cache (cache_clear) after setting it")},
	}
}
