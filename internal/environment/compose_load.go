package environment

import (
	"slices"
	"strings"

	"bearings/internal/source"
)

// composeScope is what the values of a compose file are relative to.
type composeScope struct {
	dir source.Path // paths start here
	// vars are the variables of the project's .env, which interpolation finds
	// when the shell does not set them.
	vars map[string]Assignment
	// shell names what else may set variables.
	shell string
}

func (s *composeScope) look(name string) (string, source.Location, bool) {
	if s == nil {
		return "", source.Location{}, false
	}
	a, ok := s.vars[name]
	return a.Value.Expose(), a.At, ok
}

// composeLoader reads one combination of files.
type composeLoader struct {
	tree source.Tree
	gaps []Gap
	seen []source.Path // files read, in order
	open []string      // includes and extends being followed
	read int           // files read, repetitions counted

	project *composeScope // of the first file
}

func (l *composeLoader) gap(at source.Location, reason string) {
	l.gaps = append(l.gaps, Gap{at, reason})
}

// load merges the files of a combination into one document. The folder of the
// first file is the project directory.
func (l *composeLoader) load(files []source.Path) *yamlValue {
	if len(files) == 0 {
		return nil
	}
	scope := l.scope(files[0].Dir(), []source.Path{joined(files[0].Dir(), ".env")}, nil)
	l.project = scope
	var doc *yamlValue
	for _, f := range files {
		doc = mergeCompose(doc, l.file(f, scope, source.Location{Path: f}), nil)
	}
	return doc
}

func joined(dir source.Path, name string) source.Path {
	p, _ := dir.Join(name)
	return p
}

// scope reads the env files from which a project interpolates.
func (l *composeLoader) scope(dir source.Path, envFiles []source.Path, parent *composeScope) *composeScope {
	s := &composeScope{dir: dir, vars: map[string]Assignment{}, shell: "the shell that runs docker compose"}
	for _, p := range envFiles {
		file, reason := readConfig(l.tree, p)
		if reason != "" {
			continue
		}
		list, gaps := composeAssignments(file, ".env", s.look, map[string]Assignment{})
		l.gaps = append(l.gaps, gaps...)
		for _, a := range list {
			s.vars[a.Name] = a
		}
	}
	if parent != nil { // what surrounds an include wins over its own env file
		for name, a := range parent.vars {
			s.vars[name] = a
		}
	}
	return s
}

// file reads one compose file with what it includes and extends.
func (l *composeLoader) file(path source.Path, scope *composeScope, from source.Location) *yamlValue {
	if slices.Contains(l.open, string(path)) {
		l.gap(from, "the compose files include each other in a circle")
		return nil
	}
	if l.read++; len(l.open) > 20 || l.read > 200 {
		l.gap(from, "too many compose files include each other")
		return nil
	}
	file, reason := readConfig(l.tree, path)
	if reason != "" {
		l.gap(from, "compose file: "+reason)
		return nil
	}
	if !slices.Contains(l.seen, path) {
		l.seen = append(l.seen, path)
	}
	docs, gaps := parseYAML(file)
	l.gaps = append(l.gaps, gaps...)
	l.open = append(l.open, string(path))
	defer func() { l.open = l.open[:len(l.open)-1] }()
	var doc *yamlValue
	for _, part := range docs {
		part.setScope(scope)
		l.extend(part, path, scope)
		doc = mergeCompose(doc, part, nil)
	}
	for _, inc := range doc.get("include").list() {
		doc = mergeCompose(l.include(inc, scope), doc, nil)
	}
	return doc
}

// setScope marks v and what it holds, where nothing is marked yet.
func (v *yamlValue) setScope(s *composeScope) {
	if v == nil || v.scope != nil {
		return
	}
	v.scope = s
	for _, f := range v.fields {
		f.value.setScope(s)
	}
	for _, i := range v.items {
		i.setScope(s)
	}
}

// include loads an entry of include:, which has its own project directory and .env.
func (l *composeLoader) include(inc *yamlValue, scope *composeScope) *yamlValue {
	paths, dirRef := inc.list(), ""
	if inc.kind == yamlMap {
		paths, dirRef = inc.get("path").list(), l.text(inc.get("project_directory"))
	}
	var doc *yamlValue
	var inner *composeScope
	for i, p := range paths {
		path, ok := scope.dir.Join(l.text(p))
		if !ok || strings.HasPrefix(l.text(p), "/") || strings.Contains(l.text(p), "://") {
			l.gap(p.at, "the included compose file is outside the analysed folder")
			continue
		}
		if i == 0 {
			dir := path.Dir()
			if dirRef != "" {
				dir = joined(scope.dir, dirRef)
			}
			envFiles := []source.Path{joined(dir, ".env")}
			if own := inc.get("env_file").list(); len(own) > 0 {
				envFiles = nil
				for _, e := range own {
					envFiles = append(envFiles, joined(scope.dir, l.text(e)))
				}
			}
			inner = l.scope(dir, envFiles, scope)
		}
		doc = mergeCompose(doc, l.file(path, inner, p.at), nil)
	}
	return doc
}

// text interpolates a scalar of a compose file.
func (l *composeLoader) text(v *yamlValue) string {
	if v == nil || v.kind != yamlScalar {
		return ""
	}
	return expandCompose(v.text, v.scope.look).text
}

// extend replaces each service that extends another by the merger of both.
func (l *composeLoader) extend(doc *yamlValue, path source.Path, scope *composeScope) {
	services := doc.get("services")
	if services == nil {
		return
	}
	done := map[string]bool{}
	for i := range services.fields {
		l.extendService(services, i, path, scope, done)
	}
}

func (l *composeLoader) extendService(services *yamlValue, i int, path source.Path, scope *composeScope, done map[string]bool) {
	f := &services.fields[i]
	ext := f.value.get("extends")
	if ext == nil || done[f.name] {
		return
	}
	key := string(path) + "#" + f.name
	if slices.Contains(l.open, key) {
		l.gap(ext.at, "the services extend each other in a circle")
		return
	}
	l.open = append(l.open, key)
	defer func() { l.open = l.open[:len(l.open)-1] }()
	name := l.text(ext)
	var base *yamlValue
	if ext.kind == yamlMap {
		name = l.text(ext.get("service"))
	}
	if ref := ext.get("file"); ref != nil {
		other, ok := scope.dir.Join(l.text(ref))
		if !ok || strings.HasPrefix(l.text(ref), "/") {
			l.gap(ref.at, "the extended compose file is outside the analysed folder")
			return
		}
		inner := &composeScope{dir: other.Dir(), vars: scope.vars, shell: scope.shell}
		if other == path {
			inner = scope
		}
		base = l.extended(other, inner, name, ref.at)
	} else {
		for j := range services.fields {
			if services.fields[j].name == name {
				l.extendService(services, j, path, scope, done)
				base = services.fields[j].value
			}
		}
	}
	if base == nil {
		l.gap(ext.at, "the extended service is not found")
		return
	}
	f.value = mergeCompose(base, f.value, []string{"services", f.name})
	done[f.name] = true
}

// extended reads the one service of another file that is extended.
func (l *composeLoader) extended(path source.Path, scope *composeScope, name string, from source.Location) *yamlValue {
	if l.read++; len(l.open) > 40 || l.read > 200 {
		l.gap(from, "too many compose files extend each other")
		return nil
	}
	file, reason := readConfig(l.tree, path)
	if reason != "" {
		l.gap(from, "extended compose file: "+reason)
		return nil
	}
	if !slices.Contains(l.seen, path) {
		l.seen = append(l.seen, path)
	}
	docs, gaps := parseYAML(file)
	l.gaps = append(l.gaps, gaps...)
	for _, doc := range docs {
		doc.setScope(scope)
		services := doc.get("services")
		if services == nil {
			continue
		}
		for i := range services.fields {
			if services.fields[i].name == name {
				l.extendService(services, i, path, scope, map[string]bool{})
				return services.fields[i].value
			}
		}
	}
	return nil
}
