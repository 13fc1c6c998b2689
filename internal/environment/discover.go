package environment

import (
	"strconv"

	"bearings/internal/source"
)

// Discover returns every environment that the files of a tree describe, in a
// stable order: local, compose services, images, Kubernetes, processes,
// continuous integration, tests. It is a pure function of the tree and reads
// nothing outside it.
func Discover(tree source.Tree) []*Environment {
	tree = listedTree{tree, tree.Paths()}
	d := &discovery{tree: tree, calledScripts: map[source.Path][]source.Location{}, images: map[string]*image{}}
	local := d.local()
	processes := d.processes()
	compose := d.compose()
	images := d.imageEnvironments()
	kubernetes := d.kubernetes()
	ci := d.ci()
	tests := d.tests()
	d.refineLocal(local, processes)
	out := []*Environment{local}
	for _, group := range [][]*Environment{compose, images, kubernetes, processes, ci, tests} {
		out = append(out, group...)
	}
	unique(out)
	return out
}

// listedTree asks a tree for its paths only once.
type listedTree struct {
	source.Tree
	paths []source.Path
}

// Paths implements source.Tree.
func (t listedTree) Paths() []source.Path { return t.paths }

// discovery is the work on one tree.
type discovery struct {
	tree source.Tree

	// What commands anywhere in the tree say.
	namedCompositions [][]source.Path
	builds            []namedBuild
	runs              []dockerRun
	calledScripts     map[source.Path][]source.Location
	localCommands     []started

	known    map[source.Path]bool // every file and folder of the tree
	images   map[string]*image    // built once for each specification
	composed []*Environment
}

// unique gives environments of one name different ones.
func unique(all []*Environment) {
	seen := map[string]int{}
	for _, e := range all {
		seen[e.Name]++
		if n := seen[e.Name]; n > 1 {
			e.Name += "#" + strconv.Itoa(n)
		}
	}
}
