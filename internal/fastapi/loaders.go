package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// loaderState is the State of an object of a configuration library.
type loaderState struct {
	files    []FileRef
	prefix   string
	known    bool // the files are known
	dynaconf *dynaconf
	opened   bool // its file is opened when the object is made
}

// initLoader is the construction of a configuration object.
func (l *linker) initLoader(site *interpret.CallSite, path string, self *interpret.Instance, args *interpret.Args) {
	l.signer(path, args)
	switch path {
	case "starlette.config.Config": // Config(env_file=None, environ=os.environ, env_prefix="")
		st := &loaderState{known: true}
		l.loaderFile(st, args, 0, "env_file")
		st.prefix, _ = l.constant(orNone(args.Value(2, "env_prefix")))
		if st.prefix == "None" {
			st.prefix = ""
		}
		self.State = st
	case "decouple.Config":
		st := &loaderState{known: true}
		if inst, ok := args.Value(0, "repository").(*interpret.Instance); ok && inst.Args != nil {
			l.loaderFile(st, inst.Args, 0, "source")
			st.opened = externalPath(inst.Class) == "decouple.RepositoryEnv" || externalPath(inst.Class) == "decouple.RepositoryIni" // decouple 3
		}
		self.State = st
	case "decouple.AutoConfig", "environs.Env", "environs.env", "environs.FileAwareEnv":
		self.State = &loaderState{known: true}
	case "dynaconf.Dynaconf", "dynaconf.LazySettings":
		self.State = &loaderState{known: true, dynaconf: l.newDynaconf(args)}
	}
}

func (l *linker) loaderFile(st *loaderState, args *interpret.Args, position int, name string) {
	a, ok := args.Get(position, name)
	if !ok {
		return
	}
	text, known := l.constant(a.Value)
	switch {
	case known && text != "None":
		st.files = append(st.files, FileRef{Path: text, At: a.At})
	case !known:
		st.known = false
	}
}

// loaderMethod is a method of an object of a configuration library: starlette's
// Config, decouple, environs.
func (l *linker) loaderMethod(f *interpret.Frame, site *interpret.CallSite, recv *interpret.Instance, path, name string, args *interpret.Args) (interpret.Value, bool) {
	if path == "builtins.open" {
		return l.fileMethod(f, site, recv, name)
	}
	st, ok := recv.State.(*loaderState)
	if !ok {
		return nil, false
	}
	switch {
	case path == "starlette.config.Config" && (name == "__call__" || name == "get"):
		return l.named(f, site, "starlette-config", st, args, 2, "default"), true
	case strings.HasPrefix(path, "decouple.") && (name == "__call__" || name == "get"):
		return l.named(f, site, "decouple", st, args, 1, "default"), true
	case path == "dotenv.dotenv_values" || path == "dotenv.main.dotenv_values":
		return l.dotenvItem(f, site, st, name, args)
	case strings.HasPrefix(path, "environs."):
		return l.environs(f, site, st, recv, name, args)
	case st.dynaconf != nil && (name == "get" || name == "__getitem__" || name == "__call__"):
		if key, known := l.constant(orNone(args.Value(0, "key"))); known {
			return l.dynaconfRead(f, st.dynaconf, key, site.At, args.Value(1, "default")), true
		}
	}
	return nil, false
}

// named is config("NAME", …): the process's environment, then the loader's file, then the default.
func (l *linker) named(f *interpret.Frame, site *interpret.CallSite, loader string, st *loaderState, args *interpret.Args, defaultAt int, defaultName string) interpret.Value {
	name, _ := args.Get(0, "key")
	text, ok := l.constant(orNone(name.Value))
	if !ok || text == "None" {
		return f.Unknown(site.At, "the name of the variable is computed")
	}
	r := &EnvRead{At: site.At, NameAt: name.At, Names: []string{st.prefix + text}, Loader: loader, Module: site.At.Path, Required: true, Files: st.files, FindUp: loader == "decouple" && len(st.files) == 0, Opened: st.opened}
	if d, given := args.Get(defaultAt, defaultName); given && !strings.HasSuffix(externalPath(d.Value), ".undefined") {
		r.Default, r.DefaultAt, r.Required = d.Value, d.At, false
	}
	if c, given := args.Get(-1, "cast"); given {
		r.Cast = castName(c.Value)
	}
	return l.read(r)
}

// dotenvItem is an item of what dotenv_values gave.
func (l *linker) dotenvItem(f *interpret.Frame, site *interpret.CallSite, st *loaderState, name string, args *interpret.Args) (interpret.Value, bool) {
	if (name != "__getitem__" && name != "get") || !st.known {
		return nil, false
	}
	v := l.named(f, site, "dotenv_values", st, args, 1, "default")
	if s, ok := v.(*interpret.Symbol); ok {
		r := s.Data.(*EnvRead)
		r.NoProcess, r.FindUp = true, len(st.files) == 0
		if name == "get" && r.Default == nil {
			r.Default, r.Required = &interpret.None{Origin: interpret.Origin{At: site.At}}, false
		}
	}
	return v, true
}

func castName(v interpret.Value) string {
	path := externalPath(v)
	return path[strings.LastIndexByte(path, '.')+1:]
}

// environs is a method of environs.Env (environs 9 to 14).
func (l *linker) environs(f *interpret.Frame, site *interpret.CallSite, st *loaderState, recv *interpret.Instance, name string, args *interpret.Args) (interpret.Value, bool) {
	switch name {
	case "read_env":
		e := &EnvLoad{At: site.At, PathKnown: true, Seq: l.machine.Seq(), Module: f.Module.Path, Loader: "read_env"}
		if v := args.Value(0, "path"); v != nil {
			if text, ok := l.constant(v); ok && text != "None" {
				e.Path = text
				if p, in := interpret.InRoot(text); in {
					e.Path, e.FromRoot = string(p), true
				}
			} else {
				e.PathKnown = ok
			}
		}
		if v := args.Value(-1, "override"); v != nil {
			e.Override, _ = interpret.Truth(v)
		}
		l.loads = append(l.loads, e)
		return &interpret.None{Origin: interpret.Origin{At: site.At}}, true
	case "prefixed":
		text, _ := l.constant(orNone(args.Value(0, "prefix")))
		prefixed := *recv
		inner := *st
		inner.prefix += text
		prefixed.State = &inner
		return &prefixed, true
	case "__call__", "str", "int", "bool", "float", "list", "url", "json", "path", "timedelta", "decimal", "uuid", "enum", "dict":
		v := l.named(f, site, "environs", st, args, 1, "default")
		if s, ok := v.(*interpret.Symbol); ok && name != "__call__" {
			s.Data.(*EnvRead).Cast = name
		}
		return v, true
	}
	return nil, false
}

// loaderAttr is an attribute of such an object.
func (l *linker) loaderAttr(f *interpret.Frame, recv *interpret.Instance, name string, at source.Location) (interpret.Value, bool) {
	st, ok := recv.State.(*loaderState)
	if !ok || st.dynaconf == nil || strings.HasPrefix(name, "_") || name == "get" {
		return nil, false
	}
	return l.dynaconfRead(f, st.dynaconf, name, at, nil), true
}

// loaderCall is a call of a loader that is a plain function.
func (l *linker) loaderCall(f *interpret.Frame, site *interpret.CallSite, path string, args *interpret.Args) (interpret.Value, bool) {
	switch path {
	case "decouple.config":
		return l.named(f, site, "decouple", &loaderState{known: true}, args, 1, "default"), true
	case "environs.env": // the ready-made object of environs 11
		return l.named(f, site, "environs", &loaderState{known: true}, args, 1, "default"), true
	case "tomllib.load", "tomllib.loads", "tomli.load", "tomli.loads", "toml.load", "toml.loads", "json.load", "json.loads", "yaml.safe_load":
		return l.parsedFile(site, path, args.Value(0, ""))
	}
	return nil, false
}
