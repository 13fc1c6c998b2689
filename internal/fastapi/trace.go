package fastapi

import (
	"bearings/internal/interpret"
)

type tracer struct{}

type flowEntry struct{}

// reach says whether a function is worth following when a request runs.
func (l *linker) reach(fn *interpret.Func) bool { return true }

// responded notes that an ASGI middleware answers by itself.
func (l *linker) responded(f *interpret.Frame, site *interpret.CallSite, response *interpret.Instance) {
}
