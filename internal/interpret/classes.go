package interpret

import (
	"strings"

	"bearings/internal/python"
)

// Hierarchy is a Library that knows what its classes derive from.
type Hierarchy interface {
	// Derives says whether a library's class is or derives from another.
	Derives(class, base string) (truth, known bool)
}

// isInstance is isinstance(v, class or classes).
func (f *Frame) isInstance(v, class Value, o Origin) Value {
	return anyClass(v, class, "isinstance", o, f.instanceOf)
}

// isSubclass is issubclass(c, class or classes).
func (f *Frame) isSubclass(c, class Value, o Origin) Value {
	return anyClass(c, class, "issubclass", o, func(c, class Value) (bool, bool) {
		switch c.(type) {
		case *Class, *External:
			return f.subclassOf(c, class)
		}
		return false, false
	})
}

// anyClass asks a question of one class or of several: a tuple, a union.
func anyClass(v, class Value, name string, o Origin, ask func(v, class Value) (truth, known bool)) Value {
	if v == nil || class == nil {
		return nil
	}
	sure := true
	for _, c := range classesOf(class) {
		t, known := ask(v, c)
		if known && t {
			return &Bool{o, true}
		}
		sure = sure && known
	}
	if sure {
		return &Bool{o, false}
	}
	return &Op{Origin: o, Name: name, Args: []Value{v, class}}
}

func classesOf(v Value) []Value {
	switch x := v.(type) {
	case *Seq:
		var out []Value
		for _, i := range x.Items {
			out = append(out, classesOf(i)...)
		}
		return out
	case *Op:
		if x.Name == "union" {
			var out []Value
			for _, a := range x.Args {
				out = append(out, classesOf(a)...)
			}
			return out
		}
	case *None:
		return []Value{&External{Origin: x.Origin, Path: "types.NoneType"}}
	}
	return []Value{v}
}

// builtinClass names the classes that a known value of the builtin kinds belongs to; nil for others.
func builtinClass(v Value) []string {
	switch x := v.(type) {
	case *Str:
		return []string{"str", "Sequence", "Iterable", "Hashable", "Collection"}
	case *Bytes:
		return []string{"bytes", "Sequence", "Iterable", "Hashable", "Collection"}
	case *Dict:
		return []string{"dict", "Mapping", "MutableMapping", "Iterable", "Collection", "OrderedDict", "defaultdict"}
	case *Seq:
		switch x.Kind {
		case python.Tuple:
			return []string{"tuple", "Sequence", "Iterable", "Collection"}
		case python.Set:
			return []string{"set", "frozenset", "Set", "MutableSet", "Iterable", "Collection"}
		}
		return []string{"list", "Sequence", "MutableSequence", "Iterable", "Collection"}
	case *Bool:
		return []string{"bool", "int", "Hashable", "Number", "Integral"}
	case *Num:
		if x.IsFloat {
			return []string{"float", "Hashable", "Number", "Real"}
		}
		return []string{"int", "Hashable", "Number", "Integral", "Real"}
	case *None:
		return []string{"NoneType", "Hashable"}
	case *Func, *Builtin, *Partial:
		return []string{"FunctionType", "MethodType", "LambdaType", "Callable", "Hashable", "BuiltinFunctionType", "partial"}
	case *Class:
		return []string{"type", "Callable", "Hashable", "ABCMeta", "EnumMeta", "EnumType"}
	case *Module:
		return []string{"ModuleType", "Hashable"}
	}
	return nil
}

// instanceOf decides isinstance for one class.
func (f *Frame) instanceOf(v, class Value) (truth, known bool) {
	if names := builtinClass(v); names != nil {
		return builtinInstance(v, names, class)
	}
	inst, ok := v.(*Instance)
	if !ok || inst.Class == nil {
		return false, false
	}
	truth, known = f.subclassOf(inst.Class, class)
	if inst.Assumed && !truth {
		return false, false // an object of a class that derives from it
	}
	return truth, known
}

func builtinInstance(v Value, names []string, class Value) (truth, known bool) {
	switch c := class.(type) {
	case *Class:
		k, isClass := v.(*Class)
		if isClass {
			if meta := metaclass(k); meta != nil {
				return meta == c, meta == c
			}
		}
		return false, ExternalBase(c) == nil
	case *External:
		name := c.Path[strings.LastIndexByte(c.Path, '.')+1:]
		for i, n := range names {
			if n == name {
				switch v.(type) {
				case *Func, *Builtin, *Partial: // which of them it is
					return name == "Callable", name == "Callable"
				}
				exact := i == 0 || strings.HasPrefix(c.Path, "builtins.") || strings.HasPrefix(c.Path, "typing.") || strings.HasPrefix(c.Path, "collections.abc.") || strings.HasPrefix(c.Path, "numbers.")
				return exact, exact
			}
		}
		return false, knownKind(c.Path)
	}
	return false, false
}

// knownKind reports whether a library's class is surely not that of a builtin value that it does not name.
func knownKind(path string) bool {
	library, _, _ := strings.Cut(path, ".")
	switch library {
	case "builtins", "enum", "pathlib", "datetime", "decimal", "uuid", "fastapi", "starlette", "pydantic", "sqlmodel", "re", "io", "logging", "types":
		return true
	}
	return false
}

// subclassOf decides issubclass for one class.
func (f *Frame) subclassOf(c, class Value) (truth, known bool) {
	if e, ok := class.(*External); ok && e.Path == "builtins.object" {
		return true, true
	}
	known = true
	for _, m := range MRO(c) {
		if same, ok := Equal(m, class); ok && same {
			return true, true
		}
		from, isExternal := m.(*External)
		if !isExternal {
			continue
		}
		to, ok := class.(*External)
		if !ok {
			continue // a library's class does not derive from the program's
		}
		t, sure := f.derives(from.Path, to.Path)
		if sure && t {
			return true, true
		}
		known = known && sure
	}
	if k, ok := c.(*Class); ok {
		for _, m := range MRO(k) {
			if mc, ok := m.(*Class); ok && len(mc.Bases) > 0 {
				for _, b := range mc.Bases {
					switch b.(type) {
					case *Class, *External:
					default:
						known = false
					}
				}
			}
		}
	}
	return false, known
}

// derives asks the library; classes of the standard library without bases derive from nothing.
func (f *Frame) derives(from, to string) (truth, known bool) {
	switch from {
	case "builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol":
		return false, true
	}
	if h, ok := f.M.Lib.(Hierarchy); ok {
		return h.Derives(from, to)
	}
	return false, false
}
