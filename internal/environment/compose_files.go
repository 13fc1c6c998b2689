package environment

import (
	"path"
	"slices"
	"strings"

	"bearings/internal/source"
)

// composition is one combination of compose files.
type composition struct {
	label string // "" is what a plain docker compose up takes
	files []source.Path
	named bool // a command in the tree names the combination
}

// composeBases and composeOverrides are DefaultFileNames and
// DefaultOverrideFileNames of compose-go 2.16 (cli/options.go), in their order.
var (
	composeBases     = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	composeOverrides = []string{"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"}
)

// isComposeFile reports whether the name is one that people give compose files.
func isComposeFile(p source.Path) bool {
	name := strings.ToLower(p.Base())
	ext := path.Ext(name)
	if ext != ".yml" && ext != ".yaml" {
		return false
	}
	stem := strings.TrimSuffix(name, ext)
	for _, word := range []string{"docker-compose", "compose"} {
		if rest, ok := strings.CutPrefix(stem, word); ok && (rest == "" || strings.ContainsRune(".-_", rune(rest[0]))) {
			return true
		}
		if strings.HasSuffix(stem, "."+word) || strings.HasSuffix(stem, "-"+word) {
			return true
		}
	}
	return false
}

// compositions lists the combinations of compose files that the tree uses: for
// each folder the default one, those that commands name, and, as a guess, each
// remaining file, on its own or over the default base.
func (d *discovery) compositions() []composition {
	byDir := map[source.Path][]source.Path{}
	var dirs []source.Path
	for _, p := range d.tree.Paths() {
		if isComposeFile(p) {
			if byDir[p.Dir()] == nil {
				dirs = append(dirs, p.Dir())
			}
			byDir[p.Dir()] = append(byDir[p.Dir()], p)
		}
	}
	var out []composition
	used := map[source.Path]bool{}
	add := func(c composition) {
		for _, f := range c.files {
			used[f] = true
		}
		if !slices.ContainsFunc(out, func(o composition) bool { return slices.Equal(o.files, c.files) }) {
			out = append(out, c)
		}
	}
	for _, dir := range dirs {
		if files := d.defaultComposition(dir, byDir[dir]); files != nil {
			add(composition{label: string(dir), files: files})
		}
	}
	for _, files := range d.namedCompositions {
		add(composition{label: compositionLabel(files), files: files, named: true})
	}
	included := d.composeReferences(byDir)
	for _, dir := range dirs {
		for _, f := range byDir[dir] {
			if !used[f] && !included[f] {
				add(d.guessComposition(dir, byDir[dir], f))
			}
		}
	}
	return out
}

func firstNamed(files []source.Path, names []string) (source.Path, bool) {
	for _, name := range names {
		for _, f := range files {
			if f.Base() == name {
				return f, true
			}
		}
	}
	return "", false
}

// defaultComposition is what docker compose up in dir reads: COMPOSE_FILE of its
// .env, else the base and the override file.
func (d *discovery) defaultComposition(dir source.Path, files []source.Path) []source.Path {
	if envPath, ok := dir.Join(".env"); ok {
		if file, reason := readConfig(d.tree, envPath); reason == "" {
			for _, e := range ParseComposeEnvFile(file) {
				if e.Key == "COMPOSE_FILE" && !e.Value.IsEmpty() {
					var out []source.Path
					for part := range strings.FieldsFuncSeq(e.Value.Expose(), func(r rune) bool { return r == ':' || r == ';' }) {
						if p, ok := dir.Join(part); ok {
							out = append(out, p)
						}
					}
					return out
				}
			}
		}
	}
	base, ok := firstNamed(files, composeBases)
	if !ok {
		return nil
	}
	out := []source.Path{base}
	if over, ok := firstNamed(files, composeOverrides); ok {
		out = append(out, over)
	}
	return out
}

func (d *discovery) guessComposition(dir source.Path, files []source.Path, f source.Path) composition {
	c := composition{label: compositionLabel([]source.Path{f}), files: []source.Path{f}}
	base, ok := firstNamed(files, composeBases)
	if ok && base != f && !d.standsAlone(f) {
		c.files = []source.Path{base, f}
	}
	return c
}

// standsAlone reports whether every service of a file has an image or a build of its own.
func (d *discovery) standsAlone(f source.Path) bool {
	file, reason := readConfig(d.tree, f)
	if reason != "" {
		return true
	}
	docs, _ := parseYAML(file)
	for _, doc := range docs {
		services := doc.get("services")
		if services == nil {
			continue
		}
		for _, s := range services.fields {
			if s.value.get("image") == nil && s.value.get("build") == nil && s.value.get("extends") == nil {
				return false
			}
		}
	}
	return true
}

// composeReferences are files that others include or extend.
func (d *discovery) composeReferences(byDir map[source.Path][]source.Path) map[source.Path]bool {
	out := map[source.Path]bool{}
	for dir, files := range byDir {
		for _, f := range files {
			file, reason := readConfig(d.tree, f)
			if reason != "" {
				continue
			}
			docs, _ := parseYAML(file)
			for _, doc := range docs {
				for _, ref := range composeFileReferences(doc) {
					if p, ok := dir.Join(ref); ok && p != f {
						out[p] = true
					}
				}
			}
		}
	}
	return out
}

func composeFileReferences(doc *yamlValue) []string {
	var refs []string
	for _, inc := range doc.get("include").list() {
		if inc.kind == yamlMap {
			for _, p := range inc.get("path").list() {
				refs = append(refs, p.string())
			}
		} else {
			refs = append(refs, inc.string())
		}
	}
	if services := doc.get("services"); services != nil {
		for _, s := range services.fields {
			if f := s.value.get("extends", "file"); f != nil {
				refs = append(refs, f.string())
			}
		}
	}
	return refs
}

// compositionLabel makes "prod" of docker-compose.prod.yml or of base plus that.
func compositionLabel(files []source.Path) string {
	var parts []string
	for _, f := range files {
		name := strings.TrimSuffix(f.Base(), path.Ext(f.Base()))
		name = strings.ReplaceAll(name, "docker-compose", "compose")
		name = strings.Trim(strings.Replace(name, "compose", "", 1), ".-_")
		if name == "" && len(files) > 1 {
			continue
		}
		if dir := f.Dir(); dir != "" {
			name = strings.TrimSuffix(string(dir)+"/"+name, "/")
		}
		if name != "" {
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, "+")
}
