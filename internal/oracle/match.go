package oracle

import (
	"fmt"
	"slices"
	"strings"
)

// CompareAll pairs the applications of a dump with those of the model, by the
// place of their FastAPI(…) call, and compares each pair.
func CompareAll(project string, dump *Dump, models []App) (Score, []Deviation, error) {
	truth, err := dump.Truth()
	if err != nil {
		return Score{}, nil, err
	}
	total, all := Score{Project: project}, []Deviation(nil)
	taken := make([]bool, len(models))
	for _, t := range truth {
		t = local(t)
		name := project
		if len(truth) > 1 {
			name = fmt.Sprintf("%s (%s)", project, t.Name)
		}
		var score Score
		var deviations []Deviation
		if i := match(t, models, taken); i >= 0 {
			taken[i] = true
			score, deviations = Compare(name, t, local(models[i]))
		} else {
			score, deviations = CompareMissing(name, t, append(projectGaps(models), mountGaps(models, t.Mount)...))
		}
		total.Add(score)
		all = append(all, deviations...)
	}
	return total, all, nil
}

// local strips the path at which an application is mounted from those of its
// operations, so that it can be compared whether or not its parent was imported.
// The mount itself is one of the parent's operations.
func local(app App) App {
	if app.Mount == "" {
		return app
	}
	app.Operations = slices.Clone(app.Operations)
	for i := range app.Operations {
		app.Operations[i].Path = strings.TrimPrefix(app.Operations[i].Path, app.Mount)
	}
	return app
}

// match finds the application of the model that stands at the truth's place:
// mounted at the same path if there is one, else any; failing that the one that
// the same variable holds.
func match(truth App, models []App, taken []bool) int {
	found := -1
	for i, m := range models {
		if taken[i] || m.At != truth.At && (truth.At != (Place{}) || m.Mount != truth.Mount || m.Mount == "") {
			continue // an application of Starlette's has no place in the truth
		}
		if m.Mount == truth.Mount {
			return i
		}
		if found < 0 {
			found = i
		}
	}
	if found >= 0 {
		return found
	}
	for i, m := range models { // a subclass makes the application in its own __init__
		if !taken[i] && m.Name == truth.Name && m.At.File == truth.At.File {
			return i
		}
	}
	return -1
}

// mountGaps are the gaps that the mount of an application leaves that the model does not know.
func mountGaps(models []App, path string) []string {
	var out []string
	for _, m := range models {
		for _, o := range m.Operations {
			if path != "" && o.Path == path && o.Handler == (Callable{}) {
				out = append(out, o.Gaps...)
			}
		}
	}
	return out
}

// projectGaps are gaps that every application shares: those of the project.
func projectGaps(models []App) []string {
	if len(models) == 0 {
		return nil
	}
	var out []string
	for _, gap := range models[0].Gaps {
		shared := true
		for _, m := range models[1:] {
			shared = shared && slices.Contains(m.Gaps, gap)
		}
		if shared {
			out = append(out, gap)
		}
	}
	return out
}
