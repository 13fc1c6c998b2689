package interpret

import (
	"regexp"
	"strings"

	"bearings/internal/python"
)

// tools is a call into itertools, functools, operator, types, re and collections
// on known values; nil when it is none of them or its result is not known.
func (f *Frame) tools(site *CallSite, path string, args *Args) Value {
	o := Origin{At: site.At}
	first := args.Value(0, "")
	switch path {
	case "itertools.chain.from_iterable":
		return f.flattened(first, o)
	case "itertools.product":
		return f.product(args, o)
	case "functools.reduce":
		return f.reduced(site, args)
	case "operator.itemgetter", "operator.attrgetter":
		return getter(path, args, o)
	case "types.MappingProxyType", "types.ModuleType":
		if d, ok := first.(*Dict); ok {
			return d
		}
	case "types.SimpleNamespace", "argparse.Namespace":
		if f.M.Tracer != nil {
			return nil
		}
		inst := &Instance{Origin: o, Class: &External{Path: path}, Attrs: map[string]Value{}, Args: args, Site: site}
		for _, k := range args.Kw {
			inst.Attrs[k.Name] = k.Value
		}
		return inst
	case "collections.namedtuple":
		return f.namedTuple(args, o)
	case "builtins.str.__new__", "builtins.int.__new__", "builtins.tuple.__new__":
		if c, ok := first.(*Class); ok {
			inst := &Instance{Origin: o, Class: c, Attrs: map[string]Value{}, Args: args, Site: site}
			if v := args.Value(1, ""); v != nil {
				inst.Attrs["_value_"] = v
			}
			return inst
		}
	case "collections.deque":
		return f.collection("list", first, o)
	case "builtins.dict.fromkeys":
		return f.fromKeys(args, o)
	case "collections.ChainMap":
		d := &Dict{Origin: o}
		for i := len(args.Pos) - 1; i >= 0; i-- {
			f.merge(d, args.Pos[i].Value)
		}
		return d
	case "re.sub", "re.match", "re.search", "re.fullmatch", "re.split", "re.findall":
		return regex(strings.TrimPrefix(path, "re."), args, o)
	case "builtins.object.__setattr__":
		if n, ok := args.Value(1, "").(*Str); ok && args.Value(2, "") != nil {
			if inst, ok := first.(*Instance); ok {
				inst.Attrs[n.Text] = args.Value(2, "")
				f.M.Lib.SetAttr(f, inst, n.Text, args.Value(2, ""), site.At)
			}
		}
		return &None{o}
	case "builtins.object.__new__":
		if c, ok := first.(*Class); ok {
			return &Instance{Origin: o, Class: c, Attrs: map[string]Value{}, Args: args, Site: site}
		}
	}
	return nil
}

func (f *Frame) flattened(v Value, o Origin) Value {
	lists, known := f.items(orNil(v))
	if !known {
		return nil
	}
	out := &Seq{Origin: o}
	for _, l := range lists {
		items, known := f.items(l)
		out.Items = append(out.Items, items...)
		out.Open = out.Open || !known
	}
	return out
}

func (f *Frame) product(args *Args, o Origin) Value {
	rows := [][]Value{nil}
	for _, a := range args.Pos {
		items, known := f.items(a.Value)
		if !known || len(rows)*len(items) > maxLoop {
			return nil
		}
		var more [][]Value
		for _, row := range rows {
			for _, i := range items {
				more = append(more, append(append([]Value{}, row...), i))
			}
		}
		rows = more
	}
	out := &Seq{Origin: o}
	for _, row := range rows {
		out.Items = append(out.Items, &Seq{Origin: o, Kind: python.Tuple, Items: row})
	}
	return out
}

func (f *Frame) reduced(site *CallSite, args *Args) Value {
	items, known := f.items(orNil(args.Value(1, "")))
	if !known || args.Value(0, "") == nil {
		return nil
	}
	total := args.Value(2, "")
	for _, i := range items {
		if total == nil {
			total = i
			continue
		}
		total = f.Call(site, args.Value(0, ""), &Args{Pos: []Arg{{Value: total, At: site.At}, {Value: i, At: site.At}}})
	}
	return total
}

// getter is operator.itemgetter(key) and operator.attrgetter(name).
func getter(path string, args *Args, o Origin) Value {
	if len(args.Pos) != 1 {
		return nil
	}
	key := args.Pos[0].Value
	return &Builtin{Origin: o, Label: path, Fn: func(f *Frame, site *CallSite, a *Args) Value {
		v := a.Value(0, "")
		if v == nil {
			return nil
		}
		if path == "operator.itemgetter" {
			return f.index(v, key, site.At)
		}
		for name := range strings.SplitSeq(textOr(key), ".") {
			v = f.Attr(v, name, site.At)
		}
		return v
	}}
}

func textOr(v Value) string {
	t, _ := Text(v)
	return t
}

func (f *Frame) fromKeys(args *Args, o Origin) Value {
	items, known := f.items(orNil(args.Value(0, "")))
	if !known {
		return nil
	}
	var v Value = &None{o}
	if given := args.Value(1, ""); given != nil {
		v = given
	}
	d := &Dict{Origin: o}
	for _, i := range items {
		d.Set(i, v, o.At)
	}
	return d
}

// maxPattern is the longest regular expression, in bytes, that is computed.
const maxPattern = 500

// regex is a function of re on known text, as far as Go's and Python's syntax
// agree; nil elsewhere.
func regex(name string, args *Args, o Origin) Value {
	pattern, ok := args.Value(0, "pattern").(*Str)
	if !ok || len(pattern.Text) > maxPattern || len(args.Pos) > 3 || args.Value(-1, "flags") != nil {
		return nil
	}
	at, third := 1, Value(nil)
	if name == "sub" {
		at, third = 2, args.Value(1, "repl")
	}
	text, ok := args.Value(at, "string").(*Str)
	if !ok || name != "sub" && len(args.Pos) > 2 {
		return nil
	}
	source := pattern.Text
	switch name {
	case "match":
		source = `\A(?:` + source + `)`
	case "fullmatch":
		source = `\A(?:` + source + `)\z`
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return nil
	}
	switch name {
	case "sub":
		repl, ok := third.(*Str)
		if !ok || strings.ContainsAny(repl.Text, `\$`) {
			return nil
		}
		return &Str{o, re.ReplaceAllLiteralString(text.Text, repl.Text)}
	case "match", "search", "fullmatch":
		if !re.MatchString(text.Text) {
			return &None{o}
		}
	case "split", "findall":
		if re.NumSubexp() > 0 {
			return nil
		}
		parts := re.FindAllString(text.Text, -1)
		if name == "split" {
			parts = re.Split(text.Text, -1)
		}
		seq := &Seq{Origin: o}
		for _, p := range parts {
			seq.Items = append(seq.Items, &Str{o, p})
		}
		return seq
	}
	return nil
}
