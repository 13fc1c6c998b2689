package fastapi

import (
	"slices"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// callKey is the identity of a callable value.
type callKey struct {
	node    any // the def, lambda, class or instance
	closure *interpret.Scope
	self    interpret.Value
}

func keyOf(v interpret.Value) callKey {
	switch x := v.(type) {
	case *interpret.Func:
		k := callKey{node: x.Def, closure: x.Closure, self: x.Self}
		if x.Lambda != nil {
			k.node = x.Lambda
		}
		return k
	case *interpret.External:
		return callKey{node: x.Path}
	}
	return callKey{node: v}
}

// callable describes a dependable or handler.
func (l *linker) callable(v interpret.Value) *Callable {
	if v == nil {
		return &Callable{Kind: UnknownCallable}
	}
	k := keyOf(v)
	if c, ok := l.callables[k]; ok {
		return c
	}
	c := l.describe(v)
	c.ref = v
	l.callables[k] = c
	return c
}

func (l *linker) describe(v interpret.Value) *Callable {
	switch x := v.(type) {
	case *interpret.Func:
		return l.describeFunc(x)
	case *interpret.Class:
		c := &Callable{Kind: ClassCallable, Name: x.Module.Name + ":" + x.Def.Name, At: source.Location{Path: x.Module.Path, Span: x.Def.Span()}, Module: x.Module.Path}
		if fn, _ := x.Lookup("__init__"); fn != nil {
			if f, ok := fn.(*interpret.Func); ok {
				c.Function, c.Module = f.Def, f.Module.Path
			}
		}
		return c
	case *interpret.Instance:
		if fn, ok := interpret.Unwrap(x).(*interpret.Func); ok { // functools.update_wrapper(self, fn)
			return l.describeFunc(fn)
		}
		return l.describeInstance(x)
	case *interpret.Partial:
		c := *l.callable(x.Fn)
		return &c
	case *interpret.External:
		return &Callable{Kind: ExternalCallable, Name: externalName(x.Path), At: source.Location{}}
	case *interpret.Choice:
		if len(x.Options) > 0 {
			c := *l.callable(x.Options[0].Value)
			return &c
		}
	case *interpret.Builtin:
		return &Callable{Kind: UnknownCallable, Name: x.Label, At: x.At}
	}
	return &Callable{Kind: UnknownCallable, Name: interpret.Describe(v), At: interpret.OriginOf(v).At}
}

func externalName(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '.' {
			return path[:i] + ":" + path[i+1:]
		}
	}
	return path
}

func (l *linker) describeFunc(x *interpret.Func) *Callable {
	shown := x
	if fn, ok := interpret.Unwrap(x).(*interpret.Func); ok {
		shown = fn
	}
	name := shown.Name()
	if shown.Owner != nil {
		name = shown.Owner.Def.Name + "." + name
	}
	c := &Callable{Kind: FunctionCallable, Name: shown.Module.Name + ":" + name, At: shown.At(), Module: shown.Module.Path, Function: shown.Def}
	if shown.Def != nil {
		c.Async, c.Generator = shown.Def.Async, shown.Def.Generator()
	}
	return c
}

func (l *linker) describeInstance(x *interpret.Instance) *Callable {
	if m := madeOf(x); m != nil {
		return &Callable{Kind: ExternalCallable, Name: m.name, Async: true, Flow: m.flow}
	}
	c := &Callable{Kind: InstanceCallable, At: x.At}
	switch class := x.Class.(type) {
	case *interpret.Class:
		c.Name = class.Module.Name + ":" + class.Def.Name
		c.Module = class.Module.Path
		if fn, _ := class.Lookup("__call__"); fn != nil {
			if f, ok := fn.(*interpret.Func); ok {
				c.Function, c.Module = f.Def, f.Module.Path
				c.Async, c.Generator = f.Def.Async, f.Def.Generator()
			}
		}
	case *interpret.External:
		c.Name = externalName(class.Path)
	}
	if o := x.Origin; o.Name != "" && !o.NameAt.IsZero() {
		c.Name = l.in.Program.ModuleName(o.NameAt.Path) + ":" + o.Name
	}
	return c
}

// param is one parameter of a callable as FastAPI inspects it.
type param struct {
	syntax *python.Param
	fn     *interpret.Func // whose module the annotation is read in
	deflt  interpret.Value // nil when there is none
	// globals is the module whose names FastAPI looks up for annotations that are
	// texts: the callable's own, nil for a callable that is no function.
	globals *interpret.Module
	class   interpret.Value // the annotation, where the program gave it as a value
}

// params returns the parameters that FastAPI fills: without the receiver, and
// without what functools.partial has bound. ok is false when they cannot be known.
func (l *linker) params(v interpret.Value) (out []param, ok bool) {
	if c, is := v.(*interpret.Choice); is && len(c.Options) > 0 {
		return l.params(c.Options[0].Value)
	}
	out, ok = l.signed(v)
	var globals *interpret.Module
	if fn, isFunc := v.(*interpret.Func); isFunc {
		globals = fn.Module
	}
	for i := range out {
		out[i].globals = globals
	}
	return out, ok
}

func (l *linker) signed(v interpret.Value) (out []param, ok bool) {
	switch x := interpret.Signed(v).(type) {
	case *interpret.Func:
		if s := x.Attrs["__signature__"]; s != nil {
			given, known := signatureOf(s)
			return named(given), known
		}
		for _, name := range []string{"__defaults__", "__kwdefaults__", "__annotations__", "__code__"} {
			if x.Attrs[name] != nil {
				return nil, false // the program makes the signature
			}
		}
		return funcParams(x, x.Self != nil), true
	case *interpret.Class:
		if l.views[x] {
			return viewParams(x), true
		}
		fn, _ := x.Lookup("__init__")
		if f, isFunc := fn.(*interpret.Func); isFunc {
			return funcParams(f, true), true
		}
		return l.fieldParams(x), true
	case *interpret.Instance:
		if m := madeOf(x); m != nil {
			return m.signature(), true
		}
		if c, isClass := x.Class.(*interpret.Class); isClass {
			fn, _ := c.Lookup("__call__")
			if f, isFunc := fn.(*interpret.Func); isFunc {
				return funcParams(f, true), true
			}
		}
		return nil, true
	case *interpret.Partial:
		inner, known := l.params(x.Fn)
		return partialParams(inner, x.Args), known
	case *interpret.External:
		return nil, true
	}
	return nil, false
}

// named leaves out *args and **kwargs.
func named(in []param) []param {
	return slices.DeleteFunc(slices.Clone(in), func(p param) bool { return p.syntax.Kind == python.VarPositional || p.syntax.Kind == python.VarKeyword })
}

func funcParams(f *interpret.Func, bound bool) []param { return named(wholeParams(f, bound)) }

// wholeParams are the parameters of a function without its receiver, *args and **kwargs included.
func wholeParams(f *interpret.Func, bound bool) []param {
	var out []param
	for i, p := range f.Params() {
		if i == 0 && bound && f.Kind != interpret.Static && p.Kind != python.KeywordOnly {
			continue
		}
		out = append(out, param{syntax: p, fn: f, deflt: f.Defaults[p.Name]})
	}
	return out
}

func partialParams(in []param, args *interpret.Args) []param {
	var out []param
	for i, p := range in {
		if i < len(args.Pos) {
			continue
		}
		if a, given := args.Get(-1, p.syntax.Name); given { // it stays a parameter, with another default (inspect.signature, Python 3.11)
			p.deflt = a.Value
		}
		out = append(out, p)
	}
	return out
}

// fieldParams are the parameters of a dataclass or model: its annotated fields.
func (l *linker) fieldParams(c *interpret.Class) []param {
	if interpret.DerivesFrom(c, "typing.Protocol", "builtins.Exception") != "" {
		return nil
	}
	model := interpret.DerivesFrom(c, "pydantic.BaseModel", "pydantic.BaseSettings", "pydantic_settings.BaseSettings", "sqlmodel.SQLModel") != ""
	if !model && !hasDataclassMark(c) {
		return nil
	}
	var out []param
	for _, fd := range interpret.InitParams(c) {
		n, ok := fd.Assign.Targets[0].(*python.Name)
		if !ok || n.ID == "model_config" {
			continue
		}
		p := &python.Param{Range: fd.Assign.Range, Name: fd.Name, NameAt: n.Range, Annotation: fd.Assign.Annotation, Default: fd.Assign.Value}
		owner := &interpret.Func{Module: fd.Class.Module, Closure: fd.Class.Module.Scope}
		d := fd.Default
		if d == nil && fd.Computed {
			d = &interpret.None{Origin: interpret.Origin{At: owner.Module.At(fd.Assign)}}
		}
		out = append(out, param{syntax: p, fn: owner, deflt: d})
	}
	return out
}

// writesInit are the class decorators that write an __init__ out of the annotated fields.
var writesInit = map[string]bool{"dataclasses.dataclass": true, "pydantic.dataclasses.dataclass": true, "attr.s": true, "attr.attrs": true, "attr.define": true,
	"attrs.define": true, "attr.frozen": true, "attrs.frozen": true, "attr.mutable": true, "attrs.mutable": true, "attr.dataclass": true}

func hasDataclassMark(c *interpret.Class) bool {
	for _, m := range interpret.MRO(c) {
		k, ok := m.(*interpret.Class)
		if !ok {
			continue
		}
		for _, mark := range k.Marks() {
			switch d := mark.(type) {
			case *interpret.External:
				if writesInit[d.Path] {
					return true
				}
			case *interpret.Op:
				if d.Name == "call" && writesInit[externalPath(d.Args[0])] {
					return true
				}
			case *interpret.Builtin:
				if d.Label == "dataclass" {
					return true
				}
			}
		}
	}
	return false
}
