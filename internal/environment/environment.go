// Package environment reads what the files of a project say about the sets of
// variables its processes run with: the developer's machine, compose services,
// images, manifests, continuous integration. It knows every such format, with
// its precedence, and gives each value its provenance. It knows no Python: which
// variable a program reads, and which env files the program itself loads, is
// decided by its callers.
package environment

import (
	"bearings/internal/secret"
	"bearings/internal/source"
)

// Kind says what describes an environment.
type Kind string

// The kinds of environment.
const (
	Local      Kind = "local"      // a developer's shell: its own variables are unknown
	Compose    Kind = "compose"    // one service in one combination of compose files
	Image      Kind = "image"      // one stage of a Dockerfile, run by docker run
	Kubernetes Kind = "kubernetes" // one container of a workload
	Process    Kind = "process"    // a start command outside containers: script, Procfile, Makefile, systemd unit
	CI         Kind = "ci"         // a job of continuous integration
	Test       Kind = "test"       // the project's tests
)

// Environment is one set of variables in which the program may run.
type Environment struct {
	// Name is short, unique and stable: "local", "compose:api",
	// "compose(prod):api", "image:Dockerfile", "k8s:api", "start.sh".
	Name string
	Kind Kind
	At   source.Location // the service, the FROM line, the command

	// Variables is what the process finds when it starts, by name. The first
	// assignment of a list wins; the others are shadowed by it, in order.
	Variables map[string][]Assignment
	// Outside says in words who else may set variables that the files do not
	// show, for example "the shell that runs docker compose". Empty: nobody.
	Outside string

	// Commands are the processes started in it, if the tree says so.
	Commands []Command
	// WorkDir is where the process starts. See Dir for what it means.
	WorkDir Dir
	// Files maps places in the environment's file system to the tree. Local
	// environments see the tree itself.
	Files FileSystem

	// Replicas is how many copies of the environment run at once: deploy.replicas
	// and scale of compose, spec.replicas of Kubernetes.
	Replicas Count
	// BuildArgs are the build arguments, by ARG and by build.args. They are no
	// variables of the running process; the first one of a name wins.
	BuildArgs []Assignment
	// Image is the image reference when the tree holds no Dockerfile for it, or
	// the base image of the Dockerfile. "" outside containers.
	Image string
	// Network is whose network a container shares, in compose's words: "host",
	// "service:db". "" when it has one of its own.
	Network string
	// Described lists the files that describe the environment, the main one first.
	Described []source.Path
	// UsedBy names environments that are built upon this one. An image that a
	// compose service runs is then seldom run on its own.
	UsedBy []string

	Gaps []Gap
}

// Count is a number that a file may say.
type Count struct {
	N  int // 0: not said; -1: said, but not a literal
	At source.Location
}

// Assignment is one place that gives a variable a value.
type Assignment struct {
	Name  string
	Value secret.Value
	// Known is false when the value is not in the files: interpolated from
	// outside, a reference to a secret store, a host's variable. Reason says why.
	Known  bool
	Reason string
	At     source.Location // the text to underline: the value, or the whole entry
	// Via names the mechanism in the format's own words: "environment",
	// "env_file", "ENV", "--env-file", "export", "configMapKeyRef", …
	Via string
	// Through is what makes the environment read the file of At: the env_file of
	// compose, --env-file, the line that sources it, the -c of gunicorn. Zero when At itself sets the variable.
	Through source.Location
	// Passed: the variable is handed on from outside under its own name, and is
	// missing, not empty, when it is not set there. Known is then false.
	Passed bool
	// Assumes names variables outside the files, of the shell that runs docker
	// compose for example, that would change Value if they were set there.
	Assumes []string
	// Unset names variables that the text refers to, that no file gives, and
	// that became nothing in Value. In an env file such a name may be a piece of
	// a secret that holds a $: messages speak of the place, AlteredAt, not of the name.
	Unset []string
	// Required: the start is refused when the value would be missing or empty
	// (${X:?}, ${X:?text}); an unknown value is then at least not empty.
	Required bool
	// From is where an interpolated value really comes from, for example the
	// line of the .env beside a compose file. Zero when the text stands at At.
	From source.Location
	// Altered says what this reader did to the text that another reader would
	// not: "compose expanded $Zq8 to nothing", "kept the quotes". Empty: nothing.
	Altered string
	// AlteredAt is the part that Altered speaks of: the $NAME, the quotes, the
	// comment. Its text may be a piece of a secret. Zero when Altered is empty.
	AlteredAt source.Location
	// Raw is the text as it stands in the file, before this reader's own
	// quoting, comment and interpolation rules.
	Raw secret.Value
}

// Command is one start command.
type Command struct {
	At                                  source.Location
	Server                              string // "uvicorn", "gunicorn", "hypercorn", "fastapi", "python", "" when unknown
	App                                 string // "app.main:app", or the file of a script; "" when not given
	Factory                             bool   // --factory, or a call in the application's name
	AppDir                              Dir    // --app-dir, --chdir, or WorkDir
	WorkDir                             Dir    // after every cd of the script
	Workers                             int    // 0: not said; -1: said, but not a literal
	WorkersAt                           source.Location
	Preload                             bool // gunicorn --preload: the application is imported once, before the workers fork
	Reload                              bool
	RootPath, ForwardedAllowIPs, Scheme string
	// Config is a configuration file of the server in the tree (gunicorn.conf.py). "" when none.
	Config source.Path
	// Args are the arguments of the server, without the values that -e and
	// password options give. Those of a Python script may still hold secrets.
	Args []string
}

// Dir is a folder in an environment's file system. When Known is false, At and
// Why say what it depends on, and Candidates lists folders of the tree worth trying, likeliest first.
type Dir struct {
	Path       string // as the environment names it: "/code/app"; for local ones relative to the root: "backend"
	Known      bool
	At         source.Location // the WORKDIR, working_dir or cd that decides
	Why        string
	Candidates []source.Path
}

// Gap is something that could not be resolved.
type Gap struct {
	At     source.Location
	Reason string
}
