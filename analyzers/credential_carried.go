package analyzers

import (
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// carrier follows a credential through functions and finds out whether any of
// them does more with it than pass it on. Tests for its presence, and of the word
// before it in Authorization, are no judgement; everything that is not known is one.
type carrier struct {
	p      *fastapi.Project
	judged bool
	busy   map[*python.Function]bool
}

// carries reports whether a function only passes on the parameters of the given
// names, and whether what it returns is made of them; for a constructor, of which
// self is the first parameter, whether the object keeps them.
func (c *carrier) carries(path source.Path, fn *python.Function, self string, names ...string) (only, out bool) {
	if fn == nil || c.busy[fn] || len(c.busy) > 12 {
		return false, false
	}
	if c.busy == nil {
		c.busy = map[*python.Function]bool{}
	}
	c.busy[fn] = true
	defer delete(c.busy, fn)
	f := &carriedIn{carrier: c, path: path, self: self, held: map[string]bool{}}
	for _, n := range names {
		f.held[n] = true
	}
	for range 4 { // names may be bound below their first use, in loops
		before := len(f.held)
		f.block(fn.Body())
		if len(f.held) == before || c.judged {
			break
		}
	}
	return !c.judged, f.out
}

// carriedIn is a carrier within one function.
type carriedIn struct {
	*carrier
	path source.Path
	self string          // in a constructor: the object that is made
	held map[string]bool // names that hold the credential, or something made of it
	out  bool
}

func (f *carriedIn) block(body []python.Stmt) {
	for _, st := range body {
		f.statement(st)
	}
}

func (f *carriedIn) statement(st python.Stmt) {
	switch s := st.(type) {
	case *python.Assign:
		f.assign(s.Targets, s.Value)
	case *python.ExprStmt:
		f.value(s.X)
	case *python.Return:
		f.out = f.value(s.X) || f.out
	case *python.Raise:
		f.value(s.X)
		f.value(s.Cause)
	case *python.If:
		f.value(s.Test)
		f.block(s.Body)
		f.block(s.Else)
	case *python.Try:
		f.block(s.Body)
		for _, h := range s.Handlers {
			f.block(h.Body)
		}
		f.block(s.Else)
		f.block(s.Finally)
	case *python.Import, *python.ImportFrom, *python.Jump, *python.Scope:
	default:
		f.judged = f.judged || f.mentions(st)
	}
}

func (f *carriedIn) assign(targets []python.Expr, value python.Expr) {
	held := f.value(value)
	for _, t := range targets {
		switch x := t.(type) {
		case *python.Name:
			if held {
				f.held[x.ID] = true
			}
		case *python.Sequence:
			for _, e := range x.Elements {
				n, ok := e.(*python.Name)
				if held && ok {
					f.held[n.ID] = true
				}
				f.judged = f.judged || held && !ok
			}
		case *python.Attribute:
			if own := f.self != "" && isNamed(x.Value, f.self); own {
				f.out = f.out || held
				continue
			}
			f.judged = f.judged || held || f.mentions(t) // kept where others may look
		default:
			f.judged = f.judged || held || f.mentions(t)
		}
	}
}

func (f *carriedIn) mentions(node any) bool {
	found := false
	python.Inspect(node, func(n any) bool {
		name, ok := n.(*python.Name)
		found = found || ok && name != nil && f.held[name.ID]
		return !found
	})
	return found
}

// value reports whether an expression is made of the credential.
func (f *carriedIn) value(e python.Expr) bool {
	switch x := e.(type) {
	case nil:
		return false
	case *python.Name:
		return f.held[x.ID]
	case *python.Attribute:
		return f.value(x.Value)
	case *python.Await:
		return f.value(x.X)
	case *python.Yield:
		f.out = f.value(x.X) || f.out
		return false
	case *python.Starred:
		return f.value(x.X)
	case *python.Call:
		return f.call(x)
	case *python.Compare:
		f.judged = f.judged || f.mentions(x) && !presenceTest(x)
		return false
	case *python.Unary:
		held := f.value(x.X)
		return held && x.Op != "not"
	case *python.Binary:
		left, right := f.value(x.X), f.value(x.Y)
		f.judged = f.judged || (left || right) && !slices.Contains([]string{"and", "or", "+", "%"}, x.Op)
		return left || right
	case *python.Conditional:
		f.value(x.Test)
		then, other := f.value(x.Then), f.value(x.Else)
		return then || other
	case *python.Subscript:
		if _, slice := x.Index.(*python.Slice); slice {
			return f.value(x.Value)
		}
		f.judged = f.judged || f.mentions(x)
		return false
	case *python.String:
		held := false
		for _, part := range x.Parts {
			held = part.X != nil && f.value(part.X) || held
		}
		return held
	case *python.Sequence:
		held := false
		for _, item := range x.Elements {
			held = f.value(item) || held
		}
		return held
	case *python.Dict:
		held := false
		for _, entry := range x.Entries {
			f.judged = f.judged || entry.Key != nil && f.mentions(entry.Key)
			held = f.value(entry.Value) || held
		}
		return held
	}
	f.judged = f.judged || f.mentions(e)
	return false
}

// presenceTest recognises a comparison with None or the empty string, and one of
// the word before the credential: creds.scheme.lower() != "bearer".
func presenceTest(c *python.Compare) bool {
	if len(c.Rest) != 1 {
		return false
	}
	if isNothing(c.Rest[0]) || isNothing(c.X) {
		return true
	}
	found := false
	python.Inspect(c.X, func(n any) bool {
		a, ok := n.(*python.Attribute)
		found = found || ok && a.Attr == "scheme"
		return !found
	})
	return found
}

func isNothing(e python.Expr) bool {
	switch x := e.(type) {
	case *python.Constant:
		return x.Kind == python.None
	case *python.String:
		return x.Value == "" && len(x.Parts) == 0
	}
	return false
}

// textMethods are methods of str that judge nothing.
const textMethods = " strip lstrip rstrip lower upper title replace removeprefix removesuffix encode decode format join model_dump dict copy "

// call reports whether a call's result is made of the credential. What is not
// known to judge nothing counts as a judgement.
func (f *carriedIn) call(x *python.Call) bool {
	receiver := false
	attribute, isMethod := x.Func.(*python.Attribute)
	if isMethod {
		receiver = f.value(attribute.Value)
	}
	held := false
	for _, a := range x.Args {
		held = f.value(a.Value) || held
	}
	if receiver {
		f.judged = f.judged || !strings.Contains(textMethods, " "+attribute.Attr+" ")
		return true
	}
	if !held {
		return false
	}
	switch callee := f.p.Eval(f.path, x.Func).(type) {
	case *interpret.Func:
		if callee.Self != nil && callee.Def != nil {
			f.judged = true // a method may look at what its object knows
			return false
		}
		return f.into(callee.Module.Path, callee.Def, "", x.Args)
	case *interpret.Class:
		return f.construct(callee, x.Args)
	case *interpret.External:
		if harmlessCall(callee.Path) {
			return callee.Path != "builtins.print"
		}
	case *interpret.Builtin:
		if isMethod && harmlessCall("builtins."+callee.Label) {
			return true
		}
	}
	if isMethod && f.isLogger(attribute.Value) {
		return false
	}
	f.judged = true
	return false
}

func harmlessCall(path string) bool {
	switch path {
	case "builtins.print", "builtins.str", "builtins.repr", "builtins.dict", "builtins.list", "builtins.tuple", "builtins.bool", "types.SimpleNamespace",
		"fastapi.HTTPException", "starlette.exceptions.HTTPException", "typing.cast", "starlette.responses.JSONResponse":
		return true
	}
	return false
}

// isLogger reports whether an expression is a logger of the standard library.
func (f *carriedIn) isLogger(e python.Expr) bool {
	switch v := f.p.Eval(f.path, e).(type) {
	case *interpret.Instance:
		return interpret.IsInstanceOf(v, "logging.getLogger", "logging.Logger") != ""
	case *interpret.External:
		return v.Path == "logging"
	case *interpret.Op:
		return strings.HasPrefix(v.Name, "logging.")
	}
	return false
}

// into follows the credential into a function of the program, or a constructor.
func (f *carriedIn) into(path source.Path, fn *python.Function, self string, args []python.Arg) bool {
	if fn == nil {
		f.judged = true
		return false
	}
	params := fn.Params
	if self != "" {
		params = params[1:]
	}
	var names []string
	for i, a := range args {
		if !f.mentions(a.Value) {
			continue
		}
		switch {
		case a.Star != 0:
			f.judged = true
		case a.Name != "":
			names = append(names, a.Name)
		case i < len(params):
			names = append(names, params[i].Name)
		}
	}
	only, out := f.carries(path, fn, self, names...)
	f.judged = f.judged || !only
	return out
}

// construct follows the credential into an object: one whose class looks at what
// it is given judges it.
func (f *carriedIn) construct(class *interpret.Class, args []python.Arg) bool {
	if init, _ := class.Lookup("__init__"); init != nil {
		fn, ok := init.(*interpret.Func)
		if !ok || fn.Def == nil {
			f.judged = true
			return false
		}
		self := ""
		if len(fn.Def.Params) > 0 {
			self = fn.Def.Params[0].Name
		}
		return f.into(fn.Module.Path, fn.Def, self, args)
	}
	for _, m := range interpret.MRO(class) {
		own, ok := m.(*interpret.Class)
		if !ok {
			continue
		}
		for _, st := range own.Def.Body {
			if fn, ok := st.(*python.Function); ok && (len(fn.Decorators) > 0 || strings.HasPrefix(fn.Name, "__")) {
				f.judged = true // a validator, __post_init__
			}
		}
	}
	return true
}
