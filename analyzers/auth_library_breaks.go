package analyzers

import (
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// AuthLibraryBreaks reports versions of authentication libraries that do not work together.
var AuthLibraryBreaks = &Analyzer{
	Code: "auth-library-breaks", Family: VersionUpgrade, Severity: Warning,
	Run: func(pass *Pass) {
		seen := map[source.Location]bool{}
		for _, at := range bcryptContexts(pass.Project) {
			if f, ok := passlibBcrypt(pass.Project, at); ok && !seen[f.At] {
				seen[f.At] = true
				pass.Report(f)
			}
		}
	},
}

// passlibBcrypt: passlib 1.7.4, the last one, tests its bcrypt backend with a
// password of more than 72 bytes, for which bcrypt 5.0 raises ValueError.
func passlibBcrypt(p *fastapi.Project, use source.Location) (Finding, bool) {
	set := p.Requirements.For(use.Path.Dir())
	passlib, bcrypt := set.Version("passlib"), set.Version("bcrypt")
	if len(set.Places("libpass")) > 0 {
		return Finding{}, false // a fork that works with bcrypt 5
	}
	extra := slices.ContainsFunc(set.Places("passlib"), func(p requirements.Place) bool { return slices.Contains(p.Extras, "bcrypt") })
	e := places{project: p}
	f := Finding{
		Subject: "passlib bcrypt",
		Effect:  Effect{Status: []int{500}, Text: "the first password that is hashed or verified raises ValueError, \"password cannot be longer than 72 bytes\": the login ends as 500"},
		Check:   Check{Say: "See which version of bcrypt is installed where the application runs", Run: "pip show bcrypt passlib | grep -e Name -e Version"},
		Fixes:   []Fix{{Title: "Pin bcrypt below 5, or use bcrypt or pwdlib in place of passlib"}},
	}
	switch bcrypt.Compare("5.0.0") {
	case requirements.AtLeast:
		f.Certainty, f.Effect.Certainty, f.Severity = Confirmed, Confirmed, Error
		f.At = bcrypt.At
		f.Message = "bcrypt is 5 or newer here, and passlib does not work with it"
	case requirements.Crosses:
		f.At = bcrypt.At
		f.Message = "the requirements allow bcrypt 5, and passlib does not work with it"
	case requirements.Unknown:
		if !extra && !passlib.Declared {
			return Finding{}, false
		}
		f.At = passlib.NameAt
		f.Message = "bcrypt is not pinned, and passlib does not work with bcrypt 5"
	default:
		return Finding{}, false
	}
	if f.At.IsZero() {
		f.At = use
	}
	e.add(f.At, "allows bcrypt 5")
	e.add(passlib.NameAt, "asks for passlib")
	e.add(use, "hashes with bcrypt by passlib")
	f.Evidence = e.list
	return f, true
}

// bcryptContexts finds where a program uses passlib's bcrypt.
func bcryptContexts(p *fastapi.Project) (list []source.Location) {
	for _, path := range p.Modules() {
		module := moduleOf(p, path)
		if module == nil || fastapi.Role(path) == fastapi.TestApp || !importsPackage(module, "passlib") {
			continue
		}
		python.Inspect(module, func(node any) bool {
			call, ok := node.(*python.Call)
			if !ok {
				return true
			}
			ext, _ := p.Eval(path, call.Func).(*interpret.External)
			if ext == nil {
				return true
			}
			at := source.Location{Path: path, Span: call.Span()}
			switch ext.Path {
			case "passlib.context.CryptContext":
				for _, a := range call.Args {
					if (a.Name == "schemes" || a.Name == "") && holdsText(p.Eval(path, a.Value), "bcrypt") {
						list = append(list, at)
						break
					}
				}
			case "passlib.hash.bcrypt.hash", "passlib.hash.bcrypt.verify", "passlib.hash.bcrypt.using", "passlib.hash.bcrypt.encrypt":
				list = append(list, at)
			}
			return true
		})
	}
	return list
}

func importsPackage(module *python.Module, name string) bool {
	found := false
	for _, stmt := range module.Body {
		switch n := stmt.(type) {
		case *python.Import:
			for _, a := range n.Names {
				found = found || a.Name == name || len(a.Name) > len(name) && a.Name[:len(name)+1] == name+"."
			}
		case *python.ImportFrom:
			found = found || n.Module == name || len(n.Module) > len(name) && n.Module[:len(name)+1] == name+"."
		}
	}
	return found
}

func holdsText(v interpret.Value, text string) bool {
	switch x := v.(type) {
	case *interpret.Str:
		return x.Text == text
	case *interpret.Seq:
		return slices.ContainsFunc(x.Items, func(i interpret.Value) bool { return holdsText(i, text) })
	}
	return false
}
