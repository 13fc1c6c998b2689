package python

import (
	"testing"

	"bearings/internal/source"
)

func treeOf(paths ...string) source.MapTree {
	texts := map[source.Path]string{}
	for _, path := range paths {
		texts[source.Path(path)] = ""
	}
	return source.NewMapTree(texts)
}

func TestFind(t *testing.T) {
	tests := []struct {
		name   string
		tree   []string
		roots  []source.Path
		from   source.Path
		level  int
		dotted string
		kind   ImportKind
		path   source.Path
		want   string // the dotted name
	}{
		{"package beside", []string{"main.py", "app/__init__.py", "app/db.py"}, nil, "main.py", 0, "app.db", ModuleFile, "app/db.py", "app.db"},
		{"a package is its init", []string{"main.py", "app/__init__.py"}, nil, "main.py", 0, "app", Package, "app/__init__.py", "app"},
		{"from within the package", []string{"b/app/__init__.py", "b/app/core/__init__.py", "b/app/core/x.py", "b/app/db.py"}, nil,
			"b/app/core/x.py", 0, "app.db", ModuleFile, "b/app/db.py", "app.db"},
		{"no init files at all", []string{"app/main.py", "app/core/security.py"}, nil, "app/main.py", 0, "app.core.security", ModuleFile,
			"app/core/security.py", "app.core.security"},
		{"script folder", []string{"backend/main.py", "backend/database.py", "backend/requirements.txt"}, nil, "backend/main.py", 0,
			"database", ModuleFile, "backend/database.py", "database"},
		{"nearest wins", []string{"a/app/__init__.py", "a/app/x.py", "a/run.py", "b/app/__init__.py", "b/app/x.py"}, nil, "a/run.py", 0,
			"app.x", ModuleFile, "a/app/x.py", "app.x"},
		{"src beside", []string{"tests/test_a.py", "src/pkg/__init__.py", "src/pkg/a.py"}, nil, "tests/test_a.py", 0, "pkg.a", ModuleFile,
			"src/pkg/a.py", "pkg.a"},
		{"a project folder elsewhere", []string{"tools/x.py", "backend/pyproject.toml", "backend/app/a.py"}, nil, "tools/x.py", 0, "app.a",
			ModuleFile, "backend/app/a.py", "app.a"},
		{"a package anywhere", []string{"tools/x.py", "deep/down/pkg/__init__.py"}, nil, "tools/x.py", 0, "pkg", Package,
			"deep/down/pkg/__init__.py", "pkg"},
		{"ambiguous: the nearer", []string{"svc/a/tests/x.py", "svc/b/pkg/__init__.py", "old/pkg/__init__.py"}, nil, "svc/a/tests/x.py", 0,
			"pkg", Package, "svc/b/pkg/__init__.py", "pkg"},
		{"configured root", []string{"x.py", "lib/y/z.py"}, []source.Path{"lib"}, "x.py", 0, "y.z", ModuleFile, "lib/y/z.py", "y.z"},
		{"configured root goes first", []string{"x.py", "y.py", "lib/y.py"}, []source.Path{"./lib/"}, "x.py", 0, "y", ModuleFile, "lib/y.py", "y"},
		{"external", []string{"x.py"}, nil, "x.py", 0, "some_library.part", External, "", "some_library.part"},
		{"missing part", []string{"x.py", "app/__init__.py"}, nil, "x.py", 0, "app.gone", Missing, "", "app.gone"},
		{"part of a module", []string{"x.py", "app.py"}, nil, "x.py", 0, "app.gone", Missing, "", "app.gone"},
		{"namespace", []string{"x.py", "ns/a.py"}, nil, "x.py", 0, "ns", Namespace, "ns", "ns"},
		{"package before module before namespace", []string{"x.py", "m.py", "m/a.py"}, nil, "x.py", 0, "m", ModuleFile, "m.py", "m"},
		{"stubs are no modules", []string{"x.py", "m.pyi"}, nil, "x.py", 0, "m", External, "", "m"},
		{"nothing named", []string{"x.py"}, nil, "x.py", 0, "", Missing, "", ""},

		{"sibling", []string{"app/__init__.py", "app/a.py", "app/b.py"}, nil, "app/a.py", 1, "b", ModuleFile, "app/b.py", "app.b"},
		{"own package", []string{"app/__init__.py", "app/a.py"}, nil, "app/a.py", 1, "", Package, "app/__init__.py", "app"},
		{"own package without init", []string{"app/a.py"}, nil, "app/a.py", 1, "", Namespace, "app", "app"},
		{"from an init", []string{"app/__init__.py", "app/a.py"}, nil, "app/__init__.py", 1, "a", ModuleFile, "app/a.py", "app.a"},
		{"above", []string{"app/__init__.py", "app/v1/__init__.py", "app/v1/a.py", "app/db.py"}, nil, "app/v1/a.py", 2, "db", ModuleFile,
			"app/db.py", "app.db"},
		{"out of the folder", []string{"app/__init__.py", "app/a.py"}, nil, "app/a.py", 3, "x", Missing, "", "x"},
		{"relative to nothing", []string{"app/__init__.py", "app/a.py"}, nil, "app/a.py", 1, "gone", Missing, "", "app.gone"},
		{"a library's name, relatively", []string{"app/__init__.py", "app/a.py", "app/jwt.py"}, nil, "app/a.py", 1, "jwt", ModuleFile, "app/jwt.py", "app.jwt"},

		{"library", []string{"x.py"}, nil, "x.py", 0, "fastapi.security", External, "", "fastapi.security"},
		{"a library's name deep in the tree", []string{"x.py", "third_party/fastapi/__init__.py"}, nil, "x.py", 0, "fastapi", External, "", "fastapi"},
		{"a library's name above", []string{"a/x.py", "jwt.py"}, nil, "a/x.py", 0, "jwt", External, "", "jwt"},
		{"a shadowed library", []string{"x.py", "jwt.py"}, nil, "x.py", 0, "jwt", ModuleFile, "jwt.py", "jwt"},
		{"a shadowed library lacks parts", []string{"x.py", "jwt.py"}, nil, "x.py", 0, "jwt.exceptions", Missing, "", "jwt.exceptions"},
		{"a folder shadows no library", []string{"x.py", "alembic/env.py"}, nil, "x.py", 0, "alembic", External, "", "alembic"},
		{"the library's own project", []string{"fastapi/__init__.py", "fastapi/applications.py", "docs_src/__init__.py", "docs_src/a.py"}, nil,
			"docs_src/a.py", 0, "fastapi", External, "", "fastapi"},
		{"the library reads itself", []string{"fastapi/__init__.py", "fastapi/applications.py", "fastapi/params.py"}, nil,
			"fastapi/applications.py", 0, "fastapi.params", ModuleFile, "fastapi/params.py", "fastapi.params"},
		{"standard library beside a package's file", []string{"app/main.py", "app/secrets.py"}, nil, "app/main.py", 0, "secrets", External, "", "secrets"},
		{"shadowed standard library", []string{"main.py", "secrets.py"}, nil, "main.py", 0, "secrets", ModuleFile, "secrets.py", "secrets"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := NewProgram(treeOf(test.tree...), Options{Roots: test.roots})
			for range 2 { // the second answer is remembered
				got := p.Find(test.from, test.level, test.dotted)
				if got.Kind != test.kind || got.Path != test.path || got.Dotted != test.want {
					t.Fatalf("got %+v, want kind %d, path %q, name %q", got, test.kind, test.path, test.want)
				}
				if got.Kind == Missing && got.Reason == "" {
					t.Error("missing without a reason")
				}
			}
		})
	}
}

func TestModuleName(t *testing.T) {
	p := NewProgram(treeOf("main.py", "__init__.py", "app/__init__.py", "app/main.py", "ns/x.py", "be/Dockerfile", "be/run.py", "be/a/b.py",
		"src/p/q.py", "pkgs/one/__init__.py", "pkgs/one/two/__init__.py", "lib/z.py"), Options{Roots: []source.Path{"lib"}})
	for path, want := range map[source.Path]string{
		"main.py": "main", "__init__.py": "", "app/__init__.py": "app", "app/main.py": "app.main", "ns/x.py": "ns.x", "be/run.py": "run",
		"be/a/b.py": "a.b", "src/p/q.py": "p.q", "pkgs/one/__init__.py": "one", "pkgs/one/two/__init__.py": "one.two", "lib/z.py": "z",
	} {
		if got := p.ModuleName(path); got != want {
			t.Errorf("ModuleName(%s) = %q, want %q", path, got, want)
		}
	}
}

func TestShared(t *testing.T) {
	tests := []struct {
		a, b source.Path
		want int
	}{{"", "", 0}, {"", "a", 0}, {"a", "a", 1}, {"a/b", "a/c", 1}, {"a/b", "a/b/c", 2}, {"ab", "a", 0}, {"a/b", "ab", 0}, {"x/y/z", "x/y/w/v", 2}}
	for _, test := range tests {
		if got := shared(test.a, test.b); got != test.want {
			t.Errorf("shared(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
		if got := shared(test.b, test.a); got != test.want {
			t.Errorf("shared(%q, %q) = %d, want %d", test.b, test.a, got, test.want)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	p := NewProgram(treeOf("app/__init__.py", "app/main.py", "app/core/__init__.py", "app/core/security.py"), Options{})
	for b.Loop() {
		p.Find("app/main.py", 0, "app.core.security")
	}
}
