package environment

import (
	"strings"
	"testing"

	"bearings/internal/source"
)

// situation is a small tree and what must be known of some environments in it.
type situation struct {
	name  string
	files map[source.Path]string
	env   string
	// want lists "NAME=value", "NAME?" (set, not known), "NAME-" (not set at all).
	want []string
	// command is "server app workers dir"; "" is not checked.
	command string
	gap     string // a part of the reason of a gap that must be there
	check   func(t *testing.T, tree source.MapTree, e *Environment)
}

func TestSituations(t *testing.T) {
	for _, group := range [][]situation{scriptSituations, processSituations, containerSituations, clusterSituations} {
		for _, s := range group {
			t.Run(s.name, func(t *testing.T) { s.run(t) })
		}
	}
}

func (s situation) run(t *testing.T) {
	tree := source.NewMapTree(s.files)
	e := named(t, Discover(tree), s.env)
	for _, w := range s.want {
		name, value, has := strings.Cut(w, "=")
		bare := strings.TrimRight(name, "?-")
		a, _, ok := e.Lookup(bare)
		switch {
		case has && (!ok || !a.Known || a.Value.Expose() != value),
			!has && strings.HasSuffix(name, "?") && (!ok || a.Known),
			!has && strings.HasSuffix(name, "-") && ok:
			t.Errorf("want %s\n%s", w, describe(tree, e))
		}
	}
	if s.command != "" {
		var got []string
		for _, c := range e.Commands {
			got = append(got, strings.Join([]string{c.Server, c.App, itoa(c.Workers), c.WorkDir.Path}, " "))
		}
		if strings.Join(got, "; ") != s.command {
			t.Errorf("commands %q, want %q\n%s", got, s.command, describe(tree, e))
		}
	}
	if s.gap != "" {
		found := false
		for _, g := range e.Gaps {
			found = found || strings.Contains(g.Reason, s.gap)
		}
		if !found {
			t.Errorf("no gap %q\n%s", s.gap, describe(tree, e))
		}
	}
	if s.check != nil {
		s.check(t, tree, e)
	}
}

func itoa(n int) string {
	if n < 0 {
		return "?"
	}
	return string(rune('0' + n%10))
}

var scriptSituations = []situation{
	{name: "set -a and source", env: "run.sh", files: map[source.Path]string{
		"run.sh": "#!/bin/sh\nset -a\nsource .env\nset +a\nX=1\nuvicorn main:app\n", ".env": "A=a # c\nB='b # c'\nC=\"$A-c\"\nD=x;y\nE=p q\n"},
		want: []string{"A=a", "B=b # c", "C=a-c", "D=x", "E-", "X-"}, command: "uvicorn main:app 0 ", gap: "behind a space"},
	{name: "source without export reaches nobody", env: "run.sh", files: map[source.Path]string{"run.sh": ". ./.env\nuvicorn main:app\n", ".env": "A=a\nexport B=b\n"}, want: []string{"A-", "B=b"}},
	{name: "export cat xargs", env: "run.sh", files: map[source.Path]string{
		"run.sh": "export $(cat .env | xargs)\nexec gunicorn -w 4 -k uvicorn.workers.UvicornWorker app:app\n", ".env": "# c\nA='quoted'\nB=x y\nC=d$e\n"},
		want: []string{"A=quoted", "B=x", "C=d$e"}, command: "gunicorn app:app 4 "},
	{name: "export grep without xargs keeps quotes", env: "run.sh", files: map[source.Path]string{
		"run.sh": "export $(grep -v '^#' .env)\nuvicorn a:b\n", ".env": "A=\"quoted\"\n"}, want: []string{`A="quoted"`}},
	{name: "if -f decides", env: "run.sh", files: map[source.Path]string{
		"run.sh": "if [ -f .env ]; then\n  export $(cat .env | xargs)\nelse\n  export A=none\nfi\nif [ -f gone ]; then export B=1; fi\nuvicorn a:b\n", ".env": "A=a\n"}, want: []string{"A=a", "B-"}},
	{name: "other conditions are not known", env: "run.sh", files: map[source.Path]string{
		"run.sh": "if [ \"$ENV\" = prod ]; then export A=p; else export A=d; fi\nuvicorn a:b\n"}, want: []string{"A?"}},
	{name: "defaults and the shell", env: "run.sh", files: map[source.Path]string{
		"run.sh": "export A=${A:-dev}\nexport B=$OUTER\nexport C=\"pre$OUTER\"\n: \"${D:=dee}\"\nexport D\nuvicorn a:b\n"}, want: []string{"A=dev", "B?", "D=dee"},
		check: func(t *testing.T, _ source.MapTree, e *Environment) {
			if a, _, _ := e.Lookup("A"); len(a.Assumes) == 0 || a.Assumes[0] != "A" {
				t.Errorf("assumes %v", a.Assumes)
			}
		}},
	{name: "command prefix, env and unset", env: "run.sh", files: map[source.Path]string{
		"run.sh": "export A=1 B=2\nunset B\nC=3 env D=4 -u A uvicorn a:b --workers 3\n"}, want: []string{"A-", "B-", "C=3", "D=4"}, command: "uvicorn a:b 3 "},
	{name: "env -i closes", env: "run.sh", files: map[source.Path]string{"run.sh": "export A=1\nenv -i B=2 uvicorn a:b\n"}, want: []string{"A-", "B=2"}},
	{name: "nested scripts", env: "start.sh", files: map[source.Path]string{
		"start.sh": "export A=1\nL=1\nbash scripts/run.sh prod\n", "scripts/run.sh": "cd \"$(dirname \"$0\")/../app\"\nexport B=$1 L2=$L\nuvicorn a:b\n", "app/a.py": ""},
		want: []string{"A=1", "B=prod", "L-", "L2?"}, command: "uvicorn a:b 0 app"},
	{name: "functions and subshells", env: "run.sh", files: map[source.Path]string{
		"run.sh": "run() { cd api; uvicorn \"$1\"; }\n(export S=1; cd x)\nexport T=1\nrun m:app\n"}, want: []string{"S-", "T=1"}, command: "uvicorn m:app 0 api"},
	{name: "sh -c", env: "run.sh", files: map[source.Path]string{"run.sh": "sh -c 'export A=1 && cd b && exec uvicorn a:b'\n"}, want: []string{"A=1"}, command: "uvicorn a:b 0 b"},
	{name: "wrappers", env: "run.sh", files: map[source.Path]string{
		"run.sh": "uv run --env-file .env -- uvicorn a:b\n", ".env": "A=1\n"}, want: []string{"A=1"}, command: "uvicorn a:b 0 "},
	{name: "more wrappers", env: "run.sh", files: map[source.Path]string{"run.sh": "uv run main.py\n/usr/bin/tini -s -- sudo -u app poetry run gunicorn a:b\nexec timeout 5 uvicorn c:d\n"}, command: "python main.py 0 ; gunicorn a:b 0 ; uvicorn c:d 0 "},
	{name: "dotenv run overrides", env: "run.sh", files: map[source.Path]string{
		"run.sh": "export A=shell\ndotenv -f x.env run -- python -m uvicorn a:b\n", "x.env": "A=file\n"}, want: []string{"A=file"}},
	{name: "uvicorn --env-file gives way", env: "run.sh", files: map[source.Path]string{
		"run.sh": "export A=shell\nuvicorn a:b --env-file x.env --app-dir src\n", "x.env": "A=file\nB='q' # c\n"}, want: []string{"A=shell", "B=q"},
		check: func(t *testing.T, _ source.MapTree, e *Environment) {
			if e.Commands[0].AppDir.Path != "src" {
				t.Errorf("app dir %q", e.Commands[0].AppDir.Path)
			}
		}},
	{name: "broken script", env: "run.sh", files: map[source.Path]string{"run.sh": "uvicorn a:b\nif [ ; then\n"}, gap: "cannot be parsed"},
	{name: "gunicorn options", env: "run.sh", files: map[source.Path]string{
		"run.sh": "gunicorn --chdir src -w2 --env A=1 -e B=2 --preload -c conf.py 'main:create_app()'\n", "src/conf.py": "workers = 9\nraw_env = ['A=x', \"C=3\"]\n"},
		want: []string{"A=1", "B=2", "C=3"}, command: "gunicorn main:create_app 2 src",
		check: func(t *testing.T, _ source.MapTree, e *Environment) {
			if c := e.Commands[0]; !c.Factory || !c.Preload || c.Config != "src/conf.py" {
				t.Errorf("got %+v", c)
			}
		}},
	{name: "gunicorn's own file", env: "run.sh", files: map[source.Path]string{
		"run.sh": "gunicorn main:app\n", "gunicorn.conf.py": "import multiprocessing\nworkers = multiprocessing.cpu_count()\n"}, command: "gunicorn main:app ? "},
	{name: "python main.py and fastapi", env: "run.sh", files: map[source.Path]string{"run.sh": "python -u main.py\nfastapi run app/main.py --workers 4 --root-path /api\n"}, command: "python main.py 0 ; fastapi app/main.py 4 "},
}

var processSituations = []situation{
	{name: "Makefile exports", env: "Makefile:run", files: map[source.Path]string{
		"Makefile": "include .env\nexport A\nexport B = two # c\nC := three\nPORT ?= 8000\n\nrun: build\n\t@cd api && uvicorn main:app --port $(PORT) --workers $(C)\n\nbuild:\n\ttrue\n", ".env": "A='q'\nD=d$x\n"},
		want: []string{"A='q'", "B=two", "C-", "D-"}, command: "uvicorn main:app ? api"},
	{name: "Makefile export all", env: "Makefile:dev", files: map[source.Path]string{"Makefile": "include .env\nexport\ndev:\n\tA=$$HOME uvicorn m:a\n", ".env": "K=p$$w\nL=a#b\n"}, want: []string{"K=p$w", "L=a", "A?"}},
	{name: "Procfile", env: "Procfile:web", files: map[source.Path]string{"Procfile": "web: A=1 uvicorn m:a --workers ${WEB_CONCURRENCY:-2}\nworker: celery x\n"}, want: []string{"A=1"}, command: "uvicorn m:a 2 "},
	{name: "systemd", env: "systemd:api.service", files: map[source.Path]string{
		"deploy/api.service": "[Service]\nWorkingDirectory=/srv/shop/backend\nEnvironment=\"A=one two\" B=2\nEnvironment=C=3\nEnvironmentFile=-/srv/shop/backend/.env\nExecStart=/srv/shop/venv/bin/uvicorn main:app --workers 2\n",
		"backend/.env":       "B=file\nD=\"quoted # text\"\nE=x # kept\n", "backend/main.py": ""},
		want: []string{"A=one two", "B=file", "C=3", "D=quoted # text", "E=x # kept"}, command: "uvicorn main:app 2 backend"},
	{name: "systemd without the file", env: "systemd:api.service", files: map[source.Path]string{
		"api.service": "[Service]\nEnvironmentFile=/etc/api/env\nExecStart=gunicorn a:b\n"}, gap: "not in the tree"},
	{name: "supervisord", env: "supervisord:api", files: map[source.Path]string{
		"supervisord.conf": "[supervisord]\nenvironment=A=\"1\"\n[program:api]\ncommand=uvicorn m:a ; c\nenvironment=B=\"x,y\",A=2,C='p%%q'\nnumprocs=3\n"},
		want: []string{"A=2", "B=x,y", "C=p%q"}, check: func(t *testing.T, _ source.MapTree, e *Environment) {
			if n, at := e.Processes(e.Commands[0]); n != 3 || len(at) != 1 {
				t.Errorf("processes %d", n)
			}
		}},
	{name: "launch.json", env: "launch.json:API", files: map[source.Path]string{
		".vscode/launch.json": "{\n  // c\n\t\"configurations\": [\n    {\"name\": \"API\", \"type\": \"debugpy\", \"module\": \"uvicorn\", \"args\": [\"m:a\"], \"env\": {\"A\": \"1\",}, \"envFile\": \"${workspaceFolder}/.env\",},\n  ],\n}\n",
		".env":                "A=file\nB=2\n"}, want: []string{"A=1", "B=2"}, command: "uvicorn m:a 0 "},
	{name: "README commands", env: "local", files: map[source.Path]string{
		"README.md": "Run `cd backend && uvicorn main:app` or\n\n```bash\n$ docker run -e K=v --env-file x.env shop\n$ python main.py\n```\n", "backend/main.py": ""},
		command: "uvicorn main:app 0 backend; python main.py 0 ", check: func(t *testing.T, _ source.MapTree, e *Environment) {
			if e.WorkDir.Known || len(e.WorkDir.Candidates) == 0 || e.WorkDir.Candidates[0] != "backend" {
				t.Errorf("candidates %v", e.WorkDir.Candidates)
			}
		}},
	{name: "docker run in a README", env: "docker run:README.md:4", files: map[source.Path]string{
		"README.md": "Run\n\n```\n$ docker run -e K=v -e P -e Q=$SHELLVAR -p ${PORT}:80 --env-file x.env shop\n```\n", "x.env": "K=file\nA=\"q\"\n", "Dockerfile": "FROM python:3\nENV K=image Z=1\nCMD uvicorn m:a\n"},
		want: []string{"K=v", `A="q"`, "P?", "Q?", "Z=1"}, command: "uvicorn m:a 0 /"},
	{name: "workflow", env: "ci:test/unit", files: map[source.Path]string{
		".github/workflows/test.yml": "on: push\nenv: {A: w, B: w}\njobs:\n  unit:\n    env:\n      B: job\n      S: ${{ secrets.KEY }}\n    steps:\n      - run: pytest\n        env: {C: step}\n      - run: uvicorn m:a &\n        working-directory: api\n"},
		want: []string{"A=w", "B=job", "C=step", "S?"}, command: "uvicorn m:a 0 api"},
	{name: "pytest settings", env: "tests", files: map[source.Path]string{
		"pytest.ini": "[pytest]\nenv =\n    SECRET_KEY=test\n    D:B=two\n    R:C={x}\n    E={SECRET_KEY}\nenv_files =\n    .env.test\n", ".env.test": "F=file\n"},
		want: []string{"SECRET_KEY=test", "B=two", "C={x}", "E?", "F=file"}},
	{name: "pyproject settings", env: "tests", files: map[source.Path]string{
		"pyproject.toml": "[tool.pytest.ini_options]\nenv = [\"A=1\", \"D:B=2\"]\n[tool.pytest_env]\nC = \"3\"\nD = {value = \"4\", skip_if_set = true}\n", "tox.ini": "[testenv]\nsetenv =\n    T = tox\n"},
		want: []string{"A=1", "B=2", "C=3", "D=4", "T=tox"}},
}
