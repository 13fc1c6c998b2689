package analyzers

import (
	"fmt"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
)

// KeyMissing reports an environment in which nothing gives a key its value.
var KeyMissing = &Analyzer{
	Code: "key-missing", Family: SecretKey, Severity: Error, Requires: fastapi.Settings,
	Run: func(pass *Pass) {
		p := pass.Project
		for _, fault := range keyFaults(p, "key-missing") {
			in, k := fault.in[0], fault.key
			name := keyName(k)
			e := places{project: p}
			e.add(k.At, "reads "+name)
			if in.env.Kind != environment.Local {
				e.add(in.env.At, "gives no "+name)
			}
			for _, at := range readInVain(p, fault) {
				e.add(at.At, at.Note)
			}
			for _, o := range likeNames(p, fault) {
				e.add(o.At, "gives "+o.Name+", which the program does not read")
			}
			f := Finding{
				At: keyPlace(k), Subject: name, Operations: keyOperations(p, k), Assumes: outside(in.env, name),
				Message: fmt.Sprintf("nothing gives %s a value in %s, and the program has no other key", name, fault.environments()),
				Effect:  missingKeyEffect(p, k), Evidence: e.list,
				Check: Check{Say: "See whether the variable is set where the application runs: the length is 0 if it is not", Run: printenv(in.env, name)},
				Fixes: []Fix{{Title: "Give " + name + " to " + in.env.Name + ", and refuse to start without it"}},
			}
			if in.env.Kind == environment.Local && !in.line.IsZero() {
				e.add(in.line, "lists what to set, and has no "+name)
				f.Message = fmt.Sprintf("%s lists the variables to set, and not %s, without which the program has no key", in.line.Path, name)
				f.Evidence, f.Certainty, f.Severity = e.list, Confirmed, Warning
				f.Fixes = []Fix{{Title: "List " + name + " in " + string(in.line.Path)}}
			} else if in.env.Outside == "" && !fromPage(in.env) {
				f.Certainty = Confirmed
			} else {
				f.Severity = Warning
			}
			pass.Report(f)
		}
	},
}
