package environment

import (
	"path"
	"slices"
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"

	"github.com/mattn/go-shellwords"
)

// compose returns one environment for each service of each combination of
// compose files. The rules are those of compose-go 2.16: environment wins over
// env_file, of which later files win, and both over the ENV of the image.
func (d *discovery) compose() []*Environment {
	for _, c := range d.compositions() {
		l := &composeLoader{tree: d.tree}
		doc := l.load(c.files)
		services := doc.get("services")
		if services == nil {
			continue
		}
		for _, f := range services.fields {
			if f.value == nil || f.value.kind != yamlMap {
				continue
			}
			s := &composeService{d: d, loader: l, doc: doc, name: f.name, body: f.value, files: c.files}
			d.composed = append(d.composed, s.environment(c.label, f.at))
		}
	}
	return d.composed
}

// composeService is one service with everything merged.
type composeService struct {
	d      *discovery
	loader *composeLoader
	doc    *yamlValue
	name   string
	body   *yamlValue
	files  []source.Path
	env    *Environment
}

func (s *composeService) environment(label string, at source.Location) *Environment {
	name := "compose:" + s.name
	if label != "" {
		name = "compose(" + label + "):" + s.name
	}
	e := &Environment{Name: name, Kind: Compose, At: at, Variables: map[string][]Assignment{}}
	s.env = e
	before := len(s.loader.gaps)
	s.variables()
	e.Described = append(e.Described, s.loader.seen...)
	e.Replicas = s.replicas()
	if e.Network = s.loader.text(s.body.get("network_mode")); e.Network == "bridge" || e.Network == "none" {
		e.Network = ""
	}
	c := container{env: e, reference: s.loader.text(s.body.get("image")), entrypoint: s.commandLine("entrypoint"), cmd: s.commandLine("command")}
	if dir := s.body.get("working_dir"); dir != nil {
		c.dir = &Dir{Path: path.Clean("/" + s.loader.text(dir)), Known: true, At: dir.at}
	}
	c.mounts = append(s.volumes(), s.secrets()...)
	if c.image = s.image(c.reference); c.image == nil && s.body.get("build") != nil {
		c.reference = "" // the name that the image gets
	}
	s.d.fill(c)
	if c.image != nil && !slices.Contains(e.Described, c.image.path) {
		e.Described = append(e.Described, c.image.path)
	}
	e.Gaps = append(e.Gaps, s.loader.gaps[:before]...)
	for _, g := range s.loader.gaps[before:] {
		e.gap(g.At, g.Reason)
	}
	s.loader.gaps = s.loader.gaps[:before]
	return e
}

// variables fills env with environment and env_file.
func (s *composeService) variables() {
	own := s.pairs(s.body.get("environment"), "environment")
	resolved := map[string]Assignment{}
	for _, a := range own {
		resolved[a.Name] = a
	}
	for i := len(own) - 1; i >= 0; i-- {
		s.env.underlay(own[i])
	}
	files := s.body.get("env_file").list()
	var fromFiles []Assignment
	earlier := map[string]Assignment{}
	for _, f := range files {
		fromFiles = append(fromFiles, s.envFile(f, resolved, earlier)...)
	}
	for i := len(fromFiles) - 1; i >= 0; i-- {
		s.env.underlay(fromFiles[i])
	}
}

// envFile reads one entry of env_file. Its text may refer to the .env of the
// project, then to environment, then to the lines before it, also of other files.
func (s *composeService) envFile(f *yamlValue, own, earlier map[string]Assignment) []Assignment {
	ref, required, raw := f, true, false
	if f.kind == yamlMap {
		ref = f.get("path")
		required = f.get("required").string() != "false"
		raw = f.get("format").string() == "raw"
	}
	text := s.loader.text(ref)
	p, ok := f.scope.dir.Join(text)
	if !ok || strings.HasPrefix(text, "/") || strings.HasPrefix(text, "~") {
		s.env.gap(ref.location(), "the env_file is outside the analysed folder")
		return nil
	}
	file, reason := readConfig(s.d.tree, p)
	if reason != "" {
		if required || !strings.Contains(reason, "not in the tree") {
			s.env.gap(ref.location(), "the env_file: "+reason)
		}
		return nil
	}
	var list []Assignment
	var gaps []Gap
	if raw {
		list, gaps = dockerAssignments(file, "env_file (raw)")
	} else {
		list, gaps = composeAssignments(file, "env_file", func(name string) (string, source.Location, bool) {
			if v, from, ok := s.loader.project.look(name); ok {
				return v, from, true
			}
			a, ok := own[name]
			return a.Value.Expose(), a.At, ok && !a.Passed
		}, earlier)
	}
	for _, g := range gaps {
		s.env.gap(g.At, g.Reason)
	}
	for i := range list {
		list[i].Through = ref.location()
	}
	return list
}

// pairs reads a mapping or a list of assignments, in order.
func (s *composeService) pairs(v *yamlValue, via string) []Assignment {
	var out []Assignment
	switch {
	case v == nil:
	case v.kind == yamlMap:
		for _, f := range v.fields {
			out = append(out, s.pair(f.name, f.value, f.value.kind != yamlNull, f.entry, via))
		}
	case v.kind == yamlList:
		for _, item := range v.items {
			if item.kind == yamlMap { // two mappings merged
				out = append(out, s.pairs(item, via)...)
				continue
			}
			name, text, has := strings.Cut(item.text, "=")
			value := &yamlValue{kind: yamlScalar, text: text, at: item.at, scope: item.scope}
			a := s.pair(name, value, has, item.at, via)
			if t := a.Value.Expose(); has && len(t) > 1 && (t[0] == '"' || t[0] == '\'') && t[len(t)-1] == t[0] {
				a.Altered, a.AlteredAt = "the quotes inside a list item stay part of the value", item.at
			}
			out = append(out, a)
		}
	}
	return out
}

func (s *composeService) pair(name string, v *yamlValue, has bool, at source.Location, via string) Assignment {
	a := Assignment{Name: name, At: at, Via: via}
	if !has {
		value, from, ok := v.scope.look(name)
		a.Value, a.From, a.Known, a.Passed, a.Assumes = secret.New(value), from, ok, !ok, []string{name}
		if !ok {
			a.Reason = "the variable of the shell is handed on; it is not set unless the shell sets it"
		}
		return a
	}
	a.Raw = secret.New(v.text)
	x := expandCompose(v.text, v.scope.look)
	a.applyExpansion(x)
	if len(x.refs) > 0 && !x.refs[0].Set && !x.refs[0].Default && x.refs[0].Span.Len() < len(v.text) && len(x.required) == 0 {
		a.Altered, a.AlteredAt = "compose took a $ and the name behind it for a variable that is not set, and expanded it to nothing", at
	}
	return a
}

// replicas reads deploy.replicas and scale.
func (s *composeService) replicas() Count {
	for _, names := range [][]string{{"deploy", "replicas"}, {"scale"}} {
		if v := s.body.get(names...); v != nil && v.kind == yamlScalar {
			x := expandCompose(v.text, v.scope.look)
			return Count{N: count(x.text), At: v.at}
		}
	}
	return Count{}
}

// commandLine reads command or entrypoint: a list, or a text that compose splits
// into words as a shell would (go-shellwords), without running a shell.
func (s *composeService) commandLine(name string) *commandLine {
	v := s.body.get(name)
	if v == nil || v.kind == yamlNull {
		return nil
	}
	c := &commandLine{at: v.at, words: []string{}}
	if v.kind == yamlList {
		for _, item := range v.items {
			c.words = append(c.words, s.loader.text(item))
		}
		if len(v.items) > 0 {
			c.at.Span.Start = min(c.at.Span.Start, v.items[0].at.Span.Start)
			c.at.Span.End = max(c.at.Span.End, v.items[len(v.items)-1].at.Span.End)
		}
		return c
	}
	words, err := shellwords.Parse(s.loader.text(v))
	if err != nil {
		s.env.gap(v.at, "the command cannot be split into words")
		return nil
	}
	c.words = words
	return c
}

// image builds what build: names, or finds the build of an image's tag.
func (s *composeService) image(reference string) *image {
	b := s.body.get("build")
	if b == nil {
		for _, named := range s.d.builds {
			if reference != "" && named.tag == reference {
				img, _ := s.d.build(named.spec)
				return img
			}
		}
		return nil
	}
	b = buildMapping(b)
	context := s.loader.text(b.get("context"))
	if b.get("dockerfile_inline") != nil {
		s.env.gap(b.at, "the Dockerfile is written inline, and is not read")
		return nil
	}
	scope := b.scope
	if v := b.get("context"); v != nil {
		scope = v.scope
	}
	dir, ok := scope.dir.Join(context)
	if !ok || strings.HasPrefix(context, "/") || strings.Contains(context, "://") || strings.HasPrefix(context, "git@") {
		s.env.gap(b.at, "the build context is outside the analysed folder")
		return nil
	}
	spec := buildSpec{context: dir, dockerfile: joined(dir, "Dockerfile"), target: s.loader.text(b.get("target")), args: map[string]Assignment{}}
	if f := b.get("dockerfile"); f != nil {
		if spec.dockerfile, ok = dir.Join(s.loader.text(f)); !ok {
			s.env.gap(f.at, "the Dockerfile is outside the analysed folder")
			return nil
		}
	}
	for _, a := range s.pairs(b.get("args"), "build.args") {
		spec.args[a.Name] = a
		s.env.BuildArgs = append([]Assignment{a}, s.env.BuildArgs...)
	}
	img, gaps := s.d.build(spec)
	for _, g := range gaps {
		if g.At.Span.Len() == 0 && g.At.Path == spec.dockerfile {
			g.At = b.location()
		}
		s.env.gap(g.At, g.Reason)
	}
	return img
}
