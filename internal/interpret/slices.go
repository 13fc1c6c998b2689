package interpret

import (
	"bearings/internal/python"
	"bearings/internal/source"
)

// slice is value[lo:hi:step] in an expression. What is not known stays an Op,
// with the bounds as its arguments.
func (f *Frame) slice(x *python.Slice) Value {
	op := &Op{Origin: Origin{At: f.At(x)}, Name: "slice"}
	for _, e := range []python.Expr{x.Lo, x.Hi, x.Step} {
		var v Value = &None{Origin{At: f.At(x)}}
		if e != nil {
			v = f.Eval(e)
		}
		op.Args = append(op.Args, v)
	}
	return op
}

// sliced takes a part of a known sequence; nil when it is not known.
func sliced(recv Value, key *Op, at source.Location) Value {
	o := Origin{At: at}
	switch r := recv.(type) {
	case *Seq:
		if r.Open {
			return nil
		}
		picked, ok := positions(key, len(r.Items))
		if !ok {
			return nil
		}
		out := &Seq{Origin: o, Kind: r.Kind}
		for _, i := range picked {
			out.Items = append(out.Items, r.Items[i])
		}
		return out
	case *Str:
		runes := []rune(r.Text)
		picked, ok := positions(key, len(runes))
		if !ok {
			return nil
		}
		var text []rune
		for _, i := range picked {
			text = append(text, runes[i])
		}
		return &Str{o, string(text)}
	}
	return nil
}

// positions lists the indices that a slice picks of n items.
func positions(key *Op, n int) ([]int, bool) {
	if len(key.Args) != 3 {
		return nil, false
	}
	bound := func(i, deflt int) (int, bool) {
		switch v := key.Args[i].(type) {
		case *None:
			return deflt, true
		case *Num:
			return int(v.Value), true
		}
		return 0, false
	}
	step, ok := bound(2, 1)
	if !ok || step == 0 {
		return nil, false
	}
	first, last := 0, n
	if step < 0 {
		first, last = n-1, -1
	}
	clamp := func(i, deflt int) (int, bool) {
		v, ok := bound(i, deflt)
		if _, none := key.Args[i].(*None); none || !ok {
			return v, ok
		}
		if v < 0 {
			v += n
		}
		low, high := 0, n
		if step < 0 {
			low, high = -1, n-1
		}
		return min(max(v, low), high), true
	}
	lo, okLo := clamp(0, first)
	hi, okHi := clamp(1, last)
	if !okLo || !okHi {
		return nil, false
	}
	var out []int
	for i := lo; step > 0 && i < hi || step < 0 && i > hi; i += step {
		out = append(out, i)
	}
	return out, true
}
