package config

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"bearings/analyzers"
	"bearings/internal/source"
)

// Error is something wrong in the settings, at the line that has it.
type Error struct {
	At      source.Location
	Line    int // one-based
	Message string
}

// Error implements error, as "pyproject.toml:12: message".
func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.At.Path, e.Line, e.Message) }

// Load reads the settings of a tree: bearings.toml at its root, or else the table
// tool.bearings of pyproject.toml there. The error joins all that is wrong, each
// an *Error; the Config then has what is right.
func Load(tree source.Tree, rules []*analyzers.Analyzer) (Config, error) {
	for _, path := range []source.Path{"bearings.toml", "pyproject.toml"} {
		file, err := tree.File(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return Config{}, fmt.Errorf("read %s: %w", path, err)
		}
		if c, found, err := Parse(file, rules); found || err != nil && path == "bearings.toml" {
			return c, err
		}
	}
	return Config{}, nil
}

// Parse reads the settings of one file. found is false when it has none: a
// pyproject.toml without the table, or one that is no TOML, which is for its
// other readers to complain about.
func Parse(file *source.File, rules []*analyzers.Analyzer) (c Config, found bool, err error) {
	var all map[string]any
	if err := toml.Unmarshal(file.Text, &all); err != nil {
		return Config{}, false, syntaxError(file, err)
	}
	r := &reader{file: file, rules: rules, config: &Config{File: file.Path}}
	table := all
	if file.Path.Base() == "pyproject.toml" {
		tool, _ := all["tool"].(map[string]any)
		if table, found = tool["bearings"].(map[string]any); !found {
			return Config{}, false, nil
		}
		r.header = "tool.bearings"
	}
	r.table(table)
	return *r.config, true, errors.Join(r.errs...)
}

func syntaxError(file *source.File, err error) error {
	var decode *toml.DecodeError
	if !errors.As(err, &decode) {
		return &Error{At: source.Location{Path: file.Path}, Line: 1, Message: err.Error()}
	}
	row, column := decode.Position()
	offset := file.Offset(source.Position{Line: row - 1, Column: column - 1}, source.UTF32)
	return &Error{
		At: source.Location{Path: file.Path, Span: source.Span{Start: offset, End: offset}}, Line: row,
		Message: strings.TrimPrefix(decode.Error(), "toml: "),
	}
}

// reader takes a table apart and collects what is wrong with it.
type reader struct {
	file   *source.File
	header string // the name of the settings' table in the file
	rules  []*analyzers.Analyzer
	config *Config
	errs   []error
}

// keys are the settings, with what reads each.
func keys() map[string]func(*reader, string, any) {
	return map[string]func(*reader, string, any){
		"select":           func(r *reader, k string, v any) { r.config.Select = r.codes(k, v) },
		"ignore":           func(r *reader, k string, v any) { r.config.Ignore = r.codes(k, v) },
		"per-path-ignores": (*reader).pathIgnores,
		"severity":         (*reader).severities,
		"entry-points":     func(r *reader, k string, v any) { r.config.EntryPoints = r.entryPoints(k, v) },
		"roots":            func(r *reader, k string, v any) { r.config.Roots = r.folders(k, v) },
		"exclude":          func(r *reader, k string, v any) { r.config.Exclude = r.texts(k, v) },
		"public-paths":     func(r *reader, k string, v any) { r.config.PublicPaths = r.urlPaths(k, v) },
		"include-tests":    func(r *reader, k string, v any) { r.config.IncludeTests = r.truth(k, v) },
		"include-examples": func(r *reader, k string, v any) { r.config.IncludeExamples = r.truth(k, v) },
	}
}

// Keys lists the names of all settings, sorted.
func Keys() []string {
	var list []string
	for key := range keys() {
		list = append(list, key)
	}
	slices.Sort(list)
	return list
}

func (r *reader) table(table map[string]any) {
	readers := keys()
	for _, key := range sorted(table) {
		read, ok := readers[key]
		if !ok {
			r.unknown(key, key, Keys(), "setting")
			continue
		}
		read(r, key, table[key])
	}
}

// unknown complains about a name that does not exist, with the nearest that does.
func (r *reader) unknown(key, name string, known []string, kind string) {
	message := fmt.Sprintf("there is no %s %q", kind, name)
	if near := analyzers.Nearest(name, known); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	} else if len(known) <= 12 {
		message += "; there are " + strings.Join(known, ", ")
	}
	r.wrong(name, key, "%s", message)
}

// wrong adds an error at the line of text, or else at that of the key.
func (r *reader) wrong(text, key, format string, args ...any) {
	at := r.find(key, text)
	r.errs = append(r.errs, &Error{
		At: source.Location{Path: r.file.Path, Span: at}, Line: r.file.LineNumber(at.Start), Message: fmt.Sprintf(format, args...),
	})
}

// find returns where the settings' table has the key, and from there the text;
// the nearest it can tell otherwise. It reads lines, as go-toml gives no places
// for values.
func (r *reader) find(key, text string) source.Span {
	whole := string(r.file.Text)
	start := 0
	if r.header != "" {
		start = max(0, strings.Index(whole, "["+r.header))
	}
	if i := strings.Index(whole[start:], key); i >= 0 {
		start += i
	}
	if i := strings.Index(whole[start:], text); text != "" && i >= 0 {
		return source.Span{Start: start + i, End: start + i + len(text)}
	}
	return source.Span{Start: start, End: start + len(key)}
}
