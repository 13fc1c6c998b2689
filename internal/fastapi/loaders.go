package fastapi

import (
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// loaderMethod is a method of an object of a configuration library: starlette's
// Config, decouple, environs, dynaconf.
func (l *linker) loaderMethod(f *interpret.Frame, site *interpret.CallSite, recv *interpret.Instance, path, name string, args *interpret.Args) (interpret.Value, bool) {
	return nil, false
}

// loaderAttr is an attribute of such an object.
func (l *linker) loaderAttr(f *interpret.Frame, recv *interpret.Instance, name string, at source.Location) (interpret.Value, bool) {
	return nil, false
}
