package requirements

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"bearings/internal/source"
)

// tomlLock reads the [[package]] tables of uv.lock, poetry.lock and pdm.lock,
// and the [[packages]] of PEP 751. A project's own package, without a registry,
// is left out.
func (r *reader) tomlLock(file *source.File) {
	items, gap := readTOML(file)
	if gap != nil {
		r.set.gaps = append(r.set.gaps, *gap)
	}
	var name, version, marker *tomlItem
	own := false
	table := -1
	flush := func() {
		if name != nil && version != nil && !own {
			place := Place{Kind: Lock, Range: exactly(version.value.text)}
			if marker != nil {
				place.Marker = marker.value.text
			}
			r.add(file, place, name.value.span, version.value.span)
		}
		name, version, marker, own = nil, nil, nil, false
	}
	for i := range items {
		item := &items[i]
		if item.table != table {
			if len(item.path) == 2 {
				flush()
			}
			table = item.table
		}
		if len(item.path) != 2 || (item.path[0] != "package" && item.path[0] != "packages") {
			continue
		}
		switch item.path[1] {
		case "name":
			name = item
		case "version":
			version = item
		case "markers", "marker", "resolution-markers":
			marker = item
		case "source":
			_, virtual := item.value.get("virtual")
			_, editable := item.value.get("editable")
			own = own || virtual || editable
		}
	}
	flush()
}

// pipfileLock reads the "default" and "develop" tables of a Pipfile.lock.
func (r *reader) pipfileLock(file *source.File) {
	decoder := json.NewDecoder(bytes.NewReader(file.Text))
	var path []string // keys down to here; "" inside an array
	var spans []source.Span
	key := true
	var kinds []json.Delim
	for {
		token, err := decoder.Token()
		if err != nil {
			if len(kinds) > 0 || !strings.Contains(err.Error(), "EOF") {
				at := file.Line(file.LineOf(int(decoder.InputOffset())))
				r.gap(source.Location{Path: file.Path, Span: at}, "not valid JSON from here on")
			}
			return
		}
		if delim, ok := token.(json.Delim); ok && (delim == '{' || delim == '[') {
			if kinds = append(kinds, delim); delim == '{' {
				path, spans = append(path, ""), append(spans, source.Span{})
			}
			key = delim == '{'
			continue
		} else if ok {
			if kinds = kinds[:len(kinds)-1]; delim == '}' {
				path, spans = path[:len(path)-1], spans[:len(spans)-1]
			}
			key = len(kinds) > 0 && kinds[len(kinds)-1] == '{'
			continue
		}
		if len(kinds) == 0 || kinds[len(kinds)-1] != '{' {
			continue
		}
		text, isText := token.(string)
		end := int(decoder.InputOffset()) - 1
		at := source.Span{Start: max(0, end-len(text)), End: end}
		if key {
			path[len(path)-1], spans[len(spans)-1] = text, at
		} else if isText {
			r.pipfileLocked(file, path, spans, text, at)
		}
		key = !key
	}
}

func (r *reader) pipfileLocked(file *source.File, path []string, spans []source.Span, text string, at source.Span) {
	if len(path) != 3 || path[2] != "version" || !slices.Contains([]string{"default", "develop"}, path[0]) {
		return
	}
	place := Place{Name: Normalise(path[1]), Kind: Lock, Range: parseRange(text)}
	if path[0] == "develop" {
		place.Group = "develop"
	}
	r.add(file, place, spans[1], versionSpan(text, at))
}
