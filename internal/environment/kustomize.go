package environment

import (
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// kustomization reads the generators of a kustomization file (kustomize 5):
// literals, and env files, in which everything behind "=" is the value. Patches
// are not applied; they are a gap of every workload.
func (c *cluster) kustomization(doc *yamlValue, p source.Path) {
	for _, kind := range []string{"configMapGenerator", "secretGenerator"} {
		for _, g := range doc.get(kind).list() {
			c.generated(g, kind, p)
		}
	}
	for _, name := range []string{"patches", "patchesStrategicMerge", "patchesJson6902", "replacements", "vars"} {
		if v := doc.get(name); v != nil {
			c.everywhere = append(c.everywhere, Gap{v.at, "what kustomize patches is not followed"})
		}
	}
}

func (c *cluster) generated(g *yamlValue, kind string, p source.Path) {
	object := &yamlValue{kind: yamlMap, at: g.at}
	values := map[string]Assignment{}
	for _, l := range g.get("literals").list() {
		name, value, ok := strings.Cut(l.string(), "=")
		if !ok {
			continue
		}
		a := Assignment{Name: name, Value: secret.New(unquoteLiteral(value)), Raw: secret.New(value), Known: true, At: l.at, Via: kind}
		values[name] = a
	}
	for _, ref := range append(g.get("envs").list(), g.get("env").list()...) {
		path, ok := p.Dir().Join(ref.string())
		if !ok {
			c.everywhere = append(c.everywhere, Gap{ref.at, "the env file of the generator is outside the analysed folder"})
			continue
		}
		file, reason := readConfig(c.d.tree, path)
		if reason != "" {
			c.everywhere = append(c.everywhere, Gap{ref.at, "the env file of the generator: " + reason})
			continue
		}
		list, gaps := dockerAssignments(file, kind)
		c.everywhere = append(c.everywhere, gaps...)
		for _, a := range list {
			a.Through = ref.at
			values[a.Name] = a
		}
	}
	c.data[object] = values
	target := c.configs
	if kind == "secretGenerator" {
		target = c.secrets
	}
	name := g.get("name").string()
	target[name] = append(target[name], k8sObject{object, p})
}

// unquoteLiteral takes one pair of quotes around a literal away, as kustomize does.
func unquoteLiteral(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}

// pick chooses among objects of one name: the only one, or the only one that
// stands in the folder of the workload. alone is false when several remain.
func pick(list []k8sObject, dir source.Path) (body *yamlValue, alone bool) {
	if len(list) == 0 {
		return nil, true
	}
	var near []k8sObject
	for _, o := range list {
		if o.path.Dir() == dir {
			near = append(near, o)
		}
	}
	if len(near) == 1 {
		return near[0].body, true
	}
	return list[len(list)-1].body, len(list) == 1
}
