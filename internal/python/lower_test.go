package python

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// show writes a node as its type and the fields that are set, ranges apart.
func show(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return show(v.Elem())
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = show(v.Index(i))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case reflect.Struct:
		var parts []string
		for i := range v.NumField() {
			field, value := v.Type().Field(i), v.Field(i)
			if field.Type == reflect.TypeFor[Range]() || value.IsZero() {
				continue
			}
			if field.Name == "block" {
				f := v.Addr().Interface().(*Function)
				parts = append(parts, "Body:"+show(reflect.ValueOf(f.Body())))
				if f.Generator() {
					parts = append(parts, "Generator:true")
				}
				continue
			}
			parts = append(parts, field.Name+":"+show(value))
		}
		return v.Type().Name() + "{" + strings.Join(parts, " ") + "}"
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	}
	return fmt.Sprint(v.Interface())
}

// shorten makes names, which are everywhere, short.
func shorten(s string) string {
	for {
		i := strings.Index(s, `Name{ID:"`)
		if i < 0 {
			return s
		}
		rest := s[i+len(`Name{ID:"`):]
		end := strings.Index(rest, `"}`)
		s = s[:i] + rest[:end] + rest[end+2:]
	}
}

func TestExpressions(t *testing.T) {
	for text, want := range map[string]string{
		"a":                            "a",
		"(((a)))":                      "a",
		"a.b":                          `Attribute{Value:a Attr:"b"}`,
		"1_0":                          `Number{Text:"1_0"}`,
		"None":                         "Constant{}",
		"True":                         "Constant{Kind:1}",
		"...":                          "Constant{Kind:3}",
		"[a, *b]":                      "Sequence{Elements:[a Starred{X:b}]}",
		"()":                           "Sequence{Kind:1}",
		"(a,)":                         "Sequence{Kind:1 Elements:[a]}",
		"a, b":                         "Sequence{Kind:1 Elements:[a b]}",
		"a,":                           "Sequence{Kind:1 Elements:[a]}",
		"{a}":                          "Sequence{Kind:2 Elements:[a]}",
		"{a: b, **c}":                  "Dict{Entries:[DictEntry{Key:a Value:b} DictEntry{Value:c}]}",
		"a[b]":                         "Subscript{Value:a Index:b}",
		"a[b,]":                        "Subscript{Value:a Index:Sequence{Kind:1 Elements:[b]}}",
		"a[b, c:d:e, :, f:]":           "Subscript{Value:a Index:Sequence{Kind:1 Elements:[b Slice{Lo:c Hi:d Step:e} Slice{} Slice{Lo:f}]}}",
		"a[::b]":                       "Subscript{Value:a Index:Slice{Step:b}}",
		"not a":                        `Unary{Op:"not" X:a}`,
		"-a ** b":                      `Unary{Op:"-" X:Binary{Op:"**" X:a Y:b}}`,
		"a or b and c":                 `Binary{Op:"or" X:a Y:Binary{Op:"and" X:b Y:c}}`,
		"a < b not  in c is\\\n not d": `Compare{X:a Ops:["<" "not in" "is not"] Rest:[b c d]}`,
		"a if b else c":                "Conditional{Test:b Then:a Else:c}",
		"await a(b)":                   "Await{X:Call{Func:a Args:[Arg{Value:b}]}}",
		"(yield)":                      "Yield{}",
		"(yield from a)":               "Yield{From:true X:a}",
		"(a := b)":                     "Walrus{Name:a Value:b}",
		"f(a, *b, c=d, **e)":           `Call{Func:f Args:[Arg{Value:a} Arg{Star:1 Value:b} Arg{Name:"c" Value:d} Arg{Star:2 Value:e}]}`,
		"f(*a or b)":                   `Call{Func:f Args:[Arg{Star:1 Value:Binary{Op:"or" X:a Y:b}}]}`,
		"f(**a | b)":                   `Call{Func:f Args:[Arg{Star:2 Value:Binary{Op:"|" X:a Y:b}}]}`,
		"f(a for a in b)":              "Call{Func:f Args:[Arg{Value:Comprehension{Kind:3 Value:a Clauses:[Clause{Target:a Iter:b}]}}]}",
		"f((a))":                       "Call{Func:f Args:[Arg{Value:a}]}",
		"f(print=a, type=b)":           `Call{Func:f Args:[Arg{Name:"print" Value:a} Arg{Name:"type" Value:b}]}`,
		"[a async for b, c in d if e if f for g in h]": "Comprehension{Value:a Clauses:[Clause{Target:Sequence{Kind:1 Elements:[b c]} Iter:d Ifs:[e f] Async:true} Clause{Target:g Iter:h}]}",
		"{a: b for a in c}":                            "Comprehension{Kind:2 Key:a Value:b Clauses:[Clause{Target:a Iter:c}]}",
		"{a for a in c}":                               "Comprehension{Kind:1 Value:a Clauses:[Clause{Target:a Iter:c}]}",
		"lambda a, *b, c=d, **e: f":                    `Lambda{Params:[Param{Name:"a"} Param{Name:"b" Kind:3} Param{Name:"c" Default:d Kind:2} Param{Name:"e" Kind:4}] Body:f}`,
		"lambda: a":                                    "Lambda{Body:a}",
		`'a' "b" r'\n'`:                                `String{Value:"ab\\n"}`,
		`b'\xff\u0041\d'`:                              `String{Value:"\xff\\u0041\\d" Bytes:true}`,
		`'\x41\101\u00e9\U0001F600\N{em dash}\q\'\
b'`: `String{Value:"AAé😀—\\q'b"}`,
		"'''a\r\nb\rc'''":    `String{Value:"a\nb\nc"}`,
		"u'ü'":               `String{Value:"ü"}`,
		"rb'\\n'":            `String{Value:"\\n" Bytes:true}`,
		`f'a{{}}'`:           `String{Value:"a{}"}`,
		`f'a{b!r:>{c}}d'`:    `String{Parts:[StringPart{Text:"a"} StringPart{X:b Format:"!r:>{c}" Nested:[c]} StringPart{Text:"d"}]}`,
		`f'{a=}'`:            `String{Parts:[StringPart{Text:"a="} StringPart{X:a}]}`,
		`f'{a = !s}'`:        `String{Parts:[StringPart{Text:"a = "} StringPart{X:a Format:"!s"}]}`,
		`'a' f'\n{b}{{' '}'`: `String{Parts:[StringPart{Text:"a\n"} StringPart{X:b} StringPart{Text:"{}"}]}`,
		`rf'\n{a}'`:          `String{Parts:[StringPart{Text:"\\n"} StringPart{X:a}]}`,
		`f'{a["b"]}'`:        `String{Parts:[StringPart{X:Subscript{Value:a Index:String{Value:"b"}}}]}`,
		`t'a{b}'`:            `String{Parts:[StringPart{Text:"a"} StringPart{X:b}]}`,
		`f'{a,b}'`:           `String{Parts:[StringPart{X:Sequence{Kind:1 Elements:[a b]}}]}`,
	} {
		m := Extract("x.py", []byte(text+"\n"))
		if len(m.Body) != 1 || len(m.Broken()) > 0 {
			t.Errorf("%s: %d statements, broken %v", text, len(m.Body), m.Broken())
			continue
		}
		stmt, ok := m.Body[0].(*ExprStmt)
		if !ok {
			t.Errorf("%s: got %T", text, m.Body[0])
			continue
		}
		if got := shorten(show(reflect.ValueOf(stmt.X))); got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestStatements(t *testing.T) {
	for text, want := range map[string]string{
		"a = b = c, d":                        "Assign{Targets:[a b] Value:Sequence{Kind:1 Elements:[c d]}}",
		"a, *b = c":                           "Assign{Targets:[Sequence{Kind:1 Elements:[a Starred{X:b}]}] Value:c}",
		"a: int":                              "Assign{Targets:[a] Annotation:int}",
		"a.b: 'C' = d":                        `Assign{Targets:[Attribute{Value:a Attr:"b"}] Annotation:String{Value:"C"} Value:d}`,
		"a: dict[str, b] = c":                 "Assign{Targets:[a] Annotation:Subscript{Value:dict Index:Sequence{Kind:1 Elements:[str b]}} Value:c}",
		"a: b | None":                         `Assign{Targets:[a] Annotation:Binary{Op:"|" X:b Y:Constant{}}}`,
		"a = yield b":                         "Assign{Targets:[a] Value:Yield{X:b}}",
		"type(a).b = c":                       `Assign{Targets:[Attribute{Value:Call{Func:type Args:[Arg{Value:a}]} Attr:"b"}] Value:c}`,
		"a @= b":                              `AugAssign{Target:a Op:"@" Value:b}`,
		"a //= b":                             `AugAssign{Target:a Op:"//" Value:b}`,
		"type A = b":                          "TypeAlias{Name:A Value:b}",
		"type A[T: b, *U, **V] = c":           `TypeAlias{Name:A TypeParams:[TypeParam{Name:"T" Bound:b} TypeParam{Name:"U" Star:1} TypeParam{Name:"V" Star:2}] Value:c}`,
		"return":                              "Return{}",
		"return a, b":                         "Return{X:Sequence{Kind:1 Elements:[a b]}}",
		"raise":                               "Raise{}",
		"raise a from b":                      "Raise{X:a Cause:b}",
		"raise a from None":                   "Raise{X:a Cause:Constant{}}",
		"assert a, b":                         "Assert{Test:a Message:b}",
		"del a, b[c]":                         "Delete{Targets:[a Subscript{Value:b Index:c}]}",
		"global a, b":                         `Scope{Names:["a" "b"]}`,
		"nonlocal a":                          `Scope{Nonlocal:true Names:["a"]}`,
		"pass":                                "Jump{}",
		"continue":                            "Jump{Kind:2}",
		"import a.b as c, d":                  `Import{Names:[Alias{Name:"a.b" As:"c"} Alias{Name:"d"}]}`,
		"import a . b":                        `Import{Names:[Alias{Name:"a.b"}]}`,
		"from a import *":                     `ImportFrom{Module:"a" Star:true}`,
		"from . import (a as b, c,)":          `ImportFrom{Level:1 Names:[Alias{Name:"a" As:"b"} Alias{Name:"c"}]}`,
		"from . .. a.b import c":              `ImportFrom{Module:"a.b" Level:3 Names:[Alias{Name:"c"}]}`,
		"from __future__ import annotations":  `ImportFrom{Module:"__future__" Names:[Alias{Name:"annotations"}]}`,
		"if a: b\nelif c: d\nelse: e":         "If{Test:a Body:[ExprStmt{X:b}] Else:[If{Test:c Body:[ExprStmt{X:d}] Else:[ExprStmt{X:e}]}]}",
		"for a, b in c:\n  break\nelse:\n  d": "For{Target:Sequence{Kind:1 Elements:[a b]} Iter:c Body:[Jump{Kind:1}] Else:[ExprStmt{X:d}]}",
		"async for a in b: c":                 "For{Target:a Iter:b Body:[ExprStmt{X:c}] Async:true}",
		"while a: b":                          "While{Test:a Body:[ExprStmt{X:b}]}",
		"try: a\nexcept b as c: d\nexcept (e, f): g\nexcept: h\nelse: i\nfinally: j": `Try{Body:[ExprStmt{X:a}] Handlers:[Handler{Types:b Name:"c" Body:[ExprStmt{X:d}]} Handler{Types:Sequence{Kind:1 Elements:[e f]} Body:[ExprStmt{X:g}]} Handler{Body:[ExprStmt{X:h}]}] Else:[ExprStmt{X:i}] Finally:[ExprStmt{X:j}]}`,
		"try: a\nexcept b, c: d":    "Try{Body:[ExprStmt{X:a}] Handlers:[Handler{Types:Sequence{Kind:1 Elements:[b c]} Body:[ExprStmt{X:d}]}]}",
		"try: a\nexcept* b as c: d": `Try{Body:[ExprStmt{X:a}] Handlers:[Handler{Types:b Name:"c" Star:true Body:[ExprStmt{X:d}]}]}`,
		"with a as b, c: d":         "With{Items:[WithItem{Context:a Target:b} WithItem{Context:c}] Body:[ExprStmt{X:d}]}",
		"with (a as b, c,): d":      "With{Items:[WithItem{Context:a Target:b} WithItem{Context:c}] Body:[ExprStmt{X:d}]}",
		"with (a as b): c":          "With{Items:[WithItem{Context:a Target:b}] Body:[ExprStmt{X:c}]}",
		"async with a: b":           "With{Items:[WithItem{Context:a}] Body:[ExprStmt{X:b}] Async:true}",
		"match a:\n  case b.C | 1: d\n  case E(f, g=h) if i: j\n  case [k]: l\n  case _: m": `Match{Subject:a Cases:[Case{Pattern:Binary{Op:"|" X:Attribute{Value:b Attr:"C"} Y:Number{Text:"1"}} Body:[ExprStmt{X:d}]} Case{Pattern:Call{Func:E Args:[Arg{Value:f} Arg{Name:"g" Value:h}]} Guard:i Body:[ExprStmt{X:j}]} Case{Pattern:BadExpr{} Body:[ExprStmt{X:l}]} Case{Pattern:_ Body:[ExprStmt{X:m}]}]}`,
		"match a, b:\n  case -1: c":                                  `Match{Subject:Sequence{Kind:1 Elements:[a b]} Cases:[Case{Pattern:Unary{Op:"-" X:Number{Text:"1"}} Body:[ExprStmt{X:c}]}]}`,
		"@a\n@b.c(d)\nasync def f(g, /, h: i = j, *, k) -> l: yield": `Function{Name:"f" Params:[Param{Name:"g" Kind:1} Param{Name:"h" Annotation:i Default:j} Param{Name:"k" Kind:2}] Returns:l Decorators:[Decorator{X:a} Decorator{X:Call{Func:Attribute{Value:b Attr:"c"} Args:[Arg{Value:d}]}}] Async:true Body:[ExprStmt{X:Yield{}}] Generator:true}`,
		"def f[T](*a: b, **c: d): return":                            `Function{Name:"f" TypeParams:[TypeParam{Name:"T"}] Params:[Param{Name:"a" Annotation:b Kind:3} Param{Name:"c" Annotation:d Kind:4}] Body:[Return{}]}`,
		"class A(b, metaclass=c, *d): pass":                          `Class{Name:"A" Bases:[Arg{Value:b} Arg{Name:"metaclass" Value:c} Arg{Star:1 Value:d}] Body:[Jump{}]}`,
		"class A[T = int]: pass":                                     `Class{Name:"A" TypeParams:[TypeParam{Name:"T"}] Body:[Jump{}]}`,
		"print 'a', b":                                               `ExprStmt{X:Call{Func:print Args:[Arg{Value:String{Value:"a"}} Arg{Value:b}]}}`,
		"exec 'a'":                                                   `ExprStmt{X:Call{Func:exec Args:[Arg{Value:String{Value:"a"}}]}}`,
	} {
		m := Extract("x.py", []byte(text+"\n"))
		if len(m.Body) != 1 {
			t.Errorf("%s: %d statements, broken %v", text, len(m.Body), m.Broken())
			continue
		}
		if got := shorten(show(reflect.ValueOf(m.Body[0]))); got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
}

// Ranges say exactly what they cover: "range: text" lists, in the order of Inspect.
func TestRanges(t *testing.T) {
	text := "# one\n@app.get('/x')\nasync def read(a: int = f(1), *b):\n    return g (x for x in (y), )\n    # two\n\nclass C(B, k=(1)):\n    from . m import n as o\n"
	m := Extract("x.py", []byte(text))
	of := func(r Range) string { return text[r.Start:r.End] }
	f := m.Body[0].(*Function)
	call := f.Body()[0].(*Return).X.(*Call)
	class := m.Body[1].(*Class)
	from := class.Body[0].(*ImportFrom)
	for _, test := range [][2]string{
		{of(m.Comments[0].Range), "# one"}, {m.Comments[1].Text, "# two"}, {of(f.Decorators[0].Range), "@app.get('/x')"},
		{of(f.Range), "async def read(a: int = f(1), *b):\n    return g (x for x in (y), )"}, {of(f.NameAt), "read"},
		{of(f.ParamsAt), "(a: int = f(1), *b)"}, {of(f.Params[0].Range), "a: int = f(1)"}, {of(f.Params[1].Range), "*b"}, {of(f.Params[1].NameAt), "b"},
		{of(call.Range), "g (x for x in (y), )"}, {of(call.ArgsAt), "(x for x in (y), )"}, {of(class.NameAt), "C"},
		{of(class.Bases[1].Range), "k=(1)"}, {of(class.Bases[1].NameAt), "k"}, {Text(class.Bases[1].Value, []byte(text)), "1"},
		{of(from.ModuleAt), ". m"}, {of(from.Names[0].Range), "n as o"}, {of(from.Names[0].NameAt), "n"},
	} {
		if test[0] != test[1] {
			t.Errorf("got %q, want %q", test[0], test[1])
		}
	}
}

func TestFuture(t *testing.T) {
	if m := Extract("x.py", []byte("from __future__ import division, annotations\n")); !m.Future {
		t.Error("annotations are not seen")
	}
	if m := Extract("x.py", []byte("from __future__ import division\n")); m.Future {
		t.Error("annotations are seen")
	}
}

func TestGenerator(t *testing.T) {
	for text, want := range map[string]bool{
		"def f(): yield 1":                       true,
		"def f():\n  x = yield from y":           true,
		"def f():\n  def g(): yield":             false,
		"def f(): return lambda: (yield)":        false,
		"def f():\n  class C:\n    x = (yield)":  false,
		"def f(a=(yield)): pass":                 false,
		"def f():\n  def g(): pass\n  yield":     true,
		"def f():\n  with x:\n    yield y":       true,
		"def f(): return (a for a in (yield b))": true,
	} {
		if f := Extract("x.py", []byte(text+"\n")).Body[0].(*Function); f.Generator() != want {
			t.Errorf("%s: generator %v", text, f.Generator())
		}
	}
}

func TestNodeAt(t *testing.T) {
	text := "@app.get('/x')\ndef f(a=Depends(b)):\n    return c.d\n"
	m := Extract("x.py", []byte(text))
	for at, want := range map[string]string{
		"'/x'":    "*python.Module *python.Function *python.Decorator *python.Call *python.Arg *python.String",
		"b)":      "*python.Module *python.Function *python.Param *python.Call *python.Arg *python.Name",
		"Depends": "*python.Module *python.Function *python.Param *python.Call *python.Name",
		"d\n":     "*python.Module *python.Function *python.Return *python.Attribute",
		"return":  "*python.Module *python.Function *python.Return",
	} {
		var got []string
		for _, node := range NodeAt(m, strings.Index(text, at)+1) {
			got = append(got, fmt.Sprintf("%T", node))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("at %q:\n got %s\nwant %s", at, s, want)
		}
	}
}
