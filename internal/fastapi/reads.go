package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// EnvRead is one place where the program takes a value from outside: a read of
// an environment variable, a settings field.
type EnvRead struct {
	At        source.Location // the read, or the field
	NameAt    source.Location // the literal that names the variable; the field's name for settings
	Names     []string        // variables that may give the value, the first that is set wins
	Loader    string          // "os.environ", "os.getenv", "pydantic-settings", "starlette-config", "decouple", …
	Default   interpret.Value // nil when there is none
	DefaultAt source.Location
	Required  bool
	Fold      bool             // names are compared without case
	Class     *interpret.Class // the settings class
	Field     string
	Config    *SettingsConfig
	Seq       int // when the read happens, against EnvLoad.Seq
	Module    source.Path
	Random    bool
	// Cast is what the read makes of the text: "int", "bool", "str", "SecretStr", …; "" for nothing.
	Cast string
	// NoProcess: the process's environment is not looked at.
	NoProcess bool
	// Files are configuration files that the loader looks into besides, in order.
	Files []FileRef
	// FindUp: .env or settings.ini is looked for in the folders above the module (decouple's AutoConfig).
	FindUp bool
	// Opened: the loader opens its file at once, and raises where it is not there.
	Opened bool
	// Whole: the value is the whole text of the file.
	Whole bool
	// Ignored is a name that is given and not taken: env= of a Field in pydantic 2.
	Ignored   string
	IgnoredAt source.Location
	// Sections: which section of configuration files counts is decided by a variable.
	Sections *Sections
	// Outer is the variable that may give the whole model, as JSON, of which this is a field.
	Outer string
}

// FileRef is a file that a program names.
type FileRef struct {
	Path string
	At   source.Location
}

// EnvLoad is a call that puts an env file into the process's environment.
type EnvLoad struct {
	At        source.Location
	Path      string // as given; "" for the loader's own search
	PathKnown bool
	FromRoot  bool // Path is a path of the tree
	Override  bool
	Seq       int
	Module    source.Path
	Loader    string // "load_dotenv", "env.read_env", …
}

type envLoad = EnvLoad

// SettingsConfig is what a settings class says of its sources, by pydantic-settings 2 (model_config) or pydantic 1 (class Config).
type SettingsConfig struct {
	EnvFiles        []Text // in order; a later file wins
	EnvFilesKnown   bool
	EnvPrefix       string
	PrefixAt        source.Location
	CaseSensitive   bool
	CaseAt          source.Location
	NestedDelimiter string
	Extra           string // "forbid" (the default of pydantic-settings 2), "ignore", "allow"
	ExtraAt         source.Location
	At              source.Location
	IgnoreEmpty     bool
	SecretsDir      string
	CustomSources   bool
	Version1        bool // pydantic 1's BaseSettings
}

type readKey struct {
	at   source.Location
	name string
}

// read returns the symbol of a read, the same for the same place and name.
func (l *linker) read(r *EnvRead) interpret.Value {
	k := readKey{r.At, strings.Join(r.Names, ",")}
	if have, ok := l.reads[k]; ok {
		return &interpret.Symbol{Origin: interpret.Origin{At: r.At}, Data: have}
	}
	r.Seq = l.machine.Seq()
	l.reads[k] = r
	l.readOrder = append(l.readOrder, r)
	return &interpret.Symbol{Origin: interpret.Origin{At: r.At}, Data: r}
}

// envCall is a call of a loader that is a plain function of a library.
func (l *linker) envCall(f *interpret.Frame, site *interpret.CallSite, callee *interpret.External, args *interpret.Args) (interpret.Value, bool) {
	switch callee.Path {
	case "os.getenv", "os.environ.setdefault", "os.environ.pop":
		return l.getenv(f, site, "os.getenv", args, 1, "default"), true
	case "os.environ.__getitem__":
		return l.getenv(f, site, "os.environ", args, -1, ""), true
	case "dotenv.load_dotenv", "dotenv.main.load_dotenv":
		l.loadDotenv(f, site, args)
		return &interpret.Bool{Origin: interpret.Origin{At: site.At}, Value: true}, true
	case "dotenv.dotenv_values", "dotenv.main.dotenv_values":
		return l.dotenvValues(site, callee, args), true
	case "dotenv.find_dotenv":
		return &interpret.Op{Origin: interpret.Origin{At: site.At}, Name: "find_dotenv"}, true
	}
	return l.random(site, callee.Path, args)
}

// getenv is os.getenv(name, default) and its like.
func (l *linker) getenv(f *interpret.Frame, site *interpret.CallSite, loader string, args *interpret.Args, defaultAt int, defaultName string) interpret.Value {
	name, _ := args.Get(0, "key")
	text, ok := l.constant(orNone(name.Value))
	if !ok || text == "None" {
		return f.Unknown(site.At, "the name of the variable is computed")
	}
	r := &EnvRead{At: site.At, NameAt: name.At, Names: []string{text}, Loader: loader, Module: site.At.Path}
	if defaultAt >= 0 {
		if d, given := args.Get(defaultAt, defaultName); given {
			r.Default, r.DefaultAt = d.Value, d.At
		} else {
			r.Default = &interpret.None{Origin: interpret.Origin{At: site.At}}
		}
	} else {
		r.Required = true
	}
	return l.read(r)
}

func (l *linker) loadDotenv(f *interpret.Frame, site *interpret.CallSite, args *interpret.Args) {
	e := &EnvLoad{At: site.At, PathKnown: true, Seq: l.machine.Seq(), Module: f.Module.Path, Loader: "load_dotenv"}
	if v := args.Value(0, "dotenv_path"); v != nil {
		text, ok := l.constant(v)
		switch op, isOp := v.(*interpret.Op); {
		case ok && text != "None":
			e.Path = text
			if p, in := interpret.InRoot(text); in {
				e.Path, e.FromRoot = string(p), true
			}
		case isOp && op.Name == "find_dotenv":
		case !ok:
			e.PathKnown = false
		}
	}
	if v := args.Value(2, "override"); v != nil {
		e.Override, _ = interpret.Truth(v)
	}
	l.loads = append(l.loads, e)
}

// dotenvValues is dotenv_values(path) of python-dotenv 1.x: what a file gives, without the process's environment.
func (l *linker) dotenvValues(site *interpret.CallSite, callee *interpret.External, args *interpret.Args) interpret.Value {
	st := &loaderState{known: true}
	if op, ok := args.Value(0, "dotenv_path").(*interpret.Op); !ok || op.Name != "find_dotenv" {
		l.loaderFile(st, args, 0, "dotenv_path")
	}
	return &interpret.Instance{Origin: interpret.Origin{At: site.At}, Class: callee, Attrs: map[string]interpret.Value{}, Args: args, Site: site, State: st}
}

// random makes values that differ each time the program starts.
func (l *linker) random(site *interpret.CallSite, path string, args *interpret.Args) (interpret.Value, bool) {
	switch path {
	case "secrets.token_hex", "secrets.token_urlsafe", "secrets.token_bytes", "os.urandom", "uuid.uuid4", "uuid.uuid1", "secrets.randbelow", "secrets.choice",
		"random.randbytes", "secrets.SystemRandom", "cryptography.fernet.Fernet.generate_key", "nacl.utils.random":
		return &interpret.Symbol{Origin: interpret.Origin{At: site.At}, Data: &RandomValue{Function: path}}, true
	}
	return nil, false
}

// RandomValue is the Data of a symbol that differs at every evaluation.
type RandomValue struct{ Function string }

// envMethod is a method or an item access of a loader's object.
func (l *linker) envMethod(f *interpret.Frame, site *interpret.CallSite, recv *interpret.Instance, name string, args *interpret.Args) (interpret.Value, bool) {
	path := externalPath(recv.Class)
	if path == "os.environ" {
		switch name {
		case "__getitem__":
			return l.getenv(f, site, "os.environ", args, -1, ""), true
		case "get":
			return l.getenv(f, site, "os.getenv", args, 1, "default"), true
		}
		return nil, false
	}
	return l.loaderMethod(f, site, recv, path, name, args)
}

// environItem is an assignment to an item of os.environ.
func (l *linker) environItem(f *interpret.Frame, container, key, v interpret.Value, at source.Location) {
	if externalPath(container) != "os.environ" {
		return
	}
	if name, ok := l.constant(key); ok {
		l.environSets = append(l.environSets, EnvironSet{Name: name, At: at, Value: v, Seq: l.machine.Seq()})
	}
}

// EnvironSet is an assignment os.environ[name] = value in the program.
type EnvironSet struct {
	Name  string
	At    source.Location
	Value interpret.Value
	Seq   int
}

// symbolDefault gives the value of a symbol where the program runs by default.
func (l *linker) symbolDefault(s *interpret.Symbol) interpret.Value {
	r, ok := s.Data.(*EnvRead)
	if !ok {
		return nil
	}
	if v, ok := l.localValue(r); ok {
		return v
	}
	if r.Default == nil {
		return nil
	}
	return l.reduce(r.Default, 1)
}

// Decide implements interpret.Library.
func (l *linker) Decide(v interpret.Value) (truth, known bool) {
	switch v.(type) {
	case *interpret.Symbol, *interpret.Op, *interpret.Choice:
		if l.trace() != nil {
			return false, false // at request time both sides count
		}
		return l.truthOf(v, 0)
	}
	return false, false
}
