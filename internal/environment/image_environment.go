package environment

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"bearings/internal/source"
)

// isDockerfile reports whether a file is named like a Dockerfile.
func isDockerfile(p source.Path) bool {
	name := p.Base()
	if strings.HasSuffix(name, ".dockerignore") {
		return false
	}
	return name == "Dockerfile" || name == "Containerfile" || strings.HasPrefix(name, "Dockerfile.") || strings.HasPrefix(name, "Containerfile.") ||
		strings.HasSuffix(name, ".Dockerfile") || strings.HasSuffix(name, ".dockerfile")
}

func (d *discovery) dockerfiles() []source.Path {
	var out []source.Path
	for _, p := range d.tree.Paths() {
		if isDockerfile(p) {
			out = append(out, p)
		}
	}
	return out
}

// defaultBuild guesses the context of a Dockerfile: what a docker build in the
// tree says, else its own folder, else, when only then its COPY sources exist, the root.
func (d *discovery) defaultBuild(p source.Path) buildSpec {
	for _, b := range d.builds {
		if b.spec.dockerfile == p {
			return b.spec
		}
	}
	spec := buildSpec{dockerfile: p, context: p.Dir()}
	if p.Dir() == "" {
		return spec
	}
	file, reason := readConfig(d.tree, p)
	if reason != "" {
		return spec
	}
	own, root := 0, 0
	for line := range strings.Lines(string(file.Text)) {
		words := strings.Fields(line)
		if len(words) < 3 || !strings.EqualFold(words[0], "COPY") || strings.Contains(line, "--from") {
			continue
		}
		for _, w := range words[1 : len(words)-1] {
			if strings.HasPrefix(w, "--") || w == "." || strings.Contains(w, "*") {
				continue
			}
			if d.exists(joined(p.Dir(), w)) {
				own++
			}
			if d.exists(joined("", w)) {
				root++
			}
		}
	}
	if root > own {
		spec.context = ""
	}
	return spec
}

// exists reports whether a file or folder is in the tree.
func (d *discovery) exists(p source.Path) bool {
	if d.known == nil {
		d.known = map[source.Path]bool{"": true, ".": true}
		for _, other := range d.tree.Paths() {
			for ; !d.known[other]; other = other.Dir() {
				d.known[other] = true
			}
		}
	}
	return d.known[p]
}

// imageEnvironments returns one environment for each Dockerfile, as docker run
// alone would start it, and one for each docker run that the tree writes down.
func (d *discovery) imageEnvironments() []*Environment {
	var out []*Environment
	for _, p := range d.dockerfiles() {
		e := &Environment{Name: "image:" + string(p), Kind: Image, At: source.Location{Path: p}, Variables: map[string][]Assignment{}, Outside: "whoever starts the container (docker run -e, --env-file)"}
		img, gaps := d.build(d.defaultBuild(p))
		e.Gaps = append(e.Gaps, gaps...)
		if img == nil {
			e.Described, e.WorkDir, e.Files = []source.Path{p}, Dir{Why: "the Dockerfile cannot be read"}, emptyFS{string(p)}
			out = append(out, e)
			continue
		}
		e.At = img.at
		d.fill(container{env: e, image: img})
		for _, c := range d.composed {
			if slices.Contains(c.Described, p) {
				e.UsedBy = append(e.UsedBy, c.Name)
			}
		}
		out = append(out, e)
	}
	for _, r := range d.runs {
		e := d.dockerRunEnvironment(r)
		for _, i := range out {
			if slices.Contains(e.Described, i.At.Path) && i.Kind == Image && i.Name == "image:"+string(i.At.Path) {
				i.UsedBy = append(i.UsedBy, e.Name)
			}
		}
		out = append(out, e)
	}
	return out
}

// dockerRunEnvironment is a docker run: -e wins over --env-file, of both the
// later one, and both over the ENV of the image.
func (d *discovery) dockerRunEnvironment(r dockerRun) *Environment {
	e := &Environment{Name: "docker run:" + string(r.at.Path), Kind: Image, At: r.at, Variables: map[string][]Assignment{}}
	e.Described = []source.Path{r.at.Path}
	if file, reason := readConfig(d.tree, r.at.Path); reason == "" {
		e.Name = fmt.Sprintf("docker run:%s:%d", r.at.Path, file.LineNumber(r.at.Span.Start))
	}
	list := append(d.dockerEnvFiles(e, r), r.env...)
	for i := len(list) - 1; i >= 0; i-- {
		e.underlay(list[i])
	}
	c := container{env: e, reference: r.image, image: d.imageOf(r.image)}
	if len(r.cmd) > 0 {
		c.cmd = &commandLine{words: r.cmd, at: r.at}
	}
	if r.entrypoint != "" {
		c.entrypoint = &commandLine{words: []string{r.entrypoint}, at: r.at}
	}
	if r.workdir != "" {
		c.dir = &Dir{Path: path.Clean("/" + r.workdir), Known: true, At: r.at}
	}
	for _, v := range r.volumes {
		from, target := splitVolume(withoutPWD(v))
		m := mount{target: path.Clean("/" + target), at: r.at, why: "a volume from outside the tree is mounted there"}
		if p, ok := source.Path(r.dir.Path).Join(from); ok && strings.HasPrefix(from, ".") {
			m.path, m.inTree = p, true
		}
		c.mounts = append(c.mounts, m)
	}
	d.fill(c)
	return e
}

// dockerEnvFiles reads the files of --env-file, in order.
func (d *discovery) dockerEnvFiles(e *Environment, r dockerRun) []Assignment {
	var list []Assignment
	for _, ref := range r.envFiles {
		found := treeFS{d.tree}.Lookup(r.dir, ref)
		if found.State != Present {
			e.gap(r.at, "the env file of docker run: "+found.Why)
			continue
		}
		file, reason := readConfig(d.tree, found.Path)
		if reason != "" {
			e.gap(r.at, "the env file of docker run: "+reason)
			continue
		}
		got, gaps := dockerAssignments(file, "--env-file")
		e.Gaps = append(e.Gaps, gaps...)
		for i := range got {
			got[i].Through = r.at
		}
		list = append(list, got...)
	}
	return list
}

// imageOf finds the build of an image: by its tag, or the only Dockerfile of the
// tree when the image has no registry in its name.
func (d *discovery) imageOf(reference string) *image {
	for _, b := range d.builds {
		if sameImage(b.tag, reference) {
			img, _ := d.build(b.spec)
			return img
		}
	}
	files := d.dockerfiles()
	if len(files) == 1 && !d.isForeign(reference) {
		img, _ := d.build(d.defaultBuild(files[0]))
		return img
	}
	return nil
}

// isForeign reports whether an image is a well-known one that nobody builds in the tree.
func (d *discovery) isForeign(reference string) bool {
	name := path.Base(reference)
	name, _, _ = strings.Cut(name, "@")
	name, _, _ = strings.Cut(name, ":")
	return isOfficialImage(name) || slices.Contains([]string{"mailhog", "mailpit", "minio", "postgis", "localstack", "cloudsql-proxy", "oauth2-proxy"}, name)
}

func sameImage(a, b string) bool {
	return a != "" && strings.TrimSuffix(a, ":latest") == strings.TrimSuffix(b, ":latest")
}
