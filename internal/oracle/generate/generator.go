package generate

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Package is a generated application: its files by path and the application in
// the form "package.module:attribute" or "package.module:factory()".
type Package struct {
	Name  string
	App   string
	Files map[string]string
}

// generator holds what the parts of one application share.
type generator struct {
	rng     *rand.Rand
	pkg     string
	count   map[string]int
	modules []*module
	exports map[string]bool // packages whose __init__ hands on what their modules define
	config  *config
	schemes []scheme
	deps    []*dependable
	lists   []symbol // lists of dependencies in variables
	routers []routed
	quotes  bool // annotations may be strings: the signature is a plain function's
}

// New writes one application. Equal arguments give equal packages.
func New(seed uint64, pkg string) Package {
	g := &generator{rng: rand.New(rand.NewPCG(seed, 0x0BEA7146)), pkg: pkg, count: map[string]int{}, exports: map[string]bool{}}
	g.exports["deps"] = g.chance(50)
	g.writeConfig()
	g.writeSchemes()
	g.writeDependables()
	g.writeRouters()
	app := g.writeMain()
	p := Package{Name: pkg, App: app, Files: map[string]string{pkg + "/__init__.py": ""}}
	for _, m := range g.modules {
		path := pkg + "/" + strings.ReplaceAll(m.name, ".", "/")
		if m.init {
			path += "/__init__"
		}
		p.Files[path+".py"] = m.text()
		if parent, _ := cut(m.name); parent != "" {
			init := pkg + "/" + parent + "/__init__.py"
			if _, ok := p.Files[init]; !ok {
				p.Files[init] = ""
			}
		}
	}
	if g.exports["deps"] {
		p.Files[pkg+"/deps/__init__.py"] = g.reexports("deps")
	}
	return p
}

// module starts a file.
func (g *generator) module(name string) *module {
	m := &module{g: g, name: name, seen: map[string]string{}}
	m.future = g.chance(15)
	g.modules = append(g.modules, m)
	return m
}

// chance is true in percent of a hundred cases.
func (g *generator) chance(percent int) bool { return g.rng.IntN(100) < percent }

// fresh returns a name that was not used before.
func (g *generator) fresh(base string) string {
	g.count[base]++
	return fmt.Sprintf("%s%d", base, g.count[base])
}

// among reports whether both modules lie in one package that hands on its modules' names.
func (g *generator) among(a, b *module) bool {
	p, _ := cut(a.name)
	q, _ := cut(b.name)
	return p != "" && p == q && g.exports[p]
}

// exported tells through which package a symbol can be imported as well.
func (g *generator) exported(s symbol, from *module) (string, bool) {
	parent, _ := cut(s.in.name)
	if parent == "" || !g.exports[parent] || strings.HasPrefix(from.name, parent+".") {
		return "", false
	}
	return g.pkg + "." + parent, true
}

// reexports writes the __init__.py that hands on what the modules of a package define.
func (g *generator) reexports(parent string) string {
	var b strings.Builder
	for _, m := range g.modules {
		if p, last := cut(m.name); p == parent {
			if g.chance(50) {
				fmt.Fprintf(&b, "from .%s import *\n", last)
			} else {
				fmt.Fprintf(&b, "from %s.%s import *\n", g.pkg, m.name)
			}
		}
	}
	return b.String()
}
