package environment

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// serverOf recognises a start command by its words and returns the server and
// its arguments: uvicorn, gunicorn, hypercorn, fastapi, granian, daphne, or
// python with a file or module.
func serverOf(words []string) (rest serverCall, ok bool) {
	if len(words) == 0 {
		return rest, false
	}
	name := path.Base(words[0])
	if isServer(name) {
		return serverCall{server: name, args: words[1:]}, true
	}
	if !isPython(name) {
		return rest, false
	}
	for i := 1; i < len(words); i++ {
		a := words[i]
		switch {
		case a == "-m" && i+1 < len(words):
			module := words[i+1]
			if isServer(module) {
				return serverCall{server: module, args: words[i+2:]}, true
			}
			if slices.Contains([]string{"pip", "pytest", "venv", "compileall", "build", "alembic", "unittest", "http.server", "black", "mypy"}, module) {
				return rest, false
			}
			return serverCall{server: "python", module: module, args: words[i+2:]}, true
		case a == "-c" || a == "-":
			return rest, false
		case a == "-W" || a == "-X":
			i++
		case strings.HasPrefix(a, "-"):
		case strings.HasSuffix(a, ".py"):
			return serverCall{server: "python", module: a, args: words[i+1:]}, true
		default:
			return rest, false
		}
	}
	return rest, false
}

type serverCall struct {
	server string
	module string // of python: a file, or a module given by -m
	args   []string
}

func isServer(name string) bool {
	return slices.Contains([]string{"uvicorn", "gunicorn", "hypercorn", "fastapi", "granian", "daphne"}, name)
}

func isPython(name string) bool {
	return name == "python" || strings.HasPrefix(name, "python3") || name == "python2" || name == "pypy3" || name == "py"
}

// switches are the options without a value, by server: uvicorn 0.35, gunicorn
// 23, hypercorn 0.17, fastapi-cli 0.0.8, granian 2, daphne 4. Every other option takes one.
var switches = map[string][]string{
	"uvicorn": {"--reload", "--factory", "--proxy-headers", "--no-proxy-headers", "--server-header", "--no-server-header", "--date-header",
		"--no-date-header", "--use-colors", "--no-use-colors", "--access-log", "--no-access-log", "--version", "--help"},
	"gunicorn": {"--preload", "--reload", "--daemon", "-D", "--check-config", "--print-config", "--spew", "--sendfile", "--no-sendfile", "--capture-output",
		"--enable-stdio-inheritance", "-R", "--proxy-protocol", "--initgroups", "--reuse-port", "--disable-redirect-access-to-syslog", "--log-syslog",
		"--suppress-ragged-eofs", "--do-handshake-on-connect", "--strip-header-spaces", "--permit-obsolete-folding", "--no-control-socket", "-v", "--version", "-h", "--help"},
	"hypercorn": {"--reload", "--debug", "--insecure-quick-bind", "-h", "--help"},
	"fastapi":   {"--reload", "--no-reload", "--proxy-headers", "--no-proxy-headers", "--verbose"},
	"granian": {"--reload", "--no-reload", "--factory", "--no-factory", "--access-log", "--no-access-log", "--log", "--no-log", "--ws", "--no-ws",
		"--respawn-failed-workers", "--no-respawn-failed-workers"},
	"daphne": {"--proxy-headers", "--insecure"},
}

// option is one option of a command line; positional ones have no name.
type option struct {
	name, value string
	word        int // the index of the word that names it
}

func options(server string, args []string) []option {
	var out []option
	for i := 0; i < len(args); i++ {
		a := args[i]
		at := i
		if a == "--" {
			continue
		}
		if !strings.HasPrefix(a, "-") || a == "-" {
			out = append(out, option{value: a, word: i})
			continue
		}
		name, value, glued := strings.Cut(a, "=")
		if !strings.HasPrefix(a, "--") && len(a) > 2 { // -w4
			name, value, glued = a[:2], strings.TrimPrefix(a[2:], "="), true
		}
		if !glued && !slices.Contains(switches[server], name) && i+1 < len(args) {
			i++
			value = args[i]
		}
		out = append(out, option{name, value, at})
	}
	return out
}

// count reads a number of workers: -1 when it is no literal.
func count(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// serverOptions are the options of a start command that this package acts upon.
type serverOptions struct {
	Command
	envFile string   // uvicorn --env-file
	env     []string // gunicorn -e
	chdir   string
	appDir  string
	config  string
}

// parseServer reads the options of a recognised start command.
func parseServer(call serverCall) serverOptions {
	o := serverOptions{Command: Command{Server: call.server, Args: call.args}}
	args := call.args
	if call.server == "python" {
		o.App = call.module
		return o
	}
	if call.server == "fastapi" && len(args) > 0 {
		o.Reload = args[0] == "dev"
		args = args[1:]
	}
	for _, opt := range options(call.server, args) {
		o.option(opt)
	}
	o.Args = withoutValues(o.Args)
	if app, _, called := strings.Cut(o.App, "("); called {
		o.App, o.Factory = app, true
	}
	return o
}

// withoutValues blanks the values of NAME=value arguments (gunicorn -e) and of
// passwords, which may be secrets and must not be shown with the command.
func withoutValues(args []string) []string {
	out := slices.Clone(args)
	for i, a := range out {
		if i > 0 && strings.HasSuffix(out[i-1], "-password") {
			out[i] = "…"
			continue
		}
		if name, _, ok := strings.Cut(a, "="); ok && strings.HasSuffix(name, "-password") {
			out[i] = name + "=…"
			continue
		}
		glued := strings.HasPrefix(a, "--env=") || strings.HasPrefix(a, "-e") && !strings.HasPrefix(a, "--") && len(a) > 2
		if !glued && (i == 0 || out[i-1] != "-e" && out[i-1] != "--env") {
			continue
		}
		head, pair := "", a
		if glued {
			head, pair = a[:2], a[2:]
			if strings.HasPrefix(a, "--env=") {
				head, pair = "--env=", a[len("--env="):]
			}
		}
		if name, _, ok := strings.Cut(pair, "="); ok {
			out[i] = head + name + "=…"
		}
	}
	return out
}

func (o *serverOptions) option(opt option) {
	switch opt.name {
	case "":
		if o.App == "" {
			o.App = opt.value
		}
	case "--workers", "-w":
		o.Workers = count(opt.value)
	case "--factory":
		o.Factory = true
	case "--reload":
		o.Reload = true
	case "--preload":
		o.Preload = true
	case "--root-path":
		o.RootPath = opt.value
	case "--forwarded-allow-ips":
		o.ForwardedAllowIPs = opt.value
	case "--ssl-keyfile", "--ssl-certfile", "--keyfile", "--certfile":
		o.Scheme = "https"
	case "--app-dir":
		o.appDir = opt.value
	case "--chdir":
		o.chdir = opt.value
	case "--pythonpath":
		o.appDir = opt.value
	case "--env-file":
		o.envFile = opt.value
	case "-e", "--env":
		if o.Server == "gunicorn" {
			o.env = append(o.env, opt.value)
		}
	case "-c", "--config":
		o.config = opt.value
	case "--app":
		if o.Server == "fastapi" && o.App != "" {
			o.App += ":" + opt.value
		}
	}
}
