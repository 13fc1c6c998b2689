package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// KeyDefaultUsed reports a default in the source that is the key in some environment.
var KeyDefaultUsed = &Analyzer{
	Code: "key-default-used", Family: SecretKey, Severity: Warning, Requires: fastapi.Settings,
	Run: func(pass *Pass) {
		p := pass.Project
		for _, fault := range keyFaults(p, "key-default-used") {
			pass.Report(defaultUsed(p, fault))
		}
		for _, k := range authKeys(p) {
			for _, row := range k.Rows {
				if f, ok := placeholderGiven(p, k, row); ok {
					pass.Report(f)
					break
				}
			}
		}
	},
}

func defaultUsed(p *fastapi.Project, fault *keyFault) Finding {
	in, k := fault.in[0], fault.key
	name := keyName(k)
	e := places{project: p}
	f := Finding{
		Certainty: Confirmed, At: k.At, Subject: name, Operations: keyOperations(p, k), Assumes: outside(in.env, name),
		Message: fmt.Sprintf("nothing gives %s a value in %s, so the default in the source %s", name, fault.environments(), keyDoes(k)),
		Effect:  keyEffect(p, k, in.row),
		Check:   Check{Say: "See whether the variable is set where the application runs: the length is 0 if it is not", Run: printenv(in.env, name)},
		Fixes:   []Fix{{Title: "Make " + name + " required, so that a start without it fails"}},
	}
	if in.env.Kind == environment.Image {
		f.Certainty = Hypothesis // a container is meant to be given its key
	}
	e.add(in.row.Source, "the default")
	e.add(k.At, "reads "+name)
	for _, o := range likeNames(p, fault) {
		e.add(o.At, "gives "+o.Name+", which the program does not read")
	}
	for _, at := range readInVain(p, fault) {
		e.add(at.At, at.Note)
	}
	if at := setElsewhere(p, k); !at.IsZero() {
		f.Certainty, f.Effect.Certainty = Hypothesis, Hypothesis
		e.add(at, "may give it another value")
	}
	f.Evidence = e.list
	return f
}

// likeNames lists the variables that an environment gives, that nothing reads, and that share a word with the key's name.
func likeNames(p *fastapi.Project, fault *keyFault) (list []fastapi.Offer) {
	words := map[string]bool{}
	for _, w := range strings.Split(keyName(fault.key), "_") {
		words[w] = len(w) > 2
	}
	for _, in := range fault.in {
		offers, _ := p.Offers(in.env, fault.key.Read)
		for _, o := range offers {
			read := false
			for _, k := range p.Keys {
				read = read || k.Read != nil && takes(k.Read, o.Name)
			}
			for _, w := range strings.Split(strings.ToUpper(o.Name), "_") {
				if words[w] && !read {
					list = append(list, o)
					break
				}
			}
		}
	}
	return list
}

// readInVain shows the env files that are read and do not have the key.
func readInVain(p *fastapi.Project, fault *keyFault) (list []Evidence) {
	name := keyName(fault.key)
	seen := map[source.Path]bool{}
	show := func(path source.Path, through source.Location) {
		if seen[path] {
			return
		}
		seen[path] = true
		for _, entry := range p.EnvFile(path) {
			if entry.Key != "" {
				list = append(list, Evidence{At: source.Location{Path: path, Span: entry.Span}, Note: "this file is read, and has no " + name})
				break
			}
		}
		list = append(list, Evidence{At: through, Note: "reads " + string(path)})
	}
	for _, in := range fault.in {
		offers, _ := p.Offers(in.env, fault.key.Read)
		for _, o := range offers {
			switch {
			case o.File != "":
				show(o.File, o.Through)
			case !o.Through.IsZero():
				show(o.At.Path, o.Through)
			}
		}
	}
	return list
}

// placeholderGiven is a text that a template ships to be replaced, and that a
// compose file or a manifest gives as the key.
func placeholderGiven(p *fastapi.Project, k *fastapi.Key, row fastapi.KeyRow) (Finding, bool) {
	env := environmentOf(p, row.Environment)
	a := row.Assignment
	if env == nil || a == nil || !a.Known || row.State != fastapi.StateSet || !row.Value.IsPlaceholder() || !deployed(env) || !a.Through.IsZero() || !a.From.IsZero() {
		return Finding{}, false
	}
	name := keyName(k)
	e := places{project: p}
	e.add(a.At, "a text that is meant to be replaced")
	e.add(k.At, "reads it")
	f := Finding{
		Certainty: Confirmed, At: a.At, Subject: name, Operations: keyOperations(p, k),
		Message:  fmt.Sprintf("in %s the key that %s is a placeholder", env.Name, keyDoes(k)),
		Effect:   keyEffect(p, k, fastapi.KeyRow{State: fastapi.StateDefault}),
		Evidence: e.list,
		Check:    Check{Say: "See whether the value is replaced before the service starts", Run: printenv(env, name)},
		Fixes:    []Fix{{Title: "Take the key from outside the file, and refuse to start without it: ${" + name + ":?}"}},
	}
	if len(a.Assumes) > 0 {
		f.Certainty = Hypothesis
		f.Message = fmt.Sprintf("in %s the key that %s is a placeholder unless the shell sets it", env.Name, keyDoes(k))
	}
	return f, true
}
