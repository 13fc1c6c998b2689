package interpret

import (
	"slices"
	"strconv"
	"strings"

	"bearings/internal/python"
	"bearings/internal/source"
)

var strMethods = words(`strip lstrip rstrip lower upper title replace split rsplit splitlines startswith endswith encode decode format join removeprefix
	removesuffix partition rpartition count find isdigit capitalize zfill hex resolve absolute joinpath as_posix exists is_file is_dir read_text read_bytes open
	with_suffix with_name expanduser iterdir glob rglob relative_to casefold swapcase isupper islower isalpha isalnum isidentifier rfind index ljust rjust`)
var seqMethods = words(`append extend insert remove pop index copy add update union discard sort reverse clear count appendleft difference intersection
	symmetric_difference issubset issuperset difference_update`)
var dictMethods = words(`get items keys values update pop setdefault copy clear popitem move_to_end`)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

func hasMethod(v Value, name string) bool {
	switch x := v.(type) {
	case *Str, *Bytes:
		return strMethods[name]
	case *Seq:
		return seqMethods[name]
	case *Dict:
		return dictMethods[name]
	case *Symbol:
		return strMethods[name]
	case *Op:
		switch x.Name {
		case "comprehension", "list", "set":
			return seqMethods[name]
		case "parameter", "element", "coroutine", "later", "generator":
			return false
		}
		return strMethods[name] && name != "open" && name != "format" || name == "get"
	}
	return false
}

// method is a call of a builtin method.
func (f *Frame) method(site *CallSite, recv Value, name string, args *Args) Value {
	var v Value
	switch r := recv.(type) {
	case *Str:
		if reader, ok := f.M.Lib.(FileReader); ok && (name == "read_text" || name == "read_bytes") { // a pathlib path
			if text, ok := reader.ReadText(f, site, r); ok {
				return text
			}
		}
		v = f.strMethod(site, r, name, args)
	case *Bytes:
		if t, ok := byteMethod(r, name, args, Origin{At: site.At}); ok {
			v = t
		}
	case *Seq:
		v = f.seqMethod(site, r, name, args)
	case *Dict:
		v = f.dictMethod(site, r, name, args)
	}
	if v != nil {
		return v
	}
	return &Op{Origin: Origin{At: site.At}, Name: "method", Text: name, Args: append([]Value{recv}, positional(args)...), Kw: keywords(args)}
}

func byteMethod(b *Bytes, name string, args *Args, o Origin) (Value, bool) {
	switch name {
	case "decode":
		return &Str{o, b.Text}, true
	case "strip", "rstrip", "lstrip":
		if len(args.Pos) == 0 {
			return &Bytes{o, trim(name, b.Text, " \t\r\n")}, true
		}
	}
	return nil, false
}

func trim(name, s, cut string) string {
	switch name {
	case "lstrip":
		return strings.TrimLeft(s, cut)
	case "rstrip":
		return strings.TrimRight(s, cut)
	}
	return strings.Trim(s, cut)
}

func (f *Frame) strMethod(site *CallSite, r *Str, name string, args *Args) Value {
	o := Origin{At: site.At}
	texts := make([]string, 0, len(args.Pos))
	for _, a := range args.Pos {
		if t, ok := Text(a.Value); ok {
			texts = append(texts, t)
		} else if name != "join" && name != "encode" && name != "startswith" && name != "endswith" {
			return nil
		}
	}
	arg := func(i int, d string) string {
		if i < len(texts) {
			return texts[i]
		}
		return d
	}
	switch name {
	case "strip", "lstrip", "rstrip":
		return &Str{o, trim(name, r.Text, arg(0, " \t\r\n\v\f"))}
	case "lower":
		return &Str{o, strings.ToLower(r.Text)}
	case "upper":
		return &Str{o, strings.ToUpper(r.Text)}
	case "capitalize", "title":
		if r.Text != "" {
			return &Str{o, strings.ToUpper(r.Text[:1]) + strings.ToLower(r.Text[1:])}
		}
		return r
	case "replace":
		if len(texts) >= 2 {
			return &Str{o, strings.ReplaceAll(r.Text, texts[0], texts[1])}
		}
	case "removeprefix":
		return &Str{o, strings.TrimPrefix(r.Text, arg(0, ""))}
	case "removesuffix":
		return &Str{o, strings.TrimSuffix(r.Text, arg(0, ""))}
	case "startswith":
		return affixed(r, args, strings.HasPrefix, o)
	case "endswith":
		return affixed(r, args, strings.HasSuffix, o)
	case "encode":
		return &Bytes{o, r.Text}
	case "split", "rsplit", "splitlines":
		return splitStr(r, name, args, texts, o)
	case "join":
		return f.join(r, args, o)
	case "format":
		return formatStr(r, args, o)
	case "joinpath":
		text := r.Text
		for _, t := range texts {
			text = joinText(text, t)
		}
		return &Str{o, text}
	case "resolve", "absolute", "as_posix", "expanduser":
		return r
	case "iterdir", "glob", "rglob":
		return f.globbed(r.Text, arg(0, "*"), name == "rglob", o)
	case "with_name":
		return &Str{o, joinText(strings.TrimSuffix(r.Text[:strings.LastIndexByte(r.Text, '/')+1], "/"), arg(0, ""))}
	}
	return strTest(r, name, texts, o)
}

// affixed decides startswith and endswith, of one text or of a tuple of texts;
// nil when it cannot.
func affixed(r *Str, args *Args, has func(s, affix string) bool, o Origin) Value {
	if len(args.Pos) != 1 {
		return nil
	}
	affixes := []Value{args.Pos[0].Value}
	if seq, ok := affixes[0].(*Seq); ok {
		if seq.Open {
			return nil
		}
		affixes = seq.Items
	}
	unclear := false
	for _, a := range affixes {
		text, ok := Text(a)
		unclear = unclear || !ok
		if ok && has(r.Text, text) {
			return &Bool{o, true}
		}
	}
	if unclear {
		return nil
	}
	return &Bool{o, false}
}

func splitStr(r *Str, name string, args *Args, texts []string, o Origin) Value {
	var parts []string
	switch {
	case name == "splitlines":
		parts = strings.Split(strings.TrimSuffix(r.Text, "\n"), "\n")
	case len(args.Pos) == 0:
		parts = strings.Fields(r.Text)
	case len(args.Pos) == 1 && texts[0] != "":
		parts = strings.Split(r.Text, texts[0])
	case name == "split" && len(args.Pos) == 2 && texts[0] != "":
		n, _ := args.Pos[1].Value.(*Num)
		if n == nil {
			return nil
		}
		parts = strings.SplitN(r.Text, texts[0], int(n.Value)+1)
	case name == "rsplit" && len(args.Pos) == 2 && texts[0] != "":
		n, _ := args.Pos[1].Value.(*Num)
		if n == nil {
			return nil
		}
		parts = strings.Split(r.Text, texts[0])
		if extra := len(parts) - 1 - int(n.Value); extra > 0 {
			parts = append([]string{strings.Join(parts[:extra+1], texts[0])}, parts[extra+1:]...)
		}
	default:
		return nil
	}
	seq := &Seq{Origin: o}
	for _, p := range parts {
		seq.Items = append(seq.Items, &Str{o, p})
	}
	return seq
}

func (f *Frame) join(r *Str, args *Args, o Origin) Value {
	if len(args.Pos) != 1 {
		return nil
	}
	items, known := f.items(args.Pos[0].Value)
	if !known {
		return nil
	}
	var parts []string
	for _, i := range items {
		t, ok := Text(i)
		if !ok {
			return nil
		}
		parts = append(parts, t)
	}
	return &Str{o, strings.Join(parts, r.Text)}
}

func formatStr(r *Str, args *Args, o Origin) Value {
	text := r.Text
	for i, a := range args.Pos {
		t, ok := Text(a.Value)
		if !ok {
			return &Op{Origin: o, Name: "fstring", Args: append([]Value{r}, positional(args)...)}
		}
		numbered := "{" + string(rune('0'+i)) + "}"
		if i < 10 && strings.Contains(text, numbered) {
			text = strings.ReplaceAll(text, numbered, t)
		} else {
			text = strings.Replace(text, "{}", t, 1)
		}
	}
	for _, k := range args.Kw {
		t, ok := Text(k.Value)
		if !ok {
			return &Op{Origin: o, Name: "fstring", Args: []Value{r, k.Value}}
		}
		text = strings.ReplaceAll(text, "{"+k.Name+"}", t)
	}
	return &Str{o, text}
}

func (f *Frame) seqMethod(site *CallSite, r *Seq, name string, args *Args) Value {
	o := Origin{At: site.At}
	first := args.Value(0, "")
	switch name {
	case "append", "add":
		if first != nil {
			r.Doubtful = (r.Doubtful || len(r.Items) == 0) && len(f.Undecided()) > 0
			r.Items = append(r.Items, first)
		}
		return &None{o}
	case "extend", "update":
		items, known := f.items(first)
		r.Items = append(r.Items, items...)
		r.Open = r.Open || !known
		return &None{o}
	case "insert":
		n, _ := first.(*Num)
		if v := args.Value(1, ""); v != nil {
			i := len(r.Items)
			if n != nil && n.Value >= 0 && int(n.Value) < i {
				i = int(n.Value)
			}
			r.Items = append(r.Items[:i:i], append([]Value{v}, r.Items[i:]...)...)
		}
		return &None{o}
	case "copy":
		return copyOf(r, o)
	case "union":
		out := &Seq{Origin: o, Kind: r.Kind, Items: append([]Value{}, r.Items...), Open: r.Open}
		items, known := f.items(first)
		out.Items = append(out.Items, items...)
		out.Open = out.Open || !known
		return out
	case "pop":
		if len(r.Items) > 0 && len(args.Pos) == 0 {
			v := r.Items[len(r.Items)-1]
			r.Items = r.Items[:len(r.Items)-1]
			return v
		}
		if n, ok := first.(*Num); ok && !r.Open && int(n.Value) >= 0 && int(n.Value) < len(r.Items) {
			v := r.Items[int(n.Value)]
			r.Items = slices.Delete(slices.Clone(r.Items), int(n.Value), int(n.Value)+1)
			return v
		}
	case "clear":
		r.Items = nil
		return &None{o}
	case "sort":
		if s, ok := f.sorted(r.Items, args, o).(*Seq); ok {
			r.Items = s.Items
		}
		return &None{o}
	case "reverse":
		r.Items = slices.Clone(r.Items)
		slices.Reverse(r.Items)
		return &None{o}
	}
	return f.setMethod(r, name, args, o)
}

func (f *Frame) dictMethod(site *CallSite, r *Dict, name string, args *Args) Value {
	o := Origin{At: site.At}
	first := args.Value(0, "")
	switch name {
	case "get", "pop", "setdefault":
		decided := true
		for i, e := range r.Entries {
			same, ok := Equal(e.Key, first)
			decided = decided && ok
			if ok && same {
				if name == "pop" {
					r.Entries = append(append([]Entry{}, r.Entries[:i]...), r.Entries[i+1:]...)
				}
				return e.Value
			}
		}
		d := args.Value(1, "default")
		if name == "setdefault" && d != nil {
			r.Set(first, d, site.At)
			return d
		}
		if r.Open || first == nil || !decided || isUnclear(first) || isAssumed(first) {
			return nil
		}
		if m, ok := f.M.Lib.(Missing); ok && r.File != "" {
			if key, known := first.(*Str); known {
				m.Missed(f, r, key.Text, d, site.At)
			}
		}
		if d == nil {
			return &None{o}
		}
		return d
	case "items":
		seq := &Seq{Origin: o, Open: r.Open}
		for _, e := range r.Entries {
			seq.Items = append(seq.Items, &Seq{Origin: o, Kind: python.Tuple, Items: []Value{e.Key, e.Value}})
		}
		return seq
	case "keys":
		items, known := f.items(r)
		return &Seq{Origin: o, Items: items, Open: !known}
	case "values":
		seq := &Seq{Origin: o, Open: r.Open}
		for _, e := range r.Entries {
			seq.Items = append(seq.Items, e.Value)
		}
		return seq
	case "update":
		if first != nil {
			f.merge(r, first)
		}
		for _, k := range args.Kw {
			r.Set(&Str{Origin{At: k.At}, k.Name}, k.Value, k.At)
		}
		r.Open = r.Open || args.Open
		return &None{o}
	case "copy":
		return copyOf(r, o)
	case "clear":
		r.Entries, r.Open = nil, false
		return &None{o}
	case "move_to_end":
		return &None{o}
	}
	return nil
}

// Method calls a builtin method of a known value with known arguments; nil when
// the result is not known.
func (m *Machine) Method(recv Value, name string, args []Value, at source.Location) Value {
	if !hasMethod(recv, name) {
		return nil
	}
	f := &Frame{M: m}
	a := &Args{}
	for _, v := range args {
		a.Pos = append(a.Pos, Arg{Value: v, At: at})
	}
	v := f.method(&CallSite{At: at, Frame: f}, recv, name, a)
	if op, ok := v.(*Op); ok && op.Name == "method" {
		return nil
	}
	return v
}

// Number reads a number as int() and float() do; nil when the text is none.
func Number(text string, o Origin) Value {
	if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
		return &Num{o, float64(n), false}
	}
	if n, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil {
		return &Num{o, n, true}
	}
	return nil
}
