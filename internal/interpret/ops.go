package interpret

import (
	"fmt"
	"strings"

	"bearings/internal/python"
	"bearings/internal/source"
)

// Truth returns the truth of a value, if it is known.
func Truth(v Value) (truth, known bool) {
	switch x := v.(type) {
	case *Str:
		return x.Text != "", true
	case *Bytes:
		return x.Text != "", true
	case *Num:
		return x.Value != 0, true
	case *Bool:
		return x.Value, true
	case *None:
		return false, true
	case *Seq:
		if x.Open && len(x.Items) == 0 || x.Doubtful {
			return false, false
		}
		return len(x.Items) > 0, true
	case *Dict:
		if x.Open && len(x.Entries) == 0 {
			return false, false
		}
		return len(x.Entries) > 0, true
	case *Func, *Class, *Module, *Partial, *Builtin:
		return true, true
	case *External:
		switch x.Path {
		case "typing.TYPE_CHECKING":
			return false, true
		}
		return true, !isConstantName(x.Path)
	case *Instance:
		if x.Assumed || x.Class == nil {
			return true, !x.Assumed
		}
		if c, ok := x.Class.(*Class); ok {
			if fn, _ := c.Lookup("__bool__"); fn != nil {
				return false, false
			}
			if fn, _ := c.Lookup("__len__"); fn != nil {
				return false, false
			}
		}
		if m, ok := x.State.(*EnumMember); ok && m.IsStr {
			return Truth(m.Value)
		}
		return true, true
	case *Op:
		return opTruth(x)
	case *Choice:
		for i, o := range x.Options {
			t, ok := Truth(o.Value)
			if !ok || (i > 0 && t != truth) {
				return false, false
			}
			truth = t
		}
		return truth, true
	}
	return false, false
}

func isConstantName(path string) bool {
	name := path[strings.LastIndexByte(path, '.')+1:]
	return name == strings.ToUpper(name)
}

func opTruth(x *Op) (truth, known bool) {
	switch x.Name {
	case "not":
		t, ok := Truth(x.Args[0])
		return !t, ok
	case "or", "and":
		a, okA := Truth(x.Args[0])
		b, okB := Truth(x.Args[1])
		want := x.Name == "or"
		if (okA && a == want) || (okB && b == want) {
			return want, true
		}
		return !want, okA && okB
	case "fstring":
		for _, a := range x.Args {
			if s, ok := a.(*Str); ok && s.Text != "" {
				return true, true
			}
		}
	case "coroutine":
		return true, true
	}
	return false, false
}

// Equal says whether two values are equal, if that is known.
func Equal(a, b Value) (same, known bool) {
	if a == b {
		if isUnclear(a) {
			return false, false
		}
		return true, true
	}
	if m, ok := enumOf(a); ok && m.IsStr {
		a = m.Value
	}
	if m, ok := enumOf(b); ok && m.IsStr {
		b = m.Value
	}
	switch x := a.(type) {
	case *Str:
		switch y := b.(type) {
		case *Str:
			return x.Text == y.Text, true
		case *None, *Num, *Bool, *Bytes, *Seq, *Dict:
			return false, true
		}
	case *Bytes:
		if y, ok := b.(*Bytes); ok {
			return x.Text == y.Text, true
		}
	case *Num:
		switch y := b.(type) {
		case *Num:
			return x.Value == y.Value, true
		case *Str, *None:
			return false, true
		}
	case *Bool:
		switch y := b.(type) {
		case *Bool:
			return x.Value == y.Value, true
		case *Str, *None:
			return false, true
		}
	case *None:
		switch b.(type) {
		case *None:
			return true, true
		case *Str, *Num, *Bool, *Seq, *Dict, *Func, *Class, *Module, *Bytes:
			return false, true
		}
	case *Seq:
		if y, ok := b.(*Seq); ok && !x.Open && !y.Open {
			if len(x.Items) != len(y.Items) {
				return false, true
			}
			for i := range x.Items {
				if s, ok := Equal(x.Items[i], y.Items[i]); !ok || !s {
					return s, ok
				}
			}
			return true, true
		}
	case *External:
		if y, ok := b.(*External); ok && x.Path == y.Path {
			return true, true
		}
		if unlikeMarker(x, b) {
			return false, true
		}
	case *Func, *Class, *Module:
		switch b.(type) {
		case *Func, *Class, *Module, *None, *Str, *Num:
			return false, true
		}
	case *Instance:
		if _, ok := b.(*None); ok && !x.Assumed {
			return false, true
		}
		if y, ok := b.(*Instance); ok {
			mx, okx := enumOf(x)
			my, oky := enumOf(y)
			if okx && oky {
				return mx == my, true
			}
		}
	}
	if y, ok := b.(*External); ok && unlikeMarker(y, a) {
		return false, true
	}
	if _, ok := b.(*None); ok {
		if _, ok := a.(*None); !ok && !isUnclear(a) {
			if _, choice := a.(*Choice); !choice {
				if i, ok := a.(*Instance); !ok || !i.Assumed {
					return false, true
				}
			}
		}
	}
	return false, false
}

// unlikeMarker reports whether a library's constant that nothing else equals, a kind
// of inspect.Parameter or its empty, is surely not another value.
func unlikeMarker(x *External, other Value) bool {
	if !strings.HasPrefix(x.Path, "inspect.Parameter.") {
		return false
	}
	switch o := other.(type) {
	case *External, *Class, *Func, *Str, *Num, *Bool, *None:
		return true
	case *Instance:
		return !o.Assumed
	}
	return false
}

func (f *Frame) unary(op string, v Value, at source.Location) Value {
	o := Origin{At: at}
	if op == "not" {
		if t, ok := Truth(v); ok {
			return &Bool{o, !t}
		}
		return &Op{Origin: o, Name: "not", Args: []Value{v}}
	}
	if n, ok := v.(*Num); ok && op == "-" {
		return &Num{o, -n.Value, n.IsFloat}
	}
	return &Op{Origin: o, Name: "unary" + op, Args: []Value{v}}
}

func (f *Frame) binary(op string, a, b Value, at source.Location) Value {
	if op == "+" {
		a, b = f.ownList(a), f.ownList(b)
	}
	if v := Apply(op, a, b, at); v != nil {
		return v
	}
	if c, ok := a.(*Choice); ok && len(c.Options) <= 4 {
		var out []Option
		for _, x := range c.Options {
			out = append(out, Option{f.binary(op, x.Value, b, at), x.When})
		}
		return choose(out...)
	}
	if c, ok := b.(*Choice); ok && len(c.Options) <= 4 {
		var out []Option
		for _, x := range c.Options {
			out = append(out, Option{f.binary(op, a, x.Value, at), x.When})
		}
		return choose(out...)
	}
	return &Op{Origin: Origin{At: at}, Name: op, Args: []Value{a, b}}
}

// ownList is a list that a library keeps, such as app.routes, as a value of its own
// where a list is made of it; other values are returned as they are.
func (f *Frame) ownList(v Value) Value {
	inst, ok := v.(*Instance)
	if !ok || inst.State == nil {
		return v
	}
	if e, ok := inst.Class.(*External); !ok || e.Path != "builtins.list" {
		return v
	}
	if items, known := f.items(inst); known {
		return &Seq{Origin: inst.Origin, Items: items}
	}
	return v
}

// Apply computes a binary operation on known values; nil when they are not.
func Apply(op string, a, b Value, at source.Location) Value {
	o := Origin{At: at}
	switch x := a.(type) {
	case *Str:
		switch op {
		case "+":
			if y, ok := Text(b); ok && isText(b) {
				return &Str{o, x.Text + y}
			}
		case "/": // a path
			if y, ok := b.(*Str); ok {
				return &Str{o, joinText(x.Text, y.Text)}
			}
		case "*":
			if n, ok := b.(*Num); ok && n.Value >= 0 && float64(len(x.Text))*n.Value < 1<<16 {
				return &Str{o, strings.Repeat(x.Text, int(n.Value))}
			}
		case "%":
			return percent(x, b, o)
		}
	case *Bytes:
		if y, ok := b.(*Bytes); ok && op == "+" {
			return &Bytes{o, x.Text + y.Text}
		}
	case *Num:
		if y, ok := b.(*Num); ok {
			return arithmetic(op, x, y, o)
		}
	case *Seq:
		if y, ok := b.(*Seq); ok && x.Kind == python.Set && op != "+" {
			return setOp(op, x, y, o)
		}
		if y, ok := b.(*Seq); ok && op == "+" {
			return &Seq{Origin: o, Kind: x.Kind, Items: append(append([]Value{}, x.Items...), y.Items...), Open: x.Open || y.Open}
		}
	case *Dict:
		if y, ok := b.(*Dict); ok && op == "|" {
			d := &Dict{Origin: o, Open: x.Open || y.Open}
			for _, e := range append(append([]Entry{}, x.Entries...), y.Entries...) {
				d.Set(e.Key, e.Value, e.At)
			}
			return d
		}
	case *Instance:
		if m, ok := enumOf(x); ok && m.IsStr {
			return Apply(op, m.Value, b, at)
		}
	}
	if op == "|" {
		if isType(a) && isType(b) {
			return &Op{Origin: o, Name: "union", Args: []Value{a, b}}
		}
	}
	return nil
}

// setOp is |, & and - of two sets; nil when it is not known.
func setOp(op string, x, y *Seq, o Origin) Value {
	switch op {
	case "|":
		out := &Seq{Origin: o, Kind: python.Set, Items: append([]Value{}, x.Items...), Open: x.Open || y.Open}
		for _, v := range y.Items {
			if has, known := contains(x, v); !known || !has {
				out.Items = append(out.Items, v)
			}
		}
		return out
	case "&", "-":
		if x.Open || y.Open {
			return nil
		}
		return x.against(map[string]string{"&": "intersection", "-": "difference"}[op], y.Items, o)
	}
	return nil
}

func isText(v Value) bool {
	if _, ok := v.(*Str); ok {
		return true
	}
	m, ok := enumOf(v)
	return ok && m.IsStr
}

func isType(v Value) bool {
	switch x := v.(type) {
	case *Class, *None:
		return true
	case *External:
		return true
	case *Op:
		return x.Name == "[]" || x.Name == "union"
	}
	return false
}

func joinText(a, b string) string {
	if strings.HasPrefix(b, "/") {
		return b
	}
	return strings.TrimSuffix(a, "/") + "/" + b
}

func arithmetic(op string, x, y *Num, o Origin) Value {
	float := x.IsFloat || y.IsFloat
	switch op {
	case "+":
		return &Num{o, x.Value + y.Value, float}
	case "-":
		return &Num{o, x.Value - y.Value, float}
	case "*":
		return &Num{o, x.Value * y.Value, float}
	case "/":
		if y.Value != 0 {
			return &Num{o, x.Value / y.Value, true}
		}
	case "//":
		if y.Value != 0 {
			q := x.Value / y.Value
			n := float64(int64(q))
			if n > q {
				n--
			}
			return &Num{o, n, float}
		}
	case "%":
		if y.Value != 0 && !float {
			return &Num{o, float64(int64(x.Value) % int64(y.Value)), false}
		}
	case "**":
		r := 1.0
		if y.Value >= 0 && y.Value < 64 {
			for range int(y.Value) {
				r *= x.Value
			}
			return &Num{o, r, float}
		}
	}
	return nil
}

func percent(x *Str, b Value, o Origin) Value {
	args := []Value{b}
	if t, ok := b.(*Seq); ok && t.Kind == python.Tuple {
		args = t.Items
	}
	text := x.Text
	if d, ok := b.(*Dict); ok {
		return percentNamed(text, d, o)
	}
	for _, a := range args {
		t, ok := Text(a)
		i := strings.Index(text, "%s")
		if j := strings.Index(text, "%d"); i < 0 || (j >= 0 && j < i) {
			i = j
		}
		if !ok || i < 0 {
			return nil
		}
		text = text[:i] + t + text[i+2:]
	}
	return &Str{o, text}
}

// percentNamed is text % {"name": value}; nil when it is not known.
func percentNamed(text string, d *Dict, o Origin) Value {
	for _, e := range d.Entries {
		name, ok := Text(e.Key)
		t, known := Text(e.Value)
		if !ok || !known {
			return nil
		}
		text = strings.NewReplacer("%("+name+")s", t, "%("+name+")d", t).Replace(text)
	}
	if strings.Contains(text, "%(") {
		return nil
	}
	return &Str{o, text}
}

func (f *Frame) compare(x *python.Compare) Value {
	left := f.Eval(x.X)
	o := Origin{At: f.At(x)}
	var all []Value
	for i, op := range x.Ops {
		right := f.Eval(x.Rest[i])
		t, known := relation(op, left, right)
		if !known && (op == "in" || op == "not in") {
			if t, known = f.contained(right, left, o.At); known {
				t = t == (op == "in")
			}
		}
		if known && !t {
			return &Bool{o, false}
		}
		if !known {
			all = append(all, &Op{Origin: o, Name: op, Args: []Value{left, right}})
		}
		left = right
	}
	switch len(all) {
	case 0:
		return &Bool{o, true}
	case 1:
		return all[0]
	}
	return &Op{Origin: o, Name: "and", Args: all[:2]}
}

// Relation computes a comparison of known values.
func Relation(op string, a, b Value) (truth, known bool) { return relation(op, a, b) }

func relation(op string, a, b Value) (truth, known bool) {
	switch op {
	case "==", "is":
		return Equal(a, b)
	case "!=", "is not":
		t, ok := Equal(a, b)
		return !t, ok
	case "in", "not in":
		t, ok := contains(b, a)
		return t == (op == "in"), ok
	}
	x, okX := a.(*Num)
	y, okY := b.(*Num)
	if !okX || !okY {
		return false, false
	}
	switch op {
	case "<":
		return x.Value < y.Value, true
	case "<=":
		return x.Value <= y.Value, true
	case ">":
		return x.Value > y.Value, true
	case ">=":
		return x.Value >= y.Value, true
	}
	return false, false
}

func contains(container, item Value) (truth, known bool) {
	switch c := container.(type) {
	case *Str:
		if s, ok := item.(*Str); ok {
			return strings.Contains(c.Text, s.Text), true
		}
	case *Seq:
		unclear := c.Open
		for _, i := range c.Items {
			same, ok := Equal(i, item)
			if ok && same {
				return true, true
			}
			unclear = unclear || !ok
		}
		return false, !unclear
	case *Dict:
		unclear := c.Open
		for _, e := range c.Entries {
			same, ok := Equal(e.Key, item)
			if ok && same {
				return true, true
			}
			unclear = unclear || !ok
		}
		return false, !unclear
	}
	return false, false
}

// Describe names a value for people, without giving a string away.
func Describe(v Value) string {
	switch x := v.(type) {
	case *Str, *Bytes:
		return "a literal"
	case *Func:
		return x.Name()
	case *Class:
		return x.Def.Name
	case *External:
		return x.Path
	case *Instance:
		return fmt.Sprintf("an instance of %s", Describe(x.Class))
	case *Unknown:
		return x.Reason
	case *None:
		return "None"
	}
	return "a computed value"
}
