package analyzers

import (
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// setElsewhere is a place at which the program gives a setting another value after
// it was read: an assignment to the attribute of an object, or setattr with its
// name among those that a function names. Zero when there is none.
func setElsewhere(p *fastapi.Project, k *fastapi.Key) source.Location {
	if k.Read == nil || k.Name == "" {
		return source.Location{}
	}
	name := fieldOf(p, k)
	for _, path := range p.Modules() {
		module := moduleOf(p, path)
		if module == nil || fastapi.Role(path) == fastapi.TestApp {
			continue
		}
		if at := setIn(module, name); at.Len() > 0 {
			return source.Location{Path: path, Span: at}
		}
	}
	return source.Location{}
}

// fieldOf is the name under which the program knows a setting: that of its field,
// or of the variable to which it is assigned where it is read.
func fieldOf(p *fastapi.Project, k *fastapi.Key) string {
	if k.Read.Field != "" {
		return k.Read.Field
	}
	name := k.Name
	python.InspectAround(syntaxOf(p, k.At.Path), k.At.Span, func(n any) bool {
		if a, ok := n.(*python.Assign); ok && a.Value != nil && len(a.Targets) == 1 && a.Value.Span().Covers(k.At.Span) {
			if target, ok := a.Targets[0].(*python.Name); ok {
				name = target.ID
			}
		}
		return true
	})
	return name
}

// setIn looks through the functions of a module for what sets an attribute of a name.
func setIn(module *python.Module, name string) (at source.Span) {
	for _, fn := range functionsNaming(module, name) {
		var call source.Span
		named := false
		python.Inspect(fn.Body(), func(n any) bool {
			switch x := n.(type) {
			case *python.Assign:
				for _, t := range x.Targets {
					target, ok := t.(*python.Attribute)
					if ok && target.Attr == name && rootName(target) != "self" && rootName(target) != "cls" {
						at = x.Span()
					}
				}
			case *python.String:
				named = named || x.Value == name
			case *python.Call:
				if f, ok := x.Func.(*python.Name); ok && f.ID == "setattr" && len(x.Args) == 3 {
					if text, constant := x.Args[1].Value.(*python.String); !constant || text.Value == name {
						call = x.Span()
					}
				}
			}
			return true
		})
		if named && call.Len() > 0 {
			at = call
		}
		if at.Len() > 0 {
			return at
		}
	}
	return at
}
