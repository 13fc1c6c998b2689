package analyzers

import (
	"fmt"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
)

// KeyEmpty reports an environment in which a key is the empty text.
var KeyEmpty = &Analyzer{
	Code: "key-empty", Family: SecretKey, Severity: Error,
	Run: func(pass *Pass) {
		p := pass.Project
		for _, fault := range keyFaults(p, "key-empty") {
			in, k := fault.in[0], fault.key
			name := keyName(k)
			e := places{project: p}
			f := Finding{
				Certainty: Confirmed, At: in.row.Source, Subject: name, Operations: keyOperations(p, k),
				Message: fmt.Sprintf("%s is empty in %s, and the program takes the empty text as its key", name, fault.environments()),
				Effect:  emptyEffect(p, k),
				Check:   Check{Say: "See how long the value is where the application runs", Run: printenv(in.env, name)},
				Fixes:   []Fix{{Title: "Refuse an empty key: ${" + name + ":?} in compose, or a test in the program"}},
			}
			if a := in.row.Assignment; a != nil {
				if fix, ok := requireVariable(p, a.At, a.Name); ok {
					f.Fixes = []Fix{fix}
				}
			}
			if in.row.State == fastapi.StateUnknown {
				f.Certainty, f.Severity = Hypothesis, Warning
				f.Message = fmt.Sprintf("%s is empty in %s unless the shell sets it: no file gives it a value", name, fault.environments())
				if !in.line.IsZero() {
					f.Message = fmt.Sprintf("%s is empty in %s unless the shell sets it: compose does not take it from %s", name, fault.environments(), in.line.Path)
					e.add(in.row.Source, "the reference")
					e.add(in.line, "has the value, in a file that compose does not read here")
				}
			} else if in.row.Assignment == nil {
				f.Assumes = outside(in.env, name)
				if _, read := p.Offers(in.env, k.Read); in.env.Kind == environment.Local && len(read) == 0 {
					f.Certainty, f.Severity = Hypothesis, Warning // whatever gives the variables is not in the folder
				}
				f.Message = fmt.Sprintf("nothing gives %s a value in %s, and its default is the empty text", name, fault.environments())
			}
			e.add(in.row.Source, "the empty value")
			for _, s := range in.row.Shadowed {
				e.add(s.At, "has a value, and does not count: "+s.Why)
				e.add(throughOf(p, in.env, k.Read, s.At), "reads that file")
			}
			e.add(k.At, "takes the empty text")
			f.Evidence = e.list
			pass.Report(f)
		}
	},
}
