package environment

import (
	"strings"
	"testing"

	"bearings/internal/source"
)

func stands(t *testing.T, e *Environment, ref string, state Presence, path source.Path) {
	t.Helper()
	if found := e.Files.Lookup(e.WorkDir, ref); found.State != state || found.Path != path {
		t.Errorf("%s: state %d path %q why %q, want %d %q", ref, found.State, found.Path, found.Why, state, path)
	}
}

var containerSituations = []situation{
	{name: "stages and arguments", env: "image:Dockerfile", files: map[source.Path]string{
		"Dockerfile":  "ARG BASE=python:3.12\nFROM ${BASE} AS base\nENV A=1 B=\"two words\"\nENV C three\nWORKDIR /srv\nFROM base AS build\nCOPY app ./app\nENV X=build\nFROM base\nARG VERSION\nARG KEY=dev\nENV V=$VERSION K=${KEY} A2=${A}x D=a$b\nCOPY --from=build /srv/app app\nWORKDIR sub\nCMD [\"uvicorn\", \"m:a\"]\n",
		"app/main.py": "", "app/.env": ""},
		want: []string{"A=1", "B=two words", "C=three", "X-", "V?", "K=dev", "A2=1x", "D=a"}, command: "uvicorn m:a 0 /srv/sub",
		check: func(t *testing.T, _ source.MapTree, e *Environment) {
			stands(t, e, "/srv/app/main.py", Present, "app/main.py")
			stands(t, e, "../app/.env", Present, "app/.env")
			stands(t, e, ".env", Absent, "")
			if e.Image != "python:3.12" {
				t.Errorf("image %q", e.Image)
			}
		}},
	{name: "dockerignore", env: "image:Dockerfile", files: map[source.Path]string{
		"Dockerfile": "FROM python:3\nWORKDIR /app\nCOPY . .\n", ".dockerignore": "# c\n**/.env*\n!keep/.env\n*.md\n", ".env": "", "a/.env.prod": "", "keep/.env": "", "README.md": "", "main.py": ""},
		check: func(t *testing.T, tree source.MapTree, e *Environment) {
			stands(t, e, ".env", Absent, "")
			stands(t, e, "a/.env.prod", Absent, "")
			stands(t, e, "keep/.env", Present, "keep/.env")
			stands(t, e, "main.py", Present, "main.py")
			if _, ok, why, at := e.Files.Locate(".env"); ok || place(tree, at) != ".dockerignore:2" {
				t.Errorf("located %v %q at %s", ok, why, place(tree, at))
			}
		}},
	{name: "copies from a stage", env: "image:Dockerfile", files: map[source.Path]string{
		"Dockerfile": "FROM python:3 AS b\nCOPY --from=ghcr.io/astral-sh/uv /uv /bin/\nWORKDIR /src\nCOPY . .\nFROM python:3\nCOPY --from=b /src/app /app\nCOPY --from=0 /opt/venv /venv\n", "app/m.py": "", "app/x.env": "", "other.py": "", ".dockerignore": "**/x.env\n"},
		check: func(t *testing.T, tree source.MapTree, e *Environment) {
			stands(t, e, "/app/m.py", Present, "app/m.py")
			stands(t, e, "/app/x.env", Absent, "")
			stands(t, e, "/app/other.py", Absent, "")
			stands(t, e, "/venv/x", Unknowable, "")
			if _, ok, _, at := e.Files.Locate("app/x.env"); ok || place(tree, at) != ".dockerignore:1" {
				t.Errorf("located at %s", place(tree, at))
			}
		}},
	{name: "copies by file, pattern and folder", env: "image:Dockerfile", files: map[source.Path]string{
		"Dockerfile": "FROM python:3\nCOPY a.txt /x/\nCOPY a.txt /y\nCOPY *.toml .env* /z/\nCOPY pkg /w\nRUN echo KEY=1 > /w/made.env\nCOPY gone /gone\n", "a.txt": "", "p.toml": "", ".env": "", "pkg/deep/m.py": ""},
		check: func(t *testing.T, _ source.MapTree, e *Environment) {
			stands(t, e, "/x/a.txt", Present, "a.txt")
			stands(t, e, "/y", Present, "a.txt")
			stands(t, e, "/z/p.toml", Present, "p.toml")
			stands(t, e, "/z/.env", Present, ".env")
			stands(t, e, "/w/deep/m.py", Present, "pkg/deep/m.py")
			stands(t, e, "/w/made.env", Unknowable, "")
			stands(t, e, "/gone", Unknowable, "")
			stands(t, e, "/w/other", Absent, "")
		}},
	{name: "entrypoint script", env: "image:Dockerfile", files: map[source.Path]string{
		"Dockerfile": "FROM python:3\nENV A=1\nWORKDIR /app\nCOPY . .\nENTRYPOINT [\"./entry.sh\"]\nCMD [\"uvicorn\", \"m:a\", \"--workers\", \"2\"]\n", "entry.sh": "#!/bin/sh\nexport B=2 A=${A}x\ncd src\nexec \"$@\"\n"},
		want: []string{"A=1x", "B=2"}, command: "uvicorn m:a 2 /app/src"},
	{name: "shell form with variables", env: "image:Dockerfile", files: map[source.Path]string{
		"Dockerfile": "FROM python:3\nENV W=3\nCMD exec uvicorn m:a --workers ${W} --port $PORT\n"}, command: "uvicorn m:a 3 /"},
	{name: "root context", env: "image:docker/Dockerfile", files: map[source.Path]string{
		"docker/Dockerfile": "FROM python:3\nCOPY app /app\n", "app/m.py": ""}, check: func(t *testing.T, _ source.MapTree, e *Environment) { stands(t, e, "/app/m.py", Present, "app/m.py") }},
	{name: "private base", env: "image:Dockerfile", files: map[source.Path]string{"Dockerfile": "FROM registry.corp/base/api:1\nCMD uvicorn m:a\n"},
		check: func(t *testing.T, _ source.MapTree, e *Environment) { stands(t, e, "/app/.env", Unknowable, "") }},
	{name: "broken Dockerfile", env: "image:Dockerfile", files: map[source.Path]string{"Dockerfile": "FROM a\nBOGUS x\n"}, gap: "cannot be parsed"},
	{name: "compose over the image", env: "compose:api", files: map[source.Path]string{
		"compose.yml": "services:\n  api:\n    build: {context: ., target: dev, args: {KEY: k, P: }}\n    command: ./run.sh --reload\n    working_dir: /code\n    env_file: .env\n    environment: [A=compose]\n    volumes: ['.:/code', 'data:/data', './conf/x.env:/etc/x.env:ro']\n    deploy: {replicas: 2}\n    secrets: [jwt]\nsecrets:\n  jwt: {file: ./conf/jwt.txt}\nvolumes: {data: }\n",
		"Dockerfile":  "FROM python:3 AS dev\nARG KEY\nENV A=image B=image K=$KEY\nCOPY run.sh /\nFROM dev\nENV B=prod\n", "run.sh": "export C=$A\nuvicorn m:a $@\n", ".env": "A=file\n", "conf/x.env": "", "conf/jwt.txt": ""},
		want: []string{"A=compose", "B=image", "K=k", "C=compose"}, command: "uvicorn m:a 0 /code",
		check: func(t *testing.T, tree source.MapTree, e *Environment) {
			stands(t, e, "run.sh", Present, "run.sh")
			stands(t, e, ".env", Present, ".env")
			stands(t, e, "/etc/x.env", Present, "conf/x.env")
			stands(t, e, "/data/k", Unknowable, "")
			stands(t, e, "/run/secrets/jwt", Present, "conf/jwt.txt")
			_, shadowed, _ := e.Lookup("A")
			if len(shadowed) != 2 || shadowed[0].Via != "env_file" || shadowed[1].Via != "ENV" || place(tree, shadowed[0].Through) != "compose.yml:6" {
				t.Errorf("shadowed %v", len(shadowed))
			}
			if n, _ := e.Processes(e.Commands[0]); n != 2 {
				t.Errorf("processes %d", n)
			}
		}},
	{name: "list keeps quotes", env: "compose:api", files: map[source.Path]string{"compose.yml": "services:\n  api:\n    image: x\n    environment:\n      - K=\"secret\"\n"},
		want: []string{`K="secret"`}, check: func(t *testing.T, _ source.MapTree, e *Environment) {
			if a, _, _ := e.Lookup("K"); a.Altered == "" {
				t.Error("not told")
			}
		}},
	{name: "handed on", env: "compose:api", files: map[source.Path]string{"compose.yml": "services:\n  api:\n    image: x\n    env_file: e\n    environment:\n      - K\n", "e": "K=file\n"}, want: []string{"K?"},
		check: func(t *testing.T, _ source.MapTree, e *Environment) {
			if a, shadowed, _ := e.Lookup("K"); !a.Passed || len(shadowed) != 1 {
				t.Errorf("passed %v", a.Passed)
			}
		}},
	{name: "entrypoint clears the command", env: "compose:api", files: map[source.Path]string{
		"compose.yml": "services:\n  api:\n    build: .\n    entrypoint: [uvicorn]\n    command: [m:b]\n  job:\n    build: .\n    entrypoint: uvicorn m:c\n", "Dockerfile": "FROM python:3\nCMD uvicorn m:a\n"}, command: "uvicorn m:b 0 /"},
	{name: "WEB_CONCURRENCY", env: "compose:api", files: map[source.Path]string{"compose.yml": "services:\n  api:\n    image: tiangolo/uvicorn-gunicorn-fastapi:python3.11\n    scale: 2\n    environment: {WEB_CONCURRENCY: 4}\n"},
		check: func(t *testing.T, _ source.MapTree, e *Environment) {
			if n, at := e.Processes(e.Commands[0]); n != 8 || len(at) != 2 {
				t.Errorf("processes %d at %v", n, at)
			}
		}},
	{name: "servers read their environment", env: "compose:api", files: map[source.Path]string{"compose.yml": "services:\n  api:\n    image: x\n    command: gunicorn -e K=v m:a\n    environment: {GUNICORN_CMD_ARGS: \"--workers=3 --chdir /srv -e L=w -e K=x\", FORWARDED_ALLOW_IPS: '*'}\n"},
		want: []string{"K=v", "L=w"}, command: "gunicorn m:a 3 /srv", check: func(t *testing.T, _ source.MapTree, e *Environment) {
			c := e.Commands[0]
			if c.ForwardedAllowIPs != "*" || strings.Join(c.Args, " ") != "-e K=… m:a" {
				t.Errorf("got %q %q", c.ForwardedAllowIPs, c.Args)
			}
		}},
	{name: "a named combination", env: "compose(prod):api", files: map[source.Path]string{
		"deploy.sh": "docker compose -f docker-compose.yml -f docker-compose.prod.yml up -d\n", "docker-compose.yml": "services:\n  api: {image: x, environment: {A: base, B: base}}\n", "docker-compose.prod.yml": "services:\n  api: {image: y, environment: {B: prod}}\n"},
		want: []string{"A=base", "B=prod"}},
	{name: "a guessed combination", env: "compose(dev):api", files: map[source.Path]string{
		"docker-compose.yml": "services:\n  api: {image: x, environment: {A: base}}\n", "docker-compose.dev.yml": "services:\n  api: {environment: {B: dev}}\n"}, want: []string{"A=base", "B=dev"}},
	{name: "a file that stands alone", env: "compose(prod):api", files: map[source.Path]string{
		"docker-compose.yml": "services:\n  api: {image: x, environment: {A: base}}\n", "docker-compose.prod.yml": "services:\n  api: {image: y, environment: {B: prod}}\n"}, want: []string{"A-", "B=prod"}},
	{name: "env_file outside", env: "compose:api", files: map[source.Path]string{"compose.yml": "services:\n  api: {image: x, env_file: ../../x.env, environment: {A: 1}}\n"}, want: []string{"A=1"}, gap: "outside the analysed folder"},
	{name: "env_file missing", env: "compose:api", files: map[source.Path]string{"compose.yml": "services:\n  api: {image: x, env_file: x.env}\n"}, gap: "not in the tree"},
	{name: "env_file raw", env: "compose:api", files: map[source.Path]string{"compose.yml": "services:\n  api: {image: x, env_file: [{path: x.env, format: raw}]}\n", "x.env": "A='q' # $x\n"}, want: []string{"A='q' # $x"}},
	{name: "refused env_file", env: "compose:api", files: map[source.Path]string{"compose.yml": "services:\n  api: {image: x, env_file: x.env}\n", "x.env": "A=1\nB C=2\n"}, gap: "docker compose refuses"},
	{name: "extends in a circle", env: "compose:a", files: map[source.Path]string{"compose.yml": "services:\n  a: {extends: b, image: x}\n  b: {extends: a}\n"}, gap: "circle"},
	{name: "include in a circle", env: "compose:a", files: map[source.Path]string{"compose.yml": "include: [b.yml]\nservices:\n  a: {image: x}\n", "b.yml": "include: [compose.yml]\n"}, gap: "circle"},
	{name: "broken YAML", env: "compose:a", files: map[source.Path]string{"compose.yml": "services:\n  a: {image: x}\n", "compose.override.yml": "services:\n  a: [\n"}, gap: "cannot be parsed"},
}

var clusterSituations = []situation{
	{name: "deployment", env: "k8s:api", files: map[source.Path]string{
		"k8s/all.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {A: conf, B: conf, REF: x}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: sec}\ndata:\n  KEY: c2VjcmV0Cg==\n  TWICE: YzJWamNtVjBMV3RsZVMxb1pYSmw=\nstringData: {PLAIN: p}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n        - name: api\n          image: shop/api:1\n          command: [\"uvicorn\"]\n          args: [\"m:a\", \"--workers\", \"2\"]\n          envFrom:\n            - configMapRef: {name: conf}\n            - secretRef: {name: gone}\n          env:\n            - {name: B, value: own}\n            - {name: C, value: \"$(B)-$(NOPE)-$$(B)\"}\n            - name: KEY\n              valueFrom: {secretKeyRef: {name: sec, key: KEY}}\n            - name: T\n              valueFrom: {secretKeyRef: {name: sec, key: TWICE}}\n            - name: P\n              valueFrom: {secretKeyRef: {name: sec, key: PLAIN}}\n            - name: X\n              valueFrom: {secretKeyRef: {name: other, key: k}}\n            - name: IP\n              valueFrom: {fieldRef: {fieldPath: status.podIP}}\n"},
		want: []string{"A=conf", "B=own", "C=own-$(NOPE)-$(B)", "KEY=secret\n", "P=p", "X?", "IP?"}, gap: "Secret is not in the tree",
		check: func(t *testing.T, _ source.MapTree, e *Environment) {
			for name, want := range map[string]string{"KEY": "line break", "T": "base64 once more"} {
				if a, _, _ := e.Lookup(name); !strings.Contains(a.Altered, want) {
					t.Errorf("%s altered %q", name, a.Altered)
				}
			}
			if n, at := e.Processes(e.Commands[0]); n != 6 || len(at) != 2 {
				t.Errorf("processes %d", n)
			}
		}},
	{name: "kustomize", env: "k8s:api", files: map[source.Path]string{
		"k/kustomization.yaml": "configMapGenerator:\n- name: conf\n  literals: [A=1, \"B='two'\"]\n  envs: [x.env]\npatches: [{path: p.yaml}]\n", "k/x.env": "C=\"q\"\n",
		"k/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: api}\nspec:\n  containers:\n  - {name: a, image: x, envFrom: [{configMapRef: {name: conf}}]}\n"},
		want: []string{"A=1", "B=two", `C="q"`}, gap: "kustomize patches"},
	{name: "two objects of one name", env: "k8s:api", files: map[source.Path]string{
		"pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: api}\nspec:\n  containers:\n  - {name: a, image: x, envFrom: [{configMapRef: {name: conf}}]}\n",
		"a/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {A: one}\n", "b/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {A: two}\n"},
		want: []string{"A?"}},
	{name: "Helm template", env: "helm:chart/templates/d.yaml", files: map[source.Path]string{"chart/templates/d.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  containers:\n  - env: {{ .Values.env }}\n"}, gap: "Helm template"},
}
