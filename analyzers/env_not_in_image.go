package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
)

// EnvNotInImage reports a key that is known when the image is built, or lies in
// a file of the folder, and is not there when the container runs.
var EnvNotInImage = &Analyzer{
	Code: "env-not-in-image", Family: EnvDrift, Severity: Error,
	Run: func(pass *Pass) {
		p := pass.Project
		for _, fault := range keyFaults(p, "env-not-in-image") {
			in, k := fault.in[0], fault.key
			name := keyName(k)
			e := places{project: p}
			f := Finding{
				Certainty: Confirmed, Subject: name, Operations: keyOperations(p, k), Assumes: outside(in.env, name),
				Effect: keyEffect(p, k, in.row),
				Check:  Check{Say: "See whether the variable is there in the running container: the length is 0 if it is not", Run: printenv(in.env, name)},
			}
			if in.argument.Passed {
				f.At, f.Certainty, f.Severity = in.argument.At, Hypothesis, Warning
				f.Message = fmt.Sprintf("%s is handed on to %s from the shell, and the files have it in %s alone, which compose does not read here", name, fault.environments(), in.line.Path)
				f.Effect = missingKeyEffect(p, k)
				e.add(in.argument.At, "takes what the shell has")
				e.add(in.line, "has the value, and does not count")
				f.Fixes = []Fix{{Title: "Name the file under env_file"}}
			} else if strings.HasSuffix(in.argument.Name, "_FILE") {
				f.At = in.argument.At
				f.Message = fmt.Sprintf("%s names a file with the key in %s, and the program reads %s alone, so %s", in.argument.Name, fault.environments(), name, insteadWords(in.row))
				e.add(in.argument.At, "names a file that nothing reads")
				f.Fixes = []Fix{{Title: "Read the file that " + in.argument.Name + " names, or use secrets_dir"}}
			} else if in.argument.Name != "" {
				f.At = in.argument.At
				f.Message = fmt.Sprintf("%s is a build argument, which the running container of %s does not have, so %s", name, fault.environments(), insteadWords(in.row))
				for _, a := range in.env.BuildArgs {
					if a.Name == in.argument.Name {
						e.add(a.At, "given to the build, and copied into no ENV")
					}
				}
				f.Fixes = []Fix{{Title: "Pass " + name + " when the container runs, under environment or env_file"}}
			} else {
				if in.env.Kind == environment.Image { // who runs the image may well pass the variable
					f.Certainty, f.Severity = Hypothesis, Warning
					if in.row.State == fastapi.StateMissing && k.Required {
						f.Severity = Information // whoever forgets it is told at the start
					}
				}
				f.At = in.absence.At
				if in.absence.Excluded && !in.absence.Deciding.IsZero() {
					f.At = in.absence.Deciding
				}
				f.Message = fmt.Sprintf("%s is not in the image of %s (%s), and nothing else gives %s, so %s", in.absence.Path, fault.environments(), in.absence.Why, name, insteadWords(in.row))
				e.add(in.absence.At, "looks for the file in the container")
				e.add(in.absence.Deciding, "leaves it out")
				e.add(in.line, "the value that the container does not get")
				e.add(in.env.At, "gives no "+name)
				f.Fixes = []Fix{{Title: "Give the container its variables, by env_file, environment or a secret"}}
			}
			e.add(k.At, "reads "+name)
			e.add(enclosingHandler(p, k.At), "what is used without it")
			e.add(k.DefaultAt, "what is used without it")
			f.Evidence = e.list
			pass.Report(f)
		}
	},
}
