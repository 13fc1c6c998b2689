package environment

import (
	"strings"
	"testing"
)

// wanted is what an environment must say of one variable.
type wanted struct {
	tree, env, name string
	value           string // "" with known false: unknown
	known           bool
	via, at         string
	altered         string // the text of AlteredAt
	shadows         string // the places of the shadowed assignments
	absent          bool
}

// The situations come from broken FastAPI projects whose behaviour was observed
// with the real libraries and Docker's own rules.
var incidentWants = []wanted{
	{tree: "build-arg-not-runtime-env/broken", env: "compose:app", name: "JWT_KEY", absent: true},
	{tree: "build-arg-not-runtime-env/fixed", env: "compose:app", name: "JWT_KEY", value: "f7c3bc1d808e04732adf679965ccc34ca7ae3441", known: true, via: "environment"},
	{tree: "compose-dollar-in-secret/broken", env: "compose:api", name: "JWT_SECRET", value: "kT7-vXw2mN4pL9rB6sD3fG5hJ1", known: true, via: "env_file", at: ".env:1", altered: "$Zq8"},
	{tree: "compose-dollar-in-secret/fixed", env: "compose:api", name: "JWT_SECRET", value: "kT7$Zq8-vXw2mN4pL9rB6sD3fG5hJ1", known: true, via: "env_file", at: ".env:1"},
	{tree: "compose-empty-value-jose-signs/broken", env: "compose:web", name: "SECRET_KEY", value: "", known: true, via: "environment", at: "docker-compose.yml:7", shadows: ".env:1"},
	{tree: "compose-empty-value-jose-signs/fixed", env: "compose:web", name: "SECRET_KEY", value: "17a6b5c4d3e2f10918273645546372819a0bcdef", known: true, via: "env_file", at: ".env:1"},
	{tree: "compose-interpolation-beats-env-file/broken", env: "compose:backend", name: "SECRET_KEY", known: false, via: "environment", at: "docker-compose.yml:7", shadows: "backend/.env:1"},
	{tree: "compose-interpolation-beats-env-file/fixed", env: "compose:backend", name: "SECRET_KEY", value: "b5c4d3e2f1a09f8e7d6c5b4a39281706b5c4d3e2", known: true, via: "env_file", at: "backend/.env:1"},
	{tree: "docker-env-file-inline-comment/broken", env: "docker run:deploy/run.sh:2", name: "TOKEN_SECRET", value: "4b227777d4dd1fc61c6f884f48641d02b4d121d3 # rotate every 90 days", known: true, via: "--env-file", at: "deploy/api.env:1", altered: "# rotate every 90 days"},
	{tree: "docker-env-file-inline-comment/fixed", env: "docker run:deploy/run.sh:2", name: "TOKEN_SECRET", value: "4b227777d4dd1fc61c6f884f48641d02b4d121d3", known: true, via: "--env-file"},
	{tree: "docker-env-file-raw-quotes/broken", env: "docker run:Makefile:5", name: "API_JWT_KEY", value: "'e3b0c44298fc1c149afbf4c8996fb92427ae41e4'", known: true, via: "--env-file", at: ".env:2", altered: "'e3b0c44298fc1c149afbf4c8996fb92427ae41e4'"},
	{tree: "docker-env-file-raw-quotes/fixed", env: "docker run:Makefile:5", name: "API_JWT_KEY", value: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4", known: true, via: "--env-file"},
	{tree: "env-file-tuple-order/broken", env: "image:Dockerfile", name: "JWT_SECRET", absent: true},
	{tree: "gunicorn-raw-env-other-key/broken", env: "Procfile:web", name: "SECRET_KEY", value: "gunicorn-key-from-the-old-server-000001", known: true, via: "raw_env", at: "gunicorn.conf.py:5"},
	{tree: "gunicorn-raw-env-other-key/fixed", env: "Procfile:web", name: "SECRET_KEY", absent: true},
	{tree: "start-sh-sources-env/broken", env: "start.sh", name: "AUTH_KEY", value: "Gx4nhQm2Lp9Vt6Rz8Wc3Yd5Bf1Nj0Ks", known: true, via: "source", at: ".env:1", altered: "$7"},
	{tree: "start-sh-sources-env/fixed", env: "start.sh", name: "AUTH_KEY", value: "Gx4n$7hQm2Lp9Vt6Rz8Wc3Yd5Bf1Nj0Ks", known: true, via: "source", at: ".env:1"},
	{tree: "workdir-hides-env-file/broken", env: "image:Dockerfile", name: "SECRET_KEY", absent: true},
	{tree: "settings-placeholder-default/broken", env: "compose:api", name: "SECRET_KEY", absent: true},
	{tree: "settings-placeholder-default/broken", env: "compose:api", name: "JWT_SECRET", known: false, via: "environment", at: "docker-compose.yml:5"},
	{tree: "urlsafe-default-restart/broken", env: "compose:backend", name: "ENVIRONMENT", value: "production", known: true, via: "env_file", at: ".env:1"},
	{tree: "urlsafe-default-restart/broken", env: "compose:backend", name: "SECRET_KEY", absent: true},
	{tree: "token-service-args-swapped/broken", env: "compose:api", name: "JWT_REFRESH_SECRET", value: "refresh-0f1e2d3c4b5a69788796a5b4c3d2e1f7", known: true, via: "environment"},
	{tree: "exp-naive-local-time/broken", env: "image:Dockerfile", name: "TZ", value: "America/Los_Angeles", known: true, via: "ENV", at: "Dockerfile:2"},
	{tree: "utcnow-timestamp-expired-east/broken", env: "compose:api", name: "TZ", value: "Europe/Berlin", known: true, via: "environment"},
	{tree: "compose-env-file-and-equal-environment/project", env: "compose:auth", name: "JWT_SECRET", value: "0cc175b9c0f1b6a831c399e269772661aabbccdd", known: true, via: "environment", shadows: ".env:1"},
	{tree: "compose-env-file-and-equal-environment/project", env: "compose:api", name: "JWT_SECRET", value: "0cc175b9c0f1b6a831c399e269772661aabbccdd", known: true, via: "env_file"},
	{tree: "dev-default-refused-in-production/project", env: "compose:api", name: "SECRET_KEY", known: false, via: "environment"},
	{tree: "generated-key-is-persisted/project", env: "image:Dockerfile", name: "KEY_FILE", value: "/var/lib/app/jwt.key", known: true, via: "ENV"},
	{tree: "algorithm-through-aliases/project", env: "Makefile:run", name: "APP_KEY", value: "a-key-of-48-bytes-for-hs384-a-key-of-48-bytes-000", known: true, via: "--env-file", at: ".env:1"},
}

func TestIncidents(t *testing.T) {
	for _, want := range incidentWants {
		t.Run(want.tree+"/"+want.name, func(t *testing.T) {
			tree := folderTree(t, "testdata/incidents/"+want.tree)
			e := named(t, Discover(tree), want.env)
			got, shadowed, ok := e.Lookup(want.name)
			if ok == want.absent {
				t.Fatalf("found %v, want %v\n%s", ok, !want.absent, describe(tree, e))
			}
			if want.absent {
				return
			}
			if got.Known != want.known || got.Via != want.via || want.known && got.Value.Expose() != want.value {
				t.Errorf("wrong winner\n%s", describe(tree, e))
			}
			if want.at != "" && place(tree, got.At) != want.at {
				t.Errorf("at %s, want %s", place(tree, got.At), want.at)
			}
			if altered := text2(tree, got.AlteredAt); altered != want.altered || (got.Altered == "") != (want.altered == "") {
				t.Errorf("altered %q (%s), want %q", altered, got.Altered, want.altered)
			}
			var places []string
			for _, s := range shadowed {
				places = append(places, place(tree, s.At))
			}
			if strings.Join(places, " ") != want.shadows {
				t.Errorf("shadows %v, want %s", places, want.shadows)
			}
		})
	}
}

func TestIncidentDetails(t *testing.T) {
	t.Run("a build argument is no variable", func(t *testing.T) {
		tree := folderTree(t, "testdata/incidents/build-arg-not-runtime-env/broken")
		e := named(t, Discover(tree), "compose:app")
		a, ok := e.BuildArg("JWT_KEY")
		if !ok || place(tree, a.At) != "docker-compose.yml:6" || text(t, tree, a.At) != "JWT_KEY: ${JWT_KEY:?JWT_KEY is required}" {
			t.Errorf("got %v at %q", ok, text2(tree, a.At))
		}
	})
	t.Run("WORKDIR hides the env file", func(t *testing.T) {
		tree := folderTree(t, "testdata/incidents/workdir-hides-env-file/broken")
		e := named(t, Discover(tree), "image:Dockerfile")
		found := e.Files.Lookup(e.WorkDir, ".env")
		if found.State != Absent || place(tree, found.At) != "Dockerfile:4" {
			t.Errorf("got %v at %s: %s", found.State, place(tree, found.At), found.Why)
		}
		if where, ok, _, at := e.Files.Locate(".env"); !ok || where != "/code/.env" || place(tree, at) != "Dockerfile:3" {
			t.Errorf("located %q %v at %s", where, ok, place(tree, at))
		}
		if e.WorkDir.Path != "/code/app" || e.Commands[0].App != "main:app" {
			t.Errorf("got %s", describe(tree, e))
		}
	})
	t.Run(".dockerignore keeps the env file out", func(t *testing.T) {
		tree := folderTree(t, "testdata/incidents/compose-dollar-in-secret/broken")
		e := named(t, Discover(tree), "compose:api")
		found := e.Files.Lookup(e.WorkDir, ".env")
		if found.State != Absent || place(tree, found.At) != ".dockerignore:1" {
			t.Errorf("got %v at %s: %s", found.State, place(tree, found.At), found.Why)
		}
	})
	t.Run("both env files are baked in", func(t *testing.T) {
		tree := folderTree(t, "testdata/incidents/env-file-tuple-order/broken")
		e := named(t, Discover(tree), "image:Dockerfile")
		for _, name := range []string{".env", ".env.prod"} {
			if found := e.Files.Lookup(e.WorkDir, name); found.State != Present || string(found.Path) != name || place(tree, found.At) != "Dockerfile:3" {
				t.Errorf("%s: %v at %s: %s", name, found.State, place(tree, found.At), found.Why)
			}
		}
	})
	t.Run("cd decides the working directory", func(t *testing.T) {
		tree := folderTree(t, "testdata/incidents/load-dotenv-relative-path/broken")
		e := named(t, Discover(tree), "start.sh")
		c := e.Commands[0]
		if c.WorkDir.Path != "backend" || !c.WorkDir.Known || place(tree, c.WorkDir.At) != "start.sh:3" || c.App != "api:app" {
			t.Errorf("got %s", describe(tree, e))
		}
		if found := e.Files.Lookup(c.WorkDir, "config/prod.env"); found.State != Absent || place(tree, found.At) != "start.sh:3" {
			t.Errorf("got %v: %s", found.State, found.Why)
		}
	})
	t.Run("an unset required variable is never empty", func(t *testing.T) {
		tree := folderTree(t, "testdata/incidents/dev-default-refused-in-production/project")
		a, _, _ := named(t, Discover(tree), "compose:api").Lookup("SECRET_KEY")
		if !a.Required || a.Known {
			t.Errorf("required %v known %v", a.Required, a.Known)
		}
	})
	t.Run("an empty interpolation names the shell", func(t *testing.T) {
		tree := folderTree(t, "testdata/incidents/compose-interpolation-beats-env-file/broken")
		a, _, _ := named(t, Discover(tree), "compose:backend").Lookup("SECRET_KEY")
		if len(a.Unset) != 1 || a.Unset[0] != "SECRET_KEY" || a.Required || !a.Value.IsEmpty() {
			t.Errorf("unset %v required %v", a.Unset, a.Required)
		}
	})
}
