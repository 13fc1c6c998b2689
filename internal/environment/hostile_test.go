package environment

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"bearings/internal/source"
)

// hostile are trees that must give an answer, with gaps, and neither panic nor run away.
func hostile() map[string]map[source.Path]string {
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	bomb.WriteString("services: {a: {image: x, environment: *a29}}\n")
	doubling := "A0=xxxxxxxxxxxxxxxx\n"
	for i := 1; i < 60; i++ {
		doubling += fmt.Sprintf("A%d=${A%d}${A%d}\n", i, i-1, i-1)
	}
	return map[string]map[source.Path]string{
		"yaml bomb":           {"compose.yml": bomb.String()},
		"anchor in itself":    {"compose.yml": "a: &a {b: *a}\nservices: &s {x: *s}\n"},
		"deep yaml":           {"compose.yml": "services: " + strings.Repeat("[", 9000), "k.yaml": "apiVersion: 1\nkind: Pod\nx: " + strings.Repeat("{a: ", 5000)},
		"deep mapping":        {"compose.yml": strings.Repeat("a: {", 3000) + strings.Repeat("}", 3000)},
		"doubling":            {"compose.yml": "services: {a: {image: x, env_file: x.env}}\n", "x.env": doubling, "run.sh": "set -a; . ./x.env; uvicorn a:b", "x.sh": strings.ReplaceAll(doubling, "\n", ";") + "uvicorn a:b"},
		"invalid utf-8":       {"compose.yml": "services: {a: {image: x, env_file: x.env}}\n", "x.env": "A=\xff\xfe\n\xff=1\n", "Dockerfile": "FROM a\nENV A=\xff\n", "run.sh": "\xff=1 uvicorn a:b\n", "Procfile": "web: \xff\xfe", "pyproject.toml": "[tool.pytest_env]\nA = \"\xff\"\n"},
		"script calls itself": {"run.sh": "bash run.sh; ./run.sh; . ./run.sh\nuvicorn a:b\n"},
		"pipe with a name":    {"run.sh": "read -r a < <(date)\ndiff <(cat a) <(cat b) && uvicorn a:b\n"},
		"function in itself":  {"run.sh": "f() { f; f; uvicorn a:b; }\nf\n"},
		"brackets":            {"run.sh": "uvicorn " + strings.Repeat("$(", 50_000), "b.sh": strings.Repeat("(", 100_000), "c.sh": strings.Repeat("if ", 30_000), "d.sh": "echo {1..999999999} ; uvicorn a:b " + strings.Repeat("{a,b}", 40)},
		"references":          {"compose.yml": "services: {a: {image: x, environment: {A: \"" + strings.Repeat("${A:-", 100_000) + "\", B: '" + strings.Repeat("${A:-", 2000) + strings.Repeat("}", 2000) + "'}}}\n", "x.env": "A=" + strings.Repeat("${a:", 100_000) + "}\n"},
		"quotes":              {"x.env": strings.Repeat("A='\n", 50_000), "compose.yml": "services: {a: {image: x, env_file: x.env}}\n", "a.sh": "set -a; . ./x.env; uvicorn a:b", "Makefile": "include x.env\nexport\nrun:\n\tuvicorn a:b --env-file x.env\n"},
		"stages":              {"Dockerfile": strings.Repeat("FROM a AS b\nCOPY . .\n", 20_000), "f": ""},
		"many assignments":    {"Makefile": strings.Repeat("export A=1\n", 50_000) + "run:\n" + strings.Repeat("\tuvicorn a:b\n", 3000), "pytest.ini": "[pytest]\nenv =\n" + strings.Repeat(" A=1\n", 50_000)},
		"json":                {".vscode/launch.json": strings.Repeat("\"\" // ", 50_000) + "\n/*", "package.json": "{}"},
		"empty":               {"compose.yml": "", "Dockerfile": "", "run.sh": "", "Makefile": "", "Procfile": "", "x.service": "", ".env": "", "pyproject.toml": "", "k.yaml": "apiVersion:\nkind:\n", ".github/workflows/a.yml": "", "supervisord.conf": "", ".vscode/launch.json": ""},
		"wrong types":         {"compose.yml": "services:\n  a: [1]\n  b: {build: [x], environment: 3, env_file: {a: b}, volumes: x, command: {a: 1}, extends: [a], deploy: 3, secrets: {a: 1}}\n  c:\ninclude: {a: [1]}\n", "k.yaml": "apiVersion: v1\nkind: Deployment\nspec: [1]\n---\nkind: Pod\nmetadata: 3\nspec: {containers: [1, {env: 3}, {env: [1, {name: [x]}]}]}\n", ".github/workflows/a.yml": "env: 3\njobs: {a: 1, b: {steps: 3, env: [1]}, c: {steps: [1, {run: [x]}]}}\n", "pyproject.toml": "tool = 3\n"},
		"outside":             {"compose.yml": "include: [../x.yml, /etc/passwd]\nservices: {a: {build: ../.., env_file: [/etc/passwd, ../../x], extends: {file: ../y.yml, service: z}, volumes: ['../..:/x']}}\n", "run.sh": "cd ../..; . /etc/profile; . ../../x; uvicorn a:b --env-file ../../../x\n", "Makefile": "include ../../x\nrun:\n\tcd / && uvicorn a:b\n"},
	}
}

func TestHostile(t *testing.T) {
	for name, files := range hostile() {
		t.Run(name, func(t *testing.T) {
			tree := source.NewMapTree(files)
			for _, e := range Discover(tree) {
				checkPlaces(t, tree, e)
			}
		})
	}
}

// checkPlaces fails when a place lies outside its file.
func checkPlaces(t *testing.T, tree source.MapTree, e *Environment) {
	t.Helper()
	check := func(at source.Location) {
		if at.IsZero() {
			return
		}
		file, err := tree.File(at.Path)
		if err != nil {
			return // a file that is named and not there
		}
		if at.Span.Start < 0 || at.Span.End < at.Span.Start || at.Span.End > len(file.Text) {
			t.Errorf("%s: place %v outside a file of %d bytes", e.Name, at, len(file.Text))
		}
	}
	check(e.At)
	check(e.WorkDir.At)
	for _, name := range e.Names() {
		for _, a := range e.Variables[name] {
			check(a.At)
			check(a.AlteredAt)
			check(a.From)
			check(a.Through)
		}
	}
	for _, c := range e.Commands {
		check(c.At)
		check(c.WorkDir.At)
	}
	for _, g := range e.Gaps {
		check(g.At)
	}
}

// refusingTree refuses one file as a tree on disk does.
type refusingTree struct {
	source.MapTree
	path source.Path
	err  error
}

func (r refusingTree) File(p source.Path) (*source.File, error) {
	if p == r.path {
		return nil, &fs.PathError{Op: "read", Path: string(p), Err: r.err}
	}
	return r.MapTree.File(p)
}

func TestRefusedFiles(t *testing.T) {
	for err, want := range map[error]string{source.ErrTooLarge: "too large", source.ErrOutside: "outside the analysed folder", source.ErrNotText: "not a text file"} {
		files := source.NewMapTree(map[source.Path]string{"compose.yml": "services: {a: {image: x, env_file: .env}}\n", ".env": "A=1\n"})
		e := named(t, Discover(refusingTree{files, ".env", err}), "compose:a")
		found := false
		for _, g := range e.Gaps {
			found = found || strings.Contains(g.Reason, want)
		}
		if _, _, ok := e.Lookup("A"); ok || !found {
			t.Errorf("%v: no gap %q among %v", err, want, e.Gaps)
		}
	}
}

// TestStable checks that the answer does not depend on the order of maps.
func TestStable(t *testing.T) {
	for _, group := range [][]situation{scriptSituations, processSituations, containerSituations, clusterSituations} {
		for _, s := range group {
			tree := source.NewMapTree(s.files)
			first := dump(tree)
			for range 5 {
				if again := dump(tree); again != first {
					t.Fatalf("%s: the answer changes\n%s\n%s", s.name, first, again)
				}
			}
		}
	}
}

func dump(tree source.MapTree) string {
	var out strings.Builder
	for _, e := range Discover(tree) {
		out.WriteString(describe(tree, e))
	}
	return out.String()
}

func BenchmarkDiscover(b *testing.B) {
	files := map[source.Path]string{}
	for i, s := range containerSituations {
		for p, text := range s.files {
			files[source.Path(fmt.Sprintf("svc%d/%s", i%8, p))] = text
		}
	}
	for i := range 5000 {
		files[source.Path(fmt.Sprintf("app/pkg%d/mod%d.py", i%50, i))] = "x = 1\n"
	}
	tree := source.NewMapTree(files)
	for b.Loop() {
		Discover(tree)
	}
}

func FuzzDiscover(f *testing.F) {
	for _, files := range hostile() {
		for p, text := range files {
			if len(text) < 2000 {
				f.Add(string(p), text)
			}
		}
	}
	for _, s := range append(append(append([]situation(nil), scriptSituations...), processSituations...), append(containerSituations, clusterSituations...)...) {
		for p, text := range s.files {
			f.Add(string(p), text)
		}
	}
	f.Fuzz(func(t *testing.T, path, text string) {
		tree := source.NewMapTree(map[source.Path]string{"x.env": "A=1\n", "Dockerfile": "FROM a\nCOPY . .\nCMD ./run.sh\n", "main.py": ""})
		tree[source.Path(path)] = source.NewFile(source.Path(path), []byte(text))
		for _, e := range Discover(tree) {
			checkPlaces(t, tree, e)
		}
		file := source.NewFile("x", []byte(text))
		for _, entries := range [][]Entry{ParseDotenv(file), ParseComposeEnvFile(file), ParseDockerEnvFile(file)} {
			for _, e := range entries {
				for _, s := range []source.Span{e.Span, e.KeySpan, e.ValueSpan, e.Comment} {
					if s.Start < 0 || s.End < s.Start || s.End > len(text) {
						t.Errorf("span %v outside %d bytes", s, len(text))
					}
				}
			}
		}
	})
}
