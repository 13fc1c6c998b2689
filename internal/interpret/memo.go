package interpret

import (
	"fmt"
	"strings"

	"bearings/internal/python"
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

// maxRuns is how often one function runs for arguments that differ, while a
// request is followed. After that, arguments of the same kinds are the same.
const maxRuns = 8

// hurried is after how many steps of one request a function that ran before counts
// as known whatever its arguments carry: the rest of the way is worth more than
// one more turn of it.
const hurried = 5_000

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
	how := valueKey
	switch {
	case f.M.runs[fn.Def] > 0 && f.M.steps > hurried:
		how = bareKey
	case f.M.runs[fn.Def] >= maxRuns:
		how = kindKey
	}
	text, ok := argsKey(args, how)
	if !ok {
		f.M.ran(fn)
		return nil, false
	}
	key := memoKey{fn.Def, fn.Closure, text}
	if have, seen := f.M.memos[key]; seen {
		memory.Again(f, site, have.noted)
		return have.result, true
	}
	f.M.ran(fn)
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

func (m *Machine) ran(fn *Func) {
	if m.runs == nil {
		m.runs = map[*python.Function]int{}
	}
	m.runs[fn.Def]++
}

// argsKey describes arguments by what a function can tell them apart by; ok is
// false when one is a container or holds program text.
func argsKey(args *Args, key func(*strings.Builder, Value) bool) (string, bool) {
	if len(args.Spread) > 0 {
		return "", false
	}
	var b strings.Builder
	for _, a := range args.Pos {
		if !key(&b, a.Value) {
			return "", false
		}
	}
	for _, a := range args.Kw {
		b.WriteString(a.Name)
		b.WriteByte('=')
		if !key(&b, a.Value) {
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
			classKey(b, inst.Class)
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

// kindKey describes a value by its kind alone. ok is false for what a rule may
// ask about: a credential, a setting, or something made of one.
func kindKey(b *strings.Builder, v Value) bool {
	budget := 40
	return !carries(v, &budget) && bareKey(b, v)
}

// bareKey describes a value by its kind, whatever it is made of.
func bareKey(b *strings.Builder, v Value) bool {
	switch x := v.(type) {
	case *Instance: // two objects of a class of the program may be made with different names of variables
		if _, ours := x.Class.(*Class); ours && !x.Assumed {
			fmt.Fprintf(b, "%p;", x)
		} else {
			classKey(b, x.Class)
		}
	case *Class, *Func, *Module:
		fmt.Fprintf(b, "%p;", x)
	case *External:
		b.WriteString(x.Path + ";")
	case *None:
		b.WriteString("None;")
	default:
		b.WriteString("?;")
	}
	return true
}

// carries says whether a value is or may be made of a symbol; what is too large
// to look through may be.
func carries(v Value, budget *int) bool {
	if *budget--; *budget < 0 {
		return true
	}
	switch x := v.(type) {
	case *Symbol:
		return true
	case *Op:
		for _, a := range x.Args {
			if carries(a, budget) {
				return true
			}
		}
	case *Choice:
		for _, o := range x.Options {
			if carries(o.Value, budget) {
				return true
			}
		}
	case *Seq:
		for _, i := range x.Items {
			if carries(i, budget) {
				return true
			}
		}
	case *Dict:
		for _, e := range x.Entries {
			if carries(e.Value, budget) {
				return true
			}
		}
	}
	return false
}

// classKey writes which class it is.
func classKey(b *strings.Builder, class Value) {
	if e, ok := class.(*External); ok {
		b.WriteString("~" + e.Path + ";")
		return
	}
	fmt.Fprintf(b, "~%p;", class)
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
		case *Unknown, *Instance, *Str, *Num, *None, *Func, *Class, *External:
		default:
			return false
		}
	}
	return true
}
