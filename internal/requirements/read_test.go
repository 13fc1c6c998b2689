package requirements

import (
	"testing"

	"bearings/internal/source"
)

// TestFormats reads one package from each format; the spans must cover exactly
// the name and the version as they are written.
func TestFormats(t *testing.T) {
	for _, test := range []struct {
		file, text      string
		name            string
		exact, allowed  string
		written, verbat string // text at NameAt and At
		declared        bool
	}{
		{"uv.lock", "version = 1\n[[package]]\nname = \"app\"\nversion = \"0\"\nsource = { virtual = \".\" }\n\n[[package]]\nname = \"pyjwt\"\nversion = \"2.9.0\"\nsource = { registry = \"https://pypi.org/simple\" }\nwheels = [\n    { url = \"x\" },\n]\n\n[package.optional-dependencies]\ncrypto = [{ name = \"cryptography\" }]\n", "PyJWT", "2.9.0", "2.9.0", "pyjwt", "2.9.0", false},
		{"poetry.lock", "[[package]]\nname = \"PyJWT\"\nversion = \"2.9.0\"\n[package.extras]\nname = [\"x\"]\nversion = [\"y\"]\n[metadata]\nlock-version = \"2.0\"\n", "pyjwt", "2.9.0", "2.9.0", "PyJWT", "2.9.0", false},
		{"pdm.lock", "[[package]]\nname = \"pyjwt\"\nversion = \"2.9.0\"\nmarker = \"python_version >= '3.8'\"\n", "pyjwt", "2.9.0", "2.9.0", "pyjwt", "2.9.0", false},
		{"pylock.toml", "lock-version = \"1.0\"\n[[packages]]\nname = \"pyjwt\"\nversion = \"2.9.0\"\n", "pyjwt", "2.9.0", "2.9.0", "pyjwt", "2.9.0", false},
		{"Pipfile.lock", `{"_meta": {"sources": [{"name": "pypi", "version": "x"}]}, "default": {"pyjwt": {"hashes": ["sha256:a", "b"], "version": "==2.9.0"}}, "develop": {}}`, "pyjwt", "2.9.0", "==2.9.0", "pyjwt", "2.9.0", false},
		{"Pipfile", "[packages]\npyjwt = \"==2.9.0\"\n", "pyjwt", "2.9.0", "==2.9.0", "pyjwt", "==2.9.0", true},
		{"Pipfile", "[packages]\n\"python_jose\" = {version = \"~=3.3\", extras = [\"cryptography\"]}\n", "python-jose", "", "~=3.3", "python_jose", "~=3.3", true},
		{"requirements.txt", "# top\npyjwt==2.9.0  # why\n", "pyjwt", "2.9.0", "==2.9.0", "pyjwt", "2.9.0", true},
		{"requirements.txt", "\ufeffpyjwt==2.9.0\r\nx\r\n", "pyjwt", "2.9.0", "==2.9.0", "pyjwt", "2.9.0", true},
		{"requirements.txt", "pyjwt==2.9.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n", "pyjwt", "2.9.0", "==2.9.0", "pyjwt", "2.9.0", true},
		{"requirements.txt", "passlib [bcrypt] >= 1.7, <2 ; python_version >= '3.8'\n", "passlib", "", ">= 1.7, <2", "passlib", ">= 1.7, <2", true},
		{"requirements.txt", "pyjwt @ https://host/x/PyJWT-2.9.0-py3-none-any.whl#sha256=a\n", "pyjwt", "2.9.0", "2.9.0", "pyjwt", "https://host/x/PyJWT-2.9.0-py3-none-any.whl#sha256=a", true},
		{"requirements.txt", "pyjwt @ git+https://github.com/jpadilla/pyjwt@2.9.0\n", "pyjwt", "", "", "pyjwt", "git+https://github.com/jpadilla/pyjwt@2.9.0", true},
		{"requirements.txt", "--index-url https://x\n-e .\npyjwt\n", "pyjwt", "", "", "pyjwt", "pyjwt", true},
		{"requirements/prod.txt", "pyjwt===2.9.0\n", "pyjwt", "2.9.0", "===2.9.0", "pyjwt", "2.9.0", true},
		{"pyproject.toml", "[project]\nrequires-python = \">=3.10\"\ndependencies = [\n  # one\n  \"pyjwt[crypto]>=2.8,<3\",\n]\n", "pyjwt", "", ">=2.8,<3", "pyjwt", ">=2.8,<3", true},
		{"pyproject.toml", "[project]\nrequires-python = \">=3.10\"\n", "python", "", ">=3.10", "requires-python", ">=3.10", true},
		{"pyproject.toml", "[dependency-groups]\ntest = [\"pyjwt==2.9.0\", {include-group = \"x\"}]\n", "pyjwt", "2.9.0", "==2.9.0", "pyjwt", "2.9.0", true},
		{"pyproject.toml", "[project.optional-dependencies]\nauth = ['pyjwt~=2.8']\n", "pyjwt", "", "~=2.8", "pyjwt", "~=2.8", true},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3.11\"\npyjwt = \"^2.8\"\n", "pyjwt", "", "^2.8", "pyjwt", "^2.8", true},
		{"pyproject.toml", "[tool.poetry.dependencies]\npython-jose = {extras = [\"cryptography\"], version = \"3.3.0\"}\n", "python_jose", "3.3.0", "3.3.0", "python-jose", "3.3.0", true},
		{"pyproject.toml", "[tool.poetry.group.dev.dependencies.pyjwt]\nversion = \"~2.9\"\n", "pyjwt", "", "~2.9", "pyjwt", "~2.9", true},
		{"pyproject.toml", "[tool.uv]\ndev-dependencies = [\"pyjwt>=2\"]\n", "pyjwt", "", ">=2", "pyjwt", ">=2", true},
		{"setup.cfg", "[metadata]\nname = x\n[options]\ninstall_requires =\n    # c\n    pyjwt>=2.8\n    fastapi\npython_requires = >=3\n", "pyjwt", "", ">=2.8", "pyjwt", ">=2.8", true},
		{"setup.cfg", "[options.extras_require]\nauth = pyjwt==2.9.0\n", "pyjwt", "2.9.0", "==2.9.0", "pyjwt", "2.9.0", true},
		{"setup.py", "from setuptools import setup\nsetup(name='x', install_requires=[\n  'fastapi',  # web\n  \"pyjwt==2.9.0\",\n])\n", "pyjwt", "2.9.0", "==2.9.0", "pyjwt", "2.9.0", true},
		{"environment.yml", "name: x\ndependencies:\n  - python=3.11\n  - pip\n  - pip:\n    - fastapi\n    - pyjwt==2.9.0  # c\n  - conda-forge::bcrypt=4.0\n", "pyjwt", "2.9.0", "==2.9.0", "pyjwt", "2.9.0", true},
		{"environment.yml", "dependencies:\n- pip:\n  - fastapi\n- conda-forge::bcrypt=4.0\n", "bcrypt", "", "==4.0.*", "bcrypt", "4.0", true},
		{"environment.yml", "dependencies:\n- pyjwt=2.9.0=py311_0\n", "pyjwt", "2.9.0", "==2.9.0", "pyjwt", "2.9.0=py311_0", true},
		{"Dockerfile", "FROM python:3.11\n# RUN pip install pyjwt==1\nRUN apt-get update && pip install --no-cache-dir \\\n    # the web\n    \"fastapi[all]>=0.100\" \\\n    pyjwt==2.9.0 && rm -rf x\n", "pyjwt", "2.9.0", "==2.9.0", "pyjwt", "2.9.0", true},
		{"Dockerfile.prod", "RUN uv pip install -r requirements.txt 'pyjwt<2.10'\n", "pyjwt", "", "<2.10", "pyjwt", "<2.10", true},
	} {
		tree := source.NewMapTree(map[source.Path]string{source.Path(test.file): test.text})
		set := Read(tree)
		for _, gap := range set.Gaps() {
			t.Errorf("%s: gap: %s", test.file, gap.Reason)
		}
		v := set.Version(test.name)
		file, _ := tree.File(source.Path(test.file))
		if v.Exact != test.exact || v.Known != (test.exact != "") || v.Range.String() != test.allowed || v.Declared != test.declared {
			t.Errorf("%s: exact %q, range %q, declared %v for\n%s", test.file, v.Exact, v.Range, v.Declared, test.text)
		}
		if got := file.Slice(v.NameAt.Span); got != test.written {
			t.Errorf("%s: name at %q, want %q", test.file, got, test.written)
		}
		if got := file.Slice(v.At.Span); got != test.verbat {
			t.Errorf("%s: version at %q, want %q", test.file, got, test.verbat)
		}
	}
}

func TestWhoDecides(t *testing.T) {
	lock := "[[package]]\nname = \"pyjwt\"\nversion = \"2.12.1\"\n"
	for _, test := range []struct {
		about    string
		texts    map[source.Path]string
		dir      source.Path
		relation Relation
		source   string
		others   int
	}{
		{"nothing", nil, "", Unknown, "", 0},
		{"a bare name", map[source.Path]string{"requirements.txt": "pyjwt\n"}, "", Crosses, "requirements.txt", 0},
		{"lock beats range", map[source.Path]string{"uv.lock": lock, "pyproject.toml": "[project]\ndependencies=[\"pyjwt>=2\"]\n"}, "app/core", AtLeast, "uv.lock", 1},
		{"pin beats range", map[source.Path]string{"requirements.txt": "pyjwt==2.9.0\n", "pyproject.toml": "[project]\ndependencies=[\"pyjwt>=2\"]\n"}, "", Below, "requirements.txt", 1},
		{"compiled beats written", map[source.Path]string{"requirements.in": "pyjwt\n", "requirements.txt": "pyjwt==2.9.0\n"}, "", Below, "requirements.txt", 1},
		{"two pins disagree", map[source.Path]string{"requirements.txt": "pyjwt==2.9.0\n", "setup.cfg": "[options]\ninstall_requires =\n  pyjwt==2.10.1\n"}, "", Crosses, "requirements.txt", 1},
		{"a development pin is not production's", map[source.Path]string{"requirements.txt": "pyjwt>=2\n", "requirements-dev.txt": "-r requirements.txt\npyjwt==2.9.0\n"}, "", Crosses, "requirements.txt", 1},
		{"constraint narrows", map[source.Path]string{"requirements.txt": "-c constraints.txt\npyjwt>=2\n", "constraints.txt": "pyjwt<2.10\n"}, "", Below, "requirements.txt", 1},
		{"constraint pins", map[source.Path]string{"requirements.txt": "-cconstraints.txt\npyjwt\n", "constraints.txt": "pyjwt==2.9.0\n"}, "", Below, "constraints.txt", 1},
		{"constraint alone declares nothing", map[source.Path]string{"constraints.txt": "pyjwt<2.10\n"}, "", Unknown, "", 1},
		{"included", map[source.Path]string{"requirements.txt": "-r deps/base.list\n", "deps/base.list": "pyjwt==2.9.0\n"}, "app", Below, "base.list", 0},
		{"workspace member takes the root's lock", map[source.Path]string{"uv.lock": lock, "packages/api/pyproject.toml": "[project]\ndependencies=[\"pyjwt>=2\"]\n"}, "packages/api/src", AtLeast, "uv.lock", 1},
		{"nearest folder", map[source.Path]string{"requirements.txt": "pyjwt==2.12.0\n", "api/requirements.txt": "pyjwt==2.9.0\n"}, "api/app", Below, "requirements.txt", 1},
		{"falls back upwards", map[source.Path]string{"requirements.txt": "pyjwt==2.12.0\n", "api/requirements.txt": "fastapi\n"}, "api/app", AtLeast, "requirements.txt", 0},
		{"folder beside", map[source.Path]string{"backend/requirements.txt": "pyjwt==2.9.0\n"}, "", Below, "requirements.txt", 0},
		{"requirements folder governs the one above", map[source.Path]string{"api/requirements/base.txt": "pyjwt==2.9.0\n", "requirements.txt": "pyjwt\n"}, "api", Below, "base.txt", 1},
		{"markers split a lock", map[source.Path]string{"uv.lock": lock + "[[package]]\nname = \"pyjwt\"\nversion = \"2.9.0\"\n"}, "", Crosses, "uv.lock", 1},
		{"vendored", map[source.Path]string{".venv/lib/site-packages/x/requirements.txt": "pyjwt==2.9.0\n"}, "", Unknown, "", 0},
	} {
		set := Read(source.NewMapTree(test.texts)).For(test.dir)
		v := set.Version("pyjwt")
		if got := v.Compare("2.10.0"); got != test.relation || v.Source != test.source || len(v.Others) != test.others {
			t.Errorf("%s: %s by %q with %d others, want %s by %q with %d", test.about, got, v.Source, len(v.Others), test.relation, test.source, test.others)
		}
	}
}

func TestDeclared(t *testing.T) {
	set := Read(source.NewMapTree(map[source.Path]string{
		"requirements.txt": "passlib[bcrypt]\nPyJWT\njwt==1.3.1\n",
		"poetry.lock":      "[[package]]\nname = \"bcrypt\"\nversion = \"5.0.0\"\n",
	}))
	if places := set.Declared("passlib"); len(places) != 1 || len(places[0].Extras) != 1 || places[0].Extras[0] != "bcrypt" {
		t.Errorf("passlib: %v", places)
	}
	if len(set.Declared("bcrypt")) != 0 || set.Version("bcrypt").Compare("5.0.0") != AtLeast {
		t.Error("bcrypt is locked and not declared")
	}
	if len(set.Declared("python-multipart")) != 0 {
		t.Error("python-multipart is nowhere")
	}
	if got := len(set.Names()); got != 4 {
		t.Errorf("%d names, want 4", got)
	}
}

func TestGaps(t *testing.T) {
	for file, text := range map[source.Path]string{
		"pyproject.toml":   "[project]\ndependencies = [\"pyjwt==2.9.0\"\n",
		"uv.lock":          "<<<<<<< HEAD\n[[package]]\n",
		"poetry.lock":      "[[package]]\nname = \"pyjwt\"\nversion = \"2.9.0\"\n[[package\n",
		"Pipfile.lock":     `{"default": {"pyjwt": {"version": "==2.9.0"}`,
		"Pipfile":          "[packages\n",
		"requirements.txt": "-r missing.txt\n",
		"reqs.txt":         "-r ../../etc/passwd\n",
		"requirements.in":  "pyjwt=2.9.0\n",
		"setup.py":         "setup(install_requires=read('x'))",
		"setup.cfg":        "[options]\ninstall_requires =\n  ???\n",
	} {
		set := Read(source.NewMapTree(map[source.Path]string{file: text}))
		if len(set.Gaps()) == 0 {
			t.Errorf("%s: no gap for %q", file, text)
		}
		for _, gap := range set.Gaps() {
			if gap.At.Path != file || gap.Reason == "" {
				t.Errorf("%s: gap at %v: %q", file, gap.At, gap.Reason)
			}
		}
	}
}

// FuzzRead holds that no manifest breaks the reader and that spans stay inside.
func FuzzRead(f *testing.F) {
	files := []string{"uv.lock", "Pipfile.lock", "Pipfile", "requirements.txt", "pyproject.toml", "setup.cfg", "setup.py", "environment.yml", "Dockerfile"}
	for i := range files {
		f.Add(i, "[[package]]\nname=\"a\"\nversion=\"1\"\n")
		f.Add(i, "RUN pip install \\\n# x\n \\")
		f.Add(i, "{\"default\":{\"a\":{\"version\":\"==1\"}}}]")
		f.Add(i, "dependencies:\n- pip:\n  - a==1\n")
		f.Add(i, "-r requirements.txt\na[b]>=1; x\\\n")
	}
	f.Fuzz(func(t *testing.T, which int, text string) {
		path := source.Path(files[(which%len(files)+len(files))%len(files)])
		set := Read(source.NewMapTree(map[source.Path]string{path: text}))
		for _, name := range set.Names() {
			set.Version(name).Compare("2.0")
			for _, p := range set.Places(name) {
				for _, at := range []source.Location{p.NameAt, p.VersionAt} {
					if at.Span.Start < 0 || at.Span.End < at.Span.Start || at.Span.End > len(text) {
						t.Fatalf("%s: span %v outside %d bytes", path, at.Span, len(text))
					}
				}
			}
		}
	})
}
