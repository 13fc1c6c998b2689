package fastapi

import "slices"

// Layers lists the middleware that a request to an application passes, outermost
// first: that of the applications that mount it stands before its own, for the
// whole of an outer application's middleware is run before the mount is found
// (Starlette, Mount and build_middleware_stack).
func (a *App) Layers() []*Middleware {
	var out []*Middleware
	for depth := 0; a != nil && depth < 20; a, depth = a.Parent, depth+1 {
		out = append(slices.Clone(a.Middleware), out...)
	}
	return out
}
