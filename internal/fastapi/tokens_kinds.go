package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// kind is the Python type of a value, and why.
type kind struct {
	name     string          // "str", "int", "UUID", "datetime", …; "" when not known
	at       source.Location // what gives the type: a field, a column
	promised bool            // it rests on what a function's annotation says that it returns
	guessed  bool            // it rests on the one class of the program that a query names
}

// claim describes a claim that is written.
func (l *linker) claim(name string, at source.Location, v interpret.Value) Claim {
	k := l.kindOf(v, 0)
	return Claim{Name: name, At: at, Kind: k.name, KindAt: k.at, Guessed: k.guessed, Annotated: k.promised, Raw: v}
}

// kindOf finds the Python type of a value.
func (l *linker) kindOf(v interpret.Value, depth int) kind {
	if v == nil || depth > 6 {
		return kind{}
	}
	switch x := v.(type) {
	case *interpret.Str:
		return kind{name: "str", at: x.At}
	case *interpret.Bytes:
		return kind{name: "bytes", at: x.At}
	case *interpret.Num:
		if x.IsFloat {
			return kind{name: "float", at: x.At}
		}
		return kind{name: "int", at: x.At}
	case *interpret.Bool:
		return kind{name: "bool", at: x.At}
	case *interpret.Seq:
		return kind{name: map[python.SequenceKind]string{python.List: "list", python.Tuple: "tuple", python.Set: "set"}[x.Kind], at: x.At}
	case *interpret.Dict:
		return kind{name: "dict", at: x.At}
	case *interpret.None:
		return kind{name: "None", at: x.At}
	case *interpret.Instance:
		return l.kindOfInstance(x)
	case *interpret.Op:
		return l.kindOfOp(x, depth)
	case *interpret.Symbol:
		if r, ok := x.Data.(*RandomValue); ok && strings.HasPrefix(r.Function, "uuid.") {
			return kind{name: "UUID", at: x.At}
		}
	case *interpret.Choice:
		var out kind
		for i, o := range x.Options {
			k := l.kindOf(o.Value, depth+1)
			if i > 0 && k.name != out.name {
				return kind{}
			}
			out = k
		}
		return out
	}
	return kind{}
}

func (l *linker) kindOfInstance(x *interpret.Instance) kind {
	if m, ok := x.State.(*interpret.EnumMember); ok {
		if m.IsStr {
			return kind{name: "str"}
		}
		return kind{name: "Enum", at: x.At}
	}
	if c, ok := x.Class.(*interpret.Class); ok {
		return kind{name: c.Def.Name, at: source.Location{Path: c.Module.Path, Span: c.Def.NameAt.Span()}}
	}
	path := externalPath(x.Class)
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch name {
	case "Field", "Column", "mapped_column", "Mapped":
		if k := l.kindOfField(x.At, x.Args); k.name != "" {
			return k
		}
		return kind{}
	case "EmailStr", "SecretStr", "AnyUrl", "HttpUrl":
		name = "str"
	}
	return kind{name: name, at: x.NameAt}
}

func (l *linker) kindOfOp(x *interpret.Op, depth int) kind {
	switch x.Name {
	case "str", "int", "float", "bool":
		return kind{name: x.Name, at: x.At}
	case "fstring":
		return kind{name: "str", at: x.At}
	case "parameter", "coroutine":
		if len(x.Args) == 1 {
			return l.kindOf(x.Args[0], depth+1)
		}
	case "method":
		switch x.Text {
		case "strip", "lower", "upper", "decode", "replace", "hex":
			return kind{name: "str", at: x.At}
		}
	case "or":
		a, b := l.kindOf(x.Args[0], depth+1), l.kindOf(x.Args[1], depth+1)
		if a.name == b.name || b.name == "None" {
			return a
		}
	case "call":
		if k := l.kindOfField(x.At, nil); k.name != "" && isColumn(x.Args[0]) {
			return k
		}
		return kindOfCall(x)
	}
	if name, ok := strings.CutPrefix(x.Name, "."); ok && len(x.Args) == 1 {
		return l.kindOfAttribute(x.Args[0], name)
	}
	return kind{}
}

func isColumn(callee interpret.Value) bool {
	path := externalPath(callee)
	return strings.HasSuffix(path, ".mapped_column") || strings.HasSuffix(path, ".Column")
}

func kindOfCall(x *interpret.Op) kind {
	switch path := externalPath(x.Args[0]); path {
	case "uuid.uuid4", "uuid.uuid1", "uuid.UUID":
		return kind{name: "UUID", at: x.At}
	case "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.fromtimestamp":
		return kind{name: "datetime", at: x.At}
	case "time.time":
		return kind{name: "float", at: x.At}
	}
	if callee, ok := x.Args[0].(*interpret.Op); ok {
		switch callee.Name {
		case ".isoformat", ".strftime", ".hex", ".get_secret_value":
			return kind{name: "str", at: x.At}
		case ".timestamp", ".total_seconds":
			return kind{name: "float", at: x.At}
		}
	}
	return kind{}
}

// kindOfField reads the type of a field whose value in the class body is the
// call at a place: from the annotation, else from the column's type.
func (l *linker) kindOfField(at source.Location, args *interpret.Args) kind {
	m := l.in.Program.Module(at.Path)
	if m == nil {
		return kind{}
	}
	var out kind
	python.InspectAround(m, at.Span, func(n any) bool {
		a, ok := n.(*python.Assign)
		if !ok || a.Value == nil || a.Value.Span() != at.Span {
			return out.name == ""
		}
		out.at = source.Location{Path: at.Path, Span: a.Span()}
		if a.Annotation != nil {
			out.name = typeName(a.Annotation)
		} else if c, ok := a.Value.(*python.Call); ok {
			out.name = columnType(c)
		}
		return false
	})
	return out
}

// typeName is the last name of a type, without Optional, Mapped and their like.
func typeName(e python.Expr) string {
	switch x := e.(type) {
	case *python.Name:
		if x.ID == "EmailStr" {
			return "str"
		}
		return x.ID
	case *python.Attribute:
		return x.Attr
	case *python.Subscript:
		switch typeName(x.Value) {
		case "Optional", "Mapped", "Annotated", "Final", "ClassVar":
			if seq, ok := x.Index.(*python.Sequence); ok && len(seq.Elements) > 0 {
				return typeName(seq.Elements[0])
			}
			return typeName(x.Index)
		}
	case *python.Binary:
		if x.Op != "|" {
			return ""
		}
		if _, none := x.X.(*python.Constant); none {
			return typeName(x.Y)
		}
		if _, none := x.Y.(*python.Constant); none {
			return typeName(x.X)
		}
	}
	return ""
}

// columnType is the Python type that a SQLAlchemy 2 column gives, by the type that it names.
func columnType(c *python.Call) string {
	for _, a := range c.Args {
		if a.Name != "" && a.Name != "type_" {
			continue
		}
		e, args := a.Value, []python.Arg(nil)
		if call, ok := e.(*python.Call); ok {
			e, args = call.Func, call.Args
		}
		switch typeName(e) {
		case "Integer", "BigInteger", "SmallInteger", "INTEGER", "BIGINT":
			return "int"
		case "String", "Text", "Unicode", "VARCHAR", "TEXT":
			return "str"
		case "UUID", "Uuid":
			for _, option := range args {
				if t, ok := option.Value.(*python.Constant); ok && option.Name == "as_uuid" {
					return map[bool]string{true: "UUID", false: "str"}[t.Kind == python.True]
				}
			}
		}
	}
	return ""
}

// kindOfAttribute guesses the type of an attribute of something that a query
// gave: when the query names one class of the program that has such a field.
func (l *linker) kindOfAttribute(v interpret.Value, name string) kind {
	var found *interpret.Class
	several := false
	var walk func(v interpret.Value, depth int)
	walk = func(v interpret.Value, depth int) {
		if v == nil || depth > 12 {
			return
		}
		switch x := v.(type) {
		case *interpret.Class:
			if !hasMember(x, name) {
				return
			}
			several = several || found != nil && found != x
			found = x
		case *interpret.Func: // a function that was not followed: the classes that it names
			for _, c := range classesIn(x) {
				walk(c, depth+1)
			}
		case *interpret.Op:
			for _, a := range x.Args {
				walk(a, depth+1)
			}
		}
	}
	if class := l.promises[v]; class != nil && hasMember(class, name) {
		k := l.kindOfMember(class, name)
		k.promised = true
		return k
	}
	walk(v, 0)
	if found == nil || several {
		return kind{}
	}
	k := l.kindOfMember(found, name)
	k.guessed = true
	return k
}

func hasMember(c *interpret.Class, name string) bool {
	if v, _ := c.Lookup(name); v != nil {
		return true
	}
	fd, _ := interpret.Field(c, name)
	return fd != nil
}

// classesIn lists the classes of the program that a function's body names.
func classesIn(fn *interpret.Func) (classes []*interpret.Class) {
	if fn.Def == nil || fn.Module == nil {
		return nil
	}
	for _, st := range fn.Def.Body() {
		python.Inspect(st, func(n any) bool {
			if name, ok := n.(*python.Name); ok {
				if b, ok := fn.Module.Scope.Get(name.ID); ok {
					if c, ok := b.Value.(*interpret.Class); ok && !slices.Contains(classes, c) {
						classes = append(classes, c)
					}
				}
			}
			return true
		})
	}
	return classes
}

// kindOfMember is the type of a field of a class.
func (l *linker) kindOfMember(c *interpret.Class, name string) kind {
	if fd, m := interpret.Field(c, name); fd != nil {
		return kind{name: typeName(fd.Annotation), at: source.Location{Path: m.Path, Span: fd.Span()}}
	}
	if v, _ := c.Lookup(name); v != nil {
		return l.kindOf(v, 5)
	}
	return kind{}
}
