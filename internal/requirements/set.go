package requirements

import (
	"maps"
	"slices"

	"bearings/internal/source"
)

// Set is what the manifests say that govern one folder.
type Set struct {
	all    map[source.Path][]Place // by scope
	gaps   []Gap
	scopes []source.Path // of this set, nearest first
}

// For returns the set that governs the Python files of dir: that of the nearest
// enclosing folder with manifests, completed by those above it. When no
// enclosing folder has a manifest, those of the one other folder that has some count.
func (s *Set) For(dir source.Path) *Set {
	out := &Set{all: s.all, gaps: s.gaps}
	if dir == "." {
		dir = ""
	}
	for at := dir; ; at = at.Dir() {
		if len(s.all[at]) > 0 {
			out.scopes = append(out.scopes, at)
		}
		if at == "" {
			break
		}
	}
	if len(out.scopes) == 0 && len(s.all) == 1 { // of several, none is more this folder's than another
		out.scopes = slices.Sorted(maps.Keys(s.all))
	}
	return out
}

// Gaps lists what could not be read in any manifest, by place.
func (s *Set) Gaps() []Gap { return slices.Clone(s.gaps) }

// Names lists every package that the set mentions, sorted.
func (s *Set) Names() []string {
	seen := map[string]bool{}
	for _, scope := range s.scopes {
		for _, p := range s.all[scope] {
			seen[p.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Places lists every mention of a package, those of the nearest folder first,
// stronger ones before weaker ones.
func (s *Set) Places(name string) []Place {
	name = Normalise(name)
	var out []Place
	for _, scope := range s.scopes {
		var here []Place
		for _, p := range s.all[scope] {
			if p.Name == name {
				here = append(here, p)
			}
		}
		slices.SortStableFunc(here, func(a, b Place) int { return a.rank() - b.rank() })
		out = append(out, here...)
	}
	return out
}

// Declared lists the places where the project itself asks for a package.
func (s *Set) Declared(name string) []Place {
	return slices.DeleteFunc(s.Places(name), func(p Place) bool { return p.Kind != Declaration })
}

// rank orders places by how much they say about what production installs: a
// lock file, a pin, a range, a bare name, then the same of optional groups.
func (p Place) rank() int {
	_, pinned := p.Range.exact()
	rank := 4
	switch {
	case p.Kind == Lock:
		return 0
	case pinned && p.Kind == Declaration:
		rank = 1
	case pinned:
		rank = 2
	case !p.Range.IsAny():
		rank = 3
	}
	if p.Kind == Declaration && p.Group != "" {
		rank += 10
	}
	return rank
}

// Version says which version of a package runs under the set's manifests.
//
// A lock file beats a pin, a pin beats a range. A folder without a lock file
// that names the package takes that of a folder above it, as the members of a
// uv workspace do; otherwise the nearest folder that mentions it decides.
func (s *Set) Version(name string) Version {
	places := s.Places(name)
	v := Version{Name: Normalise(name)}
	declared := slices.ContainsFunc(places, func(p Place) bool { return p.Kind == Declaration })
	v.Declared = declared
	deciding := s.deciding(places)
	if len(deciding) == 0 {
		v.Others = places
		return v
	}
	first := deciding[0]
	v.Range, v.At, v.NameAt, v.File, v.Source = first.Range, first.VersionAt, first.NameAt, first.File, first.Source
	for _, p := range deciding[1:] {
		if p.Range.text != v.Range.text {
			v.Range = v.Range.union(p.Range)
		}
	}
	for _, p := range places {
		if p.Kind == Constraint && first.Kind != Lock && p.Group == "" && !first.same(p) {
			v.Range = v.Range.intersect(p.Range)
		}
	}
	v.Exact, v.Known = v.Range.exact()
	for _, p := range places {
		if !p.same(first) {
			v.Others = append(v.Others, p)
		}
	}
	return v
}

func (p Place) same(o Place) bool { return p.NameAt == o.NameAt && p.VersionAt == o.VersionAt }

// deciding returns the places that together say which version runs: the best
// ones of the nearest folder, or a lock file above it.
func (s *Set) deciding(places []Place) []Place {
	if len(places) == 0 {
		return nil
	}
	scope := scopeOf(places[0].File)
	if !s.hasLock(scope) {
		for _, p := range places {
			if p.Kind == Lock {
				scope = scopeOf(p.File)
				break
			}
		}
	}
	var out []Place
	for _, p := range places {
		if scopeOf(p.File) != scope || (p.Kind == Constraint && len(out) == 0 && p.rank() != 2) {
			continue
		}
		if len(out) > 0 && p.rank() != out[0].rank() {
			break
		}
		out = append(out, p)
	}
	return out
}

func (s *Set) hasLock(scope source.Path) bool {
	return slices.ContainsFunc(s.all[scope], func(p Place) bool { return p.Kind == Lock })
}
