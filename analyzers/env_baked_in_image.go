package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// EnvBakedInImage reports an env file with a key that COPY takes into an image that the application reads it from.
var EnvBakedInImage = &Analyzer{
	Code: "env-baked-in-image", Family: EnvDrift, Severity: Warning,
	Run: func(pass *Pass) {
		p := pass.Project
		seen := map[source.Location]bool{}
		for _, k := range authKeys(p) {
			for _, row := range bestKnownFirst(p, k.Rows) {
				env := environmentOf(p, row.Environment)
				if k.Read == nil || env == nil || env.Files == nil || env.Kind != environment.Image && env.Kind != environment.Compose && env.Kind != environment.Kubernetes {
					continue
				}
				if row.Assignment != nil || row.State != fastapi.StateSet || !envFileName(row.Source.Path) {
					continue
				}
				place, there, _, at := env.Files.Locate(row.Source.Path)
				if !there || at.IsZero() || !isDockerfile(at.Path) || seen[at] {
					continue
				}
				seen[at] = true
				pass.Report(bakedIn(p, env, k, row, place, at))
			}
		}
	},
}

// bestKnownFirst puts the environments to which nobody else adds variables before the others.
func bestKnownFirst(p *fastapi.Project, rows []fastapi.KeyRow) (out []fastapi.KeyRow) {
	var others []fastapi.KeyRow
	for _, row := range rows {
		if e := environmentOf(p, row.Environment); e != nil && e.Outside == "" {
			out = append(out, row)
		} else {
			others = append(others, row)
		}
	}
	return append(out, others...)
}

// envFileName says whether a file is a real env file, and no template of one.
func envFileName(path source.Path) bool {
	base := path.Base()
	for _, w := range []string{"example", "sample", "template", "dist", "default"} {
		if strings.Contains(base, w) {
			return false
		}
	}
	return path.IsEnvFile()
}

func isDockerfile(path source.Path) bool {
	return strings.Contains(strings.ToLower(path.Base()), "dockerfile")
}

func bakedIn(p *fastapi.Project, env *environment.Environment, k *fastapi.Key, row fastapi.KeyRow, place string, at source.Location) Finding {
	name := keyName(k)
	e := places{project: p}
	e.add(at, "takes the file into the image")
	e.add(row.Source, "the key that comes with it")
	e.add(row.Through, "reads it from there")
	certainty := Hypothesis // whoever runs the image may give it another key
	if env.Outside == "" && !fromPage(env) {
		certainty = Confirmed
	}
	return Finding{
		Certainty: certainty, At: at, Subject: string(row.Source.Path), Operations: keyOperations(p, k),
		Message:  fmt.Sprintf("%s goes into the image as %s, and the application takes %s from it", row.Source.Path, place, name),
		Assumes:  []string{"the image is built from this folder as it is"},
		Effect:   Effect{Text: "whoever has the image has the key, and a deployment that forgets to set " + name + " runs on the developer's key without a word"},
		Evidence: e.list,
		Check:    Check{Say: "Look for the file in the image", Run: "docker run --rm --entrypoint ls <image> -la " + place},
		Fixes:    []Fix{{Title: "Leave env files out by .dockerignore, and give the container its variables when it runs"}},
	}
}
