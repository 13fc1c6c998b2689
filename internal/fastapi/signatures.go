package fastapi

import (
	"slices"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// signatureObject is the State of an inspect.Signature that the program makes
// or asks for (Python 3.11, inspect).
type signatureObject struct{ params []param }

// parameterObject is the State of an inspect.Parameter.
type parameterObject struct{ param }

const inspectEmpty = "inspect.Parameter.empty"

// signatureOf returns the parameters that fn.__signature__ gives; false when it is none that was followed.
func signatureOf(v interpret.Value) ([]param, bool) {
	inst, ok := v.(*interpret.Instance)
	if !ok {
		return nil, false
	}
	s, ok := inst.State.(*signatureObject)
	if !ok {
		return nil, false
	}
	return s.params, true
}

// inspectCall is a call of inspect.signature, inspect.Signature or inspect.Parameter.
func (l *linker) inspectCall(f *interpret.Frame, site *interpret.CallSite, path string, args *interpret.Args) (interpret.Value, bool) {
	switch path {
	case "inspect.signature", "inspect.Signature.from_callable":
		params, ok := l.allParams(orNone(args.Value(0, "obj")))
		return signatureValue(site.At, params), ok
	case "inspect.Signature":
		params, ok := parametersOf(f, args.Value(0, "parameters"))
		return signatureValue(site.At, params), ok
	case "inspect.Parameter":
		name, ok := args.Value(0, "name").(*interpret.Str)
		if !ok {
			return nil, false
		}
		span := site.At.Span
		syntax := &python.Param{Range: python.Range{Start: uint32(span.Start), End: uint32(span.End)}, Name: name.Text, Kind: python.Positional}
		p := param{syntax: syntax, fn: &interpret.Func{Module: f.Module, Closure: f.Module.Scope}}
		return parameterValue(site.At, replaced(p, args, 1)), true
	}
	return nil, false
}

// allParams are the parameters of a callable, *args and **kwargs included.
func (l *linker) allParams(v interpret.Value) ([]param, bool) {
	switch x := interpret.Signed(v).(type) {
	case *interpret.Func:
		if s := x.Attrs["__signature__"]; s != nil {
			return signatureOf(s)
		}
		return wholeParams(x, x.Self != nil), true
	case *interpret.Class, *interpret.Instance, *interpret.Partial:
		return l.params(x)
	}
	return nil, false
}

func signatureValue(at source.Location, params []param) *interpret.Instance {
	return libraryObject(at, "inspect.Signature", &signatureObject{params})
}

func parameterValue(at source.Location, p param) *interpret.Instance {
	return libraryObject(at, "inspect.Parameter", &parameterObject{p})
}

// parametersOf reads a list of inspect.Parameter objects.
func parametersOf(f *interpret.Frame, v interpret.Value) ([]param, bool) {
	if v == nil {
		return nil, true
	}
	items, known := f.Items(v)
	if !known {
		return nil, false
	}
	var out []param
	for _, i := range items {
		inst, ok := i.(*interpret.Instance)
		if !ok {
			return nil, false
		}
		p, ok := inst.State.(*parameterObject)
		if !ok {
			return nil, false
		}
		out = append(out, p.param)
	}
	return out, true
}

// kinds are the members of inspect.Parameter that name a kind.
var paramKinds = []struct {
	name string
	kind python.ParamKind
}{{"POSITIONAL_ONLY", python.PositionalOnly}, {"POSITIONAL_OR_KEYWORD", python.Positional}, {"VAR_POSITIONAL", python.VarPositional},
	{"KEYWORD_ONLY", python.KeywordOnly}, {"VAR_KEYWORD", python.VarKeyword}}

// replaced is a parameter with what the arguments of Parameter(…) or of its replace
// say; kind is the position of the kind, below zero where it is given by name only.
func replaced(p param, args *interpret.Args, kind int) param {
	syntax := *p.syntax
	if v := args.Value(kind, "kind"); v != nil {
		i := slices.IndexFunc(paramKinds, func(k struct {
			name string
			kind python.ParamKind
		}) bool {
			return castName(v) == k.name
		})
		if i >= 0 {
			syntax.Kind = paramKinds[i].kind
		}
	}
	if name, ok := args.Value(-1, "name").(*interpret.Str); ok {
		syntax.Name = name.Text
	}
	if v := args.Value(-1, "default"); v != nil {
		p.deflt = v
		if isEmpty(v) {
			p.deflt = nil
		}
	}
	if v := args.Value(-1, "annotation"); v != nil {
		p.class = v
		if isEmpty(v) {
			p.class, syntax.Annotation = nil, nil
		}
	}
	p.syntax = &syntax
	return p
}

func isEmpty(v interpret.Value) bool {
	path := externalPath(v)
	return path == inspectEmpty || path == "inspect.Signature.empty" || path == "inspect._empty"
}

// inspectMethod is replace of a Signature or Parameter.
func (l *linker) inspectMethod(f *interpret.Frame, site *interpret.CallSite, recv *interpret.Instance, name string, args *interpret.Args) (interpret.Value, bool) {
	if name != "replace" {
		return nil, false
	}
	switch st := recv.State.(type) {
	case *signatureObject:
		params := st.params
		if v := args.Value(-1, "parameters"); v != nil {
			given, known := parametersOf(f, v)
			if !known {
				return nil, false
			}
			params = given
		}
		return signatureValue(site.At, params), true
	case *parameterObject:
		return parameterValue(site.At, replaced(st.param, args, -1)), true
	}
	return nil, false
}

// inspectAttr is an attribute of a Signature or Parameter.
func (l *linker) inspectAttr(recv *interpret.Instance, name string, at source.Location) (interpret.Value, bool) {
	o := interpret.Origin{At: at}
	switch st := recv.State.(type) {
	case *signatureObject:
		if name == "parameters" {
			d := &interpret.Dict{Origin: o}
			for _, p := range st.params {
				d.Set(&interpret.Str{Origin: o, Text: p.syntax.Name}, parameterValue(at, p), at)
			}
			return d, true
		}
	case *parameterObject:
		switch name {
		case "name":
			return &interpret.Str{Origin: o, Text: st.syntax.Name}, true
		case "kind":
			for _, k := range paramKinds {
				if k.kind == st.syntax.Kind {
					return &interpret.External{Origin: o, Path: "inspect.Parameter." + k.name}, true
				}
			}
		case "default":
			if st.deflt == nil {
				return &interpret.External{Origin: o, Path: inspectEmpty}, true
			}
			return st.deflt, true
		case "annotation":
			switch {
			case st.class != nil:
				return st.class, true
			case st.syntax.Annotation == nil:
				return &interpret.External{Origin: o, Path: inspectEmpty}, true
			}
			return l.machine.FrameOf(st.fn).Annotation(st.syntax.Annotation), true
		}
	}
	return nil, false
}
