package interpret

import (
	"fmt"
	"strings"

	"bearings/internal/python"
	"bearings/internal/source"
)

func (f *Frame) imports(s *python.Import) {
	for _, n := range s.Names {
		at := f.At(n)
		if n.As != "" {
			f.Scope.set(n.As, f.importModule(0, n.Name, at), at)
			continue
		}
		first, _, _ := strings.Cut(n.Name, ".")
		f.importModule(0, n.Name, at)
		f.Scope.set(first, f.importModule(0, first, at), at)
	}
}

// importModule runs what an import names and returns the module.
func (f *Frame) importModule(level int, dotted string, at source.Location) Value {
	if f.depth > maxDepth*20 {
		return f.Unknown(at, "imports are nested too deeply")
	}
	imp := f.M.Program.Find(f.Module.Path, level, dotted)
	switch imp.Kind {
	case python.ModuleFile, python.Package:
		f.Module.imported(imp.Path)
		if mod := f.M.load(imp.Path, f, at); mod != nil {
			return mod
		}
		if err := f.M.Program.Problem(imp.Path); err != nil {
			return f.Unknown(at, fmt.Sprintf("%s could not be read: %v", imp.Path, err))
		}
		return f.Unknown(at, fmt.Sprintf("%s could not be read", imp.Path))
	case python.Namespace:
		return &External{Origin: Origin{At: at}, Path: namespacePrefix + string(imp.Path)}
	case python.Missing:
		f.Module.addMissing()
		return f.Unknown(at, imp.Reason)
	}
	f.optional(dotted)
	return &External{Origin: Origin{At: at}, Path: f.M.Lib.Canonical(dotted)}
}

// namespacePrefix marks a folder of the program without __init__.py. No dotted name begins with it.
const namespacePrefix = "/"

func (f *Frame) importFrom(s *python.ImportFrom) {
	at := f.At(s)
	if s.Module == "__future__" {
		return
	}
	mod := f.importModule(s.Level, s.Module, at)
	if s.Star {
		f.star(mod, at)
		return
	}
	for _, n := range s.Names {
		as := n.As
		if as == "" {
			as = n.Name
		}
		v := f.member(mod, n.Name, f.At(n))
		f.Scope.set(as, v, f.At(n))
	}
}

// member is what "from mod import name" gives.
func (f *Frame) member(mod Value, name string, at source.Location) Value {
	switch m := mod.(type) {
	case *Module:
		if m.waiting {
			return &Op{Origin: Origin{At: at}, Name: "later", Args: []Value{m}, Text: name}
		}
		if b := m.Scope.own(name); b != nil {
			return b.Value
		}
		if sub := f.submodule(m, name, at); sub != nil {
			return sub
		}
		if m.Running {
			return &Op{Origin: Origin{At: at}, Name: "later", Args: []Value{m}, Text: name}
		}
		if v := f.computedName(m, name, at); v != nil {
			return v
		}
		if g := m.Scope.own("__getattr__"); g != nil {
			return f.Unknown(at, fmt.Sprintf("%s computes its names", m.Name))
		}
		f.Module.addMissing()
		return f.Unknown(at, fmt.Sprintf("%s has no name %q", m.Name, name))
	case *External:
		if dir, ok := strings.CutPrefix(m.Path, namespacePrefix); ok {
			imp := f.M.Program.Find(joinPath(source.Path(dir), "_.py"), 1, name)
			switch imp.Kind {
			case python.ModuleFile, python.Package:
				f.Module.imported(imp.Path)
				if sub := f.M.load(imp.Path, f, at); sub != nil {
					return sub
				}
			case python.Namespace:
				return &External{Origin: Origin{At: at}, Path: namespacePrefix + string(imp.Path)}
			}
			return f.Unknown(at, fmt.Sprintf("folder %s has no module %q", dir, name))
		}
		return &External{Origin: Origin{At: at}, Path: f.M.Lib.Canonical(m.Path + "." + name)}
	case *Unknown:
		return &Unknown{Origin: Origin{At: at}, Reason: m.Reason}
	}
	return f.Unknown(at, "the module could not be resolved")
}

// computedName asks the __getattr__ of a module for a name; nil when it has none or does not say.
func (f *Frame) computedName(m *Module, name string, at source.Location) Value {
	b := m.Scope.own("__getattr__")
	if b == nil || strings.HasPrefix(name, "__") || f.depth >= maxDepth {
		return nil
	}
	fn, ok := b.Value.(*Func)
	if !ok || f.active(fn) > 3 {
		return nil
	}
	v := f.Call(&CallSite{At: at, Frame: f}, fn, &Args{Pos: []Arg{{Value: &Str{Origin{At: at}, name}, At: at}}})
	if !usable(v) {
		return nil
	}
	return v
}

// packageName is __package__: the module's own name for a package, else that of what holds it.
func (m *Module) packageName() string {
	if i := strings.LastIndexByte(m.Name, '.'); i >= 0 && !m.Package {
		return m.Name[:i]
	}
	if m.Package {
		return m.Name
	}
	return ""
}

func (f *Frame) submodule(m *Module, name string, at source.Location) Value {
	if !m.Package {
		return nil
	}
	imp := f.M.Program.Find(m.Path, 1, name)
	switch imp.Kind {
	case python.ModuleFile, python.Package:
		f.Module.imported(imp.Path)
		if sub := f.M.load(imp.Path, f, at); sub != nil {
			return sub
		}
	case python.Namespace:
		return &External{Origin: Origin{At: at}, Path: namespacePrefix + string(imp.Path)}
	}
	return nil
}

// imported notes that the module imports a file, and with it the packages that hold it.
func (m *Module) imported(path source.Path) {
	if m == nil || m.imports[path] {
		return
	}
	if m.imports == nil {
		m.imports = map[source.Path]bool{}
	}
	m.imports[path] = true
}

// star binds what "from mod import *" gives.
func (f *Frame) star(mod Value, at source.Location) {
	m, ok := mod.(*Module)
	if !ok {
		if ext, ok := mod.(*External); ok {
			for _, name := range starNames(ext.Path) {
				f.Scope.set(name, &External{Origin: Origin{At: at}, Path: f.M.Lib.Canonical(ext.Path + "." + name)}, at)
			}
		}
		return
	}
	f.need(m)
	if all := m.Scope.own("__all__"); all != nil {
		if items, known := f.items(all.Value); known {
			for _, i := range items {
				if s, ok := i.(*Str); ok {
					f.Scope.set(s.Text, f.member(m, s.Text, at), at)
				}
			}
			return
		}
	}
	for name, b := range m.Scope.vars {
		if !strings.HasPrefix(name, "_") && name != missingKey {
			f.Scope.vars[name] = &Binding{Value: b.Value, At: at, Previous: f.Scope.vars[name]}
		}
	}
}

// starNames lists what a star import of well-known libraries gives; others give nothing.
func starNames(path string) []string {
	switch path {
	case "fastapi":
		return []string{"FastAPI", "APIRouter", "Depends", "Security", "Request", "Response", "HTTPException", "Header", "Cookie", "Query", "Path", "Body", "Form", "File", "UploadFile", "status", "WebSocket", "WebSocketDisconnect", "WebSocketException", "BackgroundTasks"}
	case "fastapi.security":
		return []string{"OAuth2PasswordBearer", "OAuth2PasswordRequestForm", "OAuth2PasswordRequestFormStrict", "OAuth2AuthorizationCodeBearer", "OAuth2", "HTTPBearer", "HTTPBasic", "HTTPDigest", "HTTPBasicCredentials", "HTTPAuthorizationCredentials", "APIKeyHeader", "APIKeyQuery", "APIKeyCookie", "OpenIdConnect", "SecurityScopes"}
	case "typing":
		return []string{"Annotated", "Optional", "Union", "List", "Dict", "Any", "Callable"}
	}
	return nil
}
