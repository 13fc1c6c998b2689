package interpret

import (
	"path"
	"slices"
	"strings"

	"bearings/internal/python"
	"bearings/internal/source"
)

// introspect is a call into inspect, pkgutil, importlib and the like; nil when
// the function is none of them or its result is not known.
func (f *Frame) introspect(site *CallSite, name string, args *Args) Value {
	o := Origin{At: site.At}
	first := args.Value(0, "")
	switch name {
	case "inspect.getmembers":
		return f.members(site, args)
	case "inspect.isclass", "inspect.isfunction", "inspect.ismethod", "inspect.ismodule", "inspect.iscoroutinefunction", "asyncio.iscoroutinefunction",
		"inspect.isasyncgenfunction", "inspect.isgeneratorfunction", "inspect.isabstract":
		return kindOf(name[strings.IndexByte(name, '.')+1:], first, o)
	case "inspect.getmodule":
		if m := moduleOf(first); m != nil {
			return m
		}
	case "inspect.unwrap":
		if first != nil {
			return Unwrap(first)
		}
	case "pkgutil.iter_modules", "pkgutil.walk_packages":
		return f.iterModules(name == "pkgutil.walk_packages", args, o)
	case "os.listdir", "glob.glob", "os.scandir":
		return f.listed(name, args, o)
	case "os.path.basename", "os.path.splitext":
		if s, ok := first.(*Str); ok {
			base, ext := s.Text, path.Ext(s.Text)
			if name == "os.path.basename" {
				return &Str{o, base[strings.LastIndexByte(base, '/')+1:]}
			}
			return &Seq{Origin: o, Kind: python.Tuple, Items: []Value{&Str{o, strings.TrimSuffix(base, ext)}, &Str{o, ext}}}
		}
	}
	return nil
}

// kindOf decides inspect.isclass(v) and its like; nil when it cannot.
func kindOf(question string, v Value, o Origin) Value {
	fn, isFunc := v.(*Func)
	_, isClass := v.(*Class)
	_, isModule := v.(*Module)
	if fn == nil && !isClass && !isModule && builtinClass(v) == nil {
		if _, inst := v.(*Instance); !inst {
			return nil
		}
	}
	answer := false
	switch question {
	case "isclass":
		answer = isClass
	case "ismodule":
		answer = isModule
	case "isfunction":
		answer = isFunc && fn.Self == nil
	case "ismethod":
		answer = isFunc && fn.Self != nil
	case "iscoroutinefunction":
		answer = isFunc && fn.Def != nil && fn.Def.Async && !fn.Def.Generator()
	case "isasyncgenfunction":
		answer = isFunc && fn.Def != nil && fn.Def.Async && fn.Def.Generator()
	case "isgeneratorfunction":
		answer = isFunc && fn.Def != nil && !fn.Def.Async && fn.Def.Generator()
	default:
		return nil
	}
	return &Bool{o, answer}
}

// iterModules is pkgutil.iter_modules(paths, prefix): the modules in folders of
// the program, sorted by name (Python 3.11).
func (f *Frame) iterModules(deep bool, args *Args, o Origin) Value {
	paths, known := f.items(orNil(args.Value(0, "path")))
	if !known || len(paths) == 0 {
		return nil
	}
	prefix := ""
	if p, ok := args.Value(1, "prefix").(*Str); ok {
		prefix = p.Text
	} else if args.Value(1, "prefix") != nil {
		return nil
	}
	out := &Seq{Origin: o}
	for _, p := range paths {
		s, ok := p.(*Str)
		if !ok {
			return nil
		}
		dir, in := InRoot(s.Text)
		if !in {
			return nil
		}
		f.modulesIn(out, dir, prefix, deep, 0)
	}
	return out
}

func orNil(v Value) Value {
	if v == nil {
		return &Unknown{}
	}
	return v
}

func (f *Frame) modulesIn(out *Seq, dir source.Path, prefix string, deep bool, depth int) {
	for _, sub := range f.M.Program.Submodules(dir) {
		name, pkg := moduleStem(sub)
		info := &Instance{Origin: out.Origin, Class: &External{Path: "pkgutil.ModuleInfo"}, Attrs: map[string]Value{}}
		fields := []Value{&External{Path: "importlib.machinery.FileFinder"}, &Str{out.Origin, prefix + name}, &Bool{out.Origin, pkg}}
		for i, n := range []string{"module_finder", "name", "ispkg"} {
			info.Attrs[n] = fields[i]
		}
		info.State = &Seq{Origin: out.Origin, Kind: python.Tuple, Items: fields}
		out.Items = append(out.Items, info)
		if pkg && deep && depth < 8 {
			f.modulesIn(out, sub.Dir(), prefix+name+".", deep, depth+1)
		}
	}
}

// moduleStem is the last part of a module's name, and whether it is a package.
func moduleStem(p source.Path) (name string, pkg bool) {
	if p.Base() == "__init__.py" {
		return p.Dir().Base(), true
	}
	return strings.TrimSuffix(p.Base(), ".py"), false
}

// listed is os.listdir(dir) and glob.glob(pattern) in the analysed folder, of its
// Python files and packages; nil elsewhere. Both are unordered; here they are sorted.
func (f *Frame) listed(name string, args *Args, o Origin) Value {
	s, ok := args.Value(0, "").(*Str)
	if !ok {
		return nil
	}
	if name == "glob.glob" {
		i := strings.LastIndexByte(s.Text, '/')
		if i < 0 || strings.Contains(s.Text, "**") {
			return nil
		}
		return f.globbed(s.Text[:i], s.Text[i+1:], false, o)
	}
	if name == "os.scandir" {
		return nil
	}
	found, ok := f.globbed(s.Text, "*", false, o).(*Seq)
	if !ok {
		return nil
	}
	for i, v := range found.Items {
		text := v.(*Str).Text
		found.Items[i] = &Str{o, text[strings.LastIndexByte(text, '/')+1:]}
	}
	return found
}

// globbed lists the Python files below a folder of the program that match a
// pattern, and for "*" the folders too; nil when other files may match.
func (f *Frame) globbed(dir, pattern string, deep bool, o Origin) Value {
	root, in := InRoot(dir)
	if !in || strings.ContainsAny(dir, "*?[") || pattern != "*" && !strings.HasSuffix(pattern, ".py") {
		return nil
	}
	if rest, ok := strings.CutPrefix(pattern, "**/"); ok {
		pattern, deep = rest, true
	}
	found := map[string]bool{}
	for _, file := range f.M.Program.Files() {
		if !file.Within(root) || file == root {
			continue
		}
		rest := strings.TrimPrefix(string(file), string(root)+"/")
		first, _, nested := strings.Cut(rest, "/")
		if nested && !deep {
			if pattern == "*" {
				found[dir+"/"+first] = true
			}
			continue
		}
		if ok, err := path.Match(pattern, file.Base()); err == nil && ok {
			found[fileRoot+string(file)] = true
		}
	}
	names := make([]string, 0, len(found))
	for n := range found {
		names = append(names, n)
	}
	slices.Sort(names)
	seq := &Seq{Origin: o}
	for _, n := range names {
		seq.Items = append(seq.Items, &Str{o, n})
	}
	return seq
}
