package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// Before 0.123.7 FastAPI reads annotations that are texts, as all are below "from
// __future__ import annotations", with the globals of the callable itself
// (fastapi/dependencies/utils.py, get_typed_signature): of a class, a callable
// object and a functools.partial there are none, and those of a decorator's
// wrapper are its own module's (until 0.123.5). A name that is not found
// leaves the text as it is, and a dependency in it is lost without a word.
const (
	annotationsRead = "0.123.7"
	wrappersRead    = "0.123.5"
)

// lost reports whether FastAPI cannot read a parameter's annotation.
func (l *linker) lost(p param) bool {
	annotation := p.syntax.Annotation
	text, quoted := annotation.(*python.String)
	if p.globals == p.fn.Module || !quoted && (p.fn.Module.Syntax == nil || !p.fn.Module.Syntax.Future) || l.in.Requirements == nil {
		return false
	}
	until := annotationsRead
	if p.globals != nil {
		until = wrappersRead
	}
	if l.in.Requirements.For(p.fn.Module.Path.Dir()).Version("fastapi").Compare(until) != requirements.Below {
		return false
	}
	if quoted {
		inner := python.Extract(source.Path("annotation.py"), []byte(text.Value))
		return l.unnamed(inner, p)
	}
	return l.unnamed(annotation, p)
}

// unnamed reports whether an expression holds a name that the globals lack.
func (l *linker) unnamed(node any, p param) bool {
	frame, missing := l.machine.FrameOf(p.fn), false
	python.Inspect(node, func(n any) bool {
		name, ok := n.(*python.Name)
		if !ok || missing {
			return !missing
		}
		if e, ok := frame.Eval(name).(*interpret.External); ok && strings.HasPrefix(e.Path, "builtins.") {
			return true
		}
		if p.globals != nil {
			if _, there := p.globals.Scope.Get(name.ID); there {
				return true
			}
		}
		missing = true
		return false
	})
	return missing
}
