package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// KeyHardcoded reports a key that stands as a literal in the source.
var KeyHardcoded = &Analyzer{
	Code: "key-hardcoded", Family: SecretKey, Severity: Warning,
	Run: func(pass *Pass) {
		for _, k := range authKeys(pass.Project) {
			v, _ := k.Value.(interpret.Value)
			if k.Loader != "literal" || v == nil || !strings.HasSuffix(string(k.At.Path), ".py") {
				continue
			}
			text, ok := literalText(v)
			if ok && text != "" && !strings.Contains(text, "-----BEGIN PUBLIC KEY") && !strings.Contains(text, "-----BEGIN CERTIFICATE") {
				pass.Report(hardcoded(pass.Project, k))
			}
		}
	},
}

func literalText(v interpret.Value) (string, bool) {
	if b, ok := v.(*interpret.Bytes); ok {
		return b.Text, true
	}
	return interpret.Text(v)
}

func hardcoded(p *fastapi.Project, k *fastapi.Key) Finding {
	e := places{project: p}
	e.add(k.At, "the key, for everybody who can read the source")
	f := Finding{
		Certainty: Confirmed, At: k.At, Subject: k.Name, Operations: keyOperations(p, k),
		Message: fmt.Sprintf("the key that %s is a literal in the source", keyDoes(k)),
		Effect:  Effect{Text: "whoever has read the source can make tokens that are accepted"},
		Check:   Check{Say: "Sign a token with the literal and call a protected operation: if it is accepted, the literal is the real key"},
	}
	if k.Roles&(fastapi.Signs|fastapi.Verifies) == 0 {
		f.Effect.Text = "whoever has read the source can make session cookies that are accepted"
		f.Check.Say = "Start the application on a clean machine: the sessions of another one are accepted"
	}
	if k.Name != "literal" {
		if line := unreadLine(p, k.Name, k.At.Path); !line.IsZero() {
			f.Message = fmt.Sprintf("the key that %s is a literal, and nothing reads the %s of %s", keyDoes(k), k.Name, line.Path)
			f.Effect.Text = "whoever has read the source can make tokens that are accepted, and another key in the file changes nothing"
			e.add(line, "defined, and read by nothing")
			for _, ld := range p.Loads {
				e.add(ld.At, "loads the file into the environment")
			}
		}
	}
	for _, t := range keyCalls(p, k) {
		e.add(t.Key.At, map[bool]string{true: "signs with it", false: "verifies with it"}[t.Operation == fastapi.Sign])
	}
	f.Evidence, f.Fixes = e.list, []Fix{hardcodedFix(p, k)}
	return f
}

// unreadLine finds the line of an env file of a module's program that sets a
// variable which nothing reads.
func unreadLine(p *fastapi.Project, name string, module source.Path) source.Location {
	for _, k := range p.Keys {
		if k.Read != nil && takes(k.Read, name) {
			return source.Location{}
		}
	}
	for _, path := range p.Tree.Paths() {
		if !path.IsEnvFile() || !p.Serves(path, module) {
			continue
		}
		for _, entry := range p.EnvFile(path) {
			if strings.EqualFold(entry.Key, name) && entry.HasValue {
				return source.Location{Path: path, Span: entry.Span}
			}
		}
	}
	return source.Location{}
}

// hardcodedFix reads the variable of the constant's name where the module knows os.
func hardcodedFix(p *fastapi.Project, k *fastapi.Key) Fix {
	hint := Fix{Title: "Read the key from the environment, and fail when it is not there"}
	module := moduleOf(p, k.At.Path)
	if module == nil || k.Name == "literal" || strings.ToUpper(k.Name) != k.Name {
		return hint
	}
	for _, stmt := range module.Body {
		if imp, ok := stmt.(*python.Import); ok {
			for _, name := range imp.Names {
				if name.Name == "os" && name.As == "" && int(imp.Span().Start) < k.At.Span.Start {
					return Fix{Title: "Read " + k.Name + " from the environment", Edits: map[source.Path][]source.Edit{
						k.At.Path: {{Span: k.At.Span, NewText: fmt.Sprintf("os.environ[%q]", k.Name)}}}}
				}
			}
		}
	}
	return hint
}
