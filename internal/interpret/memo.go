package interpret

import (
	"fmt"
	"strings"
)

// Memory is a Tracer that can note what a call showed and show it again, so that
// a function that many requests reach with arguments that are alike runs once.
type Memory interface {
	// Begin is told that a call to be noted starts in frame f; End that it is over.
	Begin(f *Frame)
	End(f *Frame) any
	// Again shows what End returned for an earlier call, as if it happened in frame f.
	Again(f *Frame, site *CallSite, noted any)
}

// memoKey tells calls apart whose course may differ.
type memoKey struct {
	def     any
	closure *Scope
	args    string
}

type memo struct {
	noted  any
	result Value
}

// remembered runs a call, or shows again what an equal one did. ok is false when
// the arguments hold something that the function may change or look into.
func (f *Frame) remembered(site *CallSite, fn *Func, args *Args, run func() Value) (v Value, ok bool) {
	memory, is := f.M.Tracer.(Memory)
	if !is || fn.Def == nil || f.Caller == nil {
		return nil, false
	}
	text, ok := argsKey(args)
	if !ok {
		return nil, false
	}
	key := memoKey{fn.Def, fn.Closure, text}
	if have, seen := f.M.memos[key]; seen {
		memory.Again(f, site, have.noted)
		return have.result, true
	}
	memory.Begin(f)
	v = run()
	noted := memory.End(f)
	if f.M.Exhausted() {
		return v, true
	}
	if f.M.memos == nil {
		f.M.memos = map[memoKey]memo{}
	}
	f.M.memos[key] = memo{noted, v}
	return v, true
}

// argsKey describes arguments by what a function can tell them apart by; ok is
// false when one is a container or holds program text.
func argsKey(args *Args) (string, bool) {
	if len(args.Spread) > 0 {
		return "", false
	}
	var b strings.Builder
	for _, a := range args.Pos {
		if !valueKey(&b, a.Value) {
			return "", false
		}
	}
	for _, a := range args.Kw {
		b.WriteString(a.Name)
		b.WriteByte('=')
		if !valueKey(&b, a.Value) {
			return "", false
		}
	}
	if args.Open {
		b.WriteByte('*')
	}
	return b.String(), true
}

func valueKey(b *strings.Builder, v Value) bool {
	switch x := v.(type) {
	case *Unknown:
		b.WriteString("?;")
	case *Op:
		if x.Name != "parameter" && len(x.Args) > 0 && !plainOp(x, 0) {
			return false
		}
		b.WriteString("?;")
	case *None:
		b.WriteString("None;")
	case *Str:
		if len(x.Text) > 60 {
			return false
		}
		fmt.Fprintf(b, "%q@%v;", x.Text, x.At)
	case *Num, *Bool:
		t, _ := Text(x)
		b.WriteString(t + ";")
	case *Class, *Func, *Module, *External, *Instance:
		if inst, ok := x.(*Instance); ok && inst.Assumed {
			fmt.Fprintf(b, "~%p;", classPointer(inst.Class))
			return true
		}
		if e, ok := x.(*External); ok {
			b.WriteString(e.Path + ";")
			return true
		}
		fmt.Fprintf(b, "%p;", x)
	default:
		return false
	}
	return true
}

func classPointer(v Value) any {
	if e, ok := v.(*External); ok {
		return e.Path
	}
	return v
}

// plainOp says whether a symbolic value is made of opaque things only: no
// constants, settings or credentials that a callee could tell apart.
func plainOp(x *Op, depth int) bool {
	if depth > 4 {
		return false
	}
	for _, a := range x.Args {
		switch y := a.(type) {
		case *Op:
			if y.Name != "parameter" && !plainOp(y, depth+1) {
				return false
			}
		case *Unknown, *Instance, *Str, *Num, *Func, *Class, *External:
		default:
			return false
		}
	}
	return true
}
