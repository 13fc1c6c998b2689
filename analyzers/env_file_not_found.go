package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/environment"
)

// EnvFileNotFound reports an env file that is looked for in a folder in which it is not.
var EnvFileNotFound = &Analyzer{
	Code: "env-file-not-found", Family: SecretKey, Severity: Error,
	Run: func(pass *Pass) {
		p := pass.Project
		for _, fault := range keyFaults(p, "env-file-not-found") {
			in, k := fault.in[0], fault.key
			name := keyName(k)
			e := places{project: p}
			e.add(in.absence.At, "the path, relative to the working directory")
			e.add(in.absence.Deciding, "decides the working directory")
			if in.env.Files != nil {
				if _, there, _, at := in.env.Files.Locate(in.line.Path); there {
					e.add(at, "where the file lands")
				}
			}
			e.add(in.line, "the file that is meant, and the value that is not found")
			e.add(k.At, "reads "+name+": "+insteadWords(in.row))
			certainty, severity := Confirmed, Error
			if strings.HasPrefix(in.env.Name, "systemd:") || strings.HasPrefix(in.env.Name, "supervisord:") {
				certainty, severity = Hypothesis, Warning // where their folder lies in the tree is a guess
			}
			assumes := outside(in.env, name)
			if in.absence.Beyond {
				assumes = append(assumes, "no such file lies beside the analysed folder")
			}
			effect, so := keyEffect(p, k, in.row), insteadWords(in.row)
			if k.Read.Opened {
				so = "the start fails"
				effect = Effect{Certainty: certainty, Text: "the program ends with FileNotFoundError when the module is imported"}
			}
			pass.Report(Finding{
				Certainty: certainty, Severity: severity, At: in.absence.At, Subject: name, Operations: keyOperations(p, k),
				Message: fmt.Sprintf("%s is looked for in the working directory%s, where it is not in %s, so %s", in.absence.Path, workDirWords(in.env), fault.environments(), so),
				Assumes: assumes, Effect: effect, Evidence: e.list,
				Check: Check{Say: "Look for the file from the folder in which the process runs", Run: findFileCommand(in)},
				Fixes: []Fix{besideFile(p, in)},
			})
		}
	},
}

func workDirWords(e *environment.Environment) string {
	dir := e.WorkDir
	for _, c := range e.Commands {
		if c.WorkDir.Known {
			dir = c.WorkDir
			break
		}
	}
	if !dir.Known || dir.Path == "" || dir.Path == "." {
		return ""
	}
	return " " + dir.Path
}

func findFileCommand(in keyFaultIn) string {
	if in.env.Kind == environment.Image {
		return "docker run --rm -it <image> sh -c 'pwd; ls -a'"
	}
	if in.env.Kind == environment.Compose {
		return "docker compose run --rm " + serviceOf(in.env) + " sh -c 'pwd; ls -a'"
	}
	return "ls -a" + workDirWords(in.env)
}

func serviceOf(e *environment.Environment) string {
	for i := len(e.Name) - 1; i >= 0; i-- {
		if e.Name[i] == ':' {
			return e.Name[i+1:]
		}
	}
	return e.Name
}
