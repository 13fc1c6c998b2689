package environment

import (
	"slices"
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// namedBuild is a docker build that some script, Makefile or page of the tree does.
type namedBuild struct {
	tag  string
	spec buildSpec
}

// dockerRun is a docker run of the tree.
type dockerRun struct {
	at         source.Location
	image      string
	envFiles   []string
	env        []Assignment // in order
	cmd        []string
	entrypoint string
	workdir    string
	volumes    []string
	dir        Dir // where docker run is started
}

// docker reads a docker or docker-compose command.
func (s *shellRun) docker(words []string, at source.Location) {
	if s.d == nil {
		return
	}
	args := words[1:]
	if strings.HasSuffix(words[0], "-compose") {
		s.dockerCompose(args)
		return
	}
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	if len(args) > 0 && (args[0] == "buildx" || args[0] == "container" || args[0] == "image") {
		args = args[1:]
	}
	if len(args) == 0 {
		return
	}
	switch args[0] {
	case "compose":
		s.dockerCompose(args[1:])
	case "build":
		s.dockerBuild(args[1:])
	case "run":
		s.dockerRun(args[1:], at)
	}
}

// dockerCompose notes a combination of compose files that -f names.
func (s *shellRun) dockerCompose(args []string) {
	var files []source.Path
	for i := 0; i < len(args); i++ {
		name, value, glued := strings.Cut(args[i], "=")
		if !strings.HasPrefix(name, "-") {
			break
		}
		takes := slices.Contains([]string{"-f", "--file", "-p", "--project-name", "--env-file", "--profile", "--project-directory", "--ansi", "--parallel", "--progress"}, name)
		if takes && !glued && i+1 < len(args) {
			i++
			value = args[i]
		}
		if name == "-f" || name == "--file" {
			if p, ok := s.treePath(value); ok {
				files = append(files, p)
			}
		}
	}
	for _, f := range files {
		if _, err := s.tree.File(f); err != nil {
			return
		}
	}
	if len(files) > 0 {
		s.d.namedCompositions = append(s.d.namedCompositions, files)
	}
}

// treePath resolves a path of the machine that runs the script.
func (s *shellRun) treePath(ref string) (source.Path, bool) {
	if _, local := s.fs.(treeFS); !local || strings.HasPrefix(ref, "/") || !s.dir.Known {
		return "", false
	}
	return source.Path(s.dir.Path).Join(ref)
}

func (s *shellRun) dockerBuild(args []string) {
	b := namedBuild{spec: buildSpec{args: map[string]Assignment{}}}
	file, context := "", ""
	for i := 0; i < len(args); i++ {
		name, value, glued := strings.Cut(args[i], "=")
		if !strings.HasPrefix(name, "-") {
			context = args[i]
			continue
		}
		if !glued && !slices.Contains([]string{"--no-cache", "--pull", "--push", "--load", "-q", "--quiet", "--rm", "--force-rm", "--squash"}, name) && i+1 < len(args) {
			i++
			value = args[i]
		}
		switch name {
		case "-t", "--tag":
			b.tag = value
		case "-f", "--file":
			file = value
		case "--target":
			b.spec.target = value
		}
	}
	dir, ok := s.treePath(context)
	if !ok {
		return
	}
	b.spec.context, b.spec.dockerfile = dir, joined(dir, "Dockerfile")
	if file != "" {
		if b.spec.dockerfile, ok = s.treePath(file); !ok {
			return
		}
	}
	s.d.builds = append(s.d.builds, b)
}

var dockerRunSwitches = []string{"-d", "--detach", "--rm", "-i", "-t", "-it", "-ti", "-dit", "-itd", "-dt", "-td", "-di", "--interactive", "--tty", "--init", "--privileged", "--read-only",
	"-P", "--publish-all", "--no-healthcheck", "-q", "--quiet", "--oom-kill-disable", "--sig-proxy"}

func (s *shellRun) dockerRun(args []string, at source.Location) {
	r := dockerRun{at: at, dir: s.dir}
	for i := 0; i < len(args); i++ {
		name, value, glued := strings.Cut(args[i], "=")
		if !strings.HasPrefix(name, "-") {
			r.image, r.cmd = args[i], args[i+1:]
			break
		}
		if strings.HasPrefix(args[i], "-e") && !strings.HasPrefix(args[i], "--") && len(args[i]) > 2 {
			name, value, glued = "-e", args[i][2:], true
		}
		if !glued && !slices.Contains(dockerRunSwitches, name) && i+1 < len(args) {
			i++
			value = args[i]
		}
		switch name {
		case "--env-file":
			r.envFiles = append(r.envFiles, value)
		case "-e", "--env":
			r.env = append(r.env, s.dockerEnv(value, len(args)-i, at))
		case "-v", "--volume":
			r.volumes = append(r.volumes, value)
		case "-w", "--workdir":
			r.workdir = value
		case "--entrypoint":
			r.entrypoint = value
		}
	}
	if r.image != "" {
		s.d.runs = append(s.d.runs, r)
	}
}

// dockerEnv reads the value of -e, the word that many from the end of the command.
func (s *shellRun) dockerEnv(value string, fromEnd int, at source.Location) Assignment {
	name, text, has := strings.Cut(value, "=")
	a := Assignment{Name: name, Value: secret.New(text), Raw: secret.New(text), Known: has, At: at, Via: "-e"}
	if i := len(s.doubts) - fromEnd; has && i >= 0 && i < len(s.doubts) && s.doubts[i] {
		a.Known, a.Reason = false, "the value is that of a variable of the shell"
	}
	if !has {
		a.Passed, a.Reason = true, "docker run hands on the variable of the shell that starts it"
		a.Assumes = []string{name}
	}
	return a
}
