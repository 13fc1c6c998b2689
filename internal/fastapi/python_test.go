package fastapi_test

import (
	"slices"
	"strings"
	"testing"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// What Python does on the way to an application: each case is a module main.py,
// or several after lines "-- name --", and the operations that FastAPI would
// serve, "METHODS path -> handler [dependencies]". They were checked against FastAPI 0.165.
func TestPython(t *testing.T) {
	for _, c := range pythonCases {
		t.Run(c.name, func(t *testing.T) {
			p := link(c.source)
			var got []string
			for _, a := range p.Apps {
				for _, o := range a.Operations {
					got = append(got, strings.TrimSpace(describe(o)))
				}
				for _, g := range a.Gaps {
					got = append(got, "gap: "+g.Reason)
				}
			}
			want := strings.Split(strings.TrimSpace(c.want), "\n")
			for i := range want {
				want[i] = strings.TrimSpace(want[i])
			}
			if !slices.Equal(got, want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
			}
		})
	}
}

func describe(o *fastapi.Operation) string {
	what := strings.Join(o.Methods, ",")
	if o.Kind != fastapi.HTTP {
		what = string(o.Kind)
	}
	text := what + " " + o.Path
	if o.Kind == fastapi.MountKind {
		return text
	}
	text += " -> " + short(o.Handler)
	if deps := dependencies(o.Dependencies); deps != "" {
		text += " [" + deps + "]"
	}
	if len(o.Conditions) > 0 {
		text += " if " + o.Conditions[0].Text
	}
	return text
}

func short(c *fastapi.Callable) string {
	return c.Name[strings.LastIndexAny(c.Name, ":.")+1:]
}

func dependencies(list []*fastapi.Dependency) string {
	var parts []string
	for _, d := range list {
		text := short(d.Callable)
		if inner := dependencies(d.Dependencies); inner != "" {
			text += "(" + inner + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

func link(text string) *fastapi.Project {
	files := map[source.Path]string{"requirements.txt": "fastapi==0.165.0\n"}
	name := source.Path("main.py")
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "-- "); ok {
			name = source.Path(strings.TrimSuffix(strings.TrimSpace(rest), " --"))
			files[name] = ""
			continue
		}
		files[name] += line
	}
	tree := source.NewMapTree(files)
	return fastapi.Link(fastapi.Input{Tree: tree, Program: python.NewProgram(tree, python.Options{}), Environments: environment.Discover(tree), Requirements: requirements.Read(tree)})
}
