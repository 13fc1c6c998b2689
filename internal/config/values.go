package config

import (
	"maps"
	"slices"
	"strings"

	"bearings/analyzers"
	"bearings/internal/source"
)

func sorted(table map[string]any) []string { return slices.Sorted(maps.Keys(table)) }

// texts reads a list of strings.
func (r *reader) texts(key string, value any) (out []string) {
	list, ok := value.([]any)
	if !ok {
		r.wrong("", key, "%s is a list of strings", key)
		return nil
	}
	for _, element := range list {
		text, ok := element.(string)
		if !ok || strings.TrimSpace(text) == "" {
			r.wrong("", key, "%s is a list of strings, none of them empty", key)
			continue
		}
		out = append(out, text)
	}
	return out
}

// codes reads a list of rules and families.
func (r *reader) codes(key string, value any) (out []string) {
	for _, code := range r.texts(key, value) {
		if r.known(key, code) {
			out = append(out, code)
		}
	}
	return out
}

// known complains about a name that is neither a rule nor a family.
func (r *reader) known(key, code string) bool {
	var all []string
	for _, rule := range r.rules {
		all = append(all, rule.Code)
	}
	for _, family := range analyzers.Families() {
		all = append(all, string(family))
	}
	if slices.Contains(all, code) {
		return true
	}
	r.unknown(key, code, all, "rule or family")
	return false
}

func (r *reader) pathIgnores(key string, value any) {
	table, ok := value.(map[string]any)
	if !ok {
		r.wrong("", key, "%s is a table: a pattern of files = a list of rules", key)
		return
	}
	for _, pattern := range sorted(table) {
		r.config.PathIgnores = append(r.config.PathIgnores, PathIgnore{pattern, r.codes(pattern, table[pattern])})
	}
}

func (r *reader) severities(key string, value any) {
	table, ok := value.(map[string]any)
	if !ok {
		r.wrong("", key, "%s is a table: a rule = a severity", key)
		return
	}
	r.config.Severity = map[string]analyzers.Severity{}
	levels := map[string]analyzers.Severity{}
	for _, level := range []analyzers.Severity{analyzers.Hint, analyzers.Information, analyzers.Warning, analyzers.Error} {
		levels[level.String()] = level
	}
	for _, code := range sorted(table) {
		name, _ := table[code].(string)
		level, ok := levels[name]
		switch {
		case !r.known(code, code):
		case !ok:
			r.unknown(code, name, slices.Sorted(maps.Keys(levels)), "severity")
		default:
			r.config.Severity[code] = level
		}
	}
}

func (r *reader) entryPoints(key string, value any) (out []string) {
	for _, text := range r.texts(key, value) {
		if module, name, ok := strings.Cut(text, ":"); !ok || module == "" || name == "" {
			r.wrong(text, key, "%q is no entry point; write it as \"app.main:app\", or \"app/main.py:create_app()\"", text)
			continue
		}
		out = append(out, text)
	}
	return out
}

func (r *reader) folders(key string, value any) (out []source.Path) {
	for _, text := range r.texts(key, value) {
		path, ok := source.Path("").Join(strings.ReplaceAll(text, `\`, "/"))
		if !ok || strings.HasPrefix(text, "/") {
			r.wrong(text, key, "%q lies outside of the project", text)
			continue
		}
		out = append(out, path)
	}
	return out
}

func (r *reader) urlPaths(key string, value any) (out []string) {
	for _, text := range r.texts(key, value) {
		if !strings.HasPrefix(text, "/") {
			r.wrong(text, key, "%q is no URL path: it begins with no slash", text)
			continue
		}
		out = append(out, text)
	}
	return out
}

func (r *reader) truth(key string, value any) bool {
	is, ok := value.(bool)
	if !ok {
		r.wrong("", key, "%s is true or false", key)
	}
	return is
}
