package analyzers

import (
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// libraryName is the canonical name of a library's object, or of the library class
// from which a class of the program derives.
func libraryName(v interpret.Value) string {
	switch x := v.(type) {
	case *interpret.External:
		return x.Path
	case *interpret.Class:
		if base := interpret.ExternalBase(x); base != nil {
			return base.Path
		}
	}
	return ""
}

// isResponseClass reports whether a value is a class of responses.
func isResponseClass(name string) bool {
	return strings.HasPrefix(name, "starlette.responses.") || strings.HasPrefix(name, "fastapi.responses.") ||
		name == "starlette.templating._TemplateResponse"
}

func isExceptionClass(name string) bool {
	return name == "fastapi.HTTPException" || name == "starlette.exceptions.HTTPException"
}

// literalValue evaluates an expression that needs no names of functions.
func literalValue(p *fastapi.Project, path source.Path, e python.Expr) interpret.Value {
	if e == nil {
		return nil
	}
	return p.Eval(path, e)
}

// callArgument returns a call's keyword argument, or the one at a position; nil when there is none.
func callArgument(c *python.Call, position int, name string) *python.Arg {
	seen := 0
	for i := range c.Args {
		a := &c.Args[i]
		if a.Star != 0 {
			return nil
		}
		if a.Name == name && name != "" {
			return a
		}
		if a.Name == "" {
			if seen == position {
				return a
			}
			seen++
		}
	}
	return nil
}

// openArguments reports whether a call passes *args or **kwargs on.
func openArguments(c *python.Call) bool {
	for _, a := range c.Args {
		if a.Star != 0 {
			return true
		}
	}
	return false
}

// optionTruth is a middleware's option as a truth value; absent when it is not given or not known.
func optionTruth(m *fastapi.Middleware, name string) (truth, known bool) {
	o := m.Options[name]
	if o == nil {
		return false, false
	}
	v, _ := o.Value.(interpret.Value)
	if _, plain := v.(*interpret.Bool); !plain {
		return false, false
	}
	return interpret.Truth(v)
}

// optionText is a middleware's option as a text.
func optionText(m *fastapi.Middleware, name, otherwise string) (string, bool) {
	o := m.Options[name]
	if o == nil {
		return otherwise, true
	}
	v, _ := o.Value.(interpret.Value)
	return interpret.Text(v)
}

// setsHeader reports whether a response that is answered carries a header by itself.
func setsHeader(raw any, name string) bool {
	inst, ok := raw.(*interpret.Instance)
	if !ok || inst.Args == nil {
		return false
	}
	v := inst.Args.Value(2, "headers")
	d, ok := v.(*interpret.Dict)
	if !ok {
		return v != nil
	}
	for _, e := range d.Entries {
		if t, known := interpret.Text(e.Key); !known || strings.EqualFold(t, name) {
			return true
		}
	}
	return d.Open
}

// optionTexts lists the known texts of an option that is a list or a single text.
func optionTexts(m *fastapi.Middleware, name string) (out []*interpret.Str) {
	o := m.Options[name]
	if o == nil {
		return nil
	}
	switch v := o.Value.(type) {
	case *interpret.Str:
		return []*interpret.Str{v}
	case *interpret.Seq:
		for _, i := range v.Items {
			if s, ok := i.(*interpret.Str); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

// withPlaceOnce adds evidence, once for a place.
func withPlaceOnce(list []Evidence, at source.Location, note string) []Evidence {
	if at.IsZero() || note == "" {
		return list
	}
	for _, e := range list {
		if e.At == at {
			return list
		}
	}
	return append(list, Evidence{At: at, Note: note})
}
