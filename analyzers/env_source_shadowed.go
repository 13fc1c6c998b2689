package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// EnvSourceShadowed reports a line that gives a key its value and has no effect,
// because another source wins in that environment.
var EnvSourceShadowed = &Analyzer{
	Code: "env-source-shadowed", Family: EnvDrift, Severity: Warning,
	Run: func(pass *Pass) {
		seen := map[source.Location]bool{}
		for _, k := range pass.Project.Keys {
			if k.Read == nil || k.Roles&keyRoles == 0 && !namedLikeKey(k) || fastapi.Role(k.At.Path) == fastapi.TestApp {
				continue
			}
			for _, row := range k.Rows {
				env := environmentOf(pass.Project, row.Environment)
				if env == nil || env.Kind == environment.CI || env.Kind == environment.Test {
					continue
				}
				if f, ok := shadowedKey(pass.Project, env, k, row); ok && !seen[f.At] {
					seen[f.At] = true
					pass.Report(f)
				}
			}
		}
	},
}

func shadowedKey(p *fastapi.Project, env *environment.Environment, k *fastapi.Key, row fastapi.KeyRow) (Finding, bool) {
	name := keyName(k)
	e := places{project: p}
	f := Finding{Certainty: Confirmed, At: row.Source, Subject: name, Operations: keyOperations(p, k),
		Effect: Effect{Text: "an edit of the line that loses changes nothing, and tokens signed with its key are refused", Status: []int{401}},
		Check:  Check{Say: "Compare the length of the value in the process with that of the line that wins", Run: printenv(env, name)},
		Fixes:  []Fix{{Title: "Give the key in one place"}},
	}
	e.add(row.Source, "wins")
	for _, s := range row.Shadowed {
		if s.Same || overriding(env, row.Source, s.At) {
			continue
		}
		through := throughOf(p, env, k.Read, s.At)
		switch a := row.Assignment; {
		case a == nil:
			if !specificLoses(row, s) {
				continue
			}
			f.At = row.Through
			f.Message = fmt.Sprintf("%s wins over %s, for of several files the %s one counts: the %s of %s has no effect", row.Source.Path, s.At.Path, whichFile(row.Via), name, s.At.Path)
			f.Assumes = outside(env, name)
			e.add(row.Through, "the order of the files")
			f.Fixes = []Fix{{Title: "Put the more specific file where it wins"}}
		case emptyUnlessSet(row):
			f.Certainty = Hypothesis
			f.Message = fmt.Sprintf("%s is empty in %s unless the shell sets it, and it wins over the value in %s", name, env.Name, s.At.Path)
			f.Effect = emptyEffect(p, k)
			f.Effect.Certainty = Hypothesis
			f.Fixes = []Fix{{Title: "Remove the line, for the env file gives the value already"}}
		case a.Passed && !a.Known && env.Kind == environment.Compose:
			f.Certainty = Hypothesis
			f.Message = fmt.Sprintf("in %s %s is handed on from the shell, which in some versions of compose wins over %s even where the shell does not set it", env.Name, name, s.At.Path)
			f.Effect = missingKeyEffect(p, k)
			f.Fixes = []Fix{{Title: "Remove the line, for the env file gives the value already"}}
		case a.Known && row.State == fastapi.StateSet:
			f.Message = fmt.Sprintf("in %s the %s of %s wins over the one of %s, and they differ", env.Name, name, describeSource(row.Via, row.Source), s.At.Path)
			if len(a.Assumes) > 0 {
				f.Assumes = []string{"the shell sets none of the variables that the line refers to"}
			}
		default:
			continue
		}
		e.add(s.At, "has no effect: "+s.Why)
		e.add(through, "reads the file that loses")
	}
	if f.Message == "" {
		return Finding{}, false
	}
	e.add(k.At, "reads "+name)
	f.Evidence = e.list
	return f, true
}

// overriding says whether one compose file overrides the other, which is what they are for.
func overriding(env *environment.Environment, winner, loser source.Location) bool {
	return env.Kind == environment.Compose && slices.Contains(env.Described, winner.Path) && slices.Contains(env.Described, loser.Path) && winner.Path != loser.Path
}

func describeSource(via string, at source.Location) string {
	return fmt.Sprintf("%s (%s)", via, at.Path)
}

// whichFile says which of several files counts: the last of pydantic-settings' env_file, the first that is loaded.
func whichFile(via string) string {
	if strings.HasPrefix(via, "env_file") {
		return "last"
	}
	return "first"
}

// specificLoses says whether a file for one environment, .env.prod, loses against
// the general .env. The other way round is how layers of files are meant to work.
func specificLoses(row fastapi.KeyRow, s fastapi.Shadow) bool {
	winner, loser := row.Source.Path.Base(), s.At.Path.Base()
	if winner != ".env" || !strings.HasPrefix(loser, ".env.") || row.Through.IsZero() {
		return false
	}
	switch strings.TrimPrefix(loser, ".env.") {
	case "default", "defaults", "example", "sample", "template", "base", "common", "shared", "dist":
		return false
	}
	return true
}
