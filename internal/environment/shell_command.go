package environment

import (
	"path"
	"slices"
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// command reads a command with its arguments expanded.
func (s *shellRun) command(words []string, complete bool, at source.Location) {
	s.budget.statements++
	if len(words) == 0 || s.budget.statements > maxStatements {
		return
	}
	name, args := words[0], words[1:]
	if body, ok := s.functions[name]; ok && s.budget.depth < maxScriptDepth {
		s.callFunction(body, args)
		return
	}
	switch name {
	case "cd", "pushd":
		to := "~"
		if len(args) > 0 {
			to = args[len(args)-1]
		}
		s.cd(to, complete, at)
	case "set":
		s.setOptions(args)
	case "source", ".":
		if len(args) > 0 {
			s.source(args[0], at)
		}
	case "unset":
		for _, a := range args {
			s.vars[strings.TrimPrefix(a, "-v")] = nil
		}
	case "export", "readonly":
		for _, a := range args {
			if n, v, ok := strings.Cut(a, "="); ok {
				s.assign(Assignment{Name: n, Value: secret.New(v), Known: complete, At: at, Via: name}, true)
			}
		}
	case "env":
		s.env(args, complete, at)
	case "sh", "bash", "ash", "dash", "zsh":
		s.shell(args, complete, at)
	case "eval":
		s.gap(at, "eval: what it runs is computed")
	case "docker", "docker-compose", "podman", "podman-compose", "nerdctl":
		s.docker(words, at)
	case "pytest", "tox", "nox":
	default:
		s.start(words, complete, at)
	}
}

func (s *shellRun) setOptions(args []string) {
	for i, a := range args {
		switch {
		case a == "--":
			s.params = args[i+1:]
			return
		case a == "-o" || a == "+o":
			if i+1 < len(args) && args[i+1] == "allexport" {
				s.allExport = a == "-o"
			}
		case len(a) > 1 && (a[0] == '-' || a[0] == '+') && strings.Contains(a, "a") && !strings.HasPrefix(a, "--"):
			s.allExport = a[0] == '-'
		}
	}
}

// env reads env [-i] [-u NAME] NAME=VALUE … command.
func (s *shellRun) env(args []string, complete bool, at source.Location) {
	inner := s.sub()
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "-i" || a == "-" || a == "--ignore-environment":
			inner.vars, inner.given = map[string]*shellVar{}, nil
		case a == "-u" || a == "--unset":
			i++
			if i < len(args) {
				inner.vars[args[i]] = nil
			}
		case a == "-S" || a == "--split-string" || a == "--":
		case strings.Contains(a, "=") && !strings.HasPrefix(a, "-"):
			n, v, _ := strings.Cut(a, "=")
			inner.assign(Assignment{Name: n, Value: secret.New(v), Known: complete, At: at, Via: "env", Reason: "a part of the command is computed"}, true)
		case strings.HasPrefix(a, "-"):
		default:
			inner.command(args[i:], complete, at)
			return
		}
	}
}

// shell reads sh -c TEXT and sh FILE.
func (s *shellRun) shell(args []string, complete bool, at source.Location) {
	for i, a := range args {
		if strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "--") && strings.HasSuffix(a, "c") {
			if i+1 < len(args) {
				inner := s.sub()
				params := args[min(i+2, len(args)):]
				if len(params) > 0 {
					params = params[1:]
				}
				inner.run(lineScript(args[i+1], at), params)
			}
			return
		}
		if !strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "+") {
			s.runFile(a, args[i+1:], at)
			return
		}
	}
}

// runFile reads a script of the tree as a process of its own; false when there is none.
func (s *shellRun) runFile(ref string, params []string, at source.Location) bool {
	found := s.fs.Lookup(s.dir, ref)
	if found.State != Present {
		return false
	}
	file, reason := readConfig(s.tree, found.Path)
	if reason != "" || !isShellScript(file) {
		return false
	}
	inner := s.sub()
	inner.given = s.exportedVars()
	inner.vars = map[string]*shellVar{}
	inner.allExport = false
	before := len(*s.out)
	inner.run(fileScript(file), params)
	if len(*s.out) > before && s.d != nil {
		s.d.calledScripts[found.Path] = append(s.d.calledScripts[found.Path], at)
	}
	return true
}

// isShellScript reports whether a file is a script for sh, by its name or its first line.
func isShellScript(file *source.File) bool {
	ext := path.Ext(string(file.Path))
	if ext == ".sh" || ext == ".bash" {
		return true
	}
	first := file.Slice(file.Line(0))
	return strings.HasPrefix(first, "#!") && (strings.Contains(first, "sh") && !strings.Contains(first, "fish"))
}

// wrapper is a program that runs another one.
type wrapper struct {
	words   []string // its name and sub-command
	valued  []string // options that take a value
	operand bool     // one operand stands before the command
}

var wrappers = []wrapper{
	{words: []string{"exec"}, valued: []string{"-a"}}, {words: []string{"command"}}, {words: []string{"time"}}, {words: []string{"nohup"}},
	{words: []string{"nice"}, valued: []string{"-n"}}, {words: []string{"setsid"}}, {words: []string{"stdbuf"}}, {words: []string{"sudo"}, valued: []string{"-u", "-g"}},
	{words: []string{"tini"}, valued: []string{"-p", "-e"}}, {words: []string{"dumb-init"}, valued: []string{"-r", "--rewrite"}},
	{words: []string{"gosu"}, operand: true}, {words: []string{"su-exec"}, operand: true}, {words: []string{"runuser"}, valued: []string{"-u"}},
	{words: []string{"poetry", "run"}}, {words: []string{"pdm", "run"}}, {words: []string{"rye", "run"}}, {words: []string{"hatch", "run"}}, {words: []string{"pixi", "run"}},
	{words: []string{"pipenv", "run"}},
	{words: []string{"uv", "run"}, valued: []string{"--env-file", "--with", "--extra", "--group", "--package", "-p", "--python", "--project", "--directory", "--only-group", "--no-group", "--with-requirements"}},
	{words: []string{"uvx"}, valued: []string{"--from", "--with"}},
	{words: []string{"dotenv"}, valued: []string{"-f", "--file", "-q"}}, {words: []string{"doppler", "run"}}, {words: []string{"infisical", "run"}, valued: []string{"--env", "--path"}},
	{words: []string{"opentelemetry-instrument"}}, {words: []string{"ddtrace-run"}}, {words: []string{"newrelic-admin", "run-program"}},
	{words: []string{"conda", "run"}, valued: []string{"-n", "-p", "--name"}}, {words: []string{"timeout"}, valued: []string{"-k", "-s"}, operand: true},
	{words: []string{"coverage", "run"}}, {words: []string{"caffeinate"}}, {words: []string{"chamber", "exec"}, operand: true}, {words: []string{"op", "run"}, valued: []string{"--env-file"}},
}

// start follows wrappers to a script of the tree or a start command, and notes the latter.
func (s *shellRun) start(words []string, complete bool, at source.Location) {
	for _, w := range wrappers {
		if len(words) > len(w.words) && path.Base(words[0]) == w.words[0] && slices.Equal(words[1:len(w.words)], w.words[1:]) {
			s.wrapped(w, words[len(w.words):], complete, at)
			return
		}
	}
	if i := slices.Index(words, "--"); i > 0 && i+1 < len(words) && strings.Contains(words[0], "wait") {
		s.command(words[i+1:], complete, at)
		return
	}
	if strings.Contains(words[0], "/") || path.Ext(words[0]) == ".sh" {
		if s.runFile(words[0], words[1:], at) {
			return
		}
	}
	if _, ok := serverOf(words); !ok {
		return
	}
	*s.out = append(*s.out, started{words: words, at: at, dir: s.dir, env: s.exportedVars(), closed: s.given == nil && len(s.vars) == 0})
}

// wrapped skips the options of a wrapper and reads the command behind them.
func (s *shellRun) wrapped(w wrapper, args []string, complete bool, at source.Location) {
	inner := s
	i := 0
	var envFiles []string
	for ; i < len(args); i++ {
		a := args[i]
		if a == "--" || w.words[0] == "dotenv" && a == "run" {
			continue
		}
		name, value, glued := strings.Cut(a, "=")
		if !strings.HasPrefix(a, "-") {
			break
		}
		if slices.Contains(w.valued, name) {
			if !glued && i+1 < len(args) {
				i++
				value = args[i]
			}
			if name == "--env-file" || w.words[0] == "dotenv" && (name == "-f" || name == "--file") {
				envFiles = append(envFiles, value)
			}
			if w.words[0] == "uv" && name == "--directory" {
				inner = s.sub()
				inner.cd(value, true, at)
			}
		}
	}
	if w.operand {
		i++
	}
	if i >= len(args) {
		return
	}
	inner = inner.wrapperFiles(w, envFiles, at)
	if w.words[0] == "doppler" || w.words[0] == "infisical" || w.words[0] == "chamber" || w.words[0] == "op" {
		s.gap(at, w.words[0]+" sets variables from a secret store")
	}
	if w.words[0] == "uv" && path.Ext(args[i]) == ".py" {
		args, i = append([]string{"python"}, args[i:]...), 0
	}
	inner.command(args[i:], complete, at)
}

// wrapperFiles loads the env files of a wrapper into a shell of its own: dotenv
// run and pipenv run take .env and override, uv run --env-file gives way.
func (s *shellRun) wrapperFiles(w wrapper, envFiles []string, at source.Location) *shellRun {
	override := w.words[0] == "dotenv" || w.words[0] == "pipenv"
	if override && len(envFiles) == 0 {
		envFiles = []string{".env"}
	}
	if len(envFiles) == 0 {
		return s
	}
	inner := s.sub()
	for _, f := range envFiles {
		inner.loadDotenv(f, strings.Join(w.words, " "), override, at)
	}
	return inner
}

// loadDotenv reads an env file by python-dotenv's rules into the process.
func (s *shellRun) loadDotenv(ref, via string, override bool, at source.Location) {
	found := s.fs.Lookup(s.dir, ref)
	if found.State != Present {
		if via != "pipenv run" {
			s.gap(at, "the env file of "+via+": "+found.Why)
		}
		return
	}
	file, reason := readConfig(s.tree, found.Path)
	if reason != "" {
		s.gap(at, "the env file of "+via+": "+reason)
		return
	}
	list, gaps := dotenvAssignments(file, via, DotenvOptions{ProcessFirst: !override})
	*s.gaps = append(*s.gaps, gaps...)
	present := s.exportedVars()
	for _, a := range list {
		if _, has := present[a.Name]; has && !override {
			continue
		}
		s.assign(a, true)
	}
}
