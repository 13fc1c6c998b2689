package environment

import (
	"path"
	"slices"
	"strings"

	"bearings/internal/source"
)

// imageFS is the file system of an image, as far as COPY and ADD bring files of
// the tree into it.
type imageFS struct {
	files    map[string]placed
	excluded map[string]placed // would-be places of files that .dockerignore keeps out
	opaque   []opaquePlace
	runs     []opaquePlace // RUN instructions; prefix is their text
	base     string        // the external base image
	copies   []source.Location
	tree     source.Tree
	folders  []folderCopy
}

// folderCopy is a folder of the tree that a COPY brings in whole, kept for files
// that the tree can read and does not list, because git ignores them.
type folderCopy struct {
	dest string
	src  source.Path
	at   source.Location
	skip func(source.Path) (bool, source.Location)
}

// unlisted finds such a file at place.
func (f *imageFS) unlisted(place string) (Found, bool) {
	for i := len(f.folders) - 1; i >= 0; i-- {
		c := f.folders[i]
		if !under(place, c.dest) {
			continue
		}
		p := joined(c.src, strings.TrimPrefix(place, c.dest))
		if _, err := f.tree.File(p); err != nil {
			continue
		}
		if skip, at := c.skip(p); skip {
			return Found{State: Absent, Why: "excluded by .dockerignore", At: at}, true
		}
		return Found{State: Present, Path: p, At: c.at}, true
	}
	return Found{}, false
}

// placed is a file of the tree at a place of an image, and the line that put it
// there or kept it out.
type placed struct {
	path source.Path
	at   source.Location
}

// opaquePlace is a folder whose content the tree does not show.
type opaquePlace struct {
	prefix string
	why    string
	at     source.Location
}

func newImageFS(tree source.Tree, base string) *imageFS {
	return &imageFS{files: map[string]placed{}, excluded: map[string]placed{}, base: base, tree: tree}
}

// clone copies f for a stage that builds upon it.
func (f *imageFS) clone() *imageFS {
	out := newImageFS(f.tree, f.base)
	for k, v := range f.files {
		out.files[k] = v
	}
	for k, v := range f.excluded {
		out.excluded[k] = v
	}
	out.opaque = slices.Clone(f.opaque)
	out.runs = slices.Clone(f.runs)
	out.copies = slices.Clone(f.copies)
	out.folders = slices.Clone(f.folders)
	return out
}

// absolute resolves a path against dir.
func absolute(dir Dir, ref string) (string, bool) {
	if strings.HasPrefix(ref, "/") {
		return path.Clean(ref), true
	}
	if !dir.Known {
		return "", false
	}
	return path.Join("/", dir.Path, ref), true
}

func under(place, prefix string) bool {
	return prefix == "/" || place == prefix || strings.HasPrefix(place, strings.TrimSuffix(prefix, "/")+"/")
}

// Lookup implements FileSystem.
func (f *imageFS) Lookup(dir Dir, ref string) Found {
	place, ok := absolute(dir, ref)
	if !ok {
		return Found{State: Unknowable, Why: "the working directory is not known: " + dir.Why, At: dir.At}
	}
	if p, ok := f.files[place]; ok {
		return Found{State: Present, Path: p.path, At: p.at}
	}
	if found, ok := f.unlisted(place); ok {
		return found
	}
	for _, o := range f.opaque {
		if under(place, o.prefix) {
			return Found{State: Unknowable, Why: o.why, At: o.at}
		}
	}
	base := path.Base(place)
	for _, r := range f.runs {
		if strings.Contains(r.prefix, base) {
			return Found{State: Unknowable, Why: "a RUN instruction names the file and may create it", At: r.at}
		}
	}
	if p, ok := f.excluded[place]; ok {
		return Found{State: Absent, Why: "excluded by .dockerignore", At: p.at}
	}
	if !isPublicImage(f.base) && len(f.copies) == 0 {
		return Found{State: Unknowable, Why: "the base image may hold it, and the tree does not show its files"}
	}
	return f.absent(dir, place)
}

// absent explains why nothing stands at place.
func (f *imageFS) absent(dir Dir, place string) Found {
	base := path.Base(place)
	var others []string
	for other := range f.files {
		if path.Base(other) == base {
			others = append(others, other)
		}
	}
	if len(others) > 0 {
		slices.Sort(others)
		found := Found{State: Absent, Why: "in the image the file stands at " + others[0] + ", not at " + place, At: dir.At}
		if found.At.IsZero() {
			found.At = f.files[others[0]].at
		}
		return found
	}
	found := Found{State: Absent, Why: "no COPY brings it into the image"}
	if len(f.copies) > 0 {
		found.At = f.copies[len(f.copies)-1]
	}
	return found
}

// Locate implements FileSystem.
func (f *imageFS) Locate(p source.Path) (string, bool, string, source.Location) {
	best := ""
	for place, file := range f.files {
		if file.path == p && (best == "" || place < best) {
			best = place
		}
	}
	if best != "" {
		return best, true, "", f.files[best].at
	}
	for _, file := range f.excluded {
		if file.path == p {
			return "", false, "excluded by .dockerignore", file.at
		}
	}
	if place, found := f.locateUnlisted(p); found.State != Unknowable {
		return place, found.State == Present, found.Why, found.At
	}
	var at source.Location
	if len(f.copies) > 0 {
		at = f.copies[len(f.copies)-1]
	}
	return "", false, "no COPY brings it into the image", at
}

func (f *imageFS) locateUnlisted(p source.Path) (string, Found) {
	for i := len(f.folders) - 1; i >= 0; i-- {
		c := f.folders[i]
		if !p.Within(c.src) {
			continue
		}
		place := path.Join(c.dest, strings.TrimPrefix(string(p), string(c.src)))
		if found, ok := f.unlisted(place); ok && (found.State == Absent || found.Path == p) {
			if found.State == Absent {
				place = ""
			}
			return place, found
		}
	}
	return "", Found{}
}

// isPublicImage reports whether an image is one of the well-known ones that
// hold no application: official images, those of Debian, Python, uv and the like.
func isPublicImage(ref string) bool {
	if ref == "" || ref == "scratch" {
		return true
	}
	name, _, _ := strings.Cut(ref, "@")
	name = strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/")
	if !strings.Contains(name, "/") {
		name, _, _ = strings.Cut(name, ":")
		return isOfficialImage(name)
	}
	for _, prefix := range []string{"ghcr.io/astral-sh/", "mcr.microsoft.com/", "public.ecr.aws/docker/", "public.ecr.aws/lambda/",
		"gcr.io/distroless/", "registry.access.redhat.com/", "tiangolo/", "continuumio/", "nvidia/", "cgr.dev/", "bitnami/"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// isOfficialImage reports whether a name without a registry is one of the official
// images that FastAPI projects build upon or run beside. Others may be built elsewhere.
func isOfficialImage(name string) bool {
	switch name {
	case "python", "pypy", "debian", "ubuntu", "alpine", "busybox", "buildpack-deps", "fedora", "centos", "rockylinux", "almalinux", "amazonlinux",
		"archlinux", "oraclelinux", "opensuse", "photon", "node", "golang", "rust", "ruby", "openjdk", "eclipse-temurin", "gcc", "bash", "docker",
		"nginx", "httpd", "caddy", "traefik", "haproxy", "envoy", "kong", "postgres", "mysql", "mariadb", "mongo", "redis", "valkey", "memcached",
		"rabbitmq", "nats", "zookeeper", "cassandra", "couchdb", "neo4j", "influxdb", "elasticsearch", "logstash", "kibana", "solr", "adminer",
		"mongo-express", "phpmyadmin", "registry", "vault", "consul", "sonarqube", "telegraf", "eclipse-mosquitto", "clickhouse", "keycloak":
		return true
	}
	return false
}

// treeFS is the tree itself, seen from its root: what a developer's machine has.
type treeFS struct{ tree source.Tree }

// Lookup implements FileSystem.
func (f treeFS) Lookup(dir Dir, ref string) Found {
	if strings.HasPrefix(ref, "/") || strings.HasPrefix(ref, "~") {
		return Found{State: Unknowable, Why: "an absolute path lies outside the tree"}
	}
	if !dir.Known {
		return Found{State: Unknowable, Why: "the working directory is not known: " + dir.Why, At: dir.At}
	}
	p, ok := source.Path(dir.Path).Join(ref)
	if !ok {
		return Found{State: Unknowable, Why: "the path lies outside the analysed folder", At: dir.At}
	}
	if _, err := f.tree.File(p); err != nil {
		return Found{State: Absent, Why: "there is no such file in the tree", At: dir.At}
	}
	return Found{State: Present, Path: p}
}

// Locate implements FileSystem.
func (f treeFS) Locate(p source.Path) (string, bool, string, source.Location) {
	if _, err := f.tree.File(p); err != nil {
		return "", false, "there is no such file in the tree", source.Location{}
	}
	return string(p), true, "", source.Location{}
}

// mount is a place at which files from elsewhere stand.
type mount struct {
	target string
	path   source.Path // the file or folder of the tree; only when inTree
	inTree bool
	why    string // when not inTree
	at     source.Location
}

// mountFS lays mounts over another file system; the longest target counts.
type mountFS struct {
	tree   source.Tree
	mounts []mount
	under  FileSystem
}

func (f *mountFS) at(place string) (mount, bool) {
	var best mount
	found := false
	for _, m := range f.mounts {
		if under(place, m.target) && (!found || len(m.target) >= len(best.target)) {
			best, found = m, true
		}
	}
	return best, found
}

// Lookup implements FileSystem.
func (f *mountFS) Lookup(dir Dir, ref string) Found {
	place, ok := absolute(dir, ref)
	if !ok {
		return f.under.Lookup(dir, ref)
	}
	m, ok := f.at(place)
	if !ok {
		return f.under.Lookup(dir, ref)
	}
	if !m.inTree {
		return Found{State: Unknowable, Why: m.why, At: m.at}
	}
	p := joined(m.path, strings.TrimPrefix(place, strings.TrimSuffix(m.target, "/")))
	if _, err := f.tree.File(p); err != nil {
		return Found{State: Absent, Why: "the mounted folder does not hold it in the tree", At: m.at}
	}
	return Found{State: Present, Path: p, At: m.at}
}

// Locate implements FileSystem.
func (f *mountFS) Locate(p source.Path) (string, bool, string, source.Location) {
	for _, m := range f.mounts {
		if m.inTree && p.Within(m.path) {
			rel := strings.TrimPrefix(strings.TrimPrefix(string(p), string(m.path)), "/")
			place := path.Join(m.target, rel)
			if over, _ := f.at(place); over.target == m.target {
				return place, true, "", m.at
			}
		}
	}
	place, ok, why, at := f.under.Locate(p)
	if ok {
		if m, hidden := f.at(place); hidden {
			return "", false, "a volume hides it", m.at
		}
	}
	return place, ok, why, at
}

// emptyFS is the file system of an image of which the tree shows nothing.
type emptyFS struct{ image string }

// Lookup implements FileSystem.
func (f emptyFS) Lookup(Dir, string) Found {
	return Found{State: Unknowable, Why: "the tree does not show the files of the image " + f.image}
}

// Locate implements FileSystem.
func (f emptyFS) Locate(source.Path) (string, bool, string, source.Location) {
	return "", false, "the tree does not show the files of the image " + f.image, source.Location{}
}
