package environment

import (
	"errors"
	"path"
	"slices"
	"strings"

	"bearings/internal/source"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/patternmatcher"
)

func asError[T error](err error, target *T) bool { return errors.As(err, target) }

// copySpec is one COPY or ADD.
type copySpec struct {
	instructions.SourcesAndDest
	from    string
	exclude []string
	parents bool
	at      source.Location
}

// copy places the files of one COPY or ADD in the image.
func (b *imageBuilder) copy(c copySpec) {
	fs := b.cur.fs
	fs.copies = append(fs.copies, c.at)
	dest := b.expand(c.DestPath)
	place, ok := absolute(b.cur.dir, dest.text)
	if !ok || !dest.known {
		fs.opaque = append(fs.opaque, opaquePlace{"/", "the place to which a COPY goes is not known", c.at})
		return
	}
	for _, inline := range c.SourceContents {
		fs.opaque = append(fs.opaque, opaquePlace{path.Join(place, inline.Path), "its text stands in the Dockerfile", c.at}, opaquePlace{place, "its text stands in the Dockerfile", c.at})
	}
	into := strings.HasSuffix(dest.text, "/") || dest.text == "." || len(c.SourcePaths) > 1 || b.isDir(place)
	for _, raw := range c.SourcePaths {
		ref := b.expand(raw)
		switch {
		case !ref.known:
			fs.opaque = append(fs.opaque, opaquePlace{place, "what is copied depends on a build argument", c.at})
		case c.from != "":
			b.copyStage(c, ref.text, place, into)
		case strings.Contains(ref.text, "://") || strings.HasPrefix(ref.text, "git@"):
			fs.opaque = append(fs.opaque, opaquePlace{place, "it comes from a remote place", c.at})
		default:
			b.copyContext(c, ref.text, place, into)
		}
	}
}

// isDir reports whether a folder is known to stand at place.
func (b *imageBuilder) isDir(place string) bool {
	if place == "/" || under(b.cur.dir.Path, place) {
		return true
	}
	for file := range b.cur.fs.files {
		if file != place && under(file, place) {
			return true
		}
	}
	return false
}

// copyStage copies from an earlier stage, of which the files are known, or from another image.
func (b *imageBuilder) copyStage(c copySpec, ref, place string, into bool) {
	from := b.earlier(b.expandWith(c.from, b.meta).text)
	if from == nil {
		b.cur.fs.opaque = append(b.cur.fs.opaque, opaquePlace{placeOf(place, ref, into), "it comes from another image", c.at})
		return
	}
	src := path.Join("/", ref)
	found := false
	for file, p := range from.fs.files {
		if file == src {
			b.place(placeOf(place, ref, into), placed{p.path, c.at})
			found = true
		} else if under(file, src) {
			b.place(path.Join(place, strings.TrimPrefix(file, src)), placed{p.path, c.at})
			found = true
		}
	}
	for file, p := range from.fs.excluded {
		if under(file, src) {
			b.cur.fs.excluded[path.Join(place, strings.TrimPrefix(file, src))] = p
		}
	}
	for _, o := range from.fs.opaque {
		if under(o.prefix, src) {
			o.prefix = path.Join(place, strings.TrimPrefix(o.prefix, src))
			b.cur.fs.opaque = append(b.cur.fs.opaque, o)
		} else if under(src, o.prefix) {
			found = false
		}
	}
	for _, f := range from.fs.folders {
		if under(f.dest, src) {
			f.dest = path.Join(place, strings.TrimPrefix(f.dest, src))
			b.cur.fs.folders = append(b.cur.fs.folders, f)
		} else if under(src, f.dest) {
			f.src, f.dest = joined(f.src, strings.TrimPrefix(src, f.dest)), place
			b.cur.fs.folders = append(b.cur.fs.folders, f)
		}
	}
	b.cur.fs.runs = append(b.cur.fs.runs, from.fs.runs...)
	if !found {
		b.cur.fs.opaque = append(b.cur.fs.opaque, opaquePlace{placeOf(place, ref, into), "it comes from a stage whose files the tree does not all show", c.at})
	}
}

func placeOf(place, ref string, into bool) string {
	if into {
		return path.Join(place, path.Base(ref))
	}
	return place
}

// place puts a file where a COPY brings it; what an earlier line kept out is then there.
func (b *imageBuilder) place(place string, p placed) {
	b.cur.fs.files[place] = p
	delete(b.cur.fs.excluded, place)
}

// contextFiles lists the tree's files in the build context.
func (b *imageBuilder) contextFiles() []source.Path {
	if b.inputs == nil {
		b.inputs = []source.Path{}
		for _, p := range b.tree.Paths() {
			if p.Within(b.spec.context) {
				b.inputs = append(b.inputs, p)
			}
		}
	}
	return b.inputs
}

func (b *imageBuilder) rel(p source.Path) string {
	return strings.TrimPrefix(strings.TrimPrefix(string(p), string(b.spec.context)), "/")
}

// copyContext copies from the build context, .dockerignore applied.
func (b *imageBuilder) copyContext(c copySpec, ref, place string, into bool) {
	pattern := strings.TrimPrefix(path.Clean("/"+ref), "/")
	wild := strings.ContainsAny(pattern, "*?[")
	found, folder, skip := false, false, b.skipper(c)
	b.placed += len(b.contextFiles())
	if b.placed > maxPlaced {
		b.cur.fs.opaque = append(b.cur.fs.opaque, opaquePlace{"/", "the Dockerfile copies too much to be followed", c.at})
		return
	}
	for _, p := range b.contextFiles() {
		rel := b.rel(p)
		inner, isFile, ok := matchSource(pattern, rel, wild)
		if !ok {
			continue
		}
		found = true
		target := path.Join(place, inner)
		switch {
		case c.parents:
			target = path.Join(place, rel)
		case isFile && (into || wild):
			target = path.Join(place, path.Base(rel))
		case isFile:
			target = place
		}
		folder = folder || !isFile
		if skip, at := skip(p); skip {
			if _, there := b.cur.fs.files[target]; !there {
				b.cur.fs.excluded[target] = placed{p, at}
			}
			continue
		}
		b.place(target, placed{p, c.at})
	}
	if folder && !wild {
		b.cur.fs.folders = append(b.cur.fs.folders, folderCopy{place, joined(b.spec.context, pattern), c.at, skip})
	}
	if !found {
		b.cur.fs.opaque = append(b.cur.fs.opaque, opaquePlace{placeOf(place, ref, into && !wild), "what is copied is not in the tree", c.at})
	}
}

// skipper tells which files of the context .dockerignore or COPY --exclude keeps out.
func (b *imageBuilder) skipper(c copySpec) func(source.Path) (bool, source.Location) {
	exclude, err := patternmatcher.New(slices.Clone(c.exclude))
	return func(p source.Path) (bool, source.Location) {
		if skip, at := b.ignored(b.rel(p)); skip {
			return true, at
		}
		if err != nil || len(c.exclude) == 0 {
			return false, c.at
		}
		out, err := exclude.MatchesOrParentMatches(b.rel(p))
		return err == nil && out, c.at
	}
}

// ignoreAnswer is what .dockerignore says of one file.
type ignoreAnswer struct {
	skip bool
	at   source.Location
}

func (b *imageBuilder) ignored(rel string) (bool, source.Location) {
	a, ok := b.kept[rel]
	if !ok {
		if b.kept == nil {
			b.kept = map[string]ignoreAnswer{}
		}
		a.skip, a.at = b.ignore.ignored(rel)
		b.kept[rel] = a
	}
	return a.skip, a.at
}

// matchSource reports whether rel is, or lies in, what a COPY source names, and
// its path below that source.
func matchSource(pattern, rel string, wild bool) (inner string, isFile, ok bool) {
	if pattern == "" {
		return rel, false, true
	}
	if !wild {
		if rel == pattern {
			return path.Base(rel), true, true
		}
		if strings.HasPrefix(rel, pattern+"/") {
			return rel[len(pattern)+1:], false, true
		}
		return "", false, false
	}
	parts := strings.Split(rel, "/")
	n := strings.Count(pattern, "/") + 1
	if len(parts) < n {
		return "", false, false
	}
	if match, err := path.Match(pattern, strings.Join(parts[:n], "/")); err != nil || !match {
		return "", false, false
	}
	if len(parts) == n {
		return path.Base(rel), true, true
	}
	return strings.Join(parts[n:], "/"), false, true
}
