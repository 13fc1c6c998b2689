package report

import (
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/secret"
	"bearings/internal/source"
)

type (
	// keyJSON is a key of map/1 and of env/1.
	keyJSON struct {
		Name         string      `json:"name" redact:"no"`
		File         source.Path `json:"file" redact:"no"`
		Line         int         `json:"line"`
		Loader       string      `json:"loader" redact:"no"`
		Variables    []string    `json:"variables" redact:"no"`
		Class        *string     `json:"class" redact:"no"`
		Required     bool        `json:"required"`
		Secret       bool        `json:"secret"`
		Roles        []string    `json:"roles" redact:"no"`
		Environments []rowJSON   `json:"environments"`
	}
	rowJSON struct {
		Environment string       `json:"environment" redact:"no"`
		Source      *lineJSON    `json:"source"`
		State       string       `json:"state" redact:"no"`
		Same        *string      `json:"same" redact:"no"`
		Via         *string      `json:"via" redact:"no"`
		Length      *int         `json:"length"`
		Properties  []string     `json:"properties"`
		Shadowed    []shadowJSON `json:"shadowed"`
		Reason      *string      `json:"reason"`
		Outside     *string      `json:"outside"`
		Differs     bool         `json:"differs"`
	}
	shadowJSON struct {
		File source.Path `json:"file" redact:"no"`
		Line int         `json:"line"`
		Why  string      `json:"why"`
		Same bool        `json:"same"`
	}
)

func (p *places) key(k *fastapi.Key) keyJSON {
	out := keyJSON{
		Name: k.Name, File: k.At.Path, Line: p.line(k.At), Loader: k.Loader, Variables: orEmpty(k.Variables), Class: orNull(k.Class),
		Required: k.Required, Secret: k.Secret, Roles: roles(k.Roles), Environments: []rowJSON{},
	}
	odd := oddRows(k)
	for i, row := range k.Rows {
		out.Environments = append(out.Environments, p.row(row, odd[i]))
	}
	return out
}

func (p *places) row(row fastapi.KeyRow, differs bool) rowJSON {
	out := rowJSON{
		Environment: row.Environment, Source: p.lineOf(row.Source), State: string(row.State), Same: orNull(row.Letter), Via: orNull(row.Via),
		Properties: []string{}, Shadowed: []shadowJSON{}, Reason: orNull(row.Reason), Outside: orNull(row.Outside), Differs: differs,
	}
	if hasValue(row.State) {
		n := len([]rune(row.Value.Expose()))
		out.Length, out.Properties = &n, orEmpty(properties(row.Value))
	}
	for _, s := range row.Shadowed {
		out.Shadowed = append(out.Shadowed, shadowJSON{s.At.Path, p.line(s.At), s.Why, s.Same})
	}
	return out
}

// hasValue reports whether a state comes with a value that can be described.
func hasValue(s fastapi.KeyState) bool {
	return s == fastapi.StateSet || s == fastapi.StateEmpty || s == fastapi.StateDefault
}

func properties(v secret.Value) []string { return v.Properties() }

// roles writes what a key is used for, in words.
func roles(r fastapi.KeyRole) []string {
	out := []string{}
	for _, role := range []struct {
		bit  fastapi.KeyRole
		word string
	}{{fastapi.Signs, "signs"}, {fastapi.Verifies, "verifies"}, {fastapi.SignsSession, "signs the session"}, {fastapi.Algorithm, "algorithm"}} {
		if r&role.bit != 0 {
			out = append(out, role.word)
		}
	}
	return out
}

// oddRows marks the rows of a key that differ from what most environments have.
// Without a majority, every row after the first kind differs from the first.
func oddRows(k *fastapi.Key) []bool {
	odd := make([]bool, len(k.Rows))
	counts := map[string]int{}
	usual := ""
	for _, row := range k.Rows {
		if s := sameness(row); s != "" {
			counts[s]++
			if usual == "" {
				usual = s
			}
		}
	}
	for _, row := range k.Rows {
		if s := sameness(row); s != "" && counts[s] > counts[usual] {
			usual = s
		}
	}
	for i, row := range k.Rows {
		s := sameness(row)
		odd[i] = s != "" && s != usual
	}
	return odd
}

// sameness is equal for rows in which the program gets the same; "" when that is unknown.
func sameness(row fastapi.KeyRow) string {
	switch row.State {
	case fastapi.StateUnknown, "":
		return ""
	case fastapi.StateSet, fastapi.StateDefault:
		if row.Letter == "" {
			return ""
		}
		return "value " + row.Letter
	}
	return string(row.State)
}

// matches reports whether a key answers to a name: its own, one of its
// variables', "Settings.secret_key"; upper and lower case do not matter.
func matches(k *fastapi.Key, name string) bool {
	names := append([]string{k.Name}, k.Variables...)
	if k.Class != "" {
		names = append(names, k.Class+"."+k.Name, k.Class[strings.LastIndexAny(k.Class, ":.")+1:]+"."+k.Name)
	}
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// Keys returns the keys that answer to a name; all of them for "".
func Keys(p *fastapi.Project, name string) []*fastapi.Key {
	if name == "" {
		return p.Keys
	}
	var out []*fastapi.Key
	for _, k := range p.Keys {
		if matches(k, name) {
			out = append(out, k)
		}
	}
	return out
}
