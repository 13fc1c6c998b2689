package environment

import (
	"slices"
	"testing"

	"bearings/internal/source"
)

// unlistedTree reads files that it does not list, as a tree on disk does with
// those that git ignores.
type unlistedTree struct {
	source.MapTree
	hidden []source.Path
}

func (u unlistedTree) Paths() []source.Path {
	return slices.DeleteFunc(u.MapTree.Paths(), func(p source.Path) bool { return slices.Contains(u.hidden, p) })
}

func TestUnlistedFiles(t *testing.T) {
	files := source.NewMapTree(map[source.Path]string{"Dockerfile": "FROM python:3 AS a\nWORKDIR /app\nCOPY . .\nFROM python:3\nCOPY --from=a /app/conf /etc/conf\nWORKDIR /app\nCOPY --from=a /app .\n",
		".dockerignore": "*.pem\n", "conf/key.env": "", "jwt.pem": "", "main.py": ""})
	e := named(t, Discover(unlistedTree{files, []source.Path{"conf/key.env", "jwt.pem"}}), "image:Dockerfile")
	stands(t, e, "conf/key.env", Present, "conf/key.env")
	stands(t, e, "/etc/conf/key.env", Present, "conf/key.env")
	stands(t, e, "jwt.pem", Absent, "")
	if where, ok, _, _ := e.Files.Locate("conf/key.env"); !ok || where != "/app/conf/key.env" {
		t.Errorf("located at %q %v", where, ok)
	}
	if _, ok, _, at := e.Files.Locate("jwt.pem"); ok || at.Path != ".dockerignore" {
		t.Errorf("located at %v", at)
	}
}
