package fastapi

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/pelletier/go-toml/v2"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// parsedFile is tomllib.load(file) and its like of a file of the tree: its
// contents as values that stand in that file.
func (l *linker) parsedFile(site *interpret.CallSite, loader string, v interpret.Value) (interpret.Value, bool) {
	path, ok := l.fileOf(v)
	if !ok {
		return nil, false
	}
	d := l.parseFile(path)
	if d == nil {
		return nil, false
	}
	return d, true
}

// fileOf finds the file of the tree that an open(…), read() or read_text() reads.
func (l *linker) fileOf(v interpret.Value) (source.Path, bool) {
	switch x := v.(type) {
	case *interpret.Instance:
		if externalPath(x.Class) == "builtins.open" && x.Args != nil {
			return l.treePath(x.Args.Value(0, "file"), x.At)
		}
	case *interpret.Symbol:
		if r, ok := x.Data.(*EnvRead); ok && r.Loader == "file" && len(r.Files) == 1 {
			return l.treePath(&interpret.Str{Text: r.Files[0].Path}, r.At)
		}
	case *interpret.Op:
		if x.Name == "enter" || x.Name == "method" && (x.Text == "read_text" || x.Text == "read_bytes" || x.Text == "open") {
			if s, ok := x.Args[0].(*interpret.Str); ok {
				return l.treePath(s, x.At)
			}
			return l.fileOf(x.Args[0])
		}
	case *interpret.Str:
		return l.treePath(x, x.At)
	}
	return "", false
}

// treePath turns a path of the program into one of the tree; a relative one is
// looked for from the root and from the folders above the file that names it.
func (l *linker) treePath(v interpret.Value, at source.Location) (source.Path, bool) {
	text, ok := l.constant(orNone(v))
	if !ok {
		return "", false
	}
	if p, in := interpret.InRoot(text); in {
		_, err := l.in.Tree.File(p)
		return p, err == nil
	}
	if strings.HasPrefix(text, "/") {
		return "", false
	}
	for dir := at.Path.Dir(); ; dir = dir.Dir() {
		if p, in := dir.Join(text); in {
			if _, err := l.in.Tree.File(p); err == nil {
				return p, true
			}
		}
		if dir == "" {
			return "", false
		}
	}
}

// parseFile reads a TOML, JSON or YAML file of the tree; nil when it is none or broken.
func (l *linker) parseFile(path source.Path) *interpret.Dict {
	file, err := l.in.Tree.File(path)
	if err != nil || len(file.Text) > maxDataFile {
		return nil
	}
	var data map[string]any
	switch {
	case strings.HasSuffix(string(path), ".toml"):
		err = toml.Unmarshal(file.Text, &data)
	case strings.HasSuffix(string(path), ".json"):
		err = json.Unmarshal(file.Text, &data)
	case strings.HasSuffix(string(path), ".yaml"), strings.HasSuffix(string(path), ".yml"):
		err = yaml.Unmarshal(file.Text, &data)
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	d := dictOf(data, newKeyPlaces(file), nil)
	d.File = string(path)
	return d
}

func dictOf(data map[string]any, places *keyPlaces, section []string) *interpret.Dict {
	path := places.file.Path
	d := &interpret.Dict{Origin: interpret.Origin{At: source.Location{Path: path}}, File: string(path), Section: section}
	keys := make([]string, 0, len(data))
	for k := range data {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		at := places.of(section, k)
		d.Entries = append(d.Entries, interpret.Entry{Key: &interpret.Str{Origin: interpret.Origin{At: at}, Text: k}, Value: valueOf(data[k], places, append(slices.Clone(section), k), at), At: at})
	}
	return d
}

func valueOf(v any, places *keyPlaces, section []string, at source.Location) interpret.Value {
	o := interpret.Origin{At: at}
	switch x := v.(type) {
	case string:
		return &interpret.Str{Origin: o, Text: x}
	case bool:
		return &interpret.Bool{Origin: o, Value: x}
	case int64:
		return &interpret.Num{Origin: o, Value: float64(x)}
	case uint64:
		return &interpret.Num{Origin: o, Value: float64(x)}
	case float64:
		return &interpret.Num{Origin: o, Value: x, IsFloat: x != float64(int64(x))}
	case map[string]any:
		return dictOf(x, places, section)
	case []any:
		s := &interpret.Seq{Origin: o, Kind: python.List}
		for _, i := range x {
			s.Items = append(s.Items, valueOf(i, places, section, at))
		}
		return s
	case nil:
		return &interpret.None{Origin: o}
	}
	return &interpret.Unknown{Origin: o, Reason: "a value of " + string(places.file.Path) + " that is not read"}
}

var keyLine = regexp.MustCompile(`^\s*(?:-\s+)?"?([A-Za-z0-9_.\-]+)"?\s*[=:]\s*(.*?)\s*,?\s*$`)

// maxDataFile is the size in bytes of the largest configuration file whose
// contents are followed. Larger ones hold data, not settings.
const maxDataFile = 128 << 10

// keyPlaces finds the lines that give keys their values: in TOML by section and
// key, in other formats the first line of the key.
type keyPlaces struct {
	file   *source.File
	places map[string]source.Location
}

func newKeyPlaces(file *source.File) *keyPlaces {
	k := &keyPlaces{file, map[string]source.Location{}}
	section, isTOML := "", strings.HasSuffix(string(file.Path), ".toml")
	for i := range file.LineCount() {
		span := file.Line(i)
		line := string(file.Text[span.Start:span.End])
		trimmed := strings.TrimSpace(line)
		if isTOML && strings.HasPrefix(trimmed, "[") {
			section = strings.Trim(trimmed, "[] ")
			k.add(section, span)
			continue
		}
		m := keyLine.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		key := line[m[2]:m[3]]
		if section != "" {
			key = section + "." + key
		}
		k.add(key, source.Span{Start: span.Start + m[2], End: span.Start + m[5]})
	}
	return k
}

func (k *keyPlaces) add(key string, span source.Span) {
	if _, ok := k.places[key]; !ok {
		k.places[key] = source.Location{Path: k.file.Path, Span: span}
	}
}

func (k *keyPlaces) of(section []string, key string) source.Location {
	if at, ok := k.places[strings.Join(append(slices.Clone(section), key), ".")]; ok {
		return at
	}
	if at, ok := k.places[key]; ok && !strings.HasSuffix(string(k.file.Path), ".toml") {
		return at
	}
	return source.Location{Path: k.file.Path}
}

// fileMethod is a method of an open file: its text, as the key files of a program give it.
func (l *linker) fileMethod(f *interpret.Frame, site *interpret.CallSite, recv *interpret.Instance, name string) (interpret.Value, bool) {
	if recv.Args == nil || (name != "read" && name != "readline") {
		return nil, false
	}
	return l.fileRead(site.At, recv.Args.Value(0, "file"), f.Module.Path)
}

// ReadText implements interpret.FileReader: Path(…).read_text().
func (l *linker) ReadText(f *interpret.Frame, site *interpret.CallSite, path *interpret.Str) (interpret.Value, bool) {
	if f.Module == nil { // a value is being computed, and nothing runs
		return nil, false
	}
	return l.fileRead(site.At, path, f.Module.Path)
}

// fileRead is the text of a file as a key.
func (l *linker) fileRead(at source.Location, path interpret.Value, module source.Path) (interpret.Value, bool) {
	text, ok := l.constant(orNone(path))
	if !ok {
		return nil, false
	}
	r := &EnvRead{At: at, NameAt: interpret.OriginOf(path).At, Names: []string{text}, Loader: "file", Module: module, Required: true, NoProcess: true, Whole: true,
		Files: []FileRef{{Path: text, At: interpret.OriginOf(path).At}}}
	return l.read(r), true
}

// Missed implements interpret.Missing: a look for a key that a configuration file does not have there.
func (l *linker) Missed(f *interpret.Frame, d *interpret.Dict, key string, deflt interpret.Value, at source.Location) {
	if d.File == "" {
		return
	}
	l.fileMisses = append(l.fileMisses, FileMiss{File: source.Path(d.File), Section: d.Section, Key: key, At: at, Default: deflt})
}

// FileMiss is a look for a key that a configuration file of the tree does not have at that place.
type FileMiss struct {
	File    source.Path
	Section []string
	Key     string
	At      source.Location // the .get(…) call
	Default interpret.Value // nil when None
}
