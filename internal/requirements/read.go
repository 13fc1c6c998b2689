package requirements

import (
	"path"
	"slices"
	"strings"

	"bearings/internal/source"
)

// reader collects the places of a tree.
type reader struct {
	tree source.Tree
	set  *Set
	seen map[seenKey]bool
}

type seenKey struct {
	file source.Path
	kind Kind
}

// Read reads all manifests of a tree. The result governs the tree's root; For
// gives the set of another folder.
func Read(tree source.Tree) *Set {
	r := &reader{tree: tree, set: &Set{all: map[source.Path][]Place{}}, seen: map[seenKey]bool{}}
	for _, p := range tree.Paths() {
		if read := readerOf(p); read != nil && !vendored(p) {
			r.file(p, read)
		}
	}
	slices.SortStableFunc(r.set.gaps, func(a, b Gap) int {
		if a.At.Before(b.At) {
			return -1
		}
		if b.At.Before(a.At) {
			return 1
		}
		return 0
	})
	return r.set.For("")
}

// readerOf picks the reader for a file by its name; nil: no manifest.
func readerOf(p source.Path) func(*reader, *source.File) {
	base := p.Base()
	switch base {
	case "uv.lock", "poetry.lock", "pdm.lock":
		return (*reader).tomlLock
	case "pylock.toml":
		return (*reader).tomlLock
	case "Pipfile.lock":
		return (*reader).pipfileLock
	case "Pipfile":
		return (*reader).pipfile
	case "pyproject.toml":
		return (*reader).pyproject
	case "setup.cfg":
		return (*reader).setupCfg
	case "setup.py":
		return (*reader).setupPy
	case "environment.yml", "environment.yaml":
		return (*reader).conda
	case "Dockerfile", "Containerfile":
		return (*reader).dockerfile
	}
	switch {
	case strings.HasPrefix(base, "Dockerfile."), strings.HasSuffix(base, ".Dockerfile"):
		return (*reader).dockerfile
	case isRequirementFile(p):
		return (*reader).requirements
	}
	return nil
}

func isRequirementFile(p source.Path) bool {
	base := strings.ToLower(p.Base())
	ext := path.Ext(base)
	if ext != ".txt" && ext != ".in" && ext != ".pip" {
		return false
	}
	switch p.Dir().Base() {
	case "requirements", "reqs":
		return true
	}
	return strings.Contains(base, "requirements") || strings.HasPrefix(base, "constraints") || base == "reqs.txt"
}

// vendored reports whether p lies in an installed package or a cache.
func vendored(p source.Path) bool {
	for part := range strings.SplitSeq(string(p), "/") {
		switch part {
		case "node_modules", "site-packages", ".venv", "venv", ".tox", ".nox":
			return true
		}
	}
	return false
}

// scopeOf returns the folder that a manifest governs: its own, or the one above
// when it lies in a folder just for such files.
func scopeOf(file source.Path) source.Path {
	dir := file.Dir()
	switch dir.Base() {
	case "requirements", "reqs", "docker", ".docker", ".devcontainer", "deploy":
		return dir.Dir()
	}
	return dir
}

func (r *reader) file(p source.Path, read func(*reader, *source.File)) {
	file, err := r.tree.File(p)
	if err != nil {
		r.gap(source.Location{Path: p}, "cannot be read: "+err.Error())
		return
	}
	read(r, file)
}

func (r *reader) gap(at source.Location, reason string) {
	r.set.gaps = append(r.set.gaps, Gap{At: at, Reason: reason})
}

// add fills in what every place of a file shares.
func (r *reader) add(file *source.File, p Place, name, version source.Span) {
	p.Written = file.Slice(name)
	if p.Name == "" {
		p.Name = Normalise(p.Written)
	}
	p.File, p.Source = file.Path, file.Path.Base()
	p.NameAt = source.Location{Path: file.Path, Span: name}
	p.VersionAt = source.Location{Path: file.Path, Span: version}
	if version.Len() == 0 {
		p.VersionAt = p.NameAt
	}
	scope := scopeOf(file.Path)
	r.set.all[scope] = append(r.set.all[scope], p)
}

// requirement adds a PEP 508 requirement whose text starts at a byte of file.
// It reports false when the text is none.
func (r *reader) requirement(file *source.File, text string, start int, kind Kind, group string) bool {
	q, ok := parseRequirement(text)
	if !ok {
		return false
	}
	shift := func(s source.Span) source.Span { return source.Span{Start: s.Start + start, End: s.End + start} }
	spec := text[q.spec.Start:q.spec.End]
	place := Place{Kind: kind, Group: group, Extras: q.extras, Marker: q.marker, URL: q.link}
	version := q.spec
	if q.link == "" {
		place.Range = parseRange(spec)
		version = versionSpan(spec, q.spec)
		if place.Range.opaque {
			r.gap(source.Location{Path: file.Path, Span: shift(q.spec)}, "not a PEP 440 version constraint")
		}
	} else if m := wheelPattern.FindStringSubmatch(q.link); m != nil {
		place.Range = exactly(m[1])
	}
	r.add(file, place, shift(q.name), shift(version))
	return true
}
