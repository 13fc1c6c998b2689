package interpret

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"bearings/internal/python"
	"bearings/internal/source"
)

// strTest is a method of a known text that asks or pads; nil when it is not known.
func strTest(r *Str, name string, texts []string, o Origin) Value {
	arg := ""
	if len(texts) > 0 {
		arg = texts[0]
	}
	switch name {
	case "casefold":
		return &Str{o, strings.ToLower(r.Text)}
	case "count":
		return &Num{o, float64(strings.Count(r.Text, arg)), false}
	case "find":
		return &Num{o, float64(strings.Index(r.Text, arg)), false}
	case "rfind":
		return &Num{o, float64(strings.LastIndex(r.Text, arg)), false}
	case "partition", "rpartition":
		return parted(r, name, arg, o)
	case "isupper", "islower":
		changed := strings.ToLower(r.Text)
		same := strings.ToUpper(r.Text)
		if name == "islower" {
			changed, same = same, changed
		}
		return &Bool{o, r.Text == same && r.Text != changed}
	case "isdigit", "isalpha", "isalnum", "isidentifier":
		return &Bool{o, consistsOf(r.Text, name)}
	case "zfill":
		if len(texts) == 1 && len(arg) == 1 && len(r.Text) < int(arg[0]-'0') {
			return &Str{o, strings.Repeat("0", int(arg[0]-'0')-len(r.Text)) + r.Text}
		}
		return r
	}
	return nil
}

func parted(r *Str, name, sep string, o Origin) Value {
	if sep == "" {
		return nil
	}
	i := strings.Index(r.Text, sep)
	if name == "rpartition" {
		i = strings.LastIndex(r.Text, sep)
	}
	parts := []string{r.Text, "", ""}
	switch {
	case i >= 0:
		parts = []string{r.Text[:i], sep, r.Text[i+len(sep):]}
	case name == "rpartition":
		parts = []string{"", "", r.Text}
	}
	seq := &Seq{Origin: o, Kind: python.Tuple}
	for _, p := range parts {
		seq.Items = append(seq.Items, &Str{o, p})
	}
	return seq
}

func consistsOf(text, name string) bool {
	for i, c := range text {
		digit, letter := unicode.IsDigit(c), unicode.IsLetter(c)
		ok := name == "isdigit" && digit || name == "isalpha" && letter || name == "isalnum" && (digit || letter) ||
			name == "isidentifier" && (letter || c == '_' || digit && i > 0)
		if !ok {
			return false
		}
	}
	return text != ""
}

// setMethod is a method that compares items, of a list or a set; nil when an item is not known.
func (f *Frame) setMethod(r *Seq, name string, args *Args, o Origin) Value {
	first := args.Value(0, "")
	switch name {
	case "remove", "discard", "index", "count":
		return r.byItem(name, first, o)
	case "appendleft":
		if first != nil {
			r.Items = append([]Value{first}, r.Items...)
		}
		return &None{o}
	case "difference", "intersection", "difference_update", "issubset", "issuperset":
		other, known := f.items(orNil(first))
		if !known || r.Open {
			return nil
		}
		return r.against(name, other, o)
	}
	return nil
}

func (r *Seq) byItem(name string, item Value, o Origin) Value {
	if item == nil {
		return nil
	}
	n, first := 0, -1
	for i, v := range r.Items {
		same, known := Equal(v, item)
		if !known {
			if name == "remove" || name == "discard" {
				r.Open = true
			}
			return nil
		}
		if same {
			n++
			if first < 0 {
				first = i
			}
		}
	}
	switch {
	case name == "count" && !r.Open:
		return &Num{o, float64(n), false}
	case name == "index" && first >= 0:
		return &Num{o, float64(first), false}
	case name == "remove" || name == "discard":
		if first >= 0 {
			r.Items = slices.Delete(slices.Clone(r.Items), first, first+1)
		}
		return &None{o}
	}
	return nil
}

func (r *Seq) against(name string, other []Value, o Origin) Value {
	in := func(v Value, list []Value) (bool, bool) { return contains(&Seq{Items: list}, v) }
	var kept []Value
	all := true
	for _, v := range r.Items {
		has, known := in(v, other)
		if !known {
			return nil
		}
		all = all && has
		if has == (name == "intersection") {
			kept = append(kept, v)
		}
	}
	switch name {
	case "issubset":
		return &Bool{o, all}
	case "issuperset":
		for _, v := range other {
			if has, known := in(v, r.Items); !known {
				return nil
			} else if !has {
				return &Bool{o, false}
			}
		}
		return &Bool{o, true}
	case "difference_update":
		r.Items = kept
		return &None{o}
	}
	return &Seq{Origin: o, Kind: r.Kind, Items: kept}
}

// format applies what an f-string says behind a value, "!s" or ":02d", if both
// are known; else an Op remembers it.
func format(v Value, how string, at source.Location) Value {
	if t, ok := Formatted(v, how); ok {
		return &Str{Origin{At: at}, t}
	}
	return &Op{Origin: Origin{At: at}, Name: "format", Args: []Value{v}, Text: how}
}

// Formatted is a known value in an f-string with a conversion or a format: !s, a
// width, zeros before a number.
func Formatted(v Value, how string) (string, bool) {
	text, ok := Text(v)
	spec := strings.TrimPrefix(strings.TrimPrefix(how, "!s"), ":")
	if !ok || spec == "" {
		return text, ok && !strings.HasPrefix(how, "!r") && !strings.HasPrefix(how, "!a")
	}
	num, isNum := v.(*Num)
	if isNum && num.IsFloat || strings.HasPrefix(how, "!r") {
		return "", false
	}
	isNum = isNum && !strings.HasPrefix(how, "!")
	spec = strings.TrimSuffix(strings.TrimSuffix(spec, "d"), "s")
	zero := isNum && strings.HasPrefix(spec, "0") || strings.HasPrefix(spec, "0>")
	if spec == "" {
		return text, true
	}
	width, err := strconv.Atoi(strings.TrimPrefix(strings.TrimPrefix(spec, "0>"), "0"))
	if err != nil || width > 40 || !zero && !isNum {
		return "", false
	}
	fill := " "
	if zero {
		fill = "0"
	}
	return strings.Repeat(fill, max(0, width-len(text))) + text, true
}
