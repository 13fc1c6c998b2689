package interpret

import (
	"strconv"
	"strings"

	"bearings/internal/python"
	"bearings/internal/source"
)

var builtinNames = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(`print len str int float bool bytes list dict tuple set frozenset object type isinstance issubclass
		getattr setattr hasattr super property staticmethod classmethod range enumerate zip map filter sorted reversed sum min max abs any all
		open repr id hash iter next vars dir callable format input eval exec compile globals locals round divmod pow chr ord hex bytearray memoryview
		Exception BaseException ValueError KeyError TypeError AttributeError ImportError ModuleNotFoundError RuntimeError OSError IOError
		NotImplementedError StopIteration AssertionError LookupError IndexError PermissionError FileNotFoundError UnicodeDecodeError
		ConnectionError TimeoutError ZeroDivisionError ArithmeticError OverflowError StopAsyncIteration GeneratorExit KeyboardInterrupt SystemExit
		Warning DeprecationWarning UserWarning NotImplemented ExceptionGroup BaseExceptionGroup UnicodeError NameError complex slice aiter anext __import__ __debug__ exit quit`) {
		m[n] = true
	}
	return m
}()

// builtin is a call of a builtin function or class; nil when nothing is known of it.
func (f *Frame) builtin(site *CallSite, name string, args *Args) Value {
	o := Origin{At: site.At}
	first := args.Value(0, "")
	switch name {
	case "super":
		return f.superCall(args)
	case "len":
		if items, known := f.items(first); known {
			return &Num{o, float64(len(items)), false}
		}
		if s, ok := first.(*Str); ok {
			return &Num{o, float64(len([]rune(s.Text))), false}
		}
	case "str":
		if first == nil {
			return &Str{o, ""}
		}
		if t, ok := Text(first); ok {
			return &Str{o, t}
		}
		return &Op{Origin: o, Name: "str", Args: []Value{first}}
	case "int", "float", "bool":
		return convert(name, first, o)
	case "list", "tuple", "set", "frozenset":
		return f.collection(name, first, o)
	case "dict":
		return f.dictCall(args, o)
	case "range":
		return rangeOf(args, o)
	case "enumerate", "zip", "reversed", "sorted":
		return f.iterate(name, args, o)
	case "isinstance":
		return f.isInstance(first, args.Value(1, ""), o)
	case "issubclass":
		return f.isSubclass(first, args.Value(1, ""), o)
	case "map", "filter", "min", "max", "sum", "abs":
		return f.aggregate(site, name, args, o)
	case "vars", "dir":
		return f.namesOf(name, first, o)
	case "any", "all":
		return f.anyAll(name, first, o)
	case "getattr":
		if s, ok := args.Value(1, "").(*Str); ok && first != nil {
			return f.getattr(first, s.Text, args.Value(2, ""), site.At)
		}
		if inst, ok := first.(*Instance); ok {
			if c, ok := f.M.Lib.(Computed); ok {
				c.Computed(f, inst, site.At)
			}
		}
	case "setattr":
		if s, ok := args.Value(1, "").(*Str); ok && first != nil && args.Value(2, "") != nil {
			f.setAttr(first, s.Text, args.Value(2, ""), site.At)
		}
		return &None{o}
	case "hasattr":
		return f.hasattr(first, args.Value(1, ""), o)
	case "type":
		if inst, ok := first.(*Instance); ok && len(args.Pos) == 1 {
			return inst.Class
		}
	case "callable":
		switch first.(type) {
		case *Func, *Class, *Builtin, *Partial:
			return &Bool{o, true}
		}
	case "object":
		return &Instance{Origin: o, Class: &External{Path: "builtins.object"}, Attrs: map[string]Value{}}
	case "staticmethod", "classmethod":
		if fn, ok := first.(*Func); ok {
			c := *fn
			c.Kind = Static
			if name == "classmethod" {
				c.Kind = ClassMethod
			}
			return &c
		}
		return first
	case "__import__":
		if s, ok := first.(*Str); ok {
			m := f.importModule(0, s.Text, site.At)
			if from := args.Value(3, "fromlist"); from == nil || isFalse(from) {
				top, _, _ := strings.Cut(s.Text, ".")
				return f.importModule(0, top, site.At)
			}
			return m
		}
	case "print":
		return &None{o}
	case "next", "iter":
		if items, known := f.items(first); known && name == "next" {
			if _, str := first.(*Str); !str && len(items) > 0 {
				return items[0]
			}
			if d := args.Value(1, "default"); d != nil && len(items) == 0 {
				return d
			}
		}
		if op, ok := first.(*Op); ok && op.Name == "generator" && name == "next" {
			return op.Args[0]
		}
		return first
	}
	return nil
}

func (f *Frame) superCall(args *Args) Value {
	for at := f; at != nil; at = at.Caller {
		if at.Func == nil || at.Func.Owner == nil {
			continue
		}
		params := at.Func.Params()
		if len(params) == 0 {
			return nil
		}
		if b := at.Scope.lookup(params[0].Name); b != nil {
			return &super{self: b.Value, after: at.Func.Owner}
		}
	}
	return nil
}

func convert(name string, v Value, o Origin) Value {
	switch name {
	case "bool":
		if v == nil {
			return &Bool{o, false}
		}
		if t, ok := Truth(v); ok {
			return &Bool{o, t}
		}
	case "int":
		switch x := v.(type) {
		case *Num:
			return &Num{o, float64(int64(x.Value)), false}
		case *Str:
			if n, err := strconv.ParseInt(strings.TrimSpace(x.Text), 10, 64); err == nil {
				return &Num{o, float64(n), false}
			}
		}
	case "float":
		switch x := v.(type) {
		case *Num:
			return &Num{o, x.Value, true}
		case *Str:
			if n, err := strconv.ParseFloat(strings.TrimSpace(x.Text), 64); err == nil {
				return &Num{o, n, true}
			}
		}
	}
	if v == nil {
		return &Num{o, 0, name == "float"}
	}
	return &Op{Origin: o, Name: name, Args: []Value{v}}
}

func (f *Frame) collection(name string, v Value, o Origin) Value {
	kind := map[string]python.SequenceKind{"list": python.List, "tuple": python.Tuple}[name]
	if name == "set" || name == "frozenset" {
		kind = python.Set
	}
	seq := &Seq{Origin: o, Kind: kind}
	if v == nil {
		return seq
	}
	items, known := f.items(v)
	if known {
		seq.Items = append(seq.Items, items...)
		return seq
	}
	if s, ok := v.(*Seq); ok {
		seq.Items, seq.Open = append(seq.Items, s.Items...), true
		return seq
	}
	return &Op{Origin: o, Name: name, Args: []Value{v}}
}

func (f *Frame) dictCall(args *Args, o Origin) Value {
	d := &Dict{Origin: o, Open: args.Open}
	if v := args.Value(0, ""); v != nil {
		if items, known := f.items(v); known {
			if _, isDict := v.(*Dict); isDict {
				f.merge(d, v)
			} else {
				for _, i := range items {
					if pair, ok := i.(*Seq); ok && len(pair.Items) == 2 {
						d.Set(pair.Items[0], pair.Items[1], pair.At)
					}
				}
			}
		} else {
			f.merge(d, v)
		}
	}
	for _, k := range args.Kw {
		d.Set(&Str{Origin{At: k.At}, k.Name}, k.Value, k.At)
	}
	return d
}

func rangeOf(args *Args, o Origin) Value {
	var n []float64
	for _, a := range args.Pos {
		x, ok := a.Value.(*Num)
		if !ok {
			return nil
		}
		n = append(n, x.Value)
	}
	start, end, by := 0.0, 0.0, 1.0
	switch len(n) {
	case 1:
		end = n[0]
	case 2:
		start, end = n[0], n[1]
	case 3:
		start, end, by = n[0], n[1], n[2]
	default:
		return nil
	}
	if by <= 0 || (end-start)/by > maxLoop {
		return nil
	}
	seq := &Seq{Origin: o}
	for x := start; x < end; x += by {
		seq.Items = append(seq.Items, &Num{o, x, false})
	}
	return seq
}

func (f *Frame) iterate(name string, args *Args, o Origin) Value {
	seq := &Seq{Origin: o}
	var lists [][]Value
	for i, a := range args.Pos {
		if name == "enumerate" && i > 0 {
			break
		}
		items, known := f.items(a.Value)
		if !known {
			return nil
		}
		lists = append(lists, items)
	}
	if len(lists) == 0 {
		return nil
	}
	switch name {
	case "enumerate":
		start, _ := args.Value(1, "start").(*Num)
		for i, v := range lists[0] {
			if start != nil {
				i += int(start.Value)
			}
			seq.Items = append(seq.Items, &Seq{Origin: o, Kind: python.Tuple, Items: []Value{&Num{o, float64(i), false}, v}})
		}
	case "zip":
		for i := range lists[0] {
			row := &Seq{Origin: o, Kind: python.Tuple}
			for _, l := range lists {
				if i >= len(l) {
					return seq
				}
				row.Items = append(row.Items, l[i])
			}
			seq.Items = append(seq.Items, row)
		}
	case "reversed":
		for i := len(lists[0]) - 1; i >= 0; i-- {
			seq.Items = append(seq.Items, lists[0][i])
		}
	default:
		return f.sorted(append([]Value{}, lists[0]...), args, o)
	}
	return seq
}

// anyAll decides any(…) and all(…) of known items; nil when it cannot.
func (f *Frame) anyAll(name string, v Value, o Origin) Value {
	items, known := f.items(v)
	if v == nil || !known {
		return nil
	}
	for _, i := range items {
		t, ok := Truth(i)
		if !ok {
			return nil
		}
		if t == (name == "any") {
			return &Bool{o, t}
		}
	}
	return &Bool{o, name == "all"}
}

func (f *Frame) getattr(v Value, name string, fallback Value, at source.Location) Value {
	got := f.Attr(v, name, at)
	if fallback == nil {
		return got
	}
	if fn, ok := v.(*Func); ok && funcAttr(fn, name, at) == nil && lacks(fn, name) {
		return fallback
	}
	if op, ok := got.(*Op); ok && strings.HasPrefix(op.Name, ".") {
		return choose(Option{Value: got}, Option{Value: fallback})
	}
	if _, ok := got.(*Unknown); ok {
		return fallback
	}
	return got
}

// dunderOfFunctions are the special attributes that a function has from the start.
var dunderOfFunctions = map[string]bool{"__doc__": true, "__dict__": true, "__code__": true, "__defaults__": true, "__kwdefaults__": true, "__closure__": true,
	"__globals__": true, "__annotations__": true, "__call__": true, "__get__": true, "__class__": true, "__hash__": true, "__eq__": true, "__repr__": true, "__init__": true}

// lacks says whether a function surely has no such attribute besides those that were set.
func lacks(fn *Func, name string) bool {
	return fn.Wrapped == nil && len(fn.Marks) == 0 && !dunderOfFunctions[name]
}

func (f *Frame) hasattr(v, name Value, o Origin) Value {
	s, ok := name.(*Str)
	if !ok || v == nil {
		return nil
	}
	switch x := v.(type) {
	case *Module:
		_, has := x.Scope.Get(s.Text)
		return &Bool{o, has}
	case *Instance:
		if _, has := x.Attrs[s.Text]; has {
			return &Bool{o, true}
		}
		if c, ok := x.Class.(*Class); ok {
			if v, _ := c.Lookup(s.Text); v != nil {
				return &Bool{o, true}
			}
			if fn, _ := c.Lookup("__getattr__"); fn == nil && ExternalBase(c) == nil && !x.Assumed && x.State == nil {
				return &Bool{o, false}
			}
		}
	case *Class:
		if v, _ := x.Lookup(s.Text); v != nil {
			return &Bool{o, true}
		}
	case *Func:
		if funcAttr(x, s.Text, o.At) != nil {
			return &Bool{o, true}
		}
		if lacks(x, s.Text) {
			return &Bool{o, false}
		}
	}
	return nil
}

// standard is a call into the parts of the standard library that shape objects.
func (f *Frame) standard(site *CallSite, path string, args *Args) Value {
	o := Origin{At: site.At}
	first := args.Value(0, "")
	switch path {
	case "functools.partial":
		if len(args.Pos) > 0 {
			return &Partial{Origin: o, Fn: first, Args: &Args{Pos: args.Pos[1:], Kw: args.Kw, Open: args.Open}}
		}
	case "functools.wraps", "functools.update_wrapper":
		wrapped := first
		if path == "functools.update_wrapper" {
			wrapped = args.Value(1, "wrapped")
			return setWrapped(first, wrapped)
		}
		return &Builtin{Origin: o, Label: "wraps", Fn: func(_ *Frame, _ *CallSite, a *Args) Value { return setWrapped(a.Value(0, ""), wrapped) }}
	case "functools.lru_cache", "functools.cache":
		return &Builtin{Origin: o, Label: "cache", Fn: func(_ *Frame, _ *CallSite, a *Args) Value {
			if fn, ok := a.Value(0, "").(*Func); ok {
				fn.Cached = true
			}
			return a.Value(0, "")
		}}
	case "contextlib.asynccontextmanager", "contextlib.contextmanager", "typing.cast":
		if path == "typing.cast" {
			return args.Value(1, "val")
		}
		return first
	case "dataclasses.dataclass", "pydantic.dataclasses.dataclass":
		if _, ok := first.(*Class); ok {
			return first
		}
		return &Builtin{Origin: o, Label: "dataclass", Fn: func(_ *Frame, _ *CallSite, a *Args) Value { return a.Value(0, "") }}
	case "typing.NewType":
		return args.Value(1, "tp")
	case "enum.auto":
		return &Op{Origin: o, Name: "auto"}
	case "importlib.import_module":
		return f.importModuleCall(site, args)
	case "pathlib.Path", "pathlib.PurePath", "os.fspath":
		return f.path(args, o)
	case "os.path.join":
		return f.path(args, o)
	case "os.path.dirname":
		if s, ok := first.(*Str); ok {
			return pathAttr(s, "parent", site.At)
		}
	case "os.path.abspath", "os.path.realpath", "os.path.expanduser", "os.path.normpath":
		if _, ok := first.(*Str); ok {
			return first
		}
	case "copy.copy", "copy.deepcopy":
		return copyOf(first, o)
	case "itertools.chain":
		seq := &Seq{Origin: o}
		for _, a := range args.Pos {
			items, known := f.items(a.Value)
			if !known {
				seq.Open = true
			}
			seq.Items = append(seq.Items, items...)
		}
		return seq
	case "asyncio.run", "asyncio.get_event_loop.run_until_complete":
		if op, ok := first.(*Op); ok && op.Name == "coroutine" {
			return op.Args[0]
		}
	case "collections.OrderedDict", "collections.defaultdict":
		if path == "collections.defaultdict" {
			d := &Dict{Origin: o, Factory: first}
			if v := args.Value(1, ""); v != nil {
				f.merge(d, v)
			}
			return d
		}
		return f.dictCall(args, o)
	}
	if v := f.introspect(site, path, args); v != nil {
		return v
	}
	return f.tools(site, path, args)
}

func setWrapped(v, wrapped Value) Value {
	switch x := v.(type) {
	case *Func:
		x.Wrapped = wrapped
		if from, ok := wrapped.(*Func); ok && len(from.Attrs) > 0 { // __dict__ is updated
			if x.Attrs == nil {
				x.Attrs = map[string]Value{}
			}
			for name, held := range from.Attrs {
				if name != "__signature__" {
					x.Attrs[name] = held
				}
			}
		}
	case *Instance:
		if wrapped != nil {
			x.Attrs["__wrapped__"] = wrapped
		}
	}
	return v
}

func (f *Frame) importModuleCall(site *CallSite, args *Args) Value {
	s, ok := args.Value(0, "name").(*Str)
	if !ok {
		return f.Unknown(site.At, "the module to import is computed")
	}
	name := strings.TrimLeft(s.Text, ".")
	return f.importModule(len(s.Text)-len(name), name, site.At)
}

func (f *Frame) path(args *Args, o Origin) Value {
	if len(args.Pos) == 0 {
		return &Str{o, "."}
	}
	text := ""
	for i, a := range args.Pos {
		s, ok := a.Value.(*Str)
		if !ok {
			return &Op{Origin: o, Name: "path", Args: positional(args)}
		}
		if i == 0 {
			text = s.Text
		} else {
			text = joinText(text, s.Text)
		}
	}
	return &Str{o, text}
}

func copyOf(v Value, o Origin) Value {
	switch x := v.(type) {
	case *Dict:
		return &Dict{Origin: o, Entries: append([]Entry{}, x.Entries...), Open: x.Open}
	case *Seq:
		return &Seq{Origin: o, Kind: x.Kind, Items: append([]Value{}, x.Items...), Open: x.Open}
	case *Instance:
		c := *x
		c.Attrs = map[string]Value{}
		for k, v := range x.Attrs {
			c.Attrs[k] = v
		}
		return &c
	}
	return v
}
