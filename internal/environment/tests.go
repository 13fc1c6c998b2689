package environment

import (
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// tests returns one environment for the test configuration of each folder that
// sets variables: pytest-env (env of pytest.ini, tox.ini, setup.cfg or
// pyproject.toml, and [tool.pytest_env]), pytest-dotenv (env_files), tox (setenv).
func (d *discovery) tests() []*Environment {
	byDir := map[source.Path]*Environment{}
	var out []*Environment
	for _, p := range d.tree.Paths() {
		switch p.Base() {
		case "pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml":
		default:
			continue
		}
		file, reason := readConfig(d.tree, p)
		if reason != "" {
			continue
		}
		e := byDir[p.Dir()]
		if e == nil {
			name := "tests"
			if p.Dir() != "" {
				name += ":" + string(p.Dir())
			}
			e = &Environment{Name: name, Kind: Test, At: source.Location{Path: p, Span: file.Line(0)}, Variables: map[string][]Assignment{}, Outside: "the shell that runs the tests, and fixtures",
				WorkDir: Dir{Path: string(p.Dir()), Known: true}, Files: treeFS{d.tree}}
		}
		before := len(e.Variables)
		if p.Base() == "pyproject.toml" {
			d.pytestTOML(e, file)
		} else {
			d.pytestINI(e, file)
		}
		if len(e.Variables) > before || len(e.Gaps) > 0 {
			e.Described = append(e.Described, p)
			if byDir[p.Dir()] == nil {
				out = append(out, e)
			}
			byDir[p.Dir()] = e
		}
	}
	return out
}

func (d *discovery) pytestINI(e *Environment, file *source.File) {
	for _, l := range parseINI(file, false, false) {
		pytest := l.section == "pytest" || l.section == "tool:pytest"
		switch {
		case pytest && l.key == "env":
			for _, p := range l.parts {
				pytestEnv(e, p.text, p.at)
			}
		case pytest && l.key == "env_files":
			for ref := range strings.FieldsSeq(l.value) {
				d.pytestEnvFile(e, file, ref, l.at)
			}
		case strings.HasPrefix(l.section, "testenv") && (l.key == "setenv" || l.key == "set_env"):
			for _, p := range l.parts {
				pytestEnv(e, p.text, p.at)
			}
		}
	}
}

// pytestEnv reads one line of pytest-env 1.1: flags D: (only when not set) and
// R: (no {} expansion), NAME=VALUE, and quotes stay part of the value.
func pytestEnv(e *Environment, line string, at source.Location) {
	name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
	if !ok {
		return
	}
	onlyDefault, raw := false, false
	name = strings.TrimSpace(name)
	for len(name) > 1 && name[1] == ':' {
		switch name[0] {
		case 'D', 'd':
			onlyDefault = true
		case 'R', 'r':
			raw = true
		}
		name = name[2:]
	}
	value = strings.TrimSpace(value)
	a := Assignment{Name: name, Value: secret.New(value), Raw: secret.New(value), Known: raw || !strings.Contains(value, "{"), At: at, Via: "env of pytest",
		Reason: "a {NAME} of the environment is put in"}
	if onlyDefault {
		a.Assumes = []string{name}
	}
	e.set(a)
}

func (d *discovery) pytestEnvFile(e *Environment, file *source.File, ref string, at source.Location) {
	p, ok := file.Path.Dir().Join(ref)
	if !ok {
		e.gap(at, "the env file of the tests is outside the analysed folder")
		return
	}
	env, reason := readConfig(d.tree, p)
	if reason != "" {
		e.gap(at, "the env file of the tests: "+reason)
		return
	}
	list, gaps := dotenvAssignments(env, "env_files", DotenvOptions{ProcessFirst: true})
	e.Gaps = append(e.Gaps, gaps...)
	for _, a := range list {
		a.Through = at
		e.set(a)
	}
}

// pyprojectTests are the tables of pyproject.toml that matter here.
type pyprojectTests struct {
	Tool struct {
		Pytest struct {
			Options struct {
				Env      any `toml:"env"`
				EnvFiles any `toml:"env_files"`
			} `toml:"ini_options"`
		} `toml:"pytest"`
		PytestEnv map[string]any `toml:"pytest_env"`
	} `toml:"tool"`
}

func (d *discovery) pytestTOML(e *Environment, file *source.File) {
	if !strings.Contains(string(file.Text), "env") {
		return
	}
	var doc pyprojectTests
	if err := toml.Unmarshal(file.Text, &doc); err != nil {
		return
	}
	places := tomlPlaces(file)
	for _, line := range stringList(doc.Tool.Pytest.Options.Env) {
		pytestEnv(e, line, places.text(line))
	}
	for _, ref := range stringList(doc.Tool.Pytest.Options.EnvFiles) {
		d.pytestEnvFile(e, file, ref, places.text(ref))
	}
	for name, v := range doc.Tool.PytestEnv {
		at := places.key(name)
		switch v := v.(type) {
		case string:
			e.set(Assignment{Name: name, Value: secret.New(v), Raw: secret.New(v), Known: true, At: at, Via: "tool.pytest_env"})
		case map[string]any:
			if s, ok := v["value"].(string); ok {
				a := Assignment{Name: name, Value: secret.New(s), Raw: secret.New(s), Known: v["transform"] != true, At: at, Via: "tool.pytest_env", Reason: "a {NAME} of the environment is put in"}
				if v["skip_if_set"] == true {
					a.Assumes = []string{name}
				}
				e.set(a)
			}
		}
	}
}

func stringList(v any) []string {
	switch v := v.(type) {
	case string:
		return strings.Split(v, "\n")
	case []any:
		var out []string
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// tomlIndex finds keys and texts of a TOML file.
type tomlIndex struct {
	file *source.File
	keys map[string]source.Span
}

func tomlPlaces(file *source.File) tomlIndex {
	index := tomlIndex{file, map[string]source.Span{}}
	var p unstable.Parser
	p.Reset(file.Text)
	for p.NextExpression() {
		x := p.Expression()
		if x.Kind != unstable.KeyValue {
			continue
		}
		for key := x.Key(); key.Next(); {
			n := key.Node()
			start := int(n.Raw.Offset)
			line := file.Line(file.LineOf(start))
			index.keys[string(n.Data)] = source.Span{Start: start, End: line.End}
		}
	}
	return index
}

func (i tomlIndex) key(name string) source.Location {
	return source.Location{Path: i.file.Path, Span: i.keys[name]}
}

func (i tomlIndex) text(s string) source.Location {
	at := strings.Index(string(i.file.Text), s)
	if at < 0 || s == "" {
		return source.Location{Path: i.file.Path, Span: i.file.Line(0)}
	}
	return source.Location{Path: i.file.Path, Span: source.Span{Start: at, End: at + len(s)}}
}
