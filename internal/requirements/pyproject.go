package requirements

import (
	"strings"

	"bearings/internal/source"
)

// pyproject reads PEP 621, PEP 735, Poetry, uv, PDM, Hatch and Rye tables.
func (r *reader) pyproject(file *source.File) {
	items, gap := readTOML(file)
	if gap != nil {
		r.set.gaps = append(r.set.gaps, *gap)
	}
	for _, item := range items {
		p := item.path
		switch path := strings.Join(p, "."); {
		case path == "project.dependencies":
			r.tomlList(file, item.value, Declaration, "")
		case path == "project.requires-python":
			r.python(file, item, parseRange(item.value.text))
		case len(p) == 3 && strings.HasPrefix(path, "project.optional-dependencies."),
			len(p) == 2 && p[0] == "dependency-groups",
			len(p) == 4 && strings.HasPrefix(path, "tool.pdm.dev-dependencies."):
			r.tomlList(file, item.value, Declaration, p[len(p)-1])
		case path == "project.optional-dependencies", path == "dependency-groups":
			for _, group := range item.value.keys {
				r.tomlList(file, group.value, Declaration, strings.Join(group.path, "."))
			}
		case path == "tool.uv.dev-dependencies", path == "tool.rye.dev-dependencies":
			r.tomlList(file, item.value, Declaration, "dev")
		case path == "tool.uv.constraint-dependencies", path == "tool.uv.override-dependencies":
			r.tomlList(file, item.value, Constraint, "")
		case len(p) == 5 && strings.HasPrefix(path, "tool.hatch.envs.") && strings.HasSuffix(p[4], "dependencies"):
			r.tomlList(file, item.value, Declaration, p[3])
		case len(p) >= 5 && strings.HasPrefix(path, "tool.pdm.resolution.overrides."):
			r.poetryItem(file, item, 4, Constraint, "")
		case len(p) >= 4 && strings.HasPrefix(path, "tool.poetry.dependencies."):
			r.poetryItem(file, item, 3, Declaration, "")
		case len(p) >= 4 && strings.HasPrefix(path, "tool.poetry.dev-dependencies."):
			r.poetryItem(file, item, 3, Declaration, "dev")
		case len(p) >= 6 && strings.HasPrefix(path, "tool.poetry.group.") && p[4] == "dependencies":
			r.poetryItem(file, item, 5, Declaration, p[3])
		}
	}
}

func (r *reader) python(file *source.File, item tomlItem, versions Range) {
	r.add(file, Place{Name: "python", Kind: Declaration, Range: versions}, item.spans[len(item.spans)-1], item.value.span)
}

// tomlList reads an array of PEP 508 strings. Tables in it, such as PEP 735's
// include-group, name no package.
func (r *reader) tomlList(file *source.File, list tomlValue, kind Kind, group string) {
	for _, v := range list.items {
		if v.text == "" {
			continue
		}
		if !v.exact || !r.requirement(file, v.text, v.span.Start, kind, group) {
			r.gap(source.Location{Path: file.Path, Span: v.span}, "not a PEP 508 requirement")
		}
	}
}

// poetryItem reads one package of a Poetry table, whose name stands at index at
// of the path: a constraint, an inline table, a list of tables, or one key of a
// table of its own.
func (r *reader) poetryItem(file *source.File, item tomlItem, at int, kind Kind, group string) {
	if item.path[at] == "python" && len(item.path) == at+1 {
		r.python(file, item, parsePoetryRange(item.value.text))
		return
	}
	place := Place{Name: Normalise(item.path[at]), Kind: kind, Group: group}
	switch {
	case len(item.path) == at+2 && item.path[at+1] == "version":
		r.poetryPlace(file, place, item.value, item.spans[at])
	case len(item.path) == at+2 && isLinkKey(item.path[at+1]):
		place.URL = item.value.text
		r.add(file, place, item.spans[at], item.value.span)
	case len(item.path) != at+1:
	case len(item.value.items) > 0:
		for _, one := range item.value.items {
			r.poetryTable(file, place, one, item.spans[at])
		}
	case len(item.value.keys) > 0:
		r.poetryTable(file, place, item.value, item.spans[at])
	default:
		r.poetryPlace(file, place, item.value, item.spans[at])
	}
}

func (r *reader) poetryPlace(file *source.File, place Place, version tomlValue, name source.Span) {
	place.Range = parsePoetryRange(version.text)
	if place.Range.opaque {
		r.gap(source.Location{Path: file.Path, Span: version.span}, "not a version constraint")
	}
	r.add(file, place, name, version.span)
}

// poetryTable reads {version = "…", extras = […], git = "…"}.
func (r *reader) poetryTable(file *source.File, place Place, table tomlValue, name source.Span) {
	if extras, ok := table.get("extras"); ok {
		for _, extra := range extras.items {
			place.Extras = append(place.Extras, Normalise(extra.text))
		}
	}
	if markers, ok := table.get("markers"); ok {
		place.Marker = markers.text
	} else if python, ok := table.get("python"); ok {
		place.Marker = "python_version " + python.text
	}
	if optional, ok := table.get("optional"); ok && optional.text == "true" && place.Group == "" {
		place.Group = "optional"
	}
	for _, key := range []string{"git", "url", "path"} {
		if link, ok := table.get(key); ok {
			place.URL = link.text
			r.add(file, place, name, link.span)
			return
		}
	}
	version, ok := table.get("version")
	if !ok {
		r.add(file, place, name, source.Span{})
		return
	}
	r.poetryPlace(file, place, version, name)
}

func isLinkKey(key string) bool { return key == "git" || key == "url" || key == "path" }

// pipfile reads the [packages] and [dev-packages] tables of a Pipfile.
func (r *reader) pipfile(file *source.File) {
	items, gap := readTOML(file)
	if gap != nil {
		r.set.gaps = append(r.set.gaps, *gap)
	}
	for _, item := range items {
		switch {
		case len(item.path) >= 2 && item.path[0] == "packages":
			r.poetryItem(file, item, 1, Declaration, "")
		case len(item.path) >= 2 && item.path[0] == "dev-packages":
			r.poetryItem(file, item, 1, Declaration, "dev")
		}
	}
}
