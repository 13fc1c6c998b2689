package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

func upper(s string) string { return strings.ToUpper(s) }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// constant returns the text of a value where the program runs by default: with
// the defaults of its settings and what its local env files say.
func (l *linker) constant(v interpret.Value) (text string, ok bool) {
	got := l.reduce(v, 0)
	if got == nil {
		return "", false
	}
	return interpret.Text(got)
}

// reduce computes a symbolic value where the program runs by default; nil when it is not known.
func (l *linker) reduce(v interpret.Value, depth int) interpret.Value {
	if depth > 40 || v == nil {
		return nil
	}
	switch x := v.(type) {
	case *interpret.Symbol:
		return l.symbolDefault(x)
	case *interpret.Choice:
		return l.reduceChoice(x, depth)
	case *interpret.Op:
		return l.reduceOp(x, depth)
	case *interpret.Unknown:
		return nil
	}
	return v
}

// reduceChoice takes the option whose conditions hold by default, or the value all agree on.
func (l *linker) reduceChoice(x *interpret.Choice, depth int) interpret.Value {
	var only interpret.Value
	for _, o := range x.Options {
		if l.raises(o.Value) && slices.ContainsFunc(x.Options, caughtOption) {
			continue
		}
		holds, known := true, true
		for _, c := range o.When {
			if c.Value == nil {
				known = false
				break
			}
			t, ok := l.truthOf(c.Value, depth+1)
			if !ok {
				known = false
				break
			}
			if t == c.Negated {
				holds = false
				break
			}
		}
		if !holds {
			continue
		}
		r := l.reduce(o.Value, depth+1)
		if known && len(o.When) > 0 {
			return r
		}
		if only != nil {
			if same, ok := interpret.Equal(only, orNone(r)); !ok || !same {
				return nil
			}
			continue
		}
		if only = r; only == nil {
			return nil
		}
	}
	return only
}

// raises says whether a read raises where the program runs by default: of a
// variable that is not set and has no default.
func (l *linker) raises(v interpret.Value) bool {
	s, ok := v.(*interpret.Symbol)
	if !ok {
		return false
	}
	r, ok := s.Data.(*EnvRead)
	if !ok || !r.Required || r.Default != nil {
		return false
	}
	_, set := l.localValue(r)
	return !set
}

// caughtOption reports whether an option is what an except clause gives.
func caughtOption(o interpret.Option) bool {
	return slices.ContainsFunc(o.When, func(c interpret.Condition) bool { return c.Except != nil })
}

// pathOf joins the parts of a pathlib path that became known.
func pathOf(args []interpret.Value, o interpret.Origin) interpret.Value {
	text := ""
	for i, a := range args {
		t, ok := textOf(a)
		if !ok {
			return nil
		}
		if i > 0 && !strings.HasPrefix(t, "/") {
			t = strings.TrimSuffix(text, "/") + "/" + t
		}
		text = t
	}
	return &interpret.Str{Origin: o, Text: text}
}

func (l *linker) truthOf(v interpret.Value, depth int) (truth, known bool) {
	if t, ok := interpret.Truth(v); ok {
		return t, true
	}
	r := l.reduce(v, depth)
	if r == nil {
		return false, false
	}
	return interpret.Truth(r)
}

func (l *linker) reduceOp(x *interpret.Op, depth int) interpret.Value {
	args := make([]interpret.Value, len(x.Args))
	for i, a := range x.Args {
		args[i] = l.reduce(a, depth+1)
	}
	o := x.Origin
	switch x.Name {
	case "or", "and":
		if args[0] == nil {
			return nil
		}
		t, ok := interpret.Truth(args[0])
		if !ok {
			return nil
		}
		if t == (x.Name == "or") {
			return args[0]
		}
		return args[1]
	case "not":
		if args[0] != nil {
			if t, ok := interpret.Truth(args[0]); ok {
				return &interpret.Bool{Origin: o, Value: !t}
			}
		}
		return nil
	case "fstring":
		var text strings.Builder
		for _, a := range args {
			t, ok := textOf(a)
			if !ok {
				return nil
			}
			text.WriteString(t)
		}
		return &interpret.Str{Origin: o, Text: text.String()}
	case "format":
		if args[0] != nil {
			if t, ok := interpret.Formatted(args[0], x.Text); ok {
				return &interpret.Str{Origin: o, Text: t}
			}
		}
		return nil
	case "str", "int", "float", "bool":
		return convert(x.Name, args[0], o)
	case "method":
		return l.reduceMethod(x, args)
	case "coroutine":
		return args[0]
	case "[]":
		return indexOf(args)
	case "path":
		return pathOf(args, o)
	case ".parent", ".name", ".stem", ".suffix":
		if t, ok := textOf(args[0]); ok {
			if v := interpret.PathAttr(t, x.Name[1:], o); v != nil {
				return v
			}
		}
	case "call":
		return l.reduceCall(x, args)
	}
	if name, ok := strings.CutPrefix(x.Name, "."); ok && len(args) == 1 {
		return l.reduceAttr(args[0], name, depth)
	}
	if len(args) == 2 && args[0] != nil && args[1] != nil {
		if v := interpret.Apply(x.Name, args[0], args[1], x.At); v != nil {
			return v
		}
		if t, ok := interpret.Relation(x.Name, args[0], args[1]); ok {
			return &interpret.Bool{Origin: o, Value: t}
		}
	}
	return nil
}

func textOf(v interpret.Value) (string, bool) {
	if v == nil {
		return "", false
	}
	return interpret.Text(v)
}

func convert(name string, v interpret.Value, o interpret.Origin) interpret.Value {
	t, ok := textOf(v)
	if !ok {
		return nil
	}
	if name == "str" {
		return &interpret.Str{Origin: o, Text: t}
	}
	if name == "bool" {
		b, _ := interpret.Truth(v)
		return &interpret.Bool{Origin: o, Value: b}
	}
	return interpret.Number(t, o)
}

func indexOf(args []interpret.Value) interpret.Value {
	if len(args) != 2 || args[0] == nil || args[1] == nil {
		return nil
	}
	switch c := args[0].(type) {
	case *interpret.Seq:
		if n, ok := args[1].(*interpret.Num); ok && n.Value >= 0 && int(n.Value) < len(c.Items) {
			return c.Items[int(n.Value)]
		}
	case *interpret.Dict:
		if s, ok := args[1].(*interpret.Str); ok {
			if e, ok := c.Get(s.Text); ok {
				return e.Value
			}
		}
	}
	return nil
}

// reduceMethod applies a string method to a value that became known.
func (l *linker) reduceMethod(x *interpret.Op, args []interpret.Value) interpret.Value {
	for _, a := range args {
		if a == nil {
			return nil
		}
	}
	return l.machine.Method(args[0], x.Text, args[1:], x.At)
}

// textValue gives a string argument with its provenance.
func (l *linker) textValue(v interpret.Value, at source.Location) *Text {
	if v == nil {
		return nil
	}
	t := &Text{At: at}
	if at.IsZero() {
		t.At = interpret.OriginOf(v).At
	}
	t.Value, t.Known = l.constant(v)
	if !t.Known {
		t.Reason = reason(v)
	}
	t.Trail = trail(v)
	return t
}

// trail lists where the parts of a value were made, the value itself first.
func trail(v interpret.Value) []Hop {
	var out []Hop
	seen := map[source.Location]bool{}
	var walk func(v interpret.Value, depth int)
	walk = func(v interpret.Value, depth int) {
		if v == nil || depth > 8 || len(out) > 12 {
			return
		}
		if s, ok := v.(*interpret.Symbol); ok {
			if _, sent := s.Data.(*Credential); sent {
				return // what a client sends is no part of a key
			}
		}
		o := interpret.OriginOf(v)
		if !o.At.IsZero() && !seen[o.At] {
			seen[o.At] = true
			note := ""
			if o.Name != "" {
				note = o.Name
			}
			out = append(out, Hop{At: o.At, Note: note})
		}
		switch x := v.(type) {
		case *interpret.Op:
			for _, a := range x.Args {
				walk(a, depth+1)
			}
		case *interpret.Choice:
			for _, op := range x.Options {
				walk(op.Value, depth+1)
			}
		case *interpret.Symbol:
			if r, ok := x.Data.(*EnvRead); ok && r.Default != nil {
				walk(r.Default, depth+1)
			}
		}
	}
	walk(v, 0)
	return out
}

// reason says why a value is not known.
func reason(v interpret.Value) string {
	switch x := v.(type) {
	case *interpret.Unknown:
		return x.Reason
	case *interpret.Op:
		for _, a := range x.Args {
			switch a.(type) {
			case *interpret.Unknown, *interpret.Op, *interpret.Symbol:
				return reason(a)
			}
		}
		if x.Name == "parameter" {
			return "it is the parameter " + x.Text + ", whose argument is not known here"
		}
		return "it is computed"
	case *interpret.Symbol:
		if r, ok := x.Data.(*EnvRead); ok {
			return "it comes from the environment (" + strings.Join(r.Names, ", ") + ")"
		}
	case *interpret.Choice:
		return "it has several possible values"
	}
	return "it is computed"
}
