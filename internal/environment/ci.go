package environment

import (
	"path"
	"strings"

	"bearings/internal/source"
)

// ci returns one environment for each job of the GitHub workflows: env of the
// workflow, the job and its steps, of which the innermost wins.
func (d *discovery) ci() []*Environment {
	var out []*Environment
	for _, p := range d.tree.Paths() {
		ext := path.Ext(string(p))
		if p.Dir() != ".github/workflows" || ext != ".yml" && ext != ".yaml" {
			continue
		}
		file, reason := readConfig(d.tree, p)
		if reason != "" {
			continue
		}
		docs, gaps := parseYAML(file)
		if len(docs) == 0 {
			if len(gaps) > 0 {
				e := d.newCI("ci:"+p.Base(), p, gaps[0].At)
				e.Gaps = gaps
				out = append(out, e)
			}
			continue
		}
		jobs := docs[0].get("jobs")
		if jobs == nil {
			continue
		}
		for _, job := range jobs.fields {
			e := d.newCI("ci:"+strings.TrimSuffix(p.Base(), ext)+"/"+job.name, p, job.at)
			d.job(e, docs[0], job.value)
			out = append(out, e)
		}
	}
	return out
}

func (d *discovery) newCI(name string, p source.Path, at source.Location) *Environment {
	return &Environment{Name: name, Kind: CI, At: at, Variables: map[string][]Assignment{}, WorkDir: root(), Files: treeFS{d.tree}, Described: []source.Path{p}}
}

// job collects the variables of a job. Those of its steps are joined: a step
// that sets none of its own sees those of the job only.
func (d *discovery) job(e *Environment, workflow, job *yamlValue) {
	for _, env := range []*yamlValue{workflow.get("env"), job.get("env")} {
		workflowEnv(e, env)
	}
	dir := root()
	for _, v := range []*yamlValue{workflow.get("defaults", "run", "working-directory"), job.get("defaults", "run", "working-directory")} {
		if v != nil {
			dir = Dir{Path: path.Clean(v.string()), Known: true, At: v.at}
		}
	}
	if m := job.get("strategy", "matrix"); m != nil && job.get("env") != nil {
		e.gap(m.location(), "the job runs once for each entry of the matrix")
	}
	e.WorkDir = dir
	var commands []Command
	for _, step := range job.get("steps").list() {
		workflowEnv(e, step.get("env"))
		run := step.get("run")
		if run == nil {
			continue
		}
		at := dir
		if v := step.get("working-directory"); v != nil {
			at = Dir{Path: path.Clean(v.string()), Known: true, At: v.at}
		}
		if strings.Contains(run.text, "GITHUB_ENV") {
			e.gap(run.at, "the step writes variables to GITHUB_ENV")
		}
		s := newShell(d, treeFS{d.tree}, at, e.Variables)
		s.run(lineScript(strings.ReplaceAll(run.text, "${{", "${GITHUB_EXPRESSION}{"), run.at), nil)
		for _, st := range *s.out {
			scratch := &Environment{Variables: e.Variables, Files: e.Files}
			d.addCommand(scratch, st)
			commands = append(commands, scratch.Commands...)
		}
	}
	e.Commands = commands
}

func workflowEnv(e *Environment, env *yamlValue) {
	if env == nil {
		return
	}
	for _, f := range env.fields {
		a := scalarAssignment(f, "env", "${{")
		if strings.Contains(a.Raw.Expose(), "secrets.") {
			a.Reason = "the value is a secret of the repository; it is empty when the secret is not set"
		}
		e.set(a)
	}
}
