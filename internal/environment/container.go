package environment

import (
	"path"
	"strings"

	"bearings/internal/source"
)

// container fills an environment that already has its own variables with what
// its image and its command give.
type container struct {
	env        *Environment
	image      *image // nil: the tree does not show it
	reference  string // the image reference, when image is nil
	entrypoint *commandLine
	cmd        *commandLine
	dir        *Dir
	mounts     []mount
}

// build returns the image of a specification, building each one once.
func (d *discovery) build(spec buildSpec) (*image, []Gap) {
	var key strings.Builder
	key.WriteString(string(spec.dockerfile) + "\x00" + string(spec.context) + "\x00" + spec.target)
	cached := len(spec.args) == 0
	if img, ok := d.images[key.String()]; ok && cached {
		return img, nil
	}
	img, gaps := buildImages(d.tree, spec)
	if cached && img != nil {
		d.images[key.String()] = img
	}
	return img, gaps
}

func (d *discovery) fill(c container) {
	e := c.env
	var under FileSystem = emptyFS{c.reference}
	e.Image = c.reference
	entry, cmd := c.entrypoint, c.cmd
	e.WorkDir = Dir{Why: strings.TrimSuffix("the image "+c.reference, " ") + " decides"}
	if img := c.image; img != nil {
		for i := len(img.env) - 1; i >= 0; i-- {
			e.underlay(img.env[i])
		}
		e.BuildArgs = append(e.BuildArgs, img.args...)
		e.Gaps = append(e.Gaps, img.gaps...)
		e.Described = append(e.Described, img.path)
		e.Image = img.base
		e.WorkDir = img.dir
		under = img.fs
		if entry == nil {
			entry = img.entrypoint
			if cmd == nil {
				cmd = img.cmd
			}
		}
		if cmd == nil && c.entrypoint == nil {
			cmd = img.cmd
		}
	}
	if !isPublicImage(e.Image) && e.Outside == "" {
		e.Outside = "the image " + e.Image + ", whose own variables the tree does not show"
	}
	if c.dir != nil {
		e.WorkDir = *c.dir
	}
	e.Files = under
	if len(c.mounts) > 0 {
		e.Files = &mountFS{d.tree, c.mounts, under}
	}
	d.startContainer(e, entry, cmd)
}

// startContainer finds the commands that run when the container starts.
func (d *discovery) startContainer(e *Environment, entry, cmd *commandLine) {
	words, at := []string(nil), source.Location{}
	for _, c := range []*commandLine{entry, cmd} {
		if c == nil || len(c.words) == 0 {
			continue
		}
		if c.shell {
			words = append(words, "/bin/sh", "-c", strings.Join(c.words, " "))
		} else {
			words = append(words, c.words...)
		}
		at = c.at
		if c == entry && c.shell {
			break // the shell form of ENTRYPOINT ignores CMD
		}
	}
	if len(words) == 0 {
		d.defaultServer(e)
		return
	}
	if words[0] == "/bin/sh" || words[0] == "/bin/bash" || words[0] == "/bin/ash" || words[0] == "/usr/bin/env" {
		words[0] = path.Base(words[0])
	}
	s := newShell(d, e.Files, e.WorkDir, e.Variables)
	s.command(words, true, at)
	e.Gaps = append(e.Gaps, *s.gaps...)
	for _, st := range *s.out {
		d.addCommand(e, st)
	}
}

// defaultServer is what images run that bring a server of their own:
// tiangolo/uvicorn-gunicorn-fastapi starts app.main:app or main:app under
// gunicorn with one worker for each core, unless WEB_CONCURRENCY or MAX_WORKERS says otherwise.
func (d *discovery) defaultServer(e *Environment) {
	if !strings.HasPrefix(e.Image, "tiangolo/uvicorn-gunicorn") && !strings.HasPrefix(e.Image, "tiangolo/meinheld-gunicorn") {
		return
	}
	c := Command{At: e.At, Server: "gunicorn", Workers: -1, WorkersAt: e.At, WorkDir: Dir{Path: "/app", Known: true}}
	c.AppDir = c.WorkDir
	for file, app := range map[string]string{"main.py": "main:app", "app/main.py": "app.main:app"} {
		if e.Files != nil && e.Files.Lookup(c.WorkDir, file).State == Present && len(app) > len(c.App) {
			c.App = app
		}
	}
	for _, name := range []string{"WEB_CONCURRENCY", "MAX_WORKERS"} {
		if a, _, ok := e.Lookup(name); ok && a.Known {
			c.Workers, c.WorkersAt = count(a.Value.Expose()), a.At
			break
		}
	}
	if a, _, ok := e.Lookup("APP_MODULE"); ok && a.Known {
		c.App = a.Value.Expose()
	}
	e.Commands = append(e.Commands, c)
}

// addCommand adds a start command to the environment, with the variables that
// the script and the server themselves set.
func (d *discovery) addCommand(e *Environment, st started) {
	if st.env != nil {
		e.Variables = st.env
	}
	call, ok := serverOf(st.words)
	if !ok {
		return
	}
	o := parseServer(call)
	if call.server == "gunicorn" {
		o.gunicornArgs(e)
	}
	c := o.Command
	c.At, c.WorkDir = st.at, st.dir
	if c.Workers != 0 && c.WorkersAt.IsZero() {
		c.WorkersAt = st.at
	}
	if o.chdir != "" {
		c.WorkDir = inDir(st.dir, o.chdir, st.at)
	}
	if c.Server == "gunicorn" {
		d.gunicorn(e, &c, o)
	}
	c.AppDir = c.WorkDir
	if o.appDir != "" {
		c.AppDir = inDir(c.WorkDir, o.appDir, st.at)
	}
	if o.envFile != "" && e.Files != nil {
		d.uvicornEnvFile(e, o.envFile, st)
	}
	serverVariables(e, &c)
	e.Commands = append(e.Commands, c)
}

// serverVariables applies what a server reads from its environment when the
// command line does not say it: uvicorn UVICORN_WORKERS and UVICORN_ROOT_PATH
// (0.35, main.py: auto_envvar_prefix), uvicorn and gunicorn FORWARDED_ALLOW_IPS.
// WEB_CONCURRENCY is left to Processes, since it may come from outside.
func serverVariables(e *Environment, c *Command) {
	read := func(name string) (Assignment, bool) {
		a, _, ok := e.Lookup(name)
		return a, ok && a.Known && !a.Value.IsEmpty()
	}
	if c.Server == "uvicorn" {
		if a, ok := read("UVICORN_WORKERS"); ok && c.Workers == 0 {
			c.Workers, c.WorkersAt = count(a.Value.Expose()), a.At
		}
		if a, ok := read("UVICORN_ROOT_PATH"); ok && c.RootPath == "" {
			c.RootPath = a.Value.Expose()
		}
	}
	if a, ok := read("FORWARDED_ALLOW_IPS"); ok && c.ForwardedAllowIPs == "" && (c.Server == "uvicorn" || c.Server == "gunicorn" || c.Server == "fastapi") {
		c.ForwardedAllowIPs = a.Value.Expose()
	}
}

// inDir resolves a folder that a command names.
func inDir(dir Dir, ref string, at source.Location) Dir {
	out := Dir{Path: path.Join(dir.Path, ref), Known: dir.Known, At: at, Why: dir.Why, Candidates: dir.Candidates}
	if strings.HasPrefix(ref, "/") {
		out.Path, out.Known = path.Clean(ref), true
	}
	return out
}

// uvicornEnvFile reads uvicorn --env-file: load_dotenv without override, so
// that what is set already wins (uvicorn/config.py).
func (d *discovery) uvicornEnvFile(e *Environment, ref string, st started) {
	found := e.Files.Lookup(st.dir, ref)
	if found.State != Present {
		e.gap(st.at, "the env file of uvicorn: "+found.Why)
		return
	}
	file, reason := readConfig(d.tree, found.Path)
	if reason != "" {
		e.gap(st.at, "the env file of uvicorn: "+reason)
		return
	}
	list, gaps := dotenvAssignments(file, "--env-file", DotenvOptions{ProcessFirst: true})
	e.Gaps = append(e.Gaps, gaps...)
	for i := len(list) - 1; i >= 0; i-- {
		list[i].Through = st.at
		e.underlay(list[i])
	}
}
