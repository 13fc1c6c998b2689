package environment

import (
	"regexp"
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"

	"github.com/mattn/go-shellwords"
)

// gunicorn adds what gunicorn itself reads: its configuration file (-c, or
// gunicorn.conf.py in the working directory), --env and raw_env. Gunicorn puts
// these into os.environ before it loads the application, over what is there
// (gunicorn 23, app/base.py and config.py).
func (d *discovery) gunicorn(e *Environment, c *Command, o serverOptions) {
	ref := strings.TrimPrefix(o.config, "file:")
	named := ref != ""
	if !named {
		ref = "./gunicorn.conf.py"
	}
	if e.Files != nil && !strings.HasPrefix(ref, "python:") {
		if found := e.Files.Lookup(c.WorkDir, ref); found.State == Present {
			if file, reason := readConfig(d.tree, found.Path); reason == "" {
				c.Config = found.Path
				d.gunicornConfig(e, c, o, file)
			}
		} else if named {
			e.gap(c.At, "the configuration file of gunicorn: "+found.Why)
		}
	}
	for _, pair := range o.env {
		if name, value, ok := strings.Cut(pair, "="); ok {
			e.set(Assignment{Name: name, Value: secret.New(value), Raw: secret.New(value), Known: true, At: c.At, Via: "gunicorn --env"})
		}
	}
}

// gunicornArgs applies GUNICORN_CMD_ARGS, which gives way to the command line.
func (o *serverOptions) gunicornArgs(e *Environment) {
	a, _, ok := e.Lookup("GUNICORN_CMD_ARGS")
	if !ok || !a.Known {
		return
	}
	words, err := shellwords.Parse(a.Value.Expose())
	if err != nil {
		return
	}
	more := parseServer(serverCall{server: "gunicorn", args: words})
	if o.Workers == 0 && more.Workers != 0 {
		o.Workers, o.WorkersAt = more.Workers, a.At
	}
	o.Preload = o.Preload || more.Preload
	o.env = append(more.env, o.env...)
	for _, p := range []struct{ own, other *string }{{&o.chdir, &more.chdir}, {&o.config, &more.config}, {&o.appDir, &more.appDir}, {&o.ForwardedAllowIPs, &more.ForwardedAllowIPs}} {
		if *p.own == "" {
			*p.own = *p.other
		}
	}
}

// Gunicorn's configuration is Python; only settings that are plain literals at
// the start of a line are read here.
var (
	gunicornSetting = regexp.MustCompile(`(?m)^(workers|preload_app|chdir|raw_env|forwarded_allow_ips)[ \t]*(?::[^=\n]*)?=[ \t]*`)
	gunicornPair    = regexp.MustCompile(`"([A-Za-z_]\w*)=((?:[^"\\\n]|\\.)*)"|'([A-Za-z_]\w*)=((?:[^'\\\n]|\\.)*)'`)
	gunicornNumber  = regexp.MustCompile(`^\d+\s*(?:#.*)?$`)
)

func (d *discovery) gunicornConfig(e *Environment, c *Command, o serverOptions, file *source.File) {
	text := string(file.Text)
	for _, m := range gunicornSetting.FindAllStringSubmatchIndex(text, 200) {
		line, _, _ := strings.Cut(text[m[1]:], "\n")
		line = strings.TrimSpace(line)
		at := source.Location{Path: file.Path, Span: source.Span{Start: m[0], End: m[1] + len(line)}}
		literal := strings.Trim(strings.TrimSpace(strings.SplitN(line, "#", 2)[0]), `"'`)
		switch name := text[m[2]:m[3]]; {
		case name == "workers" && c.Workers == 0:
			c.Workers, c.WorkersAt = -1, at
			if gunicornNumber.MatchString(line) {
				c.Workers = count(literal)
			}
		case name == "preload_app":
			c.Preload = c.Preload || literal == "True"
		case name == "forwarded_allow_ips" && c.ForwardedAllowIPs == "":
			c.ForwardedAllowIPs = literal
		case name == "chdir" && o.chdir == "":
			c.WorkDir = inDir(c.WorkDir, literal, at)
		case name == "raw_env":
			d.gunicornRawEnv(e, c, file, m[1])
		}
	}
}

// gunicornRawEnv reads the list of "NAME=value" texts that begins at an offset.
func (d *discovery) gunicornRawEnv(e *Environment, c *Command, file *source.File, start int) {
	text := string(file.Text[start:])
	end := strings.IndexByte(text, ']')
	if end < 0 || !strings.HasPrefix(text, "[") {
		e.gap(source.Location{Path: file.Path, Span: source.Span{Start: start, End: start}}, "raw_env of gunicorn is computed")
		return
	}
	for _, m := range gunicornPair.FindAllStringSubmatchIndex(text[:end], 1000) {
		name, value := m[2:4], m[4:6]
		if name[0] < 0 {
			name, value = m[6:8], m[8:10]
		}
		v := secret.New(text[value[0]:value[1]])
		computed := start > 0 && strings.HasSuffix(text[:m[0]], "f")
		e.set(Assignment{Name: text[name[0]:name[1]], Value: v, Raw: v, Known: !computed, Reason: "an f-string computes the value",
			At:  source.Location{Path: file.Path, Span: source.Span{Start: start + m[0], End: start + m[1]}},
			Via: "raw_env", Through: c.At})
	}
}
